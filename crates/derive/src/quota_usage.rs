//! Each quota with its use, the alarms that watch it, and the increases that were asked for.

use std::collections::BTreeSet;

use jiff::Timestamp;
use wellproof_facts::Facts;
use wellproof_facts::autoscaling::AutoScalingGroup;
use wellproof_facts::cloudformation::Stack;
use wellproof_facts::cloudwatch::{Alarm, AlarmMetric, CompositeAlarm};
use wellproof_facts::derived::QuotaUsage;
use wellproof_facts::ec2::{Instance, NetworkInterface, Volume};
use wellproof_facts::quotas::{AutoManagement, Quota, RequestedChange};
use wellproof_model::{GapId, Read, Resource};

use crate::Derivation;
use crate::cite::Cite;
use crate::join::{Derived, Known, Listed, Place, any};
use crate::region_use::in_use;
use crate::tables::AlarmRow;

pub(crate) const DERIVATION: Derivation = Derivation {
    kind: QuotaUsage::TYPE,
    inputs: &[
        Alarm::TYPE,
        AutoManagement::TYPE,
        AutoScalingGroup::TYPE,
        CompositeAlarm::TYPE,
        Instance::TYPE,
        NetworkInterface::TYPE,
        Quota::TYPE,
        RequestedChange::TYPE,
        Stack::TYPE,
        Volume::TYPE,
    ],
    make: derive,
};

/// Where AWS keeps metrics of global services, of the partitions that have such services.
const GLOBAL_HOME: &str = "us-east-1";
const PENDING: &[&str] = &["PENDING", "CASE_OPENED"];
/// Network interfaces, and addresses: what a replacement takes beside vCPUs and volumes.
const FAILOVER_CODES: &[(&str, &str)] = &[("vpc", "L-DF5E4CA3"), ("ec2", "L-0263D0A3")];

fn known<T: Clone>(read: &Read<T>) -> Known<T> {
    match read {
        Read::Known(value) => Ok(value.clone()),
        Read::Unread(gap) => Err(gap.clone()),
    }
}

