//! What was listed, and how far.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CallId, GapId, UnitId};

/// How far a listing got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListingState {
    /// To its end: what is not in it does not exist there.
    Complete,
    /// Some pages, not all.
    Partial,
    /// Nothing.
    Unread,
}

/// All resources of one type in one unit. Only a complete listing proves that something is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Listing {
    /// The resource type, in `CloudFormation`'s spelling.
    #[serde(rename = "type")]
    pub kind: String,
    /// The unit that listed.
    pub unit: UnitId,
    /// How far it got.
    pub state: ListingState,
    /// How many resources came of it.
    pub count: u64,
    /// The calls that made it, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<CallId>,
    /// Why it is not complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<GapId>,
}
