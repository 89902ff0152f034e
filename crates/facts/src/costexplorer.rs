//! Cost Explorer: what watches for cost that is out of the ordinary, and by which tags cost is told apart.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A cost anomaly monitor. The record's id is its ARN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnomalyMonitor {
    /// Its ARN (`GetAnomalyMonitors` AnomalyMonitors[].MonitorArn).
    pub monitor_arn: String,
    /// Its name (`GetAnomalyMonitors` AnomalyMonitors[].MonitorName).
    pub monitor_name: String,
    /// `DIMENSIONAL` or `CUSTOM` (`GetAnomalyMonitors` AnomalyMonitors[].MonitorType).
    pub monitor_type: String,
    /// What a dimensional one looks at: `SERVICE`, `LINKED_ACCOUNT`, `TAG` or `COST_CATEGORY` (`GetAnomalyMonitors`
    /// AnomalyMonitors[].MonitorDimension).
    pub monitor_dimension: Option<String>,
}

/// Who hears of anomalies. The record's id is its ARN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnomalySubscription {
    /// Its ARN (`GetAnomalySubscriptions` AnomalySubscriptions[].SubscriptionArn).
    pub subscription_arn: String,
    /// `DAILY`, `IMMEDIATE` or `WEEKLY` (`GetAnomalySubscriptions` AnomalySubscriptions[].Frequency).
    pub frequency: String,
    /// The monitors that it tells of, sorted (`GetAnomalySubscriptions` AnomalySubscriptions[].MonitorArnList).
    pub monitor_arns: Vec<String>,
    /// How many people and topics hear of it, and did not decline (`GetAnomalySubscriptions` AnomalySubscriptions[].Subscribers[]).
    pub subscribers: i64,
}

/// A tag key that cost can be told apart by. The record's id is its key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CostAllocationTag {
    /// The key (`ListCostAllocationTags` CostAllocationTags[].TagKey).
    pub tag_key: String,
    /// `AWSGenerated` or `UserDefined` (`ListCostAllocationTags` CostAllocationTags[].Type).
    pub tag_type: String,
    /// Whether cost is told apart by it: its status is `Active` (`ListCostAllocationTags` CostAllocationTags[].Status).
    pub active: bool,
}
