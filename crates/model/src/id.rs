//! Identifiers: short, stable across replays, readable in a report.

use std::fmt;
use std::str::FromStr;

use compact_str::{CompactString, format_compact};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One collector in one account and region: the grain of work, resume and failure.
///
/// Written `collector/account/region`; the region is `aws-global` for services that have one endpoint for all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct UnitId {
    /// The collector's name, such as `cloudtrail`.
    pub collector: String,
    /// Twelve digits.
    pub account: String,
    /// A region's name or `aws-global`.
    pub region: String,
}

impl UnitId {
    /// Names a unit by its three parts.
    pub fn new(collector: impl Into<String>, account: impl Into<String>, region: impl Into<String>) -> Self {
        Self { collector: collector.into(), account: account.into(), region: region.into() }
    }
}

impl fmt::Display for UnitId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}/{}", self.collector, self.account, self.region)
    }
}

/// The text is not `collector/account/region`.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a unit (collector/account/region)")]
pub struct ParseUnitError(String);

impl FromStr for UnitId {
    type Err = ParseUnitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain =
            |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let parts: Vec<&str> = text.split('/').collect();
        match parts.as_slice() {
            [collector, account, region] if parts.iter().all(plain) => Ok(Self::new(*collector, *account, *region)),
            _ => Err(ParseUnitError(text.to_owned())),
        }
    }
}

impl TryFrom<String> for UnitId {
    type Error = ParseUnitError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<UnitId> for String {
    fn from(unit: UnitId) -> Self {
        unit.to_string()
    }
}

macro_rules! short_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(#[schemars(with = "String")] pub CompactString);

        impl $name {
            /// An id made of what it names, so that a replay gives the same one.
            pub fn of(parts: &[&str]) -> Self {
                let mut hash = Sha256::new();
                for part in parts {
                    hash.update((part.len() as u64).to_be_bytes());
                    hash.update(part.as_bytes());
                }
                Self(format_compact!(concat!($prefix, "{}"), hex::encode(&hash.finalize()[..8])))
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.into())
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}

short_id! {
    /// Names a call within a snapshot: `c-` and 16 hexadecimal digits, made of the call's key.
    CallId, "c-"
}

short_id! {
    /// Names a gap within a snapshot: `g-` and 16 hexadecimal digits, made of what was not read.
    GapId, "g-"
}
