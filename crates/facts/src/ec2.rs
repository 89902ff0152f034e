//! Instances, storage and networks, and the settings that hold for a whole region.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellproof_model::Read;

/// An instance that is not terminated. The record's id is the instance's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Instance {
    /// (`DescribeInstances` InstanceId.)
    pub instance_id: String,
    /// `running`, `stopped` … (`DescribeInstances` State.Name).
    pub state: String,
    /// (`DescribeInstances` InstanceType.)
    pub instance_type: String,
    /// (`DescribeInstances` ImageId.)
    pub image_id: String,
    /// When it was last started, which is not when it was made (`DescribeInstances` LaunchTime).
    pub launch_time: Timestamp,
    /// When its primary network interface was attached, which is when it was made; null when it has none (`DescribeInstances`
    /// NetworkInterfaces[] with Attachment.DeviceIndex 0, Attachment.AttachTime).
    pub created_time: Option<Timestamp>,
    /// When it was stopped; null when it runs or AWS gives no time (`DescribeInstances` StateTransitionReason, the time in brackets).
    pub stopped_at: Option<Timestamp>,
    /// `x86_64`, `arm64` … (`DescribeInstances` Architecture).
    pub architecture: Option<String>,
    /// `Linux/UNIX`, `Windows`, `Red Hat Enterprise Linux` … (`DescribeInstances` PlatformDetails).
    pub platform_details: Option<String>,
    /// `spot`, `scheduled` or `capacity-block`; null for On-Demand (`DescribeInstances` InstanceLifecycle).
    pub instance_lifecycle: Option<String>,
    /// (`DescribeInstances` Placement.AvailabilityZone.)
    pub availability_zone: String,
    /// (`DescribeInstances` Placement.Tenancy.)
    pub tenancy: Option<String>,
    /// (`DescribeInstances` VpcId.)
    pub vpc_id: Option<String>,
    /// (`DescribeInstances` SubnetId.)
    pub subnet_id: Option<String>,
    /// (`DescribeInstances` PublicIpAddress.)
    pub public_ip_address: Option<String>,
    /// Whether any interface has a public IPv4 address (`DescribeInstances` NetworkInterfaces[].Association.PublicIp, PublicIpAddress).
    pub has_public_address: bool,
    /// Groups of all its interfaces, each once, sorted (`DescribeInstances` SecurityGroups, NetworkInterfaces[].Groups[].GroupId).
    pub security_group_ids: Vec<String>,
    /// Its instance profile's ARN (`DescribeInstances` IamInstanceProfile.Arn).
    pub iam_instance_profile: Option<String>,
    /// Whether it was started with an SSH key pair (`DescribeInstances` KeyName is present).
    pub has_key_pair: bool,
    /// `required` for IMDSv2 only, or `optional` (`DescribeInstances` MetadataOptions.HttpTokens).
    pub http_tokens: Option<String>,
    /// `enabled` or `disabled` (`DescribeInstances` MetadataOptions.HttpEndpoint).
    pub http_endpoint: Option<String>,
    /// (`DescribeInstances` MetadataOptions.HttpPutResponseHopLimit.)
    pub http_put_response_hop_limit: Option<i64>,
    /// `enabled` for metrics every minute, `disabled` for every five (`DescribeInstances` Monitoring.State).
    pub monitoring: Option<String>,
    /// Whether ENA is enabled (`DescribeInstances` EnaSupport).
    pub ena_support: bool,
    /// (`DescribeInstances` EbsOptimized.)
    pub ebs_optimized: bool,
    /// `default` or `disabled`: simplified automatic recovery (`DescribeInstances` MaintenanceOptions.AutoRecovery).
    pub auto_recovery: Option<String>,
    /// Its volumes, sorted (`DescribeInstances` BlockDeviceMappings[].Ebs.VolumeId).
    pub volume_ids: Vec<String>,
    /// The AWS service that manages it, such as EKS Auto Mode; null for none (`DescribeInstances` Operator.Principal).
    pub operator_principal: Option<String>,
    /// Which launch made it; instances of one RunInstances call share it (`DescribeInstances` Reservations[].ReservationId).
    pub reservation_id: String,
    /// The AWS service that launched it on somebody's behalf (`DescribeInstances` Reservations[].RequesterId).
    pub requester_id: Option<String>,
    /// (`DescribeInstances` SpotInstanceRequestId.)
    pub spot_instance_request_id: Option<String>,
}

