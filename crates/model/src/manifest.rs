//! The first page of a snapshot: who asked, when, with what, and which files hold the answers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Gap, Listing, UnitId};

/// Who scanned, as `sts:GetCallerIdentity` says.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Caller {
    /// The ARN of the principal, with its session.
    pub arn: String,
    /// The account that was scanned.
    pub account: String,
}

/// One file of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileEntry {
    /// SHA-256 of the file as it lies on the disk, in hexadecimal.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// How many records it holds.
    pub records: u64,
}

/// What a unit came to: `unit.json` in its directory, written last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnitRecord {
    /// The unit.
    pub unit: UnitId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Its listings, one for each resource type that its collector declares, sorted by type.
    pub listings: Vec<Listing>,
    /// What it could not read, sorted by `what`.
    pub gaps: Vec<Gap>,
    /// Its files by name.
    pub files: BTreeMap<String, FileEntry>,
}

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Manifest {
    /// `wellproof/snapshot/1`.
    pub schema: String,
    /// The version of the tool that scanned.
    pub tool_version: String,
    /// SHA-256 over the rules that the tool shipped.
    pub rules_digest: String,
    /// SHA-256 over the lenses that the tool shipped.
    pub lenses_digest: String,
    /// When the scan began. This is the snapshot's clock: ages, windows and deadlines count from it.
    pub started_at: Timestamp,
    /// When it ended; absent while it runs and after it died.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Seconds that this machine's clock was ahead of AWS's `Date` header at the first answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_skew_seconds: Option<i64>,
    /// Who scanned.
    pub caller: Caller,
    /// The regions that were scanned.
    pub regions: Vec<String>,
    /// The regions that are enabled in the account; absent when they could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regions_enabled: Option<Vec<String>>,
    /// The regions that are not opted in to: nothing can exist there.
    #[serde(default)]
    pub regions_off: Vec<String>,
    /// The units that the scan set out to run.
    pub planned: Vec<UnitId>,
    /// The resource types that each planned collector declares, by its name: what a unit that did not finish left unread.
    #[serde(default)]
    pub types: BTreeMap<String, Vec<String>>,
    /// SHA-256 of each finished unit's `unit.json`.
    pub units: BTreeMap<UnitId, String>,
    /// The digest of the snapshot that answered in AWS's place, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replayed_from: Option<String>,
}

impl Manifest {
    /// The name and version of this format.
    pub const SCHEMA: &'static str = "wellproof/snapshot/1";

    /// Enabled regions that were not scanned; `None` when the enabled ones could not be read.
    pub fn regions_not_scanned(&self) -> Option<Vec<String>> {
        let enabled = self.regions_enabled.as_ref()?;
        Some(enabled.iter().filter(|region| !self.regions.contains(region)).cloned().collect())
    }
}
