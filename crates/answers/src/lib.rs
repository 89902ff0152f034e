//! Verdicts and a lens become suggestions, notes and predicted risk.

pub mod document;
