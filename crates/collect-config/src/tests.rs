//! Paging, denial, deletion and mapping against mocked answers.

use aws_sdk_config::Client;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use wellproof_aws::testing::{Collected, collect};
use wellproof_facts::Facts;
use wellproof_facts::config::{
    ConfigRule, ConfigurationAggregator, ConfigurationRecorder, ConformancePack, DeliveryChannel,
};
use wellproof_model::{Denier, GapKind, ListingState};

use crate::COLLECTOR;

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
        "User: arn:aws:iam::111122223333:role/r is not authorized to perform: config:X with an explicit deny in a service control policy",
    )
}

/// `first` answers before the rules of a region where Config is off.
async fn run(first: Vec<Rule>) -> Collected {
    let off = [
        mock!(Client::describe_configuration_recorders).then_http_response(ok(&json!({"ConfigurationRecorders": []}))),
        mock!(Client::list_configuration_recorders)
            .then_http_response(ok(&json!({"ConfigurationRecorderSummaries": []}))),
        mock!(Client::describe_delivery_channels).then_http_response(ok(&json!({"DeliveryChannels": []}))),
        mock!(Client::describe_config_rules).then_http_response(ok(&json!({"ConfigRules": []}))),
        mock!(Client::describe_configuration_aggregators)
            .then_http_response(ok(&json!({"ConfigurationAggregators": []}))),
        mock!(Client::describe_conformance_packs).then_http_response(ok(&json!({"ConformancePackDetails": []}))),
    ];
    let rules: Vec<Rule> = first.into_iter().chain(off).collect();
    collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await
}

#[tokio::test]
async fn where_config_is_off_every_listing_is_complete_and_empty() {
    let collected = run(Vec::new()).await;
    assert_eq!(collected.finished.listings.len(), COLLECTOR.types.len());
    assert!(collected.finished.listings.iter().all(|it| it.state == ListingState::Complete && it.count == 0));
    assert!(collected.finished.gaps.is_empty());
}

#[tokio::test]
async fn the_accounts_own_recorder_and_those_of_services_are_read() {
    let arn = "arn:aws:config:us-east-1:111122223333:configuration-recorder/AWSConfigurationRecorderForX/abc";
    let own = json!({"name": "default", "roleARN": "arn:aws:iam::111122223333:role/secret", "recordingGroup": {
        "allSupported": false, "includeGlobalResourceTypes": false, "resourceTypes": [],
        "exclusionByResourceTypes": {"resourceTypes": ["AWS::IAM::User", "AWS::EC2::Volume"]},
        "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"}}});
    let linked = json!({"arn": arn, "name": "AWSConfigurationRecorderForX", "servicePrincipal": "x.amazonaws.com",
        "recordingGroup": {"allSupported": false, "includeGlobalResourceTypes": false, "resourceTypes": ["AWS::S3::Bucket"],
            "recordingStrategy": {"useOnly": "INCLUSION_BY_RESOURCE_TYPES"}}});
    let rules = vec![
        mock!(Client::describe_configuration_recorders)
            .match_requests(|it| it.arn().is_none())
            .then_http_response(ok(&json!({"ConfigurationRecorders": [own]}))),
        mock!(Client::describe_configuration_recorders)
            .match_requests(move |it| it.arn() == Some(arn))
            .then_http_response(ok(&json!({"ConfigurationRecorders": [linked]}))),
        mock!(Client::list_configuration_recorders).match_requests(|it| it.next_token().is_none()).then_http_response(
            ok(&json!({"ConfigurationRecorderSummaries": [
                {"arn": "arn:own", "name": "default", "recordingScope": "PAID"}], "NextToken": "more"})),
        ),
        mock!(Client::list_configuration_recorders).match_requests(|it| it.next_token().is_some()).then_http_response(
            ok(&json!({"ConfigurationRecorderSummaries": [
                {"arn": arn, "name": "AWSConfigurationRecorderForX", "servicePrincipal": "x.amazonaws.com", "recordingScope": "INTERNAL"}]})),
        ),
        mock!(Client::describe_configuration_recorder_status)
            .match_requests(|it| it.configuration_recorder_names() == ["default"])
            .then_http_response(ok(&json!({"ConfigurationRecordersStatus": [
                {"name": "default", "recording": true, "lastStatus": "Success", "lastStartTime": 1_795_000_000.25}]}))),
        mock!(Client::describe_configuration_recorder_status)
            .match_requests(move |it| it.arn() == Some(arn))
            .then_http_response(ok(&json!({"ConfigurationRecordersStatus": [
                {"name": "AWSConfigurationRecorderForX", "recording": false, "lastStatus": "NotApplicable"}]}))),
    ];
    let collected = run(rules).await;

    let listing = collected.listing(ConfigurationRecorder::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 2, 3));
    let found = collected.of(ConfigurationRecorder::TYPE);
    let own: ConfigurationRecorder = found.iter().find(|it| it.id == "default").unwrap().facts().unwrap();
    assert_eq!(own.excluded_resource_types, ["AWS::EC2::Volume", "AWS::IAM::User"]);
    assert_eq!(own.recording_strategy.as_deref(), Some("EXCLUSION_BY_RESOURCE_TYPES"));
    assert_eq!((own.recording.known(), own.last_status.known().unwrap().as_deref()), (Some(&true), Some("SUCCESS")));
    assert_eq!(own.last_start_time.known().unwrap().unwrap().to_string(), "2026-11-18T11:06:40.25Z");
    assert_eq!((own.last_stop_time.known(), own.service_principal), (Some(&None), None));
    let linked: ConfigurationRecorder = found.iter().find(|it| it.id != "default").unwrap().facts().unwrap();
    assert_eq!(linked.service_principal.as_deref(), Some("x.amazonaws.com"));
    assert_eq!(linked.last_status.known().unwrap().as_deref(), Some("NOT_APPLICABLE"));
    assert_eq!(linked.resource_types, ["AWS::S3::Bucket"]);
}

