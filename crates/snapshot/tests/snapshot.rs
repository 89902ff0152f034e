//! Snapshots written, read back, resumed, damaged.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::{INSTANCE, TRAIL, VOLUME, at, call, denied, listing, manifest, resource, unit};
use proptest::prelude::*;
use wellproof_model::{BodyEncoding, Evidence, GapKind, ListingState, Resource, UnitId, Value};
use wellproof_snapshot::{
    Directory, Embedded, Files, Format, Limits, ReadError, Reader, Snapshot, State, Verify, WriteError, verify,
};

mod common;

const XML: &[u8] = b"<answer>\"quoted\"\nand \xc3\xa4</answer>";
const CBOR: &[u8] = &[0xa1, 0x00, 0xff, 0xfe];

fn planned() -> Vec<UnitId> {
    vec![unit("ec2", "eu-west-1"), unit("ec2", "us-east-1"), unit("cloudtrail", "eu-west-1")]
}

/// Writes one unit; `backwards` gives the records in another order.
fn write_unit(snapshot: &Snapshot, unit: &UnitId, backwards: bool) {
    let writer = snapshot.unit(unit.clone()).unwrap();
    let text = call(unit, "DescribeInstances", 0, XML, BodyEncoding::Text);
    let binary = call(unit, "DescribeVolumes", 0, CBOR, BodyEncoding::Base64);
    let mut calls = vec![(&text, XML), (&binary, CBOR)];
    let kinds: &[&str] = if unit.collector == "ec2" { &[INSTANCE, VOLUME] } else { &[TRAIL] };
    let mut resources: Vec<Resource> = kinds
        .iter()
        .flat_map(|kind| (0..4).map(|n| resource(kind, unit, &format!("id-{n}"), &text)).collect::<Vec<_>>())
        .collect();
    if backwards {
        calls.reverse();
        resources.reverse();
    }
    for (call, body) in calls {
        writer.call(call, body).unwrap();
    }
    for resource in &resources {
        writer.resource(resource).unwrap();
    }
    let gap = denied(unit, &format!("{}#id-1.fact", kinds[0]), &[&binary]);
    let mut listings: Vec<_> = kinds.iter().map(|kind| listing(kind, unit, &[&text])).collect();
    if backwards {
        listings.reverse();
    }
    let record = writer.finish(at(1), at(2), listings, vec![gap]).unwrap();
    assert!(record.listings.iter().all(|listing| listing.count == 4));
}

fn write(dir: &Path, format: Format, backwards: bool) -> String {
    let snapshot = Snapshot::create(dir, &manifest(&planned()), format).unwrap();
    let mut units = planned();
    if backwards {
        units.reverse();
    }
    for unit in &units {
        write_unit(&snapshot, unit, backwards);
    }
    snapshot.seal(at(3)).unwrap()
}

fn tree(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let files = Directory::new(dir).list().unwrap();
    let read = |path: String| fs::read(dir.join(&path)).ok().map(|bytes| (path, bytes));
    files.into_iter().filter_map(|found| read(found.path)).collect()
}

fn copy(from: &Path, to: &Path) {
    for found in Directory::new(from).list().unwrap() {
        let (from, to) = (from.join(&found.path), to.join(&found.path));
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        if from.is_dir() { fs::create_dir_all(&to).unwrap() } else { fs::copy(from, to).map(|_| ()).unwrap() }
    }
}

fn read(dir: &Path) -> Result<Evidence, ReadError> {
    Reader::open(dir)?.evidence(None, Verify::Yes).map(|(evidence, _)| evidence)
}

fn anyway(dir: &Path) -> Evidence {
    let (evidence, reading) = Reader::open(dir).unwrap().evidence(None, Verify::No).unwrap();
    assert!(!reading.verified);
    evidence
}

fn messages(dir: &Path) -> Vec<String> {
    verify(dir).unwrap().problems.iter().map(ToString::to_string).collect()
}

fn complete(evidence: &Evidence, unit: &UnitId) -> usize {
    let of_unit = evidence.listings.iter().filter(|listing| listing.unit == *unit);
    of_unit.filter(|listing| listing.state == ListingState::Complete).count()
}

