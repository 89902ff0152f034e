//! From a snapshot to answers: what `demo`, `answer` and `explain` share.

use std::collections::BTreeSet;
use std::path::Path;

use wellproof_answers::Custody;
use wellproof_answers::document::Document;
use wellproof_lens::Lens;
use wellproof_model::{Evidence, Scope};
use wellproof_rules::RuleSet;
use wellproof_snapshot::{Reader, Reading, State, Verify};

use crate::args::Judging;
use crate::error::CliError;
use crate::{output, scope};

/// Everything that an answer is a function of, and the answer.
pub(crate) struct Judged {
    pub(crate) reader: Reader,
    pub(crate) evidence: Evidence,
    pub(crate) rules: RuleSet,
    pub(crate) lens: Lens,
    pub(crate) document: Document,
}

/// `reviewed` is the lens that a review given answers.
pub(crate) fn judge(args: &Judging, reviewed: Option<&str>) -> miette::Result<Judged> {
    let lens = lens(args.lens.as_deref().or(reviewed).unwrap_or("wellarchitected"))?;
    let rules = rules(args.rules.as_deref())?;
    rules.check(&|question, choice| known_choice(&lens, question, choice))?;
    let config = scope::read(args.config.as_ref())?;
    let reader = Reader::open(&args.snapshot)?;
    config.check(reader.manifest())?;
    let verify = if args.allow_unverified { Verify::No } else { Verify::Yes };
    answer(reader, lens, rules, &config.scope, verify)
}

pub(crate) fn answer(
    reader: Reader,
    lens: Lens,
    rules: RuleSet,
    scope: &Scope,
    verify: Verify,
) -> miette::Result<Judged> {
    let types = types(&rules);
    let (mut evidence, reading) = reader.evidence(Some(&types), verify)?;
    tell(&reader, &reading);
    wellproof_derive::derive(&mut evidence, &scope.provenance, &types);
    let outcomes = rules.evaluate(&evidence, scope);
    let custody = Custody {
        unfinished: reader.verified_state() == State::Unfinished,
        damaged: !reading.problems.is_empty(),
        resources: reading.resources.values().sum(),
    };
    let document = wellproof_answers::answer(&evidence, &lens, &rules, &outcomes, scope, custody);
    Ok(Judged { reader, evidence, rules, lens, document })
}

/// The resource types that have to be parsed: what rules and hints read, and what derived facts are made of.
fn types(rules: &RuleSet) -> BTreeSet<&str> {
    let mut types = rules.types();
    for kind in wellproof_answers::types() {
        types.insert(kind);
    }
    for kind in wellproof_derive::inputs(&types) {
        types.insert(kind);
    }
    types
}

/// Says what is wrong with a snapshot that is read all the same.
fn tell(reader: &Reader, reading: &Reading) {
    if reader.verified_state() == State::Unfinished {
        output::say("warning: the scan of this snapshot did not finish; what it did not read counts as a gap");
    }
    for problem in &reading.problems {
        output::say(&format!("warning: {}", wellproof_report::legible_line(&problem.to_string())));
    }
}

/// The shipped rules, with those of `directory` added or in place of their namesakes.
pub(crate) fn rules(directory: Option<&Path>) -> miette::Result<RuleSet> {
    let mut rules = RuleSet::shipped()?;
    if let Some(directory) = directory {
        rules.extend(RuleSet::load_dir(directory)?);
    }
    Ok(rules)
}

/// A lens by its id, else by its file.
pub(crate) fn lens(name: &str) -> miette::Result<Lens> {
    if let Some(lens) = Lens::by_id(name) {
        return Ok(lens.clone());
    }
    let path = Path::new(name);
    if !path.exists() {
        return Err(CliError::NoLens(name.to_owned()).into());
    }
    Ok(Lens::read(path)?)
}

/// Whether a shipped lens, or `lens`, has the choice.
pub(crate) fn known_choice(lens: &Lens, question: &str, choice: &str) -> bool {
    Lens::shipped().iter().chain([lens]).any(|lens| lens.choice(question, choice).is_some())
}
