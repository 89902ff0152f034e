use serde_json::{Value as Json, json};
use wellproof_facts::autoscaling::ScalingPolicy;
use wellproof_facts::cloudformation::Stack;
use wellproof_facts::cloudwatch::{Alarm, CompositeAlarm};
use wellproof_facts::derived::{AlarmPurpose, AlarmUse, InstanceUse};
use wellproof_facts::ec2::Instance;
use wellproof_model::Read;

use crate::world::World;

fn alarm(world: &mut World, more: &Json) {
    let mut fields = json!({"alarm_name": "a", "state_value": "OK", "alarm_configuration_updated_timestamp": "2026-05-02T00:00:00Z"});
    for (name, value) in more.as_object().unwrap() {
        fields[name] = value.clone();
    }
    world.put::<Alarm>("a", fields);
}

fn derived(world: &World) -> AlarmUse {
    world.derived("a")
}

#[test]
fn what_an_alarm_is_for() {
    let mut world = World::new();
    alarm(&mut world, &json!({}));
    let facts = derived(&world);
    assert_eq!(facts.purpose, Read::Known(AlarmPurpose::Alerting));
    assert!((facts.days_since_configured - 30.0).abs() < 1e-9);
    world.put::<Stack>("s", json!({"stack_name": "s", "rollback_trigger_arns": ["arn:a"]}));
    assert_eq!(derived(&world).purpose, Read::Known(AlarmPurpose::Rollback));
    world.put::<ScalingPolicy>("p", json!({"alarm_names": ["a"]}));
    assert_eq!(derived(&world).purpose, Read::Known(AlarmPurpose::Scaling));

    let mut world = World::new();
    alarm(&mut world, &json!({"alarm_action_kinds": ["scaling"], "alarm_actions": ["arn:aws:autoscaling:x"]}));
    world.cut::<ScalingPolicy>();
    assert_eq!(derived(&world).purpose, Read::Known(AlarmPurpose::Scaling));
    let mut world = World::new();
    alarm(&mut world, &json!({"alarm_action_kinds": ["sns"], "alarm_actions": ["arn:aws:sns:x"]}));
    world.cut::<Stack>();
    assert_eq!(derived(&world).purpose, Read::Known(AlarmPurpose::Alerting));
    let gap = world.cut::<ScalingPolicy>();
    assert_eq!(derived(&world).purpose, Read::Unread(gap));
}

#[test]
fn what_an_alarm_does() {
    let mut world = World::new();
    let does = json!({"actions_enabled": true, "alarm_actions": ["arn:aws:ssm:x:opsitem:1"], "alarm_action_kinds": ["ops_item"],
        "namespaces": ["CISBenchmark"], "usage_metric_keys": ["k"]});
    alarm(&mut world, &does);
    let facts = derived(&world);
    assert!(facts.starts_automation && facts.carries_procedure && facts.watches_trail_events && facts.watches_quota);
    assert_eq!(facts.has_enabled_action, Read::Known(true));
    assert_eq!((facts.days_in_state, facts.watches_missing_instance), (None, Read::Known(None)));
    let disabled = json!({"alarm_actions": ["arn:aws:ssm:x:opsitem:1"], "alarm_action_kinds": ["ops_item"]});
    let mut world = World::new();
    alarm(&mut world, &disabled);
    let facts = derived(&world);
    assert!(!facts.carries_procedure && !facts.starts_automation, "an action that is disabled opens nothing");
}

#[test]
fn an_alarm_may_feed_one_that_acts() {
    let mut world = World::new();
    alarm(&mut world, &json!({}));
    let composite = json!({"alarm_name": "c", "mentions": ["a"], "actions_enabled": true, "alarm_actions": ["arn:aws:sns:x"],
        "alarm_action_kinds": ["sns"]});
    world.put::<CompositeAlarm>("c", composite);
    let facts = derived(&world);
    assert_eq!((facts.has_enabled_action, facts.only_feeds_composite), (Read::Known(true), Read::Known(true)));
    let facts: AlarmUse = world.derived("c");
    assert!(facts.composite);
    assert_eq!(facts.only_feeds_composite, Read::Known(false));
    assert_eq!(facts.has_enabled_action, Read::Known(true));
}

#[test]
fn an_alarm_on_an_instance_that_is_gone() {
    let mut world = World::new();
    let metric = |id: &str| {
        json!({"namespace": "AWS/EC2", "metric_name": "CPUUtilization", "metric_key": "", "role": "compared", "statistic": null,
            "dimensions": {"InstanceId": id}})
    };
    alarm(&mut world, &json!({"metrics": [metric("i-1"), metric("i-2")]}));
    world.put::<Instance>("i-1", json!({}));
    assert_eq!(derived(&world).watches_missing_instance, Read::Known(Some(true)));
    let gap = world.cut::<Instance>();
    assert_eq!(derived(&world).watches_missing_instance, Read::Unread(gap));
    world.put::<Instance>("i-2", json!({}));
    assert_eq!(derived(&world).watches_missing_instance, Read::Known(Some(false)));
}

#[test]
fn an_instance_of_another_account_is_not_missing() {
    let mut world = World::new();
    let metric = json!({"namespace": "AWS/EC2", "metric_name": "CPUUtilization", "metric_key": "", "role": "compared", "statistic": null,
        "dimensions": {"InstanceId": "i-1"}, "account_id": "444455556666"});
    alarm(&mut world, &json!({"metrics": [metric]}));
    assert_eq!(derived(&world).watches_missing_instance, Read::Known(None));
    world.put::<Instance>("i-1", json!({}));
    assert_eq!(world.derived::<InstanceUse>("i-1").alarmed, Read::Known(false));
}
