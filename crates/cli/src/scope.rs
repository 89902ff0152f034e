//! Reads `wellproof.toml`.

use std::path::{Path, PathBuf};

use miette::{Diagnostic, NamedSource, SourceSpan};
use wellproof_model::Scope;

use crate::error::CliError;
use crate::output;

/// The file that is read when none is named.
const DEFAULT: &str = "wellproof.toml";

#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{message}")]
#[diagnostic(code(wellproof::config), help("{help}"))]
struct ConfigError {
    message: String,
    help: String,
    #[source_code]
    text: NamedSource<String>,
    #[label]
    place: Option<SourceSpan>,
}

/// The scope that `named` gives, else that of the current folder's file, else the whole account.
pub(crate) fn read(named: Option<&PathBuf>) -> miette::Result<Scope> {
    let path = match named {
        Some(path) => path.as_path(),
        None if Path::new(DEFAULT).is_file() => {
            output::say(&format!("the workload is the one that {DEFAULT} names"));
            Path::new(DEFAULT)
        }
        None => return Ok(Scope::default()),
    };
    let text = std::fs::read_to_string(path).map_err(|source| CliError::Read { path: path.to_owned(), source })?;
    parse(&path.display().to_string(), text)
}

fn parse(name: &str, text: String) -> miette::Result<Scope> {
    let scope: Result<Scope, toml::de::Error> = toml::from_str(&text);
    let err = match scope {
        Ok(scope) => return check(name, text, scope),
        Err(err) => err,
    };
    let place = err.span().map(SourceSpan::from);
    Err(ConfigError {
        message: format!("{name} is not a workload's description: {}", err.message()),
        help: "docs/workload.md shows every field".to_owned(),
        text: NamedSource::new(name, text),
        place,
    }
    .into())
}

/// What the types cannot say: an exclusion has a reason and names something.
fn check(name: &str, text: String, scope: Scope) -> miette::Result<Scope> {
    let exclusions = scope.workload.iter().flat_map(|workload| &workload.exclude);
    let wrong = exclusions.map(|it| {
        let nothing = it.resource.is_none() && it.kind.is_none() && it.tag.is_none();
        (it.reason.trim().is_empty(), nothing)
    });
    let message = wrong.into_iter().find_map(|(silent, nothing)| match (silent, nothing) {
        (true, _) => Some("an exclusion needs a reason, which every report prints"),
        (_, true) => Some("an exclusion names a resource, a type or a tag"),
        _ => None,
    });
    let Some(message) = message else { return Ok(scope) };
    let place = text.find("[[workload.exclude]]").map(|at| SourceSpan::from(at..at + "[[workload.exclude]]".len()));
    Err(ConfigError {
        message: message.to_owned(),
        help: "docs/workload.md shows every field".to_owned(),
        text: NamedSource::new(name, text),
        place,
    }
    .into())
}
