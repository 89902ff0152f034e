//! Paging, denial, deletion and the mapping of facts against mocked answers.

use aws_sdk_budgets::Client;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::body::SdkBody;
use wellproof_aws::testing::{Collected, collect};
use wellproof_facts::Facts;
use wellproof_facts::budgets::{Budget, Notification};
use wellproof_model::{Denier, GapKind, ListingState};

use crate::COLLECTOR;

fn answer(status: u16, body: impl Into<String>) -> Response<SdkBody> {
    let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body.into()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.1");
    response.headers_mut().insert("x-amzn-requestid", "11111111-2222-3333-4444-555555555555");
    response
}

fn denied() -> Response<SdkBody> {
    answer(
        400,
        r#"{"__type":"AccessDeniedException","Message":"User: arn:aws:iam::111122223333:role/r is not authorized to perform: budgets:ViewBudget because no identity-based policy allows the budgets:ViewBudget action"}"#,
    )
}

fn not_found(message: &str) -> Response<SdkBody> {
    answer(400, format!(r#"{{"__type":"NotFoundException","Message":"{message}"}}"#))
}

/// A budget of the API's own shape, with `limit` for its limit's member.
fn budget(name: &str, limit: &str) -> String {
    format!(
        r#"{{"BudgetName":"{name}",{limit}"CostFilters":{{"TagKeyValue":["user:team$secret"]}},"TimeUnit":"MONTHLY","TimePeriod":{{"Start":1767225600,"End":3706473600}},"CalculatedSpend":{{"ActualSpend":{{"Amount":"61.7","Unit":"USD"}}}},"BudgetType":"COST","LastUpdatedTime":1767225600.5,"HealthStatus":{{"Status":"HEALTHY"}}}}"#
    )
}

const HUNDRED: &str = r#""BudgetLimit":{"Amount":"100.0","Unit":"USD"},"#;
const AUTO: &str = r#""AutoAdjustData":{"AutoAdjustType":"HISTORICAL"},"#;

/// One page of budgets.
fn listed(budgets: &[String]) -> Rule {
    let body = format!(r#"{{"Budgets":[{}]}}"#, budgets.join(","));
    mock!(Client::describe_budgets).then_http_response(move || answer(200, body.clone()))
}

/// No notification of any budget.
fn silent() -> Rule {
    mock!(Client::describe_notifications_for_budget).then_http_response(|| answer(200, r#"{"Notifications":[]}"#))
}

/// One notification of any budget.
fn notified() -> Rule {
    mock!(Client::describe_notifications_for_budget).then_http_response(|| {
        answer(
            200,
            r#"{"Notifications":[{"NotificationType":"ACTUAL","ComparisonOperator":"GREATER_THAN","Threshold":80.0,"NotificationState":"ALARM"}]}"#,
        )
    })
}

async fn collected(rules: &[Rule]) -> Collected {
    collect(&COLLECTOR, &rules.iter().collect::<Vec<_>>()).await
}

fn all(collected: &Collected) -> Vec<Budget> {
    collected.of(Budget::TYPE).iter().map(|it| it.facts().unwrap()).collect()
}

#[tokio::test]
async fn a_second_page_is_read() {
    let first = mock!(Client::describe_budgets)
        .match_requests(|it| it.next_token().is_none() && it.account_id() == Some("111122223333"))
        .then_http_response(|| {
            answer(200, format!(r#"{{"Budgets":[{}],"NextToken":"more"}}"#, budget("one", HUNDRED)))
        });
    let second = mock!(Client::describe_budgets)
        .match_requests(|it| it.next_token() == Some("more"))
        .then_http_response(|| answer(200, format!(r#"{{"Budgets":[{}]}}"#, budget("two", AUTO))));
    let collected = collected(&[first, second, silent()]).await;

    let listing = collected.listing(Budget::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 2, 2));
    let budgets = all(&collected);
    assert_eq!((budgets[0].limit_amount, budgets[0].limit_unit.as_deref()), (Some(100.0), Some("USD")));
    assert_eq!((budgets[1].limit_amount, budgets[1].limit_unit.as_deref()), (None, None));
    assert_eq!((budgets[0].budget_type.as_str(), budgets[0].time_unit.as_str()), ("COST", "MONTHLY"));
    assert_eq!(budgets[0].time_period_end.unwrap().to_string(), "2087-06-15T00:00:00Z");
    assert_eq!(budgets[0].notifications.known().unwrap(), &[]);
    assert_eq!(collected.of(Budget::TYPE)[0].arn.as_deref(), Some("arn:aws:budgets::111122223333:budget/one"));
}

#[tokio::test]
async fn a_page_that_comes_again_is_no_end() {
    let again = mock!(Client::describe_budgets).then_http_response(|| {
        answer(200, format!(r#"{{"Budgets":[{}],"NextToken":"again"}}"#, budget("one", HUNDRED)))
    });
    let collected = collected(&[again, silent()]).await;
    assert_eq!(collected.state(Budget::TYPE), ListingState::Partial);
}

#[tokio::test]
async fn subscribers_are_counted_over_all_pages_and_never_named() {
    let first = mock!(Client::describe_notifications_for_budget)
        .match_requests(|it| it.next_token().is_none() && it.budget_name() == Some("one"))
        .then_http_response(|| {
            answer(
                200,
                r#"{"Notifications":[{"NotificationType":"ACTUAL","ComparisonOperator":"GREATER_THAN","Threshold":80.0,"NotificationState":"ALARM"}],"NextToken":"more"}"#,
            )
        });
    let second = mock!(Client::describe_notifications_for_budget)
        .match_requests(|it| it.next_token() == Some("more"))
        .then_http_response(|| {
            answer(
                200,
                r#"{"Notifications":[{"NotificationType":"FORECASTED","ComparisonOperator":"GREATER_THAN","Threshold":90.5,"ThresholdType":"ABSOLUTE_VALUE"}]}"#,
            )
        });
    let mails = mock!(Client::describe_subscribers_for_notification)
        .match_requests(|it| it.next_token().is_none() && it.notification().is_some_and(|it| it.threshold() < 90.0))
        .then_http_response(|| {
            answer(
                200,
                r#"{"Subscribers":[{"SubscriptionType":"EMAIL","Address":"eve@example.com"},{"SubscriptionType":"EMAIL","Address":"bob@example.com"}],"NextToken":"more"}"#,
            )
        });
    let topic = mock!(Client::describe_subscribers_for_notification)
        .match_requests(|it| it.next_token().is_some())
        .then_http_response(|| {
            answer(
                200,
                r#"{"Subscribers":[{"SubscriptionType":"SNS","Address":"arn:aws:sns:us-east-1:111122223333:cost"}]}"#,
            )
        });
    let one = mock!(Client::describe_subscribers_for_notification)
        .match_requests(|it| it.next_token().is_none() && it.notification().is_some_and(|it| it.threshold() > 90.0))
        .then_http_response(|| {
            answer(200, r#"{"Subscribers":[{"SubscriptionType":"EMAIL","Address":"eve@example.com"}]}"#)
        });
    let collected = collected(&[listed(&[budget("one", HUNDRED)]), first, second, mails, topic, one]).await;

    let notification = |kind: &str, threshold: f64, unit: &str, subscribers: i64| Notification {
        notification_type: kind.to_owned(),
        threshold,
        threshold_type: unit.to_owned(),
        subscribers,
    };
    assert_eq!(
        all(&collected)[0].notifications.known().unwrap(),
        &[notification("ACTUAL", 80.0, "PERCENTAGE", 3), notification("FORECASTED", 90.5, "ABSOLUTE_VALUE", 1)]
    );
    // Its page, two pages of notifications, three of subscribers.
    assert_eq!(collected.of(Budget::TYPE)[0].calls.len(), 6);
    let asked = collected.calls.iter().filter(|it| it.key.operation == "DescribeSubscribersForNotification");
    assert!(asked.clone().all(|call| call.redacted == ["Subscribers.Address"]), "{:?}", asked.collect::<Vec<_>>());
}

#[tokio::test]
async fn an_account_without_budgets_has_none() {
    let none = mock!(Client::describe_budgets).then_http_response(|| not_found("no budgets"));
    for collected in [collected(&[listed(&[])]).await, collected(&[none]).await] {
        let listing = collected.listing(Budget::TYPE);
        assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 0, 1));
        assert!(collected.finished.gaps.is_empty());
    }
}

#[tokio::test]
async fn denied_is_not_without_budgets() {
    let refused = mock!(Client::describe_budgets).then_http_response(denied);
    let collected = collected(&[refused]).await;
    assert_eq!(collected.state(Budget::TYPE), ListingState::Unread);
    let gap = &collected.finished.gaps[0];
    assert_eq!((gap.kind, gap.denied_by), (GapKind::Denied, Some(Denier::MissingPermission)));
    assert_eq!(gap.actions, ["budgets:ViewBudget"]);
}

#[tokio::test]
async fn a_notification_that_may_not_be_read_is_not_missing() {
    let refused = mock!(Client::describe_subscribers_for_notification).then_http_response(denied);
    let collected = collected(&[listed(&[budget("one", HUNDRED)]), notified(), refused]).await;
    assert_eq!(collected.state(Budget::TYPE), ListingState::Complete);
    assert_eq!(all(&collected)[0].notifications.known(), None);
    assert_eq!(all(&collected)[0].limit_amount, Some(100.0));
    let gap = &collected.finished.gaps[0];
    assert_eq!(gap.what, "AWS::Budgets::Budget#one.notifications");
    assert_eq!(gap.actions, ["budgets:ViewBudget"]);
}

#[tokio::test]
async fn a_budget_deleted_since_it_was_listed_is_not_there() {
    let gone = mock!(Client::describe_notifications_for_budget)
        .then_http_response(|| not_found("Unable to get notifications for budget: one - the budget doesn't exist."));
    let collected = collected(&[listed(&[budget("one", HUNDRED)]), gone]).await;
    let listing = collected.listing(Budget::TYPE);
    assert_eq!((listing.state, listing.count, listing.calls.len()), (ListingState::Complete, 0, 2));
    assert!(collected.finished.gaps.is_empty());
}

#[tokio::test]
async fn a_notification_that_is_not_found_leaves_the_budget_unread() {
    let gone =
        mock!(Client::describe_subscribers_for_notification).then_http_response(|| not_found("no such notification"));
    let collected = collected(&[listed(&[budget("one", HUNDRED)]), notified(), gone]).await;
    assert_eq!(all(&collected)[0].notifications.known(), None);
}

#[tokio::test]
async fn a_limit_that_is_no_number_is_no_answer() {
    let odd = r#""BudgetLimit":{"Amount":"a lot","Unit":"USD"},"#;
    let infinite = r#""BudgetLimit":{"Amount":"inf","Unit":"USD"},"#;
    for limit in [odd, infinite] {
        let budgets = [budget("one", limit), budget("two", HUNDRED)];
        let collected = collected(&[listed(&budgets), silent()]).await;
        assert_eq!(collected.state(Budget::TYPE), ListingState::Partial);
        assert_eq!(all(&collected).len(), 1);
        assert!(collected.finished.gaps[0].message.contains("is no number"), "{}", collected.finished.gaps[0].message);
    }
}

#[tokio::test]
async fn a_budget_without_a_type_is_no_answer() {
    let odd = r#"{"BudgetName":"one","TimeUnit":"MONTHLY"}"#.to_owned();
    let collected = collected(&[listed(&[odd]), silent()]).await;
    assert_eq!(collected.state(Budget::TYPE), ListingState::Partial);
    assert!(all(&collected).is_empty());
}