/// What does not depend on the quota.
struct Region<'p, 'e> {
    place: &'p Place<'e>,
    /// Where alarms on a global service's metrics and requests for its quotas stand beside.
    home: Option<&'p Place<'e>>,
    /// The account's other regions, and whether they are in use.
    others: Vec<(&'p Place<'e>, Known<bool>, Cite<'e>)>,
    management: (Vec<(&'e Resource, AutoManagement)>, Listed<'e>),
    /// The largest share of the running instances that one zone holds.
    largest_zone: Known<f64>,
}

fn derive<'e>(place: &Place<'e>, places: &[Place<'e>]) -> Derived {
    let account = || places.iter().filter(|other| other.account == place.account && other.region != place.region);
    let region = Region {
        place,
        home: account().find(|other| other.region == GLOBAL_HOME),
        others: account()
            .filter(|other| other.is_scanned())
            .map(|other| {
                let mut cite = Cite::default();
                (other, in_use(other, &mut cite), cite)
            })
            .collect(),
        management: place.read(AutoManagement::TYPE, |resource, management: AutoManagement| (resource, management)),
        largest_zone: largest_zone(place),
    };
    place.each::<Quota, _, _>(&[], |resource, quota: Quota, cite| region.facts(resource, quota, cite))
}

fn largest_zone(place: &Place<'_>) -> Known<f64> {
    let by_zone = &place.instances().running_by_zone;
    by_zone.listed.complete(&mut Cite::default())?;
    let total: u64 = by_zone.rows().map(|(_, count)| *count).sum();
    let most = by_zone.rows().map(|(_, count)| *count).max().unwrap_or(0);
    #[expect(clippy::cast_precision_loss, reason = "counts of instances stay far below 2^52")]
    let share = if total == 0 { 0.0 } else { most as f64 / total as f64 };
    Ok(share)
}

/// Whether replacing instances takes more of the quota.
fn needed_for_failover(quota: &Quota) -> bool {
    let code = (quota.service_code.as_str(), quota.quota_code.as_str());
    let name = quota.quota_name.as_str();
    FAILOVER_CODES.contains(&code)
        || (code.0 == "ec2" && name.starts_with("Running On-Demand"))
        || (code.0 == "ec2" && name.starts_with("All ") && name.ends_with("Spot Instance Requests"))
        || (code.0 == "ebs" && name.starts_with("Storage for "))
}

fn raised(quota: &Quota) -> Known<bool> {
    match known(&quota.default_value)? {
        Some(default) => known(&quota.value).map(|value| value > default),
        None => Ok(false),
    }
}

fn usage_share(quota: &Quota) -> Known<Option<f64>> {
    let Some(peak) = known(&quota.usage_peak)? else { return Ok(None) };
    let value = known(&quota.value)?;
    Ok((value > 0.0).then(|| peak / value))
}

impl<'e> Region<'_, 'e> {
    fn facts(&self, resource: &'e Resource, quota: Quota, cite: &mut Cite<'e>) -> QuotaUsage {
        let watching = self.alarms(&quota, cite);
        let (alarms, whole) = (&watching.alarms, &watching.whole);
        let share = usage_share(&quota);
        let firing = whole.clone().map(|()| firing_since(alarms));
        let needed_for_failover = needed_for_failover(&quota);
        let raised = raised(&quota);
        let requests = self.requests(resource, &quota, cite);
        let listed = if alarms.is_empty() { watching.none() } else { whole.clone() };
        let mut names: Vec<String> = alarms.iter().map(|(_, row)| row.facts.alarm_name.clone()).collect();
        names.sort_unstable();
        QuotaUsage {
            raised: raised.clone().into(),
            has_usage_metric: quota.usage_metric.is_some(),
            usage_peak: quota.usage_peak.clone(),
            usage_share: share.clone().into(),
            in_use: known(&quota.usage_peak).map(|peak| peak.is_some_and(|peak| peak > 0.0)).into(),
            alarmed: if alarms.is_empty() { listed.clone().map(|()| false) } else { Ok(true) }.into(),
            alarms: listed.map(|()| names).into(),
            alarm_has_action: Self::acts(alarms, whole, cite).into(),
            alarm_at_share: whole.clone().and_then(|()| at_share(alarms, &quota)).into(),
            alarm_firing_days: firing.clone().map(|since| since.map(|since| self.days(since))).into(),
            requested_since_firing: firing.and_then(|since| requests.since(since)).into(),
            auto_managed: self.auto_managed(&quota, cite).into(),
            requests: requests.count(|_| true).into(),
            requests_pending: requests.count(|status| PENDING.contains(&status)).into(),
            matched_in_other_regions: self.matched(resource, &quota, raised, cite).into(),
            share_after_zone_loss: self.after_zone_loss(needed_for_failover, share, cite).into(),
            needed_for_failover,
            service_code: quota.service_code,
            quota_code: quota.quota_code,
            quota_name: quota.quota_name,
            adjustable: quota.adjustable,
            value: quota.value,
            default_value: quota.default_value,
        }
    }

    fn days(&self, since: Timestamp) -> f64 {
        self.place.base.days_since(since)
    }

    /// The places where what belongs to the quota stands.
    fn homes<'s>(&'s self, quota: &Quota) -> impl Iterator<Item = &'s Place<'e>> + use<'s, 'e> {
        let home = if quota.global_quota { self.home } else { None };
        std::iter::once(self.place).chain(home)
    }

    /// Why the home of global services, where it was not scanned, leaves something open.
    fn home_unread(&self, quota: &Quota, kind: &str) -> Known<()> {
        let here = self.place.region;
        let has_home = !here.starts_with("cn-") && !here.starts_with("us-gov-") && !here.starts_with("us-iso");
        if !quota.global_quota || self.home.is_some() || here == GLOBAL_HOME || !has_home {
            return Ok(());
        }
        Err(self.place.base.doubt(self.place.account, GLOBAL_HOME, kind, "the region was not scanned"))
    }

