//! Reads sns.