/// A type that some instance of the region has. The record's id is the type's name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InstanceType {
    /// (`DescribeInstanceTypes` InstanceType.)
    pub instance_type: String,
    /// (`DescribeInstanceTypes` CurrentGeneration.)
    pub current_generation: bool,
    /// (`DescribeInstanceTypes` BurstablePerformanceSupported.)
    pub burstable: bool,
    /// (`DescribeInstanceTypes` VCpuInfo.DefaultVCpus.)
    pub default_vcpus: i64,
    /// In MiB (`DescribeInstanceTypes` MemoryInfo.SizeInMiB).
    pub memory_mib: i64,
    /// `unsupported`, `supported` or `required` (`DescribeInstanceTypes` NetworkInfo.EnaSupport).
    pub ena_support: String,
    /// Whether it has a GPU or another accelerator (`DescribeInstanceTypes` GpuInfo, InferenceAcceleratorInfo, NeuronInfo, FpgaInfo).
    pub accelerated: bool,
    /// Architectures, sorted (`DescribeInstanceTypes` ProcessorInfo.SupportedArchitectures).
    pub architectures: Vec<String>,
    /// Whether AWS restarts it elsewhere when its host fails (`DescribeInstanceTypes` AutoRecoverySupported).
    pub auto_recovery_supported: bool,
}

/// An image that the account owns or that one of its instances runs. The record's id is the image's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Image {
    /// (`DescribeImages` ImageId.)
    pub image_id: String,
    /// (`DescribeImages` OwnerId.)
    pub owner_id: String,
    /// `amazon`, `aws-backup-vault` or `aws-marketplace`; null for any other owner (`DescribeImages` ImageOwnerAlias).
    pub image_owner_alias: Option<String>,
    /// Whether the scanned account owns it.
    pub own: bool,
    /// (`DescribeImages` CreationDate.)
    pub creation_date: Timestamp,
    /// (`DescribeImages` DeprecationTime.)
    pub deprecation_time: Option<Timestamp>,
    /// When an instance was last launched from it, to the day; AWS tells its owner only, null when never or not told (`DescribeImages`
    /// LastLaunchedTime).
    pub last_launched_time: Option<Timestamp>,
    /// Whether everyone may launch it (`DescribeImages` Public).
    pub public: bool,
    /// `v2.0` where instances of it require IMDSv2 (`DescribeImages` ImdsSupport).
    pub imds_support: Option<String>,
    /// Snapshots that it is made of, sorted (`DescribeImages` BlockDeviceMappings[].Ebs.SnapshotId).
    pub snapshot_ids: Vec<String>,
}

/// A volume. The record's id is the volume's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Volume {
    /// (`DescribeVolumes` VolumeId.)
    pub volume_id: String,
    /// `in-use`, `available` … (`DescribeVolumes` State).
    pub state: String,
    /// `gp2`, `gp3`, `io2` … (`DescribeVolumes` VolumeType).
    pub volume_type: String,
    /// In GiB (`DescribeVolumes` Size).
    pub size: i64,
    /// (`DescribeVolumes` Iops.)
    pub iops: Option<i64>,
    /// (`DescribeVolumes` Encrypted.)
    pub encrypted: bool,
    /// (`DescribeVolumes` CreateTime.)
    pub create_time: Timestamp,
    /// (`DescribeVolumes` AvailabilityZone.)
    pub availability_zone: String,
    /// The snapshot it was made from (`DescribeVolumes` SnapshotId, empty text counts as none).
    pub snapshot_id: Option<String>,
    /// Instances that it is attached to, sorted (`DescribeVolumes` Attachments[].InstanceId).
    pub attached_instance_ids: Vec<String>,
    /// Whether it sent a metric in the last 30 days, which only attached volumes do; asked of `available` volumes older than 30 days, null for
    /// others (`cloudwatch:GetMetricData` AWS/EBS VolumeIdleTime).
    pub attached_in_last_30_days: Read<Option<bool>>,
}

