//! Where subnets send their traffic.

use wellproof_facts::Facts;
use wellproof_facts::derived::DefaultRoute;
use wellproof_facts::ec2::{NatGateway, RouteTable, Subnet, VpcEndpoint};
use wellproof_model::Resource;

use crate::cite::Cite;
use crate::join::{Index, Known, Place};

const EVERYWHERE: &str = "0.0.0.0/0";

/// How a subnet is routed.
#[derive(Debug)]
pub(crate) struct Routing<'e> {
    pub(crate) vpc_id: String,
    pub(crate) availability_zone: String,
    pub(crate) cidr_block: Option<String>,
    pub(crate) default_route: Known<DefaultRoute>,
    pub(crate) nat_in_same_zone: Known<Option<bool>>,
    pub(crate) s3_gateway_endpoint: Known<bool>,
    pub(crate) dynamodb_gateway_endpoint: Known<bool>,
    pub(crate) cite: Cite<'e>,
}

type Table<'e> = (&'e Resource, RouteTable);

struct Network<'e> {
    /// By the subnets that name them.
    named: Index<'e, String, usize>,
    /// By the VPCs whose main tables they are.
    main: Index<'e, String, usize>,
    tables: Vec<Table<'e>>,
    nat_gateways: Index<'e, &'e str, (&'e Resource, NatGateway)>,
    zones: Index<'e, String, (&'e Resource, String)>,
    s3: Index<'e, String, &'e Resource>,
    dynamodb: Index<'e, String, &'e Resource>,
}

pub(crate) fn routing<'e>(place: &Place<'e>) -> Index<'e, &'e str, Routing<'e>> {
    let (subnets, listed) = place.read(Subnet::TYPE, |resource, subnet: Subnet| (resource, subnet));
    let (tables, tables_listed) = place.read(RouteTable::TYPE, |resource, table: RouteTable| (resource, table));
    let (gateways, gateways_listed) =
        place.read(NatGateway::TYPE, |resource, gateway: NatGateway| (resource.id.as_str(), (resource, gateway)));
    let (endpoints, endpoints_listed) =
        place.read(VpcEndpoint::TYPE, |resource, endpoint: VpcEndpoint| (resource, endpoint));
    let to = |service: &'static str| {
        let rows = endpoints.iter().filter(move |(_, endpoint)| {
            endpoint.vpc_endpoint_type == "Gateway"
                && endpoint.state.eq_ignore_ascii_case("available")
                && endpoint.service_name.ends_with(service)
        });
        let rows = rows
            .flat_map(|(resource, endpoint)| endpoint.route_table_ids.iter().map(|table| (table.clone(), *resource)));
        Index::new(rows, endpoints_listed.clone())
    };
    let named = tables
        .iter()
        .enumerate()
        .flat_map(|(at, (_, table))| table.subnet_ids.iter().map(move |subnet| (subnet.clone(), at)));
    let main = tables
        .iter()
        .enumerate()
        .filter(|(_, (_, table))| table.main)
        .map(|(at, (_, table))| (table.vpc_id.clone(), at));
    let zones = subnets
        .iter()
        .map(|(resource, subnet)| (subnet.subnet_id.clone(), (*resource, subnet.availability_zone.clone())));
    let network = Network {
        named: Index::new(named, tables_listed.clone()),
        main: Index::new(main, tables_listed),
        nat_gateways: Index::new(gateways, gateways_listed),
        zones: Index::new(zones, listed.clone()),
        s3: to(".s3"),
        dynamodb: to(".dynamodb"),
        tables,
    };
    let rows = subnets.into_iter().map(|(resource, subnet)| {
        let id = resource.id.as_str();
        (id, network.route(place, resource, subnet))
    });
    let rows: Vec<_> = rows.collect();
    Index::new(rows, listed)
}

