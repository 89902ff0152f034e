use serde_json::{Value as Json, json};
use wellproof_facts::Facts;
use wellproof_facts::cloudtrail::Trail;
use wellproof_facts::cloudwatch::{Alarm, CompositeAlarm};
use wellproof_facts::derived::RootWatch;
use wellproof_facts::events::Rule;
use wellproof_facts::logs::MetricFilter;
use wellproof_facts::sns::Topic;
use wellproof_model::{GLOBAL, GapId, ListingState, Read, Resource};

use crate::world::{ACCOUNT, HERE, THERE, World, call, unread};

/// The root user signs in here.
const HOME: &str = THERE;
const TOPIC: &str = "arn:aws:sns:eu-central-1:111122223333:ops";
const GROUP: &str = "arn:aws:logs:eu-central-1:111122223333:log-group:trail:*";

fn record(world: &World) -> Resource {
    let evidence = world.derive();
    let [record] = evidence.of_type(RootWatch::TYPE) else { panic!("one of each account") };
    assert_eq!((record.region.as_str(), record.id.as_str()), (GLOBAL, ACCOUNT));
    record.clone()
}

fn watch(world: &World) -> RootWatch {
    record(world).facts().unwrap()
}

/// What the gap says that stands in a field's way.
fn why(world: &World, field: &str) -> String {
    let evidence = world.derive();
    let gap = &evidence.of_type(RootWatch::TYPE)[0].unread[field];
    evidence.gaps[gap].message.clone()
}

fn trail(world: &mut World, more: &Json) {
    let mut fields = json!({"trail_arn": "arn:t", "home_region": HERE, "is_shadow": true, "is_multi_region_trail": true,
        "is_logging": true, "records_management_writes": true, "cloud_watch_logs_log_group_arn": GROUP});
    merge(&mut fields, more);
    world.put_in::<Trail>(HOME, "arn:t", fields);
}

fn filter(world: &mut World, pattern: &str) {
    let metrics = json!([{"namespace": "CloudTrailMetrics", "metric_name": "RootUse"}]);
    let fields =
        json!({"filter_name": "root", "log_group_name": "trail", "filter_pattern": pattern, "metrics": metrics});
    world.put::<MetricFilter>("trail:root", fields);
}

const ROOT: &str = r#"{ ($.userIdentity.type = "Root") && ($.eventType != "AwsServiceEvent") }"#;

fn alarm(world: &mut World, more: &Json) {
    let metric = json!({"account_id": null, "namespace": "CloudTrailMetrics", "metric_name": "RootUse", "dimensions": {}, "statistic": "Sum",
        "period": 300, "metric_key": "", "role": "compared"});
    let mut fields = json!({"alarm_name": "a", "actions_enabled": true, "alarm_actions": [TOPIC], "metrics": [metric]});
    merge(&mut fields, more);
    world.put::<Alarm>("a", fields);
}

fn topic(world: &mut World, confirmed: i64) {
    world.put::<Topic>(TOPIC, json!({"topic_arn": TOPIC, "subscriptions_confirmed": confirmed}));
}

fn rule(world: &mut World, pattern: &Json, targets: &[&str], more: &Json) {
    let targets: Vec<Json> = targets.iter().map(|arn| json!({"target_arn": arn, "kind": "other"})).collect();
    let mut fields = json!({"name": "r", "state": "ENABLED", "event_pattern": pattern.to_string(), "targets": targets});
    merge(&mut fields, more);
    world.put_in::<Rule>(HOME, "r", fields);
}

fn sign_in() -> Json {
    json!({"source": ["aws.signin"], "detail-type": ["AWS Console Sign In via CloudTrail"], "detail": {"userIdentity": {"type": ["Root"]}}})
}

fn merge(fields: &mut Json, more: &Json) {
    for (name, value) in more.as_object().unwrap() {
        fields[name] = value.clone();
    }
}

/// A trail, a filter, an alarm and a topic with one subscriber.
fn watched() -> World {
    let mut world = World::new();
    trail(&mut world, &json!({}));
    filter(&mut world, ROOT);
    alarm(&mut world, &json!({}));
    topic(&mut world, 1);
    world
}

/// A rule whose events go to one target.
fn ruled(target: &str) -> World {
    let mut world = World::new();
    rule(&mut world, &sign_in(), &[target], &json!({}));
    world
}

const NO: Read<bool> = Read::Known(false);
const YES: Read<bool> = Read::Known(true);