/// A snapshot that the account owns. The record's id is the snapshot's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    /// (`DescribeSnapshots` with OwnerIds self, SnapshotId.)
    pub snapshot_id: String,
    /// The volume it was taken of; `vol-ffffffff` for copies (`DescribeSnapshots` VolumeId).
    pub volume_id: String,
    /// (`DescribeSnapshots` StartTime.)
    pub start_time: Timestamp,
    /// In GiB (`DescribeSnapshots` VolumeSize).
    pub volume_size: i64,
    /// (`DescribeSnapshots` Encrypted.)
    pub encrypted: bool,
    /// `completed` … (`DescribeSnapshots` State).
    pub state: String,
    /// `standard` or `archive` (`DescribeSnapshots` StorageTier).
    pub storage_tier: Option<String>,
}

/// A VPC. The record's id is the VPC's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Vpc {
    /// (`DescribeVpcs` VpcId.)
    pub vpc_id: String,
    /// (`DescribeVpcs` IsDefault.)
    pub is_default: bool,
    /// The account that owns it; another one for a shared VPC (`DescribeVpcs` OwnerId).
    pub owner_id: String,
    /// All its IPv4 ranges that are associated, sorted (`DescribeVpcs` CidrBlockAssociationSet[].CidrBlock).
    pub cidr_blocks: Vec<String>,
}

/// A subnet. The record's id is the subnet's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Subnet {
    /// (`DescribeSubnets` SubnetId.)
    pub subnet_id: String,
    /// (`DescribeSubnets` VpcId.)
    pub vpc_id: String,
    /// The account that owns it; another one for a shared subnet (`DescribeSubnets` OwnerId).
    pub owner_id: String,
    /// (`DescribeSubnets` AvailabilityZone.)
    pub availability_zone: String,
    /// (`DescribeSubnets` AvailabilityZoneId.)
    pub availability_zone_id: Option<String>,
    /// Its IPv4 range; null for an IPv6-only subnet (`DescribeSubnets` CidrBlock).
    pub cidr_block: Option<String>,
    /// How many IPv4 addresses are free (`DescribeSubnets` AvailableIpAddressCount).
    pub available_ip_address_count: i64,
    /// Whether instances get a public address by default (`DescribeSubnets` MapPublicIpOnLaunch).
    pub map_public_ip_on_launch: bool,
}

/// One route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Route {
    /// An IPv4 or IPv6 range or a prefix list's id (`DescribeRouteTables` Routes[].DestinationCidrBlock, DestinationIpv6CidrBlock or
    /// DestinationPrefixListId).
    pub destination: String,
    /// What it leads to, by id, such as `local`, `igw-…`, `nat-…`, `vpce-…`, `tgw-…`, `pcx-…`, `eigw-…`, `vgw-…`, `eni-…`, `i-…`; null when AWS
    /// names none (`DescribeRouteTables` Routes[].GatewayId, NatGatewayId, TransitGatewayId …).
    pub target: Option<String>,
    /// `active` or `blackhole` (`DescribeRouteTables` Routes[].State).
    pub state: String,
}

/// A route table. The record's id is the table's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RouteTable {
    /// (`DescribeRouteTables` RouteTableId.)
    pub route_table_id: String,
    /// (`DescribeRouteTables` VpcId.)
    pub vpc_id: String,
    /// Whether subnets without a table of their own use it (`DescribeRouteTables` Associations[].Main).
    pub main: bool,
    /// Subnets that name it, sorted (`DescribeRouteTables` Associations[].SubnetId).
    pub subnet_ids: Vec<String>,
    /// (`DescribeRouteTables` Routes[].)
    pub routes: Vec<Route>,
}

