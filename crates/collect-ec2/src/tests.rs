//! Paging, denial, deletion and the mapping of facts against mocked answers.

use aws_sdk_ec2::Client;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::body::SdkBody;
use ciborium::{Value, cbor};
use wellproof_aws::testing::{Collected, collect};
use wellproof_facts::Facts;
use wellproof_facts::ec2::{
    Address, AllowedImagesSettings, EbsEncryptionByDefault, FlowLog, Image, ImageBlockPublicAccess, Instance,
    InstanceMetadataDefaults, InstanceType, NatGateway, NetworkAcl, NetworkInterface, PrefixList, Route, RouteTable,
    SecurityGroup, SecurityGroupRule, Snapshot, SnapshotBlockPublicAccess, Subnet, TransitGatewayAttachment, Volume,
    Vpc, VpcEndpoint, VpcPeeringConnection,
};
use wellproof_model::{GapKind, ListingState};

use crate::COLLECTOR;

/// An answer of EC2: `members` in the envelope that every operation has.
fn answer(operation: &str, members: &str) -> Response<SdkBody> {
    let body = format!(
        "<{operation}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>r-1</requestId>{members}\
         </{operation}Response>"
    );
    response(200, "text/xml;charset=UTF-8", body.into_bytes())
}

fn error(status: u16, code: &str, message: &str) -> Response<SdkBody> {
    let body = format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
         <RequestID>r-1</RequestID></Response>"
    );
    response(status, "text/xml;charset=UTF-8", body.into_bytes())
}

fn denied() -> Response<SdkBody> {
    error(403, "UnauthorizedOperation", "You are not authorized to perform this operation.")
}

fn cbor_answer(status: u16, body: &Value) -> Response<SdkBody> {
    let mut bytes = Vec::new();
    ciborium::into_writer(body, &mut bytes).unwrap();
    let mut response = response(status, "application/cbor", bytes);
    response.headers_mut().insert("smithy-protocol", "rpc-v2-cbor");
    response
}

fn response(status: u16, kind: &'static str, body: Vec<u8>) -> Response<SdkBody> {
    let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
    response.headers_mut().insert("content-type", kind);
    response
}

/// A region in which nothing is: what a test does not answer itself.
macro_rules! nothing {
    ($($operation:ident => $name:literal),+ $(,)?) => {
        vec![$(mock!(Client::$operation).then_http_response(|| answer($name, ""))),+]
    };
}

/// Runs the collector; whatever `rules` do not answer is empty.
async fn collected(mut rules: Vec<Rule>) -> Collected {
    rules.extend(nothing![
        describe_instances => "DescribeInstances",
        describe_instance_types => "DescribeInstanceTypes",
        describe_images => "DescribeImages",
        describe_volumes => "DescribeVolumes",
        describe_snapshots => "DescribeSnapshots",
        describe_vpcs => "DescribeVpcs",
        describe_subnets => "DescribeSubnets",
        describe_route_tables => "DescribeRouteTables",
        describe_nat_gateways => "DescribeNatGateways",
        describe_vpc_endpoints => "DescribeVpcEndpoints",
        describe_vpc_peering_connections => "DescribeVpcPeeringConnections",
        describe_transit_gateway_attachments => "DescribeTransitGatewayAttachments",
        describe_network_interfaces => "DescribeNetworkInterfaces",
        describe_network_acls => "DescribeNetworkAcls",
        describe_security_groups => "DescribeSecurityGroups",
        describe_managed_prefix_lists => "DescribeManagedPrefixLists",
        describe_flow_logs => "DescribeFlowLogs",
        describe_addresses => "DescribeAddresses",
        get_ebs_encryption_by_default => "GetEbsEncryptionByDefault",
        get_instance_metadata_defaults => "GetInstanceMetadataDefaults",
        get_snapshot_block_public_access_state => "GetSnapshotBlockPublicAccessState",
        get_image_block_public_access_state => "GetImageBlockPublicAccessState",
        get_allowed_images_settings => "GetAllowedImagesSettings",
    ]);
    collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await
}

fn all<T: Facts>(collected: &Collected) -> Vec<T> {
    collected.of(T::TYPE).iter().map(|resource| resource.facts().unwrap()).collect()
}

fn one<T: Facts>(collected: &Collected) -> T {
    let mut found = all(collected);
    assert_eq!((found.len(), collected.state(T::TYPE)), (1, ListingState::Complete), "{}", T::TYPE);
    found.remove(0)
}