#[tokio::test]
async fn a_denied_list_of_services_recorders_keeps_the_accounts_own() {
    let rules = vec![
        mock!(Client::describe_configuration_recorders)
            .then_http_response(ok(&json!({"ConfigurationRecorders": [{"name": "default"}]}))),
        mock!(Client::describe_configuration_recorder_status).then_http_response(denied()),
        mock!(Client::list_configuration_recorders).then_http_response(denied()),
    ];
    let collected = run(rules).await;
    let listing = collected.listing(ConfigurationRecorder::TYPE);
    assert_eq!((listing.state, listing.count), (ListingState::Partial, 1));
    assert!(collected.of(ConfigurationRecorder::TYPE)[0].unread.contains_key("recording"));
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == ConfigurationRecorder::TYPE).unwrap();
    assert_eq!((gap.kind, gap.denied_by), (GapKind::Denied, Some(Denier::ServiceControlPolicy)));
    assert_eq!(gap.actions, ["config:ListConfigurationRecorders"]);
}

#[tokio::test]
async fn what_was_deleted_since_it_was_listed_is_not_there() {
    let pack = json!({"ConformancePackName": "p", "ConformancePackArn": "arn:p", "ConformancePackId": "id"});
    let rules = vec![
        mock!(Client::describe_configuration_recorders)
            .then_http_response(ok(&json!({"ConfigurationRecorders": [{"name": "default"}]}))),
        mock!(Client::describe_configuration_recorder_status)
            .then_http_response(refusal("NoSuchConfigurationRecorderException", "Cannot find configuration recorder")),
        mock!(Client::describe_delivery_channels)
            .then_http_response(ok(&json!({"DeliveryChannels": [{"name": "default"}]}))),
        mock!(Client::describe_delivery_channel_status)
            .then_http_response(refusal("NoSuchDeliveryChannelException", "Cannot find delivery channel")),
        mock!(Client::describe_conformance_packs).then_http_response(ok(&json!({"ConformancePackDetails": [pack]}))),
        mock!(Client::describe_conformance_pack_status)
            .then_http_response(ok(&json!({"ConformancePackStatusDetails": []}))),
        mock!(Client::get_conformance_pack_compliance_summary)
            .then_http_response(refusal("NoSuchConformancePackException", "Cannot find conformance packs")),
    ];
    let collected = run(rules).await;
    assert!(collected.finished.listings.iter().all(|it| it.state == ListingState::Complete && it.count == 0));
    assert!(collected.finished.gaps.is_empty(), "{:?}", collected.finished.gaps);
}

