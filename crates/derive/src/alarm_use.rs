//! Whether each alarm does any good.

use std::collections::BTreeSet;

use wellproof_facts::Facts;
use wellproof_facts::autoscaling::ScalingPolicy;
use wellproof_facts::cloudformation::Stack;
use wellproof_facts::cloudwatch::{ActionKind, Alarm, CompositeAlarm};
use wellproof_facts::derived::{AlarmPurpose, AlarmUse};
use wellproof_facts::ec2::Instance;
use wellproof_model::Resource;

use crate::Derivation;
use crate::cite::Cite;
use crate::join::{Derived, Index, Known, Place, any};
use crate::tables::INSTANCE_DIMENSION;

pub(crate) const DERIVATION: Derivation = Derivation {
    kind: AlarmUse::TYPE,
    inputs: &[Alarm::TYPE, CompositeAlarm::TYPE, Instance::TYPE, ScalingPolicy::TYPE, Stack::TYPE],
    make: |place, _| derive(place),
};

const AUTOMATION: &[ActionKind] = &[ActionKind::Ec2, ActionKind::Lambda, ActionKind::OpsItem, ActionKind::Incident];
const WORK_ITEMS: &[ActionKind] = &[ActionKind::OpsItem, ActionKind::Incident, ActionKind::Investigation];
/// How Auto Scaling and Application Auto Scaling name the alarms of target tracking.
const TARGET_TRACKING: &str = "TargetTracking-";

struct Tables<'e> {
    /// Policies by the alarms that drive them.
    policies: Index<'e, String, &'e Resource>,
    /// Stacks by the alarms that roll them back.
    rollbacks: Index<'e, String, &'e Resource>,
    /// Composite alarms by the alarms that they look at.
    composites: Index<'e, String, &'e Resource>,
}

fn derive(place: &Place<'_>) -> Derived {
    let (policies, policies_listed) =
        place.read(ScalingPolicy::TYPE, |resource, policy: ScalingPolicy| (resource, policy.alarm_names));
    let (stacks, stacks_listed) =
        place.read(Stack::TYPE, |resource, stack: Stack| (resource, stack.rollback_trigger_arns));
    let (composites, composites_listed) =
        place.read(CompositeAlarm::TYPE, |resource, alarm: CompositeAlarm| (resource, alarm.mentions));
    let by = |rows: Vec<(_, Vec<String>)>| -> Vec<(String, _)> {
        rows.into_iter().flat_map(|(resource, names)| names.into_iter().map(move |name| (name, resource))).collect()
    };
    let tables = Tables {
        policies: Index::new(by(policies), policies_listed),
        rollbacks: Index::new(by(stacks), stacks_listed),
        composites: Index::new(by(composites), composites_listed),
    };
    let alarms =
        place.each::<Alarm, _, _>(&[], |resource, alarm: Alarm, cite| of_alarm(place, &tables, resource, &alarm, cite));
    let composites = place.each::<CompositeAlarm, _, _>(&[], |resource, alarm: CompositeAlarm, cite| {
        of_composite(place, &tables, resource, &alarm, cite)
    });
    let mut resources = alarms.resources;
    resources.extend(composites.resources);
    // An alarm of either kind may be missing where one of the two listings is not complete.
    let has_listing = place.has_listing(Alarm::TYPE) || place.has_listing(CompositeAlarm::TYPE);
    let listing = has_listing.then(|| {
        let listed = place.listed(Alarm::TYPE).and(place.listed(CompositeAlarm::TYPE));
        let mut listing = place.listing(AlarmUse::TYPE, resources.len(), &listed);
        for worse in [alarms.listing, composites.listing].into_iter().flatten() {
            if listing.gap.is_none() && worse.gap.is_some() {
                (listing.state, listing.gap) = (worse.state, worse.gap);
            }
        }
        listing
    });
    Derived { resources, listing }
}

/// What a plain and a composite alarm have in common.
struct Common<'a> {
    name: &'a str,
    kinds: &'a [ActionKind],
    has_actions: bool,
    acts: bool,
    has_link: bool,
}

