//! What happens in each VPC.

use std::collections::BTreeSet;

use wellproof_facts::Facts;
use wellproof_facts::derived::{DefaultRoute, VpcUse};
use wellproof_facts::ec2::{FlowLog, NatGateway, NetworkInterface, RouteTable, Subnet, Vpc, VpcEndpoint};
use wellproof_model::Resource;

use crate::Derivation;
use crate::cite::Cite;
use crate::join::{Derived, Index, Known, Place, all, any};
use crate::network::{Routing, addresses};
use crate::tables::count;

pub(crate) const DERIVATION: Derivation = Derivation {
    kind: VpcUse::TYPE,
    inputs: &[
        FlowLog::TYPE,
        NatGateway::TYPE,
        NetworkInterface::TYPE,
        RouteTable::TYPE,
        Subnet::TYPE,
        Vpc::TYPE,
        VpcEndpoint::TYPE,
    ],
    make: |place, _| derive(place),
};

struct Tables<'e> {
    /// Flow logs that work, by what they are on.
    flow_logs: Index<'e, String, &'e Resource>,
    /// Those that record all traffic.
    full_flow_logs: Index<'e, String, &'e Resource>,
    /// Available NAT gateways, by VPC.
    nat_gateways: Index<'e, String, i64>,
}

impl<'e> Tables<'e> {
    fn of(place: &Place<'e>) -> Self {
        let (logs, logs_listed) = place.read(FlowLog::TYPE, |resource, log: FlowLog| (resource, log));
        let working = || {
            logs.iter().filter(|(_, log)| {
                log.flow_log_status.eq_ignore_ascii_case("active")
                    && log.deliver_logs_status.as_deref() != Some("FAILED")
            })
        };
        let row = |(resource, log): &(&'e Resource, FlowLog)| (log.resource_id.clone(), *resource);
        let (gateways, gateways_listed) =
            place.read(NatGateway::TYPE, |_, gateway: NatGateway| (gateway.vpc_id, gateway.state));
        let available = gateways.into_iter().filter(|(_, state)| state == "available");
        Self {
            flow_logs: Index::new(working().map(row), logs_listed.clone()),
            full_flow_logs: Index::new(
                working().filter(|(_, log)| log.traffic_type.as_deref() == Some("ALL")).map(row),
                logs_listed,
            ),
            nat_gateways: Index::fold(available.map(|(vpc, _)| (vpc, 1)), gateways_listed, |count, one| *count += one),
        }
    }
}

fn derive(place: &Place<'_>) -> Derived {
    let tables = Tables::of(place);
    let mut subnets: std::collections::HashMap<&str, Vec<&str>> = std::collections::HashMap::new();
    for (id, routing) in place.routing().rows() {
        subnets.entry(&routing.vpc_id).or_default().push(id);
    }
    for ids in subnets.values_mut() {
        ids.sort_unstable();
    }
    place.each::<Vpc, _, _>(&[], |resource, vpc: Vpc, cite| {
        let ids = subnets.get(resource.id.as_str()).map_or(&[][..], Vec::as_slice);
        facts(place, &tables, &vpc, ids, cite)
    })
}

fn facts<'e>(place: &Place<'e>, tables: &Tables<'e>, vpc: &Vpc, subnet_ids: &[&str], cite: &mut Cite<'e>) -> VpcUse {
    let interfaces = &place.interfaces().by_vpc;
    let routing = place.routing();
    let subnets: Vec<(&str, &Routing<'e>)> =
        subnet_ids.iter().filter_map(|id| routing.found(*id).map(|row| (*id, row))).collect();
    for (_, subnet) in &subnets {
        cite.absorb(&subnet.cite);
    }
    let complete = routing.listed.complete(cite);
    let counted_nat = tables.nat_gateways.listed.complete(cite);
    let zones: BTreeSet<&str> = subnets.iter().map(|(_, subnet)| subnet.availability_zone.as_str()).collect();
    // Of a VPC that is shared with this account, the owner's other subnets are not listed to it.
    let whole = complete.clone().and_then(|()| {
        let shared = place.is_owned_by_other(&vpc.owner_id);
        if shared { Err(place.not_visible(Subnet::TYPE, &vpc.vpc_id)) } else { Ok(()) }
    });
    VpcUse {
        vpc_id: vpc.vpc_id.clone(),
        is_default: vpc.is_default,
        interfaces: count(interfaces, &vpc.vpc_id, |counted| counted.all, cite).into(),
        compute_interfaces: count(interfaces, &vpc.vpc_id, |counted| counted.compute, cite).into(),
        zones: whole.clone().map(|()| i64::try_from(zones.len()).unwrap_or(i64::MAX)).into(),
        unallocated_share: whole.map(|()| unallocated(vpc, &subnets)).into(),
        flow_logged: flow_logged(place, &tables.flow_logs, vpc, cite).into(),
        flow_logs_all_traffic: flow_logged(place, &tables.full_flow_logs, vpc, cite).into(),
        nat_gateways: counted_nat
            .and_then(|()| match tables.nat_gateways.found(&vpc.vpc_id) {
                None if place.is_owned_by_other(&vpc.owner_id) => Err(place.not_visible(NatGateway::TYPE, &vpc.vpc_id)),
                found => Ok(found.copied().unwrap_or(0)),
            })
            .into(),
        nat_subnets_have_s3_endpoint: nat_with_s3(&subnets, &complete).into(),
        has_way_out: some_used(place, &subnets, &complete, cite, |subnet| {
            subnet.default_route.clone().map(|route| route != DefaultRoute::None)
        })
        .into(),
        has_s3_gateway_endpoint: some_used(place, &subnets, &complete, cite, |subnet| {
            subnet.s3_gateway_endpoint.clone()
        })
        .into(),
    }
}

fn unallocated(vpc: &Vpc, subnets: &[(&str, &Routing<'_>)]) -> f64 {
    let total: f64 = vpc.cidr_blocks.iter().filter_map(|cidr| addresses(cidr)).sum();
    let used: f64 = subnets.iter().filter_map(|(_, subnet)| addresses(subnet.cidr_block.as_deref()?)).sum();
    if total > 0.0 { ((total - used) / total).clamp(0.0, 1.0) } else { 0.0 }
}

/// Whether a flow log is on the VPC, or on every subnet in which interfaces stand. The owner's logs of a VPC that is shared with this
/// account are not listed to it.
fn flow_logged<'e>(
    place: &Place<'e>,
    logs: &Index<'e, String, &'e Resource>,
    vpc: &Vpc,
    cite: &mut Cite<'e>,
) -> Known<bool> {
    let id = vpc.vpc_id.as_str();
    if let Some(log) = logs.found(id) {
        cite.fact(log);
        return Ok(true);
    }
    let by_vpc = &place.interfaces().subnets_by_vpc;
    let used = by_vpc.found(id).map_or(&[][..], Vec::as_slice);
    let mut each: Vec<Known<bool>> =
        used.iter().map(|subnet| logs.record(*subnet, cite).map(|log| log.is_some())).collect();
    // There may be interfaces in more subnets than are known.
    each.push(by_vpc.listed.complete(cite).map(|()| !used.is_empty()));
    let every = all(each)?;
    if !every && place.is_owned_by_other(&vpc.owner_id) {
        return Err(place.not_visible(FlowLog::TYPE, id));
    }
    if !every {
        logs.listed.complete(cite)?;
    }
    Ok(every)
}

fn nat_with_s3(subnets: &[(&str, &Routing<'_>)], complete: &Known<()>) -> Known<Option<bool>> {
    let mut some = false;
    let mut unread = complete.clone().err();
    for (_, subnet) in subnets {
        let has = match &subnet.default_route {
            Ok(DefaultRoute::NatGateway) => subnet.s3_gateway_endpoint.clone(),
            Ok(_) => continue,
            Err(gap) => Err(gap.clone()),
        };
        some = true;
        match has {
            Ok(false) => return Ok(Some(false)),
            Ok(true) => {}
            Err(gap) => unread = Some(unread.map_or_else(|| gap.clone(), |other| other.min(gap.clone()))),
        }
    }
    unread.map_or(Ok(some.then_some(true)), Err)
}

/// Whether some subnet in which interfaces stand has what is asked.
fn some_used<'e>(
    place: &Place<'e>,
    subnets: &[(&str, &Routing<'e>)],
    complete: &Known<()>,
    cite: &mut Cite<'e>,
    has: impl Fn(&Routing<'e>) -> Known<bool>,
) -> Known<bool> {
    let interfaces = place.interfaces();
    let mut each: Vec<Known<bool>> =
        subnets.iter().map(|(id, subnet)| all([has(subnet), interfaces.any_in_subnet(id, cite)])).collect();
    each.push(complete.clone().map(|()| false));
    any(each)
}
