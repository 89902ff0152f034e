//! Reads eventbridge.