#[test]
fn what_is_written_is_read_back() {
    for format in [Format::Plain, Format::Zstd] {
        let dir = tempfile::tempdir().unwrap();
        let digest = write(dir.path(), format, false);
        let reader = Reader::open(dir.path()).unwrap();
        assert_eq!((reader.digest(), reader.verified_state()), (digest.as_str(), State::Sealed));
        let (evidence, reading) = reader.evidence(None, Verify::Yes).unwrap();
        assert!(reading.verified);
        assert_eq!(reading.resources[INSTANCE], 8);
        assert_eq!(evidence.resources.len(), 20);
        assert_eq!((evidence.calls.len(), evidence.gaps.len(), evidence.listings.len()), (6, 3, 5));
        assert!(evidence.resources.is_sorted_by(|a, b| a.sort_key() < b.sort_key()));
        let ec2 = unit("ec2", "eu-west-1");
        let text = call(&ec2, "DescribeInstances", 0, XML, BodyEncoding::Text);
        assert_eq!(evidence.of_type(INSTANCE)[1], resource(INSTANCE, &ec2, "id-1", &text));
        assert_eq!(reader.body(&text).unwrap(), XML);
        let recording = reader.unit_calls(&ec2).unwrap().unwrap();
        assert!(recording.is_sorted_by(|a, b| a.0.id < b.0.id));
        assert!(recording.contains(&(text, XML.to_vec())));
        assert!(recording.iter().any(|(_, body)| body == CBOR));
        let report = reader.verify();
        assert_eq!(report.problems, []);
        assert_eq!((report.units, report.calls, report.resources, report.gaps), (3, 6, 20, 3));
    }
}

#[test]
fn the_order_in_which_records_come_is_not_seen() {
    for format in [Format::Plain, Format::Zstd] {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write(one.path(), format, false);
        write(other.path(), format, true);
        assert_eq!(tree(one.path()), tree(other.path()));
    }
}

#[test]
fn records_come_from_several_threads() {
    let dir = tempfile::tempdir().unwrap();
    let ec2 = unit("ec2", "eu-west-1");
    let snapshot = Snapshot::create(dir.path(), &manifest(std::slice::from_ref(&ec2)), Format::Zstd).unwrap();
    let writer = snapshot.unit(ec2.clone()).unwrap();
    let first = call(&ec2, "DescribeInstances", 0, b"", BodyEncoding::Text);
    std::thread::scope(|scope| {
        for thread in 0..4_u32 {
            let (writer, ec2, first) = (&writer, &ec2, &first);
            scope.spawn(move || {
                for n in (thread..400).step_by(4) {
                    writer.call(&call(ec2, "DescribeInstances", n, b"", BodyEncoding::Text), b"").unwrap();
                    writer.resource(&resource(INSTANCE, ec2, &format!("id-{n:04}"), first)).unwrap();
                }
            });
        }
    });
    let listings = vec![listing(INSTANCE, &ec2, &[&first]), listing(VOLUME, &ec2, &[&first])];
    writer.finish(at(1), at(2), listings, vec![]).unwrap();
    snapshot.seal(at(3)).unwrap();
    assert_eq!(messages(dir.path()), [""; 0]);
    assert_eq!(read(dir.path()).unwrap().resources.len(), 400);
}

#[test]
fn only_wanted_types_are_parsed_and_all_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), Format::Zstd, false);
    let (evidence, reading) =
        Reader::open(dir.path()).unwrap().evidence(Some(&BTreeSet::from([VOLUME])), Verify::Yes).unwrap();
    assert!(evidence.resources.iter().all(|resource| resource.kind == VOLUME));
    assert_eq!(evidence.resources.len(), 8);
    assert_eq!(reading.resources.values().sum::<u64>(), 20);
}

#[test]
fn a_snapshot_in_the_binary_is_read_the_same_way() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), Format::Plain, false);
    let files = tree(dir.path()).into_iter().map(|(path, bytes)| (path, &*Vec::leak(bytes)));
    let reader = Reader::from_files(Embedded::new("demo", files), Limits::default()).unwrap();
    assert_eq!(reader.verify().problems, []);
    let (evidence, _) = reader.evidence(None, Verify::Yes).unwrap();
    assert_eq!(evidence.resources, read(dir.path()).unwrap().resources);
}

