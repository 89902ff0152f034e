//! How the VPCs of a region are joined, and whether they meet at a hub.

use std::collections::{BTreeMap, BTreeSet};

use wellproof_facts::Facts;
use wellproof_facts::derived::NetworkTopology;
use wellproof_facts::ec2::{RouteTable, TransitGatewayAttachment, VpcPeeringConnection};
use wellproof_model::Resource;

use crate::Derivation;
use crate::cite::Cite;
use crate::join::{Derived, Known, Place};

pub(crate) const DERIVATION: Derivation = Derivation {
    kind: NetworkTopology::TYPE,
    inputs: &[RouteTable::TYPE, TransitGatewayAttachment::TYPE, VpcPeeringConnection::TYPE],
    make: |place, _| derive(place),
};

/// So many networks may be joined each with each: AWS's practice asks for a hub where there are more.
const FEW: usize = 3;

/// The networks at each hub.
type Hubs<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// What joins the networks of a place.
#[derive(Default)]
struct Joins<'a> {
    /// Who peers with each network.
    peers: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Networks of other accounts and regions, whose further peerings are not listed here.
    elsewhere: BTreeSet<&'a str>,
    /// Transit gateways, with the account's own networks.
    gateways: Hubs<'a>,
    /// Core networks of Cloud WAN, told by the routes that lead there.
    core_networks: Hubs<'a>,
}

/// Networks that peerings join.
struct Component<'a> {
    networks: BTreeSet<&'a str>,
    pairs: usize,
}

fn derive(place: &Place<'_>) -> Derived {
    if !place.is_scanned() {
        return Derived::default();
    }
    let (peerings, peerings_listed) =
        place.read(VpcPeeringConnection::TYPE, |resource, peering: VpcPeeringConnection| (resource, peering));
    let (tables, tables_listed) = place.read(RouteTable::TYPE, |resource, table: RouteTable| (resource, table));
    let (attachments, attachments_listed) = place
        .read(TransitGatewayAttachment::TYPE, |resource, attachment: TransitGatewayAttachment| (resource, attachment));

    let mut cite = Cite::default();
    let mut joins = Joins::default();
    joins.add_peerings(place, &peerings, &tables, &mut cite);
    joins.add_hubs(place, &attachments, &tables, &mut cite);
    let components = joins.components();

    let peerings = peerings_listed.complete(&mut cite);
    let tables = tables_listed.complete(&mut cite);
    let attachments = attachments_listed.complete(&mut cite);
    let peered = peerings.and(tables.clone());
    let at_hubs = tables.and(attachments);
    let joined = peered.clone().and(at_hubs.clone());

    let sizes = components.iter().map(|it| it.networks.len()).chain(joins.gateways.values().map(BTreeSet::len));
    let largest = sizes.max().unwrap_or(0);
    let pairs = components.iter().map(|it| it.pairs).sum();
    let facts = NetworkTopology {
        region_name: place.region.to_owned(),
        joined_vpcs: joined.clone().map(|()| count(largest)).into(),
        peered_pairs: peered.map(|()| count(pairs)).into(),
        through_hub: through_hub(place, &joins, &components, &at_hubs, &joined).into(),
    };
    place.region_record(&facts, &cite)
}