/// A reservation of one instance.
fn reservation(id: &str, state: &str, kind: &str, image: &str) -> String {
    format!(
        "<item><reservationId>r-{id}</reservationId><ownerId>111122223333</ownerId><groupSet/><instancesSet><item>\
         <instanceId>i-{id}</instanceId><imageId>{image}</imageId><instanceState><code>80</code><name>{state}</name>\
         </instanceState><privateDnsName>ip-10-0-0-1.ec2.internal</privateDnsName><dnsName/>\
         <reason>User initiated (2026-10-01 08:30:00 GMT)</reason><keyName>eve-laptop</keyName>\
         <amiLaunchIndex>0</amiLaunchIndex><instanceType>{kind}</instanceType>\
         <launchTime>2026-09-30T07:00:00.000Z</launchTime><placement><availabilityZone>us-east-1a</availabilityZone>\
         <tenancy>default</tenancy></placement><monitoring><state>disabled</state></monitoring>\
         <subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><privateIpAddress>10.0.0.1</privateIpAddress>\
         <groupSet><item><groupId>sg-2</groupId><groupName>b</groupName></item></groupSet>\
         <architecture>x86_64</architecture><blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs>\
         <volumeId>vol-1</volumeId><status>attached</status></ebs></item></blockDeviceMapping>\
         <tagSet><item><key>Name</key><value>web</value></item></tagSet>\
         <networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId>\
         <groupSet><item><groupId>sg-1</groupId><groupName>a</groupName></item></groupSet>\
         <attachment><attachmentId>eni-attach-1</attachmentId><deviceIndex>0</deviceIndex>\
         <attachTime>2026-01-02T03:04:05.000Z</attachTime></attachment>\
         <association><publicIp>198.51.100.7</publicIp></association></item></networkInterfaceSet>\
         <iamInstanceProfile><arn>arn:aws:iam::111122223333:instance-profile/web</arn><id>AIPA1</id></iamInstanceProfile>\
         <ebsOptimized>false</ebsOptimized><enaSupport>true</enaSupport>\
         <metadataOptions><state>applied</state><httpTokens>required</httpTokens>\
         <httpPutResponseHopLimit>2</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint></metadataOptions>\
         <platformDetails>Linux/UNIX</platformDetails><maintenanceOptions><autoRecovery>default</autoRecovery>\
         </maintenanceOptions></item></instancesSet></item>"
    )
}

fn first_instances(next: &'static str) -> Rule {
    mock!(Client::describe_instances).match_requests(|it| it.next_token().is_none()).then_http_response(move || {
        let gone = reservation("9", "terminated", "x1.large", "ami-9");
        let there = reservation("1", "stopped", "m5.large", "ami-1");
        answer("DescribeInstances", &format!("<reservationSet>{gone}{there}</reservationSet>{next}"))
    })
}

#[tokio::test]
async fn instances_lead_to_their_types_and_images() {
    let second = mock!(Client::describe_instances).match_requests(|it| it.next_token() == Some("more"));
    let second = second.then_http_response(|| {
        answer(
            "DescribeInstances",
            &format!("<reservationSet>{}</reservationSet>", reservation("2", "running", "m5.large", "ami-2")),
        )
    });
    let types = mock!(Client::describe_instance_types)
        .match_requests(|it| it.filters()[0].values() == ["m5.large"])
        .then_http_response(|| {
            answer(
                "DescribeInstanceTypes", "<instanceTypeSet><item><instanceType>m5.large</instanceType><currentGeneration>true</currentGeneration>\
                 <processorInfo><supportedArchitectures><item>x86_64</item></supportedArchitectures></processorInfo>\
                 <vCpuInfo><defaultVCpus>2</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>8192</sizeInMiB></memoryInfo>\
                 <networkInfo><enaSupport>required</enaSupport></networkInfo>\
                 <burstablePerformanceSupported>false</burstablePerformanceSupported>\
                 <autoRecoverySupported>true</autoRecoverySupported></item></instanceTypeSet>",
            )
        });
    let own = mock!(Client::describe_images).match_requests(|it| it.owners() == ["self"]).then_http_response(|| {
        answer(
            "DescribeImages", "<imagesSet><item><imageId>ami-1</imageId><imageOwnerId>111122223333</imageOwnerId>\
             <creationDate>2026-01-01T00:00:00.000Z</creationDate><isPublic>false</isPublic><imdsSupport>v2.0</imdsSupport>\
             <lastLaunchedTime>2026-09-30T00:00:00Z</lastLaunchedTime><description>eve's</description>\
             <blockDeviceMapping><item><ebs><snapshotId>snap-1</snapshotId></ebs></item></blockDeviceMapping></item></imagesSet>",
        )
    });
    // The image of the second instance is withdrawn: that is no error.
    let foreign = mock!(Client::describe_images)
        .match_requests(|it| it.filters().first().is_some_and(|it| it.values() == ["ami-2"]))
        .then_http_response(|| answer("DescribeImages", "<imagesSet/>"));
    let collected = collected(vec![first_instances("<nextToken>more</nextToken>"), second, types, own, foreign]).await;

    let listing = collected.listing(Instance::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 2, 2));
    let instances: Vec<Instance> = all(&collected);
    let stopped = &instances[0];
    assert_eq!(stopped.stopped_at.unwrap().to_string(), "2026-10-01T08:30:00Z");
    assert_eq!(instances[1].stopped_at, None, "it runs");
    assert_eq!(stopped.created_time.unwrap().to_string(), "2026-01-02T03:04:05Z");
    assert_eq!(stopped.security_group_ids, ["sg-1", "sg-2"]);
    assert_eq!((stopped.has_public_address, stopped.has_key_pair), (true, true));
    assert_eq!((stopped.http_put_response_hop_limit, stopped.http_tokens.as_deref()), (Some(2), Some("required")));
    assert_eq!(stopped.volume_ids, ["vol-1"]);
    let record = &collected.of(Instance::TYPE)[0];
    assert_eq!(record.arn.as_deref(), Some("arn:aws:ec2:us-east-1:111122223333:instance/i-1"));
    assert_eq!(record.tags.as_ref().unwrap().get("Name"), Some("web"));
    let call = collected.calls.iter().find(|it| it.key.operation == "DescribeInstances").unwrap();
    assert!(call.redacted.contains(&"reservationSet.instancesSet.keyName".to_owned()), "{:?}", call.redacted);

    let kind: InstanceType = one(&collected);
    assert_eq!((kind.default_vcpus, kind.memory_mib, kind.ena_support.as_str()), (2, 8192, "required"));
    let image: Image = one(&collected);
    assert_eq!((image.own, image.imds_support.as_deref()), (true, Some("v2.0")));
    assert_eq!(image.snapshot_ids, ["snap-1"]);
    assert_eq!(image.last_launched_time.unwrap().to_string(), "2026-09-30T00:00:00Z");
}

