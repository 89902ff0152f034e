//! What ends a scan, as opposed to what leaves a gap in it.

use miette::Diagnostic;
use wellproof_aws::{Collector, sdk};
use wellproof_snapshot::{ReadError, WriteError};

/// Why there is no snapshot, or no finished one.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum ScanError {
    /// No credentials.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Credentials(#[from] sdk::CredentialsError),
    /// AWS does not say who we are.
    #[error("AWS does not accept these credentials: {0}")]
    #[diagnostic(
        code(scan::identity),
        help("`aws sts get-caller-identity` with the same profile should answer; sign in again if it does not")
    )]
    Identity(String),
    /// The credentials stopped working during the scan.
    #[error("the credentials stopped working during the scan: {message}")]
    #[diagnostic(
        code(scan::expired),
        help("sign in again and run the same command with --resume; {finished} of {planned} units are kept")
    )]
    Expired {
        /// What AWS said.
        message: String,
        /// How many units are on the disk.
        finished: usize,
        /// How many there are to run.
        planned: usize,
    },
    /// Somebody asked the scan to stop.
    #[error("the scan was interrupted")]
    #[diagnostic(
        code(scan::interrupted),
        help("{}", if *planned > 0 { format!("run the same command with --resume; {finished} of {planned} units are kept") } else { "it had hardly begun".to_owned() })
    )]
    Interrupted {
        /// How many units are on the disk.
        finished: usize,
        /// How many there are to run.
        planned: usize,
    },
    /// No such collector.
    #[error("there is no collector `{name}`")]
    #[diagnostic(code(scan::collector), help("{help}"))]
    Collector {
        /// As given.
        name: String,
        /// The nearest name, or all of them.
        help: String,
    },
    /// No such region.
    #[error("there is no region `{name}`")]
    #[diagnostic(code(scan::region), help("{help}"))]
    Region {
        /// As given.
        name: String,
        /// The nearest name.
        help: String,
    },
    /// The region exists, but not for this account.
    #[error("region `{0}` is not enabled in this account, so that nothing can exist there")]
    #[diagnostic(code(scan::region_off), help("leave it out of --regions"))]
    RegionOff(String),
    /// Resuming something else.
    #[error("the snapshot was begun {0}")]
    #[diagnostic(code(scan::other), help("resume with what it was begun with, or name another directory"))]
    Other(String),
    /// Resuming something old.
    #[error("the snapshot was begun at {0}, more than a day ago")]
    #[diagnostic(
        code(scan::stale),
        help("its windows end where it began, and AWS has forgotten the far end of them: begin a new one")
    )]
    Stale(jiff::Timestamp),
    /// A bug of ours.
    #[error("a unit ended without a result")]
    #[diagnostic(code(scan::bug), help("this is a bug: report it; --resume goes on with what is finished"))]
    Bug(#[from] tokio::task::JoinError),
    /// The recording cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Recording(#[from] ReadError),
    /// The snapshot cannot be written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Write(#[from] WriteError),
}

impl ScanError {
    pub(crate) fn collector(name: &str, known: &[Collector]) -> Self {
        let names: Vec<&str> = known.iter().map(|collector| collector.name).collect();
        Self::Collector { name: name.to_owned(), help: nearest(name, &names) }
    }

    pub(crate) fn region(name: &str, known: &[&str]) -> Self {
        Self::Region { name: name.to_owned(), help: nearest(name, known) }
    }
}

fn nearest(name: &str, known: &[&str]) -> String {
    let best = known.iter().min_by_key(|candidate| strsim::damerau_levenshtein(name, candidate));
    match best {
        Some(best) if strsim::damerau_levenshtein(name, best) <= 3 => format!("did you mean `{best}`?"),
        _ => format!("there are {}", known.join(", ")),
    }
}