#[test]
fn a_directory_with_anything_in_it_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let create = |path: &Path| Snapshot::create(path, &manifest(&planned()), Format::Zstd);
    fs::write(dir.path().join("letter.txt"), "dear").unwrap();
    let err = create(dir.path()).unwrap_err();
    assert!(matches!(err, WriteError::NotASnapshot(_)), "{err}");
    let err = create(&dir.path().join("letter.txt")).unwrap_err();
    assert!(matches!(err, WriteError::NotASnapshot(_)), "{err}");
    let err = Snapshot::resume(dir.path()).unwrap_err();
    assert!(matches!(err, WriteError::NotASnapshot(_)), "{err}");
    assert_eq!(tree(dir.path()), [("letter.txt".to_owned(), b"dear".to_vec())]);

    let out = dir.path().join("out");
    let err = Snapshot::resume(&out).unwrap_err();
    assert!(matches!(err, WriteError::NothingToResume(_)), "{err}");
    drop(create(&out).unwrap());
    let err = create(&out).unwrap_err();
    assert!(matches!(err, WriteError::IsASnapshot(_)), "{err}");
    let snapshot = Snapshot::resume(&out).unwrap().snapshot;
    snapshot.seal(at(3)).unwrap();
    drop(snapshot);
    let err = Snapshot::resume(&out).unwrap_err();
    assert!(matches!(err, WriteError::Sealed(_)), "{err}");
}

#[test]
#[cfg(unix)]
fn two_scans_do_not_write_to_one_directory() {
    let dir = tempfile::tempdir().unwrap();
    let _first = Snapshot::create(dir.path(), &manifest(&planned()), Format::Zstd).unwrap();
    let err = Snapshot::resume(dir.path()).unwrap_err();
    assert!(matches!(err, WriteError::InUse(_)), "{err}");
}

#[test]
fn a_unit_that_is_dropped_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let snapshot = Snapshot::create(dir.path(), &manifest(&planned()), Format::Zstd).unwrap();
    let before = tree(dir.path());
    let ec2 = unit("ec2", "eu-west-1");
    let writer = snapshot.unit(ec2.clone()).unwrap();
    assert!(matches!(snapshot.unit(ec2.clone()), Err(WriteError::Unit { .. })));
    writer.call(&call(&ec2, "DescribeInstances", 0, XML, BodyEncoding::Text), XML).unwrap();
    drop(writer);
    assert_eq!(tree(dir.path()), before);
    write_unit(&snapshot, &ec2, false);
    assert!(matches!(snapshot.unit(ec2.clone()), Err(WriteError::Unit { .. })));
    assert!(snapshot.again(&unit("ec2", "us-east-1")).is_err());
    assert!(matches!(snapshot.unit(unit("ec2", "mars-1")), Err(WriteError::Unit { .. })));
}

#[test]
fn a_unit_that_is_run_again_stays_until_it_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let ec2 = unit("ec2", "eu-west-1");
    let snapshot = Snapshot::create(dir.path(), &manifest(&planned()), Format::Zstd).unwrap();
    write_unit(&snapshot, &ec2, false);
    drop(snapshot);
    let before = tree(dir.path());

    let snapshot = Snapshot::resume(dir.path()).unwrap().snapshot;
    snapshot.again(&ec2).unwrap();
    let writer = snapshot.unit(ec2.clone()).unwrap();
    writer.call(&call(&ec2, "DescribeInstances", 0, XML, BodyEncoding::Text), XML).unwrap();
    drop(writer);
    assert_eq!(tree(dir.path()), before);
    write_unit(&snapshot, &ec2, true);
    assert!(matches!(snapshot.unit(ec2.clone()), Err(WriteError::Unit { .. })), "once is enough");
    assert_eq!(tree(dir.path()), before, "the same records give the same bytes");
    drop(snapshot);

    // It dies between the two renames.
    let units = dir.path().join("units");
    let name = units.read_dir().unwrap().next().unwrap().unwrap().file_name();
    fs::rename(units.join(&name), units.join(format!(".tmp-replaced-{}", name.display()))).unwrap();
    let resumed = Snapshot::resume(dir.path()).unwrap();
    assert_eq!(resumed.finished.iter().map(|record| &record.unit).collect::<Vec<_>>(), [&ec2]);
    assert_eq!(tree(dir.path()), before);
}