#[tokio::test]
async fn a_denied_page_leaves_what_rests_on_it_partial() {
    let second =
        mock!(Client::describe_instances).match_requests(|it| it.next_token().is_some()).then_http_response(denied);
    let collected = collected(vec![first_instances("<nextToken>more</nextToken>"), second]).await;

    assert_eq!(collected.state(Instance::TYPE), ListingState::Partial);
    assert_eq!(collected.of(Instance::TYPE).len(), 1);
    assert_eq!(collected.state(InstanceType::TYPE), ListingState::Partial);
    assert_eq!(collected.state(Image::TYPE), ListingState::Partial);
    assert_eq!(collected.state(Vpc::TYPE), ListingState::Complete);
    for what in [Instance::TYPE, InstanceType::TYPE, Image::TYPE] {
        let gap = collected.finished.gaps.iter().find(|gap| gap.what == what).unwrap();
        assert_eq!(
            (gap.kind, gap.actions.as_slice()),
            (GapKind::Denied, ["ec2:DescribeInstances".to_owned()].as_slice())
        );
    }
}

#[tokio::test]
async fn without_instances_the_types_are_known_to_be_none() {
    let collected = collected(Vec::new()).await;
    let listing = collected.listing(InstanceType::TYPE);
    assert_eq!((listing.state, listing.count), (ListingState::Complete, 0));
    assert_eq!(listing.calls, collected.listing(Instance::TYPE).calls);
    let all_complete = collected.finished.listings.iter().all(|it| it.state == ListingState::Complete);
    assert!(all_complete && collected.finished.listings.len() == COLLECTOR.types.len());
}

#[tokio::test]
async fn an_instance_without_what_must_be_there_costs_only_itself() {
    let broken = mock!(Client::describe_instances).then_http_response(|| {
        let there = reservation("1", "running", "m5.large", "ami-1");
        answer("DescribeInstances", &format!(
            "<reservationSet><item><reservationId>r-0</reservationId><instancesSet><item><instanceId>i-0</instanceId>\
             </item></instancesSet></item>{there}</reservationSet>"
        ))
    });
    let collected = collected(vec![broken]).await;
    let listing = collected.listing(Instance::TYPE);
    assert_eq!((listing.state, listing.count), (ListingState::Partial, 1));
}

fn volume(id: &str, state: &str, created: &str) -> String {
    format!(
        "<item><volumeId>vol-{id}</volumeId><size>100</size><snapshotId/><availabilityZone>us-east-1a</availabilityZone>\
         <status>{state}</status><createTime>{created}</createTime><attachmentSet/><volumeType>gp3</volumeType>\
         <iops>3000</iops><encrypted>true</encrypted></item>"
    )
}

fn volumes() -> Rule {
    mock!(Client::describe_volumes).then_http_response(|| {
        let old = "2026-01-01T00:00:00.000Z";
        let volumes = [
            volume("1", "available", old),
            volume("2", "available", old),
            volume("3", "available", "2026-11-19T00:00:00.000Z"),
            volume("4", "in-use", old),
        ];
        answer("DescribeVolumes", &format!("<volumeSet>{}</volumeSet>", volumes.concat()))
    })
}

#[tokio::test]
async fn only_volumes_unused_for_long_are_asked_after() {
    let first = mock!(aws_sdk_cloudwatch::Client::get_metric_data)
        .match_requests(|it| it.next_token().is_none() && it.metric_data_queries().len() == 2)
        .then_http_response(|| {
            let results = cbor!({"MetricDataResults" => [
                {"Id" => "v0", "Label" => "vol-1", "Values" => [], "Timestamps" => [], "StatusCode" => "Complete"},
                {"Id" => "v1", "Label" => "vol-2", "Values" => [], "Timestamps" => [], "StatusCode" => "PartialData"}
            ], "NextToken" => "more"});
            cbor_answer(200, &results.unwrap())
        });
    let second = mock!(aws_sdk_cloudwatch::Client::get_metric_data)
        .match_requests(|it| it.next_token() == Some("more"))
        .then_http_response(|| {
            let results = cbor!({"MetricDataResults" => [
                {"Id" => "v1", "Label" => "vol-2", "Values" => [288.0], "StatusCode" => "Complete"}
            ]});
            cbor_answer(200, &results.unwrap())
        });
    let collected = collected(vec![volumes(), first, second]).await;
    let volumes: Vec<Volume> = all(&collected);
    let attached: Vec<_> = volumes.iter().map(|it| it.attached_in_last_30_days.known().copied()).collect();
    assert_eq!(attached, [Some(Some(false)), Some(Some(true)), Some(None), Some(None)]);
    assert_eq!((volumes[0].size, volumes[0].iops, volumes[0].snapshot_id.as_deref()), (100, Some(3000), None));
    // Its page and two of metrics.
    assert_eq!(collected.of(Volume::TYPE)[0].calls.len(), 3);
    assert_eq!(collected.of(Volume::TYPE)[3].calls.len(), 1);
}

