//! Nobody touches a snapshot unnoticed: `verify` sees every byte, `verify --rederive` sees what was recomputed to hide it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod replay;
mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use wellproof_model::{Gap, Manifest, Resource, UnitRecord};
use wellproof_snapshot::{Format, Reader, Snapshot, Verify};

use crate::support::{Ran, Wellproof};

fn verify(snapshot: &Path, options: &[&str]) -> Ran {
    let mut arguments = vec!["verify", snapshot.to_str().unwrap()];
    arguments.extend(options);
    Wellproof::new(arguments).run()
}

/// Writes the snapshot in `from` again with one body edited, and with every hash up to `DIGEST` computed anew: the work of
/// somebody who has this program's source. The resources stay as they were. Returns what was written.
fn forge(from: &Path, out: &Path, operation: &str, region: &str, edit: impl Fn(&[u8]) -> Option<Vec<u8>>) -> PathBuf {
    let reader = Reader::open(from).unwrap();
    let manifest = reader.manifest().clone();
    let (evidence, _) = reader.evidence(None, Verify::Yes).unwrap();
    let snapshot = Snapshot::create(out, &manifest, Format::Plain).unwrap();
    let mut edited = 0;
    for unit in manifest.units.keys() {
        let writer = snapshot.unit(unit.clone()).unwrap();
        let mut ids = BTreeSet::new();
        for (mut call, mut body) in reader.unit_calls(unit).unwrap().unwrap() {
            ids.insert(call.id.clone());
            let meant = call.key.operation == operation && call.key.region == region;
            if let Some(other) = edit(&body).filter(|_| meant) {
                (call, body) = replay::stored(call, other);
                edited += 1;
            }
            writer.call(&call, &body).unwrap();
        }
        for resource in
            evidence.resources.iter().filter(|resource| resource.calls.iter().any(|call| ids.contains(call)))
        {
            writer.resource(resource).unwrap();
        }
        let record = reader.unit_record(unit).unwrap().unwrap();
        writer.finish(record.started_at, record.ended_at, record.listings, record.gaps).unwrap();
    }
    assert_eq!(edited, 1, "{operation} in {region} has one body that holds what is edited");
    snapshot.seal(manifest.ended_at.unwrap()).unwrap();
    out.to_owned()
}

/// Replaces the first `old`. In CBOR, where lengths stand before texts, both are of one length.
fn swap(old: &'static str, new: &'static str) -> impl Fn(&[u8]) -> Option<Vec<u8>> {
    move |body| {
        let at = body.windows(old.len()).position(|window| window == old.as_bytes())?;
        Some([&body[..at], new.as_bytes(), &body[at + old.len()..]].concat())
    }
}

#[test]
fn the_demo_is_intact() {
    verify(&replay::demo(), &[]).expect(0);
    let ran = verify(&replay::demo(), &["--rederive"]).expect(0);
    assert!(ran.stdout.contains("the recorded calls give exactly these resources"), "{}", ran.stdout);
}

/// Whoever recomputes every hash changes the digest, too.
#[test]
fn a_digest_that_was_kept_elsewhere_is_compared() {
    let digest = Reader::open(replay::demo()).unwrap().digest().to_owned();
    verify(&replay::demo(), &["--digest", &digest]).expect(0);
    let other = digest.replace(|c: char| c.is_ascii_digit(), "f");
    let ran = verify(&replay::demo(), &["--digest", &other]).expect(2);
    assert!(ran.stdout.contains(&format!("and not {other}")), "{}", ran.stdout);
}

#[test]
fn a_copy_verifies_like_the_original() {
    let folder = replay::scratch();
    let copy = folder.path().join("deep/er/copy");
    replay::copy(&replay::demo(), &copy);
    for options in [&[][..], &["--rederive"]] {
        assert_eq!(verify(&copy, options).expect(0).stdout, verify(&replay::demo(), options).expect(0).stdout);
    }
}

