//! Turns a rule file into a rule, or into every mistake in it.

use std::ops::Range;
use std::sync::Arc;

use serde_saphyr::{DuplicateKeyPolicy, Error as YamlError, Location};

use crate::case;
use crate::cel::{self, CelError, Program, Vars};
use crate::error::RuleError;
use crate::format::{Located, MatchFile, NoneMeans, OnFail, OnPass, RuleFile};
use crate::join::{Join, JoinPair};
use crate::nearest::nearest;
use crate::note::{self, Notes};
use crate::rule::{BearsOn, Claim, ForEach, Rule};
use crate::schema::{Kind, Schemas};

/// The largest rule file, in bytes.
pub(crate) const LARGEST: usize = 256 * 1024;

/// A file's text, and the mistakes found in it so far.
pub(crate) struct Source<'s> {
    pub(crate) file: &'s str,
    pub(crate) text: Arc<str>,
    pub(crate) errors: Vec<RuleError>,
}

impl Source<'_> {
    pub(crate) fn error(&mut self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        self.errors.push(RuleError::at(self.file, &self.text, span, message).help(help));
    }

    pub(crate) fn span(&self, location: &Location) -> Range<usize> {
        span_of(&self.text, location)
    }

    /// Where in the file a part of a text stands. Exact where the text stands there as it is; the whole text where YAML
    /// folded or unescaped it.
    pub(crate) fn within(&self, text: &Located<String>, part: Range<usize>) -> Range<usize> {
        let whole = self.span(&text.referenced);
        let from = whole.start;
        let written = self.text.get(whole.clone()).unwrap_or_default();
        match written.find(text.value.as_str()) {
            Some(at) if !text.value.is_empty() => from + at + part.start..from + at + part.end,
            _ => whole,
        }
    }

    pub(crate) fn cel_error(&mut self, text: &Located<String>, error: CelError) {
        let span = self.within(text, error.at);
        self.error(span, error.message, error.help);
    }

    fn program(&mut self, text: &Located<String>, vars: &Vars, wanted: &Kind) -> Option<Program> {
        cel::compile(&text.value, vars, wanted).map_err(|error| self.cel_error(text, error)).ok()
    }
}

fn span_of(text: &str, location: &Location) -> Range<usize> {
    let span = location.span();
    let (start, len) = if let (Some(start), Some(len)) = (span.byte_offset(), span.byte_len()) {
        (usize::try_from(start).unwrap_or(0), usize::try_from(len).unwrap_or(0))
    } else {
        let line = usize::try_from(location.line()).unwrap_or(1).max(1);
        let column = usize::try_from(location.column()).unwrap_or(1).max(1);
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        (start + column - 1, 1)
    };
    let start = start.min(text.len());
    let mut end = (start + len.max(1)).min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let mut begin = start;
    while !text.is_char_boundary(begin) {
        begin -= 1;
    }
    begin..end
}

/// Loads one rule file.
pub(crate) fn load(file: &str, text: &str, schemas: &Schemas) -> Result<Rule, Vec<RuleError>> {
    let mut source = Source { file, text: Arc::from(text), errors: Vec::new() };
    if text.len() > LARGEST {
        return Err(vec![RuleError::in_file(file, format!("{} bytes; a rule file has at most {LARGEST}", text.len()))]);
    }
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false,
    };
    let written: RuleFile = match serde_saphyr::from_str_with_options(text, options) {
        Ok(written) => written,
        Err(error) => return Err(vec![yaml_error(&source, &error)]),
    };
    let rule = rule(&mut source, written, schemas);
    match rule {
        Some(rule) if source.errors.is_empty() => Ok(rule),
        _ => Err(source.errors),
    }
}

