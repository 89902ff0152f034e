use serde_json::json;
use wellproof_facts::Facts;
use wellproof_facts::derived::NetworkTopology;
use wellproof_facts::ec2::{RouteTable, TransitGatewayAttachment, VpcPeeringConnection};
use wellproof_model::Read;

use crate::world::{ACCOUNT, HERE, THERE, World, call};

const ANOTHER: &str = "444455556666";

/// An active peering of two networks, and the route of the first that leads to it.
fn peer(world: &mut World, one: &str, other: &str) {
    peer_with(world, one, other, ACCOUNT, HERE);
}

fn peer_with(world: &mut World, one: &str, other: &str, owner: &str, region: &str) {
    let id = format!("pcx-{one}-{other}");
    let fields = json!({"vpc_peering_connection_id": id, "status_code": "active",
        "requester_vpc_id": one, "requester_owner_id": ACCOUNT, "requester_region": HERE,
        "accepter_vpc_id": other, "accepter_owner_id": owner, "accepter_region": region});
    world.put::<VpcPeeringConnection>(&id, fields);
    route(world, one, &id, "active");
}

fn route(world: &mut World, network: &str, target: &str, state: &str) {
    let routes = json!([{"destination": "10.9.0.0/16", "target": target, "state": state}]);
    let id = format!("rtb-{network}-{target}");
    world.put::<RouteTable>(&id, json!({"route_table_id": id, "vpc_id": network, "routes": routes}));
}

fn attach(world: &mut World, network: &str, owner: &str) {
    let id = format!("tgw-attach-{network}");
    let fields = json!({"transit_gateway_id": "tgw-1", "resource_type": "vpc", "resource_id": network,
        "resource_owner_id": owner, "state": "available"});
    world.put::<TransitGatewayAttachment>(&id, fields);
}

