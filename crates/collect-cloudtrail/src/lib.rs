//! Reads CloudTrail: trails, event data stores, and the events of the last 90 days that rules ask about.
//!
//! `LookupEvents` answers 2 requests a second per account and region, and takes one event name at a time. A region with
//! few events costs one request for each of the [`LOOKUPS`] lookups, about 33 seconds; a lookup ends after [`PAGES`]
//! pages, so that the busiest region takes no longer than 22 minutes. Regions do not wait for each other.

use aws_sdk_cloudtrail::Client;
use futures::FutureExt;
use wellproof_aws::{Collector, Operation, Place, Unit};
use wellproof_facts::Facts;
use wellproof_facts::cloudtrail::{
    CONTROL_CHANGES, ControlChange, DEPLOYMENTS, Deployment, EventDataStore, INTERACTIVE_LOGINS, InstanceLaunch,
    InteractiveLogin, NETWORK_CHANGES, NetworkChange, RESOURCE_CREATIONS, RESTORES, ResourceCreation, Restore,
    RootActivity, SignIn, Trail,
};

mod events;
mod selectors;
mod stores;
mod trails;

pub use events::{DAYS, LOOKUPS, PAGES};

/// What this collector may ask.
pub const OPERATIONS: &[Operation] = &[
    Operation::new("cloudtrail", "DescribeTrails", "cloudtrail:DescribeTrails").keeps(&[
        "trailList.CloudWatchLogsLogGroupArn",
        "trailList.HomeRegion",
        "trailList.KmsKeyId",
        "trailList.Name",
        "trailList.S3BucketName",
        "trailList.TrailARN",
    ]),
    Operation::new("cloudtrail", "GetTrailStatus", "cloudtrail:GetTrailStatus")
        .keeps(&["LatestCloudWatchLogsDeliveryError", "LatestDeliveryError"]),
    Operation::new("cloudtrail", "GetEventSelectors", "cloudtrail:GetEventSelectors").keeps(&[
        "AdvancedEventSelectors.FieldSelectors.Equals",
        "AdvancedEventSelectors.FieldSelectors.Field",
        "AdvancedEventSelectors.FieldSelectors.NotEquals",
        "EventSelectors.DataResources.Type",
        "EventSelectors.ReadWriteType",
    ]),
    Operation::new("cloudtrail", "GetInsightSelectors", "cloudtrail:GetInsightSelectors")
        .keeps(&["InsightSelectors.InsightType"]),
    Operation::new("cloudtrail", "ListEventDataStores", "cloudtrail:ListEventDataStores").keeps(&[
        "EventDataStores.EventDataStoreArn",
        "EventDataStores.Name",
        "NextToken",
    ]),
    Operation::new("cloudtrail", "GetEventDataStore", "cloudtrail:GetEventDataStore").keeps(&[
        "AdvancedEventSelectors.FieldSelectors.Equals",
        "AdvancedEventSelectors.FieldSelectors.Field",
        "AdvancedEventSelectors.FieldSelectors.NotEquals",
        "Status",
    ]),
    Operation::new("cloudtrail", "LookupEvents", "cloudtrail:LookupEvents")
        .keeps(&[
            "Events.CloudTrailEvent.#json.additionalEventData.MFAUsed",
            "Events.CloudTrailEvent.#json.errorCode",
            "Events.CloudTrailEvent.#json.responseElements.ConsoleLogin",
            "Events.CloudTrailEvent.#json.responseElements.instancesSet.items.instanceId",
            "Events.CloudTrailEvent.#json.sessionCredentialFromConsole",
            "Events.CloudTrailEvent.#json.userAgent",
            "Events.CloudTrailEvent.#json.userIdentity.arn.#role",
            "Events.CloudTrailEvent.#json.userIdentity.invokedBy",
            "Events.CloudTrailEvent.#json.userIdentity.sessionContext.sessionIssuer.arn",
            "Events.CloudTrailEvent.#json.userIdentity.type",
            "Events.EventId",
            "Events.EventName",
            "Events.EventSource",
            "Events.ReadOnly",
            "Events.Resources.ResourceName",
            "Events.Resources.ResourceType",
            "NextToken",
        ])
        .per_second(2),
];

/// CloudTrail in every region.
pub const COLLECTOR: Collector = Collector {
    name: "cloudtrail",
    place: Place::EveryRegion,
    operations: OPERATIONS,
    types: &[
        ControlChange::TYPE,
        Deployment::TYPE,
        EventDataStore::TYPE,
        InstanceLaunch::TYPE,
        InteractiveLogin::TYPE,
        NetworkChange::TYPE,
        ResourceCreation::TYPE,
        Restore::TYPE,
        RootActivity::TYPE,
        SignIn::TYPE,
        Trail::TYPE,
    ],
    run: |unit| collect(unit).boxed(),
};

async fn collect(unit: Unit) {
    let (unit, cloudtrail) = (&unit, &wellproof_aws::client!(unit, aws_sdk_cloudtrail));
    // Lookups take turns, since the rate is theirs together; whatever else there is fills the time between.
    futures::join!(
        trails::collect(unit, cloudtrail),
        stores::collect(unit, cloudtrail),
        events::root_activity_and_sign_ins(unit, cloudtrail),
        events::launches(unit, cloudtrail),
        events::changes::<ControlChange>(unit, cloudtrail, CONTROL_CHANGES),
        events::changes::<NetworkChange>(unit, cloudtrail, NETWORK_CHANGES),
        events::changes::<ResourceCreation>(unit, cloudtrail, RESOURCE_CREATIONS),
        events::changes::<Deployment>(unit, cloudtrail, DEPLOYMENTS),
        events::changes::<Restore>(unit, cloudtrail, RESTORES),
        events::changes::<InteractiveLogin>(unit, cloudtrail, INTERACTIVE_LOGINS),
    );
}

/// A client for another region than the unit's.
fn client_in(unit: &Unit, region: &str) -> Client {
    let mut config = aws_sdk_cloudtrail::config::Builder::from(&wellproof_aws::sdk::in_region(unit.sdk(), region));
    for interceptor in unit.interceptors() {
        config.push_interceptor(interceptor);
    }
    Client::from_conf(config.build())
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
