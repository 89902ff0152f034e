//! The facts of a place that several joins look things up in, each read once and only when it is asked for.

use std::collections::HashMap;
use std::sync::OnceLock;

use jiff::Timestamp;
use serde::Deserialize;
use wellproof_facts::Facts;
use wellproof_facts::autoscaling::AutoScalingGroup;
use wellproof_facts::cloudformation::{Stack, StackResource};
use wellproof_facts::cloudwatch::{ActionKind, Alarm, AlarmMetric, CompositeAlarm, MetricRole};
use wellproof_facts::ec2::{Instance, NetworkInterface, SecurityGroup};
use wellproof_facts::quotas::{Quota, RequestedChange};
use wellproof_model::{Read, Resource};

use crate::cite::Cite;
use crate::group_scaling;
use crate::internet::{self, Openness};
use crate::join::{Index, Known, Listed, Place, tag, tags};
use crate::network::{self, Routing};

/// The tag that Auto Scaling puts on an instance.
const GROUP_TAG: &str = "aws:autoscaling:groupName";
/// What marks a stack as the CDK's: a resource that it adds to every stack.
const CDK_METADATA: &str = "AWS::CDK::Metadata";

#[derive(Debug, Default)]
pub(crate) struct Tables<'e> {
    instances: OnceLock<Instances<'e>>,
    groups: OnceLock<Groups<'e>>,
    stacks: OnceLock<Index<'e, &'e str, &'e Resource>>,
    stack_resources: OnceLock<StackResources<'e>>,
    interfaces: OnceLock<Interfaces<'e>>,
    routing: OnceLock<Index<'e, &'e str, Routing<'e>>>,
    openness: OnceLock<Index<'e, &'e str, Openness<'e>>>,
    alarms: OnceLock<Alarms<'e>>,
    quotas: OnceLock<Index<'e, &'e str, (&'e Resource, Read<f64>)>>,
    requests: OnceLock<Index<'e, String, Vec<Request<'e>>>>,
}

/// The fields of an instance that joins read.
#[derive(Debug, Deserialize)]
pub(crate) struct InstanceView<'e> {
    #[serde(borrow)]
    pub(crate) state: &'e str,
    pub(crate) instance_type: &'e str,
    pub(crate) image_id: &'e str,
    pub(crate) launch_time: Timestamp,
    pub(crate) created_time: Option<Timestamp>,
    pub(crate) tenancy: Option<&'e str>,
    pub(crate) subnet_id: Option<&'e str>,
    pub(crate) has_public_address: bool,
    pub(crate) security_group_ids: Vec<&'e str>,
    pub(crate) ena_support: bool,
    pub(crate) auto_recovery: Option<&'e str>,
    pub(crate) operator_principal: Option<&'e str>,
}

impl InstanceView<'_> {
    pub(crate) fn runs(&self) -> bool {
        self.state == "running"
    }
}

/// Which instances there are, where they run, and what they are guarded by.
#[derive(Debug)]
pub(crate) struct Instances<'e> {
    /// The first that runs.
    pub(crate) some_running: Option<&'e Resource>,
    /// A running instance by the security groups that it has.
    pub(crate) running_with_group: Index<'e, &'e str, &'e Resource>,
    /// How many run, by zone.
    pub(crate) running_by_zone: Index<'e, &'e str, u64>,
}

/// An Auto Scaling group.
#[derive(Debug)]
pub(crate) struct Group<'e> {
    pub(crate) resource: &'e Resource,
    pub(crate) name: &'e str,
}

#[derive(Debug)]
pub(crate) struct Groups<'e> {
    pub(crate) by_name: Index<'e, &'e str, &'e Resource>,
    members: Index<'e, String, Group<'e>>,
    /// Whether a group replaces instances that fail, by its name.
    replacing: Index<'e, &'e str, (&'e Resource, bool)>,
    pub(crate) by_subnet: Index<'e, String, &'e Resource>,
}

impl<'e> Groups<'e> {
    /// The name of the group that an instance belongs to, and whether its tag tells it.
    pub(crate) fn of(&self, instance: &'e Resource, cite: &mut Cite<'e>) -> Known<Option<(&'e str, bool)>> {
        if let Some(name) = tag(tags(instance)?, GROUP_TAG) {
            return Ok(Some((name, true)));
        }
        let Some(group) = self.members.find(instance.id.as_str(), cite)? else { return Ok(None) };
        cite.fact(group.resource);
        Ok(Some((group.name, false)))
    }

