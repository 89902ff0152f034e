//! Denial, absence and the sorts of region against mocked answers.

use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::body::SdkBody;
use wellproof_aws::testing::{Collected, collect};
use wellproof_facts::Facts;
use wellproof_facts::account::{AlternateContact, Region};
use wellproof_model::{GapKind, ListingState};

use crate::COLLECTOR;

fn answer(status: u16, kind: &'static str, body: &'static str) -> Response<SdkBody> {
    let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
    response.headers_mut().insert("content-type", kind);
    response
}

fn identity() -> Rule {
    mock!(aws_sdk_sts::Client::get_caller_identity).then_http_response(|| {
        answer(
            200,
            "text/xml",
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
             <Arn>arn:aws:sts::111122223333:assumed-role/Audit/me</Arn><UserId>AROA:me</UserId>\
             <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        )
    })
}

fn regions() -> Rule {
    mock!(aws_sdk_ec2::Client::describe_regions).then_http_response(|| {
        answer(
            200,
            "text/xml",
            "<DescribeRegionsResponse><regionInfo>\
             <item><regionName>us-east-1</regionName><optInStatus>opt-in-not-required</optInStatus></item>\
             <item><regionName>af-south-1</regionName><optInStatus>not-opted-in</optInStatus></item>\
             </regionInfo></DescribeRegionsResponse>",
        )
    })
}

fn contact(kind: &'static str, status: u16, body: &'static str) -> Rule {
    mock!(aws_sdk_account::Client::get_alternate_contact)
        .match_requests(move |it| it.alternate_contact_type().is_some_and(|it| it.as_str() == kind))
        .then_http_response(move || answer(status, "application/json", body))
}

async fn collected(rules: &[Rule]) -> Collected {
    collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await
}

const NONE: &str = r#"{"__type":"ResourceNotFoundException","message":"no contact"}"#;
const DENIED: &str = r#"{"__type":"AccessDeniedException","message":"User is not authorized to perform: account:GetAlternateContact because no identity-based policy allows it"}"#;
const SET: &str = r#"{"AlternateContact":{"AlternateContactType":"SECURITY","EmailAddress":"sec@example.com","Name":"Eve","PhoneNumber":"5550100","Title":"CISO"}}"#;

#[tokio::test]
async fn a_contact_is_set_not_set_or_unread() {
    let rules = [
        identity(),
        regions(),
        contact("SECURITY", 200, SET),
        contact("OPERATIONS", 404, NONE),
        contact("BILLING", 403, DENIED),
    ];
    let collected = collected(&rules).await;
    let is_set = |id: &str| {
        let found = collected.of(AlternateContact::TYPE).into_iter().find(|it| it.id == id).unwrap();
        found.facts::<AlternateContact>().unwrap().is_set
    };
    assert_eq!(is_set("SECURITY").known(), Some(&true));
    assert_eq!(is_set("OPERATIONS").known(), Some(&false));
    assert_eq!(is_set("BILLING").known(), None);
    assert!(collected.finished.gaps.iter().any(|gap| gap.kind == GapKind::Denied));
    let call = collected.calls.iter().find(|it| it.key.operation == "GetAlternateContact" && it.succeeded()).unwrap();
    assert!(call.redacted.contains(&"AlternateContact.EmailAddress".to_owned()), "{:?}", call.redacted);
}

#[tokio::test]
async fn regions_are_on_or_off() {
    let rules = [
        identity(),
        regions(),
        contact("SECURITY", 404, NONE),
        contact("OPERATIONS", 404, NONE),
        contact("BILLING", 404, NONE),
    ];
    let collected = collected(&rules).await;
    assert_eq!(collected.state(Region::TYPE), ListingState::Complete);
    let found: Vec<_> = collected.of(Region::TYPE).iter().map(|it| it.facts::<Region>().unwrap().enabled).collect();
    assert_eq!(found, [false, true]);
    assert_eq!(collected.of(Region::TYPE)[0].region, "af-south-1");
}

/// The guard of every collector: what it does not declare is refused before anything is sent.
#[tokio::test]
async fn an_operation_that_is_not_declared_is_not_sent() {
    let (identity, regions) = (identity(), regions());
    let contacts = [contact("SECURITY", 200, SET), contact("OPERATIONS", 404, NONE), contact("BILLING", 404, NONE)];
    let rules: Vec<&Rule> = [&identity, &regions].into_iter().chain(&contacts).collect();
    let [whoami, _, contact] = crate::OPERATIONS else { panic!("three operations") };
    let declared: &'static [wellproof_aws::Operation] = vec![*whoami, *contact].leak();
    let collected = collect(&wellproof_aws::Collector { operations: declared, ..COLLECTOR }, &rules).await;
    // Whatever is sent passes the connector, which makes a call of it.
    assert!(collected.calls.iter().all(|call| call.key.operation != "DescribeRegions"));
    assert_eq!(collected.state(Region::TYPE), ListingState::Unread);
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == Region::TYPE).unwrap();
    assert!(gap.message.contains("DescribeRegions"), "{}", gap.message);
    assert_eq!(collected.state(AlternateContact::TYPE), ListingState::Complete);
}

#[tokio::test]
async fn an_account_without_regions_is_no_answer() {
    let none = mock!(aws_sdk_ec2::Client::describe_regions).then_http_response(|| {
        answer(200, "text/xml", "<DescribeRegionsResponse><regionInfo/></DescribeRegionsResponse>")
    });
    let rules = [
        identity(),
        none,
        contact("SECURITY", 404, NONE),
        contact("OPERATIONS", 404, NONE),
        contact("BILLING", 404, NONE),
    ];
    assert_ne!(collected(&rules).await.state(Region::TYPE), ListingState::Complete);
}

#[tokio::test]
async fn regions_that_may_not_be_read_are_unread() {
    let denied = mock!(aws_sdk_ec2::Client::describe_regions).then_http_response(|| {
        answer(
            403,
            "text/xml",
            "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized to perform this \
             operation.</Message></Error></Errors><RequestID>11111111-2222-3333-4444-555555555555</RequestID></Response>",
        )
    });
    let rules = [
        identity(),
        denied,
        contact("SECURITY", 404, NONE),
        contact("OPERATIONS", 404, NONE),
        contact("BILLING", 404, NONE),
    ];
    let collected = collected(&rules).await;
    assert_eq!(collected.state(Region::TYPE), ListingState::Unread);
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == Region::TYPE).unwrap();
    assert_eq!((gap.kind, gap.actions.as_slice()), (GapKind::Denied, ["ec2:DescribeRegions".to_owned()].as_slice()));
    assert_eq!(
        collected.calls.iter().find(|it| it.status == 403).unwrap().request_id.as_deref(),
        Some("11111111-2222-3333-4444-555555555555")
    );
}
