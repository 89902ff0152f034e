//! Paging, denial, deletion and the mapping of facts against mocked answers.

use aws_sdk_eventbridge::Client;
use aws_smithy_mocks::{Rule as Mock, mock};
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::body::SdkBody;
use wellproof_aws::testing::{Collected, collect};
use wellproof_facts::Facts;
use wellproof_facts::cloudwatch::ActionKind;
use wellproof_facts::events::{Rule, Target};
use wellproof_model::{GapKind, ListingState, Read};

use crate::COLLECTOR;

const ROOT: &str = r#"{"Rules":[{"Name":"root","Arn":"arn:aws:events:us-east-1:111122223333:rule/root","State":"ENABLED",
    "Description":"secret","RoleArn":"arn:aws:iam::111122223333:role/x","EventBusName":"default",
    "EventPattern":"{\"source\":[\"aws.signin\",{\"prefix\":\"aws.s\"}],\"detail-type\":[\"B\",\"A\"],\"detail\":{\"userIdentity\":{\"type\":[\"Root\"]}}}"}],
    "NextToken":"more"}"#;
const NIGHTLY: &str = r#"{"Rules":[{"Name":"nightly","Arn":"arn:aws:events:us-east-1:111122223333:rule/nightly","State":"DISABLED",
    "ManagedBy":"autoscaling.amazonaws.com","ScheduleExpression":"rate(1 day)"}]}"#;

fn answer(status: u16, body: &'static str) -> Response<SdkBody> {
    let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.1");
    response
}

const DENIED: &str = r#"{"__type":"AccessDeniedException","Message":"User: x is not authorized to perform: it because no identity-based policy allows it"}"#;

fn rules(token: Option<&'static str>, status: u16, body: &'static str) -> Mock {
    mock!(Client::list_rules)
        .match_requests(move |it| it.next_token() == token && it.event_bus_name() == Some("default"))
        .then_http_response(move || answer(status, body))
}

fn targets(rule: &'static str, token: Option<&'static str>, status: u16, body: &'static str) -> Mock {
    mock!(Client::list_targets_by_rule)
        .match_requests(move |it| it.rule() == Some(rule) && it.next_token() == token)
        .then_http_response(move || answer(status, body))
}

