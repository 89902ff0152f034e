//! Reads budgets.
