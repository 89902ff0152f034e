//! Reads CloudWatch Logs: the metric filters of all log groups. Of what is logged nothing is read.

use aws_sdk_cloudwatchlogs::types;
use futures::FutureExt;
use wellproof_aws::member::{required, required_text};
use wellproof_aws::{Collector, Operation, Place, Record, Refusal, Unit};
use wellproof_facts::Facts;
use wellproof_facts::cloudwatch::MetricName;
use wellproof_facts::logs::MetricFilter;

/// What this collector may ask.
pub const OPERATIONS: &[Operation] = &[Operation::new("logs", "DescribeMetricFilters", "logs:DescribeMetricFilters")
    .keeps(&[
        "metricFilters.filterName",
        "metricFilters.filterPattern",
        "metricFilters.logGroupName",
        "metricFilters.metricTransformations.metricName",
        "metricFilters.metricTransformations.metricNamespace",
        "nextToken",
    ])
    .per_second(5)];

/// CloudWatch Logs in every region.
pub const COLLECTOR: Collector = Collector {
    name: "logs",
    place: Place::EveryRegion,
    operations: OPERATIONS,
    types: &[MetricFilter::TYPE],
    run: |unit| collect(unit).boxed(),
};

/// As many as CloudWatch Logs gives in one page.
const PAGE: i32 = 50;

async fn collect(unit: Unit) {
    let logs = wellproof_aws::client!(unit, aws_sdk_cloudwatchlogs);
    // Without the name of a group it answers with the filters of all.
    let pages = logs.describe_metric_filters().limit(PAGE).into_paginator().stop_on_duplicate_token(false).send();
    unit.list(pages, |page| page.metric_filters().iter().map(filter_record).collect()).await;
}

fn filter_record(filter: &types::MetricFilter) -> Result<Record<MetricFilter>, Refusal> {
    let facts = MetricFilter {
        filter_name: required_text(filter.filter_name(), "MetricFilter.filterName")?,
        log_group_name: required_text(filter.log_group_name(), "MetricFilter.logGroupName")?,
        // An empty pattern is one: it matches everything.
        filter_pattern: required(filter.filter_pattern.clone(), "MetricFilter.filterPattern")?,
        metrics: filter.metric_transformations().iter().map(metric_name).collect::<Result<_, _>>()?,
    };
    Ok(Record::new(format!("{}:{}", facts.log_group_name, facts.filter_name), facts))
}

fn metric_name(transformation: &types::MetricTransformation) -> Result<MetricName, Refusal> {
    Ok(MetricName {
        namespace: required_text(Some(transformation.metric_namespace()), "MetricTransformation.metricNamespace")?,
        metric_name: required_text(Some(transformation.metric_name()), "MetricTransformation.metricName")?,
    })
}

#[cfg(test)]
mod tests;