    fn alarms<'s>(&'s self, quota: &Quota, cite: &mut Cite<'e>) -> Watching<'s, 'e> {
        let Some(metric) = &quota.usage_metric else { return Watching::default() };
        let (mut found, mut whole, mut told) = (Vec::new(), self.home_unread(quota, Alarm::TYPE), Ok(()));
        let namespace = metric.split('|').next();
        for place in self.homes(quota) {
            let alarms = place.alarms();
            let at = alarms.by_usage_metric.found(metric).map_or(&[][..], Vec::as_slice);
            for row in at.iter().map(|at| &alarms.rows[*at]) {
                cite.fact(row.resource);
                match fires_on_rise(place, row, metric) {
                    Ok(true) => found.push((place, row)),
                    Ok(false) => {}
                    Err(doubt) => whole = whole.and(Err(doubt)),
                }
            }
            whole = whole.and(alarms.listed.complete(cite));
            told = told.and(alarms.all_told(place, namespace));
        }
        Watching { alarms: found, whole, told }
    }

    fn acts(alarms: &[Watcher<'_, 'e>], whole: &Known<()>, cite: &mut Cite<'e>) -> Known<bool> {
        let mut each: Vec<Known<bool>> = alarms
            .iter()
            .map(|(place, row)| place.alarms().acts(&row.facts.alarm_name, row.has_own_action(), cite))
            .collect();
        each.push(whole.clone().map(|()| false));
        any(each)
    }

    fn auto_managed(&self, quota: &Quota, cite: &mut Cite<'e>) -> Known<bool> {
        let (rows, listed) = &self.management;
        let Some((resource, management)) = rows.first() else { return listed.complete(cite).map(|()| false) };
        cite.fact(resource);
        let Quota { service_code, quota_code, .. } = quota;
        let excluded = management.excluded_services.iter().any(|it| it == service_code)
            || management.excluded_quotas.iter().any(|it| *it == format!("{service_code}/{quota_code}"));
        Ok(management.opt_in_status == "ENABLED" && !excluded)
    }

    fn requests(&self, resource: &'e Resource, quota: &Quota, cite: &mut Cite<'e>) -> Requests {
        let (mut found, mut whole) = (Vec::new(), self.home_unread(quota, RequestedChange::TYPE));
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for place in self.homes(quota) {
            let requests = place.requests();
            for request in requests.found(resource.id.as_str()).into_iter().flatten() {
                cite.fact(request.resource);
                if seen.insert(&request.resource.id) {
                    found.push((request.created, request.status.clone()));
                }
            }
            whole = whole.and(requests.listed.complete(cite));
        }
        Requests { found, whole }
    }

    fn matched(
        &self,
        resource: &Resource,
        quota: &Quota,
        raised: Known<bool>,
        cite: &mut Cite<'e>,
    ) -> Known<Option<bool>> {
        // Whether a quota was raised of which AWS tells the default alone nobody knows, and never will: it is not judged.
        if quota.global_quota || !quota.has_applied_value || !raised? {
            return Ok(None);
        }
        let value = known(&quota.value)?;
        let (mut some, mut unread) = (false, None);
        for (other, in_use, in_use_cite) in &self.others {
            let matched = Self::matched_in(other, in_use, in_use_cite, resource, value, cite);
            match matched {
                Ok(Some(false)) => return Ok(Some(false)),
                Ok(Some(true)) => some = true,
                Ok(None) => {}
                Err(gap) => unread = unread.min(Some(gap.clone())).or(Some(gap)),
            }
        }
        unread.map_or(Ok(some.then_some(true)), Err)
    }

    /// Whether another region has at least this value; none where it or the quota's service is not in use.
    fn matched_in(
        other: &Place<'e>,
        in_use: &Known<bool>,
        in_use_cite: &Cite<'e>,
        resource: &Resource,
        value: f64,
        cite: &mut Cite<'e>,
    ) -> Known<Option<bool>> {
        cite.absorb(in_use_cite);
        if !in_use.clone()? {
            return Ok(None);
        }
        // Quotas are listed of the services in use: of one that is not listed nobody asked what its value is.
        let Some((row, there)) = other.quotas().find(resource.id.as_str(), cite)? else { return Ok(None) };
        cite.fact(row);
        known(there).map(|there| Some(there >= value))
    }

    fn after_zone_loss(&self, needed: bool, share: Known<Option<f64>>, cite: &mut Cite<'e>) -> Known<Option<f64>> {
        if !needed {
            return Ok(None);
        }
        let Some(share) = share? else { return Ok(None) };
        let largest = self.largest_zone.clone()?;
        self.place.instances().running_by_zone.listed.complete(cite)?;
        Ok(Some(share * (1.0 + largest)))
    }
}

/// An alarm that watches a quota, with the place where it stands.
type Watcher<'s, 'e> = (&'s Place<'e>, &'s AlarmRow<'e>);

struct Watching<'s, 'e> {
    alarms: Vec<Watcher<'s, 'e>>,
    /// Whether these are all of those that name the metric.
    whole: Known<()>,
    /// Whether every alarm names its metrics, as far as they may be of the quota's namespace.
    told: Known<()>,
}

impl Default for Watching<'_, '_> {
    /// No alarm can watch what is not published.
    fn default() -> Self {
        Self { alarms: Vec::new(), whole: Ok(()), told: Ok(()) }
    }
}

impl Watching<'_, '_> {
    /// That there is no other.
    fn none(&self) -> Known<()> {
        self.whole.clone().and(self.told.clone())
    }
}

struct Requests {
    /// When each was made, and how it stands.
    found: Vec<(Timestamp, String)>,
    whole: Known<()>,
}

