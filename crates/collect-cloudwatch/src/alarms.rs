//! Alarms on metrics, on metric math, and on other alarms.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{self, AlarmType, Dimension, MetricAlarm, MetricDataQuery};
use jiff::Timestamp;
use wellproof_aws::member::{required, required_text};
use wellproof_aws::{Listing, Record, Refusal, Unit, timestamp};
use wellproof_facts::cloudwatch::{ActionKind, Alarm, AlarmMetric, CompositeAlarm, MetricRole};
use wellproof_facts::usage_metric_key;

use crate::{composite, insights, share};

/// The namespace in which AWS publishes how much of a quota is used.
const USAGE: &str = "AWS/Usage";

/// Both listings come from the same pages.
pub(crate) async fn collect(unit: &Unit, cloudwatch: &Client) {
    let mut alarms = unit.listing::<Alarm>();
    let mut composites = unit.listing::<CompositeAlarm>();
    let end = list(unit, cloudwatch, &mut alarms, &mut composites).await;
    alarms.close(end.clone());
    composites.close(end);
}

async fn list(
    unit: &Unit,
    cloudwatch: &Client,
    alarms: &mut Listing<Alarm>,
    composites: &mut Listing<CompositeAlarm>,
) -> Result<(), Refusal> {
    let both = cloudwatch.describe_alarms().alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
    let mut pages = both.into_paginator().stop_on_duplicate_token(false).page_size(100).send();
    while let Some(page) = unit.page(&mut pages).await? {
        alarms.cite(page.calls.iter().cloned());
        composites.cite(page.calls);
        for alarm in page.value.metric_alarms() {
            alarms.keep(alarm_record(unit.account(), alarm));
        }
        for alarm in page.value.composite_alarms() {
            composites.keep(composite_record(alarm));
        }
    }
    Ok(())
}

fn alarm_record(account: &str, alarm: &MetricAlarm) -> Result<Record<Alarm>, Refusal> {
    let name = required_text(alarm.alarm_name(), "MetricAlarm.AlarmName")?;
    let metrics = metrics_of(alarm);
    let queries = || alarm.metrics().iter().filter_map(|it| it.expression()).filter(|it| insights::is_query(it));
    let namespaces = metrics.iter().map(|metric| metric.namespace.as_str());
    let namespaces: BTreeSet<&str> = namespaces.chain(queries().filter_map(insights::namespace)).collect();
    let usage = metrics.iter().filter(|metric| is_usage(account, metric));
    let usage: BTreeSet<&str> = usage.map(|metric| metric.metric_key.as_str()).collect();
    let facts = Alarm {
        has_description: has_text(alarm.alarm_description()),
        description_has_link: has_link(alarm.alarm_description()),
        actions_enabled: required(alarm.actions_enabled, "MetricAlarm.ActionsEnabled")?,
        alarm_actions: sorted(alarm.alarm_actions()),
        alarm_action_kinds: kinds(alarm.alarm_actions()),
        state_value: required_text(alarm.state_value(), "MetricAlarm.StateValue")?,
        state_transitioned_timestamp: alarm.state_transitioned_timestamp().and_then(timestamp),
        alarm_configuration_updated_timestamp: updated(&name, alarm.alarm_configuration_updated_timestamp())?,
        namespaces: namespaces.into_iter().map(str::to_owned).collect(),
        metrics_untold: metrics.is_empty() || queries().next().is_some(),
        usage_metric_keys: usage.into_iter().map(str::to_owned).collect(),
        uses_service_quota: alarm.metrics().iter().filter_map(|it| it.expression()).any(share::calls_service_quota),
        anomaly_detection: alarm.threshold_metric_id().is_some(),
        threshold: alarm.threshold,
        comparison_operator: alarm.comparison_operator().map(|it| it.as_str().to_owned()),
        treat_missing_data: alarm.treat_missing_data().unwrap_or("missing").to_owned(),
        quota_percent: quota_percent(account, alarm),
        metrics,
        alarm_name: name.clone(),
    };
    Ok(Record::new(name, facts).arn(alarm.alarm_arn()))
}

fn composite_record(alarm: &types::CompositeAlarm) -> Result<Record<CompositeAlarm>, Refusal> {
    let name = required_text(alarm.alarm_name(), "CompositeAlarm.AlarmName")?;
    let facts = CompositeAlarm {
        has_description: has_text(alarm.alarm_description()),
        description_has_link: has_link(alarm.alarm_description()),
        actions_enabled: required(alarm.actions_enabled, "CompositeAlarm.ActionsEnabled")?,
        alarm_actions: sorted(alarm.alarm_actions()),
        alarm_action_kinds: kinds(alarm.alarm_actions()),
        state_value: required_text(alarm.state_value(), "CompositeAlarm.StateValue")?,
        state_transitioned_timestamp: alarm.state_transitioned_timestamp().and_then(timestamp),
        alarm_configuration_updated_timestamp: updated(&name, alarm.alarm_configuration_updated_timestamp())?,
        mentions: composite::mentions(alarm.alarm_rule().unwrap_or_default()).into_iter().collect(),
        alarm_name: name.clone(),
    };
    Ok(Record::new(name, facts).arn(alarm.alarm_arn()))
}