fn yaml_error(source: &Source<'_>, error: &YamlError) -> RuleError {
    let error = error.without_snippet();
    let span = error.location().map_or(0..0, |location| span_of(&source.text, &location));
    let quoted = |text: &str| format!("`{text}`");
    let (message, help) = match error {
        YamlError::SerdeUnknownField { field, expected, .. } => {
            (format!("unknown field {}", quoted(field)), nearest(field, expected.iter().copied()))
        }
        YamlError::SerdeUnknownVariant { variant, expected, .. } => {
            (format!("unknown word {}", quoted(variant)), nearest(variant, expected.iter().copied()))
        }
        YamlError::SerdeMissingField { field, .. } => (format!("the field {} is missing", quoted(field)), None),
        other => {
            let text = other.to_string();
            let line = text.lines().next().unwrap_or_default();
            // The place is said by us; the parser's own prefix and suffix would say it a second time.
            let line = line.split(" at line ").next().unwrap_or(line);
            let line = line.split(", set DuplicateKeyPolicy").next().unwrap_or(line);
            (line.trim_start_matches("error: ").to_owned(), None)
        }
    };
    RuleError::at(source.file, &source.text, span, message).help(help)
}

fn rule(source: &mut Source<'_>, written: RuleFile, schemas: &Schemas) -> Option<Rule> {
    let for_each = match written.for_each.value.as_str() {
        "Region" => ForEach::Region,
        "Account" => ForEach::Account,
        kind => ForEach::Type(kind.to_owned()),
    };
    check_texts(source, &written);
    let vars = match &for_each {
        ForEach::Type(kind) => type_vars(source, kind, &written.for_each, schemas, true),
        place => Some(Vars { of: place.as_str().to_owned(), attributes: Arc::default() }),
    };
    let claim_written = claim_of(source, &written);
    // Without names nothing else can be checked.
    let vars = vars?;
    let when = written.when.as_ref().map(|text| source.program(text, &vars, &Kind::Bool));
    let worst_by = written.worst_by.as_ref().map(|text| source.program(text, &vars, &Kind::Number));
    let claim = match claim_written? {
        Written::Expect(pass, fail) => {
            if for_each == ForEach::Region || for_each == ForEach::Account {
                let span = source.span(&pass.referenced);
                source.error(
                    span,
                    format!("`expect` has nothing to read of {}", for_each.as_str()),
                    Some("use `requires` or `forbids`".to_owned()),
                );
                return None;
            }
            let pass = source.program(pass, &vars, &Kind::Bool);
            let fail = fail.map(|text| source.program(text, &vars, &Kind::Bool));
            Claim::Expect { pass: pass?, fail: transpose(fail)? }
        }
        Written::Requires(join) => Claim::Requires(join_of(source, join, &vars, schemas)?),
        Written::Forbids(join) => Claim::Forbids(join_of(source, join, &vars, schemas)?),
    };
    let bears_on = bears_on(source, &written);
    let notes = notes(source, &written, &vars, worst_by.is_some());
    let types: Vec<&str> = match (&for_each, &claim) {
        (ForEach::Type(kind), Claim::Requires(join) | Claim::Forbids(join)) => vec![kind, &join.kind],
        (ForEach::Type(kind), Claim::Expect { .. }) => vec![kind],
        (_, Claim::Requires(join) | Claim::Forbids(join)) => vec![&join.kind],
        (_, Claim::Expect { .. }) => Vec::new(),
    };
    let cases = case::load(source, &written.cases, &types, schemas);
    Some(Rule {
        id: written.id.value,
        title: written.title.value,
        bears_on,
        seen_from: written.seen_from,
        at_least: written.at_least.map(|share| share.value),
        fix: written.fix.value,
        basis: written.basis.value,
        file: source.file.to_owned(),
        source: source.text.clone(),
        when: transpose(when)?,
        claim,
        worst_by: transpose(worst_by)?,
        notes: notes?,
        cases,
        for_each,
    })
}

/// `Some(None)` is a predicate that did not compile: no rule.
#[expect(clippy::option_option, reason = "there, and valid, are two things")]
fn transpose<T>(compiled: Option<Option<T>>) -> Option<Option<T>> {
    match compiled {
        None => Some(None),
        Some(None) => None,
        Some(Some(program)) => Some(Some(program)),
    }
}

