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
    /// What the pattern names as sources, word for word, sorted, such as `aws.signin`; its filters, such as by prefix, are left out
    /// (`ListRules` Rules[].EventPattern, source).
    pub sources: Vec<String>,
    /// What it names as kinds of event, word for word, sorted, such as `AWS API Call via CloudTrail` (the same, detail-type).
    pub detail_types: Vec<String>,
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
