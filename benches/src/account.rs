use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wellproof_facts::autoscaling::AutoScalingGroup;
use wellproof_facts::cloudformation::Stack;
use wellproof_facts::cloudwatch::Alarm;
use wellproof_facts::ec2::{
    Image, Instance, InstanceType, NetworkInterface, RouteTable, SecurityGroup, Snapshot as Backup, Subnet, Volume, Vpc,
};
use wellproof_facts::{Facts, account};
use wellproof_model::{
    BodyEncoding, Call, CallId, CallKey, Caller, GLOBAL, Listing, ListingState, Manifest, Resource, Tags, UnitId,
};
use wellproof_snapshot::{Format, Snapshot, UnitWriter, WriteError};

const ACCOUNT: &str = "111122223333";
const REGIONS: [&str; 3] = ["eu-central-1", "eu-west-1", "us-east-1"];
/// 2026-11-20T12:00:00Z.
const CLOCK: i64 = 1_795_176_000;
/// As many as `DescribeInstances` gives at most.
const PAGE: usize = 1000;
/// What a record is filled up to with tags, in bytes of JSON.
const RECORD: usize = 1500;
/// Subnets, and security groups for each of them, of one region.
const SUBNETS: usize = 60;
const MACHINES: [&str; 4] = ["m7g.large", "c6i.xlarge", "t3.medium", "m4.large"];

/// The collectors that run in every region, and the first words of the types that each lists.
const COLLECTORS: [(&str, &[&str]); 8] = [
    ("autoscaling", &["AWS::AutoScaling::", "AWS::EC2::LaunchTemplate"]),
    ("cloudformation", &["AWS::CloudFormation::"]),
    ("cloudtrail", &["AWS::CloudTrail::"]),
    ("cloudwatch", &["AWS::CloudWatch::"]),
    ("config", &["AWS::Config::"]),
    ("ec2", &["AWS::EC2::"]),
    ("guardduty", &["AWS::GuardDuty::"]),
    ("quotas", &["AWS::ServiceQuotas::"]),
];
/// Listed by collectors that run once per account.
const ONCE: [(&str, &[&str]); 3] = [
    ("account", &["AWS::STS::CallerIdentity", "AWS::EC2::Region", "AWS::Account::AlternateContact"]),
    ("cloudwatch-dashboards", &["AWS::CloudWatch::Dashboard"]),
    ("quotas-template", &["AWS::ServiceQuotas::TemplateAssociation"]),
];

/// What lies in a snapshot that was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Records of resources.
    pub resources: u64,
    /// Bytes of their JSON, line ends included.
    pub bytes: u64,
    /// Recorded calls.
    pub calls: u64,
    /// Bytes of their bodies.
    pub body_bytes: u64,
}

/// Writes the snapshot of an account with about `resources` resources in three regions into `dir`, which has to be empty or missing.
///
/// Of ten resources three are volumes, and instances, interfaces and snapshots of volumes are two each; the rest is security
/// groups, alarms, stacks, groups that scale and networks.
///
/// # Errors
/// What stood in the way of writing.
pub fn write(dir: &Path, resources: usize) -> Result<Written, WriteError> {
    let types = types();
    let mut planned: Vec<UnitId> = ONCE.iter().map(|(collector, _)| UnitId::new(*collector, ACCOUNT, GLOBAL)).collect();
    for region in REGIONS {
        planned.extend(COLLECTORS.iter().map(|(collector, _)| UnitId::new(*collector, ACCOUNT, region)));
    }
    planned.sort();
    let snapshot = Snapshot::create(dir, &manifest(&planned, &types), Format::Zstd)?;
    let mut written = Written::default();
    for unit in planned {
        let mut page = Pages {
            writer: snapshot.unit(unit.clone())?,
            listings: BTreeMap::new(),
            unit: unit.clone(),
            written: &mut written,
        };
        fill(&mut page, resources / REGIONS.len())?;
        let Pages { writer, mut listings, .. } = page;
        for kind in types.get(&unit.collector).into_iter().flatten() {
            if !listings.contains_key(kind) {
                let call = answer(&writer, &unit, kind, 0, "<set/>", &mut written)?;
                listings.insert(kind.clone(), vec![call]);
            }
        }
        let listings = listings.into_iter().map(|(kind, calls)| Listing {
            kind,
            unit: unit.clone(),
            state: ListingState::Complete,
            count: 0,
            calls,
            gap: None,
        });
        writer.finish(at(0), at(60), listings.collect(), Vec::new())?;
    }
    snapshot.seal(at(61))?;
    Ok(written)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(CLOCK + second).unwrap_or_default()
}

