//! Replays a snapshot's calls and compares what comes of them with what the snapshot says.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use wellproof_aws::{Recording, Sink, Source, Unit, sdk};
use wellproof_model::{Call, Listing, Resource, UnitId};
use wellproof_snapshot::{ReadError, Reader};

use crate::{plan, registry};

/// Something that the recorded calls do not give as the snapshot says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The unit.
    pub unit: UnitId,
    /// `type id`, or what else differs.
    pub what: String,
    /// How.
    pub how: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}: {}", self.unit, self.what, self.how)
    }
}

/// Replays every finished unit and lists what differs. Empty means: the calls give exactly these resources.
///
/// # Errors
/// When the snapshot cannot be read.
pub async fn rederive(reader: &Reader) -> Result<Vec<Difference>, ReadError> {
    let mut differences = Vec::new();
    let manifest = reader.manifest();
    for id in manifest.units.keys() {
        let Some(collector) = registry::collector(&id.collector) else {
            differences.push(Difference {
                unit: id.clone(),
                what: "unit".to_owned(),
                how: "this version has no such collector".to_owned(),
            });
            continue;
        };
        let Some(record) = reader.unit(id)? else { continue };
        let region = plan::signing_region(id, collector, plan::partition_of(&manifest.caller.arn));
        let memory = Arc::new(Memory::default());
        let sink: Arc<dyn Sink> = Arc::clone(&memory) as Arc<dyn Sink>;
        let source = Source::Replay(Arc::new(Recording::of(reader.unit_calls(id)?)));
        let base = sdk::in_region(&sdk::replay(), &region);
        let unit = Unit::new(id.clone(), collector.operations, manifest.started_at, &base, source, sink);
        (collector.run)(unit.clone()).await;
        let finished = unit.finish(collector.types);
        drop(unit);

        let rederived = memory.take();
        let stored = reader.unit_resources(id)?;
        compare(id, "resource", keyed(&stored), keyed(&rederived.resources), &mut differences);
        compare(id, "listing", listed(&record.listings), listed(&finished.listings), &mut differences);
        let calls = |calls: &[Call]| calls.iter().map(|call| (call.id.to_string(), call.clone())).collect();
        let stored: Vec<Call> = reader.unit_calls(id)?.into_iter().map(|(call, _)| call).collect();
        compare(id, "call", calls(&stored), calls(&rederived.calls), &mut differences);
    }
    Ok(differences)
}

fn keyed(resources: &[Resource]) -> BTreeMap<String, Resource> {
    resources.iter().map(|resource| (format!("{} {}", resource.kind, resource.id), resource.clone())).collect()
}

fn listed(listings: &[Listing]) -> BTreeMap<String, Listing> {
    listings.iter().map(|listing| (listing.kind.clone(), listing.clone())).collect()
}

fn compare<T: PartialEq>(
    unit: &UnitId,
    noun: &str,
    stored: BTreeMap<String, T>,
    mut rederived: BTreeMap<String, T>,
    differences: &mut Vec<Difference>,
) {
    let mut differs = |name: &str, how: &str| {
        differences.push(Difference { unit: unit.clone(), what: format!("{noun} {name}"), how: how.to_owned() });
    };
    for (name, kept) in stored {
        match rederived.remove(&name) {
            None => differs(&name, "the recorded calls do not give it"),
            Some(again) if again != kept => differs(&name, "the recorded calls give another one"),
            Some(_) => {}
        }
    }
    for name in rederived.keys() {
        differs(name, "the recorded calls give it, the snapshot lacks it");
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
