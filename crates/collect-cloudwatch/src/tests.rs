//! Paging, denial, deletion and the facts of alarms against mocked answers.

use aws_sdk_cloudwatch::Client;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::body::SdkBody;
use ciborium::{Value, cbor};
use wellproof_aws::testing::{Collected, collect};
use wellproof_facts::Facts;
use wellproof_facts::cloudwatch::{
    ActionKind, Alarm, AnomalyDetector, CompositeAlarm, Dashboard, MetricNamespace, MetricRole,
};
use wellproof_model::{Denier, GapKind, ListingState};

use crate::{COLLECTOR, DASHBOARDS};

const OWN: &str = wellproof_aws::testing::ACCOUNT;
const OTHER: &str = "444455556666";
/// 2026-11-01T00:00:00Z.
const CHANGED: i64 = 1_793_491_200;

fn reply(status: u16, body: &Value) -> Response<SdkBody> {
    let mut bytes = Vec::new();
    ciborium::into_writer(body, &mut bytes).unwrap();
    let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(bytes));
    response.headers_mut().insert("content-type", "application/cbor");
    response.headers_mut().insert("smithy-protocol", "rpc-v2-cbor");
    response.headers_mut().insert("x-amzn-requestid", "11111111-2222-3333-4444-555555555555");
    response
}

fn ok(body: Value) -> impl Fn() -> Response<SdkBody> + Send + Sync + 'static {
    move || reply(200, &body)
}

fn at(seconds: i64) -> Value {
    Value::Tag(1, Box::new(Value::Float(f64::from(i32::try_from(seconds).unwrap()))))
}

fn denied() -> Response<SdkBody> {
    let body = cbor!({
        "__type" => "com.amazonaws.cloudwatch#AccessDeniedException",
        "message" => "User: arn:aws:iam::111122223333:role/r is not authorized to perform: cloudwatch:DescribeAlarms \
                      because no identity-based policy allows the cloudwatch:DescribeAlarms action",
    });
    reply(403, &body.unwrap())
}

fn plain_alarm(name: &str) -> Value {
    cbor!({
        "AlarmName" => name,
        "AlarmArn" => format!("arn:aws:cloudwatch:us-east-1:111122223333:alarm:{name}"),
        "AlarmDescription" => "disk is full, see https://wiki.example.com/runbook",
        "ActionsEnabled" => true,
        "AlarmActions" => ["arn:aws:sns:us-east-1:111122223333:ops", "arn:aws:automate:us-east-1:ec2:recover"],
        "StateValue" => "ALARM",
        "StateTransitionedTimestamp" => at(CHANGED),
        "AlarmConfigurationUpdatedTimestamp" => at(CHANGED),
        "Namespace" => "AWS/EC2",
        "MetricName" => "StatusCheckFailed_System",
        "Dimensions" => [{ "Name" => "InstanceId", "Value" => "i-0123456789abcdef0" }],
        "Statistic" => "Maximum",
        "Period" => 60,
        "Threshold" => 80.0,
        "ComparisonOperator" => "GreaterThanThreshold",
    })
    .unwrap()
}

/// A query for how many vCPUs are used.
fn vcpus(id: &str, account: &str, compared: bool) -> Value {
    cbor!({
        "Id" => id,
        "AccountId" => account,
        "ReturnData" => compared,
        "MetricStat" => {
            "Period" => 300,
            "Stat" => "Maximum",
            "Metric" => {
                "Namespace" => "AWS/Usage",
                "MetricName" => "ResourceCount",
                "Dimensions" => [
                    { "Name" => "Type", "Value" => "Resource" },
                    { "Name" => "Resource", "Value" => "vCPU" },
                    { "Name" => "Service", "Value" => "EC2" },
                    { "Name" => "Class", "Value" => "Standard/OnDemand" },
                ],
            },
        },
    })
    .unwrap()
}

fn expression(id: &str, expression: &str, compared: bool) -> Value {
    cbor!({ "Id" => id, "Expression" => expression, "Label" => "share", "ReturnData" => compared }).unwrap()
}

