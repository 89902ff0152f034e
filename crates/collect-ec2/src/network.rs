//! Networks: VPCs, what routes and filters in them, and the addresses that lead to them.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    self, NatGatewayState, PrefixListState, RouteTableAssociationStateCode, RuleAction, TransitGatewayAttachmentState,
    VpcCidrBlockStateCode, VpcPeeringConnectionStateReasonCode,
};
use wellproof_aws::member::{required, required_text, required_time, sorted, text};
use wellproof_aws::{Answer, Cited, Listing, Record, Refusal, Unit};
use wellproof_facts::ec2::{
    Address, FlowLog, NatGateway, NetworkAcl, NetworkInterface, PrefixList, Route, RouteTable, SecurityGroup,
    SecurityGroupRule, Subnet, TransitGatewayAttachment, Vpc, VpcEndpoint, VpcPeeringConnection,
};
use wellproof_model::Read;

use crate::mapping::{PAGE, SMALL_PAGE, arn, group_ids, tags};
use crate::policy;

pub(crate) async fn list(unit: &Unit, ec2: &Client) {
    futures::join!(
        list_vpcs(unit, ec2),
        list_subnets(unit, ec2),
        list_route_tables(unit, ec2),
        list_nat_gateways(unit, ec2),
        list_vpc_endpoints(unit, ec2),
        list_vpc_peering_connections(unit, ec2),
        list_transit_gateway_attachments(unit, ec2),
        list_network_interfaces(unit, ec2),
        list_network_acls(unit, ec2),
        list_security_groups(unit, ec2),
        list_prefix_lists(unit, ec2),
        list_flow_logs(unit, ec2),
        list_addresses(unit, ec2),
    );
}

async fn list_vpcs(unit: &Unit, ec2: &Client) {
    let pages = ec2.describe_vpcs().max_results(PAGE).into_paginator().stop_on_duplicate_token(false).send();
    unit.list(pages, |page| page.vpcs().iter().map(|it| vpc_record(unit, it)).collect()).await;
}

fn vpc_record(unit: &Unit, vpc: &types::Vpc) -> Result<Record<Vpc>, Refusal> {
    let id = required_text(vpc.vpc_id(), "Vpc.VpcId")?;
    let owner = required_text(vpc.owner_id(), "Vpc.OwnerId")?;
    let associated = vpc
        .cidr_block_association_set()
        .iter()
        .filter(|it| it.cidr_block_state().and_then(|state| state.state()) == Some(&VpcCidrBlockStateCode::Associated));
    let facts = Vpc {
        vpc_id: id.clone(),
        is_default: vpc.is_default.unwrap_or_default(),
        owner_id: owner.clone(),
        cidr_blocks: sorted(associated.filter_map(|it| it.cidr_block())),
    };
    Ok(Record::new(&id, facts).arn(Some(arn(unit, &owner, "vpc", &id))).tags(tags(vpc.tags())))
}

async fn list_subnets(unit: &Unit, ec2: &Client) {
    let pages = ec2.describe_subnets().max_results(PAGE).into_paginator().stop_on_duplicate_token(false).send();
    unit.list(pages, |page| page.subnets().iter().map(|it| subnet_record(unit, it)).collect()).await;
}

fn subnet_record(unit: &Unit, subnet: &types::Subnet) -> Result<Record<Subnet>, Refusal> {
    let id = required_text(subnet.subnet_id(), "Subnet.SubnetId")?;
    let owner = required_text(subnet.owner_id(), "Subnet.OwnerId")?;
    let facts = Subnet {
        subnet_id: id.clone(),
        vpc_id: required_text(subnet.vpc_id(), "Subnet.VpcId")?,
        owner_id: owner.clone(),
        availability_zone: required_text(subnet.availability_zone(), "Subnet.AvailabilityZone")?,
        availability_zone_id: text(subnet.availability_zone_id()),
        cidr_block: text(subnet.cidr_block()),
        available_ip_address_count: required(subnet.available_ip_address_count, "Subnet.AvailableIpAddressCount")?
            .into(),
        map_public_ip_on_launch: subnet.map_public_ip_on_launch.unwrap_or_default(),
    };
    Ok(Record::new(&id, facts).arn(Some(arn(unit, &owner, "subnet", &id))).tags(tags(subnet.tags())))
}

async fn list_route_tables(unit: &Unit, ec2: &Client) {
    let pages =
        ec2.describe_route_tables().max_results(SMALL_PAGE).into_paginator().stop_on_duplicate_token(false).send();
    unit.list(pages, |page| page.route_tables().iter().map(|it| route_table_record(unit, it)).collect()).await;
}

