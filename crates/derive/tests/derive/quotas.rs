use serde_json::{Value as Json, json};
use wellproof_facts::Facts;
use wellproof_facts::cloudwatch::{Alarm, CompositeAlarm};
use wellproof_facts::derived::QuotaUsage;
use wellproof_facts::ec2::{Instance, Volume};
use wellproof_facts::quotas::{AutoManagement, Quota, RequestedChange};
use wellproof_model::Read;

use crate::world::{HERE, THERE, World, call, unread};

const KEY: &str = "AWS/Usage|ResourceCount|Class=Standard/OnDemand,Resource=vCPU,Service=EC2,Type=Resource";
const ID: &str = "ec2/L-1216C47A";

fn quota(value: f64) -> Json {
    json!({"service_code": "ec2", "quota_code": "L-1216C47A", "adjustable": true, "has_applied_value": true, "value": value, "default_value": 5.0,
        "quota_name": "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
        "usage_metric": KEY, "usage_peak": 80.0})
}

fn alarm(name: &str) -> Json {
    let metric = json!([{"namespace": "AWS/Usage", "metric_name": "ResourceCount", "dimensions": {}, "statistic": "Maximum",
        "metric_key": KEY, "role": "compared"}]);
    json!({"alarm_name": name, "usage_metric_keys": [KEY], "metrics": metric, "state_value": "OK", "threshold": 90.0,
        "comparison_operator": "GreaterThanThreshold"})
}

fn with(mut fields: Json, more: &Json) -> Json {
    for (name, value) in more.as_object().unwrap() {
        fields[name] = value.clone();
    }
    fields
}

fn close(read: &Read<Option<f64>>, to: f64) -> bool {
    matches!(read, Read::Known(Some(value)) if (value - to).abs() < 1e-9)
}

#[test]
fn a_quota_without_alarms_cites_their_absence() {
    let mut world = World::new();
    world.put::<Quota>(ID, quota(100.0));
    let record = world.record::<QuotaUsage>(ID);
    assert!(record.calls.contains(&call(Alarm::TYPE, HERE)));
    let facts: QuotaUsage = record.facts().unwrap();
    assert_eq!(facts.raised, Read::Known(true));
    assert!(facts.has_usage_metric && facts.needed_for_failover);
    assert!(close(&facts.usage_share, 0.8));
    assert_eq!(facts.in_use, Read::Known(true));
    assert_eq!(facts.alarmed, Read::Known(false));
    assert_eq!(facts.alarms, Read::Known(Vec::new()));
    assert_eq!(facts.alarm_has_action, Read::Known(false));
    assert_eq!(facts.alarm_at_share, Read::Known(None));
    assert_eq!(facts.alarm_firing_days, Read::Known(None));
    assert_eq!(facts.requested_since_firing, Read::Known(None));
    assert_eq!(facts.auto_managed, Read::Known(false));
    assert_eq!(facts.matched_in_other_regions, Read::Known(None), "no other region is in use");
}

#[test]
fn alarms_that_were_not_read_are_not_missing() {
    let mut world = World::new();
    world.put::<Quota>(ID, quota(100.0));
    let gap = world.cut::<Alarm>();
    let facts: QuotaUsage = world.derived(ID);
    assert_eq!(facts.alarmed, Read::Unread(gap.clone()));
    assert_eq!(facts.alarms, Read::Unread(gap.clone()));
    assert_eq!(facts.alarm_at_share, Read::Unread(gap));
    world.put::<Alarm>("a", alarm("a"));
    assert_eq!(world.derived::<QuotaUsage>(ID).alarmed, Read::Known(true));
}