/// Hashes cannot tell that a body was edited by somebody who computed them anew. Replaying it can.
#[test]
fn an_edited_body_with_fresh_hashes_is_noticed() {
    let edits: [(&str, &str, &str, &str); 5] = [
        ("DescribeInstances", "us-east-1", "<httpTokens>optional</httpTokens>", "<httpTokens>required</httpTokens>"),
        ("DescribeConfigurationRecorders", "us-east-1", r#""allSupported":true"#, r#""allSupported":false"#),
        ("DescribeConfigRules", "us-east-1", r#""encrypted-volumes""#, r#""required-volumes""#),
        (
            "GetDetector",
            "us-east-1",
            r#""S3_DATA_EVENTS","status":"ENABLED""#,
            r#""S3_DATA_EVENTS","status":"DISABLED""#,
        ),
        ("DescribeAlarms", "us-east-1", "shop-is-unwell", "shop-is-unWell"),
    ];
    for (operation, region, old, new) in edits {
        let folder = replay::scratch();
        let forged = forge(&replay::demo(), &folder.path().join("forged"), operation, region, swap(old, new));
        verify(&forged, &[]).expect(0);
        let ran = verify(&forged, &["--rederive"]).expect(2);
        assert!(ran.stdout.contains("the recorded calls "), "{operation}: {}", ran.stdout);
        assert!(ran.stdout.contains("this snapshot is not, or not all of, what was recorded"), "{}", ran.stdout);
    }
}

/// Resources that are edited, with every hash computed anew, are not what the bodies say.
#[test]
fn an_edited_resource_with_fresh_hashes_is_noticed() {
    let folder = replay::scratch();
    let forged = folder.path().join("forged");
    let reader = Reader::open(replay::demo()).unwrap();
    let manifest = reader.manifest().clone();
    let (evidence, _) = reader.evidence(None, Verify::Yes).unwrap();
    let snapshot = Snapshot::create(&forged, &manifest, Format::Zstd).unwrap();
    let mut hidden = 0;
    for unit in manifest.units.keys() {
        let writer = snapshot.unit(unit.clone()).unwrap();
        let calls = reader.unit_calls(unit).unwrap().unwrap();
        for (call, body) in &calls {
            writer.call(call, body).unwrap();
        }
        for resource in &evidence.resources {
            if calls.iter().any(|(call, _)| resource.calls.contains(&call.id)) {
                if resource.kind.as_str() == "AWS::EC2::Instance" && hidden == 0 {
                    hidden += 1;
                } else {
                    writer.resource(resource).unwrap();
                }
            }
        }
        let record = reader.unit_record(unit).unwrap().unwrap();
        writer.finish(record.started_at, record.ended_at, record.listings, record.gaps).unwrap();
    }
    snapshot.seal(manifest.ended_at.unwrap()).unwrap();
    verify(&forged, &[]).expect(0);
    let ran = verify(&forged, &["--rederive"]).expect(2);
    assert!(ran.stdout.contains("the recorded calls give it, the snapshot lacks it"), "{}", ran.stdout);
    assert!(ran.stdout.contains("AWS::EC2::Instance"), "{}", ran.stdout);
}

/// Writes the demo again with another manifest and other gaps, without the units that are no longer planned, and with every
/// hash computed anew.
fn forge_page(out: &Path, edit: impl Fn(&mut Manifest), gaps: impl Fn(&mut UnitRecord)) {
    let reader = Reader::open(replay::demo()).unwrap();
    let mut manifest = reader.manifest().clone();
    let (evidence, _) = reader.evidence(None, Verify::Yes).unwrap();
    edit(&mut manifest);
    let snapshot = Snapshot::create(out, &manifest, Format::Plain).unwrap();
    for unit in &manifest.planned {
        let writer = snapshot.unit(unit.clone()).unwrap();
        let calls = reader.unit_calls(unit).unwrap().unwrap();
        for (call, body) in &calls {
            writer.call(call, body).unwrap();
        }
        let own = |resource: &&Resource| calls.iter().any(|(call, _)| resource.calls.contains(&call.id));
        for resource in evidence.resources.iter().filter(own) {
            writer.resource(resource).unwrap();
        }
        let mut record = reader.unit_record(unit).unwrap().unwrap();
        gaps(&mut record);
        writer.finish(record.started_at, record.ended_at, record.listings, record.gaps).unwrap();
    }
    snapshot.seal(manifest.ended_at.unwrap()).unwrap();
}

/// A region or a unit that was read and is hidden, another principal, an invented excuse: each leaves every hash in order.
#[test]
fn an_edited_manifest_or_gap_with_fresh_hashes_is_noticed() {
    type Edit = fn(&mut Manifest);
    fn hidden_region(manifest: &mut Manifest) {
        manifest.regions.retain(|region| region != "us-west-2");
        manifest.regions_enabled.as_mut().unwrap().retain(|region| region != "us-west-2");
        manifest.planned.retain(|unit| unit.region != "us-west-2");
    }
    let off: Edit = |manifest| {
        hidden_region(manifest);
        manifest.regions_off.push("us-west-2".to_owned());
    };
    let hidden_unit: Edit =
        |manifest| manifest.planned.retain(|unit| unit.to_string() != "guardduty/111122223333/us-west-2");
    let other_caller: Edit = |manifest| manifest.caller.arn = "arn:aws:iam::111122223333:user/auditor".to_owned();
    let fewer_types: Edit = |manifest| {
        manifest.types.get_mut("guardduty").unwrap().retain(|kind| kind != "AWS::GuardDuty::Finding");
    };
    let edits: [(&str, Edit); 5] = [
        ("manifest: regions", hidden_region),
        ("manifest: regions", off),
        ("manifest: planned", hidden_unit),
        ("manifest: caller", other_caller),
        ("manifest: types", fewer_types),
    ];
    let folder = replay::scratch();
    for (nth, (says, edit)) in edits.into_iter().enumerate() {
        let forged = folder.path().join(format!("{nth}"));
        forge_page(&forged, edit, |_| {});
        let ran = verify(&forged, &["--rederive"]).expect(2);
        assert!(ran.stdout.contains(says), "{says}: {}", ran.stdout);
    }

    let excused = folder.path().join("excused");
    forge_page(
        &excused,
        |_| {},
        |record| {
            if record.unit.collector == "guardduty" {
                record.gaps.push(Gap::not_asked(&record.unit, "AWS::GuardDuty::Filter", "nobody asked"));
            }
        },
    );
    let ran = verify(&excused, &["--rederive"]).expect(2);
    assert!(ran.stdout.contains("gap g-"), "{}", ran.stdout);

    // Another clock makes other ages; the units' own times tell.
    let late = folder.path().join("late");
    forge_page(
        &late,
        |manifest| {
            let year = jiff::SignedDuration::from_hours(24 * 365);
            manifest.started_at = manifest.started_at.checked_add(year).unwrap();
            manifest.ended_at = manifest.ended_at.map(|it| it.checked_add(year).unwrap());
        },
        |_| {},
    );
    let ran = verify(&late, &[]).expect(2);
    assert!(ran.stdout.contains("outside of the times"), "{}", ran.stdout);
}

/// AWS may list a thing twice. A replay keeps the one that the scan kept.
#[test]
fn a_thing_listed_twice_is_no_forgery() {
    let folder = replay::scratch();
    let mut recording = replay::Recording::read(&replay::demo());
    let mut doubled = 0;
    for (call, body) in &mut recording.calls {
        if call.key.operation != "DescribeVolumes" {
            continue;
        }
        let text = String::from_utf8(body.clone()).unwrap();
        let Some((before, rest)) = text.split_once("<volumeSet>") else { continue };
        let Some(end) = rest.find("</volumeSet>").filter(|end| *end > 0) else { continue };
        let text = format!("{before}<volumeSet>{}{rest}", &rest[..end]);
        (*call, *body) = replay::stored(call.clone(), text.into_bytes());
        doubled += 1;
    }
    assert!(doubled > 0);
    let (twice, out) = (folder.path().join("twice"), folder.path().join("out"));
    recording.write(&twice);
    replay::replay(&twice, &out);
    verify(&out, &["--rederive"]).expect(0);
}

/// A replay of something that does not verify would come out as new, and verify.
#[test]
fn a_damaged_snapshot_is_not_replayed() {
    let folder = replay::scratch();
    let copy = folder.path().join("copy");
    replay::copy(&replay::demo(), &copy);
    let page = std::fs::read_to_string(copy.join("manifest.json")).unwrap();
    std::fs::write(copy.join("manifest.json"), page.replace("us-west-2", "us-west-1")).unwrap();
    let out = folder.path().join("out");
    let arguments = ["scan", "--replay", copy.to_str().unwrap(), "--out", out.to_str().unwrap()];
    Wellproof::new(arguments).run().expect(2).says(&["is damaged"]);
    assert!(!out.exists());
    std::fs::write(copy.join("manifest.json"), page).unwrap();
    std::fs::remove_file(copy.join("DIGEST")).unwrap();
    Wellproof::new(arguments).run().expect(2).says(&["is unfinished"]);
    assert!(!out.exists());
}

/// In every file one: the first, the last, or one within.
#[test]
fn a_flipped_byte_is_noticed() {
    let folder = replay::scratch();
    let copy = folder.path().join("copy");
    replay::copy(&replay::demo(), &copy);
    let files = replay::files(&copy);
    assert!(files.len() > 80);
    for (turn, (name, bytes)) in files.iter().enumerate() {
        let path = copy.join(name);
        let Some(last) = bytes.len().checked_sub(1) else {
            std::fs::write(&path, b"\n").unwrap();
            assert!(is_noticed(&copy), "a byte more in {name}");
            std::fs::write(&path, bytes).unwrap();
            continue;
        };
        let (at, bit) = [(0, 0x01), (last, 0x20), ((turn * 7919) % bytes.len(), 0x02)][turn % 3];
        let mut flipped = bytes.clone();
        flipped[at] ^= bit;
        std::fs::write(&path, &flipped).unwrap();
        assert!(is_noticed(&copy), "byte {at} of {name}");
        std::fs::write(&path, bytes).unwrap();
    }
    assert!(!is_noticed(&copy), "all is as it was");
}

fn is_noticed(snapshot: &Path) -> bool {
    Reader::open(snapshot).map_or(true, |reader| {
        let report = reader.verify();
        !report.sealed || !report.problems.is_empty()
    })
}

#[test]
fn what_is_cut_off_added_or_taken_away_is_noticed() {
    let folder = replay::scratch();
    let copy = folder.path().join("copy");
    replay::copy(&replay::demo(), &copy);
    let files = replay::files(&copy);
    let calls = files.iter().filter(|(name, bytes)| name.ends_with("/calls.ndjson") && bytes.len() > 2000);
    let (name, bytes) = calls.max_by_key(|(_, bytes)| bytes.len()).unwrap();
    let path = copy.join(name);

    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let ran = verify(&copy, &[]).expect(2);
    assert!(ran.stdout.contains(name.as_str()), "{}", ran.stdout);
    // Answers from it are refused, naming the file, unless asked for by name.
    support::answer(&copy, &[]).run().expect(2).says(&[name, "--allow-unverified"]);
    assert!(matches!(support::answer(&copy, &["--allow-unverified"]).run().code, Some(0 | 3)));

    std::fs::remove_file(&path).unwrap();
    assert!(verify(&copy, &[]).expect(2).stdout.contains(name.as_str()));
    std::fs::write(&path, bytes).unwrap();
    verify(&copy, &[]).expect(0);

    std::fs::write(copy.join("units/notes.txt"), "looks fine").unwrap();
    assert!(verify(&copy, &[]).expect(2).stdout.contains("units/notes.txt"));
    std::fs::remove_file(copy.join("units/notes.txt")).unwrap();

    std::fs::remove_file(copy.join("DIGEST")).unwrap();
    assert!(verify(&copy, &[]).expect(2).stdout.contains("did not finish"));
}