fn route_table_record(unit: &Unit, table: &types::RouteTable) -> Result<Record<RouteTable>, Refusal> {
    let id = required_text(table.route_table_id(), "RouteTable.RouteTableId")?;
    let owner = text(table.owner_id()).unwrap_or_else(|| unit.account().to_owned());
    let associations = || table.associations().iter().filter(|it| is_associated(it));
    let facts = RouteTable {
        route_table_id: id.clone(),
        vpc_id: required_text(table.vpc_id(), "RouteTable.VpcId")?,
        main: associations().any(|it| it.main == Some(true)),
        subnet_ids: sorted(associations().filter_map(|it| it.subnet_id())),
        routes: table.routes().iter().map(route).collect::<Result<_, _>>()?,
    };
    Ok(Record::new(&id, facts).arn(Some(arn(unit, &owner, "route-table", &id))).tags(tags(table.tags())))
}

/// An association without a state is an old answer's, which knew of none.
fn is_associated(association: &types::RouteTableAssociation) -> bool {
    use RouteTableAssociationStateCode::{Associated, Associating};
    let state = association.association_state().and_then(|it| it.state());
    state.is_none_or(|state| matches!(state, Associated | Associating))
}

fn route(route: &types::Route) -> Result<Route, Refusal> {
    let destination = text(route.destination_cidr_block())
        .or_else(|| text(route.destination_ipv6_cidr_block()))
        .or_else(|| text(route.destination_prefix_list_id()));
    // An instance's route names its interface, too; the instance says more.
    let target = text(route.gateway_id())
        .or_else(|| text(route.nat_gateway_id()))
        .or_else(|| text(route.transit_gateway_id()))
        .or_else(|| text(route.vpc_peering_connection_id()))
        .or_else(|| text(route.egress_only_internet_gateway_id()))
        .or_else(|| text(route.instance_id()))
        .or_else(|| text(route.network_interface_id()))
        .or_else(|| text(route.local_gateway_id()))
        .or_else(|| text(route.carrier_gateway_id()))
        .or_else(|| text(route.core_network_arn()))
        .or_else(|| text(route.odb_network_arn()));
    Ok(Route {
        destination: required(destination, "Route.DestinationCidrBlock")?,
        target,
        state: required_text(route.state(), "Route.State")?,
    })
}

async fn list_nat_gateways(unit: &Unit, ec2: &Client) {
    let pages = ec2.describe_nat_gateways().max_results(PAGE).into_paginator().stop_on_duplicate_token(false).send();
    unit.list(pages, |page| {
        let there = page.nat_gateways().iter().filter(|it| it.state != Some(NatGatewayState::Deleted));
        there.map(|it| nat_gateway_record(unit, it)).collect()
    })
    .await;
}

fn nat_gateway_record(unit: &Unit, gateway: &types::NatGateway) -> Result<Record<NatGateway>, Refusal> {
    let id = required_text(gateway.nat_gateway_id(), "NatGateway.NatGatewayId")?;
    let facts = NatGateway {
        nat_gateway_id: id.clone(),
        vpc_id: required_text(gateway.vpc_id(), "NatGateway.VpcId")?,
        subnet_id: text(gateway.subnet_id()),
        state: required_text(gateway.state(), "NatGateway.State")?,
        connectivity_type: text(gateway.connectivity_type()),
        availability_mode: text(gateway.availability_mode()),
        create_time: required_time(gateway.create_time(), "NatGateway.CreateTime")?,
    };
    Ok(Record::new(&id, facts).arn(Some(arn(unit, unit.account(), "natgateway", &id))).tags(tags(gateway.tags())))
}

async fn list_vpc_endpoints(unit: &Unit, ec2: &Client) {
    let pages = ec2.describe_vpc_endpoints().max_results(PAGE).into_paginator().stop_on_duplicate_token(false).send();
    unit.list(pages, |page| page.vpc_endpoints().iter().map(|it| vpc_endpoint_record(unit, it)).collect()).await;
}

