//! Joins over the facts of several collectors, each citing the calls that it was made of.
//!
//! Everything here is a pure function of the evidence and of what the configuration names. A join that finds what it looks
//! for needs no complete listing; one that finds nothing does, and cites it. What rests on something unread carries that gap:
//! taking away evidence turns a known value into an unread one and never into another value.

mod alarm_use;
mod cite;
mod event_pattern;
mod group_scaling;
mod instance_provenance;
mod instance_use;
mod internet;
mod join;
mod launch_month;
mod network;
mod network_topology;
mod quota_usage;
mod region_recording;
mod region_use;
mod root_watch;
mod security_group_use;
mod snapshot_use;
mod subnet_routing;
mod tables;
mod vpc_use;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use wellproof_model::{Evidence, GLOBAL, Gap, GapId, Listing, Provenance, Resource};

use crate::join::{Base, Derived, Place};

/// One derived type.
struct Derivation {
    kind: &'static str,
    /// The types that it is made of.
    inputs: &'static [&'static str],
    make: for<'e> fn(&Place<'e>, &[Place<'e>]) -> Derived,
}

const DERIVATIONS: &[Derivation] = &[
    alarm_use::DERIVATION,
    group_scaling::DERIVATION,
    instance_provenance::DERIVATION,
    instance_use::DERIVATION,
    launch_month::DERIVATION,
    network_topology::DERIVATION,
    quota_usage::DERIVATION,
    region_recording::DERIVATION,
    region_use::DERIVATION,
    root_watch::DERIVATION,
    security_group_use::DERIVATION,
    snapshot_use::DERIVATION,
    subnet_routing::DERIVATION,
    vpc_use::DERIVATION,
];

/// The types of the snapshot that those of `types` that are derived are made of.
///
/// A reader that parses only some types has to parse these too.
pub fn inputs(types: &BTreeSet<&str>) -> BTreeSet<&'static str> {
    let wanted = DERIVATIONS.iter().filter(|derivation| types.contains(derivation.kind));
    wanted.flat_map(|derivation| derivation.inputs).copied().collect()
}

/// Adds the derived resources of those of `types` that are derived, and their listings, under the collector's name `derive`.
///
/// `types` is what the snapshot's reader was asked for, with [`inputs`] among it: of a type that it lacks, the records are
/// missing while its listings may say that they are complete, so that everything made of it counts as unread. A field that
/// rests on something for which no collector left a gap (a collector that was not run, a shared resource that another account
/// owns) carries a gap of kind "not asked", which is added to the evidence.
pub fn derive(evidence: &mut Evidence, provenance: &Provenance, types: &BTreeSet<&str>) {
    let order = |a: &Resource, b: &Resource| a.sort_key().cmp(&b.sort_key());
    if !evidence.resources.par_windows(2).all(|pair| order(&pair[0], &pair[1]).is_le()) {
        evidence.resources.par_sort_by(order);
    }
    evidence.listings.sort_by(|a, b| (&a.kind, &a.unit).cmp(&(&b.kind, &b.unit)));
    let (resources, listings, gaps) = made(evidence, provenance, types);
    evidence.gaps.extend(gaps);
    evidence.extend(resources, listings);
}

type Made = (Vec<Resource>, Vec<Listing>, BTreeMap<GapId, Gap>);

fn made(evidence: &Evidence, provenance: &Provenance, types: &BTreeSet<&str>) -> Made {
    let base = Arc::new(Base::new(evidence, provenance, types.iter().copied().collect()));
    let places = places(&base);
    let (mut resources, mut listings) = (Vec::new(), Vec::new());
    for derivation in DERIVATIONS.iter().filter(|derivation| types.contains(derivation.kind)) {
        for place in &places {
            let derived = (derivation.make)(place, &places);
            resources.extend(derived.resources);
            listings.extend(derived.listing);
        }
    }
    drop(places);
    let mut gaps = Arc::into_inner(base).map(Base::into_doubts).unwrap_or_default();
    if !gaps.is_empty() {
        let named: BTreeSet<&GapId> = resources
            .iter()
            .flat_map(|resource| resource.unread.values())
            .chain(listings.iter().filter_map(|listing| listing.gap.as_ref()))
            .collect();
        gaps.retain(|id, _| named.contains(id) && !evidence.gaps.contains_key(id));
    }
    (resources, listings, gaps)
}

/// Every account in every region that was scanned or that something was listed in, sorted.
fn places<'e>(base: &Arc<Base<'e>>) -> Vec<Place<'e>> {
    let evidence = base.evidence;
    let scanned = evidence.manifest.regions.iter().map(String::as_str);
    let mut places: BTreeSet<(&str, &str)> = BTreeSet::new();
    for account in base.accounts() {
        places.extend(scanned.clone().map(|region| (account, region)));
    }
    places.extend(evidence.listings.iter().map(|it| (it.unit.account.as_str(), it.unit.region.as_str())));
    places.retain(|(_, region)| *region != GLOBAL);
    places.into_iter().map(|(account, region)| Place::new(base, account, region)).collect()
}