fn math_alarm(name: &str, queries: &[Value]) -> Value {
    cbor!({
        "AlarmName" => name,
        "ActionsEnabled" => true,
        "AlarmActions" => [],
        "StateValue" => "OK",
        "AlarmConfigurationUpdatedTimestamp" => at(CHANGED),
        "Threshold" => 0.75,
        "ComparisonOperator" => "GreaterThanOrEqualToThreshold",
        "TreatMissingData" => "notBreaching",
        "Metrics" => queries,
    })
    .unwrap()
}

fn quota_alarm() -> Value {
    math_alarm("vcpus", &[vcpus("m1", OWN, false), expression("e1", "m1/SERVICE_QUOTA(m1)", true)])
}

/// Metrics and detectors, when a test is about something else.
fn quiet() -> Vec<Rule> {
    vec![
        mock!(Client::list_metrics).then_http_response(ok(cbor!({ "Metrics" => [] }).unwrap())),
        mock!(Client::describe_anomaly_detectors).then_http_response(ok(cbor!({ "AnomalyDetectors" => [] }).unwrap())),
    ]
}

async fn collected(rules: impl IntoIterator<Item = Rule>) -> Collected {
    let rules: Vec<Rule> = rules.into_iter().collect();
    collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await
}

#[tokio::test]
async fn a_second_page_is_read_and_alarms_are_told_apart() {
    let first = mock!(Client::describe_alarms).match_requests(|it| it.next_token().is_none()).then_http_response(ok(
        cbor!({ "MetricAlarms" => [plain_alarm("disk")], "CompositeAlarms" => [], "NextToken" => "more" }).unwrap(),
    ));
    let composite = cbor!({
        "AlarmName" => "all",
        "AlarmArn" => "arn:aws:cloudwatch:us-east-1:111122223333:alarm:all",
        "AlarmRule" => "ALARM(\"disk\") OR ALARM(arn:aws:cloudwatch:us-east-1:111122223333:alarm:vcpus)",
        "ActionsEnabled" => false,
        "AlarmActions" => [],
        "StateValue" => "OK",
        "AlarmConfigurationUpdatedTimestamp" => at(CHANGED),
    });
    let second = mock!(Client::describe_alarms)
        .match_requests(|it| it.next_token() == Some("more") && it.alarm_types().len() == 2)
        .then_http_response(ok(
            cbor!({ "MetricAlarms" => [quota_alarm()], "CompositeAlarms" => [composite.unwrap()] }).unwrap(),
        ));
    let collected = collected([first, second].into_iter().chain(quiet())).await;

    assert!(collected.finished.gaps.is_empty(), "{:?}", collected.finished.gaps);
    let listing = collected.listing(Alarm::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 2, 2));
    let alarms: Vec<Alarm> = collected.of(Alarm::TYPE).iter().map(|it| it.facts().unwrap()).collect();
    let (disk, vcpus) = (&alarms[0], &alarms[1]);
    assert_eq!((disk.has_description, disk.description_has_link), (true, true));
    assert_eq!(disk.alarm_action_kinds, [ActionKind::Sns, ActionKind::Ec2]);
    assert_eq!(disk.metrics[0].metric_key, "AWS/EC2|StatusCheckFailed_System|InstanceId=i-0123456789abcdef0");
    assert_eq!(disk.metrics[0].period, Some(60));
    assert_eq!(disk.state_transitioned_timestamp.unwrap().as_second(), CHANGED);
    assert_eq!((disk.treat_missing_data.as_str(), disk.threshold, disk.quota_percent), ("missing", Some(80.0), None));
    assert_eq!((vcpus.has_description, vcpus.uses_service_quota, vcpus.quota_percent), (false, true, Some(75.0)));
    assert_eq!(
        vcpus.usage_metric_keys,
        ["AWS/Usage|ResourceCount|Class=Standard/OnDemand,Resource=vCPU,Service=EC2,Type=Resource"]
    );
    let all: CompositeAlarm = collected.of(CompositeAlarm::TYPE)[0].facts().unwrap();
    assert_eq!((all.mentions, all.actions_enabled), (vec!["disk".to_owned(), "vcpus".to_owned()], false));
    let redacted = &collected.calls.iter().find(|call| call.key.operation == "DescribeAlarms").unwrap().redacted;
    assert_eq!(redacted, &["MetricAlarms.AlarmDescription"]);
}