fn vpc_endpoint_record(unit: &Unit, endpoint: &types::VpcEndpoint) -> Result<Record<VpcEndpoint>, Refusal> {
    let id = required_text(endpoint.vpc_endpoint_id(), "VpcEndpoint.VpcEndpointId")?;
    let owner = text(endpoint.owner_id()).unwrap_or_else(|| unit.account().to_owned());
    let service = text(endpoint.service_name())
        .or_else(|| text(endpoint.resource_configuration_arn()))
        .or_else(|| text(endpoint.service_network_arn()));
    let facts = VpcEndpoint {
        vpc_endpoint_id: id.clone(),
        vpc_endpoint_type: required_text(endpoint.vpc_endpoint_type(), "VpcEndpoint.VpcEndpointType")?,
        vpc_id: required_text(endpoint.vpc_id(), "VpcEndpoint.VpcId")?,
        service_name: required(service, "VpcEndpoint.ServiceName")?,
        state: required_text(endpoint.state(), "VpcEndpoint.State")?.to_lowercase(),
        route_table_ids: sorted(endpoint.route_table_ids()),
        subnet_ids: sorted(endpoint.subnet_ids()),
        policy_restricts: policy::restricts(endpoint.policy_document())?,
    };
    Ok(Record::new(&id, facts).arn(Some(arn(unit, &owner, "vpc-endpoint", &id))).tags(tags(endpoint.tags())))
}

async fn list_vpc_peering_connections(unit: &Unit, ec2: &Client) {
    let pages =
        ec2.describe_vpc_peering_connections().max_results(PAGE).into_paginator().stop_on_duplicate_token(false).send();
    unit.list(pages, |page| {
        let there = page.vpc_peering_connections().iter().filter(|it| !is_over(it));
        there.map(|it| vpc_peering_connection_record(unit, it)).collect()
    })
    .await;
}

/// AWS tells connections for a while that were deleted or that never came about.
fn is_over(peering: &types::VpcPeeringConnection) -> bool {
    use VpcPeeringConnectionStateReasonCode::{Deleted, Expired, Failed, Rejected};
    let code = peering.status().and_then(|it| it.code());
    matches!(code, Some(Deleted | Expired | Failed | Rejected))
}

fn vpc_peering_connection_record(
    unit: &Unit,
    peering: &types::VpcPeeringConnection,
) -> Result<Record<VpcPeeringConnection>, Refusal> {
    let id = required_text(peering.vpc_peering_connection_id(), "VpcPeeringConnection.VpcPeeringConnectionId")?;
    let requester = required(peering.requester_vpc_info(), "VpcPeeringConnection.RequesterVpcInfo")?;
    let accepter = required(peering.accepter_vpc_info(), "VpcPeeringConnection.AccepterVpcInfo")?;
    let code = peering.status().and_then(|it| it.code());
    let facts = VpcPeeringConnection {
        vpc_peering_connection_id: id.clone(),
        status_code: required_text(code, "VpcPeeringConnection.Status.Code")?,
        requester_vpc_id: required_text(requester.vpc_id(), "RequesterVpcInfo.VpcId")?,
        requester_owner_id: required_text(requester.owner_id(), "RequesterVpcInfo.OwnerId")?,
        requester_region: text(requester.region()),
        accepter_vpc_id: required_text(accepter.vpc_id(), "AccepterVpcInfo.VpcId")?,
        accepter_owner_id: required_text(accepter.owner_id(), "AccepterVpcInfo.OwnerId")?,
        accepter_region: text(accepter.region()),
    };
    let arn = arn(unit, unit.account(), "vpc-peering-connection", &id);
    Ok(Record::new(&id, facts).arn(Some(arn)).tags(tags(peering.tags())))
}

async fn list_transit_gateway_attachments(unit: &Unit, ec2: &Client) {
    let pages = ec2
        .describe_transit_gateway_attachments()
        .max_results(PAGE)
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    unit.list(pages, |page| {
        let all = page.transit_gateway_attachments().iter();
        let there = all.filter(|it| it.state != Some(TransitGatewayAttachmentState::Deleted));
        there.map(|it| transit_gateway_attachment_record(unit, it)).collect()
    })
    .await;
}

fn transit_gateway_attachment_record(
    unit: &Unit,
    attachment: &types::TransitGatewayAttachment,
) -> Result<Record<TransitGatewayAttachment>, Refusal> {
    let id = attachment.transit_gateway_attachment_id();
    let id = required_text(id, "TransitGatewayAttachment.TransitGatewayAttachmentId")?;
    let gateway = attachment.transit_gateway_id();
    let facts = TransitGatewayAttachment {
        transit_gateway_attachment_id: id.clone(),
        transit_gateway_id: required_text(gateway, "TransitGatewayAttachment.TransitGatewayId")?,
        resource_type: required_text(attachment.resource_type(), "TransitGatewayAttachment.ResourceType")?,
        resource_id: text(attachment.resource_id()),
        resource_owner_id: text(attachment.resource_owner_id()),
        state: required_text(attachment.state(), "TransitGatewayAttachment.State")?,
    };
    let arn = arn(unit, unit.account(), "transit-gateway-attachment", &id);
    Ok(Record::new(&id, facts).arn(Some(arn)).tags(tags(attachment.tags())))
}

