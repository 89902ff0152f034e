//! Alarms, dashboards, and which metrics arrive.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellproof_model::Read;

/// What an alarm's action is, told by its ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// A topic: `arn:aws:sns:…`.
    Sns,
    /// A scaling policy: `arn:aws:autoscaling:…`, `arn:aws:application-autoscaling:…`.
    Scaling,
    /// Stop, terminate, reboot or recover an instance: `arn:aws:automate:…:ec2:…`, `arn:aws:swf:…`.
    Ec2,
    /// A function: `arn:aws:lambda:…`.
    Lambda,
    /// An OpsItem: `arn:aws:ssm:…:opsitem:…`.
    OpsItem,
    /// An incident: `arn:aws:ssm-incidents:…`.
    Incident,
    /// An investigation: `arn:aws:aiops:…`.
    Investigation,
    /// Anything else.
    Other,
}

impl ActionKind {
    /// Tells the kind from the action's ARN.
    pub fn of(arn: &str) -> Self {
        match arn.split(':').nth(2).unwrap_or_default() {
            "sns" => Self::Sns,
            "autoscaling" | "application-autoscaling" => Self::Scaling,
            "automate" | "swf" => Self::Ec2,
            "lambda" => Self::Lambda,
            "ssm" => Self::OpsItem,
            "ssm-incidents" => Self::Incident,
            "aiops" => Self::Investigation,
            _ => Self::Other,
        }
    }
}

/// What a metric is to the alarm that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MetricRole {
    /// Its values are what the alarm compares.
    Compared,
    /// What the alarm compares is computed from it.
    Operand,
    /// What the alarm compares does not depend on it.
    Unused,
}

/// A metric that an alarm looks at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlarmMetric {
    /// The account whose metric it is; null where AWS names none, which is the alarm's own (`DescribeAlarms` MetricAlarms[].Metrics[].AccountId).
    pub account_id: Option<String>,
    /// (`DescribeAlarms` MetricAlarms[].Namespace, or Metrics[].MetricStat.Metric.Namespace.)
    pub namespace: String,
    /// (`DescribeAlarms` MetricAlarms[].MetricName, or Metrics[].MetricStat.Metric.MetricName.)
    pub metric_name: String,
    /// Name to value (`DescribeAlarms` MetricAlarms[].Dimensions, or Metrics[].MetricStat.Metric.Dimensions).
    pub dimensions: std::collections::BTreeMap<String, String>,
    /// The statistic, such as `Maximum` or `p99` (`DescribeAlarms` Statistic, ExtendedStatistic or Metrics[].MetricStat.Stat).
    pub statistic: Option<String>,
    /// Over how many seconds the statistic is taken (`DescribeAlarms` MetricAlarms[].Period or Metrics[].MetricStat.Period).
    pub period: Option<i64>,
    /// As [`crate::usage_metric_key`] spells it.
    pub metric_key: String,
    /// Whether what the alarm compares is this metric, or is computed from it (`DescribeAlarms` Metrics[].ReturnData, Expression and
    /// ThresholdMetricId).
    pub role: MetricRole,
}

impl AlarmMetric {
    /// Whether it is a metric of `account`, in which the alarm stands. A monitoring account's alarms look at those of others, too.
    pub fn is_of(&self, account: &str) -> bool {
        self.account_id.as_deref().is_none_or(|owner| owner == account)
    }
}

