//! What each scanned region holds.

use wellproof_facts::Facts;
use wellproof_facts::autoscaling::AutoScalingGroup;
use wellproof_facts::cloudformation::Stack;
use wellproof_facts::derived::RegionUse;
use wellproof_facts::ec2::{Instance, NetworkInterface, Volume};

use crate::Derivation;
use crate::cite::Cite;
use crate::join::{Derived, Known, Place, any};

pub(crate) const DERIVATION: Derivation = Derivation {
    kind: RegionUse::TYPE,
    inputs: &[AutoScalingGroup::TYPE, Instance::TYPE, NetworkInterface::TYPE, Stack::TYPE, Volume::TYPE],
    make: |place, _| derive(place),
};

/// What shows that the account does something in a region.
const SIGNS: &[&str] = &[Instance::TYPE, Volume::TYPE, NetworkInterface::TYPE, AutoScalingGroup::TYPE, Stack::TYPE];

/// Whether the account made anything that these collectors read here.
pub(crate) fn in_use<'e>(place: &Place<'e>, cite: &mut Cite<'e>) -> Known<bool> {
    let signs: Vec<Known<bool>> = SIGNS
        .iter()
        .map(|kind| match place.slice(kind).first() {
            Some(found) => {
                cite.fact(found);
                Ok(true)
            }
            None => place.listed(kind).complete(cite).map(|()| false),
        })
        .collect();
    any(signs)
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
        has_compute: if some_runs.is_some() { Ok(true) } else { complete.map(|()| false) }.into(),
    };
    place.region_record(&facts, &cite)
}
