//! EventBridge: which events start what.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellproof_model::Read;

use crate::cloudwatch::ActionKind;

/// A rule on the default event bus, on which the events of AWS's own services arrive. The record's id is its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rule {
    /// Its name (`ListRules` Rules[].Name).
    pub name: String,
    /// `ENABLED`, `DISABLED` or `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS` (`ListRules` Rules[].State).
    pub state: String,
    /// The AWS service that made it and alone may change it (`ListRules` Rules[].ManagedBy).
    pub managed_by: Option<String>,
    /// When it runs by the clock (`ListRules` Rules[].ScheduleExpression).
    pub schedule_expression: Option<String>,
    /// The pattern of the events that it waits for, as JSON text, whole, since what it selects by is its meaning; null where it runs by the
    /// clock alone (`ListRules` Rules[].EventPattern).
    pub event_pattern: Option<String>,
    /// The sources of the events that it waits for, sorted, such as `aws.signin`: none where it runs by the clock alone, null where the pattern
    /// does not name them word for word, but by a filter or not at all (`ListRules` Rules[].EventPattern, source).
    pub sources: Option<Vec<String>>,
    /// The same of their kinds, such as `AWS API Call via CloudTrail` (the same, detail-type).
    pub detail_types: Option<Vec<String>>,
    /// What it starts (`ListTargetsByRule` Targets[]).
    pub targets: Read<Vec<Target>>,
}

/// What a rule sends its events to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// Its ARN (`ListTargetsByRule` Targets[].Arn).
    pub target_arn: String,
    /// What it is, told by the ARN.
    pub kind: ActionKind,
}
