use serde_json::{Value as Json, json};
use wellproof_facts::Facts;
use wellproof_facts::autoscaling::AutoScalingGroup;
use wellproof_facts::cloudformation::StackResource;
use wellproof_facts::derived::{DefaultRoute, InstanceUse, SecurityGroupUse, SubnetRouting, VpcUse};
use wellproof_facts::ec2::{
    FlowLog, Instance, NatGateway, NetworkInterface, PrefixList, RouteTable, SecurityGroup, Subnet, Vpc, VpcEndpoint,
};
use wellproof_model::Read;

use crate::world::{HERE, World, call, unread};

fn subnet(world: &mut World, id: &str, zone: &str) {
    world.put::<Subnet>(
        id,
        json!({"subnet_id": id, "vpc_id": "vpc-1", "availability_zone": zone, "cidr_block": "10.0.0.0/24",
            "available_ip_address_count": 251}),
    );
}

fn table(world: &mut World, id: &str, main: bool, subnets: &[&str], target: &str) {
    let routes = json!([{"destination": "10.0.0.0/16", "target": "local", "state": "active"},
        {"destination": "0.0.0.0/0", "target": target, "state": "active"}]);
    world.put::<RouteTable>(
        id,
        json!({"route_table_id": id, "vpc_id": "vpc-1", "main": main, "subnet_ids": subnets, "routes": routes}),
    );
}

fn interface(world: &mut World, id: &str, subnet: &str, more: &Json) {
    let mut fields = json!({"vpc_id": "vpc-1", "subnet_id": subnet, "interface_type": "interface", "status": "in-use"});
    for (name, value) in more.as_object().unwrap() {
        fields[name] = value.clone();
    }
    world.put::<NetworkInterface>(id, fields);
}

fn s3(world: &mut World, table: &str) {
    world.put::<VpcEndpoint>(
        "vpce-1",
        json!({"vpc_endpoint_type": "Gateway", "service_name": "com.amazonaws.eu-central-1.s3", "state": "available",
            "vpc_id": "vpc-1", "route_table_ids": [table]}),
    );
}

#[test]
fn a_subnet_follows_its_own_table_else_the_main_one() {
    let mut world = World::new();
    subnet(&mut world, "subnet-1", "a");
    table(&mut world, "rtb-main", true, &[], "igw-1");
    let facts: SubnetRouting = world.derived("subnet-1");
    assert_eq!(facts.default_route, Read::Known(DefaultRoute::InternetGateway));
    assert_eq!(facts.nat_in_same_zone, Read::Known(None));
    assert_eq!(facts.free_address_share, Some(1.0));
    assert_eq!(facts.interfaces, Read::Known(0));

    let gap = world.cut::<RouteTable>();
    assert_eq!(world.derived::<SubnetRouting>("subnet-1").default_route, Read::Unread(gap));
    table(&mut world, "rtb-own", false, &["subnet-1"], "tgw-1");
    assert_eq!(world.derived::<SubnetRouting>("subnet-1").default_route, Read::Known(DefaultRoute::TransitGateway));
}

#[test]
fn a_nat_gateway_is_told_by_its_zone() {
    let mut world = World::new();
    subnet(&mut world, "subnet-1", "a");
    subnet(&mut world, "subnet-2", "b");
    table(&mut world, "rtb-1", true, &[], "nat-1");
    world.put::<NatGateway>("nat-1", json!({"vpc_id": "vpc-1", "subnet_id": "subnet-2", "state": "available"}));
    s3(&mut world, "rtb-1");
    world.put::<AutoScalingGroup>("g", json!({"subnet_ids": ["subnet-1"]}));
    let facts: SubnetRouting = world.derived("subnet-1");
    assert_eq!(facts.nat_in_same_zone, Read::Known(Some(false)));
    assert_eq!(facts.s3_gateway_endpoint, Read::Known(true));
    assert_eq!(facts.dynamodb_gateway_endpoint, Read::Known(false));
    assert_eq!(facts.used_by_group, Read::Known(true));
    let facts: SubnetRouting = world.derived("subnet-2");
    assert_eq!(facts.nat_in_same_zone, Read::Known(Some(true)));
    assert_eq!(facts.used_by_group, Read::Known(false));
}