impl Requests {
    fn count(&self, of: impl Fn(&str) -> bool) -> Known<i64> {
        let count = self.found.iter().filter(|(_, status)| of(status)).count();
        self.whole.clone().map(|()| i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// Whether one was made since an alarm began to fire; none where none fires.
    fn since(&self, firing: Option<Timestamp>) -> Known<Option<bool>> {
        let Some(firing) = firing else { return Ok(None) };
        if self.found.iter().any(|(created, _)| *created >= firing) {
            return Ok(Some(true));
        }
        self.whole.clone().map(|()| Some(false))
    }
}

/// Since when the alarm fires that has been firing longest.
fn firing_since(alarms: &[Watcher<'_, '_>]) -> Option<Timestamp> {
    let firing = alarms.iter().filter(|(_, row)| row.facts.state_value == "ALARM");
    // AWS gives the time of the transition of every alarm that ever changed its state.
    let since = |row: &Alarm| row.state_transitioned_timestamp.unwrap_or(row.alarm_configuration_updated_timestamp);
    firing.map(|(_, row)| since(&row.facts)).min()
}

/// Whether an alarm fires when a usage metric rises. One on the room that is left fires when its own value falls.
fn fires_on_rise(place: &Place<'_>, row: &AlarmRow<'_>, metric: &str) -> Known<bool> {
    let Some(operator) = row.facts.comparison_operator.as_deref() else {
        return Err(doubt(place, row, "operator", "AWS does not say how it compares"));
    };
    let rises = operator.contains("GreaterThan");
    if rises || row.compared(metric).is_some() {
        return Ok(rises);
    }
    Err(doubt(
        place,
        row,
        "comparison_operator",
        "it fires when something computed from the use falls, which may be the room left",
    ))
}

fn doubt(place: &Place<'_>, row: &AlarmRow<'_>, field: &str, message: &str) -> GapId {
    place.doubt(&format!("{}#{}.{field}", Alarm::TYPE, row.facts.alarm_name), message)
}

/// The lowest share of the quota at which one of the alarms fires.
fn at_share(alarms: &[Watcher<'_, '_>], quota: &Quota) -> Known<Option<f64>> {
    let mut lowest: Option<f64> = None;
    for (place, row) in alarms {
        let Some(share) = fires_at(place, row, quota)? else { continue };
        lowest = Some(lowest.map_or(share, |other| other.min(share)));
    }
    Ok(lowest)
}

/// A share by `SERVICE_QUOTA()`, or a plain threshold on the use; none where the quota is 0.
fn fires_at(place: &Place<'_>, row: &AlarmRow<'_>, quota: &Quota) -> Known<Option<f64>> {
    let alarm = &row.facts;
    // Of several usage metrics it is not told which one's quota the percent is of.
    if let (Some(percent), 1) = (alarm.quota_percent, alarm.usage_metric_keys.len()) {
        if is_rate(quota) {
            let message = "AWS does not say whether SERVICE_QUOTA() of a rate is per second or per period of the alarm";
            return Err(doubt(place, row, "quota_percent", message));
        }
        return Ok(Some(percent / 100.0));
    }
    let plain = quota.usage_metric.as_deref().and_then(|metric| row.compared(metric));
    let (Some(threshold), Some(metric), false) = (alarm.threshold, plain, alarm.anomaly_detection) else {
        let message = "it compares no share of the quota and no plain use with a fixed threshold";
        return Err(doubt(place, row, "threshold", message));
    };
    let Some(scale) = scale(quota, metric) else {
        let message = "its statistic and period do not tell how much of the quota the threshold is";
        return Err(doubt(place, row, "statistic", message));
    };
    let value = known(&quota.value)?;
    Ok((value > 0.0).then(|| threshold * scale / value))
}

/// Whether the quota holds for a period, so that its use is a sum over time.
fn is_rate(quota: &Quota) -> bool {
    quota.period_seconds.is_some() || quota.usage_statistic.as_deref() == Some("Sum")
}

/// By what an alarm's threshold is to be multiplied to count as the quota does: a sum over the alarm's period becomes one over
/// the quota's. A sum over points of a level, or a mean over points of a rate, depends on how many points AWS publishes.
#[expect(clippy::cast_precision_loss, reason = "periods are at most weeks")]
fn scale(quota: &Quota, metric: &AlarmMetric) -> Option<f64> {
    match (is_rate(quota), metric.statistic.as_deref()?) {
        (true, "Sum") => {
            let period = metric.period.filter(|period| *period > 0)?;
            Some(quota.period_seconds? as f64 / period as f64)
        }
        (true, _) | (false, "Sum" | "SampleCount") => None,
        (false, _) => Some(1.0),
    }
}
