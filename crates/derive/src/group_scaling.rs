//! Whether each Auto Scaling group can do its work.

use std::collections::BTreeSet;

use wellproof_facts::Facts;
use wellproof_facts::autoscaling::{
    AutoScalingGroup, LaunchConfiguration, LaunchTemplate, LaunchTemplateChoice, LaunchTemplateData,
    NotificationConfiguration, ScalingPolicy, ScheduledAction,
};
use wellproof_facts::derived::{GroupController, GroupScaling};
use wellproof_model::{Read, Resource, Tags};

use crate::Derivation;
use crate::cite::Cite;
use crate::join::{Derived, Index, Known, Place, any, tag, tag_from};

pub(crate) const DERIVATION: Derivation = Derivation {
    kind: GroupScaling::TYPE,
    inputs: &[
        AutoScalingGroup::TYPE,
        LaunchConfiguration::TYPE,
        LaunchTemplate::TYPE,
        NotificationConfiguration::TYPE,
        ScalingPolicy::TYPE,
        ScheduledAction::TYPE,
    ],
    make: |place, _| derive(place),
};

/// Processes without which a group replaces nothing.
const REPLACING: &[&str] = &["HealthCheck", "Launch", "ReplaceUnhealthy", "Terminate"];
/// Health checks that a load balancer makes.
const LOAD_BALANCER_CHECKS: &[&str] = &["ELB", "VPC_LATTICE"];
const TOLD_OF_REPLACING: &[&str] = &["autoscaling:EC2_INSTANCE_TERMINATE", "autoscaling:EC2_INSTANCE_LAUNCH"];

/// Whether no process is suspended that replacing an instance takes.
pub(crate) fn can_replace(group: &AutoScalingGroup) -> bool {
    !group.suspended_processes.iter().any(|process| REPLACING.contains(&process.as_str()))
}

/// Who drives a group, told by its tags and its name.
pub(crate) fn controller(name: &str, tags: Option<&Tags>) -> GroupController {
    let has = |key: &str| tag(tags, key).is_some();
    let from = |prefix: &str| tag_from(tags, prefix).is_some();
    if from("eks:") || from("k8s.io/cluster-autoscaler/") || from("kubernetes.io/cluster/") || from("karpenter.sh/") {
        GroupController::Eks
    } else if has("AWSBatchServiceTag") || name.starts_with("AWSBatch") {
        GroupController::Batch
    } else if from("elasticbeanstalk:") || name.starts_with("awseb-") {
        GroupController::Beanstalk
    } else if has("AmazonECSManaged") {
        GroupController::Ecs
    } else if name.starts_with("CodeDeploy_") {
        GroupController::Codedeploy
    } else {
        GroupController::None
    }
}

/// What may resize a group.
#[derive(Default)]
struct Policies<'e> {
    resources: Vec<&'e Resource>,
    /// Adds and removes by itself.
    both_ways: usize,
    /// Adds or removes, as an alarm says.
    one_way: usize,
    /// Only ever adds.
    adds: usize,
}

impl Policies<'_> {
    fn resize(&self) -> bool {
        self.both_ways > 0 || self.one_way >= 2 || (self.adds > 0 && self.one_way > 0)
    }
}

#[derive(Default)]
struct Rows<'e>(Vec<&'e Resource>);

