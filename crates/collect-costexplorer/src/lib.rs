//! Reads costexplorer.