#[tokio::test]
async fn a_denied_page_leaves_both_listings_partial() {
    let first = mock!(Client::describe_alarms)
        .match_requests(|it| it.next_token().is_none())
        .then_http_response(ok(cbor!({ "MetricAlarms" => [plain_alarm("disk")], "NextToken" => "more" }).unwrap()));
    let second =
        mock!(Client::describe_alarms).match_requests(|it| it.next_token().is_some()).then_http_response(denied);
    let collected = collected([first, second].into_iter().chain(quiet())).await;

    assert_eq!(collected.state(Alarm::TYPE), ListingState::Partial);
    assert_eq!(collected.state(CompositeAlarm::TYPE), ListingState::Partial);
    assert_eq!(collected.state(AnomalyDetector::TYPE), ListingState::Complete);
    assert_eq!(collected.of(Alarm::TYPE).len(), 1);
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == Alarm::TYPE).unwrap();
    assert_eq!((gap.kind, gap.denied_by), (GapKind::Denied, Some(Denier::MissingPermission)));
    assert_eq!(gap.actions, ["cloudwatch:DescribeAlarms"]);
}

/// The facts of one alarm.
async fn alarm_of(alarm: Value) -> Alarm {
    let answer = cbor!({ "MetricAlarms" => [alarm], "CompositeAlarms" => [] }).unwrap();
    let alarms = mock!(Client::describe_alarms).then_http_response(ok(answer));
    let collected = collected(quiet().into_iter().chain([alarms])).await;
    assert!(collected.finished.gaps.is_empty(), "{:?}", collected.finished.gaps);
    collected.of(Alarm::TYPE)[0].facts().unwrap()
}

#[tokio::test]
async fn a_metric_of_another_account_is_none_of_its_own_quotas() {
    let queries = [vcpus("m1", OTHER, false), expression("e1", "m1/SERVICE_QUOTA(m1)", true)];
    let alarm = alarm_of(math_alarm("theirs", &queries)).await;
    assert_eq!(alarm.metrics[0].account_id.as_deref(), Some(OTHER));
    assert_eq!((alarm.usage_metric_keys, alarm.quota_percent), (Vec::new(), None));
}

#[tokio::test]
async fn what_an_alarm_compares_is_told_from_what_stands_beside() {
    let roles = |alarm: &Alarm| alarm.metrics.iter().map(|metric| metric.role).collect::<Vec<_>>();
    let alarm = alarm_of(quota_alarm()).await;
    assert_eq!(roles(&alarm), [MetricRole::Operand]);
    assert_eq!((alarm.metrics[0].statistic.as_deref(), alarm.metrics[0].period), (Some("Maximum"), Some(300)));
    let alarm = alarm_of(math_alarm("hidden", &[vcpus("m1", OWN, false), expression("e1", "1", true)])).await;
    assert_eq!((roles(&alarm), alarm.usage_metric_keys), (vec![MetricRole::Unused], Vec::new()));

    let band = expression("band", "ANOMALY_DETECTION_BAND(m1, 2)", true);
    let mut alarm = math_alarm("anomaly", &[band, vcpus("m1", OWN, true)]);
    let Value::Map(members) = &mut alarm else { panic!("{alarm:?}") };
    members.retain(|(name, _)| name.as_text() != Some("Threshold"));
    members.push((Value::from("ThresholdMetricId"), Value::from("band")));
    let alarm = alarm_of(alarm).await;
    assert_eq!((roles(&alarm), alarm.anomaly_detection), (vec![MetricRole::Compared], true));
    assert_eq!(alarm.usage_metric_keys.len(), 1);
}

