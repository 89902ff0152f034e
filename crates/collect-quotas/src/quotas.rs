//! The quotas of the services in use, their defaults, and how much of them is used.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_servicequotas::Client;
use aws_sdk_servicequotas::types::{ErrorCode, PeriodUnit, QuotaPeriod, ServiceQuota};
use wellproof_aws::member::required_text;
use wellproof_aws::{Answer, Cited, Listing, Record, Refusal, Unit};
use wellproof_facts::quotas::Quota;
use wellproof_facts::usage_metric_key;
use wellproof_model::{CallId, GapKind, Read};

use crate::services;
use crate::usage::{self, Usage};

const DEFAULT_ONLY: &str = "Service Quotas lists no applied value of this quota, and AWS's default alone";

/// What one service answered. One service's refusal does not keep the others from being read.
struct Answers {
    /// By page.
    quotas: Vec<Cited<Vec<ServiceQuota>>>,
    /// What stood in the way of further pages.
    refused: Option<Refusal>,
    /// By quota code, with AWS's default as the value.
    defaults: Defaults,
}

type Defaults = Answer<BTreeMap<String, ServiceQuota>>;

impl Answers {
    fn applied(&self) -> impl Iterator<Item = &ServiceQuota> + Clone {
        self.quotas.iter().flat_map(|page| &page.value)
    }

    /// Quotas of which AWS tells the default alone: `ListServiceQuotas` leaves them out. A page that could not be read may
    /// hold any of them.
    fn default_only(&self) -> Vec<&ServiceQuota> {
        let (Ok(defaults), None) = (&self.defaults, &self.refused) else { return Vec::new() };
        let applied: BTreeSet<&str> = self.applied().filter_map(ServiceQuota::quota_code).collect();
        let left_out = defaults.value.iter().filter(|(code, _)| !applied.contains(code.as_str()));
        left_out.map(|(_, quota)| quota).collect()
    }

    fn end(&self) -> Result<(), Refusal> {
        if let Some(refusal) = &self.refused {
            return Err(refusal.clone());
        }
        // Without them nobody knows which quotas were left out.
        self.defaults.as_ref().map(|_| ()).map_err(Clone::clone)
    }
}

pub(crate) async fn list(
    unit: &Unit,
    servicequotas: &Client,
    cloudwatch: &aws_sdk_cloudwatch::Client,
    quotas: &mut Listing<Quota>,
) -> Result<(), Refusal> {
    let (services, published) = futures::join!(services::list(unit, servicequotas), usage::published(unit, cloudwatch));
    let services = services?;
    let codes = match &published {
        Ok(published) => services::in_use(&services.value, &published.value.services),
        // Those that are always asked for are known all the same; that others may be missing is told in the end.
        Err(_) => services::in_use(&services.value, &BTreeMap::new()),
    };
    let answers = unit.join(codes.iter().map(|code| read_service(unit, servicequotas, code))).await;
    let left_out: Vec<&ServiceQuota> = answers.iter().flat_map(Answers::default_only).collect();
    let all: Vec<&ServiceQuota> = answers.iter().flat_map(Answers::applied).chain(left_out).collect();
    let used = usage::read(unit, cloudwatch, &published, all.into_iter()).await;

    let mut end = Ok(());
    for answer in &answers {
        push(unit, answer, &used, quotas);
        end = end.and(answer.end());
    }
    let published = end.and(published)?;
    // Which services are asked rests on these.
    quotas.cite(services.calls.into_iter().chain(published.calls));
    services::unmatched(&services.value, &published.value.services)
}

fn push(unit: &Unit, answer: &Answers, used: &BTreeMap<String, Usage>, quotas: &mut Listing<Quota>) {
    for page in &answer.quotas {
        quotas.cite(page.calls.iter().cloned());
        for quota in &page.value {
            quotas.keep(record(unit, quota, applied_value(quota), &answer.defaults, used));
        }
    }
    let Ok(defaults) = &answer.defaults else { return };
    quotas.cite(defaults.calls.iter().cloned());
    let calls: Vec<CallId> = answer.quotas.iter().flat_map(|page| page.calls.iter().cloned()).collect();
    for quota in answer.default_only().into_iter().filter(|quota| may_be_in_use(quota, used)) {
        let value = Err(Refusal { calls: calls.clone(), ..Refusal::malformed(DEFAULT_ONLY) });
        quotas.keep(record(unit, quota, Applied { told: false, value }, &answer.defaults, used));
    }
}

/// Of the many quotas of which AWS tells the default alone, those that something uses, or may use: of the others there is
/// nothing to say, and a value that is unread would be missed by nobody.
fn may_be_in_use(quota: &ServiceQuota, used: &BTreeMap<String, Usage>) -> bool {
    let usage = id_of(quota).ok().and_then(|id| used.get(&id));
    usage.is_some_and(|usage| usage.as_ref().map_or(true, |usage| usage.value.is_some_and(|peak| peak > 0.0)))
}

/// Listed among the services, and yet without quotas in this region.
fn has_none(refusal: &Refusal) -> bool {
    refusal.is("NoSuchResourceException")
}

