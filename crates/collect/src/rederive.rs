//! Replays a snapshot's calls and compares what comes of them with what the snapshot says.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use wellproof_aws::{Collector, Finished, Recording, Sink, Source, Unit, sdk};
use wellproof_facts::Facts;
use wellproof_facts::account::{CallerIdentity, Region};
use wellproof_model::{Call, Gap, Listing, ListingState, Manifest, Resource, UnitId};
use wellproof_snapshot::{ReadError, Reader, Verify};

use crate::plan::{self, Known};
use crate::registry;

/// Something that the recorded calls do not give as the snapshot says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// What differs: a resource, a listing, a call or a unit.
    pub what: String,
    /// How.
    pub how: &'static str,
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.what, self.how)
    }
}

/// Replays every finished unit and lists what differs, sorted. Empty means: the calls give exactly these resources, and the
/// manifest plans what the recorded list of regions asks for.
///
/// # Errors
/// When the snapshot cannot be read.
pub async fn rederive(reader: &Reader) -> Result<Vec<Difference>, ReadError> {
    let (evidence, _) = reader.evidence(None, Verify::No)?;
    let units = &reader.manifest().units;
    let mut differences = Vec::new();
    let mut again = Replayed::default();
    for id in units.keys() {
        match replay(reader, id).await? {
            Some(replayed) => again.extend(replayed),
            None => {
                differences.push(Difference { what: format!("unit {id}"), how: "this version has no such collector" });
            }
        }
    }
    compare(keyed(&evidence.resources, resource_name), keyed(&again.resources, resource_name), &mut differences);
    let listings = evidence.listings.iter().filter(|listing| units.contains_key(&listing.unit));
    compare(keyed(listings, listing_name), keyed(&again.listings, listing_name), &mut differences);
    let gaps = evidence.gaps.values().filter(|gap| units.contains_key(&gap.unit));
    compare(keyed(gaps, gap_name), keyed(&again.gaps, gap_name), &mut differences);
    compare(keyed(evidence.calls.values(), call_name), keyed(&again.calls, call_name), &mut differences);
    compare_manifest(reader.manifest(), &again, &mut differences);
    differences.sort();
    Ok(differences)
}

/// Holds what the manifest says of caller, regions and plan against the recorded answers: a unit that is left out of the plan,
/// or a region that is left out of the list, would not be missed by anything else.
fn compare_manifest(manifest: &Manifest, again: &Replayed, differences: &mut Vec<Difference>) {
    let mut tell = |what: &str, how| differences.push(Difference { what: format!("manifest: {what}"), how });
    let account = &manifest.caller.account;
    let mut identities = again.resources.iter().filter(|it| it.kind == CallerIdentity::TYPE);
    let same = |it: &Resource| {
        it.id == *account && it.facts::<CallerIdentity>().is_ok_and(|it| it.caller_arn == manifest.caller.arn)
    };
    if !identities.all(same) {
        tell("caller", "the recorded calls name another one");
    }
    let listed =
        again.listings.iter().any(|listing| listing.kind == Region::TYPE && listing.state == ListingState::Complete);
    let regions: Vec<Resource> = again.resources.iter().filter(|it| it.kind == Region::TYPE).cloned().collect();
    let known = Known::of(&regions, listed);
    if known.enabled != manifest.regions_enabled || known.off != manifest.regions_off {
        tell("regions", "the recorded calls give others");
    }
    let collectors: Vec<&Collector> = manifest.types.keys().filter_map(|name| registry::collector(name)).collect();
    if plan::types(&collectors) != manifest.types {
        tell("types", "this version's collectors list others");
    }
    if plan::units(&collectors, account, &manifest.regions) != plan::sorted_units(&manifest.planned) {
        tell("planned", "these collectors in these regions have other units");
    }
}

