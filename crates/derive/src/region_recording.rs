//! Whether what is done in each region is written down.

use jiff::SignedDuration;
use wellproof_facts::Facts;
use wellproof_facts::cloudtrail::{EventDataStore, Trail};
use wellproof_facts::derived::RegionRecording;
use wellproof_model::{GapId, Read, Resource};

use crate::Derivation;
use crate::cite::Cite;
use crate::join::{Derived, Known, Place, all, any};

pub(crate) const DERIVATION: Derivation =
    Derivation { kind: RegionRecording::TYPE, inputs: &[EventDataStore::TYPE, Trail::TYPE], make: derive };

/// Within which a trail that works has delivered.
const DELIVERS_WITHIN: SignedDuration = SignedDuration::from_hours(24);

fn known<T: Clone>(read: &Read<T>) -> Known<T> {
    match read {
        Read::Known(value) => Ok(value.clone()),
        Read::Unread(gap) => Err(gap.clone()),
    }
}

/// What one trail or data store does for a region.
struct Recorder {
    recorded: Known<bool>,
    tamper_evident: Known<bool>,
    queryable: Known<bool>,
    data_events: Known<bool>,
}

fn derive<'e>(place: &Place<'e>, places: &[Place<'e>]) -> Derived {
    if !place.is_scanned() {
        return Derived::default();
    }
    let mut cite = Cite::default();
    let (mut recorders, trails_missing) = trails(place, &mut cite);
    let (stores, mut missing) = stores(place, places, &mut cite);
    recorders.extend(stores);
    missing.extend(trails_missing.clone());
    // What was not listed could be what records; data events are asked of trails alone.
    let unlisted = missing.iter().min().cloned();
    let some = |of: fn(&Recorder) -> Known<bool>, unlisted: &Option<GapId>| -> Read<bool> {
        let more = unlisted.clone().map_or(Ok(false), Err);
        any(recorders.iter().map(of).chain([more])).into()
    };
    let facts = RegionRecording {
        region_name: place.region.to_owned(),
        recorded: some(|it| it.recorded.clone(), &unlisted),
        tamper_evident: some(|it| it.tamper_evident.clone(), &unlisted),
        queryable: some(|it| it.queryable.clone(), &unlisted),
        records_data_events: some(|it| it.data_events.clone(), &trails_missing),
    };
    place.region_record(&facts, &cite)
}

fn trails<'e>(place: &Place<'e>, cite: &mut Cite<'e>) -> (Vec<Recorder>, Option<GapId>) {
    let (rows, listed) = place.read(Trail::TYPE, |resource, trail: Trail| (resource, trail));
    let mut recorders = Vec::with_capacity(rows.len());
    for (resource, trail) in &rows {
        if !trail.is_multi_region_trail && trail.home_region != place.region {
            continue;
        }
        cite.fact(resource);
        recorders.push(of_trail(place, trail));
    }
    (recorders, listed.complete(cite).err())
}

fn of_trail(place: &Place<'_>, trail: &Trail) -> Recorder {
    let delivered = |time: Option<jiff::Timestamp>| {
        time.is_some_and(|time| place.base.clock().duration_since(time) <= DELIVERS_WITHIN)
    };
    let recorded = all([
        known(&trail.is_logging),
        known(&trail.records_management_reads),
        known(&trail.records_management_writes),
        known(&trail.latest_delivery_error).map(|error| error.is_none()),
        known(&trail.latest_delivery_time).map(delivered),
    ]);
    let with = |other: Known<bool>| all([recorded.clone(), other]);
    let logs = all([
        Ok(trail.cloud_watch_logs_log_group_arn.is_some()),
        known(&trail.latest_cloud_watch_logs_delivery_error).map(|error| error.is_none()),
    ]);
    Recorder {
        tamper_evident: with(Ok(trail.log_file_validation_enabled)),
        queryable: with(logs),
        data_events: with(known(&trail.data_event_resource_types).map(|types| !types.is_empty())),
        recorded,
    }
}

/// The data stores that cover a region stand in any region; those of a region that was not scanned are not known.
fn stores<'e>(place: &Place<'e>, places: &[Place<'e>], cite: &mut Cite<'e>) -> (Vec<Recorder>, Vec<GapId>) {
    let (mut recorders, mut missing) = (Vec::new(), Vec::new());
    let account: Vec<&Place<'e>> = places.iter().filter(|other| other.account == place.account).collect();
    for other in &account {
        let (rows, listed) = other.read(EventDataStore::TYPE, |resource, store: EventDataStore| (resource, store));
        missing.extend(listed.complete(cite).err());
        for (resource, store) in rows {
            recorders.push(of_store(other.region == place.region, resource, &store, cite));
        }
    }
    let manifest = &place.base.evidence.manifest;
    for region in manifest.regions_not_scanned().unwrap_or_default() {
        if !account.iter().any(|other| other.region == region) {
            missing.push(place.base.doubt(place.account, &region, EventDataStore::TYPE, "the region was not scanned"));
        }
    }
    if manifest.regions_enabled.is_none() {
        missing.push(place.regions_unread());
    }
    (recorders, missing)
}

fn of_store<'e>(here: bool, resource: &'e Resource, store: &EventDataStore, cite: &mut Cite<'e>) -> Recorder {
    let covers = if here { Ok(true) } else { known(&store.multi_region_enabled) };
    if covers != Ok(false) {
        cite.fact(resource);
    }
    let recorded =
        all([covers, known(&store.status).map(|status| status == "ENABLED"), known(&store.records_management_events)]);
    Recorder { tamper_evident: recorded.clone(), queryable: recorded.clone(), data_events: Ok(false), recorded }
}
