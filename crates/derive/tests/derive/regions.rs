use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use wellproof_facts::account::Region;
use wellproof_facts::cloudformation::Stack;
use wellproof_facts::cloudtrail::{EventDataStore, Trail};
use wellproof_facts::config::{ConfigurationRecorder, DeliveryChannel};
use wellproof_facts::derived::{RegionRecording, RegionUse};
use wellproof_facts::ec2::{Instance, InstanceType, NetworkInterface, Volume};
use wellproof_facts::quotas::TemplateAssociation;
use wellproof_facts::{Facts, schemas};
use wellproof_model::{GLOBAL, ListingState, Read};

use crate::world::{ACCOUNT, HERE, THERE, World, call, raw_types, unread};

#[test]
fn what_a_region_holds() {
    let mut world = World::new();
    let facts: RegionUse = world.derived(HERE);
    assert_eq!((facts.running_instances, facts.volumes), (Read::Known(0), Read::Known(0)));
    assert_eq!((facts.in_use, facts.has_compute), (Read::Known(false), Read::Known(false)));
    let gap = world.cut::<NetworkInterface>();
    assert_eq!(world.derived::<RegionUse>(HERE).in_use, Read::Unread(gap));
    world.put::<Instance>("i-1", json!({"state": "running"}));
    world.put::<Instance>("i-2", json!({"state": "stopped"}));
    world.put_in::<Volume>(THERE, "v-1", json!({}));
    let gap = world.cut::<Instance>();
    let facts: RegionUse = world.derived(HERE);
    assert_eq!(facts.running_instances, Read::Unread(gap));
    assert_eq!((facts.in_use, facts.has_compute), (Read::Known(true), Read::Known(true)));
    assert_eq!(facts.volumes, Read::Known(0), "the other region's volume");
}

#[test]
fn control_tower_alone_does_not_use_a_region() {
    let mut world = World::new();
    world.put::<Stack>("a", json!({"stack_name": "StackSet-AWSControlTowerBP-BASELINE-CONFIG-1f"}));
    assert_eq!(world.derived::<RegionUse>(HERE).in_use, Read::Known(false));
    world.put::<Stack>("b", json!({"stack_name": "StackSet-shop-1f"}));
    assert_eq!(world.derived::<RegionUse>(HERE).in_use, Read::Known(true));
}

#[test]
fn a_recorder_that_cannot_deliver_does_not_record() {
    let mut world = World::new();
    let records = |world: &World| world.derived::<RegionUse>(HERE).config_records;
    assert_eq!(records(&world), Read::Known(false));
    let recorder = json!({"all_supported": true, "recording": true, "last_status": "SUCCESS"});
    world.put::<ConfigurationRecorder>("default", recorder);
    assert_eq!(records(&world), Read::Known(true));
    world.put::<DeliveryChannel>(
        "default",
        json!({"history_last_status": "SUCCESS", "stream_last_status": "NOT_APPLICABLE"}),
    );
    assert_eq!(records(&world), Read::Known(true));
    let gap = world.cut::<DeliveryChannel>();
    assert_eq!(records(&world), Read::Unread(gap));
    set(&mut world, "history_last_status", &json!("FAILURE"));
    assert_eq!(records(&world), Read::Known(false));
}

/// Puts the account into no organization, so that it sees all there is.
fn stand_alone(world: &mut World) {
    world.put::<TemplateAssociation>("template", json!({"status": "NO_ORGANIZATION"}));
}

fn trail(world: &mut World, region: &str, home: &str) {
    world.put_in::<Trail>(
        region,
        "arn:trail",
        json!({"trail_arn": "arn:trail", "home_region": home, "is_shadow": region != home, "is_multi_region_trail": true, "is_logging": true,
            "log_file_validation_enabled": true, "latest_delivery_time": "2026-05-31T23:00:00Z",
            "records_management_reads": true, "records_management_writes": true, "data_event_resource_types": ["AWS::S3::Object"]}),
    );
}

#[test]
fn a_shadow_of_a_trail_records_its_region() {
    let mut world = World::new();
    stand_alone(&mut world);
    assert_eq!(world.derived::<RegionRecording>(HERE).recorded, Read::Known(false));
    trail(&mut world, HERE, THERE);
    world.cut_kind(EventDataStore::TYPE, THERE);
    let record = world.record::<RegionRecording>(HERE);
    assert!(record.calls.contains(&call(Trail::TYPE, HERE)));
    let facts: RegionRecording = record.facts().unwrap();
    assert_eq!((facts.recorded, facts.tamper_evident), (Read::Known(true), Read::Known(true)));
    assert_eq!(facts.records_data_events, Read::Known(true));
    assert!(matches!(facts.queryable, Read::Unread(_)), "a data store may be what can be queried");
}