impl<'e> Network<'e> {
    fn route(&self, place: &Place<'e>, resource: &'e Resource, subnet: Subnet) -> Routing<'e> {
        let mut cite = Cite::default();
        cite.fact(resource);
        let table = self.table(place, &subnet, &mut cite);
        let through = |endpoints: &Index<'e, String, &'e Resource>, cite: &mut Cite<'e>| -> Known<bool> {
            let (_, table) = table.as_ref().map_err(Clone::clone)?;
            let found = endpoints.find(&table.route_table_id, cite)?;
            if let Some(endpoint) = found {
                cite.fact(endpoint);
            } else if place.is_owned_by_other(&subnet.owner_id) {
                // The owner of a shared VPC sees its endpoints, and nobody else does.
                return Err(place.not_visible(VpcEndpoint::TYPE, &subnet.vpc_id));
            }
            Ok(found.is_some())
        };
        let s3_gateway_endpoint = through(&self.s3, &mut cite);
        let dynamodb_gateway_endpoint = through(&self.dynamodb, &mut cite);
        let target = table.as_ref().map(|(_, table)| default_target(table)).map_err(Clone::clone);
        Routing {
            default_route: target.clone().map(|target| target.map_or(DefaultRoute::None, leads_to)),
            nat_in_same_zone: target.and_then(|target| match target {
                Some(nat) if nat.starts_with("nat-") => self.nat_in_zone(place, nat, &subnet, &mut cite).map(Some),
                _ => Ok(None),
            }),
            s3_gateway_endpoint,
            dynamodb_gateway_endpoint,
            vpc_id: subnet.vpc_id,
            availability_zone: subnet.availability_zone,
            cidr_block: subnet.cidr_block,
            cite,
        }
    }

    /// The table that names the subnet, else the main table of its VPC.
    fn table(&self, place: &Place<'e>, subnet: &Subnet, cite: &mut Cite<'e>) -> Known<&Table<'e>> {
        let at = match self.named.find(&subnet.subnet_id, cite)? {
            Some(at) => Some(*at),
            None => self.main.find(&subnet.vpc_id, cite)?.copied(),
        };
        let what = || place.not_visible(RouteTable::TYPE, &subnet.subnet_id);
        let table = at.map(|at| &self.tables[at]).ok_or_else(what)?;
        cite.fact(table.0);
        Ok(table)
    }

    fn nat_in_zone(&self, place: &Place<'e>, nat: &str, subnet: &Subnet, cite: &mut Cite<'e>) -> Known<bool> {
        let found = self.nat_gateways.find(nat, cite)?;
        let (resource, gateway) = found.ok_or_else(|| place.not_visible(NatGateway::TYPE, nat))?;
        cite.fact(resource);
        if gateway.availability_mode.as_deref() == Some("regional") {
            return Ok(true);
        }
        let Some(own) = &gateway.subnet_id else { return Ok(true) };
        let found = self.zones.find(own, cite)?;
        let (resource, zone) = found.ok_or_else(|| place.not_visible(Subnet::TYPE, own))?;
        cite.fact(resource);
        Ok(*zone == subnet.availability_zone)
    }
}

/// What the route to everywhere leads to; none where there is no such route or it leads into nothing.
fn default_target(table: &RouteTable) -> Option<&str> {
    let route = table.routes.iter().find(|route| route.destination == EVERYWHERE && route.state == "active")?;
    Some(route.target.as_deref().unwrap_or_default())
}

fn leads_to(target: &str) -> DefaultRoute {
    let (prefix, _) = target.split_once('-').unwrap_or((target, ""));
    match prefix {
        "igw" => DefaultRoute::InternetGateway,
        "nat" => DefaultRoute::NatGateway,
        "tgw" => DefaultRoute::TransitGateway,
        "vpce" => DefaultRoute::Endpoint,
        "i" | "eni" => DefaultRoute::Instance,
        _ if target.contains(":core-network/") => DefaultRoute::TransitGateway,
        _ => DefaultRoute::Other,
    }
}

/// How many addresses a range of version 4 has.
pub(crate) fn addresses(cidr: &str) -> Option<f64> {
    let bits: i32 = cidr.split_once('/')?.1.parse().ok()?;
    (0..=32).contains(&bits).then(|| 2_f64.powi(32 - bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_told_by_their_ids() {
        assert_eq!(leads_to("igw-1"), DefaultRoute::InternetGateway);
        assert_eq!(leads_to("i-1"), DefaultRoute::Instance);
        assert_eq!(leads_to("pcx-1"), DefaultRoute::Other);
        assert_eq!(leads_to(""), DefaultRoute::Other);
        let core = "arn:aws:networkmanager::111122223333:core-network/core-network-1";
        assert_eq!(leads_to(core), DefaultRoute::TransitGateway);
    }

    #[test]
    fn a_range_has_so_many_addresses() {
        assert_eq!(addresses("10.0.0.0/24"), Some(256.0));
        assert_eq!(addresses("10.0.0.0/33"), None);
        assert_eq!(addresses("10.0.0.0"), None);
    }
}
