//! Joins over the facts of several collectors, made by `derive`. Each cites the calls of what it was joined from.
//!
//! Every field is shaped for a predicate: a boolean, a number or a word. A field is `Read` when a listing or a field that it rests on
//! may not have been read; it then carries that gap. A join that finds a match needs no complete listing, one that finds none does.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellproof_model::Read;

/// What launched an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A CloudFormation stack, or a group that is a stack's resource.
    Cloudformation,
    /// Terraform or OpenTofu.
    Terraform,
    /// The CDK: a stack that carries its mark.
    Cdk,
    /// Pulumi.
    Pulumi,
    /// An Auto Scaling group that no stack owns.
    Autoscaling,
    /// An EKS node group, Karpenter or EKS Auto Mode.
    Eks,
    /// An AWS Batch compute environment.
    Batch,
    /// A Spot or EC2 fleet.
    SpotFleet,
    /// A person in the console.
    Console,
    /// The AWS CLI.
    Cli,
    /// An SDK.
    Sdk,
    /// Everything was read and nothing tells.
    Unknown,
}

/// What tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OriginEvidence {
    /// A tag that AWS or the tool sets.
    Tag,
    /// A stack's list of resources.
    StackResource,
    /// An Auto Scaling group's list of instances.
    AutoScalingGroup,
    /// The instance's own record of the AWS service that operates it.
    Operator,
    /// The RunInstances event.
    CloudtrailEvent,
    /// Nothing.
    None,
}

/// How an instance came to be. One per `AWS::EC2::Instance`, with its id, ARN and tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InstanceProvenance {
    /// The instance.
    pub instance_id: String,
    /// Its state, such as `running`.
    pub state: String,
    /// What launched it. Unread where events, stacks or groups were not read and nothing else tells. Of an instance older than the 90 days
    /// for which CloudTrail keeps events none can be found: unknown, where nothing else tells.
    pub origin: Read<Origin>,
    /// What tells it.
    pub evidence: Read<OriginEvidence>,
    /// Whether a CloudFormation stack, CDK's included, is behind it, directly or through a group.
    pub launched_by_cloudformation: Read<bool>,
    /// Whether any tool that keeps infrastructure as code (CloudFormation, CDK, Terraform, Pulumi) or an AWS service that manages
    /// instances (a group, EKS, Batch, a fleet) is behind it. Unread where nothing tells and the instance may be older than the 90 days for
    /// which CloudTrail keeps events.
    pub launched_by_code_or_service: Read<bool>,
    /// Whether it carries a tag that does not start with `aws:`.
    pub tagged: bool,
    /// Who called RunInstances; null where no event of it was found.
    pub principal: Read<Option<String>>,
    /// When RunInstances was called; null where no event of it was found.
    pub launched_at: Read<Option<Timestamp>>,
    /// The stack's ARN or name.
    pub stack: Read<Option<String>>,
    /// The Auto Scaling group's name.
    pub auto_scaling_group: Read<Option<String>>,
}

/// What started instances in one month of UTC, as far back as CloudTrail keeps events: 90 days, so that the first month is one in part. One
/// per region and month in which any was started; its id is the month. Instances that are gone by now count too, which
/// `InstanceProvenance` does not see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LaunchMonth {
    /// The month, such as `2026-10`.
    pub month: String,
    /// Instances that were started (`InstanceLaunch` without an error).
    pub instances: i64,
    /// Those that CloudFormation started, for the CDK too, which principals its templates to it.
    pub by_cloudformation: i64,
    /// Those that Terraform or OpenTofu started.
    pub by_terraform: i64,
    /// Those that Pulumi started, or the CDK by itself.
    pub by_other_code: i64,
    /// Those that an AWS service started: Auto Scaling, Batch, EKS, a fleet. Whose group or fleet that was is not told here.
    pub by_service: i64,
    /// Those that were started from the console, or with the AWS CLI, by hand or by a script.
    pub by_console_or_cli: i64,
    /// All others: a program over an SDK, or one that is not known.
    pub by_program: i64,
    /// Who started these from the console or with the AWS CLI, sorted, each once.
    pub principals: Vec<String>,
}

/// Who made an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImageOwner {
    /// The scanned account.
    Own,
    /// AWS.
    Amazon,
    /// A seller on AWS Marketplace.
    Marketplace,
    /// AWS Backup, which keeps it in a vault.
    BackupVault,
    /// Another account.
    Other,
    /// The image no longer exists, or is no longer shared with the account.
    Gone,
}