/// Four networks, each of which peers with all others.
fn mesh() -> World {
    let mut world = World::new();
    for (one, other) in [("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("c", "d")] {
        peer(&mut world, one, other);
    }
    world
}

fn topology(world: &World) -> NetworkTopology {
    world.derived(HERE)
}

#[test]
fn few_networks_need_no_hub() {
    let mut world = World::new();
    let facts = topology(&world);
    assert_eq!((facts.joined_vpcs, facts.through_hub), (Read::Known(0), Read::Known(None)));
    for (one, other) in [("a", "b"), ("a", "c"), ("b", "c")] {
        peer(&mut world, one, other);
    }
    let facts = topology(&world);
    assert_eq!((facts.joined_vpcs, facts.peered_pairs), (Read::Known(3), Read::Known(3)));
    assert_eq!(facts.through_hub, Read::Known(None));
    let record = world.record::<NetworkTopology>(HERE);
    for kind in [RouteTable::TYPE, TransitGatewayAttachment::TYPE, VpcPeeringConnection::TYPE] {
        assert!(record.calls.contains(&call(kind, HERE)), "{kind}");
    }
}

#[test]
fn a_star_has_a_hub_and_a_mesh_has_none() {
    let mut world = World::new();
    for other in ["b", "c", "d"] {
        peer(&mut world, "a", other);
    }
    let facts = topology(&world);
    assert_eq!((facts.joined_vpcs, facts.peered_pairs), (Read::Known(4), Read::Known(3)));
    assert_eq!(facts.through_hub, Read::Known(Some(true)));
    peer(&mut world, "b", "c");
    assert_eq!(topology(&world).through_hub, Read::Known(Some(true)), "as many peerings as networks");
    peer(&mut world, "c", "b");
    assert_eq!(topology(&world).peered_pairs, Read::Known(4), "a pair counts once");
    peer(&mut world, "b", "d");
    assert_eq!(topology(&world).through_hub, Read::Known(Some(false)));
    for (one, other) in [("m", "n"), ("n", "o"), ("o", "p")] {
        peer(&mut world, one, other);
    }
    assert_eq!(topology(&world).through_hub, Read::Known(Some(false)), "a chain beside it does not mend it");
}

#[test]
fn a_peering_that_no_route_leads_to_joins_nothing() {
    let mut world = mesh();
    world.evidence.resources.retain(|resource| resource.kind != RouteTable::TYPE);
    assert_eq!(topology(&world).through_hub, Read::Known(None));
    route(&mut world, "a", "pcx-a-b", "blackhole");
    assert_eq!(topology(&world).peered_pairs, Read::Known(0));
    route(&mut world, "b", "pcx-a-b", "active");
    assert_eq!(topology(&world).peered_pairs, Read::Known(1));
}

#[test]
fn a_mesh_whose_members_share_a_hub_has_one() {
    let mut world = mesh();
    for network in ["a", "b", "c"] {
        attach(&mut world, network, ACCOUNT);
    }
    assert_eq!(topology(&world).through_hub, Read::Known(Some(false)), "d is not attached");
    attach(&mut world, "d", ACCOUNT);
    assert_eq!(topology(&world).through_hub, Read::Known(Some(true)));

    let mut world = mesh();
    let core = "arn:aws:networkmanager::111122223333:core-network/core-network-1";
    for network in ["a", "b", "c", "d"] {
        route(&mut world, network, core, "active");
    }
    assert_eq!(topology(&world).through_hub, Read::Known(Some(true)));
}

#[test]
fn a_transit_gateway_joins_what_is_attached_to_it() {
    let mut world = World::new();
    for network in ["a", "b", "c"] {
        attach(&mut world, network, ACCOUNT);
    }
    attach(&mut world, "d", ANOTHER);
    assert_eq!(topology(&world).through_hub, Read::Known(None), "of the account's own there are three");
    attach(&mut world, "e", ACCOUNT);
    let facts = topology(&world);
    assert_eq!((facts.joined_vpcs, facts.through_hub), (Read::Known(4), Read::Known(Some(true))));
    let gap = world.cut::<TransitGatewayAttachment>();
    let facts = topology(&world);
    assert_eq!((facts.joined_vpcs, facts.through_hub), (Read::Unread(gap.clone()), Read::Unread(gap)));
}

#[test]
fn what_networks_elsewhere_peer_with_is_not_seen() {
    for (owner, region) in [(ANOTHER, HERE), (ACCOUNT, THERE)] {
        let mut world = World::new();
        for other in ["b", "c", "d"] {
            peer_with(&mut world, "a", other, owner, region);
        }
        assert!(matches!(topology(&world).through_hub, Read::Unread(_)), "it looks like a star from here");
        assert_eq!(topology(&world).joined_vpcs, Read::Known(4));

        let mut world = mesh();
        peer_with(&mut world, "a", "x", owner, region);
        assert_eq!(topology(&world).through_hub, Read::Known(Some(false)), "whatever x peers with");
        for network in ["a", "b", "c", "d"] {
            attach(&mut world, network, ACCOUNT);
        }
        assert!(matches!(topology(&world).through_hub, Read::Unread(_)), "x may be attached, too");
    }
}

#[test]
fn what_was_not_read_decides_nothing_but_a_mesh_that_is_seen() {
    let mut world = mesh();
    let gap = world.cut::<VpcPeeringConnection>();
    let facts = topology(&world);
    assert_eq!(facts.through_hub, Read::Known(Some(false)), "further peerings only add to it");
    assert_eq!(facts.peered_pairs, Read::Unread(gap));
    let gap = world.cut::<TransitGatewayAttachment>();
    assert!(matches!(topology(&world).through_hub, Read::Unread(_)), "a gateway may join them");
    assert!(world.derive().gaps.contains_key(&gap));

    for kind in [RouteTable::TYPE, VpcPeeringConnection::TYPE] {
        let mut world = World::new();
        for other in ["b", "c", "d"] {
            peer(&mut world, "a", other);
        }
        let gap = world.cut_kind(kind, HERE);
        assert_eq!(topology(&world).through_hub, Read::Unread(gap), "{kind}");
    }
}
