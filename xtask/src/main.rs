//! Generates what is derived from code and rules, and records the fixtures.

#![expect(clippy::print_stdout, reason = "a task tells what it did")]

mod generate;
mod record;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Tasks of this workspace.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Write schemas and references
    Gen {
        /// Change nothing; fail where a file is not what would be written
        #[arg(long)]
        check: bool,
    },
    /// Record the accounts of `fixtures/` from the stand-in, over HTTP
    Record {
        /// The fixture; all of them by default
        #[arg(value_enum)]
        fixture: Option<record::Fixture>,
    },
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().task {
        Task::Gen { check } => generate::run(check),
        Task::Record { fixture } => record::run(fixture),
    }
}

/// The workspace's folder.
fn root() -> PathBuf {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    path.pop();
    path
}