#[tokio::test]
async fn a_channel_tells_where_it_delivers_and_whether_it_does() {
    let rules = vec![
        mock!(Client::describe_delivery_channels).then_http_response(ok(&json!({"DeliveryChannels": [
            {"name": "default", "s3BucketName": "logs", "snsTopicARN": "arn:topic", "s3KeyPrefix": "secret"}]}))),
        mock!(Client::describe_delivery_channel_status).then_http_response(ok(&json!({"DeliveryChannelsStatus": [
            {"name": "default", "configHistoryDeliveryInfo": {"lastStatus": "SUCCESS"}, "configSnapshotDeliveryInfo": {},
             "configStreamDeliveryInfo": {"lastStatus": "Not_Applicable", "lastErrorMessage": "secret"}}]}))),
    ];
    let collected = run(rules).await;
    let facts: DeliveryChannel = collected.of(DeliveryChannel::TYPE)[0].facts().unwrap();
    assert_eq!((facts.s3_bucket_name.as_deref(), facts.sns_topic_arn.as_deref()), (Some("logs"), Some("arn:topic")));
    assert_eq!(facts.history_last_status.known().unwrap().as_deref(), Some("SUCCESS"));
    assert_eq!(facts.snapshot_last_status.known(), Some(&None));
    assert_eq!(facts.stream_last_status.known().unwrap().as_deref(), Some("NOT_APPLICABLE"));
    let status = collected.calls.iter().find(|it| it.key.operation == "DescribeDeliveryChannelStatus").unwrap();
    assert!(status.redacted.contains(&"DeliveryChannelsStatus.configStreamDeliveryInfo.lastErrorMessage".to_owned()));
}

fn rule(name: &str) -> Value {
    json!({"ConfigRuleName": name, "ConfigRuleArn": format!("arn:{name}"), "ConfigRuleState": "ACTIVE",
        "Source": {"Owner": "AWS", "SourceIdentifier": "REQUIRED_TAGS"},
        "InputParameters": "{\"tag1Key\":\"team\",\"tag2Key\":\"env\",\"tag2Value\":\"secret\"}", "Description": "secret"})
}

/// Two rules on two pages; remediation is defined for the first.
fn two_rules() -> Vec<Rule> {
    vec![
        mock!(Client::describe_config_rules)
            .match_requests(|it| it.next_token().is_none())
            .then_http_response(ok(&json!({"ConfigRules": [rule("a")], "NextToken": "more"}))),
        mock!(Client::describe_config_rules)
            .match_requests(|it| it.next_token() == Some("more"))
            .then_http_response(ok(&json!({"ConfigRules": [rule("b")]}))),
        mock!(Client::describe_remediation_configurations)
            .match_requests(|it| it.config_rule_names() == ["a"])
            .then_http_response(ok(&json!({"RemediationConfigurations": [
                {"ConfigRuleName": "a", "TargetType": "SSM_DOCUMENT", "TargetId": "x", "Automatic": true}]}))),
        mock!(Client::describe_remediation_configurations)
            .match_requests(|it| it.config_rule_names() == ["b"])
            .then_http_response(ok(&json!({"RemediationConfigurations": []}))),
    ]
}