async fn read_service(unit: &Unit, servicequotas: &Client, code: &str) -> Answers {
    let mut quotas = Vec::new();
    let (applied, defaults) =
        futures::join!(list_applied(unit, servicequotas, code, &mut quotas), list_defaults(unit, servicequotas, code));
    let refused = applied.err();
    if let Some(refusal) = refused.as_ref().filter(|refusal| has_none(refusal)) {
        quotas.push(Cited { value: Vec::new(), calls: refusal.calls.clone() });
        return Answers { quotas, refused: None, defaults: Ok(Cited { value: BTreeMap::new(), calls: Vec::new() }) };
    }
    let defaults = match defaults {
        Err(refusal) if has_none(&refusal) => Ok(Cited { value: BTreeMap::new(), calls: refusal.calls }),
        answer => answer,
    };
    Answers { quotas, refused, defaults }
}

async fn list_applied(
    unit: &Unit,
    servicequotas: &Client,
    code: &str,
    quotas: &mut Vec<Cited<Vec<ServiceQuota>>>,
) -> Result<(), Refusal> {
    let mut pages = servicequotas
        .list_service_quotas()
        .service_code(code)
        .max_results(100)
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    while let Some(page) = unit.page(&mut pages).await? {
        quotas.push(Cited { value: page.value.quotas.unwrap_or_default(), calls: page.calls });
    }
    Ok(())
}

async fn list_defaults(unit: &Unit, servicequotas: &Client, code: &str) -> Defaults {
    let mut defaults = BTreeMap::new();
    let mut calls: Vec<CallId> = Vec::new();
    let list = servicequotas.list_aws_default_service_quotas().service_code(code).max_results(100);
    let mut pages = list.into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = unit.page(&mut pages).await? {
        calls.extend(page.calls);
        for quota in page.value.quotas.unwrap_or_default() {
            defaults.insert(required_text(quota.quota_code(), "ServiceQuota.QuotaCode")?, quota);
        }
    }
    Ok(Cited { value: defaults, calls })
}

/// A quota's id: `<service_code>/<quota_code>`.
pub(crate) fn id_of(quota: &ServiceQuota) -> Result<String, Refusal> {
    let service = required_text(quota.service_code(), "ServiceQuota.ServiceCode")?;
    Ok(format!("{service}/{}", required_text(quota.quota_code(), "ServiceQuota.QuotaCode")?))
}

fn record(
    unit: &Unit,
    quota: &ServiceQuota,
    applied: Applied,
    defaults: &Defaults,
    used: &BTreeMap<String, Usage>,
) -> Result<Record<Quota>, Refusal> {
    let id = id_of(quota)?;
    let field = unit.fields::<Quota>(&id);
    let code = required_text(quota.quota_code(), "ServiceQuota.QuotaCode")?;
    let usage = used.get(&id);
    let metric = quota.usage_metric();
    let facts = Quota {
        service_code: required_text(quota.service_code(), "ServiceQuota.ServiceCode")?,
        service_name: required_text(quota.service_name(), "ServiceQuota.ServiceName")?,
        quota_name: required_text(quota.quota_name(), "ServiceQuota.QuotaName")?,
        has_applied_value: applied.told,
        value: applied.value.map_or_else(|refusal| field.unread("value", &refusal), Read::Known),
        default_value: field.of("default_value", defaults, |defaults| defaults.get(&code)?.value),
        unit: quota.unit.clone(),
        adjustable: quota.adjustable,
        global_quota: quota.global_quota,
        period_seconds: quota.period().and_then(seconds),
        usage_metric: metric_key(quota),
        usage_statistic: metric.and_then(|it| it.metric_statistic_recommendation.clone()),
        usage_peak: usage.map_or(Read::Known(None), |usage| field.of("usage_peak", usage, |peak| *peak)),
        quota_code: code,
    };
    let record = Record::new(&id, facts).arn(quota.quota_arn()).cites_answer(defaults);
    Ok(usage.into_iter().fold(record, Record::cites_answer))
}

/// The value that applies to the account.
struct Applied {
    /// Whether AWS lists it.
    told: bool,
    value: Result<f64, Refusal>,
}

/// AWS may answer with a reason in the value's place.
fn applied_value(quota: &ServiceQuota) -> Applied {
    if let (Some(value), None) = (quota.value, quota.error_reason()) {
        return Applied { told: true, value: Ok(value) };
    }
    let reason = quota.error_reason();
    let code = reason.and_then(|it| it.error_code());
    let kind = match code {
        Some(ErrorCode::DependencyAccessDeniedError) => GapKind::Denied,
        Some(ErrorCode::DependencyThrottlingError) => GapKind::Throttled,
        _ => GapKind::Failed,
    };
    let message = reason.and_then(|it| it.error_message()).unwrap_or("Service Quotas gives no value");
    let code = code.map(|it| it.as_str().to_owned());
    Applied { told: true, value: Err(Refusal { kind, code, ..Refusal::malformed(message) }) }
}

/// The key of the metric that tells the quota's use.
pub(crate) fn metric_key(quota: &ServiceQuota) -> Option<String> {
    let metric = quota.usage_metric()?;
    let dimensions = metric.metric_dimensions().into_iter().flatten();
    let dimensions = dimensions.map(|(name, value)| (name.as_str(), value.as_str()));
    Some(usage_metric_key(metric.metric_namespace()?, metric.metric_name()?, dimensions))
}

/// Whole seconds; `None` for less than one.
pub(crate) fn seconds(period: &QuotaPeriod) -> Option<i64> {
    let unit = match period.period_unit()? {
        PeriodUnit::Second => 1,
        PeriodUnit::Minute => 60,
        PeriodUnit::Hour => 3_600,
        PeriodUnit::Day => 86_400,
        PeriodUnit::Week => 604_800,
        _ => return None,
    };
    Some(i64::from(period.period_value?) * unit)
}