/// A NAT gateway that is not deleted. The record's id is the gateway's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NatGateway {
    /// (`DescribeNatGateways` NatGatewayId.)
    pub nat_gateway_id: String,
    /// (`DescribeNatGateways` VpcId.)
    pub vpc_id: String,
    /// Null for a regional gateway (`DescribeNatGateways` SubnetId).
    pub subnet_id: Option<String>,
    /// `available` … (`DescribeNatGateways` State).
    pub state: String,
    /// `public` or `private` (`DescribeNatGateways` ConnectivityType).
    pub connectivity_type: Option<String>,
    /// `zonal` or `regional`; null where AWS says none, which means zonal (`DescribeNatGateways` AvailabilityMode).
    pub availability_mode: Option<String>,
    /// (`DescribeNatGateways` CreateTime.)
    pub create_time: Timestamp,
}

/// A VPC endpoint. The record's id is the endpoint's; its policy is not kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VpcEndpoint {
    /// (`DescribeVpcEndpoints` VpcEndpointId.)
    pub vpc_endpoint_id: String,
    /// `Gateway`, `Interface`, `GatewayLoadBalancer` … (`DescribeVpcEndpoints` VpcEndpointType).
    pub vpc_endpoint_type: String,
    /// (`DescribeVpcEndpoints` VpcId.)
    pub vpc_id: String,
    /// Such as `com.amazonaws.eu-central-1.s3` (`DescribeVpcEndpoints` ServiceName); for endpoints of other kinds, what they lead to
    /// (ResourceConfigurationArn, ServiceNetworkArn).
    pub service_name: String,
    /// `available`, `pending` …, in lower case (`DescribeVpcEndpoints` State).
    pub state: String,
    /// Tables that route to it, sorted (`DescribeVpcEndpoints` RouteTableIds).
    pub route_table_ids: Vec<String>,
    /// Subnets that it stands in, sorted (`DescribeVpcEndpoints` SubnetIds).
    pub subnet_ids: Vec<String>,
    /// Whether its policy refuses something: it has a Deny, or no Allow that holds without condition for every principal and resource
    /// (`DescribeVpcEndpoints` PolicyDocument; none refuses nothing).
    pub policy_restricts: bool,
}

/// A VPC peering connection that is not over. The record's id is the connection's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VpcPeeringConnection {
    /// (`DescribeVpcPeeringConnections` VpcPeeringConnectionId.)
    pub vpc_peering_connection_id: String,
    /// `active`, `pending-acceptance` … (`DescribeVpcPeeringConnections` Status.Code).
    pub status_code: String,
    /// (`DescribeVpcPeeringConnections` RequesterVpcInfo.VpcId.)
    pub requester_vpc_id: String,
    /// (`DescribeVpcPeeringConnections` RequesterVpcInfo.OwnerId.)
    pub requester_owner_id: String,
    /// Null where AWS names none (`DescribeVpcPeeringConnections` RequesterVpcInfo.Region).
    pub requester_region: Option<String>,
    /// (`DescribeVpcPeeringConnections` AccepterVpcInfo.VpcId.)
    pub accepter_vpc_id: String,
    /// (`DescribeVpcPeeringConnections` AccepterVpcInfo.OwnerId.)
    pub accepter_owner_id: String,
    /// Null where AWS names none (`DescribeVpcPeeringConnections` AccepterVpcInfo.Region).
    pub accepter_region: Option<String>,
}

/// An attachment to a transit gateway that is not deleted: of the account's own gateways, and of its own networks to others' gateways. The
/// record's id is the attachment's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TransitGatewayAttachment {
    /// (`DescribeTransitGatewayAttachments` TransitGatewayAttachmentId.)
    pub transit_gateway_attachment_id: String,
    /// (`DescribeTransitGatewayAttachments` TransitGatewayId.)
    pub transit_gateway_id: String,
    /// `vpc`, `vpn`, `peering` … (`DescribeTransitGatewayAttachments` ResourceType).
    pub resource_type: String,
    /// What is attached (`DescribeTransitGatewayAttachments` ResourceId).
    pub resource_id: Option<String>,
    /// The account that owns what is attached (`DescribeTransitGatewayAttachments` ResourceOwnerId).
    pub resource_owner_id: Option<String>,
    /// `available`, `pendingAcceptance` … (`DescribeTransitGatewayAttachments` State).
    pub state: String,
}

