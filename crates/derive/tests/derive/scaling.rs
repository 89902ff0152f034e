use serde_json::{Value as Json, json};
use wellproof_facts::Facts;
use wellproof_facts::autoscaling::{
    AutoScalingGroup, LaunchConfiguration, LaunchTemplate, NotificationConfiguration, ScalingPolicy, ScheduledAction,
};
use wellproof_facts::derived::{GroupController, GroupScaling};
use wellproof_facts::schemas;
use wellproof_model::Read;

use crate::world::{World, least, tags};

fn group(world: &mut World, more: &Json) {
    let mut fields =
        json!({"auto_scaling_group_name": "g", "min_size": 1, "max_size": 4, "availability_zones": ["a", "b"]});
    for (name, value) in more.as_object().unwrap() {
        fields[name] = value.clone();
    }
    world.put::<AutoScalingGroup>("g", fields);
}

fn policy(world: &mut World, id: &str, kind: &str, more: &Json) {
    let mut fields = json!({"auto_scaling_group_name": "g", "policy_type": kind, "enabled": true});
    for (name, value) in more.as_object().unwrap() {
        fields[name] = value.clone();
    }
    world.put::<ScalingPolicy>(id, fields);
}

fn derived(world: &World) -> GroupScaling {
    world.derived("g")
}

#[test]
fn nothing_resizes_a_group_without_policies() {
    let mut world = World::new();
    group(&mut world, &json!({"launch_configuration_name": "lc"}));
    world.put::<LaunchConfiguration>("lc", json!({"http_tokens": "optional"}));
    let facts = derived(&world);
    assert!(facts.can_change_size && !facts.uses_launch_template && !facts.behind_load_balancer);
    assert_eq!(facts.controller, GroupController::None);
    assert_eq!((facts.scales_by_policy, facts.scales_by_schedule), (Read::Known(false), Read::Known(false)));
    assert_eq!((facts.has_scaling, facts.notifies), (Read::Known(false), Read::Known(false)));
    assert_eq!(facts.several_instance_types, Read::Known(false));
    assert_eq!(facts.launches_require_imdsv2, Read::Known(Some(false)));
    assert!(matches!(facts.uses_spot, Read::Unread(_)), "a launch configuration's price is not kept");
    assert_eq!(facts.zones, 2);
}

#[test]
fn a_policy_has_to_work_both_ways() {
    let mut world = World::new();
    group(&mut world, &json!({}));
    policy(&mut world, "p1", "StepScaling", &json!({"alarm_names": ["a"]}));
    let facts = derived(&world);
    assert_eq!((facts.scales_by_policy, facts.has_scaling), (Read::Known(false), Read::Known(true)));
    let gap = world.cut::<ScalingPolicy>();
    assert_eq!(derived(&world).scales_by_policy, Read::Unread(gap));
    policy(&mut world, "p2", "StepScaling", &json!({"alarm_names": ["b"]}));
    assert_eq!(derived(&world).scales_by_policy, Read::Known(true));

    let mut world = World::new();
    group(&mut world, &json!({"suspended_processes": ["AlarmNotification", "Launch"]}));
    policy(&mut world, "p1", "TargetTrackingScaling", &json!({}));
    let facts = derived(&world);
    assert_eq!(facts.scales_by_policy, Read::Known(false), "alarms do not reach it");
    assert!(facts.launch_or_terminate_suspended);
}

#[test]
fn a_schedule_has_to_recur() {
    let mut world = World::new();
    group(&mut world, &json!({}));
    world.put::<ScheduledAction>("s1", json!({"auto_scaling_group_name": "g"}));
    let ended = json!({"auto_scaling_group_name": "g", "recurrence": "0 8 * * *", "end_time": "2026-05-01T00:00:00Z"});
    world.put::<ScheduledAction>("s2", ended);
    assert_eq!(derived(&world).scales_by_schedule, Read::Known(false));
    world.put::<ScheduledAction>("s3", json!({"auto_scaling_group_name": "g", "recurrence": "0 8 * * *"}));
    assert_eq!(derived(&world).scales_by_schedule, Read::Known(true));
}

#[test]
fn a_group_tells_when_it_replaces() {
    let mut world = World::new();
    group(&mut world, &json!({"traffic_sources": ["tg"], "health_check_types": ["ELB"]}));
    let topic = |kinds: &[&str]| json!({"auto_scaling_group_name": "g", "notification_types": kinds});
    world.put::<NotificationConfiguration>("n1", topic(&["autoscaling:TEST_NOTIFICATION"]));
    let facts = derived(&world);
    assert_eq!(facts.notifies, Read::Known(false));
    assert!(facts.replaces_unhealthy && facts.behind_load_balancer);
    world.put::<NotificationConfiguration>("n2", topic(&["autoscaling:EC2_INSTANCE_TERMINATE"]));
    assert_eq!(derived(&world).notifies, Read::Known(true));
}

#[test]
fn a_template_is_read_in_the_version_that_the_group_chose() {
    let choice = |version: &str| json!({"launch_template": {"launch_template_id": "lt", "version": version}});
    let data = |tokens: &str, market: Json| {
        let mut data = least(&schemas()[LaunchTemplate::TYPE]["properties"]["default_version"]);
        data["http_tokens"] = json!(tokens);
        data["market_type"] = market;
        data
    };
    for (version, tokens) in
        [("$Default", Some(true)), ("1", Some(true)), ("$Latest", Some(false)), ("3", Some(false)), ("2", None)]
    {
        let mut world = World::new();
        group(&mut world, &choice(version));
        let template = json!({"default_version_number": 1, "latest_version_number": 3,
            "default_version": data("required", json!("spot")), "latest_version": data("optional", Json::Null)});
        world.put::<LaunchTemplate>("lt", template);
        let facts = derived(&world);
        match tokens {
            Some(required) => {
                assert_eq!(facts.launches_require_imdsv2, Read::Known(Some(required)), "{version}");
                assert_eq!(facts.uses_spot, Read::Known(required), "{version}");
            }
            None => assert!(matches!(facts.launches_require_imdsv2, Read::Unread(_)), "{version}"),
        }
    }
}

#[test]
fn others_drive_some_groups() {
    for (key, controller) in [
        ("k8s.io/cluster-autoscaler/enabled", GroupController::Eks),
        ("elasticbeanstalk:environment-name", GroupController::Beanstalk),
        ("AmazonECSManaged", GroupController::Ecs),
        ("team", GroupController::None),
    ] {
        let mut world = World::new();
        group(&mut world, &json!({}));
        world.evidence.resources.last_mut().unwrap().tags = tags(&[(key, "x")]);
        assert_eq!(derived(&world).controller, controller, "{key}");
    }
}
