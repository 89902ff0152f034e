//! Loads, checks and evaluates rules.
//!
//! A rule is a YAML file (`docs/rules-format.md`). Loading it compiles its predicates against the resource schemas and
//! reports every mistake with its place; evaluating it is a pure function of evidence and scope. What was not read makes
//! what depends on it unknown, and nothing else does.

mod case;
mod cel;
mod coverage;
mod error;
mod evaluate;
mod format;
mod join;
mod load;
mod nearest;
mod note;
mod outcome;
mod reason;
mod rule;
mod schema;
mod set;

pub use case::CaseResult;
pub use error::{RuleError, RuleErrors};
pub use outcome::{Judged, Outcome};
pub use rule::{BearsOn, ForEach, NoneMeans, OnFail, OnPass, Rule, SeenFrom};
pub use schema::Schemas;
pub use set::RuleSet;