#[test]
fn the_lowest_share_counts_by_service_quota_or_by_threshold() {
    let mut world = World::new();
    world.put::<Quota>(ID, quota(100.0));
    world.put::<Alarm>("math", with(alarm("math"), &json!({"uses_service_quota": true, "quota_percent": 85.0})));
    let rising = json!({"threshold": 70.0, "comparison_operator": "GreaterThanThreshold"});
    world.put::<Alarm>("static", with(alarm("static"), &rising));
    let falling = json!({"threshold": 10.0, "comparison_operator": "LessThanThreshold"});
    world.put::<Alarm>("falling", with(alarm("falling"), &falling));
    let facts: QuotaUsage = world.derived(ID);
    assert!(close(&facts.alarm_at_share, 0.7));
    let names = ["math", "static"].map(str::to_owned).to_vec();
    assert_eq!(facts.alarms, Read::Known(names), "one that fires when the use falls watches no quota");
}

/// An alarm on something that is computed from the use.
fn computed(name: &str, more: &Json) -> Json {
    let mut fields = with(alarm(name), more);
    fields["metrics"][0]["role"] = json!("operand");
    fields
}

#[test]
fn an_alarm_on_something_computed_leaves_open_when_it_fires() {
    let mut world = World::new();
    world.put::<Quota>(ID, quota(100.0));
    world.put::<Alarm>("room", computed("room", &json!({"comparison_operator": "LessThanThreshold"})));
    let facts: QuotaUsage = world.derived(ID);
    assert!(matches!(facts.alarmed, Read::Unread(_)) && matches!(facts.alarms, Read::Unread(_)));
    world.evidence.resources.pop();
    world.put::<Alarm>("room", with(alarm("room"), &json!({"comparison_operator": null})));
    assert!(matches!(world.derived::<QuotaUsage>(ID).alarmed, Read::Unread(_)), "nobody said how it compares");
    world.put::<Alarm>("half", computed("half", &json!({})));
    let facts: QuotaUsage = world.derived(ID);
    assert_eq!(facts.alarmed, Read::Known(true));
    assert!(matches!(facts.alarm_at_share, Read::Unread(_)));
}

#[test]
fn a_threshold_counts_as_the_quota_does() {
    let at = |quota_fields: &Json, statistic: &str, period: &Json, alarm_fields: &Json| {
        let mut world = World::new();
        world.put::<Quota>(ID, with(quota(100.0), quota_fields));
        let mut fields = with(alarm("a"), alarm_fields);
        fields["metrics"][0]["statistic"] = json!(statistic);
        fields["metrics"][0]["period"] = period.clone();
        world.put::<Alarm>("a", fields);
        world.derived::<QuotaUsage>(ID).alarm_at_share
    };
    let rate = json!({"period_seconds": 1, "usage_statistic": "Sum"});
    let (level, plain) = (json!({"usage_statistic": "Maximum"}), json!({"threshold": 4800.0}));
    assert!(close(&at(&rate, "Sum", &json!(60), &plain), 0.8), "80 a second for a minute");
    assert!(close(&at(&level, "Average", &json!(60), &json!({"threshold": 80.0})), 0.8));
    let percent = json!({"quota_percent": 80.0});
    assert!(close(&at(&level, "Maximum", &json!(60), &percent), 0.8));
    for untold in [
        at(&rate, "Sum", &json!(null), &plain),
        at(&rate, "Average", &json!(60), &plain),
        at(&json!({"usage_statistic": "Sum"}), "Sum", &json!(60), &plain),
        at(&level, "Sum", &json!(60), &plain),
        at(&rate, "Sum", &json!(60), &percent),
    ] {
        assert!(matches!(untold, Read::Unread(_)), "{untold:?}");
    }
}

#[test]
fn an_alarm_that_names_no_metric_may_be_on_the_quota() {
    let alarmed = |namespaces: &[&str]| {
        let mut world = World::new();
        world.put::<Quota>(ID, quota(100.0));
        let query = json!({"alarm_name": "query", "metrics_untold": true, "namespaces": namespaces});
        world.put::<Alarm>("query", query);
        let facts: QuotaUsage = world.derived(ID);
        assert_eq!(matches!(facts.alarms, Read::Unread(_)), matches!(facts.alarmed, Read::Unread(_)));
        world.put::<Alarm>("a", alarm("a"));
        assert_eq!(world.derived::<QuotaUsage>(ID).alarmed, Read::Known(true));
        facts.alarmed
    };
    assert!(matches!(alarmed(&[]), Read::Unread(_)));
    assert!(matches!(alarmed(&["AWS/Usage"]), Read::Unread(_)));
    assert_eq!(alarmed(&["AWS/EC2"]), Read::Known(false));
}