#[tokio::test]
async fn rules_tell_what_they_found_on_all_pages() {
    let compliance = |rule: &str, token: Option<&str>, compliance: &Value| json!({"ComplianceByConfigRules": [{"ConfigRuleName": rule, "Compliance": compliance}], "NextToken": token});
    let found = json!({"ComplianceType": "NON_COMPLIANT", "ComplianceContributorCount": {"CappedCount": 25, "CapExceeded": true}});
    let mut rules = two_rules();
    rules.extend([
        mock!(Client::describe_compliance_by_config_rule)
            .match_requests(|it| it.next_token().is_none())
            .then_http_response(ok(&compliance("a", Some("t"), &found))),
        mock!(Client::describe_compliance_by_config_rule)
            .match_requests(|it| it.next_token().is_some())
            .then_http_response(ok(&compliance("b", None, &json!({"ComplianceType": "INSUFFICIENT_DATA"})))),
        mock!(Client::describe_config_rule_evaluation_status).then_http_response(ok(
            &json!({"ConfigRulesEvaluationStatus": [
            {"ConfigRuleName": "a", "LastSuccessfulEvaluationTime": 1_795_000_000.0, "FirstEvaluationStarted": true},
            {"ConfigRuleName": "b", "LastErrorCode": "AccessDenied", "LastErrorMessage": "secret",
                "LastFailedEvaluationTime": 1_795_000_000.0, "LastFailedInvocationTime": 1_795_000_001.0}]}),
        )),
    ]);
    let collected = run(rules).await;

    let listing = collected.listing(ConfigRule::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 2, 2));
    let found = collected.of(ConfigRule::TYPE);
    let a: ConfigRule = found[0].facts().unwrap();
    assert_eq!(
        (a.owner.as_str(), a.required_tag_keys.as_slice()),
        ("AWS", ["env".to_owned(), "team".to_owned()].as_slice())
    );
    assert_eq!(a.compliance_type.known().unwrap().as_deref(), Some("NON_COMPLIANT"));
    assert_eq!((a.non_compliant_count.known(), a.non_compliant_capped.known()), (Some(&Some(25)), Some(&true)));
    assert_eq!(a.last_successful_evaluation_time.known().unwrap().unwrap().as_second(), 1_795_000_000);
    assert_eq!(a.remediation_automatic.known(), Some(&Some(true)));
    let b: ConfigRule = found[1].facts().unwrap();
    assert_eq!(b.compliance_type.known().unwrap().as_deref(), Some("INSUFFICIENT_DATA"));
    assert_eq!((b.non_compliant_count.known(), b.remediation_automatic.known()), (Some(&None), Some(&None)));
    assert_eq!(a.last_failed_evaluation_time.known(), Some(&None));
    assert_eq!(b.last_failed_evaluation_time.known().unwrap().unwrap().as_second(), 1_795_000_000);
    assert_eq!(b.last_failed_invocation_time.known().unwrap().unwrap().as_second(), 1_795_000_001);
    assert_eq!(b.last_error_code.known().unwrap().as_deref(), Some("AccessDenied"));
    // Its page, the page of its compliance, its evaluation, its remediation.
    assert_eq!(found[0].calls.len(), 4);
    let listed = collected.calls.iter().find(|it| it.key.operation == "DescribeConfigRules").unwrap();
    assert!(
        listed.redacted.contains(&"ConfigRules.InputParameters.#json.tag2Value".to_owned()),
        "{:?}",
        listed.redacted
    );
}

#[tokio::test]
async fn a_denied_page_of_compliance_leaves_the_rest_unread() {
    let mut rules = two_rules();
    rules.extend([
        mock!(Client::describe_compliance_by_config_rule).match_requests(|it| it.next_token().is_none()).then_http_response(
            ok(&json!({"ComplianceByConfigRules": [{"ConfigRuleName": "a", "Compliance": {"ComplianceType": "COMPLIANT"}}], "NextToken": "t"})),
        ),
        mock!(Client::describe_compliance_by_config_rule)
            .match_requests(|it| it.next_token().is_some())
            .then_http_response(denied()),
        mock!(Client::describe_config_rule_evaluation_status).then_http_response(denied()),
    ]);
    let collected = run(rules).await;
    assert_eq!(collected.state(ConfigRule::TYPE), ListingState::Complete);
    let found = collected.of(ConfigRule::TYPE);
    let a: ConfigRule = found[0].facts().unwrap();
    assert_eq!(a.compliance_type.known().unwrap().as_deref(), Some("COMPLIANT"));
    assert!(found[0].unread.contains_key("last_error_code"));
    assert!(!found[0].unread.contains_key("compliance_type"));
    for field in ["compliance_type", "non_compliant_count", "non_compliant_capped"] {
        assert!(found[1].unread.contains_key(field), "{field}");
    }
    assert!(!found[1].unread.contains_key("remediation_automatic"));
}

