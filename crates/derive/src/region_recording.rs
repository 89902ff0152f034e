//! Whether what is done in each region is written down.

use jiff::SignedDuration;
use wellproof_facts::cloudtrail::{EventDataStore, Trail};
use wellproof_facts::derived::RegionRecording;
use wellproof_facts::{Facts, management};
use wellproof_model::{GapId, Read, Resource};

use crate::Derivation;
use crate::cite::Cite;
use crate::join::{Derived, Known, Place, all, any, known};

pub(crate) const DERIVATION: Derivation = Derivation {
    kind: RegionRecording::TYPE,
    inputs: &[EventDataStore::TYPE, Trail::TYPE, management::TYPES[0], management::TYPES[1], management::TYPES[2]],
    make: derive,
};

/// Within which a trail that works has delivered.
const DELIVERS_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// What one trail or data store does for a region.
struct Recorder {
    works: Known<bool>,
    reads: Known<bool>,
    writes: Known<bool>,
    tamper_evident: Known<bool>,
    queryable: Known<bool>,
    data_events: Known<bool>,
}

fn derive<'e>(place: &Place<'e>, places: &[Place<'e>]) -> Derived {
    if !place.is_scanned() {
        return Derived::default();
    }
    let mut cite = Cite::default();
    let account: Vec<&Place<'e>> = places.iter().filter(|other| other.account == place.account).collect();
    let (mut recorders, trails_missing) = trails(place, &account, &mut cite);
    let (stores, mut missing) = stores(place, &account, &mut cite);
    recorders.extend(stores);
    missing.extend(trails_missing.clone());
    missing.extend(organization_unseen(place, &mut cite));
    // What was not listed could be what records; data events are asked of trails alone.
    let unlisted = missing.into_iter().min().map_or(Ok(false), Err);
    // One may record what reads, and another what writes.
    let recorded = |with: fn(&Recorder) -> Known<bool>| -> Read<bool> {
        let some = |kind: fn(&Recorder) -> Known<bool>| {
            let each = recorders.iter().map(|it| all([it.works.clone(), kind(it), with(it)]));
            any(each.chain([unlisted.clone()]))
        };
        all([some(|it| it.reads.clone()), some(|it| it.writes.clone())]).into()
    };
    let data_events = recorders.iter().map(|it| all([it.works.clone(), it.data_events.clone()]));
    let facts = RegionRecording {
        region_name: place.region.to_owned(),
        recorded: recorded(|_| Ok(true)),
        tamper_evident: recorded(|it| it.tamper_evident.clone()),
        queryable: recorded(|it| it.queryable.clone()),
        records_data_events: any(data_events.chain([trails_missing.map_or(Ok(false), Err)])).into(),
    };
    place.region_record(&facts, &cite)
}

/// Why an event data store may record here that no member account of an organization sees; none where the account is no member.
fn organization_unseen<'e>(place: &Place<'e>, cite: &mut Cite<'e>) -> Option<GapId> {
    let Some(record) = management::shown_by(place.base.evidence, place.account) else {
        let why =
            "an organization's data stores are seen by its management account, and this account is not known to be one";
        return Some(place.doubt(&format!("{}#of the organization", EventDataStore::TYPE), why));
    };
    cite.fact(record);
    None
}

/// What stands in the way of knowing what all regions hold of a type.
fn not_scanned(place: &Place<'_>, account: &[&Place<'_>], kind: &str) -> Vec<GapId> {
    let manifest = &place.base.evidence.manifest;
    let regions = manifest.regions_not_scanned().unwrap_or_default();
    let elsewhere = regions.iter().filter(|region| !account.iter().any(|other| other.region == **region));
    let mut missing: Vec<GapId> =
        elsewhere.map(|region| place.base.doubt(place.account, region, kind, "the region was not scanned")).collect();
    if manifest.regions_enabled.is_none() {
        missing.push(place.regions_unread());
    }
    missing
}

