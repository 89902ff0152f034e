//! Paging, denial, absence and use against mocked answers.

use aws_sdk_cloudwatch::Client as CloudWatch;
use aws_sdk_servicequotas::Client;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::body::SdkBody;
use ciborium::{Value, cbor};
use wellproof_aws::testing::{Collected, collect};
use wellproof_facts::Facts;
use wellproof_facts::quotas::{AutoManagement, Quota, RequestedChange, TemplateAssociation};
use wellproof_model::{GapKind, ListingState};

use crate::COLLECTOR;

fn json(status: u16, body: &'static str) -> impl Fn() -> Response<SdkBody> + Send + Sync + 'static {
    move || {
        let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
        response.headers_mut().insert("content-type", "application/x-amz-json-1.1");
        response
    }
}

fn cbor(status: u16, body: Value) -> impl Fn() -> Response<SdkBody> + Send + Sync + 'static {
    move || {
        let mut bytes = Vec::new();
        ciborium::into_writer(&body, &mut bytes).unwrap();
        let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(bytes));
        response.headers_mut().insert("content-type", "application/cbor");
        response.headers_mut().insert("smithy-protocol", "rpc-v2-cbor");
        response
    }
}

const DENIED: &str = r#"{"__type":"AccessDeniedException","Message":"User is not authorized to perform: servicequotas:X because no identity-based policy allows it"}"#;
const NO_ORGANIZATION: &str = r#"{"__type":"NoAvailableOrganizationException","Message":"none"}"#;

const FIRST: &str = r#"{"NextToken":"bW9yZQ==","Quotas":[
 {"ServiceCode":"ec2","ServiceName":"Amazon EC2","QuotaArn":"arn:aws:servicequotas:us-east-1:111122223333:ec2/L-1216C47A","QuotaCode":"L-1216C47A","QuotaName":"Running On-Demand Standard instances","Value":64.0,"Unit":"None","Adjustable":true,"GlobalQuota":false,"Description":"some words",
  "UsageMetric":{"MetricNamespace":"AWS/Usage","MetricName":"ResourceCount","MetricDimensions":{"Class":"Standard/OnDemand","Resource":"vCPU","Service":"EC2","Type":"Resource"},"MetricStatisticRecommendation":"Maximum"}},
 {"ServiceCode":"ec2","ServiceName":"Amazon EC2","QuotaCode":"L-SPOT","QuotaName":"Spot","Value":5.0,"Unit":"None","Adjustable":true,"GlobalQuota":false,
  "UsageMetric":{"MetricNamespace":"AWS/Usage","MetricName":"ResourceCount","MetricDimensions":{"Class":"Standard/Spot","Resource":"vCPU","Service":"EC2","Type":"Resource"},"MetricStatisticRecommendation":"Maximum"}}]}"#;
const SECOND: &str = r#"{"Quotas":[
 {"ServiceCode":"ec2","ServiceName":"Amazon EC2","QuotaCode":"L-RATE","QuotaName":"Rate of DescribeInstances","Value":100.0,"Unit":"None","Adjustable":true,"GlobalQuota":false,"Period":{"PeriodValue":1,"PeriodUnit":"SECOND"},
  "UsageMetric":{"MetricNamespace":"AWS/Usage","MetricName":"CallCount","MetricDimensions":{"Class":"None","Resource":"DescribeInstances","Service":"EC2","Type":"API"},"MetricStatisticRecommendation":"Sum"}},
 {"ServiceCode":"ec2","ServiceName":"Amazon EC2","QuotaCode":"L-ODD","QuotaName":"Odd","Unit":"None","Adjustable":false,"GlobalQuota":false,"ErrorReason":{"ErrorCode":"DEPENDENCY_ACCESS_DENIED_ERROR","ErrorMessage":"may not look"}}]}"#;

const SPOT: &str = r#"{"Quotas":[
 {"ServiceCode":"ec2","ServiceName":"Amazon EC2","QuotaCode":"L-SPOT","QuotaName":"Spot","Value":5.0,"Unit":"None","Adjustable":true,"GlobalQuota":false}]}"#;

fn usage_metric(name: &str, class: &str, resource: &str, kind: &str) -> Value {
    let dimension = |name: &str, value: &str| cbor!({ "Name" => name, "Value" => value }).unwrap();
    let dimensions = [
        dimension("Type", kind),
        dimension("Resource", resource),
        dimension("Service", "EC2"),
        dimension("Class", class),
    ];
    cbor!({ "Namespace" => "AWS/Usage", "MetricName" => name, "Dimensions" => dimensions }).unwrap()
}

