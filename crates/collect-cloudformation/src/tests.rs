//! Paging, denial and deletion against mocked answers.

use aws_sdk_cloudformation::Client;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::body::SdkBody;
use wellproof_aws::testing::{Collected, collect};
use wellproof_facts::Facts;
use wellproof_facts::cloudformation::{Stack, StackResource};
use wellproof_model::{GapKind, ListingState};

use crate::COLLECTOR;

const SHOP: &str = "arn:aws:cloudformation:us-east-1:111122223333:stack/shop/00000000-0000-0000-0000-000000000001";
const STUCK: &str = "arn:aws:cloudformation:us-east-1:111122223333:stack/stuck/00000000-0000-0000-0000-000000000002";

fn xml(status: u16, body: String) -> Response<SdkBody> {
    let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
    response.headers_mut().insert("content-type", "text/xml");
    response
}

fn answer(operation: &str, inner: &str) -> Response<SdkBody> {
    let space = "http://cloudformation.amazonaws.com/doc/2010-05-15/";
    xml(
        200,
        format!(
            "<{operation}Response xmlns=\"{space}\"><{operation}Result>{inner}</{operation}Result>\
             <ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></{operation}Response>"
        ),
    )
}

fn refusal(status: u16, code: &str, message: &str) -> Response<SdkBody> {
    xml(
        status,
        format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>r-2</RequestId></ErrorResponse>"
        ),
    )
}

fn denied() -> Response<SdkBody> {
    refusal(403, "AccessDenied", "User is not authorized to perform: cloudformation:X because no identity-based policy")
}

const SHOP_XML: &str = "<StackName>shop</StackName><CreationTime>2026-01-02T03:04:05.678Z</CreationTime>\
    <LastUpdatedTime>2026-02-02T00:00:00Z</LastUpdatedTime><StackStatus>UPDATE_COMPLETE</StackStatus>\
    <Parameters><member><ParameterKey>Password</ParameterKey><ParameterValue>hunter2</ParameterValue></member></Parameters>\
    <RollbackConfiguration><RollbackTriggers><member><Arn>arn:aws:cloudwatch:us-east-1:111122223333:alarm:errors</Arn>\
    <Type>AWS::CloudWatch::Alarm</Type></member></RollbackTriggers></RollbackConfiguration>\
    <NotificationARNs><member>arn:aws:sns:us-east-1:111122223333:ops</member></NotificationARNs>\
    <EnableTerminationProtection>true</EnableTerminationProtection><DisableRollback>false</DisableRollback>\
    <TimeoutInMinutes>30</TimeoutInMinutes><RoleARN>arn:aws:iam::111122223333:role/deploy</RoleARN>\
    <Tags><member><Key>team</Key><Value>a</Value></member></Tags>\
    <DriftInformation><StackDriftStatus>DRIFTED</StackDriftStatus>\
    <LastCheckTimestamp>2026-03-01T00:00:00Z</LastCheckTimestamp></DriftInformation>";

const STUCK_XML: &str = "<StackName>stuck</StackName><CreationTime>2026-01-02T00:00:00Z</CreationTime>\
    <StackStatus>UPDATE_ROLLBACK_FAILED</StackStatus><ParentId>arn:aws:cloudformation:us-east-1:111122223333:stack/p/1</ParentId>";

fn page(stacks: &[(&str, &str)], next: &str) -> Response<SdkBody> {
    let members: Vec<String> =
        stacks.iter().map(|(id, inner)| format!("<member><StackId>{id}</StackId>{inner}</member>")).collect();
    answer("DescribeStacks", &format!("<Stacks>{}</Stacks>{next}", members.concat()))
}

fn two_pages() -> [Rule; 2] {
    [
        mock!(Client::describe_stacks)
            .match_requests(|it| it.next_token().is_none())
            .then_http_response(|| page(&[(SHOP, SHOP_XML)], "<NextToken>more</NextToken>")),
        mock!(Client::describe_stacks)
            .match_requests(|it| it.next_token() == Some("more"))
            .then_http_response(|| page(&[(STUCK, STUCK_XML)], "")),
    ]
}

