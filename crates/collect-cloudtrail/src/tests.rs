//! Paging, denial, deletion, budgets and mapping against mocked answers.

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::operation::lookup_events::LookupEventsInput;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use wellproof_aws::testing::{Collected, collect};
use wellproof_aws::{Collector, Operation};
use wellproof_facts::Facts;
use wellproof_facts::cloudtrail::{
    ControlChange, Deployment, EventDataStore, InstanceLaunch, InteractiveLogin, NetworkChange, RootActivity, SignIn,
    Tool, Trail,
};
use wellproof_model::{Denier, GapKind, ListingState};

use crate::{LOOKUPS, OPERATIONS, PAGES};

/// All operations at full speed: mocked answers need no pace.
const PROMPT: [Operation; OPERATIONS.len()] = {
    let mut all = [OPERATIONS[0]; OPERATIONS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = Operation { per_second: None, ..OPERATIONS[at] };
        at += 1;
    }
    all
};
const COLLECTOR: Collector = Collector { operations: &PROMPT, ..crate::COLLECTOR };

const ARN: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main";
const SHADOW: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/shadow";
const ORGANIZATION: &str = "arn:aws:cloudtrail:us-east-1:999988887777:trail/organization";

fn answer(status: u16, body: &str) -> Response<SdkBody> {
    let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body.to_owned()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.1");
    response.headers_mut().insert("x-amzn-requestid", "11111111-2222-3333-4444-555555555555");
    response
}

fn ok(body: &Value) -> impl Fn() -> Response<SdkBody> + Send + Sync + 'static {
    let body = body.to_string();
    move || answer(200, &body)
}

fn refusal(code: &str, message: &str) -> impl Fn() -> Response<SdkBody> + Send + Sync + 'static {
    let body = json!({"__type": code, "message": message}).to_string();
    move || answer(400, &body)
}

fn denied() -> impl Fn() -> Response<SdkBody> + Send + Sync + 'static {
    refusal(
        "AccessDeniedException",
        "User: arn:aws:iam::111122223333:role/r is not authorized to perform: cloudtrail:X because no identity-based policy allows the cloudtrail:X action",
    )
}

fn value_of(input: &LookupEventsInput) -> &str {
    input.lookup_attributes()[0].attribute_value()
}

/// The answer to the lookup of one name (or of root).
fn found(name: &'static str, events: &[Value]) -> Rule {
    let body = json!({"Events": events});
    mock!(Client::lookup_events).match_requests(move |it| value_of(it) == name).then_http_response(ok(&body))
}

fn nothing_happened() -> Rule {
    mock!(Client::lookup_events).then_http_response(ok(&json!({"Events": []})))
}

fn no_trails() -> Rule {
    mock!(Client::describe_trails).then_http_response(ok(&json!({"trailList": []})))
}

fn no_stores() -> Rule {
    mock!(Client::list_event_data_stores).then_http_response(ok(&json!({"EventDataStores": []})))
}

async fn run(rules: Vec<Rule>) -> Collected {
    collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await
}

fn event(id: &str, name: &str, source: &str, detail: &Value) -> Value {
    json!({
        "EventId": id, "EventName": name, "EventSource": source, "ReadOnly": "false", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "EventTime": 1_795_000_000.0, "Username": "alice", "Resources": [{"ResourceType": "X", "ResourceName": "thing"}],
        "CloudTrailEvent": detail.to_string(),
    })
}

fn person(name: &str) -> Value {
    json!({
        "userIdentity": {
            "type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Admin/alice@example.com",
            "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/Admin", "userName": "Admin"}},
        },
        "eventName": name, "sourceIPAddress": "203.0.113.7", "userAgent": "Mozilla/5.0", "sessionCredentialFromConsole": "true",
        "requestParameters": {"name": "secret"}, "responseElements": null,
    })
}

#[test]
fn lookups_keep_to_the_rate_that_cloudtrail_allows() {
    let lookup = OPERATIONS.iter().find(|it| it.name == "LookupEvents").unwrap();
    assert_eq!(lookup.per_second, Some(2));
    // The times that the crate's documentation states.
    assert_eq!((LOOKUPS, LOOKUPS.div_ceil(2), (LOOKUPS * PAGES).div_ceil(2 * 60)), (66, 33, 22));
}