fn trails<'e>(place: &Place<'e>, account: &[&Place<'e>], cite: &mut Cite<'e>) -> (Vec<Recorder>, Option<GapId>) {
    let (rows, listed) = place.read(Trail::TYPE, |resource, trail: Trail| (resource, trail));
    let mut recorders = Vec::with_capacity(rows.len());
    for (resource, trail) in &rows {
        if !trail.is_multi_region_trail && trail.home_region != place.region {
            continue;
        }
        cite.fact(resource);
        let delivered = delivered(place, account, trail, cite);
        recorders.push(of_trail(trail, delivered));
    }
    (recorders, listed.complete(cite).err())
}

/// Whether a trail delivered lately.
///
/// A region in which nothing happens has nothing to deliver, so that of a trail of all regions any region's delivery will do.
fn delivered<'e>(place: &Place<'e>, account: &[&Place<'e>], trail: &Trail, cite: &mut Cite<'e>) -> Known<bool> {
    let lately = |trail: &Trail| {
        let time = known(&trail.latest_delivery_time);
        time.map(|time| time.is_some_and(|time| place.base.clock().duration_since(time) <= DELIVERS_WITHIN))
    };
    let here = lately(trail);
    if !trail.is_multi_region_trail || here == Ok(true) {
        return here;
    }
    let mut each = vec![here];
    for other in account.iter().filter(|other| other.region != place.region) {
        let (rows, listed) = other.read(Trail::TYPE, |resource, trail: Trail| (resource, trail));
        for (resource, record) in rows.iter().filter(|(_, record)| record.trail_arn == trail.trail_arn) {
            cite.fact(resource);
            each.push(lately(record));
        }
        each.push(listed.complete(cite).map(|()| false));
    }
    each.extend(not_scanned(place, account, Trail::TYPE).into_iter().map(Err));
    any(each)
}

fn of_trail(trail: &Trail, delivered: Known<bool>) -> Recorder {
    Recorder {
        works: all([
            known(&trail.is_logging),
            known(&trail.latest_delivery_error).map(|error| error.is_none()),
            delivered,
        ]),
        reads: known(&trail.records_management_reads),
        writes: known(&trail.records_management_writes),
        tamper_evident: Ok(trail.log_file_validation_enabled),
        queryable: all([
            Ok(trail.cloud_watch_logs_log_group_arn.is_some()),
            known(&trail.latest_cloud_watch_logs_delivery_error).map(|error| error.is_none()),
        ]),
        data_events: known(&trail.data_event_resource_types).map(|types| !types.is_empty()),
    }
}

/// The data stores that cover a region stand in any region; those of a region that was not scanned are not known.
fn stores<'e>(place: &Place<'e>, account: &[&Place<'e>], cite: &mut Cite<'e>) -> (Vec<Recorder>, Vec<GapId>) {
    let (mut recorders, mut missing) = (Vec::new(), Vec::new());
    for other in account {
        let (rows, listed) = other.read(EventDataStore::TYPE, |resource, store: EventDataStore| (resource, store));
        missing.extend(listed.complete(cite).err());
        for (resource, store) in rows {
            recorders.push(of_store(other.region == place.region, resource, &store, cite));
        }
    }
    missing.extend(not_scanned(place, account, EventDataStore::TYPE));
    (recorders, missing)
}

fn of_store<'e>(here: bool, resource: &'e Resource, store: &EventDataStore, cite: &mut Cite<'e>) -> Recorder {
    let covers = if here { Ok(true) } else { known(&store.multi_region_enabled) };
    if covers != Ok(false) {
        cite.fact(resource);
    }
    let events = known(&store.records_management_events);
    Recorder {
        works: all([covers, known(&store.status).map(|status| status == "ENABLED")]),
        reads: events.clone(),
        writes: events,
        tamper_evident: Ok(true),
        queryable: Ok(true),
        data_events: Ok(false),
    }
}