fn check_texts(source: &mut Source<'_>, written: &RuleFile) {
    let id = &written.id.value;
    let name = source.file.rsplit('/').next().unwrap_or_default();
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).unwrap_or(name).to_owned();
    let span = source.span(&written.id.referenced);
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        source.error(span, "an id is made of lower-case letters, digits and hyphens", None);
    } else if *id != stem {
        source.error(
            span,
            format!("the id is `{id}` and the file is `{name}`"),
            Some(format!("name the file `{id}.yaml`")),
        );
    }
    for (field, text) in [("title", &written.title), ("fix", &written.fix), ("basis", &written.basis)] {
        if text.value.trim().is_empty() {
            let span = source.span(&text.referenced);
            source.error(span, format!("`{field}` is empty"), None);
        }
    }
    if let Some(share) = &written.at_least
        && !(share.value > 0.0 && share.value <= 1.0)
    {
        let span = source.span(&share.referenced);
        source.error(span, "`at_least` is a share: above 0, at most 1", None);
    }
}

fn type_vars(
    source: &mut Source<'_>,
    kind: &str,
    at: &Located<String>,
    schemas: &Schemas,
    places: bool,
) -> Option<Vars> {
    if let Some(attributes) = schemas.attributes(kind) {
        return Some(Vars { of: kind.to_owned(), attributes: attributes.clone() });
    }
    let span = source.span(&at.referenced);
    let known = schemas.types().chain(if places { ["Region", "Account"].as_slice() } else { &[] }.iter().copied());
    source.error(span, format!("there is no resource type `{kind}`"), nearest(kind, known));
    None
}