#[test]
fn an_anomaly_band_has_no_level() {
    for (operator, alarmed) in [
        ("GreaterThanUpperThreshold", true),
        ("LessThanLowerOrGreaterThanUpperThreshold", true),
        ("LessThanLowerThreshold", false),
    ] {
        let mut world = World::new();
        world.put::<Quota>(ID, quota(100.0));
        let band = json!({"anomaly_detection": true, "threshold": null, "comparison_operator": operator});
        world.put::<Alarm>("band", with(alarm("band"), &band));
        let facts: QuotaUsage = world.derived(ID);
        assert_eq!(facts.alarmed, Read::Known(alarmed), "{operator}");
        assert_eq!(matches!(facts.alarm_at_share, Read::Unread(_)), alarmed, "{operator}");
    }
}

#[test]
fn a_composite_alarm_acts_for_those_it_mentions() {
    let mut world = World::new();
    world.put::<Quota>(ID, quota(100.0));
    world.put::<Alarm>("a", with(alarm("a"), &json!({"actions_enabled": true})));
    assert_eq!(world.derived::<QuotaUsage>(ID).alarm_has_action, Read::Known(false));
    world.put::<CompositeAlarm>("inner", json!({"alarm_name": "inner", "mentions": ["a", "outer"]}));
    assert_eq!(world.derived::<QuotaUsage>(ID).alarm_has_action, Read::Known(false));
    let outer = json!({"alarm_name": "outer", "mentions": ["inner"], "actions_enabled": true, "alarm_actions": ["arn:aws:sns:x"]});
    world.put::<CompositeAlarm>("outer", outer);
    assert_eq!(world.derived::<QuotaUsage>(ID).alarm_has_action, Read::Known(true));
    world.evidence.resources.retain(|resource| resource.id != "outer");
    let gap = world.cut::<CompositeAlarm>();
    assert_eq!(world.derived::<QuotaUsage>(ID).alarm_has_action, Read::Unread(gap));
}

#[test]
fn a_firing_alarm_asks_for_a_request() {
    let mut world = World::new();
    world.put::<Quota>(ID, quota(100.0));
    let fires = json!({"state_value": "ALARM", "state_transitioned_timestamp": "2026-05-22T00:00:00Z"});
    world.put::<Alarm>("a", with(alarm("a"), &fires));
    let early = json!({"service_code": "ec2", "quota_code": "L-1216C47A", "status": "APPROVED", "created": "2026-05-01T00:00:00Z"});
    world.put::<RequestedChange>("r1", early);
    let facts: QuotaUsage = world.derived(ID);
    assert!(close(&facts.alarm_firing_days, 10.0));
    assert_eq!(facts.requested_since_firing, Read::Known(Some(false)));
    let late = json!({"service_code": "ec2", "quota_code": "L-1216C47A", "status": "PENDING", "created": "2026-05-23T00:00:00Z"});
    world.put::<RequestedChange>("r2", late);
    let facts: QuotaUsage = world.derived(ID);
    assert_eq!(facts.requested_since_firing, Read::Known(Some(true)));
    assert_eq!((facts.requests, facts.requests_pending), (Read::Known(2), Read::Known(1)));
}

#[test]
fn automatic_management_leaves_out_what_it_is_told() {
    let mut world = World::new();
    world.put::<Quota>(ID, quota(100.0));
    world.put::<AutoManagement>(HERE, json!({"opt_in_status": "ENABLED"}));
    assert_eq!(world.derived::<QuotaUsage>(ID).auto_managed, Read::Known(true));
    world.evidence.resources.pop();
    world.put::<AutoManagement>(HERE, json!({"opt_in_status": "ENABLED", "excluded_services": ["ec2"]}));
    assert_eq!(world.derived::<QuotaUsage>(ID).auto_managed, Read::Known(false));
    world.evidence.resources.pop();
    let gap = world.cut::<AutoManagement>();
    assert_eq!(world.derived::<QuotaUsage>(ID).auto_managed, Read::Unread(gap));
}

