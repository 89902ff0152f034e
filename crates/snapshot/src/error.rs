//! What can go wrong with a snapshot, naming file and line.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use serde::Serialize;
use wellproof_model::UnitId;

/// One thing wrong with a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// The file's path within the snapshot.
    pub file: String,
    /// The line, from 1, where one is to blame.
    pub line: Option<u64>,
    /// What is wrong with it.
    pub message: String,
}

impl Problem {
    pub(crate) fn new(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: None, message: message.into() }
    }

    pub(crate) fn at(file: &str, line: u64, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: Some(line), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(out, "{}, line {line}: {}", self.file, self.message),
            None => write!(out, "{}: {}", self.file, self.message),
        }
    }
}

/// Why a snapshot could not be read.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum ReadError {
    /// There is no `manifest.json`.
    #[error("`{snapshot}` is not a snapshot: it has no manifest.json")]
    #[diagnostic(code(snapshot::not_a_snapshot), help("name the directory that `wellproof scan --out` wrote"))]
    NotASnapshot {
        /// What was opened.
        snapshot: String,
    },
    /// `manifest.json` is of another version.
    #[error("`{snapshot}` has the format `{found}`, and this version reads `wellproof/snapshot/1`")]
    #[diagnostic(code(snapshot::schema), help("read it with the version of wellproof that wrote it"))]
    Schema {
        /// What was opened.
        snapshot: String,
        /// The format that it names.
        found: String,
    },
    /// The scan did not finish.
    #[error("`{snapshot}` is unfinished: it has no DIGEST, because the scan that wrote it runs still or died")]
    #[diagnostic(
        code(snapshot::unfinished),
        help(
            "finish it with `wellproof scan --resume`, or read what there is with `wellproof answer --allow-unverified`"
        )
    )]
    Unfinished {
        /// What was opened.
        snapshot: String,
    },
    /// Something in it is not what was written.
    #[error("`{snapshot}` is damaged: {problem}{}", more(*.others))]
    #[diagnostic(
        code(snapshot::damaged),
        help(
            "`wellproof verify` lists everything that is wrong; `wellproof answer --allow-unverified` reads what can be read and counts the rest as not read"
        )
    )]
    Damaged {
        /// What was opened.
        snapshot: String,
        /// The first thing wrong with it.
        problem: Problem,
        /// How many more there are.
        others: usize,
    },
    /// A call that is not in the snapshot was asked for.
    #[error("`{snapshot}` holds no {what}")]
    #[diagnostic(code(snapshot::unknown))]
    Unknown {
        /// What was opened.
        snapshot: String,
        /// What was asked for.
        what: String,
    },
    /// The operating system refused.
    #[error("cannot read `{file}`")]
    #[diagnostic(code(snapshot::io))]
    Io {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

fn more(others: usize) -> String {
    match others {
        0 => String::new(),
        n => format!(" (and {n} more)"),
    }
}

/// Why a snapshot could not be written.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum WriteError {
    /// The directory holds something else.
    #[error("`{}` exists and is not a snapshot", .0.display())]
    #[diagnostic(code(snapshot::exists), help("name a directory that is empty or does not exist; nothing was touched"))]
    NotASnapshot(PathBuf),
    /// The directory holds a snapshot.
    #[error("`{}` is a snapshot already", .0.display())]
    #[diagnostic(
        code(snapshot::is_a_snapshot),
        help("go on with it by `--resume`, or name another directory; nothing was touched")
    )]
    IsASnapshot(PathBuf),
    /// There is no snapshot to go on with.
    #[error("`{}` holds no snapshot to resume", .0.display())]
    #[diagnostic(code(snapshot::nothing_to_resume), help("scan without `--resume`"))]
    NothingToResume(PathBuf),
    /// The snapshot is sealed.
    #[error("the snapshot `{}` is finished and sealed", .0.display())]
    #[diagnostic(code(snapshot::sealed), help("a new scan needs a new directory"))]
    Sealed(PathBuf),
    /// Another process writes to it.
    #[error("another scan writes to `{}`", .0.display())]
    #[diagnostic(code(snapshot::in_use), help("wait for it to end, or name another directory"))]
    InUse(PathBuf),
    /// What there is of the snapshot is damaged.
    #[error("cannot resume `{}`: {problem}", .dir.display())]
    #[diagnostic(code(snapshot::damaged), help("move that unit's folder away: its unit is then scanned again"))]
    Damaged {
        /// The snapshot.
        dir: PathBuf,
        /// What is wrong with it.
        problem: Problem,
    },
    /// A manifest that would not describe itself.
    #[error("a manifest that plans units of `{0}` has to name the types that it declares")]
    #[diagnostic(code(snapshot::undeclared))]
    Undeclared(String),
    /// A unit that the manifest does not plan, that is finished, or that is being written.
    #[error("cannot write unit `{unit}`: {reason}")]
    #[diagnostic(code(snapshot::unit))]
    Unit {
        /// The unit.
        unit: UnitId,
        /// Why not.
        reason: &'static str,
    },
    /// A record that would make the snapshot contradict itself.
    #[error("cannot record {what} of `{unit}`: {reason}")]
    #[diagnostic(code(snapshot::record))]
    Record {
        /// The unit.
        unit: UnitId,
        /// Which record.
        what: String,
        /// Why not.
        reason: String,
    },
    /// The operating system refused.
    #[error("cannot write `{}`", .path.display())]
    #[diagnostic(code(snapshot::io))]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl WriteError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