impl Common<'_> {
    fn starts_automation(&self) -> bool {
        self.acts && self.kinds.iter().any(|kind| AUTOMATION.contains(kind))
    }

    fn carries_procedure(&self) -> bool {
        self.has_link || (self.acts && self.kinds.iter().any(|kind| WORK_ITEMS.contains(kind)))
    }

    fn only_feeds_composite<'e>(&self, tables: &Tables<'e>, cite: &mut Cite<'e>) -> Known<bool> {
        if self.has_actions {
            return Ok(false);
        }
        tables.composites.record(self.name, cite).map(|found| found.is_some())
    }

    fn purpose<'e>(&self, tables: &Tables<'e>, resource: &'e Resource, cite: &mut Cite<'e>) -> Known<AlarmPurpose> {
        let only_scales = !self.kinds.is_empty() && self.kinds.iter().all(|kind| *kind == ActionKind::Scaling);
        if only_scales || self.name.starts_with(TARGET_TRACKING) {
            return Ok(AlarmPurpose::Scaling);
        }
        if tables.policies.record(self.name, cite)?.is_some() {
            return Ok(AlarmPurpose::Scaling);
        }
        // One that also tells somebody is for telling, whatever else looks at it.
        if self.has_actions {
            return Ok(AlarmPurpose::Alerting);
        }
        let Some(arn) = &resource.arn else { return Ok(AlarmPurpose::Alerting) };
        let rolls_back = tables.rollbacks.record(arn, cite)?.is_some();
        Ok(if rolls_back { AlarmPurpose::Rollback } else { AlarmPurpose::Alerting })
    }
}

fn of_alarm<'e>(
    place: &Place<'e>,
    tables: &Tables<'e>,
    resource: &'e Resource,
    alarm: &Alarm,
    cite: &mut Cite<'e>,
) -> AlarmUse {
    let common = Common {
        name: &alarm.alarm_name,
        kinds: &alarm.alarm_action_kinds,
        has_actions: !alarm.alarm_actions.is_empty(),
        acts: alarm.actions_enabled && !alarm.alarm_actions.is_empty(),
        has_link: alarm.description_has_link,
    };
    AlarmUse {
        alarm_name: alarm.alarm_name.clone(),
        composite: false,
        purpose: common.purpose(tables, resource, cite).into(),
        has_enabled_action: place.alarms().acts(common.name, common.acts, cite).into(),
        only_feeds_composite: common.only_feeds_composite(tables, cite).into(),
        starts_automation: common.starts_automation(),
        watches_quota: !alarm.usage_metric_keys.is_empty(),
        watches_trail_events: alarm.namespaces.iter().any(|namespace| counts_trail_events(namespace)),
        carries_procedure: common.carries_procedure(),
        state_value: alarm.state_value.clone(),
        days_in_state: alarm.state_transitioned_timestamp.map(|time| place.base.days_since(time)),
        days_since_configured: place.base.days_since(alarm.alarm_configuration_updated_timestamp),
        watches_missing_instance: watches_missing_instance(place, alarm, cite).into(),
    }
}

fn of_composite<'e>(
    place: &Place<'e>,
    tables: &Tables<'e>,
    resource: &'e Resource,
    alarm: &CompositeAlarm,
    cite: &mut Cite<'e>,
) -> AlarmUse {
    let common = Common {
        name: &alarm.alarm_name,
        kinds: &alarm.alarm_action_kinds,
        has_actions: !alarm.alarm_actions.is_empty(),
        acts: alarm.actions_enabled && !alarm.alarm_actions.is_empty(),
        has_link: alarm.description_has_link,
    };
    AlarmUse {
        alarm_name: alarm.alarm_name.clone(),
        composite: true,
        purpose: common.purpose(tables, resource, cite).into(),
        has_enabled_action: place.alarms().acts(common.name, common.acts, cite).into(),
        only_feeds_composite: common.only_feeds_composite(tables, cite).into(),
        starts_automation: common.starts_automation(),
        watches_quota: false,
        watches_trail_events: false,
        carries_procedure: common.carries_procedure(),
        state_value: alarm.state_value.clone(),
        days_in_state: alarm.state_transitioned_timestamp.map(|time| place.base.days_since(time)),
        days_since_configured: place.base.days_since(alarm.alarm_configuration_updated_timestamp),
        watches_missing_instance: Ok(None).into(),
    }
}

fn counts_trail_events(namespace: &str) -> bool {
    namespace.contains("CloudTrail") || namespace.contains("CIS") || namespace == "LogMetrics"
}

fn watches_missing_instance<'e>(place: &Place<'e>, alarm: &Alarm, cite: &mut Cite<'e>) -> Known<Option<bool>> {
    let own = alarm.metrics.iter().filter(|metric| metric.is_of(place.account));
    let named = own.filter_map(|metric| metric.dimensions.get(INSTANCE_DIMENSION));
    // Other services call other things by this name.
    let named: BTreeSet<&str> = named.map(String::as_str).filter(|id| id.starts_with("i-")).collect();
    if named.is_empty() {
        return Ok(None);
    }
    let instances = place.by_id(Instance::TYPE);
    let missing: Vec<Known<bool>> =
        named.into_iter().map(|id| instances.record(id, cite).map(|found| found.is_none())).collect();
    any(missing).map(Some)
}