#[test]
fn nobody_hears_in_an_account_without_any_of_it() {
    let world = World::new();
    let facts = watch(&world);
    assert_eq!((facts.alarmed, facts.event_rule, facts.heard), (NO, NO, NO));
    assert_eq!((facts.metric_filters, facts.event_rules), (Read::Known(0), Read::Known(0)));
    assert_eq!(record(&world).calls, [call(Trail::TYPE, HOME), call(Rule::TYPE, HOME)], "only these could show any");
    let evidence = world.derive();
    let listing = evidence.listings_of(RootWatch::TYPE).next().unwrap();
    assert_eq!((listing.state, listing.unit.region.as_str(), listing.count), (ListingState::Complete, GLOBAL, 1));
}

#[test]
fn an_alarm_on_what_a_filter_counts() {
    let world = watched();
    let facts = watch(&world);
    assert_eq!((facts.alarmed, facts.event_rule, facts.heard), (YES, NO, YES));
    assert_eq!((facts.metric_filters, facts.event_rules), (Read::Known(1), Read::Known(0)));
    let calls = record(&world).calls;
    for kind in [Alarm::TYPE, MetricFilter::TYPE, Topic::TYPE] {
        assert!(calls.contains(&call(kind, HERE)), "{kind}");
    }
}

#[test]
fn what_was_found_needs_no_complete_listing_but_a_number_does() {
    let mut world = watched();
    for kind in [Alarm::TYPE, CompositeAlarm::TYPE, MetricFilter::TYPE, Topic::TYPE] {
        world.cut_kind(kind, HERE);
    }
    let gap = world.cut_kind(Trail::TYPE, HOME);
    let facts = watch(&world);
    assert_eq!((facts.alarmed, facts.heard), (YES, YES));
    assert!(matches!(facts.metric_filters, Read::Unread(_)));
    let mut world = World::new();
    world.cut_kind(MetricFilter::TYPE, HERE);
    assert_eq!(watch(&world).alarmed, NO, "no trail writes into a group");
    trail(&mut world, &json!({}));
    assert!(matches!(watch(&world).alarmed, Read::Unread(_)));
    let mut world = World::new();
    assert_eq!(world.cut_kind(Trail::TYPE, HOME), gap);
    assert_eq!(watch(&world).alarmed, Read::Unread(gap));
}

#[test]
fn each_link_of_the_chain_is_needed() {
    type Change = fn(&mut World);
    let changes: [(&str, Change); 8] = [
        ("a trail that does not log", |world| trail(world, &json!({"is_logging": false}))),
        ("one that cannot write there", |world| {
            trail(world, &json!({"latest_cloud_watch_logs_delivery_error": "AccessDenied"}));
        }),
        ("one of another region", |world| trail(world, &json!({"is_multi_region_trail": false}))),
        ("one without writes", |world| trail(world, &json!({"records_management_writes": false}))),
        ("another group", |world| {
            trail(world, &json!({"cloud_watch_logs_log_group_arn": GROUP.replace("trail", "other")}));
        }),
        ("another metric", |world| alarm(world, &json!({"metrics": []}))),
        ("disabled actions", |world| alarm(world, &json!({"actions_enabled": false}))),
        ("no actions", |world| alarm(world, &json!({"alarm_actions": []}))),
    ];
    for (what, change) in changes {
        let mut world = watched();
        change(&mut world);
        let kind = world.evidence.resources.last().unwrap().kind.clone();
        // The changed record takes the other's place.
        let first = world.evidence.resources.iter().position(|resource| resource.kind == kind).unwrap();
        world.evidence.resources.remove(first);
        let facts = watch(&world);
        assert_eq!((facts.alarmed, facts.heard), (NO, NO), "{what}");
    }
}

#[test]
fn how_a_filter_names_the_root_user() {
    let selects = |pattern: &str| {
        let mut world = watched();
        world.evidence.resources.retain(|resource| resource.kind != MetricFilter::TYPE);
        filter(&mut world, pattern);
        watch(&world).alarmed
    };
    for pattern in [
        "{$.userIdentity.type=Root}",
        "{ $.userIdentity.type = Root && $.eventName = \"ConsoleLogin\" }",
        "{ ( $.eventName = x ) || ($.userIdentity.type  =  \"Root\") }",
        "{ $.userIdentity.type = \"Root\" || $.userIdentity.type != \"Root\" }",
    ] {
        assert_eq!(selects(pattern), YES, "{pattern}");
    }
    for pattern in ["", "{ $.userIdentity.type != \"Root\" }", "{ $.eventName = DeleteTrail }"] {
        assert_eq!(selects(pattern), NO, "{pattern}");
    }
    for pattern in ["{ $.userIdentity.arn = \"*:root\" }", "%Root%", "{ $.userIdentity.type = \"Root*\" }"] {
        assert!(matches!(selects(pattern), Read::Unread(_)), "{pattern}");
    }
}