#[test]
fn a_raised_quota_is_compared_with_other_regions_in_use() {
    let mut world = World::new();
    world.put::<Quota>(ID, quota(100.0));
    world.put_in::<Volume>(THERE, "v-1", json!({}));
    assert_eq!(
        world.derived::<QuotaUsage>(ID).matched_in_other_regions,
        Read::Known(None),
        "nobody asked for it there"
    );
    world.put_in::<Quota>(THERE, ID, quota(50.0));
    assert_eq!(world.derived::<QuotaUsage>(ID).matched_in_other_regions, Read::Known(Some(false)));
    world.evidence.resources.pop();
    world.put_in::<Quota>(THERE, ID, quota(100.0));
    assert_eq!(world.derived::<QuotaUsage>(ID).matched_in_other_regions, Read::Known(Some(true)));
    world.evidence.resources.pop();
    let gap = world.cut_kind(Quota::TYPE, THERE);
    assert_eq!(world.derived::<QuotaUsage>(ID).matched_in_other_regions, Read::Unread(gap));
}

#[test]
fn a_quota_with_a_default_alone_is_not_compared() {
    let mut world = World::new();
    let gap = world.cut_kind("AWS::EC2::Image", HERE);
    let record = world.put::<Quota>(ID, with(quota(100.0), &json!({"has_applied_value": false})));
    unread(record, "value", &gap);
    world.put_in::<Volume>(THERE, "v-1", json!({}));
    let facts: QuotaUsage = world.derived(ID);
    assert_eq!(facts.matched_in_other_regions, Read::Known(None));
    assert_eq!((facts.raised, facts.usage_share), (Read::Unread(gap.clone()), Read::Unread(gap)));
}

#[test]
fn the_loss_of_a_zone_takes_more() {
    let mut world = World::new();
    world.put::<Quota>(ID, quota(100.0));
    for (id, zone) in [("i-1", "a"), ("i-2", "a"), ("i-3", "b"), ("i-4", "c")] {
        world.put::<Instance>(id, json!({"state": "running", "availability_zone": zone}));
    }
    assert!(close(&world.derived::<QuotaUsage>(ID).share_after_zone_loss, 1.2));
    let gap = world.cut::<Instance>();
    assert_eq!(world.derived::<QuotaUsage>(ID).share_after_zone_loss, Read::Unread(gap));
}

#[test]
fn a_global_quotas_alarms_stand_in_its_home() {
    let mut world = World::new();
    world.put::<Quota>(ID, with(quota(100.0), &json!({"global_quota": true})));
    world.put_in::<Alarm>(THERE, "a", alarm("a"));
    let facts: QuotaUsage = world.derived(ID);
    assert_eq!(facts.alarms, Read::Known(vec!["a".to_owned()]));
    let mut world = World::new();
    world.put::<Quota>(ID, quota(100.0));
    world.put_in::<Alarm>(THERE, "a", alarm("a"));
    assert_eq!(world.derived::<QuotaUsage>(ID).alarms, Read::Known(Vec::new()), "another region's alarm");
}

#[test]
fn a_quota_that_publishes_nothing_is_not_in_use() {
    let mut world = World::new();
    world.put::<Quota>(ID, with(quota(0.0), &json!({"usage_metric": null, "usage_peak": null})));
    world.cut::<Alarm>();
    let facts: QuotaUsage = world.derived(ID);
    assert_eq!(facts.in_use, Read::Known(false));
    assert_eq!(facts.usage_share, Read::Known(None));
    assert_eq!(facts.alarmed, Read::Known(false), "no alarm can watch it");
}
