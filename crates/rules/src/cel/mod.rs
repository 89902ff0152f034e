//! Predicates: the `cel` crate parses them, this module checks them against the resource schemas and runs them.
//!
//! They run on our own evaluator and not on `cel`'s, for the one thing everything rests on: three values. In `cel`,
//! what is not read is an error like any other, numbers of two kinds do not mix, and every record is bound into a
//! context of trait objects. Here a predicate is compiled once to a tree whose names are resolved, records are read where
//! they stand, and "unknown" carries its reasons.

mod check;
mod guard;
mod program;
mod run;
#[cfg(test)]
mod tests;
mod value;

pub(crate) use check::{Path, Vars, alike, compile, compile_path};
pub(crate) use program::Program;
pub(crate) use run::{Clock, Record, days_between, instant};
pub(crate) use value::View;

/// A mistake in a predicate: what, where (bytes from its start), and a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CelError {
    pub(crate) message: String,
    pub(crate) at: std::ops::Range<usize>,
    pub(crate) help: Option<String>,
}