/// A network interface. The record's id is the interface's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkInterface {
    /// (`DescribeNetworkInterfaces` NetworkInterfaceId.)
    pub network_interface_id: String,
    /// `interface`, `nat_gateway`, `lambda`, `vpc_endpoint` … (`DescribeNetworkInterfaces` InterfaceType).
    pub interface_type: String,
    /// (`DescribeNetworkInterfaces` VpcId.)
    pub vpc_id: String,
    /// (`DescribeNetworkInterfaces` SubnetId.)
    pub subnet_id: String,
    /// `in-use` or `available` (`DescribeNetworkInterfaces` Status).
    pub status: String,
    /// Its groups, sorted (`DescribeNetworkInterfaces` Groups[].GroupId).
    pub security_group_ids: Vec<String>,
    /// The instance that it belongs to (`DescribeNetworkInterfaces` Attachment.InstanceId).
    pub instance_id: Option<String>,
    /// Whether an AWS service made it (`DescribeNetworkInterfaces` RequesterManaged).
    pub requester_managed: bool,
    /// Whether it has a public IPv4 address (`DescribeNetworkInterfaces` Association.PublicIp).
    pub has_public_address: bool,
}

/// One entry of a security group: one protocol and port range for one source or target.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SecurityGroupRule {
    /// `tcp`, `udp`, `icmp`, a protocol's number, or `-1` for all (`DescribeSecurityGroups` IpPermissions[].IpProtocol).
    pub protocol: String,
    /// The lowest port; null when all ports are meant (`DescribeSecurityGroups` IpPermissions[].FromPort).
    pub from_port: Option<i64>,
    /// The highest port; null when all ports are meant (`DescribeSecurityGroups` IpPermissions[].ToPort).
    pub to_port: Option<i64>,
    /// (`DescribeSecurityGroups` IpPermissions[].IpRanges[].CidrIp.)
    pub cidr_ipv4: Option<String>,
    /// (`DescribeSecurityGroups` IpPermissions[].Ipv6Ranges[].CidrIpv6.)
    pub cidr_ipv6: Option<String>,
    /// (`DescribeSecurityGroups` IpPermissions[].PrefixListIds[].PrefixListId.)
    pub prefix_list_id: Option<String>,
    /// The group whose members are meant (`DescribeSecurityGroups` IpPermissions[].UserIdGroupPairs[].GroupId).
    pub referenced_group_id: Option<String>,
}

/// A security group. The record's id is the group's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SecurityGroup {
    /// (`DescribeSecurityGroups` GroupId.)
    pub group_id: String,
    /// (`DescribeSecurityGroups` GroupName.)
    pub group_name: String,
    /// (`DescribeSecurityGroups` VpcId.)
    pub vpc_id: Option<String>,
    /// What it lets in (`DescribeSecurityGroups` IpPermissions).
    pub ingress: Vec<SecurityGroupRule>,
    /// What it lets out (`DescribeSecurityGroups` IpPermissionsEgress).
    pub egress: Vec<SecurityGroupRule>,
}

/// A managed prefix list. The record's id is the list's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PrefixList {
    /// (`DescribeManagedPrefixLists` PrefixListId.)
    pub prefix_list_id: String,
    /// (`DescribeManagedPrefixLists` PrefixListName.)
    pub prefix_list_name: Option<String>,
    /// An account, or `AWS` (`DescribeManagedPrefixLists` OwnerId).
    pub owner_id: String,
    /// Its ranges, sorted. Read of lists that no AWS service owns; null for AWS's own, which are narrow (`GetManagedPrefixListEntries` Entries[].Cidr).
    pub entries: Read<Option<Vec<String>>>,
}