/// Runs one unit against its own recorded calls; `None` when there is no such collector.
async fn replay(reader: &Reader, id: &UnitId) -> Result<Option<Replayed>, ReadError> {
    let Some(collector) = registry::collector(&id.collector) else { return Ok(None) };
    let manifest = reader.manifest();
    let region = plan::signing_region(id, collector, plan::partition_of(&manifest.caller.arn));
    let calls = reader.unit_calls(id)?.unwrap_or_default();
    let source = Source::Replay(Arc::new(Recording::of(calls)));
    let memory = Arc::new(Memory::default());
    let sink: Arc<dyn Sink> = Arc::clone(&memory) as Arc<dyn Sink>;
    let base = sdk::in_region(&sdk::replay(), &region);
    let unit = Unit::new(id.clone(), collector.operations, manifest.started_at, &base, source, sink);
    // As in a scan: what a collector that panics did not finish is not read.
    let _ = AssertUnwindSafe((collector.run)(unit.clone())).catch_unwind().await;
    let Finished { mut listings, gaps, .. } = unit.finish(collector.types);
    let Kept { calls, resources } = memory.take();
    for listing in &mut listings {
        listing.count = resources.values().filter(|(_, resource)| resource.kind == listing.kind).count() as u64;
    }
    Ok(Some(Replayed {
        calls,
        resources: resources.into_values().map(|(_, resource)| resource).collect(),
        listings,
        gaps,
    }))
}

/// What a replay came to.
#[derive(Debug, Default)]
struct Replayed {
    calls: Vec<Call>,
    resources: Vec<Resource>,
    listings: Vec<Listing>,
    gaps: Vec<Gap>,
}

impl Replayed {
    fn extend(&mut self, unit: Self) {
        self.calls.extend(unit.calls);
        self.resources.extend(unit.resources);
        self.listings.extend(unit.listings);
        self.gaps.extend(unit.gaps);
    }
}

fn resource_name(resource: &Resource) -> String {
    format!("resource {} {} in {} of {}", resource.kind, resource.id, resource.region, resource.account)
}

fn listing_name(listing: &Listing) -> String {
    format!("listing of {} in {}", listing.kind, listing.unit)
}

fn gap_name(gap: &Gap) -> String {
    format!("gap {} at {} in {}", gap.id, gap.what, gap.unit)
}

fn call_name(call: &Call) -> String {
    format!("call {} {}:{} of {}", call.id, call.key.service, call.key.operation, call.unit)
}

fn keyed<'a, T>(things: impl IntoIterator<Item = &'a T>, name: fn(&T) -> String) -> BTreeMap<String, &'a T> {
    things.into_iter().map(|thing| (name(thing), thing)).collect()
}

fn compare<T: PartialEq>(
    stored: BTreeMap<String, &T>,
    mut rederived: BTreeMap<String, &T>,
    differences: &mut Vec<Difference>,
) {
    for (what, kept) in stored {
        let how = match rederived.remove(&what) {
            None => "the recorded calls do not give it",
            Some(again) if again != kept => "the recorded calls give another one",
            Some(_) => continue,
        };
        differences.push(Difference { what, how });
    }
    for what in rederived.into_keys() {
        differences.push(Difference { what, how: "the recorded calls give it, the snapshot lacks it" });
    }
}

#[derive(Debug, Default)]
struct Memory(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    calls: Vec<Call>,
    /// By what a snapshot sorts them by, each with its line.
    resources: BTreeMap<[String; 4], (String, Resource)>,
}

impl Memory {
    fn take(&self) -> Kept {
        std::mem::take(&mut *self.kept())
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Memory {
    fn call(&self, call: &Call, _: &[u8]) {
        self.kept().calls.push(call.clone());
    }

    /// Of two with the same name the one stays that a snapshot's writer would keep.
    fn resource(&self, resource: &Resource) {
        let (kind, account, region, id) = resource.sort_key();
        let key = [kind, account, region, id].map(str::to_owned);
        let line = serde_json::to_string(resource).unwrap_or_default();
        let mut kept = self.kept();
        if kept.resources.get(&key).is_none_or(|(before, _)| line < *before) {
            kept.resources.insert(key, (line, resource.clone()));
        }
    }
}