fn published() -> Rule {
    let metrics = [
        usage_metric("ResourceCount", "Standard/OnDemand", "vCPU", "Resource"),
        usage_metric("CallCount", "None", "DescribeInstances", "API"),
    ];
    mock!(CloudWatch::list_metrics)
        .match_requests(|it| it.namespace() == Some("AWS/Usage"))
        .then_http_response(cbor(200, cbor!({ "Metrics" => metrics }).unwrap()))
}

fn services() -> Rule {
    mock!(Client::list_services).then_http_response(json(
        200,
        r#"{"Services":[{"ServiceCode":"ec2","ServiceName":"Amazon Elastic Compute Cloud (Amazon EC2)"},{"ServiceCode":"s3","ServiceName":"Amazon S3"}]}"#,
    ))
}

fn applied() -> [Rule; 2] {
    [
        mock!(Client::list_service_quotas)
            .match_requests(|it| it.service_code() == Some("ec2") && it.next_token().is_none())
            .then_http_response(json(200, FIRST)),
        mock!(Client::list_service_quotas)
            .match_requests(|it| it.next_token() == Some("bW9yZQ=="))
            .then_http_response(json(200, SECOND)),
    ]
}

fn defaults() -> Rule {
    mock!(Client::list_aws_default_service_quotas).then_http_response(json(
        200,
        r#"{"Quotas":[{"ServiceCode":"ec2","QuotaCode":"L-1216C47A","Value":5.0,"Adjustable":true,"GlobalQuota":false}]}"#,
    ))
}

/// Two pages: the first of the two series in part, as `CloudWatch` may answer.
fn data() -> [Rule; 2] {
    // The series are sorted by key: calls before vCPUs.
    let first = cbor!({
        "MetricDataResults" => [
            { "Id" => "m0", "Label" => "x", "Timestamps" => [], "Values" => [3000.0], "StatusCode" => "PartialData" },
            { "Id" => "m1", "Label" => "x", "Timestamps" => [], "Values" => [24.0, 48.0], "StatusCode" => "Complete" },
        ],
        "NextToken" => "n",
    });
    let second = cbor!({
        "MetricDataResults" => [
            { "Id" => "m0", "Label" => "x", "Timestamps" => [], "Values" => [600.0], "StatusCode" => "Complete" },
        ],
    });
    [
        mock!(CloudWatch::get_metric_data)
            .match_requests(|it| {
                let [calls, vcpus] = it.metric_data_queries() else { return false };
                let stat = |it: &aws_sdk_cloudwatch::types::MetricDataQuery| {
                    it.metric_stat().map(|stat| (stat.stat().unwrap_or_default().to_owned(), stat.period()))
                };
                it.next_token().is_none()
                    && stat(calls) == Some(("Sum".to_owned(), Some(300)))
                    && stat(vcpus) == Some(("Maximum".to_owned(), Some(86_400)))
                    // Midnight, 14 days before the clock.
                    && it.start_time().is_some_and(|it| it.to_string() == "2026-11-06T00:00:00Z")
            })
            .then_http_response(cbor(200, first.unwrap())),
        mock!(CloudWatch::get_metric_data)
            .match_requests(|it| it.next_token() == Some("n"))
            .then_http_response(cbor(200, second.unwrap())),
    ]
}