#[tokio::test]
async fn a_quiet_region_costs_one_request_for_each_lookup() {
    let collected = run(vec![no_trails(), no_stores(), nothing_happened()]).await;
    let lookups = collected.calls.iter().filter(|call| call.key.operation == "LookupEvents").count();
    assert_eq!(lookups, LOOKUPS);
    assert!(collected.finished.listings.iter().all(|it| it.state == ListingState::Complete && it.count == 0));
    assert_eq!(collected.finished.listings.len(), COLLECTOR.types.len());
    assert!(collected.finished.gaps.is_empty());
}

#[tokio::test]
async fn a_second_page_of_events_is_read() {
    let at = |it: &LookupEventsInput, token| value_of(it) == "RunInstances" && it.next_token() == token;
    let launch = |id: &str, instance: &str| {
        let detail = json!({
            "userIdentity": {"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"},
            "userAgent": "autoscaling.amazonaws.com",
            "responseElements": {"instancesSet": {"items": [{"instanceId": instance, "privateDnsName": "secret"}]}},
        });
        event(id, "RunInstances", "ec2.amazonaws.com", &detail)
    };
    let first = mock!(Client::lookup_events)
        .match_requests(move |it| at(it, None))
        .then_http_response(ok(&json!({"Events": [launch("e1", "i-1")], "NextToken": "more"})));
    let second = mock!(Client::lookup_events)
        .match_requests(move |it| at(it, Some("more")))
        .then_http_response(ok(&json!({"Events": [launch("e2", "i-2")]})));
    let collected = run(vec![no_trails(), no_stores(), first, second, nothing_happened()]).await;

    let listing = collected.listing(InstanceLaunch::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 2, 2));
    let launch: InstanceLaunch = collected.of(InstanceLaunch::TYPE)[1].facts().unwrap();
    assert_eq!((launch.instance_ids.as_slice(), launch.tool), (["i-2".to_owned()].as_slice(), Tool::AwsService));
    let call = collected.calls.iter().find(|call| call.key.input.contains("RunInstances")).unwrap();
    let input = &call.key.input;
    // 90 days before 2026-11-20T12:00:00Z, and that itself.
    assert!(input.contains("1787400000") && input.contains("1795176000"), "{input}");
}

#[tokio::test]
async fn a_lookup_over_budget_is_cut_off_and_the_others_are_not() {
    let mut rules = vec![no_trails(), no_stores()];
    for page in 0..PAGES {
        let token = (page > 0).then(|| page.to_string());
        let body = json!({
            "Events": [event(&format!("e{page:02}"), "StartSession", "ssm.amazonaws.com", &person("StartSession"))],
            "NextToken": (page + 1).to_string(),
        });
        let asked = mock!(Client::lookup_events)
            .match_requests(move |it| value_of(it) == "StartSession" && it.next_token() == token.as_deref());
        rules.push(asked.then_http_response(ok(&body)));
    }
    let executed = event("x", "ExecuteCommand", "ecs.amazonaws.com", &person("ExecuteCommand"));
    rules.extend([found("ExecuteCommand", &[executed]), nothing_happened()]);
    let collected = run(rules).await;

    let logins = collected.listing(InteractiveLogin::TYPE);
    assert_eq!((logins.state, logins.count), (ListingState::Partial, PAGES as u64 + 1));
    let gap = &collected.finished.gaps[0];
    assert_eq!((gap.kind, gap.what.as_str()), (GapKind::OverBudget, InteractiveLogin::TYPE));
    assert_eq!(gap.message, "only the newest 2000 events of StartSession are looked at");
    assert_eq!(collected.state(Deployment::TYPE), ListingState::Complete);
}