/// What an instance is exposed to, made of and watched by. One per `AWS::EC2::Instance`, with its id, ARN and tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InstanceUse {
    /// The instance.
    pub instance_id: String,
    /// Whether it runs.
    pub running: bool,
    /// Days since it was last started, at the snapshot's clock.
    pub days_since_launch: f64,
    /// Whether it has a public IPv4 address.
    pub has_public_address: bool,
    /// Whether one of its groups lets the whole internet in on any port.
    pub world_open: Read<bool>,
    /// Whether one of its groups lets the whole internet in on 80 or 443.
    pub world_open_web: Read<bool>,
    /// Whether it has a public IPv4 address, stands in a subnet that routes IPv4 to an internet gateway, and lets the whole internet in over
    /// IPv4 on some port; ICMP does not count.
    pub directly_on_internet: Read<bool>,
    /// When its image was made; null when the image is gone.
    pub image_creation_date: Read<Option<Timestamp>>,
    /// Who made its image.
    pub image_owner: Read<ImageOwner>,
    /// Whether its type is of the current generation.
    pub current_generation: Read<bool>,
    /// Whether its type can use ENA.
    pub ena_capable: Read<bool>,
    /// Whether ENA is enabled on it.
    pub ena_support: bool,
    /// Whether its type has an accelerator.
    pub accelerated: Read<bool>,
    /// Whether EKS, Batch or a group that has no process suspended that this takes replaces it when it fails. Where none does, unread for an
    /// instance of a fleet: some fleets replace instances.
    pub replaced_automatically: Read<bool>,
    /// Whether it restarts elsewhere when its host fails: simplified recovery, or an alarm that recovers it.
    pub recovers_automatically: Read<bool>,
    /// Whether it publishes memory metrics.
    pub publishes_memory: Read<bool>,
    /// Whether it publishes disk metrics.
    pub publishes_disk: Read<bool>,
    /// Whether an alarm watches a metric with this instance, or its group, as dimension. Where none does, unread beside an alarm whose query
    /// may choose one.
    pub alarmed: Read<bool>,
}

/// Where a subnet's traffic to the internet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DefaultRoute {
    /// To an internet gateway: the subnet is public.
    InternetGateway,
    /// To a NAT gateway.
    NatGateway,
    /// To a transit gateway or a core network.
    TransitGateway,
    /// To a firewall's or an appliance's endpoint.
    Endpoint,
    /// To an instance or interface.
    Instance,
    /// To a peering, VPN gateway or anything else.
    Other,
    /// Nowhere.
    None,
}

/// How a subnet is routed. One per `AWS::EC2::Subnet`, with its id, ARN and tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SubnetRouting {
    /// The subnet.
    pub subnet_id: String,
    /// Its VPC.
    pub vpc_id: String,
    /// How many network interfaces stand in it.
    pub interfaces: Read<i64>,
    /// Where 0.0.0.0/0 leads.
    pub default_route: Read<DefaultRoute>,
    /// Whether it uses a NAT gateway in its own zone or a regional one; null when it uses none.
    pub nat_in_same_zone: Read<Option<bool>>,
    /// Whether its table routes to an available gateway endpoint of S3.
    pub s3_gateway_endpoint: Read<bool>,
    /// Whether its table routes to an available gateway endpoint of DynamoDB.
    pub dynamodb_gateway_endpoint: Read<bool>,
    /// Share of its addresses that are free, 0 to 1; null for an IPv6-only subnet.
    pub free_address_share: Option<f64>,
    /// Whether an Auto Scaling group may launch in it.
    pub used_by_group: Read<bool>,
}

/// What happens in a VPC. One per `AWS::EC2::VPC`, with its id, ARN and tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VpcUse {
    /// The VPC.
    pub vpc_id: String,
    /// Whether AWS made it with the region.
    pub is_default: bool,
    /// How many network interfaces stand in it.
    pub interfaces: Read<i64>,
    /// How many of them belong to instances, functions or other compute: not to NAT gateways, load balancers or endpoints.
    pub compute_interfaces: Read<i64>,
    /// How many zones its subnets span.
    pub zones: Read<i64>,
    /// Share of its IPv4 ranges that no subnet has, 0 to 1.
    pub unallocated_share: Read<f64>,
    /// Whether an active flow log whose delivery does not fail is on the VPC, or on every subnet that has interfaces. Unread instead of false
    /// where another account owns the VPC, whose logs are not listed here; so are endpoints and NAT gateways.
    pub flow_logged: Read<bool>,
    /// Whether that flow log records all traffic, accepted and rejected.
    pub flow_logs_all_traffic: Read<bool>,
    /// How many available NAT gateways it has.
    pub nat_gateways: Read<i64>,
    /// Whether every subnet with a default route to a NAT gateway also routes to a gateway endpoint of S3; null when no subnet has.
    pub nat_subnets_have_s3_endpoint: Read<Option<bool>>,
    /// Whether some subnet with interfaces has a default route anywhere.
    pub has_way_out: Read<bool>,
    /// Whether some subnet with interfaces has a table that routes to a gateway endpoint of S3.
    pub has_s3_gateway_endpoint: Read<bool>,
}