/// An alarm on a metric or on metric math. The record's id is its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Alarm {
    /// (`DescribeAlarms` MetricAlarms[].AlarmName.)
    pub alarm_name: String,
    /// Whether it has a description (`DescribeAlarms` MetricAlarms[].AlarmDescription, whose text is not kept).
    pub has_description: bool,
    /// Whether its description holds a link (`https://` or `http://` in AlarmDescription).
    pub description_has_link: bool,
    /// (`DescribeAlarms` MetricAlarms[].ActionsEnabled.)
    pub actions_enabled: bool,
    /// ARNs of what happens on ALARM, sorted (`DescribeAlarms` MetricAlarms[].AlarmActions).
    pub alarm_actions: Vec<String>,
    /// The kinds of these, each once, sorted.
    pub alarm_action_kinds: Vec<ActionKind>,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA` (`DescribeAlarms` MetricAlarms[].StateValue).
    pub state_value: String,
    /// When it came into this state (`DescribeAlarms` MetricAlarms[].StateTransitionedTimestamp). `StateUpdatedTimestamp` moves without a
    /// change of state and is not kept.
    pub state_transitioned_timestamp: Option<Timestamp>,
    /// When it was last configured (`DescribeAlarms` MetricAlarms[].AlarmConfigurationUpdatedTimestamp).
    pub alarm_configuration_updated_timestamp: Timestamp,
    /// The metrics that it looks at, in the order given; one for a plain alarm (`DescribeAlarms` Namespace … or Metrics[]).
    pub metrics: Vec<AlarmMetric>,
    /// Namespaces of these and of what its Metrics Insights queries select from, each once, sorted.
    pub namespaces: Vec<String>,
    /// Whether it looks at metrics that it does not name: by a Metrics Insights or PromQL query, or in another source (`DescribeAlarms`
    /// Metrics[].Expression starts with SELECT, or there is no metric at all).
    pub metrics_untold: bool,
    /// Keys of those in AWS/Usage that are the account's own and not unused, sorted: the quotas that the alarm watches.
    pub usage_metric_keys: Vec<String>,
    /// Whether an expression calls SERVICE_QUOTA() (`DescribeAlarms` Metrics[].Expression).
    pub uses_service_quota: bool,
    /// Whether it compares with an anomaly band (`DescribeAlarms` ThresholdMetricId is present).
    pub anomaly_detection: bool,
    /// (`DescribeAlarms` Threshold.)
    pub threshold: Option<f64>,
    /// `GreaterThanThreshold` … (`DescribeAlarms` ComparisonOperator).
    pub comparison_operator: Option<String>,
    /// `missing`, `breaching`, `notBreaching` or `ignore` (`DescribeAlarms` TreatMissingData); `missing` where AWS says none.
    pub treat_missing_data: String,
    /// Percent of the quota at which it fires, where it divides by SERVICE_QUOTA() and multiplies by 100, else the share times 100; null
    /// where it is no such alarm (`DescribeAlarms` Threshold with Metrics[].Expression).
    pub quota_percent: Option<f64>,
}

/// An alarm on other alarms. The record's id is its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompositeAlarm {
    /// (`DescribeAlarms` CompositeAlarms[].AlarmName.)
    pub alarm_name: String,
    /// (`DescribeAlarms` CompositeAlarms[].AlarmDescription is present; its text is not kept.)
    pub has_description: bool,
    /// Whether its description holds a link.
    pub description_has_link: bool,
    /// (`DescribeAlarms` CompositeAlarms[].ActionsEnabled.)
    pub actions_enabled: bool,
    /// ARNs of what happens on ALARM, sorted (`DescribeAlarms` CompositeAlarms[].AlarmActions).
    pub alarm_actions: Vec<String>,
    /// The kinds of these, each once, sorted.
    pub alarm_action_kinds: Vec<ActionKind>,
    /// (`DescribeAlarms` CompositeAlarms[].StateValue.)
    pub state_value: String,
    /// When it came into this state (`DescribeAlarms` CompositeAlarms[].StateTransitionedTimestamp).
    pub state_transitioned_timestamp: Option<Timestamp>,
    /// When it was last configured (`DescribeAlarms` CompositeAlarms[].AlarmConfigurationUpdatedTimestamp).
    pub alarm_configuration_updated_timestamp: Timestamp,
    /// Names of the alarms that its rule mentions in ALARM(…), OK(…) or INSUFFICIENT_DATA(…), sorted; ARNs are cut to their names
    /// (`DescribeAlarms` CompositeAlarms[].AlarmRule).
    pub mentions: Vec<String>,
}

/// A dashboard. They belong to the account, not to a region: the record's region is `aws-global`. Its id is the name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dashboard {
    /// (`ListDashboards` DashboardEntries[].DashboardName.)
    pub dashboard_name: String,
    /// (`ListDashboards` DashboardEntries[].LastModified.)
    pub last_modified: Timestamp,
    /// How many widgets it has (`GetDashboard` DashboardBody widgets[]).
    pub widget_count: Read<i64>,
    /// Namespaces of the metrics that its widgets show, each once, sorted (`GetDashboard` DashboardBody widgets[].properties.metrics[], the first word of each).
    pub namespaces: Read<Vec<String>>,
    /// Whether a widget shows alarms (`GetDashboard` DashboardBody widgets[].type alarm, or annotations.alarms).
    pub shows_alarms: Read<bool>,
}

/// A namespace in which metrics received data in the last three hours. The record's id is the namespace. The listing is complete
/// when `ListMetrics` was paged to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MetricNamespace {
    /// (`ListMetrics` with RecentlyActive PT3H, Metrics[].Namespace.)
    pub metric_namespace: String,
    /// Whether the workload makes it: neither `AWS/…` nor that of an AWS agent or add-on (`CWAgent`, `ContainerInsights`,
    /// `ContainerInsights/Prometheus`, `ECS/ContainerInsights`, `LambdaInsights`, `CloudWatchSynthetics`, `ApplicationSignals`, `Glue`,
    /// `AmazonMWAA`, `aws/…`, `/aws/…`).
    pub custom: bool,
    /// How many metrics (`ListMetrics` Metrics[]).
    pub metric_count: i64,
    /// Instances that publish how full their memory is, sorted: dimension InstanceId of `mem_used_percent`, `mem_available_percent` or
    /// `Memory % Committed Bytes In Use` (`ListMetrics` Metrics[].Dimensions).
    pub memory_instance_ids: Vec<String>,
    /// Instances that publish how full their disks are, sorted: dimension InstanceId of `disk_used_percent` or `LogicalDisk % Free Space`.
    pub disk_instance_ids: Vec<String>,
}

/// An anomaly detector. The record's id is the metric's key and the statistic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnomalyDetector {
    /// `PENDING_TRAINING`, `TRAINED_INSUFFICIENT_DATA` or `TRAINED` (`DescribeAnomalyDetectors` AnomalyDetectors[].StateValue).
    pub state_value: Option<String>,
    /// The metric's namespace; null for metric math (`DescribeAnomalyDetectors` SingleMetricAnomalyDetector.Namespace).
    pub metric_namespace: Option<String>,
    /// The metric's name; null for metric math (`DescribeAnomalyDetectors` SingleMetricAnomalyDetector.MetricName).
    pub metric_name: Option<String>,
}

/// A metric by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct MetricName {
    /// Its namespace, such as `CloudTrailMetrics`.
    pub namespace: String,
    /// Its name, such as `RootAccountUsage`.
    pub metric_name: String,
}
