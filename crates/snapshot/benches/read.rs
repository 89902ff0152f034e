//! How many records a second the reader takes, verified, into the model.
//!
//! `cargo bench -p wellproof-snapshot`; the figures stand in `docs/performance.md`.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stderr, reason = "a benchmark")]

use std::collections::BTreeSet;
use std::fs;
use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::json;
use wellproof_model::{BodyEncoding, Call, Resource};
use wellproof_snapshot::{Format, Reader, Snapshot, Verify};

#[path = "../tests/common/mod.rs"]
mod common;

/// As in the binary: the system's allocator asks the kernel for every page when threads allocate.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const RECORDS: usize = 100_000;

fn instance(n: usize, call: &Call) -> Resource {
    let hex = |salt: usize| format!("{:017x}", (n as u64 + 7).wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ salt as u64));
    serde_json::from_value(json!({
        "type": common::INSTANCE,
        "id": format!("i-{}", hex(1)),
        "arn": format!("arn:aws:ec2:eu-west-1:{}:instance/i-{}", common::ACCOUNT, hex(1)),
        "account": common::ACCOUNT,
        "region": "eu-west-1",
        "tags": {
            "Name": format!("web-{n}"), "env": "prod", "team": "payments",
            "aws:autoscaling:groupName": format!("web-{}", n % 97),
            "aws:cloudformation:stack-id":
                format!("arn:aws:cloudformation:eu-west-1:{}:stack/web-{}/{}", common::ACCOUNT, n % 97, hex(2)),
        },
        "attributes": {
            "image_id": format!("ami-{}", hex(n % 5)), "instance_type": "m7g.large", "state": "running",
            "launch_time": "2026-10-01T12:34:56Z", "key_name": null, "monitoring": "disabled", "ebs_optimized": true,
            "private_ip_address": format!("10.0.{}.{}", n / 256 % 256, n % 256), "public_ip_address": null,
            "subnet_id": format!("subnet-{}", hex(n % 7)), "vpc_id": "vpc-0a1b2c3d4e5f60718",
            "iam_instance_profile": format!("arn:aws:iam::{}:instance-profile/web", common::ACCOUNT),
            "metadata_options": {"http_tokens": "required", "http_endpoint": "enabled", "http_put_response_hop_limit": 2,
                "instance_metadata_tags": "disabled"},
            "security_groups": [{"group_id": format!("sg-{}", hex(3)), "group_name": "web"},
                {"group_id": format!("sg-{}", hex(4)), "group_name": "internal"}],
            "block_device_mappings": [{"device_name": "/dev/xvda", "volume_id": format!("vol-{}", hex(5)),
                "delete_on_termination": true, "attach_time": "2026-10-01T12:34:57Z"}],
            "cpu_options": {"core_count": 2, "threads_per_core": 1}, "hibernation": false, "tenancy": "default",
            "availability_zone": "eu-west-1b", "root_device_type": "ebs", "architecture": "arm64",
            "instance_lifecycle": null, "spot_instance_request_id": null, "reservation_id": format!("r-{}", hex(6)),
            "requester_id": "940372691376", "owner_id": common::ACCOUNT,
        },
        "calls": [call.id],
    }))
    .unwrap()
}

type Nth = dyn Fn(usize, &Call) -> Resource;

/// What a snapshot is made of: the types, and the nth record.
struct Records {
    name: &'static str,
    kinds: Vec<String>,
    nth: Box<Nth>,
}

impl Records {
    /// Large ones: instances with more fields than the collectors keep.
    fn large() -> Self {
        Self { name: "large", kinds: vec![common::INSTANCE.to_owned()], nth: Box::new(instance) }
    }

    /// Those that the collectors wrote of the demo account, over and over.
    fn demo() -> Self {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/demo");
        let (evidence, _) = Reader::open(demo).unwrap().evidence(None, Verify::Yes).unwrap();
        let kinds: BTreeSet<String> = evidence.resources.iter().map(|it| it.kind.clone()).collect();
        let nth = move |n: usize, call: &Call| {
            let mut resource = evidence.resources[n % evidence.resources.len()].clone();
            resource.id = format!("{}-{n}", resource.id);
            resource.calls = vec![call.id.clone()];
            resource
        };
        Self { name: "demo", kinds: kinds.into_iter().collect(), nth: Box::new(nth) }
    }
}

/// `units` units of `RECORDS` resources altogether; how many bytes a record has.
fn write(dir: &Path, units: usize, records: &Records) -> usize {
    let planned: Vec<_> = (0..units).map(|n| common::unit("ec2", &format!("eu-west-{n}"))).collect();
    let mut manifest = common::manifest(&planned);
    manifest.types.insert("ec2".to_owned(), records.kinds.clone());
    let snapshot = Snapshot::create(dir, &manifest, Format::Zstd).unwrap();
    let mut bytes = 0;
    for (nth, unit) in planned.iter().enumerate() {
        let writer = snapshot.unit(unit.clone()).unwrap();
        let call = common::call(unit, "DescribeInstances", 0, b"<answer/>", BodyEncoding::Text);
        writer.call(&call, b"<answer/>").unwrap();
        for n in (nth..RECORDS).step_by(units) {
            let resource = (records.nth)(n, &call);
            bytes += serde_json::to_vec(&resource).unwrap().len() + 1;
            writer.resource(&resource).unwrap();
        }
        let listings = records.kinds.iter().map(|kind| common::listing(kind, unit, &[&call])).collect();
        writer.finish(common::at(0), common::at(1), listings, Vec::new()).unwrap();
    }
    snapshot.seal(common::at(2)).unwrap();
    bytes / RECORDS
}

fn read(criterion: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let mut group = criterion.benchmark_group("read");
    group.sample_size(10).throughput(Throughput::Elements(RECORDS as u64));
    for (records, units) in [(Records::demo(), 1), (Records::large(), 1), (Records::large(), 20)] {
        let name = format!("{}/{units} units", records.name);
        let path = dir.path().join(&name);
        fs::create_dir_all(&path).unwrap();
        eprintln!("{name}: {} bytes a record", write(&path, units, &records));
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let none: BTreeSet<&str> = BTreeSet::new();
            for (of, types) in [("wanted", None), ("skipped", Some(&none))] {
                let id = BenchmarkId::new(format!("{of}/{name}"), format!("{threads} threads"));
                group.bench_with_input(id, &types, |bench, types| {
                    // What is timed is the reading; giving the memory back is not.
                    bench.iter_with_large_drop(|| {
                        pool.install(|| Reader::open(&path).unwrap().evidence(black_box(*types), Verify::Yes).unwrap())
                    });
                });
            }
        }
    }
    group.finish();
}

criterion_group!(benches, read);
criterion_main!(benches);
