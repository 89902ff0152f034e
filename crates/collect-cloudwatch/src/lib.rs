//! Reads CloudWatch: alarms and what they watch, dashboards, anomaly detectors, and which metrics arrive.
//!
//! Nothing here is charged: `DescribeAlarms`, `ListMetrics` and the like are within the API's free requests, or cost
//! 0.01 USD per 1,000 of them beyond.

use futures::FutureExt;
use wellproof_aws::{Collector, Operation, Place, Unit};
use wellproof_facts::Facts;
use wellproof_facts::cloudwatch::{Alarm, AnomalyDetector, CompositeAlarm, Dashboard, MetricNamespace};

mod alarms;
mod composite;
mod dashboards;
mod insights;
mod metrics;
mod share;

/// What [`COLLECTOR`] may ask.
pub const OPERATIONS: &[Operation] = &[
    // Of a description only its presence is kept, and whether it holds a link: the class that redaction leaves says so.
    Operation::new("monitoring", "DescribeAlarms", "cloudwatch:DescribeAlarms").keeps(&[
        "CompositeAlarms.AlarmActions",
        "CompositeAlarms.AlarmArn",
        "CompositeAlarms.AlarmName",
        "CompositeAlarms.AlarmRule",
        "CompositeAlarms.StateValue",
        "MetricAlarms.AlarmActions",
        "MetricAlarms.AlarmArn",
        "MetricAlarms.AlarmName",
        "MetricAlarms.ComparisonOperator",
        "MetricAlarms.Dimensions.Name",
        "MetricAlarms.Dimensions.Value",
        "MetricAlarms.ExtendedStatistic",
        "MetricAlarms.MetricName",
        "MetricAlarms.Metrics.AccountId",
        "MetricAlarms.Metrics.Expression",
        "MetricAlarms.Metrics.Id",
        "MetricAlarms.Metrics.MetricStat.Metric.Dimensions.Name",
        "MetricAlarms.Metrics.MetricStat.Metric.Dimensions.Value",
        "MetricAlarms.Metrics.MetricStat.Metric.MetricName",
        "MetricAlarms.Metrics.MetricStat.Metric.Namespace",
        "MetricAlarms.Metrics.MetricStat.Stat",
        "MetricAlarms.Namespace",
        "MetricAlarms.StateValue",
        "MetricAlarms.Statistic",
        "MetricAlarms.ThresholdMetricId",
        "MetricAlarms.TreatMissingData",
        "NextToken",
    ]),
    Operation::new("monitoring", "ListMetrics", "cloudwatch:ListMetrics").keeps(&[
        "Metrics.Dimensions.Name",
        "Metrics.Dimensions.Value",
        "Metrics.MetricName",
        "Metrics.Namespace",
        "NextToken",
    ]),
    Operation::new("monitoring", "DescribeAnomalyDetectors", "cloudwatch:DescribeAnomalyDetectors").keeps(&[
        "AnomalyDetectors.AnomalyDetectorId",
        "AnomalyDetectors.MetricMathAnomalyDetector.MetricDataQueries.Expression",
        "AnomalyDetectors.MetricMathAnomalyDetector.MetricDataQueries.Id",
        "AnomalyDetectors.SingleMetricAnomalyDetector.AccountId",
        "AnomalyDetectors.SingleMetricAnomalyDetector.Dimensions.Name",
        "AnomalyDetectors.SingleMetricAnomalyDetector.Dimensions.Value",
        "AnomalyDetectors.SingleMetricAnomalyDetector.MetricName",
        "AnomalyDetectors.SingleMetricAnomalyDetector.Namespace",
        "AnomalyDetectors.SingleMetricAnomalyDetector.Stat",
        "AnomalyDetectors.StateValue",
        "NextToken",
    ]),
];

/// What [`DASHBOARDS`] may ask.
pub const DASHBOARD_OPERATIONS: &[Operation] = &[
    Operation::new("monitoring", "ListDashboards", "cloudwatch:ListDashboards").keeps(&[
        "DashboardEntries.DashboardArn",
        "DashboardEntries.DashboardName",
        "NextToken",
    ]),
    Operation::new("monitoring", "GetDashboard", "cloudwatch:GetDashboard").keeps(&[
        "DashboardBody.#json.widgets.properties.alarms",
        "DashboardBody.#json.widgets.properties.annotations.alarms",
        "DashboardBody.#json.widgets.properties.metrics",
        "DashboardBody.#json.widgets.type",
        "DashboardName",
    ]),
];

/// CloudWatch in every region, but for dashboards.
pub const COLLECTOR: Collector = Collector {
    name: "cloudwatch",
    place: Place::EveryRegion,
    operations: OPERATIONS,
    types: &[Alarm::TYPE, CompositeAlarm::TYPE, MetricNamespace::TYPE, AnomalyDetector::TYPE],
    run: |unit| collect(unit).boxed(),
};

/// Dashboards belong to the account: every region's endpoint lists the same ones.
pub const DASHBOARDS: Collector = Collector {
    name: "cloudwatch-dashboards",
    place: Place::Once { region: "us-east-1" },
    operations: DASHBOARD_OPERATIONS,
    types: &[Dashboard::TYPE],
    run: |unit| collect_dashboards(unit).boxed(),
};

async fn collect(unit: Unit) {
    let cloudwatch = wellproof_aws::client!(unit, aws_sdk_cloudwatch);
    let mut namespaces = unit.listing::<MetricNamespace>();
    let mut detectors = unit.listing::<AnomalyDetector>();
    let ((), named, detected) = futures::join!(
        alarms::collect(&unit, &cloudwatch),
        metrics::list_namespaces(&cloudwatch, &mut namespaces),
        metrics::list_anomaly_detectors(&unit, &cloudwatch, &mut detectors),
    );
    namespaces.close(named);
    detectors.close(detected);
}

async fn collect_dashboards(unit: Unit) {
    let cloudwatch = wellproof_aws::client!(unit, aws_sdk_cloudwatch);
    let mut dashboards = unit.listing::<Dashboard>();
    let end = dashboards::list(&unit, &cloudwatch, &mut dashboards).await;
    dashboards.close(end);
}

#[cfg(test)]
mod tests;
