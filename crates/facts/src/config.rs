//! AWS Config: what records the configuration of resources, and what it is checked against.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellproof_model::Read;

/// A configuration recorder. The record's id is its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConfigurationRecorder {
    /// Its name (`DescribeConfigurationRecorders` ConfigurationRecorders[].name).
    pub name: String,
    /// The AWS service that keeps this recorder for itself, which then records only that service's resources
    /// (`DescribeConfigurationRecorders` servicePrincipal).
    pub service_principal: Option<String>,
    /// Whether it records all types (`DescribeConfigurationRecorders` recordingGroup.allSupported).
    pub all_supported: bool,
    /// Whether it records IAM's types (`DescribeConfigurationRecorders` recordingGroup.includeGlobalResourceTypes).
    pub include_global_resource_types: bool,
    /// `ALL_SUPPORTED_RESOURCE_TYPES`, `INCLUSION_BY_RESOURCE_TYPES` or `EXCLUSION_BY_RESOURCE_TYPES`
    /// (`DescribeConfigurationRecorders` recordingGroup.recordingStrategy.useOnly).
    pub recording_strategy: Option<String>,
    /// The types it records, where it names them; sorted (`DescribeConfigurationRecorders` recordingGroup.resourceTypes).
    pub resource_types: Vec<String>,
    /// The types it leaves out; sorted (`DescribeConfigurationRecorders` recordingGroup.exclusionByResourceTypes.resourceTypes).
    pub excluded_resource_types: Vec<String>,
    /// Whether it records now (`DescribeConfigurationRecorderStatus` recording).
    pub recording: Read<bool>,
    /// `SUCCESS`, `FAILURE`, `PENDING` or `NOT_APPLICABLE`; null before the first (`DescribeConfigurationRecorderStatus` lastStatus,
    /// in capitals, as both spellings occur).
    pub last_status: Read<Option<String>>,
    /// (`DescribeConfigurationRecorderStatus` lastErrorCode.)
    pub last_error_code: Read<Option<String>>,
    /// When it was last started (`DescribeConfigurationRecorderStatus` lastStartTime).
    pub last_start_time: Read<Option<Timestamp>>,
    /// When it was last stopped (`DescribeConfigurationRecorderStatus` lastStopTime).
    pub last_stop_time: Read<Option<Timestamp>>,
}

/// Where a recorder delivers to. The record's id is its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryChannel {
    /// Its name (`DescribeDeliveryChannels` DeliveryChannels[].name).
    pub name: String,
    /// The bucket (`DescribeDeliveryChannels` s3BucketName).
    pub s3_bucket_name: Option<String>,
    /// The key (`DescribeDeliveryChannels` s3KmsKeyArn).
    pub s3_kms_key_arn: Option<String>,
    /// The topic that hears of deliveries and changes (`DescribeDeliveryChannels` snsTopicARN).
    pub sns_topic_arn: Option<String>,
    /// `SUCCESS`, `FAILURE` or `NOT_APPLICABLE` of the last history file; null before the first (`DescribeDeliveryChannelStatus`
    /// configHistoryDeliveryInfo.lastStatus, in capitals).
    pub history_last_status: Read<Option<String>>,
    /// The same of the last snapshot file (`DescribeDeliveryChannelStatus` configSnapshotDeliveryInfo.lastStatus, in capitals).
    pub snapshot_last_status: Read<Option<String>>,
    /// The same of the change stream (`DescribeDeliveryChannelStatus` configStreamDeliveryInfo.lastStatus, in capitals).
    pub stream_last_status: Read<Option<String>>,
}

