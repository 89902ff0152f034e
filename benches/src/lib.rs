//! A large account, as a snapshot of it would lie on the disk.
//!
//! Everything is made from the number of a resource, so that the same size gives the same bytes.

mod account;

pub use account::{Written, write};