struct Tables<'e> {
    policies: Index<'e, String, Policies<'e>>,
    /// Recurring schedules that have not ended.
    recurring: Index<'e, String, Rows<'e>>,
    schedules: Index<'e, String, Rows<'e>>,
    notifications: Index<'e, String, Rows<'e>>,
    templates: Index<'e, &'e str, (&'e Resource, LaunchTemplate)>,
    configurations: Index<'e, &'e str, (&'e Resource, LaunchConfiguration)>,
}

impl<'e> Tables<'e> {
    fn of(place: &Place<'e>) -> Self {
        let (policies, policies_listed) = place.read(ScalingPolicy::TYPE, |resource, policy: ScalingPolicy| {
            (policy.auto_scaling_group_name.clone(), (resource, policy))
        });
        let (schedules, schedules_listed) = place.read(ScheduledAction::TYPE, |resource, action: ScheduledAction| {
            (action.auto_scaling_group_name.clone(), (resource, action))
        });
        let clock = place.base.clock();
        let recurring = schedules
            .iter()
            .filter(|(_, (_, action))| action.recurrence.is_some() && action.end_time.is_none_or(|end| end > clock));
        let (notifications, notifications_listed) =
            place.read(NotificationConfiguration::TYPE, |resource, topic: NotificationConfiguration| {
                let hears = topic.notification_types.iter().any(|kind| TOLD_OF_REPLACING.contains(&kind.as_str()));
                hears.then_some((topic.auto_scaling_group_name, resource))
            });
        let (templates, templates_listed) = place.read(LaunchTemplate::TYPE, |resource, template: LaunchTemplate| {
            (resource.id.as_str(), (resource, template))
        });
        let (configurations, configurations_listed) = place
            .read(LaunchConfiguration::TYPE, |resource, configuration: LaunchConfiguration| {
                (resource.id.as_str(), (resource, configuration))
            });
        let push = |rows: &mut Rows<'e>, resource: &'e Resource| rows.0.push(resource);
        Self {
            recurring: Index::fold(
                recurring.map(|(group, (resource, _))| (group.clone(), *resource)),
                schedules_listed.clone(),
                push,
            ),
            schedules: Index::fold(
                schedules.iter().map(|(group, (resource, _))| (group.clone(), *resource)),
                schedules_listed,
                push,
            ),
            policies: Index::fold(policies, policies_listed, add_policy),
            notifications: Index::fold(notifications.into_iter().flatten(), notifications_listed, push),
            templates: Index::new(templates, templates_listed),
            configurations: Index::new(configurations, configurations_listed),
        }
    }
}

fn add_policy<'e>(policies: &mut Policies<'e>, (resource, policy): (&'e Resource, ScalingPolicy)) {
    policies.resources.push(resource);
    if !policy.enabled {
        return;
    }
    match policy.policy_type.as_str() {
        "TargetTrackingScaling" if policy.disable_scale_in => policies.adds += 1,
        "TargetTrackingScaling" => policies.both_ways += 1,
        "StepScaling" | "SimpleScaling" if !policy.alarm_names.is_empty() => policies.one_way += 1,
        "PredictiveScaling" if policy.predictive_mode.as_deref() == Some("ForecastAndScale") => policies.adds += 1,
        _ => {}
    }
}

fn derive(place: &Place<'_>) -> Derived {
    let tables = Tables::of(place);
    place.each::<AutoScalingGroup, _, _>(&["controller"], |resource, group: AutoScalingGroup, cite| {
        facts(place, &tables, resource, &group, cite)
    })
}

fn facts<'e>(
    place: &Place<'e>,
    tables: &Tables<'e>,
    resource: &'e Resource,
    group: &AutoScalingGroup,
    cite: &mut Cite<'e>,
) -> GroupScaling {
    let name = group.auto_scaling_group_name.as_str();
    let suspended = |process: &str| group.suspended_processes.iter().any(|it| it == process);
    let in_service = || group.instances.iter().filter(|instance| instance.lifecycle_state == "InService");
    let zones: BTreeSet<&str> = in_service().map(|instance| instance.availability_zone.as_str()).collect();
    let checked = group.health_check_types.iter().any(|check| LOAD_BALANCER_CHECKS.contains(&check.as_str()));
    let launches = launches(place, tables, group, cite);
    let policy = by_policy(tables, name, cite);
    GroupScaling {
        auto_scaling_group_name: name.to_owned(),
        controller: controller(name, resource.tags.as_ref()),
        max_size: group.max_size,
        desired_capacity: group.desired_capacity,
        can_change_size: group.max_size > group.min_size,
        scales_by_policy: if suspended("AlarmNotification") { Ok(false) } else { policy }.into(),
        scales_by_schedule: if suspended("ScheduledActions") {
            Read::Known(false)
        } else {
            some(&tables.recurring, name, cite).into()
        },
        has_scaling: any([has_policy(tables, name, cite), some(&tables.schedules, name, cite)]).into(),
        launch_or_terminate_suspended: suspended("Launch") || suspended("Terminate"),
        behind_load_balancer: !group.traffic_sources.is_empty(),
        replaces_unhealthy: checked && can_replace(group),
        zones: count(group.availability_zones.len()),
        zones_in_service: count(zones.len()),
        in_service: count(in_service().count()),
        several_instance_types: several_types(group, &launches).into(),
        uses_spot: uses_spot(place, group, &launches).into(),
        uses_launch_template: group.launch_template.is_some(),
        launches_require_imdsv2: launches
            .map(|launches| launches.http_tokens().map(|tokens| tokens == "required"))
            .into(),
        notifies: some(&tables.notifications, name, cite).into(),
    }
}

fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

fn some<'e>(index: &Index<'e, String, Rows<'e>>, group: &str, cite: &mut Cite<'e>) -> Known<bool> {
    let found = index.find(group, cite)?;
    if let Some(resource) = found.and_then(|rows| rows.0.first()) {
        cite.fact(resource);
    }
    Ok(found.is_some())
}