enum Written<'w> {
    Expect(&'w Located<String>, Option<&'w Located<String>>),
    Requires(&'w Located<MatchFile>),
    Forbids(&'w Located<MatchFile>),
}

fn claim_of<'w>(source: &mut Source<'_>, written: &'w RuleFile) -> Option<Written<'w>> {
    let claim = match (&written.expect, &written.requires, &written.forbids) {
        (Some(expect), None, None) => Written::Expect(expect, written.fail_when.as_ref()),
        (None, Some(requires), None) => Written::Requires(requires),
        (None, None, Some(forbids)) => Written::Forbids(forbids),
        _ => {
            let span = source.span(&written.for_each.referenced);
            source.error(span, "a rule has exactly one of `expect`, `requires` and `forbids`", None);
            return None;
        }
    };
    if let (Written::Requires(_) | Written::Forbids(_), Some(text)) = (&claim, &written.fail_when) {
        let span = source.span(&text.referenced);
        source.error(span, "`fail_when` goes with `expect` only", None);
    }
    Some(claim)
}

fn join_of(source: &mut Source<'_>, written: &Located<MatchFile>, left: &Vars, schemas: &Schemas) -> Option<Join> {
    let file = &written.value;
    let right = type_vars(source, &file.kind.value, &file.kind, schemas, false)?;
    let filter = file.filter.as_ref().map(|text| source.program(text, &right, &Kind::Bool));
    let everywhere = file.everywhere.as_ref().map(|text| source.program(text, &right, &Kind::Bool));
    let mut join = Join {
        kind: file.kind.value.clone(),
        filter: transpose(filter)?,
        everywhere: transpose(everywhere)?,
        account: false,
        region: false,
        pairs: Vec::new(),
    };
    let mut sound = true;
    for pair in &file.pairs {
        let names = (pair.value.left.as_str(), pair.value.right.as_str());
        match names {
            ("account", "account") => join.account = true,
            ("region", "region") => join.region = true,
            (left_name, right_name) => match join_pair(left_name, right_name, left, &right) {
                Ok(pair) => join.pairs.push(pair),
                Err(error) => {
                    let span = source.span(&pair.referenced);
                    source.error(span, error.message, error.help);
                    sound = false;
                }
            },
        }
    }
    if let (Some(text), false) = (&file.everywhere, join.region) {
        let span = source.span(&text.referenced);
        source.error(span, "`everywhere` goes with `region` in `match`", None);
    }
    sound.then_some(join)
}

fn join_pair(left_name: &str, right_name: &str, left: &Vars, right: &Vars) -> Result<JoinPair, CelError> {
    let left_path = cel::compile_path(left_name, left)?;
    let right_path = cel::compile_path(right_name, right)?;
    for (path, vars, name) in [(&left_path, left, left_name), (&right_path, right, right_name)] {
        if name == "tags" || name.starts_with("tags.") {
            return Err(CelError { message: format!("tags of {} cannot be matched", vars.of), at: 0..0, help: None });
        }
        if path.root.name() == "type" {
            return Err(CelError { message: "`type` cannot be matched".to_owned(), at: 0..0, help: None });
        }
    }
    let element = |ty: &crate::schema::Ty| {
        let mut ty = ty.clone();
        while let Kind::List(of) = &ty.kind {
            ty = (**of).clone();
        }
        ty
    };
    let (left_ty, right_ty) = (element(&left_path.ty), element(&right_path.ty));
    if !cel::alike(&left_ty, &right_ty) {
        return Err(CelError {
            message: format!(
                "`{left_name}` of {} is {}, `{right_name}` of {} is {}",
                left.of,
                left_ty.words(),
                right.of,
                right_ty.words()
            ),
            at: 0..0,
            help: None,
        });
    }
    Ok(JoinPair { left: left_path, right: right_path })
}

fn bears_on(source: &mut Source<'_>, written: &RuleFile) -> Vec<BearsOn> {
    let mut all = Vec::new();
    if written.bears_on.value.is_empty() {
        let span = source.span(&written.bears_on.referenced);
        source.error(span, "a rule bears on at least one choice", None);
    }
    for entry in &written.bears_on.value {
        let file = &entry.value;
        if let Some(share) = &file.tolerates
            && !(share.value > 0.0 && share.value < 1.0)
        {
            let span = source.span(&share.referenced);
            source.error(span, "`tolerates` is a share: above 0 and below 1", None);
        }
        if let Some(least) = &file.counts_from {
            let span = source.span(&least.referenced);
            if least.value < 2 {
                source.error(span, "`counts_from` is a number of resources: 2 or more", None);
            } else if file.pass != OnPass::Proves && file.fail != OnFail::Refutes {
                source.error(
                    span,
                    "`counts_from` does nothing where a pass does not prove and a failure does not refute",
                    None,
                );
            }
        }
        all.push(BearsOn {
            question: file.question.clone(),
            choice: file.choice.value.clone(),
            pass: file.pass,
            fail: file.fail,
            tolerates: file.tolerates.as_ref().map(|share| share.value),
            counts_from: file.counts_from.as_ref().map(|least| least.value),
            together_with: file.together_with.iter().map(|rule| rule.value.clone()).collect(),
            choice_at: source.span(&file.choice.referenced),
            together_with_at: file.together_with.iter().map(|rule| source.span(&rule.referenced)).collect(),
            none_means: file.none_means.or(written.none_means.map(|NoneMeans::NotApplicable| NoneMeans::NotApplicable)),
        });
    }
    all
}

fn notes(source: &mut Source<'_>, written: &RuleFile, vars: &Vars, ranked: bool) -> Option<Notes> {
    let mut template = |text: &Located<String>, place: note::Place| {
        note::compile(&text.value, vars, place, ranked).map_err(|error| source.cel_error(text, error)).ok()
    };
    let fail = template(&written.notes.fail, note::Place::Fail);
    let pass = template(&written.notes.pass, note::Place::Pass);
    let unknown = template(&written.notes.unknown, note::Place::Unknown);
    let not_applicable = written.notes.not_applicable.as_ref().map(|text| template(text, note::Place::NotApplicable));
    Some(Notes { fail: fail?, pass: pass?, unknown: unknown?, not_applicable: transpose(not_applicable)? })
}