/// A mesh stays one whatever further peerings there are, so that it decides without their listing's end; nothing else does.
fn through_hub(
    place: &Place<'_>,
    joins: &Joins<'_>,
    components: &[Component<'_>],
    at_hubs: &Known<()>,
    joined: &Known<()>,
) -> Known<Option<bool>> {
    if at_hubs.is_ok() && components.iter().any(|it| it.is_mesh() && !joins.share_hub(it)) {
        return Ok(Some(false));
    }
    joined.clone()?;
    if let Some(network) = joins.elsewhere.first() {
        let what = format!("{}#{network}", VpcPeeringConnection::TYPE);
        return Err(place.doubt(&what, "what a network of another account or region peers with is not listed here"));
    }
    let sizes = components.iter().map(|it| it.networks.len()).chain(joins.gateways.values().map(BTreeSet::len));
    Ok(sizes.max().is_some_and(|largest| largest > FEW).then_some(true))
}

impl<'a> Joins<'a> {
    /// Those that are active and that an active route leads to.
    fn add_peerings<'e>(
        &mut self,
        place: &Place<'e>,
        peerings: &'a [(&'e Resource, VpcPeeringConnection)],
        tables: &[(&'e Resource, RouteTable)],
        cite: &mut Cite<'e>,
    ) {
        let mut used: BTreeMap<&str, &'e Resource> = BTreeMap::new();
        for (resource, table) in tables {
            for target in targets(table).filter(|target| target.starts_with("pcx-")) {
                used.entry(target).or_insert(resource);
            }
        }
        for (resource, peering) in peerings.iter().filter(|(_, peering)| peering.status_code == "active") {
            let Some(table) = used.get(peering.vpc_peering_connection_id.as_str()) else { continue };
            cite.fact(resource);
            cite.fact(table);
            let (one, other) = (peering.requester_vpc_id.as_str(), peering.accepter_vpc_id.as_str());
            self.peers.entry(one).or_default().insert(other);
            self.peers.entry(other).or_default().insert(one);
            let ends = [
                (one, &peering.requester_owner_id, &peering.requester_region),
                (other, &peering.accepter_owner_id, &peering.accepter_region),
            ];
            let elsewhere = ends.iter().filter(|(_, owner, region)| {
                owner.as_str() != place.account || region.as_deref() != Some(place.region)
            });
            self.elsewhere.extend(elsewhere.map(|(network, _, _)| network));
        }
    }

    fn add_hubs<'e>(
        &mut self,
        place: &Place<'e>,
        attachments: &'a [(&'e Resource, TransitGatewayAttachment)],
        tables: &'a [(&'e Resource, RouteTable)],
        cite: &mut Cite<'e>,
    ) {
        for (resource, attachment) in attachments {
            let stands = matches!(attachment.state.as_str(), "available" | "modifying");
            let own = attachment.resource_owner_id.as_deref() == Some(place.account);
            let network = attachment.resource_id.as_deref().filter(|_| attachment.resource_type == "vpc");
            if let Some(network) = network.filter(|_| stands && own) {
                cite.fact(resource);
                self.gateways.entry(&attachment.transit_gateway_id).or_default().insert(network);
            }
        }
        for (resource, table) in tables {
            for core in targets(table).filter(|target| target.contains(":core-network/")) {
                cite.fact(resource);
                self.core_networks.entry(core).or_default().insert(&table.vpc_id);
            }
        }
    }

    fn components(&self) -> Vec<Component<'a>> {
        let mut components = Vec::new();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for start in self.peers.keys() {
            if seen.contains(start) {
                continue;
            }
            let (mut networks, mut waiting) = (BTreeSet::new(), vec![*start]);
            while let Some(network) = waiting.pop() {
                if networks.insert(network) {
                    waiting.extend(&self.peers[network]);
                }
            }
            seen.extend(&networks);
            let ends: usize = networks.iter().map(|network| self.peers[network].len()).sum();
            components.push(Component { networks, pairs: ends / 2 });
        }
        components
    }

    /// Whether one hub has all networks of a component, as far as it can be seen here.
    fn share_hub(&self, component: &Component<'a>) -> bool {
        let mut hubs = self.gateways.values().chain(self.core_networks.values());
        hubs.any(|hub| component.networks.difference(&self.elsewhere).all(|network| hub.contains(network)))
    }
}

impl Component<'_> {
    /// Whether more pairs peer than a ring has, which takes more than [`FEW`] networks.
    fn is_mesh(&self) -> bool {
        self.pairs > self.networks.len()
    }
}

/// What the table's active routes lead to.
fn targets(table: &RouteTable) -> impl Iterator<Item = &str> {
    table.routes.iter().filter(|route| route.state == "active").filter_map(|route| route.target.as_deref())
}

fn count(many: usize) -> i64 {
    i64::try_from(many).unwrap_or(i64::MAX)
}
