//! Lenses: what a review asks, and what risk its answers come to.
//!
//! A lens is read from the project's own format ([`SCHEMA`], YAML or JSON) or from the AWS Well-Architected Tool's
//! custom lens JSON. Questions and choices are looked up by the Tool's ids; numbers such as `REL01-BP04` are shown and
//! never looked up, because AWS gives them to other practices between editions.
//!
//! [`principles`] are a second view of the choices of the lenses that ship.

mod condition;
mod custom;
mod file;
mod json;
mod lens;
mod nearest;
pub mod principles;
mod problem;
mod read;
mod risk;

pub use condition::{Condition, Expr, MAX_DEPTH, Malformed};
pub use file::{SCHEMA, json_schema};
pub use lens::{
    Choice, Lens, LevelBasis, Likeness, NONE_OF_THESE, NoneOfThese, Pillar, Polarity, Question, Successor, digest,
};
pub use nearest::nearest;
pub use problem::{LensError, Problem, Severity};
pub use read::{Checked, MAX_BYTES, check, check_str};
pub use risk::{BASIS_LEVELS, BASIS_OBSERVED, BASIS_RULES, Level, Predicted, Risk, RiskRule, State, States};
