//! Reads `wellproof.toml`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use miette::{Diagnostic, NamedSource, SourceSpan};
use toml::de::DeTable;
use wellproof_model::{GLOBAL, Manifest, Scope};

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

/// A scope, and the file that names it.
#[derive(Debug, Default)]
pub(crate) struct Config {
    pub(crate) scope: Scope,
    file: Option<File>,
}

#[derive(Debug)]
struct File {
    name: String,
    text: String,
}

/// The scope that `named` gives, else that of the current folder's file, else the whole account.
pub(crate) fn read(named: Option<&PathBuf>) -> miette::Result<Config> {
    let path = match named {
        Some(path) => path.as_path(),
        None if Path::new(DEFAULT).is_file() => {
            output::say(&format!("the workload is the one that {DEFAULT} names"));
            Path::new(DEFAULT)
        }
        None => return Ok(Config::default()),
    };
    let text = std::fs::read_to_string(path).map_err(|source| CliError::Read { path: path.to_owned(), source })?;
    parse(File { name: path.display().to_string(), text })
}

fn parse(file: File) -> miette::Result<Config> {
    let scope: Result<Scope, toml::de::Error> = toml::from_str(&file.text);
    match scope {
        Ok(scope) => check(file, scope),
        Err(err) => {
            let place = err.span().map(SourceSpan::from);
            let message = format!("{} is not a workload's description: {}", file.name, err.message());
            Err(file.mistake(message, FIELDS.to_owned(), place))
        }
    }
}

const FIELDS: &str = "docs/workload.md shows every field";

/// What the types cannot say: an exclusion has a reason and names something.
fn check(file: File, scope: Scope) -> miette::Result<Config> {
    for (nth, it) in scope.workload.iter().flat_map(|workload| &workload.exclude).enumerate() {
        let message = if it.reason.trim().is_empty() {
            "an exclusion needs a reason, which every report prints"
        } else if it.resource.is_none() && it.kind.is_none() && it.tag.is_none() {
            "an exclusion names a resource, a type or a tag"
        } else {
            continue;
        };
        let place = file.place("exclude", nth);
        return Err(file.mistake(message.to_owned(), FIELDS.to_owned(), place));
    }
    Ok(Config { scope, file: Some(file) })
}

impl File {
    fn mistake(&self, message: String, help: String, place: Option<SourceSpan>) -> miette::Report {
        let text = NamedSource::new(&self.name, self.text.clone());
        ConfigError { message, help, text, place }.into()
    }

    /// Where the workload has the nth entry of one of its lists.
    fn place(&self, list: &str, nth: usize) -> Option<SourceSpan> {
        let table = DeTable::parse(&self.text).ok()?;
        let entry = table.get_ref().get("workload")?.get_ref().get(list)?.get_ref().get(nth)?;
        Some(entry.span().into())
    }
}

impl Config {
    /// Refuses accounts and regions that the snapshot knows nothing of: a workload that nothing belongs to has no failures.
    pub(crate) fn check(&self, manifest: &Manifest) -> miette::Result<()> {
        let (Some(workload), Some(file)) = (&self.scope.workload, &self.file) else { return Ok(()) };
        let accounts: BTreeSet<&str> = manifest
            .planned
            .iter()
            .map(|unit| unit.account.as_str())
            .chain([manifest.caller.account.as_str()])
            .collect();
        let strange = |account: &String| !accounts.contains(account.as_str());
        if let Some(nth) = workload.accounts.iter().position(strange) {
            let account = &workload.accounts[nth];
            let message = format!("the snapshot does not hold the account `{account}`");
            return Err(file.mistake(message, known(account, &accounts), file.place("accounts", nth)));
        }
        // Without the list of enabled regions any name may be one.
        let Some(enabled) = &manifest.regions_enabled else { return Ok(()) };
        let regions = manifest.regions.iter().chain(enabled).chain(&manifest.regions_off);
        let regions: BTreeSet<&str> = regions.map(String::as_str).chain([GLOBAL]).collect();
        let strange = |region: &String| !regions.contains(region.as_str());
        if let Some(nth) = workload.regions.iter().position(strange) {
            let region = &workload.regions[nth];
            let message = format!("the account has no region `{region}`");
            return Err(file.mistake(message, known(region, &regions), file.place("regions", nth)));
        }
        Ok(())
    }
}

/// The name that was probably meant, else all that there are.
fn known(name: &str, names: &BTreeSet<&str>) -> String {
    wellproof_lens::nearest(name, names.iter().copied()).map_or_else(
        || format!("there are {}", names.iter().copied().collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean `{near}`?"),
    )
}