#[tokio::test]
async fn volumes_whose_metrics_may_not_be_read_are_complete_but_for_that() {
    let denied = mock!(aws_sdk_cloudwatch::Client::get_metric_data).then_http_response(|| {
        let body = cbor!({
            "__type" => "com.amazonaws.cloudwatch.v2010_08_01#AccessDenied",
            "message" => "User: x is not authorized to perform: cloudwatch:GetMetricData because no identity-based policy allows the cloudwatch:GetMetricData action"
        });
        cbor_answer(403, &body.unwrap())
    });
    let collected = collected(vec![volumes(), denied]).await;
    assert_eq!(collected.state(Volume::TYPE), ListingState::Complete);
    let found = collected.of(Volume::TYPE);
    assert!(found[0].unread.contains_key("attached_in_last_30_days"));
    assert!(found[3].unread.is_empty());
    let gap = &collected.finished.gaps.iter().find(|gap| gap.what.starts_with(Volume::TYPE)).unwrap();
    assert_eq!(
        (gap.kind, gap.actions.as_slice()),
        (GapKind::Denied, ["cloudwatch:GetMetricData".to_owned()].as_slice())
    );
}

#[tokio::test]
async fn a_snapshot_names_its_volume() {
    let snapshots = mock!(Client::describe_snapshots).match_requests(|it| it.owner_ids() == ["self"]);
    let snapshots = snapshots.then_http_response(|| {
        answer(
            "DescribeSnapshots", "<snapshotSet><item><snapshotId>snap-1</snapshotId><volumeId>vol-ffffffff</volumeId><status>completed</status>\
             <startTime>2026-01-01T00:00:00.000Z</startTime><volumeSize>8</volumeSize><encrypted>false</encrypted>\
             <storageTier>standard</storageTier><description>for eve</description></item></snapshotSet>",
        )
    });
    let collected = collected(vec![snapshots]).await;
    let snapshot: Snapshot = one(&collected);
    assert_eq!((snapshot.volume_id.as_str(), snapshot.volume_size), ("vol-ffffffff", 8));
    assert_eq!(collected.of(Snapshot::TYPE)[0].arn.as_deref(), Some("arn:aws:ec2:us-east-1::snapshot/snap-1"));
}

#[tokio::test]
async fn prefix_lists_are_read_unless_aws_owns_them() {
    let lists = mock!(Client::describe_managed_prefix_lists).then_http_response(|| {
        let list = |id: &str, owner: &str| {
            format!(
                "<item><prefixListId>{id}</prefixListId><prefixListName>n</prefixListName><ownerId>{owner}</ownerId>\
                 <state>create-complete</state></item>"
            )
        };
        let items = [list("pl-1", "AWS"), list("pl-2", "1"), list("pl-3", "1"), list("pl-4", "1")];
        answer("DescribeManagedPrefixLists", &format!("<prefixListSet>{}</prefixListSet>", items.concat()))
    });
    let of = |id: &'static str| {
        mock!(Client::get_managed_prefix_list_entries).match_requests(move |it| it.prefix_list_id() == Some(id))
    };
    let first = mock!(Client::get_managed_prefix_list_entries)
        .match_requests(|it| it.prefix_list_id() == Some("pl-2") && it.next_token().is_none())
        .then_http_response(|| {
            answer(
                "GetManagedPrefixListEntries",
                "<entrySet><item><cidr>10.1.0.0/16</cidr><description>x</description></item></entrySet>\
                 <nextToken>t</nextToken>",
            )
        });
    let second = of("pl-2").then_http_response(|| {
        answer("GetManagedPrefixListEntries", "<entrySet><item><cidr>0.0.0.0/0</cidr></item></entrySet>")
    });
    let forbidden = of("pl-3").then_http_response(denied);
    let gone = of("pl-4").then_http_response(|| error(400, "InvalidPrefixListID.NotFound", "it does not exist"));
    let collected = collected(vec![lists, first, second, forbidden, gone]).await;

    assert_eq!(collected.state(PrefixList::TYPE), ListingState::Complete);
    let found = collected.of(PrefixList::TYPE);
    assert_eq!(found.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["pl-1", "pl-2", "pl-3"]);
    let lists: Vec<PrefixList> = all(&collected);
    assert_eq!(lists[0].entries.known(), Some(&None));
    let entries = lists[1].entries.known().unwrap().as_deref().unwrap();
    assert_eq!(entries, ["0.0.0.0/0", "10.1.0.0/16"]);
    assert!(found[2].unread.contains_key("entries"));
    let reply = collected.calls.iter().find(|call| call.status == 400).unwrap();
    assert!(collected.listing(PrefixList::TYPE).calls.contains(&reply.id), "that pl-4 is gone rests on the reply");
}