async fn list_network_interfaces(unit: &Unit, ec2: &Client) {
    let pages =
        ec2.describe_network_interfaces().max_results(PAGE).into_paginator().stop_on_duplicate_token(false).send();
    unit.list(pages, |page| page.network_interfaces().iter().map(|it| network_interface_record(unit, it)).collect())
        .await;
}

fn network_interface_record(
    unit: &Unit,
    interface: &types::NetworkInterface,
) -> Result<Record<NetworkInterface>, Refusal> {
    let id = required_text(interface.network_interface_id(), "NetworkInterface.NetworkInterfaceId")?;
    let owner = text(interface.owner_id()).unwrap_or_else(|| unit.account().to_owned());
    let facts = NetworkInterface {
        network_interface_id: id.clone(),
        interface_type: required_text(interface.interface_type(), "NetworkInterface.InterfaceType")?,
        vpc_id: required_text(interface.vpc_id(), "NetworkInterface.VpcId")?,
        subnet_id: required_text(interface.subnet_id(), "NetworkInterface.SubnetId")?,
        status: required_text(interface.status(), "NetworkInterface.Status")?,
        security_group_ids: group_ids(interface.groups()),
        instance_id: text(interface.attachment().and_then(|it| it.instance_id())),
        requester_managed: interface.requester_managed.unwrap_or_default(),
        has_public_address: interface.association().is_some_and(|it| text(it.public_ip()).is_some()),
    };
    Ok(Record::new(&id, facts).arn(Some(arn(unit, &owner, "network-interface", &id))).tags(tags(interface.tag_set())))
}

async fn list_network_acls(unit: &Unit, ec2: &Client) {
    let pages = ec2.describe_network_acls().max_results(PAGE).into_paginator().stop_on_duplicate_token(false).send();
    unit.list(pages, |page| page.network_acls().iter().map(|it| network_acl_record(unit, it)).collect()).await;
}

/// The greatest number that a rule of one's own can have. Above it stand AWS's, which deny whatever no other one matched.
const LAST_OWN_RULE: i32 = 32_766;

fn network_acl_record(unit: &Unit, acl: &types::NetworkAcl) -> Result<Record<NetworkAcl>, Refusal> {
    let id = required_text(acl.network_acl_id(), "NetworkAcl.NetworkAclId")?;
    let owner = text(acl.owner_id()).unwrap_or_else(|| unit.account().to_owned());
    let mut entries = acl.entries().iter().map(acl_entry).collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(|entry| entry.number);
    let own = entries.iter().filter(|entry| entry.number <= LAST_OWN_RULE);
    let facts = NetworkAcl {
        network_acl_id: id.clone(),
        vpc_id: required_text(acl.vpc_id(), "NetworkAcl.VpcId")?,
        is_default: required(acl.is_default, "NetworkAcl.IsDefault")?,
        subnet_ids: sorted(acl.associations().iter().filter_map(|it| it.subnet_id())),
        allows_all_inbound: allows_all(entries.iter().filter(|entry| !entry.egress)),
        allows_all_outbound: allows_all(entries.iter().filter(|entry| entry.egress)),
        rules: i64::try_from(own.count()).unwrap_or(i64::MAX),
    };
    Ok(Record::new(&id, facts).arn(Some(arn(unit, &owner, "network-acl", &id))).tags(tags(acl.tags())))
}

struct AclEntry<'a> {
    number: i32,
    egress: bool,
    allows: bool,
    /// `-1` for all, else a number.
    protocol: String,
    /// Of an entry about IPv4.
    cidr: Option<&'a str>,
}

fn acl_entry(entry: &types::NetworkAclEntry) -> Result<AclEntry<'_>, Refusal> {
    Ok(AclEntry {
        number: required(entry.rule_number, "NetworkAclEntry.RuleNumber")?,
        egress: required(entry.egress, "NetworkAclEntry.Egress")?,
        allows: required(entry.rule_action(), "NetworkAclEntry.RuleAction")? == &RuleAction::Allow,
        protocol: required_text(entry.protocol(), "NetworkAclEntry.Protocol")?,
        cidr: entry.cidr_block(),
    })
}

