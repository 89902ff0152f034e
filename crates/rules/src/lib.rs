//! Loads, checks and evaluates rules.

mod outcome;

pub use outcome::{Judged, Outcome};