/// A Config rule. The record's id is its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConfigRule {
    /// Its name (`DescribeConfigRules` ConfigRules[].ConfigRuleName).
    pub config_rule_name: String,
    /// `AWS`, `CUSTOM_LAMBDA` or `CUSTOM_POLICY` (`DescribeConfigRules` Source.Owner).
    pub owner: String,
    /// The managed rule that it is, such as `REQUIRED_TAGS`, or the function's ARN (`DescribeConfigRules` Source.SourceIdentifier).
    pub source_identifier: Option<String>,
    /// `ACTIVE`, `DELETING`, `EVALUATING` … (`DescribeConfigRules` ConfigRuleState).
    pub config_rule_state: String,
    /// The AWS service that made it (`DescribeConfigRules` CreatedBy).
    pub created_by: Option<String>,
    /// The tag keys that a REQUIRED_TAGS rule demands, sorted (`DescribeConfigRules` InputParameters, values of tag1Key … tag6Key).
    pub required_tag_keys: Vec<String>,
    /// `COMPLIANT`, `NON_COMPLIANT`, `NOT_APPLICABLE` or `INSUFFICIENT_DATA` (`DescribeComplianceByConfigRule` Compliance.ComplianceType).
    pub compliance_type: Read<Option<String>>,
    /// How many resources are non-compliant, and `non_compliant_capped` whether there are more; null when compliant or unevaluated
    /// (`DescribeComplianceByConfigRule` Compliance.ComplianceContributorCount.CappedCount).
    pub non_compliant_count: Read<Option<i64>>,
    /// Whether `non_compliant_count` is only a lower bound (`DescribeComplianceByConfigRule` ComplianceContributorCount.CapExceeded).
    pub non_compliant_capped: Read<bool>,
    /// When it last evaluated without error (`DescribeConfigRuleEvaluationStatus` LastSuccessfulEvaluationTime).
    pub last_successful_evaluation_time: Read<Option<Timestamp>>,
    /// When an evaluation last failed; null when none did (`DescribeConfigRuleEvaluationStatus` LastFailedEvaluationTime).
    pub last_failed_evaluation_time: Read<Option<Timestamp>>,
    /// When what evaluates last could not be started; null when it always could (`DescribeConfigRuleEvaluationStatus`
    /// LastFailedInvocationTime).
    pub last_failed_invocation_time: Read<Option<Timestamp>>,
    /// Why an evaluation last failed; it stays after later ones succeed (`DescribeConfigRuleEvaluationStatus` LastErrorCode).
    pub last_error_code: Read<Option<String>>,
    /// Whether a remediation is defined, and runs by itself; null when none is defined (`DescribeRemediationConfigurations`
    /// RemediationConfigurations[].Automatic).
    pub remediation_automatic: Read<Option<bool>>,
}

/// An aggregator of many accounts' configuration. The record's id is its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConfigurationAggregator {
    /// Its name (`DescribeConfigurationAggregators` ConfigurationAggregatorName).
    pub name: String,
    /// Whether it gathers the whole organization (`DescribeConfigurationAggregators` OrganizationAggregationSource is present).
    pub organization: bool,
    /// How many accounts it names (`DescribeConfigurationAggregators` AccountAggregationSources[].AccountIds).
    pub account_count: i64,
    /// Whether it gathers all regions (`DescribeConfigurationAggregators` AllAwsRegions).
    pub all_aws_regions: bool,
}

/// A conformance pack. The record's id is its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConformancePack {
    /// Its name (`DescribeConformancePacks` ConformancePackDetails[].ConformancePackName).
    pub conformance_pack_name: String,
    /// The AWS service that made it (`DescribeConformancePacks` CreatedBy).
    pub created_by: Option<String>,
    /// `CREATE_COMPLETE`, `CREATE_FAILED` … (`DescribeConformancePackStatus` ConformancePackState).
    pub conformance_pack_state: Read<Option<String>>,
    /// When it was last deployed (`DescribeConformancePackStatus` LastUpdateCompletedTime).
    pub last_update_completed_time: Read<Option<Timestamp>>,
    /// `COMPLIANT`, `NON_COMPLIANT` or `INSUFFICIENT_DATA` (`GetConformancePackComplianceSummary` ConformancePackComplianceStatus).
    pub conformance_pack_compliance_status: Read<Option<String>>,
}
