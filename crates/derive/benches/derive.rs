//! How long joins take on a large account: a hundred thousand instances with their interfaces, volumes and snapshots, in two regions.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends there")]

#[path = "../tests/derive/world.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod world;

use std::collections::BTreeSet;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use serde_json::json;
use wellproof_facts::autoscaling::AutoScalingGroup;
use wellproof_facts::cloudformation::StackResource;
use wellproof_facts::cloudtrail::InstanceLaunch;
use wellproof_facts::cloudwatch::Alarm;
use wellproof_facts::ec2::{
    Image, Instance, InstanceType, NetworkInterface, RouteTable, SecurityGroup, Snapshot, Subnet, Volume, Vpc,
};
use wellproof_facts::schemas;
use wellproof_model::CallId;

use world::{HERE, THERE, World, tags};

const INSTANCES: usize = 100_000;
const PAGE: usize = 1000;

fn large() -> World {
    let mut world = World::new();
    let group = json!([{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_ipv4": "0.0.0.0/0", "cidr_ipv6": null,
        "prefix_list_id": null, "referenced_group_id": null}]);
    let routes = json!([{"destination": "0.0.0.0/0", "target": "igw-1", "state": "active"}]);
    for region in [HERE, THERE] {
        world.put_in::<Vpc>(region, "vpc-1", json!({"vpc_id": "vpc-1", "cidr_blocks": ["10.0.0.0/8"]}));
        world.put_in::<RouteTable>(region, "rtb-1", json!({"vpc_id": "vpc-1", "main": true, "routes": routes}));
        world.put_in::<Image>(region, "ami-1", json!({}));
        world.put_in::<InstanceType>(region, "m7g.large", json!({}));
        for at in 0..200 {
            let id = format!("subnet-{at}");
            let fields = json!({"subnet_id": id, "vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24"});
            world.put_in::<Subnet>(region, &id, fields);
            let id = format!("sg-{at}");
            world.put_in::<SecurityGroup>(region, &id, json!({"group_id": id, "ingress": group}));
            let id = format!("g-{at}");
            world.put_in::<AutoScalingGroup>(region, &id, json!({"auto_scaling_group_name": id}));
            let id = format!("a-{at}");
            world.put_in::<Alarm>(region, &id, json!({"alarm_name": id}));
        }
        for at in 0..10_000 {
            let fields = json!({"stack_id": format!("s-{}", at / 20), "physical_resource_id": format!("i-{at}"),
                "resource_type": "AWS::EC2::Instance", "resource_status": "CREATE_COMPLETE"});
            world.put_in::<StackResource>(region, &format!("r-{at}"), fields);
        }
        for at in 0..2000 {
            let fields = json!({"instance_ids": [format!("i-{}", at + 10_000)], "tool": "console"});
            world.put_in::<InstanceLaunch>(region, &format!("e-{at}"), fields);
        }
    }
    for at in 0..INSTANCES {
        let region = if at % 2 == 0 { HERE } else { THERE };
        let page = CallId::from(format!("c-{:016x}", at / PAGE));
        let (instance, volume) = (format!("i-{at}"), format!("vol-{at}"));
        let (subnet, group) = (format!("subnet-{}", at % 200), format!("sg-{}", at % 200));
        let fields = json!({"instance_id": instance, "state": "running", "image_id": "ami-1", "subnet_id": subnet,
            "instance_type": "m7g.large", "security_group_ids": [group], "has_public_address": true,
            "created_time": "2026-05-01T00:00:00Z", "availability_zone": "eu-central-1a", "auto_recovery": "default",
            "volume_ids": [volume], "vpc_id": "vpc-1"});
        let resource = world.put_in::<Instance>(region, &instance, fields);
        resource.calls = vec![page.clone()];
        resource.tags = match at % 3 {
            0 => tags(&[("aws:autoscaling:groupName", "g-1"), ("team", "a")]),
            1 => tags(&[("aws:cloudformation:stack-id", "s-1"), ("team", "a"), ("env", "prod")]),
            _ => tags(&[]),
        };
        let fields =
            json!({"vpc_id": "vpc-1", "subnet_id": subnet, "security_group_ids": [group], "instance_id": instance});
        world.put_in::<NetworkInterface>(region, &format!("eni-{at}"), fields).calls = vec![page.clone()];
        world.put_in::<Volume>(region, &volume, json!({"volume_id": volume})).calls = vec![page.clone()];
        let fields = json!({"snapshot_id": format!("snap-{at}"), "volume_id": volume});
        world.put_in::<Snapshot>(region, &format!("snap-{at}"), fields).calls = vec![page];
    }
    world.evidence.resources.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    world
}

fn joins(criterion: &mut Criterion) {
    let world = large();
    let types: BTreeSet<&str> = schemas().keys().copied().collect();
    let mut bench = criterion.benchmark_group("derive");
    bench.sample_size(10);
    for kind in types.iter().filter(|kind| kind.starts_with("Wellproof::")) {
        let mut one = types.clone();
        one.retain(|other| !other.starts_with("Wellproof::") || other == kind);
        bench.bench_function(*kind, |bencher| {
            let run = |mut evidence| {
                wellproof_derive::derive(&mut evidence, &world.provenance, &one);
                evidence
            };
            bencher.iter_batched(|| world.evidence.clone(), run, BatchSize::PerIteration);
        });
    }
    bench.bench_function("all", |bencher| {
        let run = |mut evidence| {
            wellproof_derive::derive(&mut evidence, &world.provenance, &types);
            evidence
        };
        bencher.iter_batched(|| world.evidence.clone(), run, BatchSize::PerIteration);
    });
}

criterion_group!(benches, joins);
criterion_main!(benches);
