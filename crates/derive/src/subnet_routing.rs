//! How each subnet is routed.

use wellproof_facts::Facts;
use wellproof_facts::autoscaling::AutoScalingGroup;
use wellproof_facts::derived::SubnetRouting;
use wellproof_facts::ec2::{NatGateway, NetworkInterface, RouteTable, Subnet, VpcEndpoint};
use wellproof_model::Resource;

use crate::Derivation;
use crate::cite::Cite;
use crate::join::{Derived, Place};
use crate::network::addresses;
use crate::tables::count;

pub(crate) const DERIVATION: Derivation = Derivation {
    kind: SubnetRouting::TYPE,
    inputs: &[
        AutoScalingGroup::TYPE,
        NatGateway::TYPE,
        NetworkInterface::TYPE,
        RouteTable::TYPE,
        Subnet::TYPE,
        VpcEndpoint::TYPE,
    ],
    make: |place, _| derive(place),
};

/// Addresses of a subnet that AWS keeps for itself.
const RESERVED: f64 = 5.0;

fn derive(place: &Place<'_>) -> Derived {
    place.each::<Subnet, _, _>(&[], |resource, subnet: Subnet, cite| facts(place, resource, subnet, cite))
}

fn facts<'e>(place: &Place<'e>, resource: &'e Resource, subnet: Subnet, cite: &mut Cite<'e>) -> SubnetRouting {
    let unreadable = || place.not_visible(Subnet::TYPE, &resource.id);
    let routing = place.routing().found(resource.id.as_str()).ok_or_else(unreadable);
    if let Ok(routing) = &routing {
        cite.absorb(&routing.cite);
    }
    let routing = routing.as_ref().map_err(Clone::clone);
    let group = place.groups().by_subnet.record(&resource.id, cite);
    SubnetRouting {
        interfaces: count(&place.interfaces().by_subnet, &resource.id, |counted| counted.all, cite).into(),
        default_route: routing.clone().and_then(|it| it.default_route.clone()).into(),
        nat_in_same_zone: routing.clone().and_then(|it| it.nat_in_same_zone.clone()).into(),
        s3_gateway_endpoint: routing.clone().and_then(|it| it.s3_gateway_endpoint.clone()).into(),
        dynamodb_gateway_endpoint: routing.and_then(|it| it.dynamodb_gateway_endpoint.clone()).into(),
        free_address_share: subnet.cidr_block.as_deref().and_then(addresses).map(|all| free(all, &subnet)),
        used_by_group: group.map(|found| found.is_some()).into(),
        subnet_id: subnet.subnet_id,
        vpc_id: subnet.vpc_id,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a subnet has far fewer than 2^52 addresses")]
fn free(all: f64, subnet: &Subnet) -> f64 {
    let usable = (all - RESERVED).max(1.0);
    (subnet.available_ip_address_count as f64 / usable).clamp(0.0, 1.0)
}