#[tokio::test]
async fn networks_say_where_traffic_goes() {
    let vpcs = mock!(Client::describe_vpcs).then_http_response(|| {
        answer(
            "DescribeVpcs", "<vpcSet><item><vpcId>vpc-1</vpcId><ownerId>444455556666</ownerId><isDefault>true</isDefault>\
             <cidrBlockAssociationSet><item><cidrBlock>10.0.0.0/16</cidrBlock><cidrBlockState><state>associated</state>\
             </cidrBlockState></item><item><cidrBlock>10.9.0.0/16</cidrBlock><cidrBlockState><state>disassociated</state>\
             </cidrBlockState></item></cidrBlockAssociationSet></item></vpcSet>",
        )
    });
    let subnets = mock!(Client::describe_subnets).then_http_response(|| {
        answer(
            "DescribeSubnets",
            "<subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><ownerId>111122223333</ownerId>\
             <availabilityZone>us-east-1a</availabilityZone><availabilityZoneId>use1-az1</availabilityZoneId>\
             <cidrBlock>10.0.1.0/24</cidrBlock><availableIpAddressCount>251</availableIpAddressCount>\
             <mapPublicIpOnLaunch>true</mapPublicIpOnLaunch></item></subnetSet>",
        )
    });
    let tables = mock!(Client::describe_route_tables).then_http_response(|| {
        answer(
            "DescribeRouteTables", "<routeTableSet><item><routeTableId>rtb-1</routeTableId><vpcId>vpc-1</vpcId><ownerId>111122223333</ownerId>\
             <routeSet><item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><instanceId>i-1</instanceId>\
             <instanceOwnerId>111122223333</instanceOwnerId><networkInterfaceId>eni-1</networkInterfaceId>\
             <state>active</state></item><item><destinationPrefixListId>pl-1</destinationPrefixListId>\
             <gatewayId>vpce-1</gatewayId><state>active</state></item></routeSet><associationSet><item><main>true</main>\
             </item><item><main>false</main><subnetId>subnet-1</subnetId><associationState><state>associated</state>\
             </associationState></item><item><main>false</main><subnetId>subnet-2</subnetId><associationState>\
             <state>failed</state></associationState></item></associationSet></item></routeTableSet>",
        )
    });
    let collected = collected(vec![vpcs, subnets, tables]).await;

    let vpc: Vpc = one(&collected);
    assert_eq!((vpc.is_default, vpc.cidr_blocks), (true, vec!["10.0.0.0/16".to_owned()]));
    assert_eq!(collected.of(Vpc::TYPE)[0].arn.as_deref(), Some("arn:aws:ec2:us-east-1:444455556666:vpc/vpc-1"));
    let subnet: Subnet = one(&collected);
    assert_eq!((subnet.available_ip_address_count, subnet.map_public_ip_on_launch), (251, true));
    let table: RouteTable = one(&collected);
    let route = |destination: &str, target: &str| Route {
        destination: destination.to_owned(),
        target: Some(target.to_owned()),
        state: "active".to_owned(),
    };
    assert_eq!(table.routes, [route("0.0.0.0/0", "i-1"), route("pl-1", "vpce-1")]);
    assert_eq!((table.main, table.subnet_ids), (true, vec!["subnet-1".to_owned()]));
}

fn peering(id: &str, code: &str, accepter: &str) -> String {
    format!(
        "<item><vpcPeeringConnectionId>{id}</vpcPeeringConnectionId><requesterVpcInfo><ownerId>111122223333</ownerId>\
         <vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/16</cidrBlock><region>us-east-1</region></requesterVpcInfo>\
         <accepterVpcInfo>{accepter}</accepterVpcInfo><status><code>{code}</code><message>by eve</message></status></item>"
    )
}

#[tokio::test]
async fn networks_say_what_they_are_joined_with() {
    const THEIRS: &str = "<ownerId>444455556666</ownerId><vpcId>vpc-2</vpcId><region>eu-west-1</region>";
    let first = mock!(Client::describe_vpc_peering_connections).match_requests(|it| it.next_token().is_none());
    let first = first.then_http_response(|| {
        // What was rejected may lack its other end.
        let items = [peering("pcx-1", "active", THEIRS), peering("pcx-9", "rejected", "")].concat();
        let members = format!("<vpcPeeringConnectionSet>{items}</vpcPeeringConnectionSet><nextToken>more</nextToken>");
        answer("DescribeVpcPeeringConnections", &members)
    });
    let second = mock!(Client::describe_vpc_peering_connections).match_requests(|it| it.next_token() == Some("more"));
    let second = second.then_http_response(|| {
        let item = peering("pcx-2", "pending-acceptance", "<ownerId>444455556666</ownerId><vpcId>vpc-3</vpcId>");
        let members = format!("<vpcPeeringConnectionSet>{item}</vpcPeeringConnectionSet>");
        answer("DescribeVpcPeeringConnections", &members)
    });
    let attachments = mock!(Client::describe_transit_gateway_attachments).then_http_response(|| {
        let attachment = |id: &str, kind: &str, state: &str| {
            format!(
                "<item><transitGatewayAttachmentId>{id}</transitGatewayAttachmentId><transitGatewayId>tgw-1</transitGatewayId>\
                 <transitGatewayOwnerId>444455556666</transitGatewayOwnerId><resourceOwnerId>111122223333</resourceOwnerId>\
                 <resourceType>{kind}</resourceType><resourceId>vpc-1</resourceId><state>{state}</state></item>"
            )
        };
        let items = [attachment("tgw-attach-1", "vpc", "available"), attachment("tgw-attach-2", "vpn", "deleted")];
        let members = format!("<transitGatewayAttachments>{}</transitGatewayAttachments>", items.concat());
        answer("DescribeTransitGatewayAttachments", &members)
    });
    let collected = collected(vec![first, second, attachments]).await;

    assert_eq!(collected.state(VpcPeeringConnection::TYPE), ListingState::Complete);
    let peerings: Vec<VpcPeeringConnection> = all(&collected);
    let told: Vec<_> = peerings.iter().map(|it| (it.status_code.as_str(), it.accepter_region.as_deref())).collect();
    assert_eq!(told, [("active", Some("eu-west-1")), ("pending-acceptance", None)]);
    assert_eq!((peerings[0].requester_vpc_id.as_str(), peerings[0].accepter_vpc_id.as_str()), ("vpc-1", "vpc-2"));
    assert_eq!(peerings[0].accepter_owner_id, "444455556666");
    let attachment: TransitGatewayAttachment = one(&collected);
    assert_eq!((attachment.transit_gateway_id.as_str(), attachment.resource_type.as_str()), ("tgw-1", "vpc"));
    assert_eq!(attachment.resource_id.as_deref(), Some("vpc-1"));
    assert_eq!(attachment.resource_owner_id.as_deref(), Some("111122223333"));
}