fn has_policy<'e>(tables: &Tables<'e>, group: &str, cite: &mut Cite<'e>) -> Known<bool> {
    let found = tables.policies.find(group, cite)?;
    if let Some(resource) = found.and_then(|policies| policies.resources.first()) {
        cite.fact(resource);
    }
    Ok(found.is_some())
}

fn by_policy<'e>(tables: &Tables<'e>, group: &str, cite: &mut Cite<'e>) -> Known<bool> {
    let found = tables.policies.found(group);
    if let Some(policies) = found {
        policies.resources.iter().for_each(|resource| cite.fact(resource));
    }
    if found.is_some_and(Policies::resize) {
        return Ok(true);
    }
    tables.policies.listed.complete(cite).map(|()| false)
}

/// What a group launches from.
enum Launches<'t> {
    Template(&'t LaunchTemplateData),
    Configuration(&'t LaunchConfiguration),
}

impl Launches<'_> {
    fn http_tokens(&self) -> Option<&str> {
        match self {
            Self::Template(data) => data.http_tokens.as_deref(),
            Self::Configuration(configuration) => configuration.http_tokens.as_deref(),
        }
    }
}

fn launches<'t, 'e>(
    place: &Place<'e>,
    tables: &'t Tables<'e>,
    group: &AutoScalingGroup,
    cite: &mut Cite<'e>,
) -> Known<Launches<'t>> {
    if let Some(choice) = &group.launch_template {
        let found = tables.templates.find(choice.launch_template_id.as_str(), cite)?;
        let not_visible = || place.not_visible(LaunchTemplate::TYPE, &choice.launch_template_id);
        let (resource, template) = found.ok_or_else(not_visible)?;
        cite.fact(resource);
        return version(place, choice, template).map(Launches::Template);
    }
    let Some(name) = &group.launch_configuration_name else {
        let what = format!("{}#{}.launch_template", AutoScalingGroup::TYPE, group.auto_scaling_group_name);
        return Err(place.doubt(&what, "AWS names neither a launch template nor a launch configuration"));
    };
    let found = tables.configurations.find(name.as_str(), cite)?;
    let (resource, configuration) = found.ok_or_else(|| place.not_visible(LaunchConfiguration::TYPE, name))?;
    cite.fact(resource);
    Ok(Launches::Configuration(configuration))
}

/// The version of a template that a group chose. Only the default and the latest one are read.
fn version<'t>(
    place: &Place<'_>,
    choice: &LaunchTemplateChoice,
    template: &'t LaunchTemplate,
) -> Known<&'t LaunchTemplateData> {
    let number: Option<i64> = choice.version.parse().ok();
    let read = match choice.version.as_str() {
        "$Latest" => &template.latest_version,
        "$Default" => &template.default_version,
        _ if number == Some(template.default_version_number) => &template.default_version,
        _ if number == Some(template.latest_version_number) => &template.latest_version,
        version => {
            let what = format!("{}#{}/{version}", LaunchTemplate::TYPE, choice.launch_template_id);
            return Err(place.doubt(&what, "only a template's default and latest versions are read"));
        }
    };
    match read {
        Read::Known(data) => Ok(data),
        Read::Unread(gap) => Err(gap.clone()),
    }
}

fn several_types(group: &AutoScalingGroup, launches: &Known<Launches<'_>>) -> Known<bool> {
    if group.chooses_types_by_attributes || group.override_instance_types.len() > 1 {
        return Ok(true);
    }
    if !group.override_instance_types.is_empty() {
        return Ok(false);
    }
    match launches {
        Ok(Launches::Template(data)) => Ok(data.chooses_types_by_attributes),
        Ok(Launches::Configuration(_)) => Ok(false),
        Err(gap) => Err(gap.clone()),
    }
}

fn uses_spot(place: &Place<'_>, group: &AutoScalingGroup, launches: &Known<Launches<'_>>) -> Known<bool> {
    if let Some(on_demand) = group.on_demand_percentage_above_base {
        return Ok(on_demand < 100);
    }
    match launches {
        Ok(Launches::Template(data)) => Ok(data.market_type.as_deref() == Some("spot")),
        Ok(Launches::Configuration(configuration)) => {
            let name = &configuration.launch_configuration_name;
            let what = format!("{}#{name}.spot_price", LaunchConfiguration::TYPE);
            Err(place.doubt(&what, "a launch configuration's Spot price is not kept"))
        }
        Err(gap) => Err(gap.clone()),
    }
}
