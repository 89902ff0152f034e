//! Paging, denial and deletion against mocked answers.

use aws_sdk_guardduty::Client;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::body::SdkBody;
use wellproof_aws::testing::collect;
use wellproof_facts::Facts;
use wellproof_facts::guardduty::{Detector, Finding};
use wellproof_model::{Denier, GapKind, ListingState};

use crate::COLLECTOR;

fn answer(status: u16, body: &'static str) -> Response<SdkBody> {
    let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
    response.headers_mut().insert("content-type", "application/json");
    response.headers_mut().insert("x-amzn-requestid", "11111111-2222-3333-4444-555555555555");
    response
}

fn denied() -> Response<SdkBody> {
    answer(
        403,
        r#"{"__type":"AccessDeniedException","message":"User: arn:aws:iam::111122223333:role/r is not authorized to perform: guardduty:ListDetectors because no identity-based policy allows the guardduty:ListDetectors action"}"#,
    )
}

/// Everything but the detectors themselves: no administrator, no destination, no finding.
fn quiet() -> Vec<Rule> {
    vec![
        mock!(Client::get_administrator_account).then_http_response(|| answer(200, "{}")),
        mock!(Client::list_publishing_destinations).then_http_response(|| answer(200, r#"{"destinations":[]}"#)),
        mock!(Client::list_findings).then_http_response(|| answer(200, r#"{"findingIds":[]}"#)),
    ]
}

#[tokio::test]
async fn a_second_page_is_read() {
    let first = mock!(Client::list_detectors)
        .match_requests(|it| it.next_token().is_none())
        .then_http_response(|| answer(200, r#"{"detectorIds":["d1"],"nextToken":"more"}"#));
    let second = mock!(Client::list_detectors)
        .match_requests(|it| it.next_token() == Some("more"))
        .then_http_response(|| answer(200, r#"{"detectorIds":["d2"]}"#));
    let detail = mock!(Client::get_detector).then_http_response(|| {
        answer(200, r#"{"status":"ENABLED","serviceRole":"arn:aws:iam::111122223333:role/x","features":[{"name":"S3_DATA_EVENTS","status":"ENABLED"},{"name":"RDS_LOGIN_EVENTS","status":"DISABLED"}]}"#)
    });
    let rules: Vec<Rule> = [first, second, detail].into_iter().chain(quiet()).collect();
    let collected = collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await;

    let listing = collected.listing(Detector::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 2, 2));
    let detectors = collected.of(Detector::TYPE);
    let facts: Detector = detectors[1].facts().unwrap();
    assert_eq!(facts.enabled_features.known().unwrap(), &["S3_DATA_EVENTS"]);
    assert_eq!(facts.administrator_account_id.known().unwrap(), &None);
    // Its page and the three calls of its own.
    assert_eq!(detectors[1].calls.len(), 4);
}

#[tokio::test]
async fn a_token_that_comes_again_is_no_end() {
    let page = mock!(Client::list_detectors)
        .then_http_response(|| answer(200, r#"{"detectorIds":["d1"],"nextToken":"again"}"#));
    let detail = mock!(Client::get_detector).then_http_response(|| answer(200, r#"{"status":"ENABLED"}"#));
    let rules: Vec<Rule> = [page, detail].into_iter().chain(quiet()).collect();
    let collected = collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await;
    assert_eq!(collected.state(Detector::TYPE), ListingState::Partial);
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == Detector::TYPE).unwrap();
    assert!(gap.message.contains("read already"), "{}", gap.message);
}

#[tokio::test]
async fn a_finding_that_is_left_out_is_missed() {
    let list = mock!(Client::list_detectors).then_http_response(|| answer(200, r#"{"detectorIds":["d1"]}"#));
    let detail = mock!(Client::get_detector).then_http_response(|| answer(200, r#"{"status":"ENABLED"}"#));
    let ids = mock!(Client::list_findings).then_http_response(|| answer(200, r#"{"findingIds":["f1"]}"#));
    let found = mock!(Client::get_findings).then_http_response(|| answer(200, r#"{"findings":[]}"#));
    let rules: Vec<Rule> = [list, detail, ids, found].into_iter().chain(quiet()).collect();
    let collected = collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await;
    assert_eq!(collected.state(Finding::TYPE), ListingState::Partial);
}

#[tokio::test]
async fn a_denied_page_leaves_the_listing_partial() {
    let first = mock!(Client::list_detectors)
        .match_requests(|it| it.next_token().is_none())
        .then_http_response(|| answer(200, r#"{"detectorIds":["d1"],"nextToken":"more"}"#));
    let second =
        mock!(Client::list_detectors).match_requests(|it| it.next_token().is_some()).then_http_response(denied);
    let detail = mock!(Client::get_detector).then_http_response(denied);
    let rules: Vec<Rule> = [first, second, detail].into_iter().chain(quiet()).collect();
    let collected = collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await;

    assert_eq!(collected.state(Detector::TYPE), ListingState::Partial);
    assert_eq!(collected.state(Finding::TYPE), ListingState::Unread);
    let detectors = collected.of(Detector::TYPE);
    assert!(detectors[0].unread.contains_key("status"), "a detector whose detail was denied keeps that as unread");
    assert!(!detectors[0].unread.contains_key("administrator_account_id"));
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == Detector::TYPE).unwrap();
    assert_eq!((gap.kind, gap.denied_by), (GapKind::Denied, Some(Denier::MissingPermission)));
    assert_eq!(gap.actions, ["guardduty:ListDetectors"]);
}

#[tokio::test]
async fn a_detector_deleted_since_it_was_listed_is_not_there() {
    let list = mock!(Client::list_detectors).then_http_response(|| answer(200, r#"{"detectorIds":["d1"]}"#));
    let gone = mock!(Client::get_detector).then_http_response(|| {
        answer(
            400,
            r#"{"__type":"BadRequestException","message":"The request is rejected because the input detectorId is not owned by the current account."}"#,
        )
    });
    let rules: Vec<Rule> = [list, gone].into_iter().chain(quiet()).collect();
    let collected = collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await;

    assert_eq!(collected.state(Detector::TYPE), ListingState::Complete);
    assert!(collected.of(Detector::TYPE).is_empty());
    assert!(collected.finished.gaps.is_empty());
}

#[tokio::test]
async fn findings_keep_age_and_severity_and_nothing_of_the_resource() {
    let list = mock!(Client::list_detectors).then_http_response(|| answer(200, r#"{"detectorIds":["d1"]}"#));
    let detail = mock!(Client::get_detector).then_http_response(|| answer(200, r#"{"status":"ENABLED"}"#));
    let ids = mock!(Client::list_findings).then_http_response(|| answer(200, r#"{"findingIds":["f1"]}"#));
    let found = mock!(Client::get_findings).then_http_response(|| {
        answer(200, r#"{"findings":[{"id":"f1","arn":"arn:aws:guardduty:us-east-1:111122223333:detector/d1/finding/f1","type":"UnauthorizedAccess:EC2/SSHBruteForce","severity":8,"createdAt":"2026-10-01T00:00:00.000Z","updatedAt":"2026-10-02T00:00:00.000Z","accountId":"111122223333","region":"us-east-1","schemaVersion":"2.0","title":"secret title","resource":{"resourceType":"Instance","accessKeyDetails":{"userName":"eve"}},"service":{"count":3,"additionalInfo":{"value":"{\"sample\":true,\"x\":\"secret\"}","type":"default"}}}]}"#)
    });
    let rules: Vec<Rule> = [list, detail, ids, found].into_iter().chain(quiet()).collect();
    let collected = collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await;

    let finding: Finding = collected.of(Finding::TYPE)[0].facts().unwrap();
    assert_eq!((finding.severity, finding.count, finding.sample), (8.0, 3, true));
    assert_eq!(finding.account_id, "111122223333");
    let redacted = &collected.calls.iter().find(|call| call.key.operation == "GetFindings").unwrap().redacted;
    assert!(redacted.contains(&"findings.title".to_owned()), "{redacted:?}");
}
