//! Reads organizations.