/// Whether everything over IPv4 passes: the first entry that matches counts, so that one that denies ends the walk.
fn allows_all<'a>(in_order: impl Iterator<Item = &'a AclEntry<'a>>) -> bool {
    let mut ipv4 = in_order.filter_map(|entry| Some((entry, entry.cidr?)));
    let decisive = ipv4.find(|(entry, cidr)| !entry.allows || (entry.protocol == "-1" && *cidr == "0.0.0.0/0"));
    decisive.is_some_and(|(entry, _)| entry.allows)
}

async fn list_security_groups(unit: &Unit, ec2: &Client) {
    let pages = ec2.describe_security_groups().max_results(PAGE).into_paginator().stop_on_duplicate_token(false).send();
    unit.list(pages, |page| page.security_groups().iter().map(|it| security_group_record(unit, it)).collect()).await;
}

fn security_group_record(unit: &Unit, group: &types::SecurityGroup) -> Result<Record<SecurityGroup>, Refusal> {
    let id = required_text(group.group_id(), "SecurityGroup.GroupId")?;
    let owner = text(group.owner_id()).unwrap_or_else(|| unit.account().to_owned());
    let facts = SecurityGroup {
        group_id: id.clone(),
        group_name: required_text(group.group_name(), "SecurityGroup.GroupName")?,
        vpc_id: text(group.vpc_id()),
        ingress: rules(group.ip_permissions())?,
        egress: rules(group.ip_permissions_egress())?,
    };
    Ok(Record::new(&id, facts).arn(Some(arn(unit, &owner, "security-group", &id))).tags(tags(group.tags())))
}

/// One rule for each source of each permission.
fn rules(permissions: &[types::IpPermission]) -> Result<Vec<SecurityGroupRule>, Refusal> {
    let mut rules = Vec::new();
    for permission in permissions {
        let (from_port, to_port) = ports(permission);
        let protocol = required_text(permission.ip_protocol(), "IpPermission.IpProtocol")?;
        let rule = || SecurityGroupRule { protocol: protocol.clone(), from_port, to_port, ..Default::default() };
        let ipv4 = permission.ip_ranges().iter().filter_map(|it| text(it.cidr_ip()));
        rules.extend(ipv4.map(|cidr| SecurityGroupRule { cidr_ipv4: Some(cidr), ..rule() }));
        let ipv6 = permission.ipv6_ranges().iter().filter_map(|it| text(it.cidr_ipv6()));
        rules.extend(ipv6.map(|cidr| SecurityGroupRule { cidr_ipv6: Some(cidr), ..rule() }));
        let lists = permission.prefix_list_ids().iter().filter_map(|it| text(it.prefix_list_id()));
        rules.extend(lists.map(|id| SecurityGroupRule { prefix_list_id: Some(id), ..rule() }));
        let groups = permission.user_id_group_pairs().iter().filter_map(|it| text(it.group_id()));
        rules.extend(groups.map(|id| SecurityGroupRule { referenced_group_id: Some(id), ..rule() }));
    }
    Ok(rules)
}

/// Nulls where all ports are meant, of which AWS has three spellings: none, -1, and the whole range.
fn ports(permission: &types::IpPermission) -> (Option<i64>, Option<i64>) {
    match (permission.from_port, permission.to_port) {
        (None | Some(-1), _) | (Some(0), Some(65_535)) => (None, None),
        (from, to) => (from.map(Into::into), to.map(Into::into)),
    }
}

async fn list_prefix_lists(unit: &Unit, ec2: &Client) {
    let mut lists = unit.listing::<PrefixList>();
    let end = read_prefix_lists(unit, ec2, &mut lists).await;
    lists.close(end);
}

async fn read_prefix_lists(unit: &Unit, ec2: &Client, lists: &mut Listing<PrefixList>) -> Result<(), Refusal> {
    let mut pages = ec2
        .describe_managed_prefix_lists()
        .max_results(SMALL_PAGE)
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    while let Some(page) = lists.page(&mut pages).await? {
        let there = page.prefix_lists().iter().filter(|it| it.state != Some(PrefixListState::DeleteComplete));
        let read = unit.join(there.map(|it| read_prefix_list(unit, ec2, it))).await;
        let mut gone = Vec::new();
        for read in read {
            match read {
                Ok(Cited { value: Some(record), .. }) => lists.push(record),
                Ok(Cited { value: None, calls }) => gone.extend(calls),
                Err(malformed) => lists.keep(Err(malformed)),
            }
        }
        lists.cite(gone);
    }
    Ok(())
}

