//! Groups, what resizes them, and whom they tell.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::types;
use wellproof_aws::member::{required, required_text, required_time, sorted, text};
use wellproof_aws::{Listing, Record, Refusal, Unit, timestamp};
use wellproof_facts::autoscaling::{
    AutoScalingGroup, GroupInstance, LaunchTemplateChoice, NotificationConfiguration, ScalingPolicy, ScheduledAction,
};
use wellproof_model::CallId;

/// As many as Auto Scaling gives in one page.
pub(crate) const PAGE: i32 = 100;

pub(crate) async fn list_groups(unit: &Unit, autoscaling: &Client) {
    let pages = autoscaling
        .describe_auto_scaling_groups()
        .max_records(PAGE)
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    unit.list(pages, |page| page.auto_scaling_groups().iter().map(group_record).collect()).await;
}

fn group_record(group: &types::AutoScalingGroup) -> Result<Record<AutoScalingGroup>, Refusal> {
    let name = required_text(group.auto_scaling_group_name(), "AutoScalingGroup.AutoScalingGroupName")?;
    let mixed = group.mixed_instances_policy();
    let overrides = mixed.and_then(|it| it.launch_template()).map(types::LaunchTemplate::overrides).unwrap_or_default();
    let mut instances = group.instances().iter().map(group_instance).collect::<Result<Vec<_>, _>>()?;
    instances.sort_by(|a, b| a.instance_id.cmp(&b.instance_id));
    let sources = group.traffic_sources().iter().filter_map(|it| it.identifier());
    let balancers = group.target_group_arns().iter().chain(group.load_balancer_names()).map(String::as_str);
    let facts = AutoScalingGroup {
        auto_scaling_group_name: name.clone(),
        min_size: required(group.min_size, "AutoScalingGroup.MinSize")?.into(),
        max_size: required(group.max_size, "AutoScalingGroup.MaxSize")?.into(),
        desired_capacity: required(group.desired_capacity, "AutoScalingGroup.DesiredCapacity")?.into(),
        created_time: required_time(group.created_time(), "AutoScalingGroup.CreatedTime")?,
        availability_zones: sorted(group.availability_zones()),
        subnet_ids: sorted(words(group.vpc_zone_identifier())),
        instances,
        health_check_types: sorted(words(group.health_check_type()).filter(|kind| *kind != "EC2")),
        health_check_grace_period: group.health_check_grace_period.map(Into::into),
        suspended_processes: sorted(group.suspended_processes().iter().filter_map(|it| it.process_name())),
        traffic_sources: sorted(sources.chain(balancers)),
        launch_template: launch_template(group)?,
        launch_configuration_name: text(group.launch_configuration_name()),
        override_instance_types: sorted(overrides.iter().filter_map(|it| it.instance_type())),
        chooses_types_by_attributes: overrides.iter().any(|it| it.instance_requirements().is_some()),
        on_demand_percentage_above_base: mixed.map(on_demand_percentage),
        capacity_rebalance: group.capacity_rebalance.unwrap_or_default(),
        new_instances_protected_from_scale_in: group.new_instances_protected_from_scale_in.unwrap_or_default(),
        max_instance_lifetime: group.max_instance_lifetime.filter(|seconds| *seconds > 0).map(Into::into),
        enabled_metrics: sorted(group.enabled_metrics().iter().filter_map(|it| it.metric())),
    };
    let tags = group.tags().iter().filter_map(|tag| Some((text(tag.key())?, tag.value.clone().unwrap_or_default())));
    Ok(Record::new(name, facts).arn(text(group.auto_scaling_group_arn())).tags(tags))
}

fn words(list: Option<&str>) -> impl Iterator<Item = &str> {
    list.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty())
}

fn group_instance(instance: &types::Instance) -> Result<GroupInstance, Refusal> {
    let health = required_text(instance.health_status(), "Instance.HealthStatus")?;
    Ok(GroupInstance {
        instance_id: required_text(instance.instance_id(), "Instance.InstanceId")?,
        availability_zone: required_text(instance.availability_zone(), "Instance.AvailabilityZone")?,
        lifecycle_state: required_text(instance.lifecycle_state(), "Instance.LifecycleState")?,
        // Another operation of this API shouts it.
        health_status: if health.eq_ignore_ascii_case("healthy") {
            "Healthy".to_owned()
        } else {
            "Unhealthy".to_owned()
        },
        protected_from_scale_in: instance.protected_from_scale_in.unwrap_or_default(),
    })
}

fn launch_template(group: &types::AutoScalingGroup) -> Result<Option<LaunchTemplateChoice>, Refusal> {
    let mixed = group.mixed_instances_policy().and_then(|it| it.launch_template());
    let chosen = group.launch_template().or_else(|| mixed.and_then(|it| it.launch_template_specification()));
    let Some(chosen) = chosen else { return Ok(None) };
    Ok(Some(LaunchTemplateChoice {
        launch_template_id: required_text(chosen.launch_template_id(), "LaunchTemplate.LaunchTemplateId")?,
        version: text(chosen.version()).unwrap_or_else(|| "$Default".to_owned()),
    }))
}