#[test]
fn what_is_finished_has_to_be_planned() {
    let dir = tempfile::tempdir().unwrap();
    let snapshot = Snapshot::create(dir.path(), &manifest(&planned()), Format::Zstd).unwrap();
    write_unit(&snapshot, &unit("ec2", "eu-west-1"), false);
    snapshot.update(|manifest| manifest.planned.clear()).unwrap();
    assert!(matches!(snapshot.seal(at(3)), Err(WriteError::Unit { .. })));
}

#[test]
fn a_record_that_contradicts_itself_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let snapshot = Snapshot::create(dir.path(), &manifest(&planned()), Format::Zstd).unwrap();
    let ec2 = unit("ec2", "eu-west-1");
    let writer = snapshot.unit(ec2.clone()).unwrap();
    let good = call(&ec2, "DescribeInstances", 0, XML, BodyEncoding::Text);
    let mut other_id = good.clone();
    other_id.nth = 1;
    assert!(writer.call(&other_id, XML).is_err());
    assert!(writer.call(&good, b"other bytes").is_err());
    assert!(writer.call(&call(&ec2, "X", 0, CBOR, BodyEncoding::Text), CBOR).is_err(), "not text");
    assert!(writer.call(&call(&unit("ec2", "us-east-1"), "X", 0, XML, BodyEncoding::Text), XML).is_err());
    writer.call(&good, XML).unwrap();
    assert!(writer.call(&good, XML).is_err(), "twice");
    let mut nan = resource(INSTANCE, &ec2, "id", &good);
    nan.attributes = [("share".into(), Value::Float(f64::NAN))].into_iter().collect();
    assert!(writer.resource(&nan).is_err(), "it would be written as null");
    let err = writer.finish(at(1), at(2), vec![listing(INSTANCE, &ec2, &[&other_id_call(&ec2)])], vec![]).unwrap_err();
    assert!(matches!(err, WriteError::Record { .. }), "{err}");

    let writer = snapshot.unit(ec2.clone()).unwrap();
    writer.call(&good, XML).unwrap();
    writer.resource(&resource(VOLUME, &ec2, "id", &good)).unwrap();
    let err = writer.finish(at(1), at(2), vec![listing(INSTANCE, &ec2, &[&good])], vec![]).unwrap_err();
    assert!(err.to_string().contains("no listing"), "{err}");
}

fn other_id_call(unit: &UnitId) -> wellproof_model::Call {
    call(unit, "NeverMade", 0, b"", BodyEncoding::Text)
}

#[test]
fn of_a_resource_listed_twice_one_stays() {
    let ec2 = unit("ec2", "eu-west-1");
    let first = call(&ec2, "DescribeInstances", 0, XML, BodyEncoding::Text);
    let (a, mut b) = (resource(INSTANCE, &ec2, "id", &first), resource(INSTANCE, &ec2, "id", &first));
    b.attributes = [("n".into(), Value::Int(2))].into_iter().collect();
    let write = |resources: [&Resource; 2]| {
        let dir = tempfile::tempdir().unwrap();
        let snapshot = Snapshot::create(dir.path(), &manifest(std::slice::from_ref(&ec2)), Format::Plain).unwrap();
        let writer = snapshot.unit(ec2.clone()).unwrap();
        writer.call(&first, XML).unwrap();
        for resource in resources {
            writer.resource(resource).unwrap();
        }
        let listings = vec![listing(INSTANCE, &ec2, &[&first]), listing(VOLUME, &ec2, &[&first])];
        assert_eq!(writer.finish(at(1), at(2), listings, vec![]).unwrap().listings[0].count, 1);
        snapshot.seal(at(3)).unwrap();
        assert_eq!(messages(dir.path()), [""; 0]);
        tree(dir.path())
    };
    assert_eq!(write([&a, &b]), write([&b, &a]));
}