fn types() -> BTreeMap<String, Vec<String>> {
    let kinds = || wellproof_facts::schemas().keys().filter(|kind| kind.starts_with("AWS::"));
    let once = |kind: &str| ONCE.iter().find(|(_, kinds)| kinds.contains(&kind)).map(|(collector, _)| *collector);
    let starts = |kind: &str| {
        let all =
            COLLECTORS.iter().flat_map(|(collector, starts)| starts.iter().map(move |start| (*collector, *start)));
        all.filter(|(_, start)| kind.starts_with(start)).max_by_key(|(_, start)| start.len()).map(|(it, _)| it)
    };
    let mut types: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for kind in kinds() {
        if let Some(collector) = once(kind).or_else(|| starts(kind)) {
            types.entry(collector.to_owned()).or_default().push((*kind).to_owned());
        }
    }
    types
}

fn manifest(planned: &[UnitId], types: &BTreeMap<String, Vec<String>>) -> Manifest {
    let regions: Vec<String> = REGIONS.map(str::to_owned).into();
    Manifest {
        schema: Manifest::SCHEMA.to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        rules_digest: String::new(),
        lenses_digest: String::new(),
        started_at: at(0),
        ended_at: None,
        clock_skew_seconds: Some(0),
        caller: Caller {
            arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/Reader/bench"),
            account: ACCOUNT.to_owned(),
        },
        regions: regions.clone(),
        regions_enabled: Some(regions),
        regions_off: Vec::new(),
        planned: planned.to_vec(),
        types: types.clone(),
        units: BTreeMap::new(),
        replayed_from: None,
    }
}

/// The pages of one unit.
struct Pages<'a> {
    writer: UnitWriter,
    listings: BTreeMap<String, Vec<CallId>>,
    unit: UnitId,
    written: &'a mut Written,
}

impl Pages<'_> {
    /// Lists `count` resources of one type, a thousand a page, each citing its page.
    fn list<T: Facts>(
        &mut self,
        count: usize,
        record: impl Fn(usize) -> (String, Value),
        tags: impl Fn(usize) -> Vec<(&'static str, String)>,
    ) -> Result<(), WriteError> {
        let unit = self.unit.clone();
        let mut calls = Vec::new();
        for first in (0..count.max(1)).step_by(PAGE) {
            let mut body = String::from("<set>");
            let mut resources = Vec::new();
            for nth in first..count.min(first + PAGE) {
                let (id, fields) = record(nth);
                let resource = resource::<T>(&unit, id, fields, tags(nth)).map_err(|err| WriteError::Record {
                    unit: unit.clone(),
                    what: T::TYPE.to_owned(),
                    reason: err.to_string(),
                })?;
                item(&mut body, &resource);
                resources.push(resource);
            }
            body.push_str("</set>");
            let call = answer(&self.writer, &unit, T::TYPE, first / PAGE, &body, self.written)?;
            for mut resource in resources {
                resource.calls = vec![call.clone()];
                fill_up(&mut resource);
                self.written.resources += 1;
                self.written.bytes += serde_json::to_vec(&resource).map_or(0, |line| line.len() as u64 + 1);
                self.writer.resource(&resource)?;
            }
            calls.push(call);
        }
        self.listings.insert(T::TYPE.to_owned(), calls);
        Ok(())
    }
}