#[tokio::test]
async fn denied_lookups_leave_every_type_of_event_unread() {
    let refused = mock!(Client::lookup_events).then_http_response(denied());
    let collected = run(vec![no_trails(), no_stores(), refused]).await;

    assert_eq!(collected.state(Trail::TYPE), ListingState::Complete);
    let unread = collected.finished.listings.iter().filter(|it| it.state == ListingState::Unread).count();
    assert_eq!(unread, COLLECTOR.types.len() - 2);
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == Deployment::TYPE).unwrap();
    assert_eq!((gap.kind, gap.denied_by), (GapKind::Denied, Some(Denier::MissingPermission)));
    assert_eq!(gap.actions, ["cloudtrail:LookupEvents"]);
    // One name refused is enough.
    let lookups = collected.calls.iter().filter(|call| call.key.operation == "LookupEvents").count();
    assert_eq!(lookups, 9);
}

#[tokio::test]
async fn a_denied_second_page_leaves_the_events_of_the_first() {
    let first = mock!(Client::lookup_events)
        .match_requests(|it| value_of(it) == "root" && it.next_token().is_none())
        .then_http_response(ok(&json!({
            "Events": [event("r", "CreateUser", "iam.amazonaws.com", &json!({"userIdentity": {"type": "Root"}}))],
            "NextToken": "more",
        })));
    let second =
        mock!(Client::lookup_events).match_requests(|it| it.next_token().is_some()).then_http_response(denied());
    let collected = run(vec![no_trails(), no_stores(), first, second, nothing_happened()]).await;

    let listing = collected.listing(RootActivity::TYPE);
    assert_eq!((listing.state, listing.count), (ListingState::Partial, 1));
    let root: RootActivity = collected.of(RootActivity::TYPE)[0].facts().unwrap();
    assert_eq!((root.event_name.as_str(), root.read_only, root.invoked_by), ("CreateUser", false, None));
    assert_eq!((root.error_code, root.sign_in_failed), (None, false));
}

#[tokio::test]
async fn attempts_of_root_are_told_from_what_it_did() {
    let refused = json!({"userIdentity": {"type": "Root"}, "errorCode": "AccessDenied"});
    let sign_in = |how: &str| json!({"userIdentity": {"type": "Root"}, "responseElements": {"ConsoleLogin": how}});
    let events = [
        event("a", "DeleteBucket", "s3.amazonaws.com", &refused),
        event("b", "ConsoleLogin", "signin.amazonaws.com", &sign_in("Failure")),
        event("c", "ConsoleLogin", "signin.amazonaws.com", &sign_in("Success")),
    ];
    let collected = run(vec![no_trails(), no_stores(), found("root", &events), nothing_happened()]).await;
    let told = collected.of(RootActivity::TYPE).into_iter().map(|it| {
        let facts: RootActivity = it.facts().unwrap();
        (it.id.clone(), facts.error_code, facts.sign_in_failed)
    });
    let told: std::collections::BTreeSet<_> = told.collect();
    let expected = [("a", Some("AccessDenied"), false), ("b", None, true), ("c", None, false)];
    assert_eq!(told, expected.map(|(id, code, failed)| (id.to_owned(), code.map(str::to_owned), failed)).into());
}

#[tokio::test]
async fn root_by_another_name_is_not_idle() {
    let root =
        json!({"userIdentity": {"type": "Root", "userName": "acme"}, "responseElements": {"ConsoleLogin": "Success"}});
    let sign_in = event("s", "ConsoleLogin", "signin.amazonaws.com", &root);
    let somebody = event("t", "ConsoleLogin", "signin.amazonaws.com", &person("ConsoleLogin"));
    let state = async |by_root: &[Value], sign_ins: &[Value]| {
        let rules = vec![no_trails(), no_stores(), found("root", by_root), found("ConsoleLogin", sign_ins)];
        let collected = run(rules.into_iter().chain([nothing_happened()]).collect()).await;
        assert_eq!(collected.state(SignIn::TYPE), ListingState::Complete);
        collected.state(RootActivity::TYPE)
    };
    assert_eq!(state(&[], std::slice::from_ref(&somebody)).await, ListingState::Complete);
    assert_eq!(state(std::slice::from_ref(&sign_in), std::slice::from_ref(&sign_in)).await, ListingState::Complete);
    assert_eq!(state(&[], &[somebody, sign_in]).await, ListingState::Partial);
}