#[test]
fn a_scan_that_died_keeps_its_finished_units_and_leaves_the_rest_unread() {
    let dir = tempfile::tempdir().unwrap();
    let (live, dead) = (dir.path().join("live"), dir.path().join("dead"));
    let snapshot = Snapshot::create(&live, &manifest(&planned()), Format::Plain).unwrap();
    let [first, second, third] = planned().try_into().unwrap();
    write_unit(&snapshot, &first, false);
    let writer = snapshot.unit(second.clone()).unwrap();
    writer.call(&call(&second, "DescribeInstances", 0, XML, BodyEncoding::Text), XML).unwrap();
    fs::write(live.join(".tmp-manifest.json"), "{\"half").unwrap();
    copy(&live, &dead);

    let err = read(&dead).unwrap_err();
    assert!(matches!(err, ReadError::Unfinished { .. }), "{err}");
    let evidence = anyway(&dead);
    assert_eq!(complete(&evidence, &first), 2);
    for kind in [INSTANCE, VOLUME] {
        let listing = evidence.listings_of(kind).find(|listing| listing.unit == second).unwrap();
        assert_eq!(listing.state, ListingState::Unread);
        assert_eq!(evidence.gaps[listing.gap.as_ref().unwrap()].kind, GapKind::NotAsked);
    }
    assert_eq!(complete(&evidence, &third), 0);
    assert_eq!(evidence.listings_of(TRAIL).count(), 1);
    assert!(messages(&dead).iter().any(|message| message.starts_with("DIGEST")));

    let resumed = Snapshot::resume(&dead).unwrap();
    assert_eq!(resumed.finished.iter().map(|record| &record.unit).collect::<Vec<_>>(), [&first]);
    assert!(tree(&dead).iter().all(|(path, _)| !path.contains(".tmp-")));
    for unit in [second, third] {
        write_unit(&resumed.snapshot, &unit, false);
    }
    resumed.snapshot.seal(at(3)).unwrap();
    let whole = dir.path().join("whole");
    write(&whole, Format::Plain, false);
    assert_eq!(tree(&dead), tree(&whole));
}

#[test]
fn a_sealed_snapshot_says_what_was_interrupted() {
    let dir = tempfile::tempdir().unwrap();
    let snapshot = Snapshot::create(dir.path(), &manifest(&planned()), Format::Zstd).unwrap();
    write_unit(&snapshot, &planned()[0], false);
    snapshot.seal(at(3)).unwrap();
    let evidence = read(dir.path()).unwrap();
    assert_eq!(evidence.listings.iter().filter(|it| it.state == ListingState::Unread).count(), 3);
    let report = verify(dir.path()).unwrap();
    assert_eq!((report.unfinished.len(), report.problems.len()), (2, 0));
}

#[test]
fn a_manifest_has_to_say_what_its_collectors_read() {
    let dir = tempfile::tempdir().unwrap();
    let mut manifest = manifest(&planned());
    manifest.types.remove("ec2");
    let err = Snapshot::create(dir.path(), &manifest, Format::Zstd).unwrap_err();
    assert!(matches!(err, WriteError::Undeclared(_)), "{err}");
}

#[test]
fn a_declared_type_without_a_listing_is_unread() {
    let dir = tempfile::tempdir().unwrap();
    let ec2 = unit("ec2", "eu-west-1");
    let snapshot = Snapshot::create(dir.path(), &manifest(std::slice::from_ref(&ec2)), Format::Zstd).unwrap();
    let writer = snapshot.unit(ec2.clone()).unwrap();
    let first = call(&ec2, "DescribeInstances", 0, XML, BodyEncoding::Text);
    writer.call(&first, XML).unwrap();
    writer.finish(at(1), at(2), vec![listing(INSTANCE, &ec2, &[&first])], vec![]).unwrap();
    snapshot.seal(at(3)).unwrap();
    let evidence = read(dir.path()).unwrap();
    assert_eq!(evidence.listings_of(VOLUME).next().unwrap().state, ListingState::Unread);
    assert!(messages(dir.path())[0].contains("no listing of AWS::EC2::Volume"));
}

/// A sealed snapshot, and the folder of one of its units.
fn sealed(format: Format) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), format, false);
    let unit = dir.path().join("units/ec2.111122223333.eu-west-1");
    (dir, unit)
}