fn no_targets() -> Mock {
    mock!(Client::list_targets_by_rule).then_http_response(|| answer(200, r#"{"Targets":[]}"#))
}

async fn collected<const N: usize>(mocks: [Mock; N]) -> Collected {
    collect(&COLLECTOR, &mocks.iter().collect::<Vec<_>>()).await
}

fn all(collected: &Collected) -> Vec<Rule> {
    collected.of(Rule::TYPE).iter().map(|resource| resource.facts().unwrap()).collect()
}

#[tokio::test]
async fn rules_and_their_targets_are_read_to_the_last_page() {
    let first =
        r#"{"Targets":[{"Id":"1","Arn":"arn:aws:sns:us-east-1:111122223333:ops","Input":"secret"}],"NextToken":"t"}"#;
    let second = r#"{"Targets":[{"Id":"2","Arn":"arn:aws:lambda:us-east-1:111122223333:function:f"}]}"#;
    let collected = collected([
        rules(None, 200, ROOT),
        rules(Some("more"), 200, NIGHTLY),
        targets("root", None, 200, first),
        targets("root", Some("t"), 200, second),
        targets("nightly", None, 200, r#"{"Targets":[]}"#),
    ])
    .await;
    let listing = collected.listing(Rule::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 2, 2));
    let [nightly, root] = all(&collected).try_into().unwrap();
    assert_eq!((nightly.state.as_str(), nightly.event_pattern.as_deref()), ("DISABLED", None));
    assert_eq!(nightly.managed_by.as_deref(), Some("autoscaling.amazonaws.com"));
    assert_eq!(nightly.schedule_expression.as_deref(), Some("rate(1 day)"));
    assert_eq!((nightly.sources, nightly.targets), (Some(vec![]), Read::Known(vec![])));
    assert_eq!(root.sources, None, "a filter may select others, too");
    assert_eq!(root.detail_types, Some(vec!["A".to_owned(), "B".to_owned()]));
    assert!(root.event_pattern.unwrap().contains(r#""userIdentity":{"type":["Root"]}"#), "the pattern is kept whole");
    let target = |arn: &str, kind| Target { target_arn: arn.to_owned(), kind };
    let told = vec![
        target("arn:aws:sns:us-east-1:111122223333:ops", ActionKind::Sns),
        target("arn:aws:lambda:us-east-1:111122223333:function:f", ActionKind::Lambda),
    ];
    assert_eq!(root.targets, Read::Known(told));
    // Its page and both pages of its targets.
    assert_eq!(collected.of(Rule::TYPE)[1].calls.len(), 3);
    let redacted: Vec<&str> = collected.calls.iter().flat_map(|it| &it.redacted).map(String::as_str).collect();
    for gone in ["Rules.Description", "Rules.RoleArn", "Targets.Input"] {
        assert!(redacted.contains(&gone), "{gone}: {redacted:?}");
    }
}

#[tokio::test]
async fn denied_targets_are_unread_and_a_denied_page_is_no_end() {
    let collected =
        collected([rules(None, 200, ROOT), rules(Some("more"), 400, DENIED), targets("root", None, 400, DENIED)]).await;
    assert_eq!(collected.state(Rule::TYPE), ListingState::Partial);
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == Rule::TYPE).unwrap();
    assert_eq!((gap.kind, gap.actions.as_slice()), (GapKind::Denied, &["events:ListRules".to_owned()][..]));
    let Read::Unread(gap) = &all(&collected)[0].targets else { panic!("they were denied") };
    let gap = collected.finished.gaps.iter().find(|it| it.id == *gap).unwrap();
    assert_eq!(gap.actions, ["events:ListTargetsByRule"]);
}

#[tokio::test]
async fn pages_that_repeat_are_no_end() {
    let again = mock!(Client::list_rules).then_http_response(|| answer(200, ROOT));
    let collected = collected([again, no_targets()]).await;
    assert_eq!(collected.state(Rule::TYPE), ListingState::Partial);
    let gap = collected.finished.gaps.iter().find(|gap| gap.what == Rule::TYPE).unwrap();
    assert!(gap.message.contains("read already"), "{}", gap.message);
}

#[tokio::test]
async fn targets_that_repeat_are_unread() {
    let again = mock!(Client::list_targets_by_rule).then_http_response(|| {
        answer(200, r#"{"Targets":[{"Id":"1","Arn":"arn:aws:sns:us-east-1:111122223333:ops"}],"NextToken":"t"}"#)
    });
    let collected = collected([rules(None, 200, NIGHTLY), again]).await;
    assert!(matches!(all(&collected)[0].targets, Read::Unread(_)));
}

#[tokio::test]
async fn a_rule_deleted_since_it_was_listed_is_not_there() {
    let gone = r#"{"__type":"ResourceNotFoundException","message":"Rule nightly does not exist on EventBus default."}"#;
    let collected = collected([rules(None, 200, NIGHTLY), targets("nightly", None, 400, gone)]).await;
    let listing = collected.listing(Rule::TYPE);
    assert_eq!((listing.state, listing.count), (ListingState::Complete, 0));
    assert_eq!(listing.calls.len(), 2, "the reply that says so is cited");
    assert!(collected.finished.gaps.is_empty());
}

#[tokio::test]
async fn a_pattern_that_is_no_json_is_malformed() {
    let broken = r#"{"Rules":[{"Name":"b","State":"ENABLED","EventPattern":"{source"}]}"#;
    let collected = collected([rules(None, 200, broken), no_targets()]).await;
    assert_eq!((collected.state(Rule::TYPE), all(&collected).len()), (ListingState::Partial, 0));
    assert!(collected.finished.gaps[0].message.contains("not JSON"));
}

#[tokio::test]
async fn an_access_key_in_a_pattern_goes_and_the_pattern_stays() {
    let keyed = r#"{"Rules":[{"Name":"k","State":"ENABLED",
        "EventPattern":"{\"source\":[\"aws.iam\"],\"detail\":{\"key\":[\"AKIAIOSFODNN7EXAMPLE\"]}}"}]}"#;
    let collected = collected([rules(None, 200, keyed), no_targets()]).await;
    let rule = &all(&collected)[0];
    assert_eq!(rule.sources.as_deref(), Some(&["aws.iam".to_owned()][..]));
    assert_eq!(rule.detail_types, None, "it asks for none, so that all will do");
    assert!(rule.event_pattern.as_ref().unwrap().contains("[redacted:aws_access_key]"));
}