#[tokio::test]
async fn changes_tell_who_and_with_what_and_nothing_else() {
    let by_hand = event("e1", "UpdateService", "ecs.amazonaws.com", &person("UpdateService"));
    let other_service = event("e2", "UpdateService", "servicediscovery.amazonaws.com", &person("UpdateService"));
    let stopped = json!({
        "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Admin/alice@example.com",
            "invokedBy": "cloudformation.amazonaws.com"},
        "userAgent": "cloudformation.amazonaws.com", "sessionCredentialFromConsole": "true", "errorCode": "AccessDenied",
    });
    let stopped = event("e3", "StopLogging", "cloudtrail.amazonaws.com", &stopped);
    let mut wizard = person("CreateRoute");
    wizard["userIdentity"]["invokedBy"] = json!("rds.amazonaws.com");
    let wizard = event("e4", "CreateRoute", "ec2.amazonaws.com", &wizard);
    let rules = vec![
        no_trails(),
        no_stores(),
        found("CreateRoute", &[wizard]),
        found("UpdateService", &[by_hand, other_service]),
        found("StopLogging", &[stopped]),
        nothing_happened(),
    ];
    let collected = run(rules).await;

    let facts: NetworkChange = collected.of(NetworkChange::TYPE)[0].facts().unwrap();
    assert_eq!(facts.by_hand_in_console, None, "a person's wizard or the service itself");
    let deployments = collected.of(Deployment::TYPE);
    assert_eq!(deployments.len(), 1, "an event of another service's by the same name is none");
    let facts: Deployment = deployments[0].facts().unwrap();
    assert_eq!(facts.principal_arn.as_deref(), Some("arn:aws:iam::111122223333:role/Admin"));
    assert_eq!((facts.by_hand_in_console, facts.tool), (Some(true), Tool::Console));
    assert_eq!(facts.resource_names, ["thing"]);
    let facts: ControlChange = collected.of(ControlChange::TYPE)[0].facts().unwrap();
    assert_eq!(facts.principal_arn.as_deref(), Some("arn:aws:sts::111122223333:assumed-role/Admin"));
    assert_eq!((facts.by_hand_in_console, facts.tool), (Some(false), Tool::Cloudformation));
    assert_eq!(facts.error_code.as_deref(), Some("AccessDenied"));

    let lookup = collected.calls.iter().find(|call| call.key.input.contains("UpdateService")).unwrap();
    for path in [
        "AccessKeyId",
        "Username",
        "CloudTrailEvent.#json.sourceIPAddress",
        "CloudTrailEvent.#json.userIdentity.accessKeyId",
    ] {
        assert!(lookup.redacted.contains(&format!("Events.{path}")), "{path}: {:?}", lookup.redacted);
    }
}

#[tokio::test]
async fn sign_ins_tell_the_second_factor() {
    let detail = json!({
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/bob"},
        "responseElements": {"ConsoleLogin": "Success"}, "additionalEventData": {"MFAUsed": "Yes", "LoginTo": "secret"},
    });
    let signed_in = event("e", "ConsoleLogin", "signin.amazonaws.com", &detail);
    let collected = run(vec![no_trails(), no_stores(), found("ConsoleLogin", &[signed_in]), nothing_happened()]).await;
    let facts: SignIn = collected.of(SignIn::TYPE)[0].facts().unwrap();
    assert_eq!((facts.succeeded, facts.mfa_used, facts.identity_type.as_str()), (true, true, "IAMUser"));
    assert_eq!(facts.principal_arn.as_deref(), Some("arn:aws:iam::111122223333:user/bob"));
}

#[tokio::test]
async fn a_launch_that_does_not_say_what_it_launched_leaves_the_listing_partial() {
    let silent =
        json!({"userIdentity": {"type": "IAMUser"}, "responseElements": {"omitted": true, "originalSize": 120_000}});
    let refused = json!({"userIdentity": {"type": "IAMUser"}, "errorCode": "Client.UnauthorizedOperation"});
    let launches =
        [silent, refused].map(|detail| event(&detail.to_string(), "RunInstances", "ec2.amazonaws.com", &detail));
    let collected = run(vec![no_trails(), no_stores(), found("RunInstances", &launches), nothing_happened()]).await;
    let listing = collected.listing(InstanceLaunch::TYPE);
    assert_eq!((listing.state, listing.count), (ListingState::Partial, 1));
}

