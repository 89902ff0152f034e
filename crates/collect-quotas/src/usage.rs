//! How much of a quota is used: the metrics that AWS publishes in AWS/Usage.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, StatusCode};
use aws_sdk_servicequotas::types::{MetricInfo, ServiceQuota};
use wellproof_aws::{Answer, Cited, Refusal, Unit};
use wellproof_facts::usage_metric_key;
use wellproof_model::CallId;

use crate::quotas::{id_of, metric_key, seconds};

/// A quota's highest use; `None` when it was not used.
pub(crate) type Usage = Answer<Option<f64>>;

/// Where AWS publishes use.
const NAMESPACE: &str = "AWS/Usage";
/// The dimension `Type` of metrics that count calls. Most services publish such, whether they have quotas for them or not.
const API: &str = "API";
/// How many pages of metrics are read; each holds 500.
const PAGES: usize = 100;
/// How far back, in seconds. `ListMetrics` names what had data in as many days.
const WINDOW: i64 = 14 * DAY;
const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;
/// The finest period at which sums are asked for: peaks that are shorter are evened out.
const FINE: i64 = 300;
/// How many data points may come in one region; beyond, sums are asked for by the hour.
const POINTS: i64 = 1_000_000;
/// How many queries `GetMetricData` takes at once.
const BATCH: usize = 500;

/// What AWS/Usage holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Published {
    /// Metrics, as [`usage_metric_key`] spells them.
    pub(crate) metrics: BTreeSet<String>,
    /// What they call their services, and whether one of the service's metrics counts more than calls of its API.
    pub(crate) services: BTreeMap<String, bool>,
}

pub(crate) async fn published(unit: &Unit, cloudwatch: &Client) -> Answer<Published> {
    let mut published = Published::default();
    let mut calls = Vec::new();
    let mut pages =
        cloudwatch.list_metrics().namespace(NAMESPACE).into_paginator().stop_on_duplicate_token(false).send();
    let mut read = 0;
    while let Some(page) = unit.page(&mut pages).await? {
        calls.extend(page.calls);
        for metric in page.value.metrics() {
            let pairs = || metric.dimensions().iter().filter_map(|it| Some((it.name()?, it.value()?)));
            let of = |wanted: &str| pairs().find(|(name, _)| *name == wanted).map(|(_, value)| value);
            if let Some(service) = of("Service") {
                *published.services.entry(service.to_owned()).or_default() |= of("Type") != Some(API);
            }
            let name = metric.metric_name().unwrap_or_default();
            published.metrics.insert(usage_metric_key(NAMESPACE, name, pairs()));
        }
        read += 1;
        if read == PAGES && page.value.next_token().is_some_and(|token| !token.is_empty()) {
            return Err(Refusal::over_budget(format!("only {PAGES} pages of AWS/Usage are read")));
        }
    }
    Ok(Cited { value: published, calls })
}

/// One series to ask for. Quotas may share one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Series {
    key: String,
    statistic: String,
    period: i64,
}

/// Which quota is told by which series.
#[derive(Debug, Default)]
struct Plan<'a> {
    metrics: BTreeMap<Series, &'a MetricInfo>,
    /// By the quota's id; what the series is to be multiplied with.
    quotas: BTreeMap<String, (Series, f64)>,
}

/// The use of every quota that has a usage metric, by the quota's id.
pub(crate) async fn read<'a>(
    unit: &Unit,
    cloudwatch: &Client,
    published: &Answer<Published>,
    quotas: impl Iterator<Item = &'a ServiceQuota> + Clone,
) -> BTreeMap<String, Usage> {
    let mut used = BTreeMap::new();
    let plan = plan(published, quotas, &mut used);
    let series: Vec<(&Series, &MetricInfo)> = plan.metrics.iter().map(|(series, metric)| (series, *metric)).collect();
    let batches = unit.join(series.chunks(BATCH).map(|batch| ask(unit, cloudwatch, batch))).await;
    let peaks: BTreeMap<&Series, &Usage> =
        series.iter().map(|(series, _)| *series).zip(batches.iter().flatten()).collect();
    for (quota, (series, scale)) in &plan.quotas {
        if let Some(peak) = peaks.get(series) {
            let usage = (*peak).clone();
            let scaled = usage.map(|it| Cited { value: it.value.map(|peak| peak * scale), calls: it.calls });
            used.insert(quota.clone(), scaled);
        }
    }
    used
}

/// Decides what to ask; what is known without asking goes to `used`.
fn plan<'a>(
    published: &Answer<Published>,
    quotas: impl Iterator<Item = &'a ServiceQuota> + Clone,
    used: &mut BTreeMap<String, Usage>,
) -> Plan<'a> {
    let sums = quotas.clone().filter(|quota| is_published(published, quota) && is_sum(quota)).count();
    let fine = if i64::try_from(sums).is_ok_and(|sums| sums * (WINDOW / FINE) <= POINTS) { FINE } else { HOUR };
    let mut plan = Plan::default();
    for quota in quotas {
        let (Some(key), Some(metric), Ok(id)) = (metric_key(quota), quota.usage_metric(), id_of(quota)) else {
            continue;
        };
        match published {
            Err(refusal) => {
                used.insert(id, Err(refusal.clone()));
                continue;
            }
            Ok(published) if key.starts_with(NAMESPACE) && !published.value.metrics.contains(&key) => {
                used.insert(id, Ok(Cited { value: None, calls: published.calls.clone() }));
                continue;
            }
            Ok(_) => {}
        }
        match period(quota, fine) {
            Ok((period, scale)) => {
                let statistic = metric.metric_statistic_recommendation().unwrap_or("Maximum").to_owned();
                let series = Series { key, statistic, period };
                plan.metrics.insert(series.clone(), metric);
                plan.quotas.insert(id, (series, scale));
            }
            Err(refusal) => {
                used.insert(id, Err(refusal));
            }
        }
    }
    plan
}

