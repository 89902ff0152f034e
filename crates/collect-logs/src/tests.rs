//! Paging, denial and the mapping of facts against mocked answers.

use aws_sdk_cloudwatchlogs::Client;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::body::SdkBody;
use wellproof_aws::testing::{Collected, collect};
use wellproof_facts::Facts;
use wellproof_facts::cloudwatch::MetricName;
use wellproof_facts::logs::MetricFilter;
use wellproof_model::{GapKind, ListingState};

use crate::{COLLECTOR, OPERATIONS};

const FIRST: &str = r#"{"metricFilters":[{"filterName":"root","logGroupName":"trail","creationTime":1780000000000,
    "filterPattern":"{ $.userIdentity.type = \"Root\" }","metricTransformations":[{"metricName":"RootUse",
    "metricNamespace":"CloudTrailMetrics","metricValue":"1","defaultValue":0,"unit":"Count","dimensions":{"who":"$.user"}}]}],
    "nextToken":"more"}"#;
const SECOND: &str = r#"{"metricFilters":[{"filterName":"all","logGroupName":"app","filterPattern":"","metricTransformations":
    [{"metricName":"Lines","metricNamespace":"App","metricValue":"1"}]}]}"#;

fn answer(status: u16, body: &'static str) -> Response<SdkBody> {
    let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.1");
    response
}

fn first() -> Rule {
    mock!(Client::describe_metric_filters)
        .match_requests(|it| it.next_token().is_none() && it.log_group_name().is_none())
        .then_http_response(|| answer(200, FIRST))
}

fn after(status: u16, body: &'static str) -> Rule {
    mock!(Client::describe_metric_filters)
        .match_requests(|it| it.next_token() == Some("more"))
        .then_http_response(move || answer(status, body))
}

fn all(collected: &Collected) -> Vec<MetricFilter> {
    collected.of(MetricFilter::TYPE).iter().map(|resource| resource.facts().unwrap()).collect()
}

#[tokio::test]
async fn the_filters_of_all_groups_are_read_to_the_last_page() {
    let collected = collect(&COLLECTOR, &[&first(), &after(200, SECOND)]).await;
    let listing = collected.listing(MetricFilter::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 2, 2));
    let [app, trail] = all(&collected).try_into().unwrap();
    assert_eq!((app.log_group_name.as_str(), app.filter_pattern.as_str()), ("app", ""));
    assert_eq!(trail.filter_pattern, r#"{ $.userIdentity.type = "Root" }"#);
    let metric = MetricName { namespace: "CloudTrailMetrics".to_owned(), metric_name: "RootUse".to_owned() };
    assert_eq!(trail.metrics, [metric]);
    assert_eq!(collected.of(MetricFilter::TYPE)[1].id, "trail:root");
    let redacted = &collected.calls[0].redacted;
    assert!(redacted.contains(&"metricFilters.metricTransformations.dimensions".to_owned()), "{redacted:?}");
    assert_eq!(OPERATIONS[0].per_second, Some(5), "as AWS documents of DescribeMetricFilters");
}

#[tokio::test]
async fn a_denial_is_no_end() {
    let denial = r#"{"__type":"AccessDeniedException","Message":"User: x is not authorized to perform: logs:DescribeMetricFilters"}"#;
    let collected = collect(&COLLECTOR, &[&first(), &after(400, denial)]).await;
    assert_eq!((collected.state(MetricFilter::TYPE), all(&collected).len()), (ListingState::Partial, 1));
    let gap = &collected.finished.gaps[0];
    assert_eq!((gap.kind, gap.actions.as_slice()), (GapKind::Denied, &["logs:DescribeMetricFilters".to_owned()][..]));
}

#[tokio::test]
async fn a_token_that_comes_again_is_no_end() {
    let again = mock!(Client::describe_metric_filters).then_http_response(|| answer(200, FIRST));
    let collected = collect(&COLLECTOR, &[&again]).await;
    assert_eq!(collected.state(MetricFilter::TYPE), ListingState::Partial);
}

#[tokio::test]
async fn a_filter_without_its_pattern_is_not_one_that_matches_everything() {
    let broken = r#"{"metricFilters":[{"filterName":"root","logGroupName":"trail","metricTransformations":[]}]}"#;
    let collected = collect(&COLLECTOR, &[&first(), &after(200, broken)]).await;
    assert_eq!((collected.state(MetricFilter::TYPE), all(&collected).len()), (ListingState::Partial, 1));
    assert!(collected.finished.gaps[0].message.contains("filterPattern"));
}
