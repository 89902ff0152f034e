//! Reads iam.
