//! `wellproof`: wiring, and nothing else.

mod args;
mod commands;
mod error;
mod exit;
mod output;
mod progress;
mod scope;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};
use crate::exit::Exit;

// The system's allocator asks the kernel for every few pages when several threads read a snapshot: half of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    talk(cli.verbose);
    let exit = run(&cli.command).unwrap_or_else(|err| {
        output::error(&err);
        Exit::Usage
    });
    exit.into()
}

fn run(command: &Command) -> miette::Result<Exit> {
    match command {
        Command::Demo(args) => commands::demo::run(args),
        Command::Scan(args) => commands::scan::run(args),
        Command::Answer(args) => commands::answer::run(args),
        Command::Explain(args) => commands::explain::run(args),
        Command::Verify(args) => commands::verify::run(args),
        Command::Rules(args) => commands::rules::run(args),
        Command::Lens(args) => commands::lens::run(args),
        Command::Review(args) => commands::review::run(args),
        Command::Policy(args) => commands::policy::run(args),
    }
}

/// Logs go to stderr, and only on request; `WELLPROOF_LOG` filters them by crate and level.
fn talk(verbose: u8) {
    use tracing_subscriber::EnvFilter;
    let level = match verbose {
        0 => "error",
        1 => "warn,wellproof=info",
        2 => "info,wellproof=debug",
        _ => "debug",
    };
    let filter = EnvFilter::try_from_env("WELLPROOF_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(output::stderr_has_colour())
        .init();
}
