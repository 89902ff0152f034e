//! One file a command.

pub(crate) mod answer;
pub(crate) mod demo;
pub(crate) mod explain;
mod judge;
pub(crate) mod lens;
pub(crate) mod policy;
pub(crate) mod review;
pub(crate) mod rules;
pub(crate) mod scan;
mod tool;
pub(crate) mod verify;
