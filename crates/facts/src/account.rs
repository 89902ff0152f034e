//! Who scanned, which regions are open, and whether AWS knows whom to call.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellproof_model::Read;

/// The principal that scanned. One record per account; its id is the account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CallerIdentity {
    /// Its ARN, with the session's name (`sts:GetCallerIdentity` Arn).
    pub caller_arn: String,
    /// `root`, `user`, `assumed-role` or `federated-user`: the first part of the ARN's resource (`sts:GetCallerIdentity` Arn).
    pub kind: String,
}

/// One region that AWS offers the account, enabled or not; its id is the region's name and so is the record's region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Region {
    /// Its name (`ec2:DescribeRegions` with AllRegions, Regions[].RegionName).
    pub region_name: String,
    /// `opt-in-not-required`, `opted-in` or `not-opted-in` (`ec2:DescribeRegions` Regions[].OptInStatus).
    pub opt_in_status: String,
    /// Whether anything can exist there: any status but `not-opted-in`.
    pub enabled: bool,
}

/// One of the three kinds of alternate contact. There are always three records, with the kind as id; of the contact itself
/// only its presence is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlternateContact {
    /// `SECURITY`, `OPERATIONS` or `BILLING` (`account:GetAlternateContact` AlternateContactType).
    pub alternate_contact_type: String,
    /// Whether it is set: true on an answer, false on `ResourceNotFoundException` (`account:GetAlternateContact`).
    pub is_set: Read<bool>,
}