#[test]
fn what_happens_in_a_vpc() {
    let mut world = World::new();
    world.put::<Vpc>("vpc-1", json!({"vpc_id": "vpc-1", "cidr_blocks": ["10.0.0.0/22"]}));
    subnet(&mut world, "subnet-1", "a");
    subnet(&mut world, "subnet-2", "b");
    table(&mut world, "rtb-1", true, &[], "nat-1");
    world.put::<NatGateway>("nat-1", json!({"vpc_id": "vpc-1", "subnet_id": "subnet-2", "state": "available"}));
    interface(&mut world, "eni-1", "subnet-1", &json!({"instance_id": "i-1"}));
    interface(&mut world, "eni-2", "subnet-1", &json!({"interface_type": "nat_gateway", "requester_managed": true}));
    let facts: VpcUse = world.derived("vpc-1");
    assert_eq!((facts.interfaces, facts.compute_interfaces), (Read::Known(2), Read::Known(1)));
    assert_eq!((facts.zones, facts.unallocated_share), (Read::Known(2), Read::Known(0.5)));
    assert_eq!(facts.nat_gateways, Read::Known(1));
    assert_eq!(facts.nat_subnets_have_s3_endpoint, Read::Known(Some(false)));
    assert_eq!(facts.has_way_out, Read::Known(true));
    assert_eq!(facts.has_s3_gateway_endpoint, Read::Known(false));
    assert_eq!(facts.flow_logged, Read::Known(false));

    s3(&mut world, "rtb-1");
    let log = json!({"resource_id": "subnet-1", "flow_log_status": "ACTIVE", "traffic_type": "REJECT"});
    world.put::<FlowLog>("fl-1", log);
    let facts: VpcUse = world.derived("vpc-1");
    assert_eq!(facts.nat_subnets_have_s3_endpoint, Read::Known(Some(true)));
    assert_eq!(facts.has_s3_gateway_endpoint, Read::Known(true));
    assert_eq!(facts.flow_logged, Read::Known(true), "the only subnet with interfaces is logged");
    assert_eq!(facts.flow_logs_all_traffic, Read::Known(false));

    let gap = world.cut::<NetworkInterface>();
    let facts: VpcUse = world.derived("vpc-1");
    assert_eq!(facts.interfaces, Read::Unread(gap.clone()));
    assert_eq!(facts.flow_logged, Read::Unread(gap), "other subnets may have interfaces");
    assert_eq!(facts.has_way_out, Read::Known(true));
    let failed = json!({"resource_id": "vpc-1", "flow_log_status": "ACTIVE", "deliver_logs_status": "FAILED"});
    world.put::<FlowLog>("fl-2", failed);
    assert!(matches!(world.derived::<VpcUse>("vpc-1").flow_logged, Read::Unread(_)));
    world.put::<FlowLog>("fl-3", json!({"resource_id": "vpc-1", "flow_log_status": "ACTIVE", "traffic_type": "ALL"}));
    let facts: VpcUse = world.derived("vpc-1");
    assert_eq!((facts.flow_logged, facts.flow_logs_all_traffic), (Read::Known(true), Read::Known(true)));
}

#[test]
fn what_a_shared_vpc_has_is_seen_by_its_owner() {
    let mut world = World::new();
    world.put::<Vpc>("vpc-1", json!({"vpc_id": "vpc-1", "owner_id": "444455556666"}));
    subnet(&mut world, "subnet-1", "a");
    let fields =
        json!({"subnet_id": "subnet-1", "vpc_id": "vpc-1", "availability_zone": "a", "owner_id": "444455556666"});
    world.evidence.resources.retain(|resource| resource.id != "subnet-1");
    world.put::<Subnet>("subnet-1", fields);
    table(&mut world, "rtb-1", true, &[], "nat-1");
    interface(&mut world, "eni-1", "subnet-1", &json!({}));
    let facts: VpcUse = world.derived("vpc-1");
    assert!(matches!(facts.flow_logged, Read::Unread(_)), "the owner's logs are not listed");
    assert!(matches!(facts.nat_gateways, Read::Unread(_)));
    assert!(matches!(facts.has_s3_gateway_endpoint, Read::Unread(_)));
    assert!(matches!(facts.nat_subnets_have_s3_endpoint, Read::Unread(_)));
    assert!(matches!(facts.zones, Read::Unread(_)), "there may be subnets that are not shared");
    assert!(matches!(facts.unallocated_share, Read::Unread(_)));
    world.put::<FlowLog>("fl-1", json!({"resource_id": "vpc-1", "flow_log_status": "ACTIVE", "traffic_type": "ALL"}));
    assert_eq!(world.derived::<VpcUse>("vpc-1").flow_logs_all_traffic, Read::Known(true));
}