#[test]
fn a_trail_that_does_not_deliver_records_nothing() {
    let mut world = World::new();
    trail(&mut world, HERE, HERE);
    let late = json!("2026-05-30T00:00:00Z");
    for (field, value) in
        [("latest_delivery_time", late), ("latest_delivery_error", json!("AccessDenied")), ("is_logging", json!(false))]
    {
        let mut broken = World::new();
        stand_alone(&mut broken);
        trail(&mut broken, HERE, HERE);
        set(&mut broken, field, &value);
        assert_eq!(broken.derived::<RegionRecording>(HERE).recorded, Read::Known(false), "{field}");
    }
    let gap = world.cut_kind(Region::TYPE, GLOBAL);
    unread(world.evidence.resources.last_mut().unwrap(), "is_logging", &gap);
    assert_eq!(world.derived::<RegionRecording>(HERE).recorded, Read::Unread(gap));
}

/// Changes a field of the record that was put last.
fn set(world: &mut World, field: &str, value: &Json) {
    let resource = world.evidence.resources.last_mut().unwrap();
    let fields = resource.attributes.iter().map(|(name, old)| {
        let new = if name == field { value.clone().into() } else { old.clone() };
        (name.clone(), new)
    });
    resource.attributes = fields.collect();
}

#[test]
fn an_idle_region_has_nothing_to_deliver() {
    let mut world = World::new();
    stand_alone(&mut world);
    trail(&mut world, HERE, THERE);
    set(&mut world, "latest_delivery_time", &json!(null));
    assert_eq!(world.derived::<RegionRecording>(HERE).recorded, Read::Known(false), "it delivers nowhere");
    let mut unseen = World { evidence: world.evidence.clone(), ..World::new() };
    let gap = unseen.cut_kind(Trail::TYPE, THERE);
    assert_eq!(unseen.derived::<RegionRecording>(HERE).recorded, Read::Unread(gap), "it may deliver there");
    trail(&mut world, THERE, THERE);
    let record = world.record::<RegionRecording>(HERE);
    assert!(record.calls.contains(&call(Trail::TYPE, THERE)));
    assert_eq!(record.facts::<RegionRecording>().unwrap().recorded, Read::Known(true));
}

#[test]
fn a_delivery_elsewhere_says_nothing_of_another_trail_or_of_an_error_here() {
    let mut world = World::new();
    stand_alone(&mut world);
    trail(&mut world, THERE, THERE);
    trail(&mut world, HERE, THERE);
    set(&mut world, "latest_delivery_time", &json!(null));
    set(&mut world, "latest_delivery_error", &json!("AccessDenied"));
    assert_eq!(world.derived::<RegionRecording>(HERE).recorded, Read::Known(false));
    set(&mut world, "latest_delivery_error", &json!(null));
    set(&mut world, "trail_arn", &json!("arn:other"));
    assert_eq!(world.derived::<RegionRecording>(HERE).recorded, Read::Known(false));
}

#[test]
fn one_trail_may_record_what_reads_and_another_what_writes() {
    let mut world = World::new();
    stand_alone(&mut world);
    trail(&mut world, HERE, HERE);
    set(&mut world, "records_management_writes", &json!(false));
    assert_eq!(world.derived::<RegionRecording>(HERE).recorded, Read::Known(false));
    trail(&mut world, HERE, HERE);
    set(&mut world, "records_management_reads", &json!(false));
    set(&mut world, "log_file_validation_enabled", &json!(false));
    let facts: RegionRecording = world.derived(HERE);
    assert_eq!((facts.recorded, facts.tamper_evident), (Read::Known(true), Read::Known(false)));
}

#[test]
fn a_member_account_does_not_see_the_data_stores_of_its_organization() {
    let mut world = World::new();
    let evidence = world.derive();
    let record = &evidence.of_type(RegionRecording::TYPE)[0];
    assert!(evidence.gaps[&record.unread["recorded"]].message.contains("management account"));
    assert_eq!(record.facts::<RegionRecording>().unwrap().records_data_events, Read::Known(false));
    trail(&mut world, HERE, HERE);
    let facts: RegionRecording = world.derived(HERE);
    assert_eq!((facts.recorded, facts.tamper_evident), (Read::Known(true), Read::Known(true)));
    assert!(matches!(facts.queryable, Read::Unread(_)));
}

