//! Reads SNS: topics, and how many subscriptions of theirs are confirmed. Where a subscription leads is not kept.

use std::collections::HashMap;

use aws_sdk_sns::Client;
use aws_sdk_sns::operation::get_topic_attributes::GetTopicAttributesOutput;
use aws_sdk_sns::types;
use futures::FutureExt;
use wellproof_aws::member::required_text;
use wellproof_aws::{Answer, Cited, Collector, Listing, Operation, Place, Record, Refusal, Unit};
use wellproof_facts::Facts;
use wellproof_facts::sns::{Subscription, Topic};

/// What this collector may ask.
pub const OPERATIONS: &[Operation] = &[
    Operation::new("sns", "ListTopics", "sns:ListTopics").keeps(&["NextToken", "Topics.TopicArn"]).per_second(30),
    // Beside the numbers stands the topic's policy.
    Operation::new("sns", "GetTopicAttributes", "sns:GetTopicAttributes")
        .keeps(&["Attributes.SubscriptionsConfirmed", "Attributes.SubscriptionsPending"])
        .per_second(30),
    // An endpoint is somebody's mail, phone or address.
    Operation::new("sns", "ListSubscriptions", "sns:ListSubscriptions")
        .keeps(&["NextToken", "Subscriptions.Protocol", "Subscriptions.SubscriptionArn", "Subscriptions.TopicArn"])
        .per_second(30),
];

/// SNS in every region.
pub const COLLECTOR: Collector = Collector {
    name: "sns",
    place: Place::EveryRegion,
    operations: OPERATIONS,
    types: &[Subscription::TYPE, Topic::TYPE],
    run: |unit| collect(unit).boxed(),
};

/// What AWS gives in place of the ARN of a subscription that nobody confirmed yet.
const PENDING: &str = "PendingConfirmation";
/// What it gives for a while in place of the ARN of one that is gone.
const DELETED: &str = "Deleted";

async fn collect(unit: Unit) {
    let sns = wellproof_aws::client!(unit, aws_sdk_sns);
    let mut topics = unit.listing::<Topic>();
    let mut subscriptions = unit.listing::<Subscription>();
    let (topics_end, subscriptions_end) =
        futures::join!(list_topics(&unit, &sns, &mut topics), list_subscriptions(&sns, &mut subscriptions),);
    topics.close(topics_end);
    subscriptions.close(subscriptions_end);
}

async fn list_topics(unit: &Unit, sns: &Client, topics: &mut Listing<Topic>) -> Result<(), Refusal> {
    let mut pages = sns.list_topics().into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = topics.page(&mut pages).await? {
        let reads = page.topics().iter().map(|topic| read_topic(unit, sns, topic));
        unit.join(reads).await.into_iter().for_each(|read| topics.keep_read(read));
    }
    Ok(())
}

/// `None`, with the reply that says so, when it was deleted since it was listed.
async fn read_topic(unit: &Unit, sns: &Client, topic: &types::Topic) -> Answer<Option<Record<Topic>>> {
    let arn = required_text(topic.topic_arn(), "Topic.TopicArn")?;
    let attributes = unit.read(sns.get_topic_attributes().topic_arn(&arn).send()).await;
    if let Some(refusal) = attributes.as_ref().err().filter(|it| it.is("NotFound")) {
        return Ok(Cited { value: None, calls: refusal.calls.clone() });
    }
    let field = unit.fields::<Topic>(&arn);
    let facts = Topic {
        topic_arn: arn.clone(),
        subscriptions_confirmed: field
            .required("subscriptions_confirmed", &attributes, |it| number(it, "SubscriptionsConfirmed")),
        subscriptions_pending: field
            .required("subscriptions_pending", &attributes, |it| number(it, "SubscriptionsPending")),
    };
    let record = Record::new(&arn, facts).arn(Some(&arn)).cites_answer(&attributes);
    Ok(Cited { value: Some(record), calls: Vec::new() })
}

/// AWS writes the numbers among the attributes as text.
fn number(attributes: &GetTopicAttributesOutput, name: &str) -> Option<i64> {
    attributes.attributes()?.get(name)?.parse().ok()
}

async fn list_subscriptions(sns: &Client, subscriptions: &mut Listing<Subscription>) -> Result<(), Refusal> {
    let mut pages = sns.list_subscriptions().into_paginator().stop_on_duplicate_token(false).send();
    let mut pending = HashMap::new();
    while let Some(page) = subscriptions.page(&mut pages).await? {
        for subscription in page.subscriptions() {
            if let Some(record) = subscription_record(subscription, &mut pending).transpose() {
                subscriptions.keep(record);
            }
        }
    }
    Ok(())
}

/// `None` for one that is gone. `pending` counts by topic those that nobody confirmed, which have no ARN to be told apart by.
fn subscription_record(
    subscription: &types::Subscription,
    pending: &mut HashMap<String, u64>,
) -> Result<Option<Record<Subscription>>, Refusal> {
    let arn = required_text(subscription.subscription_arn(), "Subscription.SubscriptionArn")?;
    if arn == DELETED {
        return Ok(None);
    }
    let facts = Subscription {
        topic_arn: required_text(subscription.topic_arn(), "Subscription.TopicArn")?,
        protocol: required_text(subscription.protocol(), "Subscription.Protocol")?,
        confirmed: arn != PENDING,
    };
    if facts.confirmed {
        return Ok(Some(Record::new(&arn, facts).arn(Some(&arn))));
    }
    let number = pending.entry(facts.topic_arn.clone()).or_default();
    *number += 1;
    Ok(Some(Record::new(format!("{}#{number}", facts.topic_arn), facts)))
}

#[cfg(test)]
mod tests;
