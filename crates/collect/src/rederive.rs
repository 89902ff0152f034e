//! Replays a snapshot's calls and compares what comes of them with what the snapshot says.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use wellproof_aws::{Recording, Sink, Source, Unit, sdk};
use wellproof_model::{Call, Listing, Resource, UnitId};
use wellproof_snapshot::{ReadError, Reader, Verify};

use crate::{plan, registry};

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

/// Replays every finished unit and lists what differs, sorted. Empty means: the calls give exactly these resources.
///
/// # Errors
/// When the snapshot cannot be read.
pub async fn rederive(reader: &Reader) -> Result<Vec<Difference>, ReadError> {
    let (evidence, _) = reader.evidence(None, Verify::No)?;
    let mut differences = Vec::new();
    let memory = Arc::new(Memory::default());
    let mut listings = Vec::new();
    for id in reader.manifest().units.keys() {
        match replay(reader, id, &memory).await? {
            Some(of_unit) => listings.extend(of_unit),
            None => {
                differences.push(Difference { what: format!("unit {id}"), how: "this version has no such collector" });
            }
        }
    }
    let Kept { calls, resources } = memory.take();
    let finished = |listing: &&Listing| reader.manifest().units.contains_key(&listing.unit);
    compare(keyed(&evidence.resources, resource_name), keyed(&resources, resource_name), &mut differences);
    compare(
        keyed(evidence.listings.iter().filter(finished), listing_name),
        keyed(&listings, listing_name),
        &mut differences,
    );
    compare(keyed(evidence.calls.values(), call_name), keyed(&calls, call_name), &mut differences);
    differences.sort();
    Ok(differences)
}

/// Runs one unit against its own recorded calls; `None` when there is no such collector.
async fn replay(reader: &Reader, id: &UnitId, memory: &Arc<Memory>) -> Result<Option<Vec<Listing>>, ReadError> {
    let Some(collector) = registry::collector(&id.collector) else { return Ok(None) };
    let manifest = reader.manifest();
    let region = plan::signing_region(id, collector, plan::partition_of(&manifest.caller.arn));
    let calls = reader.unit_calls(id)?.unwrap_or_default();
    let source = Source::Replay(Arc::new(Recording::of(calls)));
    let sink: Arc<dyn Sink> = Arc::clone(memory) as Arc<dyn Sink>;
    let base = sdk::in_region(&sdk::replay(), &region);
    let unit = Unit::new(id.clone(), collector.operations, manifest.started_at, &base, source, sink);
    (collector.run)(unit.clone()).await;
    Ok(Some(unit.finish(collector.types).listings))
}

fn resource_name(resource: &Resource) -> String {
    format!("resource {} {} in {} of {}", resource.kind, resource.id, resource.region, resource.account)
}

fn listing_name(listing: &Listing) -> String {
    format!("listing of {} in {}", listing.kind, listing.unit)
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
    resources: Vec<Resource>,
}

impl Memory {
    fn take(&self) -> Kept {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl Sink for Memory {
    fn call(&self, call: &Call, _: &[u8]) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).calls.push(call.clone());
    }

    fn resource(&self, resource: &Resource) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).resources.push(resource.clone());
    }
}