    /// Whether the group of this name replaces instances that fail; one that is gone does not.
    pub(crate) fn replaces(&self, name: &str, cite: &mut Cite<'e>) -> Known<bool> {
        let Some((resource, replaces)) = self.replacing.find(name, cite)? else { return Ok(false) };
        cite.fact(resource);
        Ok(*replaces)
    }
}

/// A resource that a stack owns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owned<'e> {
    pub(crate) resource: &'e Resource,
    pub(crate) stack_id: &'e str,
}

#[derive(Debug, Deserialize)]
struct StackResourceView<'e> {
    #[serde(borrow)]
    stack_id: &'e str,
    stack_name: &'e str,
    physical_resource_id: Option<&'e str>,
    resource_type: &'e str,
    resource_status: &'e str,
}

/// What stacks own, of the types that joins ask for.
#[derive(Debug)]
pub(crate) struct StackResources<'e> {
    owned: Index<'e, (&'e str, &'e str), Owned<'e>>,
    /// Stacks that carry the CDK's mark, by ARN and by name.
    cdk: Index<'e, &'e str, &'e Resource>,
}

impl<'e> StackResources<'e> {
    /// The stack that owns the resource of this type and physical id.
    pub(crate) fn owner<'a>(&self, kind: &'a str, id: &'a str, cite: &mut Cite<'e>) -> Known<Option<Owned<'e>>>
    where
        'e: 'a,
    {
        let found = self.owned.find::<(&str, &str)>(&(kind, id), cite)?.copied();
        if let Some(owned) = found {
            cite.fact(owned.resource);
        }
        Ok(found)
    }

    /// Whether a stack, by ARN or name, carries the CDK's mark.
    pub(crate) fn is_cdk(&self, stack: &str, cite: &mut Cite<'e>) -> Known<bool> {
        self.cdk.record(stack, cite).map(|found| found.is_some())
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct InterfaceView<'e> {
    #[serde(borrow)]
    interface_type: &'e str,
    vpc_id: &'e str,
    subnet_id: &'e str,
    security_group_ids: Vec<&'e str>,
    instance_id: Option<&'e str>,
    requester_managed: bool,
    status: &'e str,
}

impl InterfaceView<'_> {
    /// Whether it is certain that it belongs to compute. AWS makes alike interfaces for load balancers, databases and tasks,
    /// which cannot be told apart.
    fn is_compute(&self) -> bool {
        self.instance_id.is_some()
            || matches!(self.interface_type, "lambda" | "efa" | "efa-only" | "branch" | "trunk")
            || (self.interface_type == "interface" && !self.requester_managed && self.status == "in-use")
    }
}

/// Network interfaces, counted.
#[derive(Debug)]
pub(crate) struct Interfaces<'e> {
    /// With one interface of each, to be cited.
    pub(crate) by_subnet: Index<'e, &'e str, Counted<'e>>,
    pub(crate) by_vpc: Index<'e, &'e str, Counted<'e>>,
    pub(crate) by_group: Index<'e, &'e str, Counted<'e>>,
    /// The subnets of a VPC in which interfaces stand.
    pub(crate) subnets_by_vpc: Index<'e, &'e str, Vec<&'e str>>,
}

#[derive(Debug, Default)]
pub(crate) struct Counted<'e> {
    pub(crate) all: i64,
    pub(crate) compute: i64,
    one: Option<&'e Resource>,
}

impl<'e> Interfaces<'e> {
    /// Whether there is some interface in a subnet.
    pub(crate) fn any_in_subnet(&self, subnet: &str, cite: &mut Cite<'e>) -> Known<bool> {
        let found = self.by_subnet.find(subnet, cite)?;
        if let Some(one) = found.and_then(|counted| counted.one) {
            cite.fact(one);
        }
        Ok(found.is_some())
    }
}

/// How many, which only a complete listing tells.
pub(crate) fn count<'e>(
    index: &Index<'e, &'e str, Counted<'e>>,
    key: &str,
    of: impl Fn(&Counted<'e>) -> i64,
    cite: &mut Cite<'e>,
) -> Known<i64> {
    index.listed.complete(cite)?;
    Ok(index.found(key).map_or(0, of))
}

/// An alarm on metrics, with its record.
#[derive(Debug)]
pub(crate) struct AlarmRow<'e> {
    pub(crate) resource: &'e Resource,
    pub(crate) facts: Alarm,
}

