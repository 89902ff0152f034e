//! What started instances, month by month.
//!
//! Counted from the events themselves, so that a farm whose instances live for an hour is told as it was. A month that could not be read to
//! its end has no record: half a count would pass for a whole one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use wellproof_facts::Facts;
use wellproof_facts::cloudtrail::{InstanceLaunch, Tool};
use wellproof_facts::derived::LaunchMonth;

use crate::Derivation;
use crate::cite::Cite;
use crate::join::{Derived, Place};

pub(crate) const DERIVATION: Derivation =
    Derivation { kind: LaunchMonth::TYPE, inputs: &[InstanceLaunch::TYPE], make: |place, _| derive(place) };

fn derive(place: &Place<'_>) -> Derived {
    if !place.has_listing(InstanceLaunch::TYPE) {
        return Derived::default();
    }
    let (launches, listed) = place.read(InstanceLaunch::TYPE, |resource, event: InstanceLaunch| (resource, event));
    let mut months: BTreeMap<String, (LaunchMonth, BTreeSet<String>, Cite<'_>)> = BTreeMap::new();
    if listed.gap.is_none() {
        for (resource, event) in launches.into_iter().filter(|(_, event)| event.error_code.is_none()) {
            let month = event.event_time.to_zoned(TimeZone::UTC).strftime("%Y-%m").to_string();
            let (facts, principals, cite) =
                months.entry(month).or_insert_with_key(|month| (none(month), BTreeSet::new(), Cite::default()));
            cite.fact(resource);
            let instances = i64::try_from(event.instance_ids.len()).unwrap_or(i64::MAX);
            facts.instances += instances;
            *started_by(facts, event.tool) += instances;
            if matches!(event.tool, Tool::Console | Tool::Cli) {
                principals.insert(event.principal_arn.unwrap_or(event.identity_type));
            }
        }
    }
    let records = months.into_iter().filter_map(|(month, (facts, principals, mut cite))| {
        listed.complete(&mut cite).ok()?;
        place.own_record(
            place.region,
            &month,
            &LaunchMonth { principals: principals.into_iter().collect(), ..facts },
            &cite,
        )
    });
    let resources: Vec<_> = records.collect();
    let listing = Some(place.listing(LaunchMonth::TYPE, resources.len(), &listed));
    Derived { resources, listing }
}

fn none(month: &str) -> LaunchMonth {
    LaunchMonth {
        month: month.to_owned(),
        instances: 0,
        by_cloudformation: 0,
        by_terraform: 0,
        by_other_code: 0,
        by_service: 0,
        by_console_or_cli: 0,
        by_program: 0,
        principals: Vec::new(),
    }
}

fn started_by(facts: &mut LaunchMonth, tool: Tool) -> &mut i64 {
    match tool {
        Tool::Cloudformation => &mut facts.by_cloudformation,
        Tool::Terraform => &mut facts.by_terraform,
        Tool::Pulumi | Tool::Cdk => &mut facts.by_other_code,
        Tool::AwsService => &mut facts.by_service,
        Tool::Console | Tool::Cli => &mut facts.by_console_or_cli,
        Tool::Sdk | Tool::Other => &mut facts.by_program,
    }
}
