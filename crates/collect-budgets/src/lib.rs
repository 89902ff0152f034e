//! Reads AWS Budgets: budgets, when they tell, and to how many.

use aws_sdk_budgets::{Client, types};
use futures::FutureExt;
use wellproof_aws::member::{required_text, text};
use wellproof_aws::{Answer, Cited, Collector, Listing, Operation, Place, Record, Refusal, Unit};
use wellproof_facts::Facts;
use wellproof_facts::budgets::{Budget, Notification};

/// The API has many operations that read, and IAM one action for them.
const VIEW: &str = "budgets:ViewBudget";

/// What this collector may ask. Of a subscriber only its kind is kept, never its address.
pub const OPERATIONS: &[Operation] = &[
    Operation::new("budgets", "DescribeBudgets", VIEW).keeps(&[
        "Budgets.BudgetLimit.Amount",
        "Budgets.BudgetLimit.Unit",
        "Budgets.BudgetName",
        "Budgets.BudgetType",
        "Budgets.TimePeriod.End",
        "Budgets.TimeUnit",
        "NextToken",
    ]),
    Operation::new("budgets", "DescribeNotificationsForBudget", VIEW).keeps(&[
        "NextToken",
        "Notifications.ComparisonOperator",
        "Notifications.NotificationType",
        "Notifications.ThresholdType",
    ]),
    Operation::new("budgets", "DescribeSubscribersForNotification", VIEW)
        .keeps(&["NextToken", "Subscribers.SubscriptionType"]),
];

/// Budgets once per account: they know no regions.
pub const COLLECTOR: Collector = Collector {
    name: "budgets",
    place: Place::Once { region: "us-east-1" },
    operations: OPERATIONS,
    types: &[Budget::TYPE],
    run: |unit| collect(unit).boxed(),
};

/// How many budgets a page holds; AWS answers with 100 if nothing is said.
const PAGE: i32 = 100;

async fn collect(unit: Unit) {
    let client = wellproof_aws::client!(unit, aws_sdk_budgets);
    let mut budgets = unit.listing::<Budget>();
    let end = match list_budgets(&unit, &client, &mut budgets).await {
        // Of the account itself: it has no budgets.
        Err(refusal) if refusal.is("NotFoundException") => {
            budgets.cite(refusal.calls);
            Ok(())
        }
        end => end,
    };
    budgets.close(end);
}

async fn list_budgets(unit: &Unit, client: &Client, budgets: &mut Listing<Budget>) -> Result<(), Refusal> {
    let list = client.describe_budgets().account_id(unit.account()).max_results(PAGE);
    let mut pages = list.into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = budgets.page(&mut pages).await? {
        let reads = page.budgets().iter().map(|it| read_budget(unit, client, it));
        unit.join(reads).await.into_iter().for_each(|read| budgets.keep_read(read));
    }
    Ok(())
}

/// `None`, with the reply that says so, when it was deleted since it was listed.
async fn read_budget(unit: &Unit, client: &Client, budget: &types::Budget) -> Answer<Option<Record<Budget>>> {
    let name = required_text(Some(budget.budget_name()), "Budget.BudgetName")?;
    let notifications = list_notifications(unit, client, &name).await;
    if let Err(refusal) = &notifications
        && is_gone(refusal)
    {
        return Ok(Cited { value: None, calls: refusal.calls.clone() });
    }
    let limit = budget.budget_limit();
    let facts = Budget {
        budget_type: required_text(Some(budget.budget_type()), "Budget.BudgetType")?,
        time_unit: required_text(Some(budget.time_unit()), "Budget.TimeUnit")?,
        limit_amount: limit.map(|it| amount(&name, it)).transpose()?,
        limit_unit: limit.map(|it| required_text(Some(it.unit()), "Spend.Unit")).transpose()?,
        time_period_end: budget.time_period().and_then(|it| it.end()).and_then(wellproof_aws::timestamp),
        notifications: unit.fields::<Budget>(&name).of("notifications", &notifications, Clone::clone),
        budget_name: name.clone(),
    };
    let arn = format!("arn:{}:budgets::{}:budget/{name}", unit.partition(), unit.account());
    let record = Record::new(&name, facts).arn(Some(arn)).cites_answer(&notifications);
    Ok(Cited { value: Some(record), calls: Vec::new() })
}

/// AWS writes amounts as texts: `100.0`.
fn amount(name: &str, limit: &types::Spend) -> Result<f64, Refusal> {
    let amount = required_text(Some(limit.amount()), "Spend.Amount")?;
    let number = amount.parse().ok().filter(|it: &f64| it.is_finite());
    number.ok_or_else(|| Refusal::malformed(format!("the limit of the budget {name} is no number")))
}

/// The budget's notifications with how many hear of each: all of them, or what stood in the way of one.
async fn list_notifications(unit: &Unit, client: &Client, name: &str) -> Answer<Vec<Notification>> {
    let list = client.describe_notifications_for_budget().account_id(unit.account()).budget_name(name);
    let mut pages = list.into_paginator().stop_on_duplicate_token(false).send();
    let (mut notifications, mut calls) = (Vec::new(), Vec::new());
    while let Some(page) = unit.page(&mut pages).await? {
        calls.extend(page.calls);
        let listed = page.value.notifications();
        for read in unit.join(listed.iter().map(|it| read_notification(unit, client, name, it))).await {
            let read = read?;
            calls.extend(read.calls);
            notifications.push(read.value);
        }
    }
    Ok(Cited { value: notifications, calls })
}

async fn read_notification(
    unit: &Unit,
    client: &Client,
    name: &str,
    notification: &types::Notification,
) -> Answer<Notification> {
    let kind = required_text(Some(notification.notification_type()), "Notification.NotificationType")?;
    let asked = types::Notification::builder()
        .notification_type(notification.notification_type().clone())
        .comparison_operator(notification.comparison_operator().clone())
        .threshold(notification.threshold())
        .set_threshold_type(notification.threshold_type().cloned())
        .build()
        .map_err(|err| Refusal::malformed(err.to_string()))?;
    let subscribers = count_subscribers(unit, client, name, asked).await?;
    let facts = Notification {
        notification_type: kind,
        threshold: notification.threshold(),
        threshold_type: text(notification.threshold_type()).unwrap_or_else(|| "PERCENTAGE".to_owned()),
        subscribers: subscribers.value,
    };
    Ok(Cited { value: facts, calls: subscribers.calls })
}

async fn count_subscribers(unit: &Unit, client: &Client, name: &str, notification: types::Notification) -> Answer<i64> {
    let list = client.describe_subscribers_for_notification().account_id(unit.account()).budget_name(name);
    let mut pages = list.notification(notification).into_paginator().stop_on_duplicate_token(false).send();
    let (mut count, mut calls) = (0, Vec::new());
    while let Some(page) = unit.page(&mut pages).await? {
        calls.extend(page.calls);
        count += i64::try_from(page.value.subscribers().len()).unwrap_or(i64::MAX);
    }
    Ok(Cited { value: count, calls })
}

/// `NotFoundException` names budget, notification or subscriber alike; only its words tell which of them is not there.
fn is_gone(refusal: &Refusal) -> bool {
    refusal.says("NotFoundException", "the budget doesn't exist")
}

#[cfg(test)]
mod tests;