#[tokio::test]
async fn a_peering_whose_other_end_is_not_told_leaves_the_listing_open() {
    let peerings = mock!(Client::describe_vpc_peering_connections).then_http_response(|| {
        let items = peering("pcx-1", "active", "<ownerId>444455556666</ownerId>");
        answer("DescribeVpcPeeringConnections", &format!("<vpcPeeringConnectionSet>{items}</vpcPeeringConnectionSet>"))
    });
    let attachments = mock!(Client::describe_transit_gateway_attachments).then_http_response(denied);
    let collected = collected(vec![peerings, attachments]).await;
    assert_eq!(collected.state(VpcPeeringConnection::TYPE), ListingState::Partial);
    assert_eq!(collected.state(TransitGatewayAttachment::TYPE), ListingState::Unread);
    let gap = collected.finished.gaps.iter().find(|gap| gap.kind == GapKind::Denied).unwrap();
    assert_eq!(gap.actions, ["ec2:DescribeTransitGatewayAttachments"]);
}

#[tokio::test]
async fn networks_say_what_stands_in_them() {
    let gateways = mock!(Client::describe_nat_gateways).then_http_response(|| {
        let gateway = |id: &str, state: &str| {
            format!(
                "<item><natGatewayId>{id}</natGatewayId><vpcId>vpc-1</vpcId><subnetId>subnet-1</subnetId>\
                 <state>{state}</state><connectivityType>public</connectivityType>\
                 <createTime>2026-01-01T00:00:00.000Z</createTime></item>"
            )
        };
        answer(
            "DescribeNatGateways",
            &format!("<natGatewaySet>{}{}</natGatewaySet>", gateway("nat-1", "available"), gateway("nat-2", "deleted")),
        )
    });
    let endpoints = mock!(Client::describe_vpc_endpoints).then_http_response(|| {
        answer(
            "DescribeVpcEndpoints", "<vpcEndpointSet><item><vpcEndpointId>vpce-1</vpcEndpointId><vpcEndpointType>Gateway</vpcEndpointType>\
             <vpcId>vpc-1</vpcId><serviceName>com.amazonaws.us-east-1.s3</serviceName><state>Available</state>\
             <policyDocument>{\"Statement\":[{\"Sid\":\"eve\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\
             \"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-1234567890\"}}}]}</policyDocument>\
             <routeTableIdSet><item>rtb-1</item></routeTableIdSet><subnetIdSet/></item></vpcEndpointSet>",
        )
    });
    let interfaces = mock!(Client::describe_network_interfaces).then_http_response(|| {
        answer(
            "DescribeNetworkInterfaces",
            "<networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId><vpcId>vpc-1</vpcId>\
             <subnetId>subnet-1</subnetId><interfaceType>nat_gateway</interfaceType><status>in-use</status>\
             <requesterManaged>true</requesterManaged><privateIpAddress>10.0.1.5</privateIpAddress>\
             <groupSet><item><groupId>sg-1</groupId><groupName>a</groupName></item></groupSet>\
             <association><publicIp>198.51.100.9</publicIp></association></item></networkInterfaceSet>",
        )
    });
    let logs = mock!(Client::describe_flow_logs).then_http_response(|| {
        answer(
            "DescribeFlowLogs",
            "<flowLogSet><item><flowLogId>fl-1</flowLogId><resourceId>vpc-1</resourceId>\
             <flowLogStatus>ACTIVE</flowLogStatus><deliverLogsStatus>SUCCESS</deliverLogsStatus>\
             <trafficType>ALL</trafficType><logDestinationType>s3</logDestinationType></item></flowLogSet>",
        )
    });
    let addresses = mock!(Client::describe_addresses).then_http_response(|| {
        answer(
            "DescribeAddresses",
            "<addressesSet><item><publicIp>198.51.100.9</publicIp><allocationId>eipalloc-1</allocationId>\
             <domain>vpc</domain><publicIpv4Pool>amazon</publicIpv4Pool></item></addressesSet>",
        )
    });
    let collected = collected(vec![gateways, endpoints, interfaces, logs, addresses]).await;

    let gateway: NatGateway = one(&collected);
    assert_eq!((gateway.nat_gateway_id.as_str(), gateway.availability_mode), ("nat-1", None));
    let endpoint: VpcEndpoint = one(&collected);
    assert_eq!((endpoint.state.as_str(), endpoint.policy_restricts), ("available", true));
    let call = collected.calls.iter().find(|it| it.key.operation == "DescribeVpcEndpoints").unwrap();
    let condition = "vpcEndpointSet.policyDocument.#json.Statement.Condition.StringEquals";
    assert!(call.redacted.iter().any(|it| it.starts_with(condition)), "{:?}", call.redacted);
    let interface: NetworkInterface = one(&collected);
    assert_eq!((interface.has_public_address, interface.requester_managed), (true, true));
    let log: FlowLog = one(&collected);
    assert_eq!((log.resource_id.as_str(), log.deliver_logs_status.as_deref()), ("vpc-1", Some("SUCCESS")));
    let address: Address = one(&collected);
    assert_eq!((address.association_id, address.public_ipv4_pool.as_deref()), (None, Some("amazon")));
}