fn resource(logical: &str, physical: &str, status: &str) -> String {
    format!(
        "<member><LogicalResourceId>{logical}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId>\
         <ResourceType>AWS::EC2::Instance</ResourceType><ResourceStatus>{status}</ResourceStatus>\
         <LastUpdatedTimestamp>2026-01-02T00:00:00Z</LastUpdatedTimestamp>\
         <DriftInformation><StackResourceDriftStatus>IN_SYNC</StackResourceDriftStatus></DriftInformation></member>"
    )
}

fn resources(members: &str, next: &str) -> Response<SdkBody> {
    answer("ListStackResources", &format!("<StackResourceSummaries>{members}</StackResourceSummaries>{next}"))
}

/// Two pages of the stack `shop`.
fn of_shop() -> [Rule; 2] {
    let first = mock!(Client::list_stack_resources)
        .match_requests(|it| it.stack_name() == Some(SHOP) && it.next_token().is_none());
    let second = mock!(Client::list_stack_resources)
        .match_requests(|it| it.stack_name() == Some(SHOP) && it.next_token() == Some("n"));
    [
        first.then_http_response(|| resources(&resource("Web", "i-1", "CREATE_COMPLETE"), "<NextToken>n</NextToken>")),
        second.then_http_response(|| {
            let members = resource("Old", "i-0", "DELETE_COMPLETE") + &resource("Next", "", "CREATE_IN_PROGRESS");
            resources(&members, "")
        }),
    ]
}

fn of_stuck(reply: impl Fn() -> Response<SdkBody> + Send + Sync + 'static) -> Rule {
    mock!(Client::list_stack_resources).match_requests(|it| it.stack_name() == Some(STUCK)).then_http_response(reply)
}

fn events(reply: impl Fn() -> Response<SdkBody> + Send + Sync + 'static) -> Rule {
    mock!(Client::describe_stack_events).match_requests(|it| it.stack_name() == Some(STUCK)).then_http_response(reply)
}

async fn collected(rules: impl IntoIterator<Item = Rule>) -> Collected {
    let rules: Vec<Rule> = rules.into_iter().collect();
    collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await
}

fn stack(collected: &Collected, id: &str) -> Stack {
    collected.of(Stack::TYPE).into_iter().find(|it| it.id == id).unwrap().facts().unwrap()
}

#[tokio::test]
async fn stacks_and_their_resources_are_read_to_the_end() {
    let event = events(|| {
        let event = |id: &str, time: &str| {
            format!(
                "<member><StackId>{STUCK}</StackId><StackName>stuck</StackName><EventId>{id}</EventId>\
                 <Timestamp>{time}</Timestamp></member>"
            )
        };
        let newest_first = event("e2", "2026-11-02T00:00:00Z") + &event("e1", "2026-11-01T00:00:00Z");
        answer("DescribeStackEvents", &format!("<StackEvents>{newest_first}</StackEvents><NextToken>x</NextToken>"))
    });
    let rules = two_pages().into_iter().chain(of_shop()).chain([of_stuck(|| resources("", "")), event]);
    let collected = collected(rules).await;

    assert!(collected.finished.gaps.is_empty(), "{:?}", collected.finished.gaps);
    let listing = collected.listing(Stack::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 2, 2));
    let shop = stack(&collected, SHOP);
    assert_eq!((shop.stack_status.as_str(), shop.is_root, shop.has_service_role), ("UPDATE_COMPLETE", true, true));
    assert_eq!((shop.rollback_trigger_count, shop.notification_count), (1, 1));
    assert_eq!((shop.stack_drift_status.as_str(), shop.enable_termination_protection), ("DRIFTED", true));
    assert_eq!(shop.last_event_time.known(), Some(&None));
    assert_eq!(collected.of(Stack::TYPE)[0].tags.as_ref().unwrap().get("team"), Some("a"));
    let stuck = stack(&collected, STUCK);
    assert_eq!(stuck.last_event_time.known().unwrap().unwrap().to_string(), "2026-11-02T00:00:00Z");
    assert!(!stuck.is_root);

    let owned = collected.listing(StackResource::TYPE);
    assert_eq!((owned.state, owned.count, owned.calls.len()), (ListingState::Complete, 2, 5), "pages of stacks too");
    let web = collected.of(StackResource::TYPE)[1];
    assert_eq!(web.id, format!("{SHOP}/Web"));
    let next: StackResource = collected.of(StackResource::TYPE)[0].facts().unwrap();
    assert_eq!((next.logical_resource_id.as_str(), next.physical_resource_id), ("Next", None));
    let redacted: Vec<_> = collected.calls.iter().flat_map(|call| call.redacted.clone()).collect();
    assert!(redacted.contains(&"Stacks.Parameters.ParameterValue".to_owned()), "{redacted:?}");
}