#[derive(Debug)]
pub(crate) struct Alarms<'e> {
    pub(crate) rows: Vec<AlarmRow<'e>>,
    /// Positions of the alarms that look at a usage metric.
    pub(crate) by_usage_metric: Index<'e, String, Vec<usize>>,
    /// Positions of the alarms with a dimension of this value, by the dimensions of [`DIMENSIONS`].
    by_dimension: [HashMap<String, Vec<usize>>; 2],
    /// Positions of the alarms that do not name the metrics that they look at.
    untold: Vec<usize>,
    /// A composite alarm with an enabled action that an alarm feeds, directly or through others.
    fed: Index<'e, String, &'e Resource>,
    pub(crate) listed: Listed<'e>,
}

/// The dimensions by which alarms are looked up.
const DIMENSIONS: [&str; 2] = [INSTANCE_DIMENSION, "AutoScalingGroupName"];
pub(crate) const INSTANCE_DIMENSION: &str = "InstanceId";

impl<'e> Alarms<'e> {
    /// The alarms that look at a metric of this instance.
    pub(crate) fn on_instance(&self, id: &str) -> impl Iterator<Item = &AlarmRow<'e>> {
        self.by_dimension[0].get(id).into_iter().flatten().map(|at| &self.rows[*at])
    }

    /// The alarms that look at a metric of this Auto Scaling group.
    pub(crate) fn on_group(&self, name: &str) -> impl Iterator<Item = &AlarmRow<'e>> {
        self.by_dimension[1].get(name).into_iter().flatten().map(|at| &self.rows[*at])
    }

    /// That no alarm looks at a metric of this namespace without naming it; of any namespace where none is given.
    pub(crate) fn all_told(&self, place: &Place<'e>, namespace: Option<&str>) -> Known<()> {
        let may_be = |row: &&AlarmRow<'e>| {
            let namespaces = &row.facts.namespaces;
            namespaces.is_empty() || namespace.is_none_or(|wanted| namespaces.iter().any(|it| it == wanted))
        };
        let Some(row) = self.untold.iter().map(|at| &self.rows[*at]).find(may_be) else { return Ok(()) };
        let what = format!("{}#{}.metrics", Alarm::TYPE, row.facts.alarm_name);
        Err(place.doubt(&what, "it looks at metrics that it does not name"))
    }

    /// Whether an alarm has an enabled action or feeds a composite alarm that has one.
    pub(crate) fn acts(&self, name: &str, own: bool, cite: &mut Cite<'e>) -> Known<bool> {
        if own {
            return Ok(true);
        }
        self.fed.record(name, cite).map(|found| found.is_some())
    }
}

impl AlarmRow<'_> {
    /// The own metric of this key that the alarm compares as it is; none where it compares something computed.
    pub(crate) fn compared(&self, key: &str) -> Option<&AlarmMetric> {
        let mut compared = self.facts.metrics.iter().filter(|metric| metric.role == MetricRole::Compared);
        compared.find(|metric| metric.metric_key == key && metric.is_of(&self.resource.account))
    }

    pub(crate) fn has_own_action(&self) -> bool {
        self.facts.actions_enabled && !self.facts.alarm_actions.is_empty()
    }

    /// Whether one of its enabled actions recovers an instance.
    pub(crate) fn recovers(&self) -> bool {
        let recover =
            |arn: &String| ActionKind::of(arn) == ActionKind::Ec2 && arn.to_ascii_lowercase().contains("recover");
        self.facts.actions_enabled && self.facts.alarm_actions.iter().any(recover)
    }
}