/// Records one call that answered `body`.
fn answer(
    writer: &UnitWriter,
    unit: &UnitId,
    kind: &str,
    page: usize,
    body: &str,
    written: &mut Written,
) -> Result<CallId, WriteError> {
    let name = kind.rsplit("::").next().unwrap_or(kind);
    let region = if unit.region == GLOBAL { "us-east-1" } else { &unit.region };
    let key = CallKey {
        service: unit.collector.clone(),
        operation: format!("Describe{name}s"),
        region: region.to_owned(),
        account: unit.account.clone(),
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        input: json!({"Action": format!("Describe{name}s"), "MaxResults": "1000", "NextToken": page}).to_string(),
    };
    let call = Call {
        id: Call::id_of(unit, &key, 0),
        unit: unit.clone(),
        key,
        nth: 0,
        at: at(1),
        attempts: 1,
        status: 200,
        error: None,
        request_id: Some(format!("0b7a5e10-0000-4000-8000-{page:012x}")),
        headers: BTreeMap::from([("content-type".to_owned(), "text/xml;charset=UTF-8".to_owned())]),
        sha256: hex::encode(Sha256::digest(body)),
        size: body.len() as u64,
        encoding: BodyEncoding::Text,
        redacted: Vec::new(),
    };
    writer.call(&call, body.as_bytes())?;
    written.calls += 1;
    written.body_bytes += body.len() as u64;
    Ok(call.id)
}

fn resource<T: Facts>(
    unit: &UnitId,
    id: String,
    fields: Value,
    tags: Vec<(&'static str, String)>,
) -> Result<Resource, serde_json::Error> {
    let name = T::TYPE.rsplit("::").next().unwrap_or_default().to_lowercase();
    let mut resource = Resource {
        kind: T::TYPE.to_owned(),
        arn: Some(format!("arn:aws:ec2:{}:{ACCOUNT}:{name}/{id}", unit.region)),
        id,
        account: ACCOUNT.to_owned(),
        region: unit.region.clone(),
        tags: Some(tags.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        attributes: wellproof_model::Map::default(),
        calls: Vec::new(),
        unread: BTreeMap::new(),
    };
    // Through the struct, so that a field that was renamed or added ends the benchmark and not its meaning.
    resource.set_facts(&serde_json::from_value::<T>(fields)?)?;
    Ok(resource)
}

/// The resource as EC2 would spell it, more or less: bodies have to be of a body's size.
fn item(body: &mut String, resource: &Resource) {
    body.push_str("<item>");
    for (name, value) in &resource.attributes {
        let value = serde_json::to_string(value).unwrap_or_default();
        let _ = write!(body, "<{name}>{value}</{name}>");
    }
    for (key, value) in resource.tags.iter().flat_map(Tags::iter) {
        let _ = write!(body, "<tag><key>{key}</key><value>{value}</value></tag>");
    }
    body.push_str("</item>");
}

/// Fills a record up with tags, as large accounts do.
fn fill_up(resource: &mut Resource) {
    let length = serde_json::to_vec(&resource).map_or(0, |line| line.len() + 1);
    let id = resource.id.clone();
    if let Some(tags) = &mut resource.tags {
        let mut more = Vec::new();
        let mut missing = RECORD.saturating_sub(length);
        for nth in 0.. {
            let (key, mut value) = (format!("company:cost:{nth:02}"), format!("{id}/allocation/{nth}/"));
            let frame = key.len() + 6;
            if missing < frame + value.len() {
                break;
            }
            while value.len() < 120.min(missing - frame) {
                value.push(char::from(b'a' + u8::try_from(value.len() % 26).unwrap_or_default()));
            }
            missing -= frame + value.len();
            more.push((key, value));
        }
        let own = tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
        *tags = own.chain(more).collect();
    }
}

fn hex(salt: usize, nth: usize) -> String {
    let mixed = (nth as u64 + 7).wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ (salt as u64) << 8).rotate_left(23);
    format!("{:017x}", u128::from(mixed) | 1 << 66)
}

fn id(prefix: &str, nth: usize) -> String {
    format!("{prefix}-{}", hex(prefix.len() + usize::from(prefix.as_bytes()[0]), nth))
}

fn no_tags(_: usize) -> Vec<(&'static str, String)> {
    Vec::new()
}

/// Every seventh resource has no owner, every third came from a stack, every other is of production.
fn owned(nth: usize) -> Vec<(&'static str, String)> {
    let mut tags = vec![("Name", format!("web-{nth}"))];
    if !nth.is_multiple_of(7) {
        tags.push(("owner", format!("team-{}", nth % 23)));
    }
    if nth.is_multiple_of(3) {
        tags.push(("aws:cloudformation:stack-id", stack(nth % 200)));
    }
    tags.push(("env", if nth.is_multiple_of(2) { "prod" } else { "dev" }.to_owned()));
    tags
}

fn stack(nth: usize) -> String {
    format!("arn:aws:cloudformation:eu-central-1:{ACCOUNT}:stack/web-{nth}/{}", hex(3, nth))
}

fn day(nth: usize, of: usize) -> Timestamp {
    at(-86_400 * i64::try_from(nth % of + 1).unwrap_or(1))
}

fn fill(pages: &mut Pages<'_>, resources: usize) -> Result<(), WriteError> {
    match pages.unit.collector.as_str() {
        "account" => regions(pages),
        "autoscaling" => groups(pages),
        "cloudformation" => stacks(pages),
        "cloudwatch" => alarms(pages, resources / 100),
        "ec2" => ec2(pages, resources),
        _ => Ok(()),
    }
}

fn regions(pages: &mut Pages<'_>) -> Result<(), WriteError> {
    let record = |nth: usize| {
        let region = REGIONS[nth];
        (region.to_owned(), json!({"region_name": region, "opt_in_status": "opt-in-not-required", "enabled": true}))
    };
    pages.list::<account::Region>(REGIONS.len(), record, no_tags)?;
    let identity =
        json!({"caller_arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/Reader/bench"), "kind": "assumed-role"});
    pages.list::<account::CallerIdentity>(1, |_| (ACCOUNT.to_owned(), identity.clone()), no_tags)?;
    let contact = |nth: usize| {
        let kind = ["BILLING", "OPERATIONS", "SECURITY"][nth];
        (kind.to_owned(), json!({"alternate_contact_type": kind, "is_set": nth > 0}))
    };
    pages.list::<account::AlternateContact>(3, contact, no_tags)
}

