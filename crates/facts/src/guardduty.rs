//! GuardDuty: is it on, what does it watch, who sees its findings, and which of them nobody dealt with.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellproof_model::Read;

/// A detector, one per region where GuardDuty was ever switched on. The record's id is the detector's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Detector {
    /// The detector's id (`ListDetectors` DetectorIds[]).
    pub detector_id: String,
    /// `ENABLED` or `DISABLED` (`GetDetector` Status).
    pub status: Read<String>,
    /// `FIFTEEN_MINUTES`, `ONE_HOUR` or `SIX_HOURS` (`GetDetector` FindingPublishingFrequency).
    pub finding_publishing_frequency: Read<Option<String>>,
    /// Names of the features that are enabled, sorted, such as `S3_DATA_EVENTS`, `EBS_MALWARE_PROTECTION`, `RUNTIME_MONITORING`,
    /// `RDS_LOGIN_EVENTS`, `LAMBDA_NETWORK_LOGS`, `EKS_AUDIT_LOGS` (`GetDetector` Features[].Name where Status is ENABLED).
    pub enabled_features: Read<Vec<String>>,
    /// The account that administers this detector; null when there is none (`GetAdministratorAccount` Administrator.AccountId).
    pub administrator_account_id: Read<Option<String>>,
    /// `Enabled` where the administrator's invitation holds (`GetAdministratorAccount` Administrator.RelationshipStatus).
    pub administrator_relationship: Read<Option<String>>,
    /// Kinds of the destinations to which findings are exported without error, sorted, such as `S3` (`ListPublishingDestinations`
    /// Destinations[].DestinationType where Status is PUBLISHING).
    pub publishing_to: Read<Vec<String>>,
}

/// A finding that is not archived. Nothing of the resource that it is about is kept. The record's id is the finding's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The detector that found it (`ListFindings` DetectorId).
    pub detector_id: String,
    /// The account that it is about: an administrator's detector also lists those of its members (`GetFindings` Findings[].AccountId).
    pub account_id: String,
    /// Its type, such as `UnauthorizedAccess:EC2/SSHBruteForce` (`GetFindings` Findings[].Type).
    pub finding_type: String,
    /// 1 to 10; High from 7.0, Critical from 9.0 (`GetFindings` Findings[].Severity).
    pub severity: f64,
    /// When it was first found (`GetFindings` Findings[].CreatedAt).
    pub created_at: Timestamp,
    /// When it was last seen again (`GetFindings` Findings[].UpdatedAt).
    pub updated_at: Timestamp,
    /// How often (`GetFindings` Findings[].Service.Count).
    pub count: i64,
    /// What kind of resource it is about, such as `Instance` (`GetFindings` Findings[].Resource.ResourceType).
    pub resource_type: Option<String>,
    /// Whether it is one of GuardDuty's own samples (`GetFindings` Findings[].Service.AdditionalInfo, "sample": true).
    pub sample: bool,
}