fn rule(protocol: &str, ports: Option<(i64, i64)>, source: &str, value: &str) -> Json {
    let mut rule = json!({"protocol": protocol, "from_port": ports.map(|it| it.0), "to_port": ports.map(|it| it.1),
        "cidr_ipv4": null, "cidr_ipv6": null, "prefix_list_id": null, "referenced_group_id": null});
    rule[source] = json!(value);
    rule
}

fn group(world: &mut World, ingress: &[Json]) {
    let egress = [rule("-1", None, "cidr_ipv4", "0.0.0.0/0")];
    world.evidence.resources.retain(|resource| resource.kind != SecurityGroup::TYPE);
    let fields = json!({"group_id": "sg-1", "group_name": "default", "ingress": ingress, "egress": egress});
    world.put::<SecurityGroup>("sg-1", fields);
}

#[test]
fn which_ports_are_open_to_the_internet() {
    let mut world = World::new();
    group(&mut world, &[rule("tcp", Some((22, 22)), "cidr_ipv4", "0.0.0.0/0")]);
    let facts: SecurityGroupUse = world.derived("sg-1");
    assert!(facts.is_default && facts.egress_unrestricted);
    assert_eq!(facts.rules, 2);
    assert_eq!(facts.world_open, Read::Known(true));
    assert_eq!(facts.world_open_remote_login, Read::Known(true));
    assert_eq!(facts.world_open_all_ports, Read::Known(false));
    assert_eq!(facts.world_open_web, Read::Known(false));
    assert_eq!(facts.world_open_sensitive_ports, Read::Known(vec![22]));
    assert_eq!((facts.interfaces, facts.on_running_instance), (Read::Known(0), Read::Known(false)));

    let halves = [
        rule("tcp", Some((0, 1023)), "cidr_ipv4", "0.0.0.0/1"),
        rule("6", Some((0, 65535)), "cidr_ipv4", "128.0.0.0/1"),
        rule("tcp", Some((1024, 65535)), "cidr_ipv6", "::/0"),
    ];
    group(&mut world, &halves);
    let facts: SecurityGroupUse = world.derived("sg-1");
    assert_eq!(facts.world_open_all_ports, Read::Known(true), "the ranges of several entries add up");
    assert_eq!(facts.world_open_web, Read::Known(true));

    group(&mut world, &[rule("udp", Some((11211, 11211)), "cidr_ipv6", "2000::/3")]);
    let facts: SecurityGroupUse = world.derived("sg-1");
    assert_eq!(facts.world_open_sensitive_ports, Read::Known(vec![11211]));
    for [protocol, port] in [["udp", "5432"], ["udp", "22"], ["tcp", "8888"], ["tcp", "21"], ["tcp", "50000"]] {
        let port: i64 = port.parse().unwrap();
        group(&mut world, &[rule(protocol, Some((port, port)), "cidr_ipv4", "0.0.0.0/0")]);
        let facts: SecurityGroupUse = world.derived("sg-1");
        assert_eq!(facts.world_open_sensitive_ports, Read::Known(vec![]), "{protocol} {port}");
    }
    group(&mut world, &[rule("tcp", Some((22, 22)), "cidr_ipv4", "10.0.0.0/8")]);
    assert_eq!(world.derived::<SecurityGroupUse>("sg-1").world_open, Read::Known(false));
    group(&mut world, &[rule("icmp", Some((8, -1)), "cidr_ipv4", "0.0.0.0/0")]);
    let facts: SecurityGroupUse = world.derived("sg-1");
    assert_eq!((facts.world_open, facts.world_open_web), (Read::Known(true), Read::Known(false)));
}