#[test]
fn an_alarm_may_tell_by_a_composite_alarm() {
    let mut world = watched();
    world.evidence.resources.retain(|resource| resource.kind != Alarm::TYPE);
    alarm(&mut world, &json!({"alarm_actions": []}));
    world.put::<CompositeAlarm>("b", json!({"alarm_name": "b", "mentions": ["a"], "actions_enabled": true}));
    assert_eq!(watch(&world).alarmed, NO);
    let outer = json!({"alarm_name": "c", "mentions": ["b"], "actions_enabled": true, "alarm_actions": [TOPIC]});
    world.put::<CompositeAlarm>("c", outer);
    let facts = watch(&world);
    assert_eq!((facts.alarmed, facts.heard), (YES, YES));
}

#[test]
fn an_alarm_that_names_no_metric_may_watch_this_one() {
    let mut world = watched();
    world.evidence.resources.retain(|resource| resource.kind != Alarm::TYPE);
    alarm(&mut world, &json!({"metrics": [], "metrics_untold": true, "namespaces": ["AWS/EC2"]}));
    assert_eq!(watch(&world).alarmed, NO);
    alarm(&mut world, &json!({"metrics": [], "metrics_untold": true, "namespaces": ["CloudTrailMetrics"]}));
    assert!(why(&world, "alarmed").contains("does not name"));
}

#[test]
fn a_log_group_may_be_where_nobody_looked() {
    for (arn, words) in [
        (GROUP.replace(ACCOUNT, "444455556666"), "another account's"),
        (GROUP.replace(HERE, "eu-west-1"), "not scanned"),
    ] {
        let mut world = World::new();
        trail(&mut world, &json!({"cloud_watch_logs_log_group_arn": arn}));
        assert!(why(&world, "alarmed").contains(words), "{arn}");
        assert!(why(&world, "metric_filters").contains(words), "{arn}");
        let mut world = World::new();
        trail(&mut world, &json!({"cloud_watch_logs_log_group_arn": arn, "is_logging": false}));
        assert_eq!(watch(&world).alarmed, NO, "it writes nothing there");
    }
}

#[test]
fn a_topic_is_heard_by_who_confirmed() {
    let mut world = watched();
    world.evidence.resources.retain(|resource| resource.kind != Topic::TYPE);
    assert_eq!(watch(&world).heard, NO, "the topic is gone");
    topic(&mut world, 0);
    assert_eq!(watch(&world).heard, NO);
    let gap = GapId::from("g");
    unread(world.evidence.resources.last_mut().unwrap(), "subscriptions_confirmed", &gap);
    let facts = watch(&world);
    assert_eq!((facts.alarmed, facts.heard), (YES, Read::Unread(gap)));
    world.evidence.resources.retain(|resource| resource.kind != Topic::TYPE);
    let gap = world.cut::<Topic>();
    assert_eq!(watch(&world).heard, Read::Unread(gap));
}

#[test]
fn a_rule_on_the_sign_in() {
    let mut world = ruled(TOPIC);
    let facts = watch(&world);
    assert_eq!((facts.event_rule, facts.heard), (YES, NO), "nobody listens to the topic");
    assert_eq!(facts.event_rules, Read::Known(1));
    topic(&mut world, 2);
    let facts = watch(&world);
    assert_eq!((facts.alarmed, facts.event_rule, facts.heard), (NO, YES, YES));
    let gap = world.cut_kind(Rule::TYPE, HOME);
    let facts = watch(&world);
    assert_eq!((facts.event_rule, facts.event_rules), (YES, Read::Unread(gap)));
}