/// AWS documents 100 where the policy says nothing.
fn on_demand_percentage(mixed: &types::MixedInstancesPolicy) -> i64 {
    let said = mixed.instances_distribution().and_then(|it| it.on_demand_percentage_above_base_capacity);
    said.unwrap_or(100).into()
}

pub(crate) async fn list_policies(unit: &Unit, autoscaling: &Client) {
    let pages =
        autoscaling.describe_policies().max_records(PAGE).into_paginator().stop_on_duplicate_token(false).send();
    unit.list(pages, |page| page.scaling_policies().iter().map(policy_record).collect()).await;
}

fn policy_record(policy: &types::ScalingPolicy) -> Result<Record<ScalingPolicy>, Refusal> {
    let arn = required_text(policy.policy_arn(), "ScalingPolicy.PolicyARN")?;
    let tracking = policy.target_tracking_configuration();
    let facts = ScalingPolicy {
        policy_name: required_text(policy.policy_name(), "ScalingPolicy.PolicyName")?,
        auto_scaling_group_name: required_text(policy.auto_scaling_group_name(), "ScalingPolicy.AutoScalingGroupName")?,
        policy_type: required_text(policy.policy_type(), "ScalingPolicy.PolicyType")?,
        // A policy is on unless somebody turned it off.
        enabled: policy.enabled.unwrap_or(true),
        disable_scale_in: tracking.and_then(|it| it.disable_scale_in).unwrap_or_default(),
        predictive_mode: policy.predictive_scaling_configuration().map(predictive_mode),
        alarm_names: sorted(policy.alarms().iter().filter_map(|it| it.alarm_name())),
    };
    Ok(Record::new(&arn, facts).arn(Some(&arn)))
}

/// AWS documents `ForecastOnly` where the policy says nothing.
fn predictive_mode(predictive: &types::PredictiveScalingConfiguration) -> String {
    text(predictive.mode()).unwrap_or_else(|| "ForecastOnly".to_owned())
}

pub(crate) async fn list_scheduled_actions(unit: &Unit, autoscaling: &Client) {
    let pages = autoscaling
        .describe_scheduled_actions()
        .max_records(PAGE)
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    unit.list(pages, |page| page.scheduled_update_group_actions().iter().map(action_record).collect()).await;
}

fn action_record(action: &types::ScheduledUpdateGroupAction) -> Result<Record<ScheduledAction>, Refusal> {
    let arn = required_text(action.scheduled_action_arn(), "ScheduledUpdateGroupAction.ScheduledActionARN")?;
    let facts = ScheduledAction {
        scheduled_action_name: required_text(
            action.scheduled_action_name(),
            "ScheduledUpdateGroupAction.ScheduledActionName",
        )?,
        auto_scaling_group_name: required_text(
            action.auto_scaling_group_name(),
            "ScheduledUpdateGroupAction.AutoScalingGroupName",
        )?,
        recurrence: text(action.recurrence()),
        end_time: action.end_time().and_then(timestamp),
        desired_capacity: action.desired_capacity.map(Into::into),
    };
    Ok(Record::new(&arn, facts).arn(Some(&arn)))
}

/// What each group tells each topic, and the calls that say so.
type Told = BTreeMap<(String, String), (BTreeSet<String>, BTreeSet<CallId>)>;

/// AWS answers with one entry per group, topic and type, in any order and over all pages: they are put together first.
pub(crate) async fn list_notifications(unit: &Unit, autoscaling: &Client) {
    let mut notifications = unit.listing::<NotificationConfiguration>();
    let mut told = Told::new();
    let end = read_notifications(unit, autoscaling, &mut notifications, &mut told).await;
    for ((group, topic), (types, calls)) in told {
        notifications.cite(calls);
        let id = format!("{group}/{topic}");
        let facts = NotificationConfiguration {
            auto_scaling_group_name: group,
            topic_arn: topic,
            notification_types: types.into_iter().collect(),
        };
        notifications.push(Record::new(id, facts));
    }
    notifications.close(end);
}

async fn read_notifications(
    unit: &Unit,
    autoscaling: &Client,
    notifications: &mut Listing<NotificationConfiguration>,
    told: &mut Told,
) -> Result<(), Refusal> {
    let mut pages = autoscaling
        .describe_notification_configurations()
        .max_records(PAGE)
        .into_paginator()
        .stop_on_duplicate_token(false)
        .send();
    while let Some(page) = unit.page(&mut pages).await? {
        notifications.cite(page.calls.iter().cloned());
        for entry in page.value.notification_configurations() {
            let group =
                required_text(entry.auto_scaling_group_name(), "NotificationConfiguration.AutoScalingGroupName")?;
            let topic = required_text(entry.topic_arn(), "NotificationConfiguration.TopicARN")?;
            let kind = required_text(entry.notification_type(), "NotificationConfiguration.NotificationType")?;
            let (types, calls) = told.entry((group, topic)).or_default();
            types.insert(kind);
            calls.extend(page.calls.iter().cloned());
        }
    }
    Ok(())
}