/// Whether a metric tells how much of one of the account's own quotas is used.
fn is_usage(account: &str, metric: &AlarmMetric) -> bool {
    metric.namespace == USAGE && metric.is_of(account) && metric.role != MetricRole::Unused
}

/// The metrics that an alarm looks at; an alarm has either one metric or a list of queries.
fn metrics_of(alarm: &MetricAlarm) -> Vec<AlarmMetric> {
    if let (Some(namespace), Some(name)) = (alarm.namespace(), alarm.metric_name()) {
        let statistic = alarm.statistic().map(AsRef::as_ref).or(alarm.extended_statistic());
        let period = alarm.period.map(Into::into);
        return vec![AlarmMetric { period, ..alarm_metric(namespace, name, alarm.dimensions(), statistic) }];
    }
    let compared = compared(alarm).and_then(MetricDataQuery::id).unwrap_or_default();
    let operands = share::operands(compared, &expressions(alarm));
    let role = |query: &MetricDataQuery| match query.id().unwrap_or_default() {
        id if id == compared => MetricRole::Compared,
        id if operands.as_ref().is_none_or(|operands| operands.contains(id)) => MetricRole::Operand,
        _ => MetricRole::Unused,
    };
    alarm.metrics().iter().filter_map(|query| Some(AlarmMetric { role: role(query), ..queried(query)? })).collect()
}

/// The query whose values the alarm compares. An anomaly detection band comes back beside it.
fn compared(alarm: &MetricAlarm) -> Option<&MetricDataQuery> {
    let band = alarm.threshold_metric_id();
    let mut returned = alarm.metrics().iter().filter(|query| query.return_data.unwrap_or(true));
    returned.find(|query| band.is_none() || query.id() != band)
}

fn expressions(alarm: &MetricAlarm) -> BTreeMap<&str, &str> {
    alarm.metrics().iter().filter_map(|query| Some((query.id()?, query.expression()?))).collect()
}

/// The metric that a query asks for; `None` where it holds an expression.
fn queried(query: &MetricDataQuery) -> Option<AlarmMetric> {
    let stat = query.metric_stat()?;
    let metric = stat.metric()?;
    let (namespace, name) = (metric.namespace().unwrap_or_default(), metric.metric_name().unwrap_or_default());
    Some(AlarmMetric {
        account_id: query.account_id.clone(),
        period: stat.period.map(Into::into),
        ..alarm_metric(namespace, name, metric.dimensions(), stat.stat())
    })
}

fn alarm_metric(namespace: &str, name: &str, dimensions: &[Dimension], statistic: Option<&str>) -> AlarmMetric {
    AlarmMetric {
        account_id: None,
        namespace: namespace.to_owned(),
        metric_name: name.to_owned(),
        dimensions: pairs(dimensions).map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        statistic: statistic.map(str::to_owned),
        period: None,
        metric_key: usage_metric_key(namespace, name, pairs(dimensions)),
        role: MetricRole::Compared,
    }
}

/// At how many percent of a quota the alarm fires; `None` where it does not compare a share of a quota with a threshold.
fn quota_percent(account: &str, alarm: &MetricAlarm) -> Option<f64> {
    let threshold = alarm.threshold?;
    if !alarm.comparison_operator()?.as_str().starts_with("GreaterThan") {
        return None;
    }
    let queries = alarm.metrics().iter();
    let usage = queries.filter(|query| queried(query).is_some_and(|metric| is_usage(account, &metric)));
    let usage: BTreeSet<&str> = usage.filter_map(|query| query.id()).collect();
    let factor = share::of_quota(compared(alarm)?.id()?, &usage, &expressions(alarm))?;
    Some(threshold / factor * 100.0)
}

fn updated(name: &str, time: Option<&aws_sdk_cloudwatch::primitives::DateTime>) -> Result<Timestamp, Refusal> {
    let missing = || Refusal::malformed(format!("alarm {name} has no AlarmConfigurationUpdatedTimestamp"));
    time.and_then(timestamp).ok_or_else(missing)
}

/// Redaction leaves a text's class in its place: presence shows, and whether there is a link.
fn has_text(description: Option<&str>) -> bool {
    description.is_some_and(|text| !text.is_empty())
}

fn has_link(description: Option<&str>) -> bool {
    description == Some("[redacted:link]")
}

fn sorted(arns: &[String]) -> Vec<String> {
    let mut arns = arns.to_vec();
    arns.sort();
    arns
}

fn kinds(arns: &[String]) -> Vec<ActionKind> {
    let kinds: BTreeSet<ActionKind> = arns.iter().map(|arn| ActionKind::of(arn)).collect();
    kinds.into_iter().collect()
}

pub(crate) fn pairs(dimensions: &[Dimension]) -> impl Iterator<Item = (&str, &str)> {
    dimensions.iter().filter_map(|dimension| Some((dimension.name()?, dimension.value()?)))
}