#[tokio::test]
async fn an_alarm_on_a_query_does_not_name_its_metrics() {
    let query = expression("q1", "SELECT MAX(ResourceCount) FROM SCHEMA(\"AWS/Usage\", Service)", true);
    let alarm = alarm_of(math_alarm("insights", &[query])).await;
    assert_eq!((alarm.metrics_untold, alarm.namespaces), (true, vec!["AWS/Usage".to_owned()]));
    let alarm = alarm_of(math_alarm("promql", &[])).await;
    assert_eq!((alarm.metrics_untold, alarm.namespaces), (true, Vec::new()));
    assert!(!alarm_of(quota_alarm()).await.metrics_untold);
}

#[tokio::test]
async fn an_alarm_without_its_state_leaves_the_listing_partial() {
    let mut alarm = plain_alarm("disk");
    let Value::Map(members) = &mut alarm else { panic!("{alarm:?}") };
    members.retain(|(name, _)| name.as_text() != Some("StateValue"));
    let answer = cbor!({ "MetricAlarms" => [alarm, plain_alarm("other")], "CompositeAlarms" => [] }).unwrap();
    let alarms = mock!(Client::describe_alarms).then_http_response(ok(answer));
    let collected = collected(quiet().into_iter().chain([alarms])).await;
    assert_eq!((collected.state(Alarm::TYPE), collected.of(Alarm::TYPE).len()), (ListingState::Partial, 1));
}

#[tokio::test]
async fn namespaces_are_counted_over_all_pages() {
    let metric = |namespace: &str, name: &str, dimension: &str, value: &str| {
        cbor!({
            "Namespace" => namespace,
            "MetricName" => name,
            "Dimensions" => [{ "Name" => dimension, "Value" => value }],
        })
        .unwrap()
    };
    let first = mock!(Client::list_metrics)
        .match_requests(|it| it.next_token().is_none())
        .then_http_response(ok(cbor!({
        "Metrics" => [metric("CWAgent", "mem_used_percent", "InstanceId", "i-1"), metric("shop", "orders", "x", "y")],
        "NextToken" => "more",
    })
    .unwrap()));
    let second =
        mock!(Client::list_metrics).match_requests(|it| it.next_token().is_some()).then_http_response(ok(cbor!({
            "Metrics" => [
                metric("CWAgent", "disk_used_percent", "InstanceId", "i-2"),
                metric("AWS/EC2", "CPUUtilization", "InstanceId", "i-1"),
            ],
        })
        .unwrap()));
    let detectors = mock!(Client::describe_anomaly_detectors).then_http_response(ok(cbor!({
        "AnomalyDetectors" => [{
            "StateValue" => "TRAINED",
            "SingleMetricAnomalyDetector" => {
                "Namespace" => "AWS/EC2", "MetricName" => "CPUUtilization", "Stat" => "Average",
                "Dimensions" => [{ "Name" => "InstanceId", "Value" => "i-1" }],
            },
        }],
    })
    .unwrap()));
    let alarms = mock!(Client::describe_alarms).then_http_response(ok(cbor!({ "MetricAlarms" => [] }).unwrap()));
    let collected = collected([first, second, detectors, alarms]).await;

    let namespaces: Vec<MetricNamespace> =
        collected.of(MetricNamespace::TYPE).iter().map(|it| it.facts().unwrap()).collect();
    let told: Vec<_> = namespaces.iter().map(|it| (it.metric_namespace.as_str(), it.custom, it.metric_count)).collect();
    assert_eq!(told, [("AWS/EC2", false, 1), ("CWAgent", false, 2), ("shop", true, 1)]);
    assert_eq!(namespaces[1].memory_instance_ids, ["i-1"]);
    assert_eq!(namespaces[1].disk_instance_ids, ["i-2"]);
    assert_eq!(collected.of(MetricNamespace::TYPE)[0].calls.len(), 2);
    let detector = collected.of(AnomalyDetector::TYPE)[0];
    assert_eq!(detector.id, "AWS/EC2|CPUUtilization|InstanceId=i-1|Average");
    assert_eq!(detector.facts::<AnomalyDetector>().unwrap().state_value.as_deref(), Some("TRAINED"));
}

