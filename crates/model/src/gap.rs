//! Something that was not read, and why.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CallId, GapId, UnitId};

/// Why something was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// AWS refused.
    Denied,
    /// AWS kept throttling past the last retry.
    Throttled,
    /// Any other error, or no answer at all.
    Failed,
    /// A stated budget of calls or time was used up.
    OverBudget,
    /// Nobody asked: the unit was not run or was interrupted, or the recording lacks the call.
    NotAsked,
}

/// What stood in the way of a denied call, as far as AWS's message tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Denier {
    /// No identity-based policy allows the action.
    MissingPermission,
    /// An identity-based policy denies it.
    IdentityPolicy,
    /// A service control policy of the organization.
    ServiceControlPolicy,
    /// A resource-based policy.
    ResourcePolicy,
    /// A permissions boundary.
    PermissionsBoundary,
    /// The session's own policy.
    SessionPolicy,
    /// A VPC endpoint's policy.
    VpcEndpointPolicy,
    /// The message does not say.
    Unsaid,
}

impl GapKind {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Throttled => "throttled",
            Self::Failed => "failed",
            Self::OverBudget => "over budget",
            Self::NotAsked => "not asked",
        }
    }
}

impl std::fmt::Display for GapKind {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.pad(self.as_str())
    }
}

impl Denier {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingPermission => "a missing permission",
            Self::IdentityPolicy => "an identity-based policy",
            Self::ServiceControlPolicy => "a service control policy",
            Self::ResourcePolicy => "a resource-based policy",
            Self::PermissionsBoundary => "a permissions boundary",
            Self::SessionPolicy => "a session policy",
            Self::VpcEndpointPolicy => "a VPC endpoint policy",
            Self::Unsaid => "a policy that AWS does not name",
        }
    }
}

/// Something not read, and why. A gap never counts as an absence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// Made of the unit and of what was not read.
    pub id: GapId,
    /// The unit in which it happened.
    pub unit: UnitId,
    /// What was not read: a resource type, `type#id`, or `type#id.field`.
    pub what: String,
    /// Why.
    pub kind: GapKind,
    /// The error code that AWS answered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What AWS, or we, said about it, in one line.
    pub message: String,
    /// What denied it, where `kind` is `denied`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied_by: Option<Denier>,
    /// The IAM actions that would mend it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    /// The calls that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<CallId>,
}

impl Gap {
    /// The id of the gap that `what` leaves in `unit`.
    pub fn id_of(unit: &UnitId, what: &str) -> GapId {
        GapId::of(&[&unit.to_string(), what])
    }

    /// A gap that no call stands behind: nobody asked.
    pub fn not_asked(unit: &UnitId, what: &str, message: impl Into<String>) -> Self {
        Self {
            id: Self::id_of(unit, what),
            unit: unit.clone(),
            what: what.to_owned(),
            kind: GapKind::NotAsked,
            code: None,
            message: message.into(),
            denied_by: None,
            actions: Vec::new(),
            calls: Vec::new(),
        }
    }
}
