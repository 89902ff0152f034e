//! AWS Organizations: whether the account belongs to one, and who administers services in it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellproof_model::Read;

/// The organization that the account belongs to; there is no record where it belongs to none. The record's id is the organization's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Organization {
    /// Its id (`DescribeOrganization` Organization.Id).
    pub organization_id: String,
    /// `ALL` or `CONSOLIDATED_BILLING` (`DescribeOrganization` Organization.FeatureSet).
    pub feature_set: String,
    /// The account that pays and manages (`DescribeOrganization` Organization.MasterAccountId).
    pub master_account_id: String,
    /// Whether that is the account that was scanned.
    pub is_management_account: bool,
}

/// A member account that administers AWS services for the whole organization. The record's id is the account's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DelegatedAdministrator {
    /// The account (`ListDelegatedAdministrators` DelegatedAdministrators[].Id).
    pub administrator_account_id: String,
    /// The services that it administers, sorted, such as `guardduty.amazonaws.com` (`ListDelegatedServicesForAccount`
    /// DelegatedServices[].ServicePrincipal).
    pub service_principals: Read<Vec<String>>,
}