fn trails(arns: &[&str]) -> Rule {
    let listed: Vec<Value> = arns
        .iter()
        .map(|arn| {
            json!({
                "Name": arn.rsplit('/').next(), "TrailARN": arn, "HomeRegion": arn.split(':').nth(3), "S3BucketName": "logs",
                "SnsTopicARN": "arn:aws:sns:us-east-1:111122223333:secret", "IncludeGlobalServiceEvents": true,
                "IsMultiRegionTrail": true, "LogFileValidationEnabled": true, "IsOrganizationTrail": *arn == ORGANIZATION,
            })
        })
        .collect();
    mock!(Client::describe_trails).then_http_response(ok(&json!({"trailList": listed})))
}

#[tokio::test]
async fn a_trail_is_asked_here_whether_it_records_and_at_home_what() {
    let status = mock!(Client::get_trail_status).then_http_response(ok(&json!({
        "IsLogging": true, "LatestDeliveryTime": 1_795_000_000.5, "LatestDeliveryError": "",
        "LatestCloudWatchLogsDeliveryError": "AccessDenied", "LatestDeliveryAttemptTime": "2026-11-18T00:00:00Z",
    })));
    let selectors = mock!(Client::get_event_selectors).then_http_response(ok(&json!({
        "TrailARN": ARN,
        "AdvancedEventSelectors": [
            {"Name": "writes", "FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "readOnly", "Equals": ["false"]},
                {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}]},
            {"Name": "some reads", "FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "eventName", "NotEquals": ["GetRole"]}]},
            {"Name": "objects", "FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
                {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::secret"]}]},
        ],
    })));
    let insights = mock!(Client::get_insight_selectors).then_http_response(refusal(
        "InsightNotEnabledException",
        "Trail main does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again.",
    ));
    let collected =
        run(vec![trails(&[ARN, SHADOW]), status, selectors, insights, no_stores(), nothing_happened()]).await;

    assert!(collected.finished.gaps.is_empty(), "{:?}", collected.finished.gaps);
    let found = collected.of(Trail::TYPE);
    let main = found.iter().find(|it| it.id == ARN).unwrap();
    let facts: Trail = main.facts().unwrap();
    assert_eq!((facts.is_shadow, facts.is_multi_region_trail, facts.is_organization_trail), (false, true, false));
    assert_eq!(facts.is_logging.known(), Some(&true));
    assert_eq!(facts.latest_delivery_time.known().unwrap().unwrap().to_string(), "2026-11-18T11:06:40.5Z");
    assert_eq!(facts.latest_delivery_error.known(), Some(&None));
    assert_eq!(facts.latest_cloud_watch_logs_delivery_error.known(), Some(&Some("AccessDenied".to_owned())));
    assert_eq!(
        (facts.records_management_reads.known(), facts.records_management_writes.known()),
        (Some(&false), Some(&true))
    );
    assert_eq!(facts.data_event_resource_types.known().unwrap(), &["AWS::S3::Object"]);
    assert_eq!(facts.insight_types.known().unwrap(), &Vec::<String>::new());
    // The page, the status, the selectors, and the reply that says there are no insights.
    assert_eq!(main.calls.len(), 4);
    let shadow: Trail = found.iter().find(|it| it.id == SHADOW).unwrap().facts().unwrap();
    assert!(shadow.is_shadow);
    let region_of = |operation: &str| {
        let calls = collected.calls.iter().filter(|call| call.key.operation == operation);
        calls.filter(|call| call.key.input.contains(SHADOW)).map(|call| call.key.region.clone()).next()
    };
    assert_eq!(region_of("GetTrailStatus").as_deref(), Some("us-east-1"));
    assert_eq!(region_of("GetEventSelectors").as_deref(), Some("eu-west-1"));
}

#[tokio::test]
async fn basic_selectors_are_read_too() {
    let status = mock!(Client::get_trail_status).then_http_response(ok(&json!({"IsLogging": true})));
    let selectors = mock!(Client::get_event_selectors).then_http_response(ok(&json!({"EventSelectors": [
        {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": true, "ExcludeManagementEventSources": [],
         "DataResources": [{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}]},
        {"ReadWriteType": "All", "IncludeManagementEvents": false},
    ]})));
    let insights = mock!(Client::get_insight_selectors)
        .then_http_response(ok(&json!({"InsightSelectors": [{"InsightType": "ApiCallRateInsight"}]})));
    let collected = run(vec![trails(&[ARN]), status, selectors, insights, no_stores(), nothing_happened()]).await;
    let facts: Trail = collected.of(Trail::TYPE)[0].facts().unwrap();
    assert_eq!(
        (facts.records_management_reads.known(), facts.records_management_writes.known()),
        (Some(&false), Some(&true))
    );
    assert_eq!(facts.data_event_resource_types.known().unwrap(), &["AWS::Lambda::Function"]);
    assert_eq!(facts.insight_types.known().unwrap(), &["ApiCallRateInsight"]);
}

#[tokio::test]
async fn a_deleted_trail_is_not_there_and_an_organizations_trail_is_unread() {
    let gone = || refusal("TrailNotFoundException", "Unknown trail: x for the user: 111122223333");
    let status = mock!(Client::get_trail_status).then_http_response(ok(&json!({"IsLogging": true})));
    let selectors = mock!(Client::get_event_selectors).then_http_response(gone());
    let insights = mock!(Client::get_insight_selectors).then_http_response(gone());
    let collected =
        run(vec![trails(&[ARN, ORGANIZATION]), status, selectors, insights, no_stores(), nothing_happened()]).await;

    let found = collected.of(Trail::TYPE);
    assert_eq!(found.len(), 1);
    assert_eq!((collected.state(Trail::TYPE), found[0].id.as_str()), (ListingState::Complete, ORGANIZATION));
    let facts: Trail = found[0].facts().unwrap();
    assert_eq!((facts.is_logging.known(), facts.is_shadow), (Some(&true), false));
    assert!(found[0].unread.contains_key("records_management_writes"));
    assert!(found[0].unread.contains_key("insight_types"));
}

#[tokio::test]
async fn denied_trails_are_unread() {
    let refused = mock!(Client::describe_trails).then_http_response(denied());
    let stores = mock!(Client::list_event_data_stores).then_http_response(denied());
    let collected = run(vec![refused, stores, nothing_happened()]).await;
    assert_eq!(collected.state(Trail::TYPE), ListingState::Unread);
    assert_eq!(collected.state(EventDataStore::TYPE), ListingState::Unread);
    assert_eq!(collected.state(SignIn::TYPE), ListingState::Complete);
}

#[tokio::test]
async fn event_data_stores_are_read_to_the_last_page() {
    let first =
        mock!(Client::list_event_data_stores).match_requests(|it| it.next_token().is_none()).then_http_response(ok(
            &json!({"EventDataStores": [{"Name": "gone", "EventDataStoreArn": "arn:gone"}], "NextToken": "more"}),
        ));
    let second = mock!(Client::list_event_data_stores)
        .match_requests(|it| it.next_token().is_some())
        .then_http_response(ok(&json!({"EventDataStores": [{"Name": "lake", "EventDataStoreArn": "arn:lake"}]})));
    let gone = mock!(Client::get_event_data_store)
        .match_requests(|it| it.event_data_store() == Some("arn:gone"))
        .then_http_response(refusal("EventDataStoreNotFoundException", "The event data store was not found."));
    let lake = mock!(Client::get_event_data_store).match_requests(|it| it.event_data_store() == Some("arn:lake"));
    let lake = lake.then_http_response(ok(&json!({
        "Name": "lake", "Status": "ENABLED", "MultiRegionEnabled": true, "OrganizationEnabled": false, "RetentionPeriod": 366,
        "KmsKeyId": "secret", "AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}],
    })));
    let collected = run(vec![no_trails(), first, second, gone, lake, nothing_happened()]).await;

    let listing = collected.listing(EventDataStore::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 1, 2));
    let facts: EventDataStore = collected.of(EventDataStore::TYPE)[0].facts().unwrap();
    assert_eq!((facts.status.known().unwrap().as_str(), facts.multi_region_enabled.known()), ("ENABLED", Some(&true)));
    assert_eq!(facts.retention_period.known(), Some(&Some(366)));
    assert_eq!(facts.records_management_events.known(), Some(&true));
}