#[tokio::test]
async fn a_denied_page_of_rules_leaves_the_listing_partial() {
    let mut rules = vec![
        mock!(Client::describe_config_rules)
            .match_requests(|it| it.next_token().is_some())
            .then_http_response(denied()),
        mock!(Client::describe_compliance_by_config_rule)
            .then_http_response(ok(&json!({"ComplianceByConfigRules": []}))),
        mock!(Client::describe_config_rule_evaluation_status)
            .then_http_response(ok(&json!({"ConfigRulesEvaluationStatus": []}))),
    ];
    rules.extend(two_rules());
    let collected = run(rules).await;
    let listing = collected.listing(ConfigRule::TYPE);
    assert_eq!((listing.state, listing.count), (ListingState::Partial, 1));
    assert_eq!(collected.state(ConformancePack::TYPE), ListingState::Complete);
}

#[tokio::test]
async fn aggregators_count_their_accounts() {
    let body = json!({"ConfigurationAggregators": [
        {"ConfigurationAggregatorName": "all", "ConfigurationAggregatorArn": "arn:all",
         "OrganizationAggregationSource": {"RoleArn": "arn:secret", "AllAwsRegions": true}},
        {"ConfigurationAggregatorName": "some", "AccountAggregationSources": [
            {"AccountIds": ["111122223333", "999988887777"], "AllAwsRegions": false, "AwsRegions": ["us-east-1"]}]}]});
    let collected = run(vec![mock!(Client::describe_configuration_aggregators).then_http_response(ok(&body))]).await;
    let found: Vec<ConfigurationAggregator> =
        collected.of(ConfigurationAggregator::TYPE).iter().map(|it| it.facts().unwrap()).collect();
    assert_eq!((found[0].organization, found[0].all_aws_regions, found[0].account_count), (true, true, 0));
    assert_eq!((found[1].organization, found[1].all_aws_regions, found[1].account_count), (false, false, 2));
}

#[tokio::test]
async fn packs_tell_their_state_and_one_that_is_not_told_is_unread() {
    let pack = |name: &str| json!({"ConformancePackName": name, "ConformancePackArn": format!("arn:{name}"), "ConformancePackId": "id"});
    let rules = vec![
        mock!(Client::describe_conformance_packs)
            .match_requests(|it| it.next_token().is_none())
            .then_http_response(ok(&json!({"ConformancePackDetails": [pack("p")], "NextToken": "more"}))),
        mock!(Client::describe_conformance_packs)
            .match_requests(|it| it.next_token().is_some())
            .then_http_response(ok(&json!({"ConformancePackDetails": [pack("q")]}))),
        mock!(Client::describe_conformance_pack_status)
            .match_requests(|it| it.conformance_pack_names() == ["p"])
            .then_http_response(ok(
                &json!({"ConformancePackStatusDetails": [{"ConformancePackName": "p", "ConformancePackId": "id",
                "ConformancePackArn": "arn:p", "ConformancePackState": "CREATE_COMPLETE", "StackArn": "arn:secret",
                "LastUpdateRequestedTime": 1_794_000_000.0, "LastUpdateCompletedTime": 1_795_000_000.0}]}),
            )),
        mock!(Client::describe_conformance_pack_status)
            .then_http_response(ok(&json!({"ConformancePackStatusDetails": []}))),
        mock!(Client::get_conformance_pack_compliance_summary)
            .then_http_response(ok(&json!({"ConformancePackComplianceSummaryList": [
                {"ConformancePackName": "p", "ConformancePackComplianceStatus": "NON_COMPLIANT"}]}))),
    ];
    let collected = run(rules).await;
    let found = collected.of(ConformancePack::TYPE);
    assert_eq!((collected.state(ConformancePack::TYPE), found.len()), (ListingState::Complete, 2));
    let p: ConformancePack = found[0].facts().unwrap();
    assert_eq!(p.conformance_pack_state.known().unwrap().as_deref(), Some("CREATE_COMPLETE"));
    assert_eq!(p.conformance_pack_compliance_status.known().unwrap().as_deref(), Some("NON_COMPLIANT"));
    assert_eq!(p.last_update_completed_time.known().unwrap().unwrap().as_second(), 1_795_000_000);
    assert!(found[1].unread.contains_key("conformance_pack_state"));
}
