//! Which metrics arrive, and which of them a model watches.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{self, AnomalyDetectorType, Metric, RecentlyActive};
use wellproof_aws::member::required_text;
use wellproof_aws::{Listing, Record, Refusal, Unit};
use wellproof_facts::cloudwatch::{AnomalyDetector, MetricNamespace};
use wellproof_facts::usage_metric_key;

use crate::alarms::pairs;

/// How many pages of metrics are read; each holds 500.
const PAGES: usize = 200;

/// Namespaces of AWS's own agents and add-ons that do not start with `AWS/`.
const AGENTS: [&str; 9] = [
    "AmazonMWAA",
    "ApplicationSignals",
    "CWAgent",
    "CloudWatchSynthetics",
    "ContainerInsights",
    "ContainerInsights/Prometheus",
    "ECS/ContainerInsights",
    "Glue",
    "LambdaInsights",
];

const MEMORY: [&str; 3] = ["Memory % Committed Bytes In Use", "mem_available_percent", "mem_used_percent"];
const DISK: [&str; 2] = ["LogicalDisk % Free Space", "disk_used_percent"];

#[derive(Default)]
struct Seen {
    metrics: i64,
    memory: BTreeSet<String>,
    disk: BTreeSet<String>,
}

/// A namespace's metrics are scattered over the pages, so the records come once all pages that can be read were read.
pub(crate) async fn list_namespaces(
    cloudwatch: &Client,
    namespaces: &mut Listing<MetricNamespace>,
) -> Result<(), Refusal> {
    let mut seen = BTreeMap::new();
    let end = read_pages(cloudwatch, namespaces, &mut seen).await;
    let calls: Vec<_> = namespaces.calls().cloned().collect();
    for (name, seen) in seen {
        let facts = MetricNamespace {
            custom: is_custom(&name),
            metric_count: seen.metrics,
            memory_instance_ids: seen.memory.into_iter().collect(),
            disk_instance_ids: seen.disk.into_iter().collect(),
            metric_namespace: name.clone(),
        };
        namespaces.push(Record::new(name, facts).cites(calls.iter().cloned()));
    }
    end
}

async fn read_pages(
    cloudwatch: &Client,
    namespaces: &mut Listing<MetricNamespace>,
    seen: &mut BTreeMap<String, Seen>,
) -> Result<(), Refusal> {
    let mut pages = cloudwatch
        .list_metrics()
        .recently_active(RecentlyActive::Pt3H)
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    let mut read = 0;
    while let Some(page) = namespaces.page(&mut pages).await? {
        for metric in page.metrics() {
            let namespace = required_text(metric.namespace(), "Metric.Namespace")?;
            note(metric, seen.entry(namespace).or_default());
        }
        read += 1;
        if read == PAGES && page.next_token().is_some_and(|token| !token.is_empty()) {
            return Err(Refusal::over_budget(format!("only the first {PAGES} pages of metrics are read")));
        }
    }
    Ok(())
}

fn note(metric: &Metric, seen: &mut Seen) {
    seen.metrics += 1;
    let name = metric.metric_name().unwrap_or_default();
    let Some((_, instance)) = pairs(metric.dimensions()).find(|(name, _)| *name == "InstanceId") else { return };
    if MEMORY.contains(&name) {
        seen.memory.insert(instance.to_owned());
    } else if DISK.contains(&name) {
        seen.disk.insert(instance.to_owned());
    }
}

fn is_custom(namespace: &str) -> bool {
    !["AWS/", "aws/", "/aws/"].iter().any(|prefix| namespace.starts_with(prefix)) && !AGENTS.contains(&namespace)
}

pub(crate) async fn list_anomaly_detectors(
    unit: &Unit,
    cloudwatch: &Client,
    detectors: &mut Listing<AnomalyDetector>,
) -> Result<(), Refusal> {
    let all = cloudwatch
        .describe_anomaly_detectors()
        .anomaly_detector_types(AnomalyDetectorType::SingleMetric)
        .anomaly_detector_types(AnomalyDetectorType::MetricMath);
    let mut pages = all.into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = detectors.page(&mut pages).await? {
        for detector in page.anomaly_detectors() {
            detectors.keep(detector_record(unit, detector));
        }
    }
    Ok(())
}

fn detector_record(unit: &Unit, detector: &types::AnomalyDetector) -> Result<Record<AnomalyDetector>, Refusal> {
    let single = detector.single_metric_anomaly_detector();
    let id = match single {
        Some(single) => {
            let metric = usage_metric_key(
                single.namespace().unwrap_or_default(),
                single.metric_name().unwrap_or_default(),
                pairs(single.dimensions()),
            );
            let id = format!("{metric}|{}", single.stat().unwrap_or_default());
            // A monitoring account watches metrics of others too.
            match single.account_id() {
                Some(other) if other != unit.account() => format!("{id}@{other}"),
                _ => id,
            }
        }
        None => math_id(detector).ok_or_else(|| Refusal::malformed("an anomaly detector has no metric"))?,
    };
    let facts = AnomalyDetector {
        state_value: detector.state_value().map(|it| it.as_str().to_owned()),
        metric_namespace: single.and_then(|it| it.namespace.clone()),
        metric_name: single.and_then(|it| it.metric_name.clone()),
    };
    Ok(Record::new(id, facts))
}

/// Metric math has no key: the detector's own id, else its expressions.
fn math_id(detector: &types::AnomalyDetector) -> Option<String> {
    if let Some(id) = detector.anomaly_detector_id() {
        return Some(id.to_owned());
    }
    let queries = detector.metric_math_anomaly_detector()?.metric_data_queries();
    let expressions: Vec<&str> = queries.iter().filter_map(|query| query.expression()).collect();
    Some(expressions.join(";"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_publishes_by_itself_is_not_custom() {
        for namespace in
            ["AWS/EC2", "aws/x", "/aws/sagemaker/Endpoints", "AmazonMWAA", "ContainerInsights/Prometheus", "CWAgent"]
        {
            assert!(!is_custom(namespace), "{namespace}");
        }
        assert!(is_custom("shop") && is_custom("AmazonShop"));
    }
}