fn groups(pages: &mut Pages<'_>) -> Result<(), WriteError> {
    let zone = format!("{}a", pages.unit.region);
    let group = |nth: usize| {
        let fields = json!({
            "auto_scaling_group_name": format!("web-{nth}"), "min_size": 1, "max_size": 60, "desired_capacity": 20,
            "created_time": day(nth, 300), "availability_zones": [zone], "subnet_ids": [id("subnet", nth % SUBNETS)],
            "instances": [], "health_check_types": ["EC2"], "health_check_grace_period": 300, "suspended_processes": [],
            "traffic_sources": [], "launch_template": null, "launch_configuration_name": null, "override_instance_types": [],
            "chooses_types_by_attributes": false, "on_demand_percentage_above_base": null, "capacity_rebalance": false,
            "new_instances_protected_from_scale_in": false, "max_instance_lifetime": null, "enabled_metrics": [],
        });
        (format!("web-{nth}"), fields)
    };
    pages.list::<AutoScalingGroup>(100, group, owned)
}

fn stacks(pages: &mut Pages<'_>) -> Result<(), WriteError> {
    let record = |nth: usize| {
        let fields = json!({
            "stack_name": format!("web-{nth}"), "stack_id": stack(nth), "stack_status": "UPDATE_COMPLETE",
            "creation_time": day(nth, 400), "last_updated_time": day(nth, 60), "last_event_time": null, "is_root": true,
            "enable_termination_protection": false, "disable_rollback": false, "rollback_trigger_count": 0,
            "rollback_trigger_arns": [], "notification_count": 0, "has_service_role": true,
            "stack_drift_status": "NOT_CHECKED", "drift_last_check_timestamp": null,
        });
        (stack(nth), fields)
    };
    pages.list::<Stack>(200, record, owned)
}

fn alarms(pages: &mut Pages<'_>, count: usize) -> Result<(), WriteError> {
    let record = |nth: usize| {
        let name = format!("cpu-{nth}");
        let fields = json!({
            "alarm_name": name, "has_description": !nth.is_multiple_of(4), "description_has_link": nth.is_multiple_of(2),
            "actions_enabled": true, "alarm_actions": [format!("arn:aws:sns:eu-central-1:{ACCOUNT}:alerts")],
            "alarm_action_kinds": ["sns"], "state_value": if nth.is_multiple_of(40) { "ALARM" } else { "OK" },
            "state_transitioned_timestamp": day(nth, 30), "alarm_configuration_updated_timestamp": day(nth, 300),
            "metrics": [{"namespace": "AWS/EC2", "metric_name": "CPUUtilization",
                "dimensions": {"InstanceId": id("i", nth)}, "statistic": "Average", "account_id": null, "period": 300, "metric_key": "",
                "role": "compared"}],
            "namespaces": ["AWS/EC2"], "metrics_untold": false, "usage_metric_keys": [], "uses_service_quota": false, "anomaly_detection": false,
            "threshold": 80.0, "comparison_operator": "GreaterThanThreshold", "treat_missing_data": "missing",
            "quota_percent": null,
        });
        (name, fields)
    };
    pages.list::<Alarm>(count, record, owned)
}

