//! Paging, denial, deletion and the mapping of facts against mocked answers.

use aws_sdk_sns::Client;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::body::SdkBody;
use wellproof_aws::testing::{Collected, collect};
use wellproof_facts::Facts;
use wellproof_facts::sns::{Subscription, Topic};
use wellproof_model::{GapKind, ListingState, Read};

use crate::COLLECTOR;

const OPS: &str = "arn:aws:sns:us-east-1:111122223333:ops";
const DEV: &str = "arn:aws:sns:us-east-1:111122223333:dev";

fn answer(operation: &str, members: &str) -> Response<SdkBody> {
    response(
        200,
        format!(
            "<{operation}Response xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><{operation}Result>{members}\
             </{operation}Result><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></{operation}Response>"
        ),
    )
}

fn refused(status: u16, code: &str) -> Response<SdkBody> {
    response(
        status,
        format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error>\
             <RequestId>r-1</RequestId></ErrorResponse>"
        ),
    )
}

fn response(status: u16, body: String) -> Response<SdkBody> {
    let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
    response.headers_mut().insert("content-type", "text/xml");
    response
}

fn topics_page(topic: &str, token: &str) -> Response<SdkBody> {
    answer("ListTopics", &format!("<Topics><member><TopicArn>{topic}</TopicArn></member></Topics>{token}"))
}

fn topics() -> [Rule; 2] {
    let first = mock!(Client::list_topics).match_requests(|it| it.next_token().is_none());
    let second = mock!(Client::list_topics).match_requests(|it| it.next_token() == Some("more"));
    [
        first.then_http_response(|| topics_page(OPS, "<NextToken>more</NextToken>")),
        second.then_http_response(|| topics_page(DEV, "")),
    ]
}

fn attributes(confirmed: &str) -> Response<SdkBody> {
    let entries = [
        ("Policy", "{&quot;Statement&quot;:[]}"),
        ("Owner", "111122223333"),
        ("SubscriptionsConfirmed", confirmed),
        ("SubscriptionsPending", "1"),
        ("SubscriptionsDeleted", "7"),
    ];
    let entries = entries.map(|(key, value)| format!("<entry><key>{key}</key><value>{value}</value></entry>"));
    answer("GetTopicAttributes", &format!("<Attributes>{}</Attributes>", entries.concat()))
}

fn attributes_of(topic: &'static str, reply: fn() -> Response<SdkBody>) -> Rule {
    mock!(Client::get_topic_attributes)
        .match_requests(move |it| it.topic_arn() == Some(topic))
        .then_http_response(reply)
}

fn subscription(arn: &str, protocol: &str) -> String {
    format!(
        "<member><TopicArn>{OPS}</TopicArn><Protocol>{protocol}</Protocol><SubscriptionArn>{arn}</SubscriptionArn>\
         <Owner>111122223333</Owner><Endpoint>eve@example.com</Endpoint></member>"
    )
}

fn no_subscriptions() -> Rule {
    mock!(Client::list_subscriptions).then_http_response(|| answer("ListSubscriptions", "<Subscriptions/>"))
}

fn no_topics() -> Rule {
    mock!(Client::list_topics).then_http_response(|| answer("ListTopics", "<Topics/>"))
}

async fn collected(rules: impl IntoIterator<Item = Rule>) -> Collected {
    let rules: Vec<Rule> = rules.into_iter().collect();
    collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await
}

fn all<T: Facts>(collected: &Collected) -> Vec<T> {
    collected.of(T::TYPE).iter().map(|resource| resource.facts().unwrap()).collect()
}

#[tokio::test]
async fn topics_are_read_to_the_last_page_and_of_their_attributes_two() {
    let rules = topics().into_iter().chain([
        attributes_of(OPS, || attributes("2")),
        attributes_of(DEV, || attributes("0")),
        no_subscriptions(),
    ]);
    let collected = collected(rules).await;
    let listing = collected.listing(Topic::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 2, 2));
    let [dev, ops] = all::<Topic>(&collected).try_into().unwrap();
    assert_eq!((dev.subscriptions_confirmed, ops.subscriptions_confirmed), (Read::Known(0), Read::Known(2)));
    assert_eq!(ops.subscriptions_pending, Read::Known(1));
    let call = collected.calls.iter().find(|it| it.key.operation == "GetTopicAttributes").unwrap();
    assert_eq!(call.redacted, ["Attributes.entry.key", "Attributes.entry.value"], "the policy and its like");
    // Its page and its attributes.
    assert_eq!(collected.of(Topic::TYPE)[1].calls.len(), 2);
}