/// How the VPCs of a scanned region are joined: by active peering connections that an active route leads to, or by a transit gateway. One
/// per region; its id is the region's name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkTopology {
    /// The region.
    pub region_name: String,
    /// How many VPCs there are in the largest set that peerings join or that is attached to one transit gateway; 0 where none are joined.
    pub joined_vpcs: Read<i64>,
    /// How many pairs of VPCs peer with each other.
    pub peered_pairs: Read<i64>,
    /// Whether the VPCs of every set of more than three that are joined meet at a hub: they have no more peerings than members, as a star or a
    /// chain has, or are attached to the same transit gateway or core network. Null where no set has more than three. Unread instead of true
    /// or null where a peering leads to another account or region, whose other peerings are not listed here.
    pub through_hub: Read<Option<bool>>,
}

/// What a security group guards and lets in. One per `AWS::EC2::SecurityGroup`, with its id, ARN and tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SecurityGroupUse {
    /// The group.
    pub group_id: String,
    /// Its name.
    pub group_name: String,
    /// Whether it is its VPC's default group.
    pub is_default: bool,
    /// How many network interfaces it is attached to.
    pub interfaces: Read<i64>,
    /// Whether it is attached to a running instance.
    pub on_running_instance: Read<bool>,
    /// How many entries it has, in and out.
    pub rules: i64,
    /// Whether some entry lets the whole internet in, whatever the port. Ranges that add up to the whole internet and prefix lists count.
    pub world_open: Read<bool>,
    /// Whether the whole internet may reach all TCP or all ports.
    pub world_open_all_ports: Read<bool>,
    /// Whether the whole internet may reach 22 or 3389.
    pub world_open_remote_login: Read<bool>,
    /// Ports of administration, file sharing, databases, caches, search and brokers that the whole internet may reach over TCP, or over UDP
    /// where they listen for it, sorted.
    pub world_open_sensitive_ports: Read<Vec<i64>>,
    /// Whether the whole internet may reach 80 or 443.
    pub world_open_web: Read<bool>,
    /// Whether everything may leave to everywhere.
    pub egress_unrestricted: bool,
    /// Whether a stack owns it.
    pub in_stack: Read<bool>,
}

/// Whether anything still needs a snapshot. One per `AWS::EC2::Snapshot`, with its id, ARN and tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotUse {
    /// The snapshot.
    pub snapshot_id: String,
    /// When it was taken.
    pub start_time: Timestamp,
    /// In GiB.
    pub volume_size: i64,
    /// Whether AWS Backup or Data Lifecycle Manager keeps it, told by their tags.
    pub kept_by_policy: bool,
    /// Whether it is archived.
    pub archived: bool,
    /// Whether the volume it was taken of exists. Unread for a copy, and for what was written without a volume: AWS names none.
    pub volume_exists: Read<bool>,
    /// Whether an image of the account is made of it.
    pub used_by_image: Read<bool>,
}

/// What a region holds. One per scanned region; its id is the region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegionUse {
    /// The region.
    pub region_name: String,
    /// How many instances run.
    pub running_instances: Read<i64>,
    /// How many volumes there are.
    pub volumes: Read<i64>,
    /// Whether the collectors found anything made by the account: instances, volumes, network interfaces, groups or stacks. The stacks that
    /// Control Tower puts into every region do not count; what other services hold is not looked at.
    pub in_use: Read<bool>,
    /// Whether an AWS Config recorder of the account's own records all types, or all but those that it is told to leave out, and neither it
    /// nor a delivery channel last failed.
    pub config_records: Read<bool>,
    /// How many clusters or instances give GuardDuty something to watch at run time: running instances.
    pub has_compute: Read<bool>,
}

