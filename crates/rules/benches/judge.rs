//! How many predicates a second: rules of the kinds that ship over records of 1.5 KB, parsing apart.
//!
//! `cargo bench -p wellproof-rules` prints one figure per thread count; the throughput is in executed predicates.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends there")]

use std::collections::{BTreeMap, HashMap};
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::json;
use wellproof_model::{
    CallId, Caller, Evidence, Listing, ListingState, Manifest, Resource, Scope, Tags, UnitId, Value,
};
use wellproof_rules::{RuleSet, Schemas};

const RECORDS: usize = 100_000;
const ACCOUNT: &str = "111122223333";
const REGIONS: [&str; 4] = ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2"];

fn instance(at: usize) -> Resource {
    let attributes = json!({
        "instance_id": format!("i-{at:017x}"), "state": if at.is_multiple_of(9) { "stopped" } else { "running" },
        "http_tokens": if at.is_multiple_of(50) { "optional" } else { "required" }, "launch_time": "2025-11-02T08:15:30Z",
        "image_id": format!("ami-{:017x}", at % 40), "cpu": at % 100, "monitoring": at.is_multiple_of(3),
        "profile": if at.is_multiple_of(7) { serde_json::Value::Null } else { json!({"arn": format!("arn:aws:iam::{ACCOUNT}:instance-profile/p{}", at % 20)}) },
        "security_groups": [format!("sg-{:017x}", at % 300), format!("sg-{:017x}", at % 77)],
        "padding": "p".repeat(900),
    });
    let Value::Map(attributes) = Value::from(attributes) else { unreachable!("an object") };
    Resource {
        kind: "Bench::Instance".to_owned(),
        id: format!("i-{at:017x}"),
        arn: Some(format!("arn:aws:ec2:eu-central-1:{ACCOUNT}:instance/i-{at:017x}")),
        account: ACCOUNT.to_owned(),
        region: REGIONS[at * REGIONS.len() / RECORDS].to_owned(),
        tags: Some(Tags::from_iter([
            ("env", if at.is_multiple_of(4) { "prod" } else { "dev" }.to_owned()),
            ("owner", format!("team-{}", at % 12)),
        ])),
        attributes,
        calls: vec![CallId::from(format!("c-{:016x}", at / 1000))],
        unread: BTreeMap::new(),
    }
}

fn group(at: usize) -> Resource {
    let Value::Map(attributes) =
        Value::from(json!({"group_id": format!("sg-{at:017x}"), "open": at.is_multiple_of(11)}))
    else {
        unreachable!("an object")
    };
    Resource {
        kind: "Bench::SecurityGroup".to_owned(),
        id: format!("sg-{at:017x}"),
        attributes,
        region: REGIONS[at * REGIONS.len() / 300].to_owned(),
        ..instance(0)
    }
}

fn evidence() -> Evidence {
    let clock = "2026-01-31T12:00:00Z".parse().unwrap();
    let mut resources: Vec<Resource> = (0..RECORDS).map(instance).chain((0..300).map(group)).collect();
    resources.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let listings = ["Bench::Instance", "Bench::SecurityGroup"]
        .into_iter()
        .flat_map(|kind| {
            REGIONS.map(|region| Listing {
                kind: kind.to_owned(),
                unit: UnitId::new("bench", ACCOUNT, region),
                state: ListingState::Complete,
                count: 0,
                calls: vec![CallId::from(format!("c-{kind}-{region}"))],
                gap: None,
            })
        })
        .collect();
    let regions: Vec<String> = REGIONS.map(str::to_owned).into();
    Evidence {
        manifest: Manifest {
            schema: Manifest::SCHEMA.to_owned(),
            tool_version: String::new(),
            rules_digest: String::new(),
            lenses_digest: String::new(),
            started_at: clock,
            ended_at: None,
            clock_skew_seconds: None,
            caller: Caller { arn: String::new(), account: ACCOUNT.to_owned() },
            regions: regions.clone(),
            regions_enabled: Some(regions),
            regions_off: Vec::new(),
            planned: Vec::new(),
            types: BTreeMap::new(),
            units: BTreeMap::new(),
            replayed_from: None,
        },
        digest: String::new(),
        resources,
        listings,
        gaps: BTreeMap::new(),
        calls: HashMap::new(),
    }
}

fn schemas() -> Schemas {
    let instance = json!({"type": "object", "properties": {
        "state": {"type": "string"}, "http_tokens": {"type": "string"}, "launch_time": {"type": "string", "format": "date-time"},
        "image_id": {"type": "string"}, "cpu": {"type": "integer"}, "monitoring": {"type": "boolean"},
        "profile": {"type": ["object", "null"], "properties": {"arn": {"type": "string"}}},
        "security_groups": {"type": "array", "items": {"type": "string"}},
    }});
    let group = json!({"type": "object", "properties": {"group_id": {"type": "string"}, "open": {"type": "boolean"}}});
    Schemas::from_json([("Bench::Instance", &instance), ("Bench::SecurityGroup", &group)])
}

/// Rules with one predicate each, so that predicates are records times rules.
fn rules() -> RuleSet {
    let claims = [
        "expect: http_tokens == \"required\"",
        "expect: state == \"running\" && age_days(launch_time) < 400",
        "expect: profile != null && profile.arn.startsWith(\"arn:aws:iam::\")",
        "expect: '\"env\" in tags && tags[\"env\"] in [\"prod\", \"dev\", \"test\"]'",
        "expect: security_groups.all(g, g.startsWith(\"sg-\")) && size(security_groups) <= 5",
        "expect: monitoring || cpu / 4 < 30",
        "forbids: {type: Bench::SecurityGroup, where: open, match: [account, {security_groups: group_id}]}",
    ];
    let files = claims
        .iter()
        .enumerate()
        .map(|(at, claim)| {
            let text = format!(
                "id: bench-{at}\ntitle: bench\nfor_each: Bench::Instance\n{claim}\nbears_on:\n  - {{question: q, choice: c, pass: supports, fail: weakens}}\nnotes: {{fail: \"{{failed}} failed.\", pass: \"all pass.\", unknown: \"{{gaps}}.\"}}\nfix: none\nbasis: none\ncases:\n  - {{name: a, given: {{}}, expect: pass}}\n  - {{name: b, given: {{}}, expect: fail}}\n  - {{name: c, given: {{}}, expect: unknown}}\n"
            );
            (format!("bench-{at}.yaml"), text)
        })
        .collect();
    RuleSet::from_files(&files, &schemas()).unwrap_or_else(|errors| panic!("{}", errors.render()))
}

fn judge(criterion: &mut Criterion) {
    let evidence = evidence();
    let rules = rules();
    let scope = Scope::default();
    let mut group = criterion.benchmark_group("judge");
    group.sample_size(10);
    group.throughput(Throughput::Elements((RECORDS * rules.len()) as u64));
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        group.bench_function(BenchmarkId::new("predicates", threads), |bencher| {
            bencher.iter(|| pool.install(|| black_box(rules.evaluate(&evidence, &scope))));
        });
    }
    group.finish();
}

criterion_group!(benches, judge);
criterion_main!(benches);