#[tokio::test]
async fn a_permission_is_one_rule_per_source() {
    let groups = mock!(Client::describe_security_groups).then_http_response(|| {
        answer(
            "DescribeSecurityGroups",
            "<securityGroupInfo><item><groupId>sg-1</groupId><groupName>default</groupName><vpcId>vpc-1</vpcId>\
             <ownerId>111122223333</ownerId><ipPermissions><item><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort>\
             <toPort>22</toPort><groups><item><groupId>sg-2</groupId><userId>111122223333</userId></item></groups>\
             <ipRanges><item><cidrIp>0.0.0.0/0</cidrIp><description>eve's home</description></item></ipRanges>\
             <ipv6Ranges><item><cidrIpv6>::/0</cidrIpv6></item></ipv6Ranges><prefixListIds><item>\
             <prefixListId>pl-1</prefixListId></item></prefixListIds></item>\
             <item><ipProtocol>udp</ipProtocol><fromPort>0</fromPort><toPort>65535</toPort><ipRanges><item>\
             <cidrIp>10.0.0.0/8</cidrIp></item></ipRanges></item></ipPermissions>\
             <ipPermissionsEgress><item><ipProtocol>-1</ipProtocol><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item>\
             </ipRanges></item></ipPermissionsEgress></item></securityGroupInfo>",
        )
    });
    let collected = collected(vec![groups]).await;
    let group: SecurityGroup = one(&collected);
    let ssh = SecurityGroupRule {
        protocol: "tcp".to_owned(),
        from_port: Some(22),
        to_port: Some(22),
        ..SecurityGroupRule::default()
    };
    let text = |it: &str| Some(it.to_owned());
    let all_udp =
        SecurityGroupRule { protocol: "udp".to_owned(), cidr_ipv4: text("10.0.0.0/8"), ..SecurityGroupRule::default() };
    assert_eq!(
        group.ingress,
        [
            SecurityGroupRule { cidr_ipv4: text("0.0.0.0/0"), ..ssh.clone() },
            SecurityGroupRule { cidr_ipv6: text("::/0"), ..ssh.clone() },
            SecurityGroupRule { prefix_list_id: text("pl-1"), ..ssh.clone() },
            SecurityGroupRule { referenced_group_id: text("sg-2"), ..ssh },
            all_udp,
        ]
    );
    assert_eq!(group.egress.len(), 1);
    assert_eq!((group.egress[0].protocol.as_str(), group.egress[0].from_port), ("-1", None));
}

/// A network ACL's entry about IPv4.
fn entry(number: u32, action: &str, way: &str, protocol: &str, cidr: &str) -> String {
    let egress = way == "out";
    format!(
        "<item><ruleNumber>{number}</ruleNumber><protocol>{protocol}</protocol><ruleAction>{action}</ruleAction>\
         <egress>{egress}</egress><cidrBlock>{cidr}</cidrBlock></item>"
    )
}

/// An ACL with AWS's own entries at the end.
fn network_acl(id: &str, default: bool, entries: &[String], subnets: &[&str]) -> String {
    let last = ["in", "out"].map(|way| entry(32_767, "deny", way, "-1", "0.0.0.0/0")).concat();
    let association = |it: &&str| {
        format!(
            "<item><networkAclAssociationId>aclassoc-{it}</networkAclAssociationId><networkAclId>{id}</networkAclId>\
             <subnetId>{it}</subnetId></item>"
        )
    };
    let subnets = subnets.iter().map(association).collect::<Vec<_>>().concat();
    format!(
        "<item><networkAclId>{id}</networkAclId><vpcId>vpc-1</vpcId><default>{default}</default>\
         <entrySet>{last}{}</entrySet><associationSet>{subnets}</associationSet><ownerId>111122223333</ownerId></item>",
        entries.concat()
    )
}

fn network_acls(acls: &[String], next: &str) -> Response<SdkBody> {
    answer("DescribeNetworkAcls", &format!("<networkAclSet>{}</networkAclSet>{next}", acls.concat()))
}

#[tokio::test]
async fn network_acls_are_read_to_the_last_page() {
    let first = mock!(Client::describe_network_acls).match_requests(|it| it.next_token().is_none());
    let first = first.then_http_response(|| {
        let all = ["in", "out"].map(|way| entry(100, "allow", way, "-1", "0.0.0.0/0"));
        network_acls(&[network_acl("acl-1", true, &all, &["subnet-2", "subnet-1"])], "<nextToken>more</nextToken>")
    });
    let second = mock!(Client::describe_network_acls).match_requests(|it| it.next_token() == Some("more"));
    let second = second.then_http_response(|| {
        let own = [
            entry(100, "allow", "in", "6", "0.0.0.0/0"),
            entry(110, "allow", "in", "-1", "10.0.0.0/8"),
            entry(100, "allow", "out", "-1", "0.0.0.0/0"),
        ];
        network_acls(&[network_acl("acl-2", false, &own, &["subnet-3"])], "")
    });
    let collected = collected(vec![first, second]).await;
    assert_eq!(collected.state(NetworkAcl::TYPE), ListingState::Complete);
    assert_eq!(
        all::<NetworkAcl>(&collected),
        [
            NetworkAcl {
                network_acl_id: "acl-1".to_owned(),
                vpc_id: "vpc-1".to_owned(),
                is_default: true,
                subnet_ids: vec!["subnet-1".to_owned(), "subnet-2".to_owned()],
                allows_all_inbound: true,
                allows_all_outbound: true,
                rules: 2,
            },
            NetworkAcl {
                network_acl_id: "acl-2".to_owned(),
                vpc_id: "vpc-1".to_owned(),
                is_default: false,
                subnet_ids: vec!["subnet-3".to_owned()],
                allows_all_inbound: false,
                allows_all_outbound: true,
                rules: 3,
            },
        ]
    );
}