fn ec2(pages: &mut Pages<'_>, resources: usize) -> Result<(), WriteError> {
    let region = pages.unit.region.clone();
    let zone = |nth: usize| format!("{region}{}", ["a", "b", "c"][nth % 3]);
    networks(pages)?;
    machines(pages)?;

    let (instances, volumes, backups) = (resources * 21 / 100, resources * 30 / 100, resources * 22 / 100);
    let group = |nth: usize| id("sg", nth % (resources * 3 / 100).max(1));
    pages.list::<Instance>(
        instances,
        |nth| {
            let running = !nth.is_multiple_of(9);
            let fields = json!({
                "instance_id": id("i", nth), "state": if running { "running" } else { "stopped" },
                "instance_type": MACHINES[nth % 4],
                "image_id": id("ami", nth % 40), "launch_time": day(nth, 200), "created_time": day(nth, 300),
                "stopped_at": (!running).then(|| day(nth, 100)), "architecture": "arm64", "platform_details": "Linux/UNIX",
                "instance_lifecycle": null, "availability_zone": zone(nth), "tenancy": "default",
                "vpc_id": id("vpc", nth % SUBNETS / 6), "subnet_id": id("subnet", nth % SUBNETS),
                "public_ip_address": nth.is_multiple_of(20).then(|| format!("198.51.100.{}", nth % 256)),
                "has_public_address": nth.is_multiple_of(20), "security_group_ids": [group(nth), group(nth * 7)],
                "iam_instance_profile": format!("arn:aws:iam::{ACCOUNT}:instance-profile/web-{}", nth % 30),
                "has_key_pair": nth.is_multiple_of(5), "http_tokens": if nth.is_multiple_of(50) { "optional" } else { "required" },
                "http_endpoint": "enabled", "http_put_response_hop_limit": 2, "monitoring": "disabled", "ena_support": true,
                "ebs_optimized": true, "auto_recovery": "default", "volume_ids": [id("vol", nth)],
                "operator_principal": null, "reservation_id": id("r", nth / 4), "requester_id": null,
                "spot_instance_request_id": null,
            });
            (id("i", nth), fields)
        },
        |nth| {
            let mut tags = owned(nth);
            if nth.is_multiple_of(2) {
                tags.push(("aws:autoscaling:groupName", format!("web-{}", nth % 100)));
            }
            tags
        },
    )?;
    pages.list::<Volume>(
        volumes,
        |nth| {
            let used = nth < instances;
            let fields = json!({
                "volume_id": id("vol", nth), "state": if used { "in-use" } else { "available" },
                "volume_type": if nth.is_multiple_of(5) { "gp2" } else { "gp3" }, "size": 30, "iops": 3000,
                "encrypted": !nth.is_multiple_of(30), "create_time": day(nth, 300), "availability_zone": zone(nth),
                "snapshot_id": id("snap", nth % 50), "attached_instance_ids": used.then(|| id("i", nth)).into_iter().collect::<Vec<_>>(),
                "attached_in_last_30_days": (!used).then_some(nth.is_multiple_of(2)),
            });
            (id("vol", nth), fields)
        },
        owned,
    )?;
    pages.list::<Backup>(
        backups,
        |nth| {
            let fields = json!({
                "snapshot_id": id("snap", nth), "volume_id": id("vol", nth * 2), "start_time": day(nth, 400),
                "volume_size": 30, "encrypted": !nth.is_multiple_of(30), "state": "completed", "storage_tier": "standard",
            });
            (id("snap", nth), fields)
        },
        owned,
    )?;
    pages.list::<NetworkInterface>(
        resources * 22 / 100,
        |nth| {
            let attached = nth < instances;
            let fields = json!({
                "network_interface_id": id("eni", nth), "interface_type": "interface", "vpc_id": id("vpc", nth % SUBNETS / 6),
                "subnet_id": id("subnet", nth % SUBNETS), "status": if attached { "in-use" } else { "available" },
                "security_group_ids": [group(nth), group(nth * 7)], "instance_id": attached.then(|| id("i", nth)),
                "requester_managed": false, "has_public_address": nth.is_multiple_of(20),
            });
            (id("eni", nth), fields)
        },
        owned,
    )?;
    pages.list::<SecurityGroup>(
        resources * 3 / 100,
        |nth| {
            let rule = |port: u16, range: Option<&str>, group: Option<String>| {
                json!({"protocol": "tcp", "from_port": port, "to_port": port, "cidr_ipv4": range, "cidr_ipv6": null,
                    "prefix_list_id": null, "referenced_group_id": group})
            };
            let open = if nth.is_multiple_of(60) { 22 } else { 443 };
            let fields = json!({
                "group_id": id("sg", nth), "group_name": format!("web-{nth}"), "vpc_id": id("vpc", nth % SUBNETS / 6),
                "ingress": [rule(open, Some("0.0.0.0/0"), None), rule(5432, None, Some(group(nth + 1)))],
                "egress": [rule(443, Some("0.0.0.0/0"), None)],
            });
            (id("sg", nth), fields)
        },
        owned,
    )
}

