//! A snapshot directory: written while a scan runs, read and verified by everything after it.
//!
//! ```text
//! manifest.json                              who asked, when, which units; SHA-256 of every unit.json
//! DIGEST                                     SHA-256 of manifest.json; written last, by `Snapshot::seal`
//! units/<collector>.<account>.<region>/
//!     unit.json                              listings, gaps; SHA-256 of the files beside it
//!     calls.ndjson.zst                       one call a line, sorted by id
//!     bodies.ndjson.zst                      one stored body a line, in the same order
//!     resources.ndjson.zst                   one resource a line, sorted by type, account, region, id
//! ```
//!
//! Every file may be plain `.ndjson` instead, so that a fixture diffs in git. The chain of hashes runs from
//! `DIGEST` to every byte: nothing can be changed without one of them telling.

mod body;
mod error;
mod files;
mod lines;
mod read;
mod verify;
mod write;

use std::fmt;

use wellproof_model::UnitId;

pub use error::{Problem, ReadError, WriteError};
pub use files::{Directory, Embedded, Files, Found, FoundKind};
pub use lines::Limits;
pub use read::{Reader, Reading, Recording, State, Verify};
pub use verify::{Report, verify};
pub use write::{Resumed, Snapshot, UnitWriter};

/// The name of a snapshot's first page.
pub const MANIFEST: &str = "manifest.json";
/// The name of the file that holds the manifest's hash.
pub const DIGEST: &str = "DIGEST";
/// The folder of the units.
pub const UNITS: &str = "units";
/// The name of a unit's own page.
pub const UNIT: &str = "unit.json";
/// What the names of unfinished files and folders start with.
pub(crate) const TEMPORARY: &str = ".tmp-";
/// What the name of a finished unit starts with while its replacement takes its place.
pub(crate) const REPLACED: &str = ".tmp-replaced-";

/// How a unit's records are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Format {
    /// `.ndjson`, for fixtures that diff in git.
    Plain,
    /// `.ndjson.zst`, readable with `zstdcat`.
    #[default]
    Zstd,
}

/// The three files of records that every unit has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stem {
    Calls,
    Bodies,
    Resources,
}

impl Stem {
    pub(crate) const ALL: [Self; 3] = [Self::Calls, Self::Bodies, Self::Resources];

    pub(crate) fn file(self, format: Format) -> String {
        match format {
            Format::Plain => format!("{self}.ndjson"),
            Format::Zstd => format!("{self}.ndjson.zst"),
        }
    }
}

impl fmt::Display for Stem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Calls => "calls",
            Self::Bodies => "bodies",
            Self::Resources => "resources",
        })
    }
}

/// The name of a unit's folder; `None` for a unit whose name is not safe as one.
pub(crate) fn folder(unit: &UnitId) -> Option<String> {
    let text = unit.to_string();
    let sound = text.len() <= 200 && text.parse::<UnitId>().is_ok();
    sound.then(|| format!("{}.{}.{}", unit.collector, unit.account, unit.region))
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(bytes))
}

/// What `DIGEST` holds for a manifest of this hash.
pub(crate) fn digest_line(hash: &str) -> String {
    format!("sha256:{hash}  {MANIFEST}\n")
}