#[test]
fn a_data_store_of_any_region_may_record() {
    let mut world = World::new();
    let store = json!({"status": "ENABLED", "multi_region_enabled": true, "records_management_events": true});
    world.put_in::<EventDataStore>(THERE, "arn:store", store);
    let facts: RegionRecording = world.derived(HERE);
    assert_eq!((facts.recorded, facts.queryable), (Read::Known(true), Read::Known(true)));
    assert_eq!(facts.records_data_events, Read::Known(false));

    let mut world = World::new();
    stand_alone(&mut world);
    world.evidence.manifest.regions_enabled = Some([HERE, THERE, "eu-west-1"].map(str::to_owned).to_vec());
    let evidence = world.derive();
    let record = &evidence.of_type(RegionRecording::TYPE)[0];
    let gap = &record.unread["recorded"];
    assert_eq!(evidence.gaps[gap].unit.region, "eu-west-1", "a store may stand where nobody looked");
}

#[test]
fn listings_are_those_of_what_is_derived_from() {
    let mut world = World::new();
    world.put::<Instance>("i-1", json!({"state": "running"}));
    let gap = world.cut::<Instance>();
    let evidence = world.derive();
    let listing =
        evidence.listings_of("Wellproof::EC2::InstanceUse").find(|listing| listing.unit.region == HERE).unwrap();
    assert_eq!((listing.unit.collector.as_str(), listing.unit.account.as_str()), ("derive", ACCOUNT));
    assert_eq!((listing.state, listing.gap.as_ref(), listing.count), (ListingState::Partial, Some(&gap), 1));
    assert_eq!(listing.calls, [call(Instance::TYPE, HERE)]);
    let regions = evidence.listings_of("Wellproof::EC2::RegionUse");
    assert!(regions.into_iter().all(|listing| listing.state == ListingState::Complete));
}

#[test]
fn a_collector_that_was_not_run_leaves_a_gap() {
    let mut world = World::new();
    world.put::<Instance>("i-1", json!({}));
    world.evidence.listings.retain(|listing| listing.kind != "AWS::AutoScaling::AutoScalingGroup");
    let evidence = world.derive();
    let record = evidence.of_type("Wellproof::EC2::InstanceUse").first().unwrap();
    assert!(evidence.gaps.contains_key(&record.unread["replaced_automatically"]));
    assert!(evidence.listings_of("Wellproof::AutoScaling::GroupScaling").next().is_none());
}

#[test]
fn only_what_is_asked_for_is_made_and_its_inputs_are_enough() {
    let mut world = World::new();
    stand_alone(&mut world);
    world.put::<Instance>(
        "i-1",
        json!({"state": "running", "instance_type": "t", "created_time": "2026-05-20T00:00:00Z"}),
    );
    world.put::<InstanceType>("t", json!({}));
    let whole = world.derive();
    for kind in schemas().keys().filter(|kind| kind.starts_with("Wellproof::")) {
        let mut types = BTreeSet::from([*kind]);
        types.extend(wellproof_derive::inputs(&types));
        let part = world.derive_types(&types);
        assert_eq!(part.of_type(kind), whole.of_type(kind), "{kind}");
        assert!(part.listings_of(kind).next().is_some(), "{kind}");
        assert!(part.gaps.is_empty(), "{kind}: {:?}", part.gaps);
        let derived = part.resources.iter().filter(|resource| resource.kind.starts_with("Wellproof::"));
        assert!(derived.into_iter().all(|resource| resource.kind == *kind));
    }
    assert!(wellproof_derive::inputs(&raw_types().into_iter().collect()).is_empty());
}

#[test]
fn records_that_were_left_aside_are_not_absent() {
    let mut world = World::new();
    world.put::<Instance>("i-1", json!({"state": "running"}));
    let types = BTreeSet::from([Instance::TYPE, "Wellproof::EC2::InstanceUse", "Wellproof::EC2::SnapshotUse"]);
    let evidence = world.derive_types(&types);
    let record = evidence.of_type("Wellproof::EC2::InstanceUse").first().unwrap();
    assert!(record.unread.contains_key("alarmed"));
    let listing = evidence.listings_of("Wellproof::EC2::SnapshotUse").next().unwrap();
    assert_eq!(listing.state, ListingState::Unread);
}

#[test]
fn a_record_of_another_version_leaves_its_listing_incomplete() {
    let mut world = World::new();
    world.put::<Instance>("i-1", json!({"state": "running"}));
    let resource = world.evidence.resources.last_mut().unwrap();
    resource.attributes = resource
        .attributes
        .iter()
        .filter(|(name, _)| *name != "state")
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let evidence = world.derive();
    let listing = evidence.listings_of("Wellproof::EC2::InstanceUse").find(|it| it.unit.region == HERE).unwrap();
    assert_eq!(listing.state, ListingState::Partial);
    assert!(evidence.gaps.contains_key(listing.gap.as_ref().unwrap()));
}