/// `None`, with the reply that says so, when it was deleted since it was listed.
async fn read_prefix_list(
    unit: &Unit,
    ec2: &Client,
    list: &types::ManagedPrefixList,
) -> Answer<Option<Record<PrefixList>>> {
    let id = required_text(list.prefix_list_id(), "ManagedPrefixList.PrefixListId")?;
    let owner = required_text(list.owner_id(), "ManagedPrefixList.OwnerId")?;
    let entries = if owner == "AWS" { None } else { Some(list_entries(unit, ec2, &id).await) };
    if let Some(Err(refusal)) = &entries
        && refusal.code.as_deref().is_some_and(|code| code.eq_ignore_ascii_case("InvalidPrefixListID.NotFound"))
    {
        return Ok(Cited { value: None, calls: refusal.calls.clone() });
    }
    let facts = PrefixList {
        prefix_list_id: id.clone(),
        prefix_list_name: text(list.prefix_list_name()),
        owner_id: owner,
        entries: match &entries {
            None => Read::Known(None),
            Some(answer) => unit.fields::<PrefixList>(&id).of("entries", answer, |entries| Some(entries.clone())),
        },
    };
    let record = Record::new(&id, facts).arn(text(list.prefix_list_arn())).tags(tags(list.tags()));
    let record = match &entries {
        None => record,
        Some(answer) => record.cites_answer(answer),
    };
    Ok(Cited { value: Some(record), calls: Vec::new() })
}

async fn list_entries(unit: &Unit, ec2: &Client, id: &str) -> Answer<Vec<String>> {
    let entries = ec2.get_managed_prefix_list_entries().prefix_list_id(id).max_results(SMALL_PAGE);
    let mut pages = entries.into_paginator().stop_on_duplicate_token(false).send();
    let (mut ranges, mut calls) = (Vec::new(), Vec::new());
    while let Some(page) = unit.page(&mut pages).await? {
        calls.extend(page.calls);
        ranges.extend(page.value.entries().iter().filter_map(|it| text(it.cidr())));
    }
    Ok(Cited { value: sorted(ranges), calls })
}

async fn list_flow_logs(unit: &Unit, ec2: &Client) {
    let pages = ec2.describe_flow_logs().max_results(PAGE).into_paginator().stop_on_duplicate_token(false).send();
    unit.list(pages, |page| page.flow_logs().iter().map(|it| flow_log_record(unit, it)).collect()).await;
}

fn flow_log_record(unit: &Unit, log: &types::FlowLog) -> Result<Record<FlowLog>, Refusal> {
    let id = required_text(log.flow_log_id(), "FlowLog.FlowLogId")?;
    let facts = FlowLog {
        flow_log_id: id.clone(),
        resource_id: required_text(log.resource_id(), "FlowLog.ResourceId")?,
        flow_log_status: required_text(log.flow_log_status(), "FlowLog.FlowLogStatus")?,
        deliver_logs_status: text(log.deliver_logs_status()),
        traffic_type: text(log.traffic_type()),
        log_destination_type: text(log.log_destination_type()),
    };
    Ok(Record::new(&id, facts).arn(Some(arn(unit, unit.account(), "vpc-flow-log", &id))).tags(tags(log.tags())))
}

async fn list_addresses(unit: &Unit, ec2: &Client) {
    let mut addresses = unit.listing::<Address>();
    let answer = addresses.read(ec2.describe_addresses().send()).await;
    let end = answer.map(|it| it.addresses().iter().for_each(|it| addresses.keep(address_record(unit, it))));
    addresses.close(end);
}

fn address_record(unit: &Unit, address: &types::Address) -> Result<Record<Address>, Refusal> {
    let id = required_text(address.allocation_id(), "Address.AllocationId")?;
    let facts = Address {
        allocation_id: id.clone(),
        association_id: text(address.association_id()),
        instance_id: text(address.instance_id()),
        network_interface_id: text(address.network_interface_id()),
        service_managed: text(address.service_managed()),
        public_ipv4_pool: text(address.public_ipv4_pool()),
    };
    Ok(Record::new(&id, facts).arn(Some(arn(unit, unit.account(), "elastic-ip", &id))).tags(tags(address.tags())))
}