/// Whether what is done in a region is written down. One per scanned region; its id is the region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegionRecording {
    /// The region.
    pub region_name: String,
    /// Whether trails and event data stores that cover the region and work record all management events, one of them the reads and the same
    /// or another the writes. A trail works that logs, has no error of delivery here, and delivered within 24 hours of the snapshot's clock;
    /// of a multi-region trail a delivery from any region will do, since an idle region has nothing to deliver. Unread instead of false where
    /// the account is not known to be its organization's management account: a member does not see the organization's data stores.
    pub recorded: Read<bool>,
    /// The same of trails whose files are tamper-evident, and of data stores, which cannot be edited.
    pub tamper_evident: Read<bool>,
    /// The same of trails that also deliver to CloudWatch Logs without error, and of data stores: events can be queried at once.
    pub queryable: Read<bool>,
    /// Whether such a trail records data events of some type.
    pub records_data_events: Read<bool>,
}

/// Who hears when the root user signs in or acts. One per account, in `aws-global`; its id is the account.
///
/// The root user's sign-ins and calls to global services are events of us-east-1 (cn-north-1 and us-gov-west-1 in the other partitions):
/// only the trails that record that region and the event rules that stand in it count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RootWatch {
    /// Whether an alarm with an enabled action, its own or that of a composite alarm which it feeds, watches a metric that a filter counts for
    /// the root user (`$.userIdentity.type = "Root"`) in the log group of a trail. The trail logs, records what writes, and delivers to the
    /// group without error. Unread instead of false where a filter names root in another way, where an alarm's query may choose the
    /// metric, and where the log group is another account's or in a region that was not scanned.
    pub alarmed: Read<bool>,
    /// Whether an enabled EventBridge rule with a target matches every successful sign-in of the root user on the console, or every call that
    /// it makes. Unread instead of false where the pattern asks for what is not known of such an event, or by a filter that is not known here.
    pub event_rule: Read<bool>,
    /// Whether one of these ends at somebody: a topic with a confirmed subscription, or something that acts by itself, such as a function, a
    /// queue, an OpsItem or an incident. Unread instead of false where it ends at a topic of another account or of a region that was not
    /// scanned, at an event bus, or in a log group.
    pub heard: Read<bool>,
    /// How many metric filters count for the root user in such log groups.
    pub metric_filters: Read<i64>,
    /// How many such event rules there are.
    pub event_rules: Read<i64>,
}

/// Who drives an Auto Scaling group from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupController {
    /// EKS, the cluster autoscaler or Karpenter.
    Eks,
    /// AWS Batch.
    Batch,
    /// Elastic Beanstalk.
    Beanstalk,
    /// ECS capacity providers.
    Ecs,
    /// CodeDeploy's copies.
    Codedeploy,
    /// Nobody: its own policies and schedules.
    None,
}

/// Whether an Auto Scaling group can do its work. One per `AWS::AutoScaling::AutoScalingGroup`, with its id, ARN and tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupScaling {
    /// The group.
    pub auto_scaling_group_name: String,
    /// Who drives it, told by tags and names.
    pub controller: GroupController,
    /// (AutoScalingGroup.max_size.)
    pub max_size: i64,
    /// (AutoScalingGroup.desired_capacity.)
    pub desired_capacity: i64,
    /// Whether its size can change at all: max_size above min_size.
    pub can_change_size: bool,
    /// Whether an enabled policy that adds and removes resizes it, and alarms may reach it.
    pub scales_by_policy: Read<bool>,
    /// Whether a recurring schedule resizes it, and schedules are not suspended.
    pub scales_by_schedule: Read<bool>,
    /// Whether it has any policy or schedule at all, working or not.
    pub has_scaling: Read<bool>,
    /// Whether launching or terminating is suspended.
    pub launch_or_terminate_suspended: bool,
    /// Whether it receives traffic from a load balancer or VPC Lattice.
    pub behind_load_balancer: bool,
    /// Whether an instance that fails the load balancer's check is replaced: the check is on, and no process that it takes is suspended.
    pub replaces_unhealthy: bool,
    /// How many zones it may launch in.
    pub zones: i64,
    /// How many zones its instances in service stand in.
    pub zones_in_service: i64,
    /// How many instances are in service.
    pub in_service: i64,
    /// Whether it may choose among several instance types.
    pub several_instance_types: Read<bool>,
    /// Whether it uses Spot.
    pub uses_spot: Read<bool>,
    /// Whether it launches from a template rather than from a launch configuration.
    pub uses_launch_template: bool,
    /// Whether what it launches requires IMDSv2; null where image and account decide.
    pub launches_require_imdsv2: Read<Option<bool>>,
    /// Whether a topic hears when it replaces an instance.
    pub notifies: Read<bool>,
}

/// What an alarm is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlarmPurpose {
    /// To tell somebody, or start a remedy.
    Alerting,
    /// To resize something: all its actions are scaling policies, a policy names it, or it is one of target tracking's own.
    Scaling,
    /// To roll back a stack's change.
    Rollback,
}