#[tokio::test]
async fn a_denied_page_leaves_the_listing_partial_and_denied_attributes_their_fields() {
    let first = topics().into_iter().take(1);
    let denied = mock!(Client::list_topics)
        .match_requests(|it| it.next_token().is_some())
        .then_http_response(|| refused(403, "AuthorizationError"));
    let rules = first.chain([denied, attributes_of(OPS, || refused(403, "AuthorizationError")), no_subscriptions()]);
    let collected = collected(rules).await;
    assert_eq!(collected.state(Topic::TYPE), ListingState::Partial);
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == Topic::TYPE).unwrap();
    assert_eq!((gap.kind, gap.actions.as_slice()), (GapKind::Denied, &["sns:ListTopics".to_owned()][..]));
    let unread = &collected.of(Topic::TYPE)[0].unread;
    let unread: Vec<&str> = unread.keys().map(String::as_str).collect();
    assert_eq!(unread, ["subscriptions_confirmed", "subscriptions_pending"]);
}

#[tokio::test]
async fn a_topic_deleted_since_it_was_listed_is_not_there() {
    let gone = attributes_of(OPS, || refused(404, "NotFound"));
    let rules = topics().into_iter().chain([gone, attributes_of(DEV, || attributes("0")), no_subscriptions()]);
    let collected = collected(rules).await;
    let listing = collected.listing(Topic::TYPE);
    assert_eq!((listing.state, listing.count), (ListingState::Complete, 1));
    assert_eq!(listing.calls.len(), 3, "the reply that says so is cited");
    assert!(collected.finished.gaps.is_empty());
}

#[tokio::test]
async fn a_number_that_is_none_is_unread_and_not_zero() {
    let rules = topics().into_iter().chain([
        attributes_of(OPS, || attributes("many")),
        attributes_of(DEV, || answer("GetTopicAttributes", "<Attributes/>")),
        no_subscriptions(),
    ]);
    let collected = collected(rules).await;
    for topic in all::<Topic>(&collected) {
        assert!(matches!(topic.subscriptions_confirmed, Read::Unread(_)), "{topic:?}");
    }
}

#[tokio::test]
async fn of_subscriptions_no_endpoint_is_kept() {
    let first = mock!(Client::list_subscriptions).match_requests(|it| it.next_token().is_none());
    let second = mock!(Client::list_subscriptions).match_requests(|it| it.next_token() == Some("more"));
    let rules = [
        no_topics(),
        first.then_http_response(|| {
            let members = [subscription(&format!("{OPS}:u-1"), "email"), subscription("PendingConfirmation", "email")];
            let members = format!("<Subscriptions>{}</Subscriptions><NextToken>more</NextToken>", members.concat());
            answer("ListSubscriptions", &members)
        }),
        second.then_http_response(|| {
            let members = [subscription("PendingConfirmation", "sms"), subscription("Deleted", "sqs")];
            answer("ListSubscriptions", &format!("<Subscriptions>{}</Subscriptions>", members.concat()))
        }),
    ];
    let collected = collected(rules).await;
    let listing = collected.listing(Subscription::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 3, 2));
    let ids: Vec<String> = collected.of(Subscription::TYPE).iter().map(|it| it.id.clone()).collect();
    assert_eq!(ids, [format!("{OPS}#1"), format!("{OPS}#2"), format!("{OPS}:u-1")]);
    let facts: Vec<(String, bool)> =
        all::<Subscription>(&collected).into_iter().map(|it| (it.protocol, it.confirmed)).collect();
    assert_eq!(facts, [("email".to_owned(), false), ("sms".to_owned(), false), ("email".to_owned(), true)]);
    let call = collected.calls.iter().find(|it| it.key.operation == "ListSubscriptions").unwrap();
    assert!(call.redacted.contains(&"Subscriptions.Endpoint".to_owned()), "{:?}", call.redacted);
}

#[tokio::test]
async fn denied_subscriptions_are_unread() {
    let denied = mock!(Client::list_subscriptions).then_http_response(|| refused(403, "AuthorizationError"));
    let collected = collected([no_topics(), denied]).await;
    assert_eq!(collected.state(Subscription::TYPE), ListingState::Unread);
    assert_eq!(collected.state(Topic::TYPE), ListingState::Complete);
    assert_eq!(collected.finished.gaps[0].actions, ["sns:ListSubscriptions"]);
}
