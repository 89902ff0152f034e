//! What each scanned region holds.

use wellproof_facts::Facts;
use wellproof_facts::autoscaling::AutoScalingGroup;
use wellproof_facts::cloudformation::Stack;
use wellproof_facts::config::{ConfigurationRecorder, DeliveryChannel};
use wellproof_facts::derived::RegionUse;
use wellproof_facts::ec2::{Instance, NetworkInterface, Volume};
use wellproof_model::{Resource, Value};

use crate::Derivation;
use crate::cite::Cite;
use crate::join::{Derived, Known, Place, all, any, known};

pub(crate) const DERIVATION: Derivation = Derivation {
    kind: RegionUse::TYPE,
    inputs: &[
        AutoScalingGroup::TYPE,
        ConfigurationRecorder::TYPE,
        DeliveryChannel::TYPE,
        Instance::TYPE,
        NetworkInterface::TYPE,
        Stack::TYPE,
        Volume::TYPE,
    ],
    make: |place, _| derive(place),
};

/// What shows that the account does something in a region.
const SIGNS: &[&str] = &[Instance::TYPE, Volume::TYPE, NetworkInterface::TYPE, AutoScalingGroup::TYPE, Stack::TYPE];

/// How the stacks are called that Control Tower puts into every region that it governs, whether or not anything happens there.
const CONTROL_TOWER: &str = "StackSet-AWSControlTower";

fn is_sign(resource: &Resource) -> bool {
    let name = resource.attributes.get("stack_name").and_then(Value::as_str);
    resource.kind != Stack::TYPE || !name.is_some_and(|name| name.starts_with(CONTROL_TOWER))
}

/// Whether the account made anything that these collectors read here.
pub(crate) fn in_use<'e>(place: &Place<'e>, cite: &mut Cite<'e>) -> Known<bool> {
    let signs: Vec<Known<bool>> = SIGNS
        .iter()
        .map(|kind| match place.slice(kind).iter().find(|resource| is_sign(resource)) {
            Some(found) => {
                cite.fact(found);
                Ok(true)
            }
            None => place.listed(kind).complete(cite).map(|()| false),
        })
        .collect();
    any(signs)
}

/// Whether AWS Config records all types, or all but those that it is told to leave out, and neither recorder nor delivery fails.
fn config_records<'e>(place: &Place<'e>, cite: &mut Cite<'e>) -> Known<bool> {
    let (recorders, recorders_listed) =
        place.read(ConfigurationRecorder::TYPE, |resource, recorder: ConfigurationRecorder| (resource, recorder));
    let (channels, channels_listed) =
        place.read(DeliveryChannel::TYPE, |resource, channel: DeliveryChannel| (resource, channel));
    let mut records = Vec::new();
    for (resource, recorder) in &recorders {
        let excludes = recorder.recording_strategy.as_deref() == Some("EXCLUSION_BY_RESOURCE_TYPES");
        if recorder.service_principal.is_none() && (recorder.all_supported || excludes) {
            cite.fact(resource);
            let works = known(&recorder.last_status).map(|status| status.as_deref() == Some("SUCCESS"));
            records.push(all([known(&recorder.recording), works]));
        }
    }
    records.push(recorders_listed.complete(cite).map(|()| false));
    let mut fails = Vec::new();
    for (resource, channel) in &channels {
        cite.fact(resource);
        for status in [&channel.history_last_status, &channel.snapshot_last_status, &channel.stream_last_status] {
            fails.push(known(status).map(|status| status.as_deref() == Some("FAILURE")));
        }
    }
    fails.push(channels_listed.complete(cite).map(|()| false));
    all([any(records), any(fails).map(|fails| !fails)])
}

fn derive(place: &Place<'_>) -> Derived {
    if !place.is_scanned() {
        return Derived::default();
    }
    let mut cite = Cite::default();
    let by_zone = &place.instances().running_by_zone;
    let some_runs = place.instances().some_running;
    if let Some(one) = some_runs {
        cite.fact(one);
    }
    let complete = by_zone.listed.complete(&mut cite);
    let running = i64::try_from(by_zone.rows().map(|(_, count)| *count).sum::<u64>()).unwrap_or(i64::MAX);
    let volumes = place.listed(Volume::TYPE).complete(&mut cite);
    let facts = RegionUse {
        region_name: place.region.to_owned(),
        running_instances: complete.clone().map(|()| running).into(),
        volumes: volumes.map(|()| i64::try_from(place.slice(Volume::TYPE).len()).unwrap_or(i64::MAX)).into(),
        in_use: in_use(place, &mut cite).into(),
        config_records: config_records(place, &mut cite).into(),
        has_compute: if some_runs.is_some() { Ok(true) } else { complete.map(|()| false) }.into(),
    };
    place.region_record(&facts, &cite)
}