#[test]
fn a_truncated_file_is_named_with_its_line() {
    let (dir, unit) = sealed(Format::Plain);
    let path = unit.join("resources.ndjson");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let err = read(dir.path()).unwrap_err().to_string();
    assert!(err.contains("units/ec2.111122223333.eu-west-1/resources.ndjson, line 4"), "{err}");
    let evidence = anyway(dir.path());
    assert_eq!(complete(&evidence, &unit_of(&dir)), 0);
    assert_eq!(complete(&evidence, &planned()[1]), 2);
    assert_eq!(evidence.resources.len(), 15);

    let (dir, unit) = sealed(Format::Zstd);
    let path = unit.join("resources.ndjson.zst");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let err = read(dir.path()).unwrap_err().to_string();
    assert!(err.contains("resources.ndjson.zst, line "), "{err}");
    assert_eq!(complete(&anyway(dir.path()), &unit_of(&dir)), 0);
}

fn unit_of(_: &tempfile::TempDir) -> UnitId {
    unit("ec2", "eu-west-1")
}

#[test]
fn what_is_missing_is_never_absent() {
    for name in ["unit.json", "calls.ndjson", "resources.ndjson"] {
        let (dir, unit) = sealed(Format::Plain);
        fs::remove_file(unit.join(name)).unwrap();
        let err = read(dir.path()).unwrap_err().to_string();
        assert!(err.contains(&format!("{name}: is missing")), "{err}");
        assert!(messages(dir.path()).iter().any(|message| message.ends_with("is missing")));
        let evidence = anyway(dir.path());
        assert_eq!(complete(&evidence, &unit_of(&dir)), 0, "{name}");
        assert_eq!(evidence.listings.len(), 5, "{name}");
        for listing in evidence.listings.iter().filter(|listing| listing.state != ListingState::Complete) {
            assert_eq!(evidence.gaps[listing.gap.as_ref().unwrap()].kind, GapKind::Failed);
        }
    }
}

#[test]
fn an_edit_with_hashes_made_anew_up_to_unit_json_is_noticed() {
    use sha2::{Digest, Sha256};
    let (dir, unit) = sealed(Format::Plain);
    let path = unit.join("resources.ndjson");
    let old = fs::read_to_string(&path).unwrap();
    let new = old.replace("prod", "test");
    fs::write(&path, &new).unwrap();
    let page = unit.join("unit.json");
    let hash = |text: &str| hex::encode(Sha256::digest(text.as_bytes()));
    fs::write(&page, fs::read_to_string(&page).unwrap().replace(&hash(&old), &hash(&new))).unwrap();
    let err = read(dir.path()).unwrap_err().to_string();
    assert!(err.contains("unit.json: does not match the hash that manifest.json gives it"), "{err}");

    // And one step further, up to the manifest.
    let first = dir.path().join("manifest.json");
    let mut manifest = Reader::open(dir.path()).unwrap().manifest().clone();
    manifest.units.insert(unit_of(&dir), hash(&fs::read_to_string(&page).unwrap()));
    fs::write(&first, serde_json::to_vec_pretty(&manifest).unwrap()).unwrap();
    assert_eq!(Reader::open(dir.path()).unwrap().verified_state(), State::Damaged);
    let err = read(dir.path()).unwrap_err().to_string();
    assert!(err.contains("DIGEST, line 1"), "{err}");
    assert_eq!(anyway(dir.path()).resources.len(), 20);
}

#[test]
fn a_body_that_is_not_its_calls_is_noticed() {
    let (dir, unit) = sealed(Format::Plain);
    let path = unit.join("bodies.ndjson");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("quoted", "forged")).unwrap();
    let reader = Reader::open(dir.path()).unwrap();
    let forged = call(&unit_of(&dir), "DescribeInstances", 0, XML, BodyEncoding::Text);
    let err = reader.body(&forged).unwrap_err().to_string();
    assert!(err.contains("does not match the hash that its call gives it"), "{err}");
    assert!(reader.unit_calls(&unit_of(&dir)).is_err());
    assert!(messages(dir.path()).iter().any(|message| message.contains("bodies.ndjson, line ")));
}

#[test]
fn swapped_units_are_noticed() {
    let (dir, unit) = sealed(Format::Plain);
    let other = dir.path().join("units/ec2.111122223333.us-east-1");
    let aside = dir.path().join("units/aside");
    fs::rename(&unit, &aside).unwrap();
    fs::rename(&other, &unit).unwrap();
    fs::rename(&aside, &other).unwrap();
    assert!(read(dir.path()).is_err());
    let evidence = anyway(dir.path());
    assert_eq!(complete(&evidence, &planned()[0]) + complete(&evidence, &planned()[1]), 0);
    assert!(messages(dir.path()).iter().any(|message| message.contains("is that of `ec2/111122223333/us-east-1`")));
}