fn entries(names: &[&str], next: Option<&str>) -> Value {
    let entry = |name: &&str| {
        cbor!({
            "DashboardName" => *name,
            "DashboardArn" => format!("arn:aws:cloudwatch::111122223333:dashboard/{name}"),
            "LastModified" => at(CHANGED),
        })
        .unwrap()
    };
    let entries: Vec<Value> = names.iter().map(entry).collect();
    cbor!({ "DashboardEntries" => entries, "NextToken" => next }).unwrap()
}

fn body(name: &'static str, body: &'static str) -> Rule {
    mock!(Client::get_dashboard)
        .match_requests(move |it| it.dashboard_name() == Some(name))
        .then_http_response(ok(cbor!({ "DashboardName" => name, "DashboardBody" => body }).unwrap()))
}

const SHOP: &str = r#"{"widgets":[{"type":"metric","properties":{"title":"secret","metrics":[["AWS/EC2","CPUUtilization","InstanceId","i-1",{"label":"secret"}],[".","NetworkIn"],["..."],[{"expression":"m1*2"}],["shop","orders"]],"annotations":{"alarms":["arn:aws:cloudwatch:us-east-1:111122223333:alarm:disk"]}}},{"type":"text","properties":{"markdown":"secret"}}]}"#;

#[tokio::test]
async fn dashboards_are_paged_read_and_dropped_when_gone() {
    let first = mock!(Client::list_dashboards)
        .match_requests(|it| it.next_token().is_none())
        .then_http_response(ok(entries(&["shop", "gone"], Some("more"))));
    let second = mock!(Client::list_dashboards)
        .match_requests(|it| it.next_token().is_some())
        .then_http_response(ok(entries(&["broken", "denied"], None)));
    let gone = mock!(Client::get_dashboard)
        .match_requests(|it| it.dashboard_name() == Some("gone"))
        .then_http_response(|| {
            let error = cbor!({ "__type" => "com.amazonaws.cloudwatch#DashboardNotFoundError", "message" => "gone" });
            let mut response = reply(404, &error.unwrap());
            response.headers_mut().insert("x-amzn-query-error", "ResourceNotFound;Sender");
            response
        });
    let refused = mock!(Client::get_dashboard)
        .match_requests(|it| it.dashboard_name() == Some("denied"))
        .then_http_response(denied);
    let rules = [first, second, body("shop", SHOP), gone, body("broken", "no json"), refused];
    let collected = collect(&DASHBOARDS, &rules.iter().collect::<Vec<_>>()).await;

    let listing = collected.listing(Dashboard::TYPE);
    assert_eq!((listing.state, listing.count), (ListingState::Complete, 3));
    let gone = collected.calls.iter().find(|call| call.status == 404).unwrap();
    assert!(listing.calls.contains(&gone.id), "that it is gone rests on the reply");
    let facts = |name: &str| {
        collected.of(Dashboard::TYPE).iter().find(|it| it.id == name).unwrap().facts::<Dashboard>().unwrap()
    };
    let shop = facts("shop");
    assert_eq!(shop.widget_count.known(), Some(&2));
    assert_eq!(shop.namespaces.known().unwrap(), &["AWS/EC2", "shop"]);
    assert_eq!(shop.shows_alarms.known(), Some(&true));
    assert_eq!(facts("broken").widget_count.known(), None);
    assert_eq!(facts("denied").shows_alarms.known(), None);
    let redacted: Vec<_> = collected.calls.iter().flat_map(|call| call.redacted.clone()).collect();
    assert!(redacted.contains(&"DashboardBody.#json.widgets.properties.title".to_owned()), "{redacted:?}");
}
