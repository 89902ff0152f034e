//! Reads Cost Explorer: what watches for cost that is out of the ordinary, who hears of it, and the tags by which cost is
//! told apart.
//!
//! AWS charges 0.01 USD for each request to the Cost Explorer API, and so for each page: three of them in most accounts.
//!
//! Who may not see cost, a member account that its organization's management account keeps out, and an account in which
//! Cost Explorer was never switched on get the same `AccessDeniedException`: a gap, and never "there is none".

use aws_sdk_costexplorer::Client;
use aws_sdk_costexplorer::types::{self, CostAllocationTagStatus, SubscriberStatus};
use futures::FutureExt;
use wellproof_aws::member::{required_text, sorted, text};
use wellproof_aws::{Collector, Operation, Place, Record, Refusal, Unit};
use wellproof_facts::Facts;
use wellproof_facts::costexplorer::{AnomalyMonitor, AnomalySubscription, CostAllocationTag};

/// What this collector may ask. Of a subscriber only its status is kept, never its address.
pub const OPERATIONS: &[Operation] = &[
    Operation::new("ce", "GetAnomalyMonitors", "ce:GetAnomalyMonitors").keeps(&[
        "AnomalyMonitors.MonitorArn",
        "AnomalyMonitors.MonitorDimension",
        "AnomalyMonitors.MonitorName",
        "AnomalyMonitors.MonitorType",
        "NextPageToken",
    ]),
    Operation::new("ce", "GetAnomalySubscriptions", "ce:GetAnomalySubscriptions").keeps(&[
        "AnomalySubscriptions.Frequency",
        "AnomalySubscriptions.MonitorArnList",
        "AnomalySubscriptions.Subscribers.Status",
        "AnomalySubscriptions.SubscriptionArn",
        "NextPageToken",
    ]),
    Operation::new("ce", "ListCostAllocationTags", "ce:ListCostAllocationTags").keeps(&[
        "CostAllocationTags.Status",
        "CostAllocationTags.TagKey",
        "CostAllocationTags.Type",
        "NextToken",
    ]),
];

/// Cost Explorer once per account: it knows no regions.
pub const COLLECTOR: Collector = Collector {
    name: "ce",
    place: Place::Once { region: "us-east-1" },
    operations: OPERATIONS,
    types: &[AnomalyMonitor::TYPE, AnomalySubscription::TYPE, CostAllocationTag::TYPE],
    run: |unit| collect(unit).boxed(),
};

/// As many tags as AWS gives in one page, since each page is paid for.
const TAGS: i32 = 1_000;

async fn collect(unit: Unit) {
    let client = wellproof_aws::client!(unit, aws_sdk_costexplorer);
    futures::join!(list_monitors(&unit, &client), list_subscriptions(&unit, &client), list_tags(&unit, &client));
}

async fn list_monitors(unit: &Unit, client: &Client) {
    let pages = client.get_anomaly_monitors().into_paginator().stop_on_duplicate_token(false).send();
    unit.list(pages, |page| page.anomaly_monitors().iter().map(monitor_record).collect()).await;
}

fn monitor_record(monitor: &types::AnomalyMonitor) -> Result<Record<AnomalyMonitor>, Refusal> {
    let arn = required_text(monitor.monitor_arn(), "AnomalyMonitor.MonitorArn")?;
    let facts = AnomalyMonitor {
        monitor_arn: arn.clone(),
        monitor_name: required_text(Some(monitor.monitor_name()), "AnomalyMonitor.MonitorName")?,
        monitor_type: required_text(Some(monitor.monitor_type()), "AnomalyMonitor.MonitorType")?,
        monitor_dimension: text(monitor.monitor_dimension()),
    };
    Ok(Record::new(&arn, facts).arn(Some(&arn)))
}

async fn list_subscriptions(unit: &Unit, client: &Client) {
    let pages = client.get_anomaly_subscriptions().into_paginator().stop_on_duplicate_token(false).send();
    unit.list(pages, |page| page.anomaly_subscriptions().iter().map(subscription_record).collect()).await;
}

fn subscription_record(subscription: &types::AnomalySubscription) -> Result<Record<AnomalySubscription>, Refusal> {
    let arn = required_text(subscription.subscription_arn(), "AnomalySubscription.SubscriptionArn")?;
    let hearing = subscription.subscribers().iter().filter(|it| it.status() != Some(&SubscriberStatus::Declined));
    let facts = AnomalySubscription {
        subscription_arn: arn.clone(),
        frequency: required_text(Some(subscription.frequency()), "AnomalySubscription.Frequency")?,
        monitor_arns: sorted(subscription.monitor_arn_list()),
        subscribers: i64::try_from(hearing.count()).unwrap_or(i64::MAX),
    };
    Ok(Record::new(&arn, facts).arn(Some(&arn)))
}

async fn list_tags(unit: &Unit, client: &Client) {
    let list = client.list_cost_allocation_tags().max_results(TAGS);
    let pages = list.into_paginator().stop_on_duplicate_token(false).send();
    unit.list(pages, |page| page.cost_allocation_tags().iter().map(tag_record).collect()).await;
}

fn tag_record(tag: &types::CostAllocationTag) -> Result<Record<CostAllocationTag>, Refusal> {
    let key = required_text(Some(tag.tag_key()), "CostAllocationTag.TagKey")?;
    let facts = CostAllocationTag {
        tag_key: key.clone(),
        tag_type: required_text(Some(tag.r#type()), "CostAllocationTag.Type")?,
        active: required_text(Some(tag.status()), "CostAllocationTag.Status")?
            == CostAllocationTagStatus::Active.as_str(),
    };
    Ok(Record::new(&key, facts))
}

#[cfg(test)]
mod tests;