#[test]
fn what_does_not_belong_there_is_reported() {
    let (dir, unit) = sealed(Format::Plain);
    fs::write(unit.join("notes.txt"), "").unwrap();
    fs::create_dir(dir.path().join("units/.tmp-x")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc", dir.path().join("units/link")).unwrap();
    let messages = messages(dir.path());
    assert!(messages.iter().any(|it| it.ends_with("notes.txt: is not part of the snapshot")), "{messages:?}");
    assert!(messages.iter().any(|it| it.starts_with("units/.tmp-x:")), "{messages:?}");
    #[cfg(unix)]
    assert!(messages.iter().any(|it| it.starts_with("units/link: is a symbolic link")), "{messages:?}");
}

#[test]
#[cfg(unix)]
fn a_link_is_not_followed() {
    let (dir, unit) = sealed(Format::Plain);
    let path = unit.join("resources.ndjson");
    let away = dir.path().join("away");
    fs::rename(&path, &away).unwrap();
    std::os::unix::fs::symlink(&away, &path).unwrap();
    let err = read(dir.path()).unwrap_err().to_string();
    assert!(err.contains("symbolic link, which is not followed"), "{err}");
}

#[test]
fn all_problems_are_listed() {
    let (dir, unit) = sealed(Format::Plain);
    let path = unit.join("resources.ndjson");
    let mut lines: Vec<String> = fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
    lines[1] = "{\"type\":\"AWS::EC2::Instance\",\"id\":NaN}".to_owned();
    lines[3] = "[".repeat(100_000);
    lines[4] = format!("{{\"type\":\"{VOLUME}\",\"unknown\":{}", "{\"a\":[".repeat(100_000));
    lines.swap(5, 6);
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    let messages = messages(dir.path()).join("\n");
    for line in [
        "line 2: ",
        "line 4: the record nests deeper than",
        "line 5: the record nests",
        "line 7: ",
        "does not match the hash",
        "counts 4 resources, and there are 2",
    ] {
        assert!(messages.contains(line), "{line} in {messages}");
    }
    let evidence = anyway(dir.path());
    assert_eq!((evidence.resources.len(), complete(&evidence, &unit_of(&dir))), (17, 0));
}

#[test]
fn a_file_outside_the_unit_is_never_opened() {
    let (dir, unit) = sealed(Format::Plain);
    let page = unit.join("unit.json");
    fs::write(&page, fs::read_to_string(&page).unwrap().replace("\"calls.ndjson\"", "\"../../../calls.ndjson\""))
        .unwrap();
    let messages = messages(dir.path()).join("\n");
    assert!(messages.contains("names a file that no unit has: \"../../../calls.ndjson\""), "{messages}");
    for path in ["../x", "units/../x", "/etc/passwd", "units//x", "a\\b"] {
        assert!(Directory::new(dir.path()).open(path).is_err(), "{path}");
    }
    let manifest = fs::read_to_string(dir.path().join("manifest.json")).unwrap().replace("ec2/1111", "../1111");
    fs::write(dir.path().join("manifest.json"), manifest).unwrap();
    let err = Reader::open(dir.path()).unwrap_err().to_string();
    assert!(err.contains("manifest.json, line ") && err.contains("is not a unit"), "{err}");
}

#[test]
fn a_bomb_is_not_unpacked() {
    let (dir, unit) = sealed(Format::Zstd);
    let path = unit.join("resources.ndjson.zst");
    let zeros = zstd::encode_all(std::io::repeat(b'\n').take_bytes(1 << 30), 1).unwrap();
    fs::write(&path, &zeros).unwrap();
    let err = read(dir.path()).unwrap_err().to_string();
    assert!(err.contains("resources.ndjson.zst, line"), "{err}");
    let messages = messages(dir.path()).join("\n");
    assert!(messages.contains("line 9: there are more lines than the 8 that there may be"), "{messages}");
    let limits = Limits { decompressed: 1 << 20, line: 4 << 20, ..Limits::default() };
    let long = zstd::encode_all(std::io::repeat(b'x').take_bytes(2 << 20), 1).unwrap();
    fs::write(&path, long).unwrap();
    let reader = Reader::from_files(Directory::new(dir.path()), limits).unwrap();
    let messages: Vec<_> = reader.verify().problems.iter().map(ToString::to_string).collect();
    assert!(messages.iter().any(|it| it.contains("decompresses to more than 1048576 bytes")), "{messages:?}");

    let line = zstd::encode_all(std::io::repeat(b'x').take_bytes(1 << 28), 1).unwrap();
    fs::write(&path, &line).unwrap();
    let message = self::messages(dir.path()).join("\n");
    assert!(message.contains("line 1: the line is longer than"), "{message}");
}

trait TakeBytes: std::io::Read + Sized {
    fn take_bytes(self, bytes: u64) -> std::io::Take<Self> {
        self.take(bytes)
    }
}

impl<T: std::io::Read> TakeBytes for T {}

#[test]
fn a_tag_of_10_mb_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let ec2 = unit("ec2", "eu-west-1");
    let snapshot = Snapshot::create(dir.path(), &manifest(std::slice::from_ref(&ec2)), Format::Plain).unwrap();
    let writer = snapshot.unit(ec2.clone()).unwrap();
    let first = call(&ec2, "DescribeInstances", 0, XML, BodyEncoding::Text);
    writer.call(&first, XML).unwrap();
    let mut large = resource(INSTANCE, &ec2, "large", &first);
    large.tags = Some([("huge", "\u{e4}".repeat(5 << 20))].into_iter().collect());
    writer.resource(&large).unwrap();
    writer.resource(&resource(INSTANCE, &ec2, "small", &first)).unwrap();
    let listings = vec![listing(INSTANCE, &ec2, &[&first]), listing(VOLUME, &ec2, &[&first])];
    writer.finish(at(1), at(2), listings, vec![]).unwrap();
    snapshot.seal(at(3)).unwrap();
    assert_eq!(messages(dir.path()), [""; 0]);
    assert_eq!(read(dir.path()).unwrap().resources[0], large);
}