#[tokio::test]
async fn the_first_entry_that_matches_decides() {
    let found = mock!(Client::describe_network_acls).then_http_response(|| {
        let all = |number| entry(number, "allow", "in", "-1", "0.0.0.0/0");
        let block = |number| entry(number, "deny", "in", "6", "192.0.2.0/24");
        let ipv6 = "<item><ruleNumber>90</ruleNumber><protocol>-1</protocol><ruleAction>deny</ruleAction>\
                    <egress>false</egress><ipv6CidrBlock>::/0</ipv6CidrBlock></item>\
                    <item><ruleNumber>32768</ruleNumber><protocol>-1</protocol><ruleAction>deny</ruleAction>\
                    <egress>false</egress><ipv6CidrBlock>::/0</ipv6CidrBlock></item>";
        network_acls(
            &[
                network_acl("acl-1", false, &[all(100), block(50)], &[]),
                network_acl("acl-2", false, &[block(200), all(100)], &[]),
                network_acl("acl-3", true, &[all(100), ipv6.to_owned()], &[]),
                network_acl("acl-4", false, &[], &[]),
            ],
            "",
        )
    });
    let collected = collected(vec![found]).await;
    let told: Vec<_> = all::<NetworkAcl>(&collected).iter().map(|it| (it.allows_all_inbound, it.rules)).collect();
    assert_eq!(told, [(false, 2), (true, 2), (true, 2), (false, 0)]);
    assert!(all::<NetworkAcl>(&collected).iter().all(|it| !it.allows_all_outbound));
}

#[tokio::test]
async fn network_acls_that_may_not_be_read_are_unread() {
    let refused = mock!(Client::describe_network_acls).then_http_response(denied);
    let collected = collected(vec![refused]).await;
    assert_eq!(collected.state(NetworkAcl::TYPE), ListingState::Unread);
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == NetworkAcl::TYPE).unwrap();
    assert_eq!(
        (gap.kind, gap.actions.as_slice()),
        (GapKind::Denied, ["ec2:DescribeNetworkAcls".to_owned()].as_slice())
    );
}

#[tokio::test]
async fn an_entry_without_an_action_is_no_answer() {
    let found = mock!(Client::describe_network_acls).then_http_response(|| {
        let odd = "<item><ruleNumber>100</ruleNumber><protocol>-1</protocol><egress>false</egress>\
                   <cidrBlock>0.0.0.0/0</cidrBlock></item>";
        network_acls(&[network_acl("acl-1", true, &[odd.to_owned()], &[])], "")
    });
    let collected = collected(vec![found]).await;
    assert_eq!(collected.state(NetworkAcl::TYPE), ListingState::Partial);
    assert!(collected.of(NetworkAcl::TYPE).is_empty());
}

#[tokio::test]
async fn a_setting_is_one_record_read_or_not() {
    let on = mock!(Client::get_ebs_encryption_by_default).then_http_response(|| {
        answer("GetEbsEncryptionByDefault", "<ebsEncryptionByDefault>true</ebsEncryptionByDefault>")
    });
    let metadata = mock!(Client::get_instance_metadata_defaults).then_http_response(|| {
        answer(
            "GetInstanceMetadataDefaults",
            "<accountLevel><httpTokens>required</httpTokens><managedBy>account</managedBy></accountLevel>",
        )
    });
    let snapshots = mock!(Client::get_snapshot_block_public_access_state)
        .then_http_response(|| answer("GetSnapshotBlockPublicAccessState", "<state>block-all-sharing</state>"));
    let images = mock!(Client::get_image_block_public_access_state).then_http_response(|| {
        answer("GetImageBlockPublicAccessState", "<imageBlockPublicAccessState>unblocked</imageBlockPublicAccessState>")
    });
    let allowed = mock!(Client::get_allowed_images_settings).then_http_response(denied);
    let collected = collected(vec![on, metadata, snapshots, images, allowed]).await;

    assert_eq!(one::<EbsEncryptionByDefault>(&collected).ebs_encryption_by_default.known(), Some(&true));
    let metadata: InstanceMetadataDefaults = one(&collected);
    assert_eq!(metadata.http_tokens.known().unwrap().as_deref(), Some("required"));
    assert_eq!(metadata.http_tokens_enforced.known(), Some(&None));
    let state = one::<SnapshotBlockPublicAccess>(&collected).state;
    assert_eq!(state.known().map(String::as_str), Some("block-all-sharing"));
    assert_eq!(one::<ImageBlockPublicAccess>(&collected).state.known().map(String::as_str), Some("unblocked"));
    assert_eq!(one::<AllowedImagesSettings>(&collected).state.known(), None);
    let record = collected.of(AllowedImagesSettings::TYPE)[0];
    assert_eq!(record.id, "us-east-1");
    assert!(record.unread.contains_key("state"));
}
