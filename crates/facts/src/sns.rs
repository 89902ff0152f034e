//! Amazon SNS: whom topics tell.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellproof_model::Read;

/// A topic. The record's id is its ARN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Topic {
    /// Its ARN (`ListTopics` Topics[].TopicArn).
    pub topic_arn: String,
    /// How many subscriptions are confirmed, other accounts' too (`GetTopicAttributes` Attributes.SubscriptionsConfirmed).
    pub subscriptions_confirmed: Read<i64>,
    /// How many wait for somebody to confirm them (`GetTopicAttributes` Attributes.SubscriptionsPending).
    pub subscriptions_pending: Read<i64>,
}

/// One subscription that the account owns. Where it leads is not kept: it is often somebody's mail or phone. The record's id is its ARN;
/// one that is not confirmed has none, and is called by its topic's, `#`, and its number among those of the topic in AWS's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Subscription {
    /// The topic (`ListSubscriptions` Subscriptions[].TopicArn).
    pub topic_arn: String,
    /// `email`, `email-json`, `sms`, `http`, `https`, `sqs`, `lambda`, `application` or `firehose` (`ListSubscriptions`
    /// Subscriptions[].Protocol).
    pub protocol: String,
    /// Whether it was confirmed: AWS gives `PendingConfirmation` in place of the ARN until it is (`ListSubscriptions`
    /// Subscriptions[].SubscriptionArn).
    pub confirmed: bool,
}