#[test]
fn what_is_no_snapshot_is_called_so() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Reader::open(dir.path()), Err(ReadError::NotASnapshot { .. })));
    assert!(matches!(Reader::open(dir.path().join("nowhere")), Err(ReadError::NotASnapshot { .. })));
    write(&dir.path().join("s"), Format::Zstd, false);
    let page = dir.path().join("s/manifest.json");
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, text.replace("snapshot/1", "snapshot/9")).unwrap();
    assert!(matches!(Reader::open(dir.path().join("s")), Err(ReadError::Schema { .. })));
    fs::write(&page, text.replace("\"tool_version\": \"0.1.0\"", "\"tool_version\": NaN")).unwrap();
    let err = Reader::open(dir.path().join("s")).unwrap_err().to_string();
    assert!(err.contains("manifest.json, line 3"), "{err}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever byte is changed wherever, `verify` says so; nor do readers panic.
    #[test]
    fn any_changed_byte_is_reported(at in any::<prop::sample::Index>(), mask in 1_u8.., plain in any::<bool>()) {
        static SNAPSHOTS: std::sync::LazyLock<[tempfile::TempDir; 2]> = std::sync::LazyLock::new(|| {
            [Format::Plain, Format::Zstd].map(|format| sealed(format).0)
        });
        let original = SNAPSHOTS[usize::from(!plain)].path();
        let files = tree(original);
        let total: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
        let mut at = at.index(total);
        let mut files = files.into_iter();
        let (path, mut bytes) = loop {
            let (path, bytes) = files.next().unwrap();
            if at < bytes.len() {
                break (path, bytes);
            }
            at -= bytes.len();
        };
        bytes[at] ^= mask;
        let copied = tempfile::tempdir().unwrap();
        copy(original, copied.path());
        fs::write(copied.path().join(&path), bytes).unwrap();
        match Reader::open(copied.path()) {
            Ok(reader) => {
                prop_assert!(!reader.verify().is_sound(), "{path}");
                let read = reader.evidence(None, Verify::Yes);
                prop_assert!(read.is_err(), "{path}");
                drop(reader.evidence(None, Verify::No).unwrap());
            }
            Err(err) => prop_assert_eq!(path, "manifest.json", "{}", err),
        }
    }
}