/// Requests and automation, when a test is about something else.
fn quiet() -> Vec<Rule> {
    vec![
        mock!(Client::list_requested_service_quota_change_history)
            .then_http_response(json(200, r#"{"RequestedQuotas":[]}"#)),
        mock!(Client::get_auto_management_configuration)
            .then_http_response(json(200, r#"{"OptInLevel":"ACCOUNT","OptInStatus":"DISABLED"}"#)),
    ]
}

async fn collected(rules: impl IntoIterator<Item = Rule>) -> Collected {
    let rules: Vec<Rule> = rules.into_iter().collect();
    collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await
}

fn quota(collected: &Collected, code: &str) -> Quota {
    let found = collected.of(Quota::TYPE).into_iter().find(|it| it.id == format!("ec2/{code}")).unwrap();
    found.facts().unwrap()
}

#[tokio::test]
async fn quotas_are_paged_and_their_use_is_told() {
    let rules = applied().into_iter().chain(data()).chain([services(), published(), defaults()]).chain(quiet());
    let collected = collected(rules).await;

    let listing = collected.listing(Quota::TYPE);
    // Two pages of quotas, one each of defaults, metrics and services.
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 4, 5));
    let vcpus = quota(&collected, "L-1216C47A");
    assert_eq!((vcpus.value.known(), vcpus.default_value.known()), (Some(&64.0), Some(&Some(5.0))));
    assert_eq!(vcpus.usage_peak.known(), Some(&Some(48.0)));
    assert_eq!(
        vcpus.usage_metric.as_deref(),
        Some("AWS/Usage|ResourceCount|Class=Standard/OnDemand,Resource=vCPU,Service=EC2,Type=Resource")
    );
    let spot = quota(&collected, "L-SPOT");
    assert_eq!((spot.usage_peak.known(), spot.default_value.known()), (Some(&None), Some(&None)));
    let rate = quota(&collected, "L-RATE");
    assert_eq!((rate.usage_peak.known(), rate.period_seconds), (Some(&Some(10.0)), Some(1)));
    let odd = quota(&collected, "L-ODD");
    assert_eq!((odd.value.known(), odd.usage_peak.known()), (None, Some(&None)));
    let [gap] = collected.finished.gaps.as_slice() else { panic!("{:?}", collected.finished.gaps) };
    assert_eq!((gap.what.as_str(), gap.kind), ("AWS::ServiceQuotas::Quota#ec2/L-ODD.value", GapKind::Denied));
    let redacted = &collected.calls.iter().find(|call| call.key.operation == "ListServiceQuotas").unwrap().redacted;
    assert_eq!(redacted, &["Quotas.Description"]);
}

#[tokio::test]
async fn a_quota_without_an_applied_value_is_kept_with_its_use() {
    // ListServiceQuotas leaves out what is on the second page here.
    let applied = mock!(Client::list_service_quotas).then_http_response(json(200, SPOT));
    let defaults = mock!(Client::list_aws_default_service_quotas).then_http_response(json(200, SECOND));
    let data = mock!(CloudWatch::get_metric_data).then_http_response(cbor(
        200,
        cbor!({
            "MetricDataResults" => [
                { "Id" => "m0", "Label" => "x", "Timestamps" => [], "Values" => [3000.0], "StatusCode" => "Complete" },
            ],
        })
        .unwrap(),
    ));
    let collected = collected([applied, defaults, data, services(), published()].into_iter().chain(quiet())).await;

    assert_eq!((collected.state(Quota::TYPE), collected.of(Quota::TYPE).len()), (ListingState::Complete, 2));
    assert!(quota(&collected, "L-SPOT").has_applied_value);
    let rate = quota(&collected, "L-RATE");
    assert_eq!(
        (rate.has_applied_value, rate.value.known(), rate.default_value.known()),
        (false, None, Some(&Some(100.0)))
    );
    assert_eq!((rate.quota_name.as_str(), rate.period_seconds), ("Rate of DescribeInstances", Some(1)));
    assert_eq!(rate.usage_peak.known(), Some(&Some(10.0)));
    let gap =
        collected.finished.gaps.iter().find(|gap| gap.what == "AWS::ServiceQuotas::Quota#ec2/L-RATE.value").unwrap();
    assert_eq!((gap.kind, gap.calls.len()), (GapKind::Failed, 1));
}

#[tokio::test]
async fn without_the_defaults_nobody_knows_which_quotas_were_left_out() {
    let defaults = mock!(Client::list_aws_default_service_quotas).then_http_response(json(400, DENIED));
    let rules = applied().into_iter().chain(data()).chain([services(), published(), defaults]).chain(quiet());
    let collected = collected(rules).await;
    assert_eq!((collected.state(Quota::TYPE), collected.of(Quota::TYPE).len()), (ListingState::Partial, 4));
}

#[tokio::test]
async fn what_may_not_be_read_is_unread() {
    let [first, _] = applied();
    let second = mock!(Client::list_service_quotas)
        .match_requests(|it| it.next_token().is_some())
        .then_http_response(json(400, DENIED));
    let defaults = mock!(Client::list_aws_default_service_quotas).then_http_response(json(400, DENIED));
    let data = mock!(CloudWatch::get_metric_data).then_http_response(cbor(
        403,
        cbor!({ "__type" => "com.amazonaws.cloudwatch#AccessDeniedException", "message" => "no" }).unwrap(),
    ));
    let collected =
        collected([first, second, defaults, data, services(), published()].into_iter().chain(quiet())).await;

    assert_eq!(collected.state(Quota::TYPE), ListingState::Partial);
    let vcpus = quota(&collected, "L-1216C47A");
    assert_eq!((vcpus.value.known(), vcpus.default_value.known(), vcpus.usage_peak.known()), (Some(&64.0), None, None));
    // That it is not used is known without its data.
    assert_eq!(quota(&collected, "L-SPOT").usage_peak.known(), Some(&None));
}

#[tokio::test]
async fn a_service_that_nobody_can_name_leaves_the_listing_partial() {
    for (kind, state) in [("Resource", ListingState::Partial), ("API", ListingState::Complete)] {
        let dimension = |name: &str, value: &str| cbor!({ "Name" => name, "Value" => value }).unwrap();
        let dimensions = [dimension("Service", "Teapots"), dimension("Type", kind)];
        let metric =
            cbor!({ "Namespace" => "AWS/Usage", "MetricName" => "Count", "Dimensions" => dimensions }).unwrap();
        let metrics =
            mock!(CloudWatch::list_metrics).then_http_response(cbor(200, cbor!({ "Metrics" => [metric] }).unwrap()));
        let spot = mock!(Client::list_service_quotas).then_http_response(json(200, SPOT));
        let defaults = mock!(Client::list_aws_default_service_quotas).then_http_response(json(200, SPOT));
        let collected = collected([metrics, services(), spot, defaults].into_iter().chain(quiet())).await;
        assert_eq!((collected.state(Quota::TYPE), collected.of(Quota::TYPE).len()), (state, 1), "{kind}");
        let told =
            collected.finished.gaps.iter().any(|gap| gap.kind == GapKind::NotAsked && gap.message.contains("Teapots"));
        assert_eq!(told, state == ListingState::Partial);
    }
}

#[tokio::test]
async fn without_the_metrics_the_listing_is_partial() {
    let metrics = mock!(CloudWatch::list_metrics).then_http_response(cbor(
        403,
        cbor!({ "__type" => "com.amazonaws.cloudwatch#AccessDeniedException", "message" => "no" }).unwrap(),
    ));
    let collected = collected(applied().into_iter().chain([metrics, services(), defaults()]).chain(quiet())).await;
    assert_eq!((collected.state(Quota::TYPE), collected.of(Quota::TYPE).len()), (ListingState::Partial, 4));
    assert_eq!(quota(&collected, "L-1216C47A").usage_peak.known(), None);
    assert_eq!(quota(&collected, "L-ODD").usage_peak.known(), Some(&None));
}

#[tokio::test]
async fn a_service_without_quotas_in_the_region_has_none() {
    let gone = json(
        400,
        r#"{"__type":"NoSuchResourceException","Message":"The request failed because the specified service does not exist."}"#,
    );
    let none = mock!(Client::list_service_quotas).then_http_response(gone);
    let collected = collected([none, services(), published(), defaults()].into_iter().chain(quiet())).await;
    assert_eq!(collected.state(Quota::TYPE), ListingState::Complete);
    assert!(collected.of(Quota::TYPE).is_empty());
    assert!(collected.finished.gaps.is_empty(), "{:?}", collected.finished.gaps);
}

#[tokio::test]
async fn requests_and_automation() {
    let change = |next: Option<&'static str>, body: &'static str| {
        mock!(Client::list_requested_service_quota_change_history)
            .match_requests(move |it| it.next_token() == next)
            .then_http_response(json(200, body))
    };
    let rules = [
        services(),
        published(),
        mock!(Client::list_service_quotas).then_http_response(json(200, r#"{"Quotas":[]}"#)),
        defaults(),
        change(None, r#"{"NextToken":"bW9yZQ==","RequestedQuotas":[{"Id":"r1","ServiceCode":"ec2","QuotaCode":"L-1","QuotaName":"n","DesiredValue":128.0,"Status":"CASE_OPENED","Created":1793491200.5,"Requester":"{\"accountId\":\"111122223333\"}","GlobalQuota":false}]}"#),
        change(Some("bW9yZQ=="), r#"{"RequestedQuotas":[{"Id":"r2","ServiceCode":"ec2","QuotaCode":"L-2","DesiredValue":2.0,"Status":"APPROVED","Created":1793491200,"RequestType":"AutomaticManagement","GlobalQuota":false}]}"#),
        mock!(Client::get_auto_management_configuration).then_http_response(json(
            200,
            r#"{"OptInLevel":"ACCOUNT","OptInStatus":"ENABLED","OptInType":"NotifyOnly","NotificationArn":"arn:aws:notifications::111122223333:configuration/x","ExclusionList":{"s3":[],"ec2":[{"QuotaCode":"L-1","QuotaName":"n"}]}}"#,
        )),
    ];
    let collected = collected(rules).await;

    let changes: Vec<RequestedChange> =
        collected.of(RequestedChange::TYPE).iter().map(|it| it.facts().unwrap()).collect();
    assert_eq!(
        (changes[0].status.as_str(), changes[0].created.to_string()),
        ("CASE_OPENED", "2026-11-01T00:00:00.5Z".to_owned())
    );
    assert_eq!(changes[1].request_type.as_deref(), Some("AutomaticManagement"));
    let automation: AutoManagement = collected.of(AutoManagement::TYPE)[0].facts().unwrap();
    assert_eq!((automation.opt_in_status.as_str(), automation.notifies), ("ENABLED", true));
    assert_eq!(
        (automation.excluded_services, automation.excluded_quotas),
        (vec!["s3".to_owned()], vec!["ec2/L-1".to_owned()])
    );
}

#[tokio::test]
async fn a_record_without_its_members_leaves_the_listing_partial() {
    let nameless = r#"{"Quotas":[{"ServiceCode":"ec2","Value":5.0,"Adjustable":true,"GlobalQuota":false}]}"#;
    let change = r#"{"RequestedQuotas":[{"Id":"r1","ServiceCode":"ec2","QuotaCode":"L-1","Created":1793491200,"GlobalQuota":false}]}"#;
    let mut quiet = quiet();
    quiet.remove(0);
    let rules = [
        services(),
        published(),
        mock!(Client::list_service_quotas).then_http_response(json(200, nameless)),
        mock!(Client::list_aws_default_service_quotas).then_http_response(json(200, r#"{"Quotas":[]}"#)),
        mock!(Client::list_requested_service_quota_change_history).then_http_response(json(200, change)),
    ];
    let collected = collected(rules.into_iter().chain(quiet)).await;
    assert_eq!((collected.state(Quota::TYPE), collected.of(Quota::TYPE).len()), (ListingState::Partial, 0));
    let changes = (collected.state(RequestedChange::TYPE), collected.of(RequestedChange::TYPE).len());
    assert_eq!(changes, (ListingState::Partial, 0));
}

#[tokio::test]
async fn a_template_without_a_status_is_unread() {
    let (template, _) = template_of(
        mock!(Client::get_association_for_service_quota_template).then_http_response(json(200, "{}")),
        mock!(Client::list_service_quota_increase_requests_in_template)
            .then_http_response(json(200, r#"{"ServiceQuotaIncreaseRequestInTemplateList":[]}"#)),
    )
    .await;
    assert_eq!((template.status.known(), template.entries.known()), (None, Some(&0)));
}

#[tokio::test]
async fn automation_that_may_not_be_read_is_unread() {
    let rules = [
        services(),
        published(),
        defaults(),
        mock!(Client::list_service_quotas).then_http_response(json(200, r#"{"Quotas":[]}"#)),
    ];
    let mut quiet = quiet();
    quiet.pop();
    let refused = mock!(Client::get_auto_management_configuration).then_http_response(json(400, DENIED));
    let collected = collected(rules.into_iter().chain(quiet).chain([refused])).await;
    assert_eq!(collected.state(AutoManagement::TYPE), ListingState::Unread);
}

/// What the template's own unit comes to.
async fn template_of(association: Rule, entries: Rule) -> (TemplateAssociation, ListingState) {
    let collected = wellproof_aws::testing::collect(&crate::TEMPLATE, &[&association, &entries]).await;
    (collected.of(TemplateAssociation::TYPE)[0].facts().unwrap(), collected.state(TemplateAssociation::TYPE))
}

#[tokio::test]
async fn no_organization_has_no_template() {
    let (template, state) = template_of(
        mock!(Client::get_association_for_service_quota_template).then_http_response(json(400, NO_ORGANIZATION)),
        mock!(Client::list_service_quota_increase_requests_in_template).then_http_response(json(400, NO_ORGANIZATION)),
    )
    .await;
    assert_eq!(state, ListingState::Complete);
    assert_eq!(template.status.known().map(String::as_str), Some("NO_ORGANIZATION"));
    assert_eq!(template.entries.known(), Some(&0));
}

#[tokio::test]
async fn entries_that_may_not_be_read_are_unread() {
    let (template, _) = template_of(
        mock!(Client::get_association_for_service_quota_template)
            .then_http_response(json(200, r#"{"ServiceQuotaTemplateAssociationStatus":"ASSOCIATED"}"#)),
        mock!(Client::list_service_quota_increase_requests_in_template).then_http_response(json(400, DENIED)),
    )
    .await;
    assert_eq!(template.status.known().map(String::as_str), Some("ASSOCIATED"));
    assert_eq!(template.entries.known(), None);
}