#[test]
fn a_prefix_list_counts_with_its_ranges() {
    let mut world = World::new();
    group(&mut world, &[rule("-1", None, "prefix_list_id", "pl-1")]);
    assert!(matches!(world.derived::<SecurityGroupUse>("sg-1").world_open, Read::Unread(_)), "it is not listed");
    world.put::<PrefixList>("pl-1", json!({"entries": ["0.0.0.0/1", "128.0.0.0/1"]}));
    let record = world.record::<SecurityGroupUse>("sg-1");
    assert!(record.calls.contains(&call(PrefixList::TYPE, HERE)));
    assert_eq!(record.facts::<SecurityGroupUse>().unwrap().world_open_all_ports, Read::Known(true));
    let gap = world.cut::<PrefixList>();
    unread(world.evidence.resources.last_mut().unwrap(), "entries", &gap);
    let facts: SecurityGroupUse = world.derived("sg-1");
    assert_eq!(facts.world_open, Read::Unread(gap.clone()));
    assert_eq!(facts.world_open_sensitive_ports, Read::Unread(gap));
}

#[test]
fn what_a_group_guards_and_who_owns_it() {
    let mut world = World::new();
    group(&mut world, &[]);
    interface(&mut world, "eni-1", "subnet-1", &json!({"security_group_ids": ["sg-1"]}));
    world.put::<Instance>("i-1", json!({"state": "running", "security_group_ids": ["sg-1"]}));
    let owned = json!({"stack_id": "s", "physical_resource_id": "sg-1", "resource_type": SecurityGroup::TYPE,
        "resource_status": "UPDATE_COMPLETE"});
    world.put::<StackResource>("r", owned);
    let facts: SecurityGroupUse = world.derived("sg-1");
    assert_eq!(facts.interfaces, Read::Known(1));
    assert_eq!(facts.on_running_instance, Read::Known(true));
    assert_eq!(facts.in_stack, Read::Known(true));
}

#[test]
fn an_instance_is_on_the_internet_when_everything_leads_to_it() {
    let mut world = World::new();
    group(&mut world, &[rule("tcp", Some((443, 443)), "cidr_ipv4", "0.0.0.0/0")]);
    subnet(&mut world, "subnet-1", "a");
    table(&mut world, "rtb-1", true, &[], "igw-1");
    let fields = json!({"instance_id": "i-1", "state": "running", "has_public_address": true,
        "subnet_id": "subnet-1", "security_group_ids": ["sg-1"]});
    world.put::<Instance>("i-1", fields);
    let facts: InstanceUse = world.derived("i-1");
    assert_eq!((facts.world_open, facts.world_open_web), (Read::Known(true), Read::Known(true)));
    assert_eq!(facts.directly_on_internet, Read::Known(true));
    for harmless in
        [rule("icmp", Some((8, -1)), "cidr_ipv4", "0.0.0.0/0"), rule("tcp", Some((443, 443)), "cidr_ipv6", "::/0")]
    {
        group(&mut world, &[harmless]);
        let facts: InstanceUse = world.derived("i-1");
        assert_eq!((facts.world_open, facts.directly_on_internet), (Read::Known(true), Read::Known(false)));
    }
    group(&mut world, &[rule("-1", None, "cidr_ipv4", "0.0.0.0/0")]);
    assert_eq!(world.derived::<InstanceUse>("i-1").directly_on_internet, Read::Known(true));
    let gap = world.cut::<RouteTable>();
    world.evidence.resources.retain(|resource| resource.kind != RouteTable::TYPE);
    assert_eq!(world.derived::<InstanceUse>("i-1").directly_on_internet, Read::Unread(gap));
    group(&mut world, &[]);
    assert_eq!(world.derived::<InstanceUse>("i-1").directly_on_internet, Read::Known(false));
}