fn is_published(published: &Answer<Published>, quota: &ServiceQuota) -> bool {
    let Ok(published) = published else { return false };
    metric_key(quota).is_some_and(|key| published.value.metrics.contains(&key))
}

fn is_sum(quota: &ServiceQuota) -> bool {
    quota.usage_metric().and_then(MetricInfo::metric_statistic_recommendation) == Some("Sum")
}

/// The period of the series, and what its points are to be multiplied with.
///
/// The highest of a day's maxima is the day's. A sum is of a rate: where a quota holds for a second, a sum over five
/// minutes is divided by 300.
#[expect(clippy::cast_precision_loss, reason = "periods are at most weeks")]
fn period(quota: &ServiceQuota, fine: i64) -> Result<(i64, f64), Refusal> {
    if !is_sum(quota) {
        return Ok((DAY, 1.0));
    }
    let Some(seconds) = quota.period().and_then(seconds).filter(|seconds| *seconds > 0) else {
        return Err(Refusal::malformed("the use is a sum, and AWS does not say over which period the quota holds"));
    };
    let period = seconds.clamp(fine, DAY) / 60 * 60;
    Ok((period, seconds as f64 / period as f64))
}

/// Asks for one batch, and gives the peaks in its order.
async fn ask(unit: &Unit, cloudwatch: &Client, batch: &[(&Series, &MetricInfo)]) -> Vec<Usage> {
    let mut found: Vec<Found> = vec![Found::default(); batch.len()];
    let end = read_pages(unit, cloudwatch, batch, &mut found).await;
    found
        .into_iter()
        .map(|found| match (&end, found.status) {
            (Err(refusal), _) => Err(refusal.clone()),
            (Ok(()), Some(StatusCode::Complete)) => Ok(Cited { value: found.peak, calls: found.calls }),
            (Ok(()), status) => {
                let status = status.as_ref().map_or("nothing", StatusCode::as_str).to_owned();
                let refusal = Refusal::malformed(format!("GetMetricData answers {status} for this metric"));
                Err(Refusal { calls: found.calls, ..refusal })
            }
        })
        .collect()
}

/// What the pages said of one series.
#[derive(Clone, Debug, Default)]
struct Found {
    peak: Option<f64>,
    status: Option<StatusCode>,
    calls: Vec<CallId>,
}

impl Found {
    fn note(&mut self, result: &MetricDataResult, calls: &[CallId]) {
        self.calls.extend_from_slice(calls);
        self.peak = self.peak.into_iter().chain(result.values().iter().copied()).reduce(f64::max);
        self.status.clone_from(&result.status_code);
    }
}

async fn read_pages(
    unit: &Unit,
    cloudwatch: &Client,
    batch: &[(&Series, &MetricInfo)],
    found: &mut [Found],
) -> Result<(), Refusal> {
    let now = unit.clock().as_second();
    let queries = batch.iter().enumerate().map(|(nth, (series, metric))| query(nth, series, metric)).collect();
    let ask = cloudwatch.get_metric_data().set_metric_data_queries(Some(queries));
    // From midnight on, so that the first day's maximum is not cut off.
    let start = (now - WINDOW).div_euclid(DAY) * DAY;
    let ask = ask.start_time(DateTime::from_secs(start)).end_time(DateTime::from_secs(now));
    let mut pages = ask.into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = unit.page(&mut pages).await? {
        for result in page.value.metric_data_results() {
            let nth = result.id().and_then(|id| id.strip_prefix('m')?.parse::<usize>().ok());
            if let Some(found) = nth.and_then(|nth| found.get_mut(nth)) {
                found.note(result, &page.calls);
            }
        }
    }
    Ok(())
}

fn query(nth: usize, series: &Series, metric: &MetricInfo) -> MetricDataQuery {
    let dimensions: BTreeMap<_, _> = metric.metric_dimensions().into_iter().flatten().collect();
    let dimensions = dimensions.into_iter().map(|(name, value)| Dimension::builder().name(name).value(value).build());
    let metric = Metric::builder()
        .set_namespace(metric.metric_namespace.clone())
        .set_metric_name(metric.metric_name.clone())
        .set_dimensions(Some(dimensions.collect()))
        .build();
    let stat = MetricStat::builder()
        .metric(metric)
        .period(i32::try_from(series.period).unwrap_or(i32::MAX))
        .stat(&series.statistic)
        .build();
    MetricDataQuery::builder().id(format!("m{nth}")).metric_stat(stat).return_data(true).build()
}