impl<'e> Place<'e> {
    pub(crate) fn instances(&self) -> &Instances<'e> {
        self.tables.instances.get_or_init(|| {
            #[derive(Deserialize)]
            struct View<'e> {
                #[serde(borrow)]
                state: &'e str,
                availability_zone: &'e str,
                security_group_ids: Vec<&'e str>,
            }
            let (rows, listed) = self.read(Instance::TYPE, |resource, view: View<'e>| (resource, view));
            let running = || rows.iter().filter(|(_, view)| view.state == "running");
            let with_group = running()
                .flat_map(|(resource, view)| view.security_group_ids.iter().map(move |group| (*group, *resource)));
            Instances {
                some_running: running().map(|(resource, _)| *resource).next(),
                running_with_group: Index::new(with_group, listed.clone()),
                running_by_zone: Index::fold(
                    running().map(|(_, view)| (view.availability_zone, 1)),
                    listed,
                    |count: &mut u64, one| *count += one,
                ),
            }
        })
    }

    pub(crate) fn groups(&self) -> &Groups<'e> {
        self.tables.groups.get_or_init(|| {
            let (rows, listed) =
                self.read(AutoScalingGroup::TYPE, |resource, group: AutoScalingGroup| (resource, group));
            let members = rows.iter().flat_map(|(resource, group)| {
                let row = |id: &str| (id.to_owned(), Group { resource, name: resource.id.as_str() });
                group.instances.iter().map(move |instance| row(&instance.instance_id))
            });
            let by_subnet = rows
                .iter()
                .flat_map(|(resource, group)| group.subnet_ids.iter().map(move |subnet| (subnet.clone(), *resource)));
            let replacing = rows
                .iter()
                .map(|(resource, group)| (resource.id.as_str(), (*resource, group_scaling::can_replace(group))));
            Groups {
                members: Index::new(members, listed.clone()),
                replacing: Index::new(replacing, listed.clone()),
                by_subnet: Index::new(by_subnet, listed.clone()),
                by_name: Index::new(rows.iter().map(|(resource, _)| (resource.id.as_str(), *resource)), listed),
            }
        })
    }

    /// Stacks by ARN and by name.
    pub(crate) fn stacks(&self) -> &Index<'e, &'e str, &'e Resource> {
        self.tables.stacks.get_or_init(|| {
            #[derive(Deserialize)]
            struct View<'e> {
                #[serde(borrow)]
                stack_name: &'e str,
            }
            let (rows, listed) = self.read(Stack::TYPE, |resource, view: View<'e>| {
                [(resource.id.as_str(), resource), (view.stack_name, resource)]
            });
            Index::new(rows.into_iter().flatten(), listed)
        })
    }

    pub(crate) fn stack_resources(&self) -> &StackResources<'e> {
        self.tables.stack_resources.get_or_init(|| {
            let (rows, listed) =
                self.read(StackResource::TYPE, |resource, view: StackResourceView<'e>| (resource, view));
            let standing = || rows.iter().filter(|(_, view)| !view.resource_status.starts_with("DELETE_"));
            let owned =
                standing().filter(|(_, view)| view.resource_type != CDK_METADATA).filter_map(|(resource, view)| {
                    let id = view.physical_resource_id.filter(|id| !id.is_empty())?;
                    Some(((view.resource_type, id), Owned { resource, stack_id: view.stack_id }))
                });
            let marks = standing().filter(|(_, view)| view.resource_type == CDK_METADATA);
            let marks = marks.flat_map(|(resource, view)| [(view.stack_id, *resource), (view.stack_name, *resource)]);
            StackResources { owned: Index::new(owned, listed.clone()), cdk: Index::new(marks, listed) }
        })
    }

    pub(crate) fn interfaces(&self) -> &Interfaces<'e> {
        self.tables.interfaces.get_or_init(|| {
            let (rows, listed) =
                self.read(NetworkInterface::TYPE, |resource, view: InterfaceView<'e>| (resource, view));
            let add = |counted: &mut Counted<'e>, (resource, compute): (&'e Resource, bool)| {
                counted.all += 1;
                counted.compute += i64::from(compute);
                counted.one.get_or_insert(resource);
            };
            let of = |row: &(&'e Resource, InterfaceView<'e>)| (row.0, row.1.is_compute());
            let by_group =
                rows.iter().flat_map(|row| row.1.security_group_ids.iter().map(move |group| (*group, of(row))));
            Interfaces {
                by_subnet: Index::fold(rows.iter().map(|row| (row.1.subnet_id, of(row))), listed.clone(), add),
                by_vpc: Index::fold(rows.iter().map(|row| (row.1.vpc_id, of(row))), listed.clone(), add),
                by_group: Index::fold(by_group, listed.clone(), add),
                subnets_by_vpc: subnets_by_vpc(&rows, listed),
            }
        })
    }

    pub(crate) fn routing(&self) -> &Index<'e, &'e str, Routing<'e>> {
        self.tables.routing.get_or_init(|| network::routing(self))
    }

    pub(crate) fn openness(&self) -> &Index<'e, &'e str, Openness<'e>> {
        self.tables.openness.get_or_init(|| {
            let lists = internet::prefix_lists(self);
            let (rows, listed) = self.read(SecurityGroup::TYPE, |resource, group: SecurityGroup| {
                (resource.id.as_str(), Openness::of(self, resource, &group, &lists))
            });
            Index::new(rows, listed)
        })
    }

    pub(crate) fn alarms(&self) -> &Alarms<'e> {
        self.tables.alarms.get_or_init(|| {
            let (rows, listed) = self.read(Alarm::TYPE, |resource, facts: Alarm| AlarmRow { resource, facts });
            let push = |positions: &mut Vec<usize>, at: usize| positions.push(at);
            let by_usage = rows
                .iter()
                .enumerate()
                .flat_map(|(at, row)| row.facts.usage_metric_keys.iter().map(move |key| (key.clone(), at)));
            let by_usage_metric = Index::fold(by_usage, listed.clone(), push);
            let mut by_dimension: [HashMap<String, Vec<usize>>; 2] = Default::default();
            for (at, row) in rows.iter().enumerate() {
                // Another account calls its instances and groups by ids of its own.
                let own = row.facts.metrics.iter().filter(|metric| metric.is_of(self.account));
                for metric in own.filter(|metric| metric.role != MetricRole::Unused) {
                    for (name, found) in DIMENSIONS.iter().zip(&mut by_dimension) {
                        if let Some(value) = metric.dimensions.get(*name) {
                            found.entry(value.clone()).or_default().push(at);
                        }
                    }
                }
            }
            let untold =
                rows.iter().enumerate().filter(|(_, row)| row.facts.metrics_untold).map(|(at, _)| at).collect();
            Alarms { by_usage_metric, by_dimension, untold, fed: fed(self), rows, listed }
        })
    }
}