/// A flow log. The record's id is the flow log's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FlowLog {
    /// (`DescribeFlowLogs` FlowLogId.)
    pub flow_log_id: String,
    /// The VPC, subnet, interface or transit gateway (`DescribeFlowLogs` ResourceId).
    pub resource_id: String,
    /// `ACTIVE` … (`DescribeFlowLogs` FlowLogStatus).
    pub flow_log_status: String,
    /// `SUCCESS` or `FAILED`; null before the first delivery (`DescribeFlowLogs` DeliverLogsStatus).
    pub deliver_logs_status: Option<String>,
    /// `ALL`, `ACCEPT` or `REJECT` (`DescribeFlowLogs` TrafficType).
    pub traffic_type: Option<String>,
    /// `cloud-watch-logs`, `s3` or `kinesis-data-firehose` (`DescribeFlowLogs` LogDestinationType).
    pub log_destination_type: Option<String>,
}

/// A public IPv4 address that the account allocated. The record's id is the allocation's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Address {
    /// (`DescribeAddresses` AllocationId.)
    pub allocation_id: String,
    /// Null when nothing uses it (`DescribeAddresses` AssociationId).
    pub association_id: Option<String>,
    /// (`DescribeAddresses` InstanceId.)
    pub instance_id: Option<String>,
    /// (`DescribeAddresses` NetworkInterfaceId.)
    pub network_interface_id: Option<String>,
    /// The service that keeps it: `alb`, `nlb`, `rnat` …; null for none (`DescribeAddresses` ServiceManaged).
    pub service_managed: Option<String>,
    /// `amazon`, or the pool of the account's own addresses (`DescribeAddresses` PublicIpv4Pool).
    pub public_ipv4_pool: Option<String>,
}

/// Whether new volumes are encrypted, one record per region; its id is the region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EbsEncryptionByDefault {
    /// (`GetEbsEncryptionByDefault` EbsEncryptionByDefault.)
    pub ebs_encryption_by_default: Read<bool>,
}

/// What new instances are asked for by default when they read their metadata, one record per region; its id is the region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InstanceMetadataDefaults {
    /// `required`, `optional` or null for no preference (`GetInstanceMetadataDefaults` AccountLevel.HttpTokens).
    pub http_tokens: Read<Option<String>>,
    /// `enabled` where launches that break the default are refused (`GetInstanceMetadataDefaults` AccountLevel.HttpTokensEnforced).
    pub http_tokens_enforced: Read<Option<String>>,
}

/// Whether snapshots can be shared with everyone, one record per region; its id is the region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotBlockPublicAccess {
    /// `block-all-sharing`, `block-new-sharing` or `unblocked` (`GetSnapshotBlockPublicAccessState` State).
    pub state: Read<String>,
}

/// Whether images can be shared with everyone, one record per region; its id is the region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImageBlockPublicAccess {
    /// `block-new-sharing` or `unblocked` (`GetImageBlockPublicAccessState` ImageBlockPublicAccessState).
    pub state: Read<String>,
}

/// Whether only chosen images can be launched, one record per region; its id is the region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AllowedImagesSettings {
    /// `enabled`, `audit-mode` or `disabled` (`GetAllowedImagesSettings` State).
    pub state: Read<String>,
}

/// A network ACL. The record's id is the ACL's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkAcl {
    /// (`DescribeNetworkAcls` NetworkAcls[].NetworkAclId.)
    pub network_acl_id: String,
    /// (`DescribeNetworkAcls` NetworkAcls[].VpcId.)
    pub vpc_id: String,
    /// Whether it is the one that AWS made with the VPC, which subnets have that name no other (`DescribeNetworkAcls` IsDefault).
    pub is_default: bool,
    /// The subnets that it guards, sorted (`DescribeNetworkAcls` NetworkAcls[].Associations[].SubnetId).
    pub subnet_ids: Vec<String>,
    /// Whether everything over IPv4 may come in: no entry denies any of it before one allows all (`DescribeNetworkAcls`
    /// NetworkAcls[].Entries[], which AWS applies by their RuleNumber). Entries that allow all only together do not count.
    pub allows_all_inbound: bool,
    /// The same of what goes out.
    pub allows_all_outbound: bool,
    /// How many entries it has, in and out, beside those that deny whatever no other one matched (`DescribeNetworkAcls`
    /// NetworkAcls[].Entries[] but those of RuleNumber 32767, and of IPv6 32768).
    pub rules: i64,
}
