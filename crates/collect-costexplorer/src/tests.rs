//! Paging, denial and the mapping of facts against mocked answers.

use aws_sdk_costexplorer::Client;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::body::SdkBody;
use wellproof_aws::testing::{Collected, collect};
use wellproof_facts::Facts;
use wellproof_facts::costexplorer::{AnomalyMonitor, AnomalySubscription, CostAllocationTag};
use wellproof_model::{GapKind, ListingState};

use crate::COLLECTOR;

fn answer(status: u16, body: &'static str) -> Response<SdkBody> {
    let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.1");
    response.headers_mut().insert("x-amzn-requestid", "11111111-2222-3333-4444-555555555555");
    response
}

/// Runs the collector; whatever `rules` do not answer is empty.
async fn collected(mut rules: Vec<Rule>) -> Collected {
    rules.extend([
        mock!(Client::get_anomaly_monitors).then_http_response(|| answer(200, r#"{"AnomalyMonitors":[]}"#)),
        mock!(Client::get_anomaly_subscriptions).then_http_response(|| answer(200, r#"{"AnomalySubscriptions":[]}"#)),
        mock!(Client::list_cost_allocation_tags).then_http_response(|| answer(200, r#"{"CostAllocationTags":[]}"#)),
    ]);
    collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await
}

fn all<T: Facts>(collected: &Collected) -> Vec<T> {
    collected.of(T::TYPE).iter().map(|it| it.facts().unwrap()).collect()
}

#[tokio::test]
async fn monitors_are_read_to_the_last_page() {
    let first = mock!(Client::get_anomaly_monitors).match_requests(|it| it.next_page_token().is_none());
    let first = first.then_http_response(|| {
        answer(
            200,
            r#"{"AnomalyMonitors":[{"MonitorArn":"arn:aws:ce::111122223333:anomalymonitor/m-1","MonitorName":"services","CreationDate":"2026-01-02T03:04:05Z","MonitorType":"DIMENSIONAL","MonitorDimension":"SERVICE","DimensionalValueCount":12}],"NextPageToken":"more"}"#,
        )
    });
    let second = mock!(Client::get_anomaly_monitors).match_requests(|it| it.next_page_token() == Some("more"));
    let second = second.then_http_response(|| {
        answer(
            200,
            r#"{"AnomalyMonitors":[{"MonitorArn":"arn:aws:ce::111122223333:anomalymonitor/m-2","MonitorName":"team","MonitorType":"CUSTOM","MonitorSpecification":{"Tags":{"Key":"team","Values":["secret"]}}}]}"#,
        )
    });
    let collected = collected(vec![first, second]).await;

    let listing = collected.listing(AnomalyMonitor::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 2, 2));
    let monitors: Vec<AnomalyMonitor> = all(&collected);
    let told: Vec<_> = monitors.iter().map(|it| (it.monitor_type.as_str(), it.monitor_dimension.as_deref())).collect();
    assert_eq!(told, [("DIMENSIONAL", Some("SERVICE")), ("CUSTOM", None)]);
    assert_eq!(monitors[0].monitor_name, "services");
    assert_eq!(collected.of(AnomalyMonitor::TYPE)[0].id, monitors[0].monitor_arn);
}

#[tokio::test]
async fn who_declined_does_not_hear_and_nobody_is_named() {
    let found = mock!(Client::get_anomaly_subscriptions).then_http_response(|| {
        answer(
            200,
            r#"{"AnomalySubscriptions":[{"SubscriptionArn":"arn:aws:ce::111122223333:anomalysubscription/s-1","AccountId":"111122223333","MonitorArnList":["arn:aws:ce::111122223333:anomalymonitor/m-2","arn:aws:ce::111122223333:anomalymonitor/m-1"],"Subscribers":[{"Address":"eve@example.com","Type":"EMAIL","Status":"CONFIRMED"},{"Address":"bob@example.com","Type":"EMAIL","Status":"DECLINED"},{"Address":"arn:aws:sns:us-east-1:111122223333:cost","Type":"SNS"}],"Frequency":"IMMEDIATE","SubscriptionName":"cost","ThresholdExpression":{"Dimensions":{"Key":"ANOMALY_TOTAL_IMPACT_ABSOLUTE","MatchOptions":["GREATER_THAN_OR_EQUAL"],"Values":["100"]}}}]}"#,
        )
    });
    let collected = collected(vec![found]).await;

    let subscriptions: Vec<AnomalySubscription> = all(&collected);
    assert_eq!((subscriptions[0].subscribers, subscriptions[0].frequency.as_str()), (2, "IMMEDIATE"));
    let monitors = ["m-1", "m-2"].map(|id| format!("arn:aws:ce::111122223333:anomalymonitor/{id}"));
    assert_eq!(subscriptions[0].monitor_arns, monitors);
    let call = collected.calls.iter().find(|it| it.key.operation == "GetAnomalySubscriptions").unwrap();
    assert!(call.redacted.contains(&"AnomalySubscriptions.Subscribers.Address".to_owned()), "{:?}", call.redacted);
}

#[tokio::test]
async fn tags_are_active_or_not() {
    let first = mock!(Client::list_cost_allocation_tags).match_requests(|it| it.next_token().is_none());
    let first = first.then_http_response(|| {
        answer(
            200,
            r#"{"CostAllocationTags":[{"TagKey":"aws:createdBy","Type":"AWSGenerated","Status":"Active"},{"TagKey":"team","Type":"UserDefined","Status":"Active"}],"NextToken":"more"}"#,
        )
    });
    let second = mock!(Client::list_cost_allocation_tags).match_requests(|it| it.next_token() == Some("more"));
    let second = second.then_http_response(|| {
        answer(200, r#"{"CostAllocationTags":[{"TagKey":"Name","Type":"UserDefined","Status":"Inactive"}]}"#)
    });
    let collected = collected(vec![first, second]).await;

    assert_eq!(collected.state(CostAllocationTag::TYPE), ListingState::Complete);
    let tags: Vec<CostAllocationTag> = all(&collected);
    let told: Vec<_> = tags.iter().map(|it| (it.tag_key.as_str(), it.tag_type.as_str(), it.active)).collect();
    assert_eq!(
        told,
        [("Name", "UserDefined", false), ("aws:createdBy", "AWSGenerated", true), ("team", "UserDefined", true)]
    );
}

#[tokio::test]
async fn a_member_that_may_not_see_tags_has_a_gap() {
    let refused = mock!(Client::list_cost_allocation_tags).then_http_response(|| {
        answer(
            400,
            r#"{"__type":"AccessDeniedException","Message":"Failed to list Cost Allocation Tags: Linked account doesn't have access to cost allocation tags."}"#,
        )
    });
    let collected = collected(vec![refused]).await;
    assert_eq!(collected.state(CostAllocationTag::TYPE), ListingState::Unread);
    assert_eq!(collected.state(AnomalyMonitor::TYPE), ListingState::Complete);
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == CostAllocationTag::TYPE).unwrap();
    assert_eq!(
        (gap.kind, gap.actions.as_slice()),
        (GapKind::Denied, ["ce:ListCostAllocationTags".to_owned()].as_slice())
    );
    assert!(gap.message.contains("Linked account"), "{}", gap.message);
}

#[tokio::test]
async fn cost_explorer_that_was_never_enabled_is_not_without_monitors() {
    let off =
        || answer(400, r#"{"__type":"AccessDeniedException","Message":"User not enabled for cost explorer access"}"#);
    let early = || answer(400, r#"{"__type":"DataUnavailableException","Message":"Data is not available."}"#);
    let monitors = mock!(Client::get_anomaly_monitors).then_http_response(off);
    let subscriptions = mock!(Client::get_anomaly_subscriptions).then_http_response(early);
    let collected = collected(vec![monitors, subscriptions]).await;
    assert_eq!(collected.state(AnomalyMonitor::TYPE), ListingState::Unread);
    assert_eq!(collected.state(AnomalySubscription::TYPE), ListingState::Unread);
    let kinds: Vec<_> = collected.finished.gaps.iter().map(|gap| gap.kind).collect();
    assert_eq!(kinds, [GapKind::Denied, GapKind::Failed]);
}

#[tokio::test]
async fn a_denied_page_leaves_the_listing_partial() {
    let first = mock!(Client::get_anomaly_subscriptions).match_requests(|it| it.next_page_token().is_none());
    let first = first.then_http_response(|| answer(200, r#"{"AnomalySubscriptions":[],"NextPageToken":"more"}"#));
    let second = mock!(Client::get_anomaly_subscriptions).match_requests(|it| it.next_page_token().is_some());
    let second = second.then_http_response(|| {
        answer(400, r#"{"__type":"AccessDeniedException","Message":"is not authorized to perform: ce:GetAnomalySubscriptions"}"#)
    });
    let collected = collected(vec![first, second]).await;
    assert_eq!(collected.state(AnomalySubscription::TYPE), ListingState::Partial);
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == AnomalySubscription::TYPE).unwrap();
    assert_eq!(gap.actions, ["ce:GetAnomalySubscriptions"]);
}

#[tokio::test]
async fn a_monitor_without_its_arn_is_no_answer() {
    let found = mock!(Client::get_anomaly_monitors)
        .then_http_response(|| answer(200, r#"{"AnomalyMonitors":[{"MonitorName":"a","MonitorType":"DIMENSIONAL"}]}"#));
    let collected = collected(vec![found]).await;
    assert_eq!(collected.state(AnomalyMonitor::TYPE), ListingState::Partial);
}