fn networks(pages: &mut Pages<'_>) -> Result<(), WriteError> {
    let region = pages.unit.region.clone();
    let vpc = |nth: usize| {
        let fields = json!({"vpc_id": id("vpc", nth), "is_default": nth == 0, "owner_id": ACCOUNT,
            "cidr_blocks": [format!("10.{nth}.0.0/16")]});
        (id("vpc", nth), fields)
    };
    pages.list::<Vpc>(SUBNETS / 6, vpc, owned)?;
    let subnet = |nth: usize| {
        let fields = json!({"subnet_id": id("subnet", nth), "vpc_id": id("vpc", nth / 6), "owner_id": ACCOUNT,
            "availability_zone": format!("{region}{}", ["a", "b", "c"][nth % 3]), "availability_zone_id": null,
            "cidr_block": format!("10.{}.{}.0/20", nth / 6, nth % 6 * 16), "available_ip_address_count": 3000,
            "map_public_ip_on_launch": nth.is_multiple_of(6)});
        (id("subnet", nth), fields)
    };
    pages.list::<Subnet>(SUBNETS, subnet, owned)?;
    let table = |nth: usize| {
        let target = if nth.is_multiple_of(2) { "igw-0a1b2c3d" } else { "local" };
        let fields = json!({"route_table_id": id("rtb", nth), "vpc_id": id("vpc", nth / 2), "main": nth.is_multiple_of(2),
            "subnet_ids": if nth.is_multiple_of(2) { vec![] } else { vec![id("subnet", nth / 2 * 6 + 1)] },
            "routes": [{"destination": "0.0.0.0/0", "target": target, "state": "active"}]});
        (id("rtb", nth), fields)
    };
    pages.list::<RouteTable>(SUBNETS / 3, table, owned)
}

fn machines(pages: &mut Pages<'_>) -> Result<(), WriteError> {
    let image = |nth: usize| {
        let fields = json!({"image_id": id("ami", nth), "owner_id": ACCOUNT, "image_owner_alias": null, "own": true,
            "creation_date": day(nth * 9, 400), "deprecation_time": null, "last_launched_time": day(nth, 20),
            "public": false, "imds_support": "v2.0", "snapshot_ids": [id("snap", nth)]});
        (id("ami", nth), fields)
    };
    pages.list::<Image>(40, image, owned)?;
    let kind = |nth: usize| {
        let name = MACHINES[nth];
        let fields = json!({"instance_type": name, "current_generation": nth != 3, "burstable": nth == 2,
            "default_vcpus": 2, "memory_mib": 8192, "ena_support": "required", "accelerated": false,
            "architectures": ["arm64"], "auto_recovery_supported": true});
        (name.to_owned(), fields)
    };
    pages.list::<InstanceType>(4, kind, no_tags)
}