/// Whether an alarm does any good. One per alarm and composite alarm, with its id, ARN and tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlarmUse {
    /// The alarm.
    pub alarm_name: String,
    /// Whether it is composite.
    pub composite: bool,
    /// What it is for.
    pub purpose: Read<AlarmPurpose>,
    /// Whether it has an enabled action, or feeds a composite alarm that has one.
    pub has_enabled_action: Read<bool>,
    /// Whether it has no action, enabled or not, and a composite alarm looks at it.
    pub only_feeds_composite: Read<bool>,
    /// Whether one of its enabled actions does something by itself: an instance action, a function, an OpsItem, an incident.
    pub starts_automation: bool,
    /// Whether it watches a quota: a metric of AWS/Usage.
    pub watches_quota: bool,
    /// Whether it watches a metric that counts CloudTrail events, told by its namespace, which holds "CloudTrail" or "CIS" or is `LogMetrics`.
    pub watches_trail_events: bool,
    /// Whether its description links somewhere, or one of its enabled actions opens an OpsItem, incident or investigation.
    pub carries_procedure: bool,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state_value: String,
    /// Days in this state, at the snapshot's clock; null where AWS gives no time.
    pub days_in_state: Option<f64>,
    /// Days since it was last configured, at the snapshot's clock.
    pub days_since_configured: f64,
    /// Whether it names an instance that no longer exists; null when it names none.
    pub watches_missing_instance: Read<Option<bool>>,
}

/// A quota with its use, its alarms and the increases asked for. One per `AWS::ServiceQuotas::Quota`, with its id and ARN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuotaUsage {
    /// Its service, such as `ec2`.
    pub service_code: String,
    /// Its code.
    pub quota_code: String,
    /// Its name.
    pub quota_name: String,
    /// Whether AWS can raise it by request.
    pub adjustable: bool,
    /// The applied value. Unread where AWS tells the default alone.
    pub value: Read<f64>,
    /// AWS's default; null where it has none.
    pub default_value: Read<Option<f64>>,
    /// Whether the applied value is above AWS's default.
    pub raised: Read<bool>,
    /// Whether AWS publishes its use.
    pub has_usage_metric: bool,
    /// The highest use of 14 days; null when not used or not published.
    pub usage_peak: Read<Option<f64>>,
    /// The same as a share of the applied value; null when not used, not published, or the value is 0.
    pub usage_share: Read<Option<f64>>,
    /// Whether its use is published and above 0.
    pub in_use: Read<bool>,
    /// Names of the alarms that fire when its use rises, sorted.
    pub alarms: Read<Vec<String>>,
    /// Whether an alarm fires when its use rises. Where none names the use, unread beside one that fires when something computed from it
    /// falls, or whose query may choose it.
    pub alarmed: Read<bool>,
    /// Whether one of these alarms has an enabled action, or feeds a composite alarm that has one.
    pub alarm_has_action: Read<bool>,
    /// The lowest share of the quota at which one of these alarms fires; null without alarms or where the quota is 0. Unread where the
    /// level of one of them cannot be told: it compares with an anomaly band, computes something else than a share of the quota, takes a
    /// statistic that counts otherwise than the quota, or compares a rate with SERVICE_QUOTA(), of which AWS does not say what period it is for.
    pub alarm_at_share: Read<Option<f64>>,
    /// Days since one of these alarms came into ALARM, where it still is, the longest; null when none fires.
    pub alarm_firing_days: Read<Option<f64>>,
    /// Whether an increase was asked for since then; null when none fires.
    pub requested_since_firing: Read<Option<bool>>,
    /// Whether Service Quotas Automatic Management watches it: enabled in the region, and the service not excluded.
    pub auto_managed: Read<bool>,
    /// How many increases were asked for, ever, as far as AWS remembers.
    pub requests: Read<i64>,
    /// How many of these are pending.
    pub requests_pending: Read<i64>,
    /// Whether every other scanned region in use has at least this value, where its service is used; null where the quota was not raised,
    /// is global, has no applied value that AWS tells, or no other region uses it.
    pub matched_in_other_regions: Read<Option<bool>>,
    /// Whether replacing instances after the loss of a zone takes more of it: vCPUs by family, network interfaces, addresses, volumes.
    pub needed_for_failover: bool,
    /// The share that would be used while one zone's instances are being replaced and still count, taking the zone with most of the
    /// region's running instances; null when not used or not needed for failover.
    pub share_after_zone_loss: Read<Option<f64>>,
}
