//! IAM: what an account's own identities are, and whom its roles let in.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many identities an account has, and how its root user is kept. One record per account; its id is the account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountSummary {
    /// IAM users (`GetAccountSummary` SummaryMap.Users).
    pub users: i64,
    /// Groups (`GetAccountSummary` SummaryMap.Groups).
    pub groups: i64,
    /// Roles (`GetAccountSummary` SummaryMap.Roles).
    pub roles: i64,
    /// SAML and OpenID Connect providers (`GetAccountSummary` SummaryMap.Providers).
    pub providers: i64,
    /// Whether the root user has an MFA device (`GetAccountSummary` SummaryMap.AccountMFAEnabled).
    pub account_mfa_enabled: bool,
    /// Whether the root user has access keys (`GetAccountSummary` SummaryMap.AccountAccessKeysPresent).
    pub account_access_keys_present: bool,
    /// Whether the root user has X.509 signing certificates (`GetAccountSummary` SummaryMap.AccountSigningCertificatesPresent).
    pub account_signing_certificates_present: bool,
    /// Whether the root user has a password; null where AWS does not say (`GetAccountSummary` SummaryMap.AccountPasswordPresent).
    pub account_password_present: Option<bool>,
}

/// One line of the credential report: a user, or the root user. The record's id is the user's name; that of the root user is
/// `<root_account>`. AWS makes the report anew at most every four hours, so it may be that old.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserCredentials {
    /// Its name (`GetCredentialReport` user).
    pub user_name: String,
    /// Whether it is the root user: its name is `<root_account>`.
    pub is_root: bool,
    /// When it was made (`GetCredentialReport` user_creation_time).
    pub user_creation_time: Timestamp,
    /// When the report was made (`GetCredentialReport` GeneratedTime).
    pub generated_time: Timestamp,
    /// Whether it has a password; null for the root user, of which the report may say `not_supported` (`GetCredentialReport`
    /// password_enabled).
    pub password_enabled: Option<bool>,
    /// When the password was last used; null when there is none, or never since October 2014, when AWS began to note it
    /// (`GetCredentialReport` password_last_used).
    pub password_last_used: Option<Timestamp>,
    /// When it was last changed; null where there is none, and for the root user (`GetCredentialReport` password_last_changed).
    pub password_last_changed: Option<Timestamp>,
    /// Whether an MFA device is on (`GetCredentialReport` mfa_active).
    pub mfa_active: bool,
    /// Whether it has an active first access key (`GetCredentialReport` access_key_1_active).
    pub access_key_1_active: bool,
    /// When that key was made or last changed; null without one (`GetCredentialReport` access_key_1_last_rotated).
    pub access_key_1_last_rotated: Option<Timestamp>,
    /// When it was last used; null when never (`GetCredentialReport` access_key_1_last_used_date).
    pub access_key_1_last_used_date: Option<Timestamp>,
    /// Whether it has an active second access key (`GetCredentialReport` access_key_2_active).
    pub access_key_2_active: bool,
    /// When that key was made or last changed; null without one (`GetCredentialReport` access_key_2_last_rotated).
    pub access_key_2_last_rotated: Option<Timestamp>,
    /// When it was last used; null when never (`GetCredentialReport` access_key_2_last_used_date).
    pub access_key_2_last_used_date: Option<Timestamp>,
}

/// A role, and whom its trust policy lets in. The record's id is its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Role {
    /// Its name (`ListRoles` Roles[].RoleName).
    pub role_name: String,
    /// Its path (`ListRoles` Roles[].Path).
    pub path: String,
    /// Whether it belongs to an AWS service, which alone may change it: its path starts with `/aws-service-role/`.
    pub service_linked: bool,
    /// When it was made (`ListRoles` Roles[].CreateDate).
    pub create_date: Timestamp,
    /// Other accounts that a statement lets assume it, sorted: those of the principals that are accounts, users, roles or sessions of
    /// other accounts (`ListRoles` Roles[].AssumeRolePolicyDocument, statements that allow, Principal.AWS). Neither conditions nor
    /// statements that deny are weighed. Users and roles that were deleted are none.
    pub trusted_accounts: Vec<String>,
    /// AWS services that a statement lets assume it, sorted (the same, Principal.Service).
    pub trusted_services: Vec<String>,
    /// Whether a statement lets in people whom an identity provider vouches for (the same, Principal.Federated).
    pub trusts_federation: bool,
    /// Whether a statement lets in everybody, and only its conditions keep anybody out (the same, Principal `*`, or a NotPrincipal).
    pub trusts_anyone: bool,
}