#[test]
fn a_rule_that_is_off_or_does_nothing_or_stands_elsewhere_is_none() {
    let mut world = World::new();
    rule(&mut world, &sign_in(), &[TOPIC], &json!({"state": "DISABLED"}));
    rule(&mut world, &sign_in(), &[], &json!({}));
    rule(&mut world, &sign_in(), &[TOPIC], &json!({"event_pattern": null, "schedule_expression": "rate(1 day)"}));
    rule(&mut world, &sign_in(), &[TOPIC], &json!({}));
    // The root user's sign-in is no event of this region.
    world.evidence.resources.last_mut().unwrap().region = HERE.to_owned();
    let facts = watch(&world);
    assert_eq!((facts.event_rule, facts.event_rules), (NO, Read::Known(0)));
    let gap = GapId::from("g");
    rule(&mut world, &sign_in(), &[TOPIC], &json!({}));
    unread(world.evidence.resources.last_mut().unwrap(), "targets", &gap);
    let facts = watch(&world);
    assert_eq!((facts.event_rule, facts.heard), (Read::Unread(gap.clone()), Read::Unread(gap)));
}

#[test]
fn which_patterns_match() {
    let told = |pattern: &Json| {
        let mut world = World::new();
        rule(&mut world, pattern, &[TOPIC], &json!({}));
        watch(&world).event_rule
    };
    let calls = "AWS API Call via CloudTrail";
    let root = json!({"userIdentity": {"type": ["Root"]}});
    for pattern in [
        json!({"account": [ACCOUNT]}),
        json!({"source": [{"prefix": "aws.sign"}], "detail": {"eventName": ["ConsoleLogin"]}}),
        json!({"detail-type": [calls], "detail": root}),
        json!({"detail-type": [calls], "source": [{"prefix": "aws."}], "detail": root}),
        json!({"detail": {"userIdentity": {"arn": [{"suffix": ":root"}]}}}),
        json!({"detail": {"userIdentity": {"type": [{"anything-but": ["IAMUser", "AssumedRole"]}]}}, "region": ["us-east-1"]}),
    ] {
        assert_eq!(told(&pattern), YES, "{pattern}");
    }
    for pattern in [
        json!({"source": ["aws.guardduty"]}),
        json!({"source": ["aws.signin"], "detail": {"userIdentity": {"type": ["IAMUser"]}}}),
        json!({"detail-type": [calls], "source": ["aws.iam"], "detail": root}),
        json!({"detail-type": [calls], "detail": {"eventName": ["StopLogging", {"prefix": "Delete"}]}}),
        json!({"source": ["aws.signin"], "region": ["eu-central-1"]}),
    ] {
        assert_eq!(told(&pattern), NO, "{pattern}");
    }
    for pattern in [
        json!({"source": ["aws.signin"], "detail": {"additionalEventData": {"MFAUsed": ["No"]}}}),
        json!({"source": ["aws.signin"], "detail": {"eventName": [{"numeric": ["=", 1]}]}}),
    ] {
        assert!(matches!(told(&pattern), Read::Unread(_)), "{pattern}");
    }
    let mut world = ruled(TOPIC);
    world.evidence.resources.clear();
    rule(&mut world, &json!({"source": ["aws.signin"], "time": [{"prefix": "2026"}]}), &[TOPIC], &json!({}));
    assert!(why(&world, "event_rule").contains("time"));
}

#[test]
fn where_a_way_ends() {
    for arn in ["arn:aws:lambda:us-east-1:111122223333:function:f", "arn:aws:sqs:us-east-1:111122223333:q"] {
        assert_eq!(watch(&ruled(arn)).heard, YES, "{arn}");
    }
    for (arn, words) in [
        ("arn:aws:sns:us-east-1:444455556666:ops", "another account's"),
        ("arn:aws:sns:eu-west-1:111122223333:ops", "not scanned"),
        ("arn:aws:events:us-east-1:444455556666:event-bus/security", "not known"),
        ("arn:aws:logs:us-east-1:111122223333:log-group:events", "not known"),
    ] {
        let world = ruled(arn);
        assert_eq!(watch(&world).event_rule, YES, "{arn}");
        assert!(why(&world, "heard").contains(words), "{arn}");
    }
}

#[test]
fn where_the_root_user_signs_in_has_to_be_scanned() {
    let mut world = watched();
    world.evidence.manifest.regions = vec![HERE.to_owned()];
    world.evidence.listings.retain(|listing| listing.unit.region != HOME);
    world.evidence.resources.retain(|resource| resource.region != HOME);
    for field in ["alarmed", "event_rule", "heard", "metric_filters", "event_rules"] {
        assert!(why(&world, field).contains("not scanned"), "{field}");
    }
}
