//! Verdicts and a lens become suggestions, notes and predicted risk.
//!
//! Everything here is a function of the evidence, the rules' outcomes, the lens and the scope: the same input gives the same
//! bytes. No verdict comes from what was not read, and none that the snapshot holds no call for.

mod answer;
mod compare;
pub mod document;
mod fail_on;
mod fix;
mod hints;
mod principle;
mod reason;
mod ruled;
mod scope;
mod suggest;
mod suggested;
#[cfg(test)]
mod tests;
mod text;

use wellproof_lens::Lens;
use wellproof_model::{Evidence, Scope};
use wellproof_rules::{BearsOn, ForEach, NoneMeans, OnFail, OnPass, Outcome, Rule, RuleSet};

use crate::answer::{RuleView, unit_in_scope};
use crate::document::Document;
use crate::ruled::{Claim, listed_whole};
use crate::suggest::Weight;

pub use compare::{OtherLens, compare};
pub use fail_on::{FailOn, UnknownThreshold, fail_on};
pub use suggested::suggested;
pub use text::{CHOICE_NOTE, QUESTION_NOTE, length};

/// What reading the snapshot found out beside the evidence; it is only passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Custody {
    /// Whether the scan did not finish, so that nothing seals the snapshot.
    pub unfinished: bool,
    /// Whether something that was read did not match its hash.
    pub damaged: bool,
    /// How many resources lie in the snapshot, also of types that nobody looked at.
    pub resources: u64,
}

/// Answers every question of `lens`, as far as evidence goes.
///
/// `outcomes` are what `rules` came to over `evidence` and `scope`, in any order; a rule without an outcome leaves its choices
/// not proven.
pub fn answer(
    evidence: &Evidence,
    lens: &Lens,
    rules: &RuleSet,
    outcomes: &[Outcome],
    scope: &Scope,
    custody: Custody,
) -> Document {
    let rules: Vec<RuleView<'_>> = rules.iter().map(|rule| view(rule, evidence, scope)).collect();
    answer::answer(evidence, lens, &rules, outcomes, scope, custody)
}

fn view<'a>(rule: &'a Rule, evidence: &Evidence, scope: &Scope) -> RuleView<'a> {
    // Only a tolerated share and a least number ask whether there may be more.
    let whole = rule.bears_on.iter().any(|on| on.tolerates.is_some() || on.counts_from.is_some())
        && match &rule.for_each {
            ForEach::Type(kind) => {
                listed_whole(kind, evidence, |account, region| unit_in_scope(scope, account, region))
            }
            ForEach::Region => evidence.manifest.regions_enabled.is_some(),
            ForEach::Account => true,
        };
    let fix = Some(rule.fix.as_str()).filter(|fix| !fix.is_empty());
    RuleView {
        claim: Claim { id: &rule.id, title: &rule.title, fix, basis: &rule.basis, whole },
        bears_on: rule.bears_on.iter().map(bears_on).collect(),
    }
}

fn bears_on(on: &BearsOn) -> answer::BearsOn<'_> {
    answer::BearsOn {
        question: &on.question,
        choice: &on.choice,
        pass: match on.pass {
            OnPass::Proves => Weight::Proves,
            OnPass::Supports => Weight::Supports,
            OnPass::Nothing => Weight::Nothing,
        },
        fail: match on.fail {
            OnFail::Refutes => Weight::Refutes,
            OnFail::Weakens => Weight::Weakens,
            OnFail::Nothing => Weight::Nothing,
        },
        tolerates: on.tolerates,
        counts_from: on.counts_from,
        together_with: &on.together_with,
        none_means_not_applicable: on.none_means == Some(NoneMeans::NotApplicable),
    }
}

/// The resource types that hints count, which have to be read beside those of the rules.
pub fn types() -> impl Iterator<Item = &'static str> {
    hints::Hints::shipped().types()
}

/// The JSON Schema of [`document::Document`]: `schemas/answers.json`.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(document::Document).to_value()
}