impl<'e> Place<'e> {
    /// Applied values of quotas, by the record's id.
    pub(crate) fn quotas(&self) -> &Index<'e, &'e str, (&'e Resource, Read<f64>)> {
        self.tables.quotas.get_or_init(|| {
            let (rows, listed) =
                self.read(Quota::TYPE, |resource, quota: Quota| (resource.id.as_str(), (resource, quota.value)));
            Index::new(rows, listed)
        })
    }

    /// Increases that were asked for, by the id of the quota's record.
    pub(crate) fn requests(&self) -> &Index<'e, String, Vec<Request<'e>>> {
        self.tables.requests.get_or_init(|| {
            let (rows, listed) = self.read(RequestedChange::TYPE, |resource, change: RequestedChange| {
                let quota = format!("{}/{}", change.service_code, change.quota_code);
                (quota, Request { resource, status: change.status, created: change.created })
            });
            Index::fold(rows, listed, |requests: &mut Vec<_>, request| requests.push(request))
        })
    }
}

/// A quota increase that was asked for.
#[derive(Debug)]
pub(crate) struct Request<'e> {
    pub(crate) resource: &'e Resource,
    pub(crate) status: String,
    pub(crate) created: Timestamp,
}

fn subnets_by_vpc<'e>(
    rows: &[(&'e Resource, InterfaceView<'e>)],
    listed: Listed<'e>,
) -> Index<'e, &'e str, Vec<&'e str>> {
    let mut pairs: Vec<(&str, &str)> = rows.iter().map(|(_, view)| (view.vpc_id, view.subnet_id)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    Index::fold(pairs, listed, |subnets: &mut Vec<&'e str>, subnet| subnets.push(subnet))
}

/// The names of the alarms that feed a composite alarm with an enabled action, directly or through other composite alarms.
fn fed<'e>(place: &Place<'e>) -> Index<'e, String, &'e Resource> {
    let (composites, listed) = place.read(CompositeAlarm::TYPE, |resource, facts: CompositeAlarm| (resource, facts));
    let by_name: HashMap<&str, &(&'e Resource, CompositeAlarm)> =
        composites.iter().map(|row| (row.1.alarm_name.as_str(), row)).collect();
    let mut fed: HashMap<String, &'e Resource> = HashMap::new();
    for (resource, composite) in &composites {
        if !composite.actions_enabled || composite.alarm_actions.is_empty() {
            continue;
        }
        let mut waiting: Vec<&str> = composite.mentions.iter().map(String::as_str).collect();
        while let Some(name) = waiting.pop() {
            if fed.contains_key(name) {
                continue;
            }
            fed.insert(name.to_owned(), resource);
            if let Some((_, inner)) = by_name.get(name) {
                waiting.extend(inner.mentions.iter().map(String::as_str));
            }
        }
    }
    Index::new(fed, listed)
}