#[tokio::test]
async fn a_denied_stack_leaves_the_resources_partial_and_its_events_unread() {
    let rules = two_pages().into_iter().chain(of_shop()).chain([of_stuck(denied), events(denied)]);
    let collected = collected(rules).await;

    assert_eq!(collected.state(Stack::TYPE), ListingState::Complete);
    assert_eq!(collected.state(StackResource::TYPE), ListingState::Partial);
    assert_eq!(collected.of(StackResource::TYPE).len(), 2);
    assert_eq!(stack(&collected, STUCK).last_event_time.known(), None);
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == StackResource::TYPE).unwrap();
    assert_eq!(
        (gap.kind, gap.actions.as_slice()),
        (GapKind::Denied, &["cloudformation:ListStackResources".to_owned()][..])
    );
}

#[tokio::test]
async fn a_denied_page_leaves_both_listings_partial() {
    let [first, _] = two_pages();
    let second =
        mock!(Client::describe_stacks).match_requests(|it| it.next_token().is_some()).then_http_response(denied);
    let collected = collected([first, second].into_iter().chain(of_shop())).await;

    assert_eq!(collected.state(Stack::TYPE), ListingState::Partial);
    assert_eq!(collected.state(StackResource::TYPE), ListingState::Partial);
    assert_eq!(collected.of(StackResource::TYPE).len(), 2);
}

#[tokio::test]
async fn nothing_is_known_where_stacks_may_not_be_listed() {
    let list = mock!(Client::describe_stacks).then_http_response(denied);
    let collected = collected([list]).await;
    assert_eq!(collected.state(Stack::TYPE), ListingState::Unread);
    assert_eq!(collected.state(StackResource::TYPE), ListingState::Unread);
}

#[tokio::test]
async fn a_stack_deleted_since_it_was_listed_is_not_there() {
    let gone = of_stuck(|| refusal(400, "ValidationError", "Stack with id stuck does not exist"));
    let collected = collected(two_pages().into_iter().chain(of_shop()).chain([gone])).await;

    assert_eq!(collected.state(Stack::TYPE), ListingState::Complete);
    assert_eq!(collected.state(StackResource::TYPE), ListingState::Complete);
    assert_eq!(collected.of(Stack::TYPE).len(), 1);
    assert!(collected.finished.gaps.is_empty());
    let gone = collected.calls.iter().find(|call| call.status == 400).unwrap();
    for kind in [Stack::TYPE, StackResource::TYPE] {
        assert!(collected.listing(kind).calls.contains(&gone.id), "{kind}: that it is gone rests on the reply");
    }
}

#[tokio::test]
async fn a_stack_without_its_members_leaves_the_listings_partial() {
    let list = mock!(Client::describe_stacks).then_http_response(|| page(&[("", SHOP_XML)], ""));
    let collected_one = collected([list]).await;
    assert_eq!(collected_one.state(Stack::TYPE), ListingState::Partial);
    assert_eq!(collected_one.state(StackResource::TYPE), ListingState::Partial);

    let list = mock!(Client::describe_stacks).then_http_response(|| page(&[(SHOP, SHOP_XML)], ""));
    let owned = mock!(Client::list_stack_resources)
        .then_http_response(|| resources(&resource("", "i-1", "CREATE_COMPLETE"), ""));
    let collected_one = collected([list, owned]).await;
    assert_eq!(collected_one.state(Stack::TYPE), ListingState::Complete);
    assert_eq!(collected_one.state(StackResource::TYPE), ListingState::Partial);
}
