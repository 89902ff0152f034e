//! Whatever stands in one file of a snapshot, the reader does not panic, and what was changed is never taken as verified.
//!
//! The first byte of the input chooses the file, the rest is what it then holds.

#![no_main]

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use wellproof_model::{BodyEncoding, Call, CallKey, ListingState, Manifest, UnitId};
use wellproof_snapshot::{Directory, Files, Format, Found, FoundKind, Limits, Reader, Snapshot, Verify};

#[derive(Clone)]
struct Memory(BTreeMap<String, Vec<u8>>);

impl Files for Memory {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    fn open(&self, path: &str) -> io::Result<(Box<dyn Read + Send + '_>, u64)> {
        let bytes = self.0.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok((Box::new(bytes.as_slice()), bytes.len() as u64))
    }

    fn list(&self) -> io::Result<Vec<Found>> {
        Ok(self.0.keys().map(|path| Found { path: path.clone(), kind: FoundKind::File }).collect())
    }
}

static SNAPSHOTS: LazyLock<[Memory; 2]> = LazyLock::new(|| [Format::Plain, Format::Zstd].map(written));

fn written(format: Format) -> Memory {
    let dir = tempfile::tempdir().unwrap();
    let unit = UnitId::new("ec2", "111122223333", "eu-west-1");
    let text = |value: serde_json::Value| serde_json::from_value(value).unwrap();
    let manifest: Manifest = serde_json::from_value(json!({
        "schema": Manifest::SCHEMA, "tool_version": "0", "rules_digest": "", "lenses_digest": "",
        "started_at": "2026-01-01T00:00:00Z", "caller": {"arn": "a", "account": "111122223333"},
        "regions": ["eu-west-1"], "planned": [unit], "types": {"ec2": ["AWS::EC2::Instance"]}, "units": {},
    }))
    .unwrap();
    let snapshot = Snapshot::create(dir.path(), &manifest, format).unwrap();
    let writer = snapshot.unit(unit.clone()).unwrap();
    let key: CallKey = serde_json::from_value(json!({
        "service": "ec2", "operation": "DescribeInstances", "region": "eu-west-1", "account": "111122223333",
        "method": "POST", "path": "/",
    }))
    .unwrap();
    let id = Call::id_of(&unit, &key, 0);
    let call = Call {
        id: id.clone(),
        unit: unit.clone(),
        key,
        nth: 0,
        at: manifest.started_at,
        attempts: 1,
        status: 200,
        error: None,
        request_id: None,
        headers: BTreeMap::new(),
        sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned(),
        size: 0,
        encoding: BodyEncoding::Text,
        redacted: Vec::new(),
    };
    writer.call(&call, b"").unwrap();
    writer
        .resource(&text(json!({
            "type": "AWS::EC2::Instance", "id": "i-1", "arn": null, "account": "111122223333", "region": "eu-west-1",
            "tags": {"a": "b"}, "attributes": {"n": [1, 2.5, null, {"x": true}]}, "calls": [id],
        })))
        .unwrap();
    let listing = json!({"type": "AWS::EC2::Instance", "unit": unit, "state": "complete", "count": 1, "calls": [id]});
    let listing = serde_json::from_value(listing).unwrap();
    writer.finish(manifest.started_at, manifest.started_at, vec![listing], Vec::new()).unwrap();
    snapshot.seal(manifest.started_at).unwrap();
    let files = Directory::new(dir.path()).list().unwrap().into_iter().filter(|found| found.kind == FoundKind::File);
    Memory(files.map(|found| (found.path.clone(), std::fs::read(dir.path().join(&found.path)).unwrap())).collect())
}

fuzz_target!(|input: &[u8]| {
    let Some((choice, bytes)) = input.split_first() else { return };
    let original = &SNAPSHOTS[usize::from(choice % 2)];
    let mut files = original.clone();
    let nth = usize::from(choice / 2) % files.0.len();
    let (path, file) = files.0.iter_mut().nth(nth).unwrap();
    let (path, changed) = (path.clone(), file.as_slice() != bytes);
    *file = bytes.to_vec();
    let limits = Limits { line: 1 << 20, decompressed: 4 << 20, records: 10_000, ..Limits::default() };
    let Ok(reader) = Reader::from_files(files, limits) else { return };
    let read = reader.evidence(None, Verify::Yes);
    if changed {
        assert!(!reader.verify().is_sound(), "{path}");
        assert!(read.is_err(), "{path}");
    }
    let (evidence, _) = reader.evidence(None, Verify::No).unwrap();
    if changed && (path.contains("resources") || path.contains("calls")) {
        assert!(evidence.listings.iter().all(|listing| listing.state != ListingState::Complete), "{path}");
    }
});
