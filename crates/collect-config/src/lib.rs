//! Reads AWS Config: recorders and where they deliver, rules with what they found, aggregators, conformance packs.
//!
//! Where Config is off its lists are empty: there is no reply that means "not enabled".

use std::collections::BTreeSet;

use aws_sdk_config::Client;
use futures::FutureExt;
use wellproof_aws::{Answer, Cited, Collector, Operation, Place, Refusal, Unit};
use wellproof_facts::Facts;
use wellproof_facts::config::{
    ConfigRule, ConfigurationAggregator, ConfigurationRecorder, ConformancePack, DeliveryChannel,
};

mod aggregators;
mod channels;
mod packs;
mod recorders;
mod rules;

/// What this collector may ask.
pub const OPERATIONS: &[Operation] = &[
    Operation::new("config", "DescribeConfigurationRecorders", "config:DescribeConfigurationRecorders").keeps(&[
        "ConfigurationRecorders.arn",
        "ConfigurationRecorders.name",
        "ConfigurationRecorders.recordingGroup.exclusionByResourceTypes.resourceTypes",
        "ConfigurationRecorders.recordingGroup.recordingStrategy.useOnly",
        "ConfigurationRecorders.recordingGroup.resourceTypes",
        "ConfigurationRecorders.servicePrincipal",
    ]),
    Operation::new("config", "ListConfigurationRecorders", "config:ListConfigurationRecorders").keeps(&[
        "ConfigurationRecorderSummaries.arn",
        "ConfigurationRecorderSummaries.name",
        "ConfigurationRecorderSummaries.servicePrincipal",
        "NextToken",
    ]),
    Operation::new("config", "DescribeConfigurationRecorderStatus", "config:DescribeConfigurationRecorderStatus")
        .keeps(&["ConfigurationRecordersStatus.lastErrorCode", "ConfigurationRecordersStatus.lastStatus"]),
    Operation::new("config", "DescribeDeliveryChannels", "config:DescribeDeliveryChannels").keeps(&[
        "DeliveryChannels.name",
        "DeliveryChannels.s3BucketName",
        "DeliveryChannels.s3KmsKeyArn",
        "DeliveryChannels.snsTopicARN",
    ]),
    Operation::new("config", "DescribeDeliveryChannelStatus", "config:DescribeDeliveryChannelStatus").keeps(&[
        "DeliveryChannelsStatus.configHistoryDeliveryInfo.lastStatus",
        "DeliveryChannelsStatus.configSnapshotDeliveryInfo.lastStatus",
        "DeliveryChannelsStatus.configStreamDeliveryInfo.lastStatus",
    ]),
    Operation::new("config", "DescribeConfigRules", "config:DescribeConfigRules").keeps(&[
        "ConfigRules.ConfigRuleArn",
        "ConfigRules.ConfigRuleName",
        "ConfigRules.ConfigRuleState",
        "ConfigRules.CreatedBy",
        "ConfigRules.InputParameters.#json.tag1Key",
        "ConfigRules.InputParameters.#json.tag2Key",
        "ConfigRules.InputParameters.#json.tag3Key",
        "ConfigRules.InputParameters.#json.tag4Key",
        "ConfigRules.InputParameters.#json.tag5Key",
        "ConfigRules.InputParameters.#json.tag6Key",
        "ConfigRules.Source.Owner",
        "ConfigRules.Source.SourceIdentifier",
        "NextToken",
    ]),
    Operation::new("config", "DescribeComplianceByConfigRule", "config:DescribeComplianceByConfigRule").keeps(&[
        "ComplianceByConfigRules.Compliance.ComplianceContributorCount.CapExceeded",
        "ComplianceByConfigRules.Compliance.ComplianceContributorCount.CappedCount",
        "ComplianceByConfigRules.Compliance.ComplianceType",
        "ComplianceByConfigRules.ConfigRuleName",
        "NextToken",
    ]),
    Operation::new("config", "DescribeConfigRuleEvaluationStatus", "config:DescribeConfigRuleEvaluationStatus").keeps(
        &["ConfigRulesEvaluationStatus.ConfigRuleName", "ConfigRulesEvaluationStatus.LastErrorCode", "NextToken"],
    ),
    Operation::new("config", "DescribeRemediationConfigurations", "config:DescribeRemediationConfigurations")
        .keeps(&["RemediationConfigurations.ConfigRuleName"]),
    Operation::new("config", "DescribeConfigurationAggregators", "config:DescribeConfigurationAggregators").keeps(&[
        "ConfigurationAggregators.AccountAggregationSources.AccountIds",
        "ConfigurationAggregators.ConfigurationAggregatorArn",
        "ConfigurationAggregators.ConfigurationAggregatorName",
        "ConfigurationAggregators.OrganizationAggregationSource.AllAwsRegions",
        "NextToken",
    ]),
    Operation::new("config", "DescribeConformancePacks", "config:DescribeConformancePacks").keeps(&[
        "ConformancePackDetails.ConformancePackArn",
        "ConformancePackDetails.ConformancePackName",
        "ConformancePackDetails.CreatedBy",
        "NextToken",
    ]),
    Operation::new("config", "DescribeConformancePackStatus", "config:DescribeConformancePackStatus").keeps(&[
        "ConformancePackStatusDetails.ConformancePackName",
        "ConformancePackStatusDetails.ConformancePackState",
        "NextToken",
    ]),
    Operation::new("config", "GetConformancePackComplianceSummary", "config:GetConformancePackComplianceSummary")
        .keeps(&[
            "ConformancePackComplianceSummaryList.ConformancePackComplianceStatus",
            "ConformancePackComplianceSummaryList.ConformancePackName",
            "NextToken",
        ]),
];

/// AWS Config in every region.
pub const COLLECTOR: Collector = Collector {
    name: "config",
    place: Place::EveryRegion,
    operations: OPERATIONS,
    types: &[
        ConfigRule::TYPE,
        ConfigurationAggregator::TYPE,
        ConfigurationRecorder::TYPE,
        ConformancePack::TYPE,
        DeliveryChannel::TYPE,
    ],
    run: |unit| collect(unit).boxed(),
};

async fn collect(unit: Unit) {
    let (unit, config): (&Unit, &Client) = (&unit, &wellproof_aws::client!(unit, aws_sdk_config));
    futures::join!(
        recorders::collect(unit, config),
        channels::collect(unit, config),
        rules::collect(unit, config),
        aggregators::collect(unit, config),
        packs::collect(unit, config),
    );
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

fn sorted(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let texts: BTreeSet<String> = texts.into_iter().collect();
    texts.into_iter().collect()
}

/// `NotApplicable`, `Not_Applicable` and their like in one spelling.
fn status(as_spelled: &str) -> String {
    match as_spelled.to_ascii_uppercase() {
        it if it == "NOTAPPLICABLE" => "NOT_APPLICABLE".to_owned(),
        it => it,
    }
}

/// The one entry of an answer about one resource. An empty answer is no "no": the resource was named, and has not been refused.
fn only<O, T>(answer: Cited<O>, what: &str, entries: impl FnOnce(O) -> Vec<T>) -> Answer<T> {
    let Cited { value, calls } = answer;
    match entries(value).into_iter().next() {
        Some(value) => Ok(Cited { value, calls }),
        None => Err(Refusal { calls, ..Refusal::malformed(format!("the answer holds no {what}")) }),
    }
}

#[cfg(test)]
mod tests;
