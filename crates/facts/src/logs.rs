//! CloudWatch Logs: what is counted in log groups.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cloudwatch::MetricName;

/// A metric filter: it counts what matches in a log group. The record's id is the group's name and the filter's, with `:` between, which
/// neither may hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MetricFilter {
    /// Its name (`DescribeMetricFilters` metricFilters[].filterName).
    pub filter_name: String,
    /// The log group that it reads (`DescribeMetricFilters` metricFilters[].logGroupName).
    pub log_group_name: String,
    /// What it looks for (`DescribeMetricFilters` metricFilters[].filterPattern).
    pub filter_pattern: String,
    /// The metrics that it writes (`DescribeMetricFilters` metricFilters[].metricTransformations[]).
    pub metrics: Vec<MetricName>,
}
