//! Stacks: what they own, whether their last change worked, whether anybody looks for drift.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellproof_model::Read;

/// A stack that is not deleted. The record's id is the stack's ARN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stack {
    /// (`DescribeStacks` Stacks[].StackName.)
    pub stack_name: String,
    /// (`DescribeStacks` Stacks[].StackId.)
    pub stack_id: String,
    /// `CREATE_COMPLETE`, `UPDATE_ROLLBACK_FAILED` … (`DescribeStacks` Stacks[].StackStatus).
    pub stack_status: String,
    /// (`DescribeStacks` Stacks[].CreationTime.)
    pub creation_time: Timestamp,
    /// When its last update began; null when never updated (`DescribeStacks` Stacks[].LastUpdatedTime).
    pub last_updated_time: Option<Timestamp>,
    /// When its last event happened. Asked only of stacks whose rollback failed (`…ROLLBACK_FAILED`), null for others
    /// (`DescribeStackEvents` the first StackEvents[].Timestamp).
    pub last_event_time: Read<Option<Timestamp>>,
    /// Whether no stack nests it (`DescribeStacks` Stacks[].ParentId is absent).
    pub is_root: bool,
    /// (`DescribeStacks` Stacks[].EnableTerminationProtection; nested stacks follow their root.)
    pub enable_termination_protection: bool,
    /// Whether a failed change is kept as it is (`DescribeStacks` Stacks[].DisableRollback).
    pub disable_rollback: bool,
    /// How many alarms roll a change back (`DescribeStacks` Stacks[].RollbackConfiguration.RollbackTriggers).
    pub rollback_trigger_count: i64,
    /// The alarms that roll a change back, as ARNs, sorted (`DescribeStacks` Stacks[].RollbackConfiguration.RollbackTriggers[].Arn).
    pub rollback_trigger_arns: Vec<String>,
    /// How many topics hear of its events (`DescribeStacks` Stacks[].NotificationARNs).
    pub notification_count: i64,
    /// Whether it acts by a service role of its own (`DescribeStacks` Stacks[].RoleARN is present).
    pub has_service_role: bool,
    /// `IN_SYNC`, `DRIFTED`, `NOT_CHECKED` or `UNKNOWN` (`DescribeStacks` Stacks[].DriftInformation.StackDriftStatus).
    pub stack_drift_status: String,
    /// When drift was last looked for; null when never (`DescribeStacks` Stacks[].DriftInformation.LastCheckTimestamp).
    pub drift_last_check_timestamp: Option<Timestamp>,
}

/// A resource that a stack owns; those that it deleted or left to themselves (DELETE_COMPLETE, DELETE_SKIPPED) are left out.
/// The record's id is `<stack ARN>/<logical id>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StackResource {
    /// The stack's ARN (`ListStackResources` asked by it).
    pub stack_id: String,
    /// The stack's name.
    pub stack_name: String,
    /// (`ListStackResources` StackResourceSummaries[].LogicalResourceId.)
    pub logical_resource_id: String,
    /// The resource's own id or ARN; null while it is not yet made (`ListStackResources` PhysicalResourceId).
    pub physical_resource_id: Option<String>,
    /// CloudFormation's spelling (`ListStackResources` ResourceType).
    pub resource_type: String,
    /// (`ListStackResources` ResourceStatus.)
    pub resource_status: String,
    /// `IN_SYNC`, `MODIFIED`, `DELETED` or `NOT_CHECKED` (`ListStackResources` DriftInformation.StackResourceDriftStatus).
    pub drift_status: Option<String>,
    /// (`ListStackResources` DriftInformation.LastCheckTimestamp.)
    pub drift_last_check_timestamp: Option<Timestamp>,
}
