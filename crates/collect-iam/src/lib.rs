//! Reads IAM: how many identities the account has and how its root user is kept, what credentials its users have, and whom its
//! roles let in.
//!
//! `GenerateCredentialReport` has AWS write something: a report on the account's own users, which stands for four hours, changes no
//! resource and costs nothing. AWS's reference counts it as read access; no other way tells as much by so few calls.

mod report;
mod roles;

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::get_account_summary::GetAccountSummaryOutput;
use aws_sdk_iam::types::SummaryKeyType;
use futures::FutureExt;
use wellproof_aws::{Collector, Operation, Place, Record, Refusal, Unit, member};
use wellproof_facts::Facts;
use wellproof_facts::iam::{AccountSummary, Role, UserCredentials};

/// What this collector may ask.
pub const OPERATIONS: &[Operation] = &[
    // Counts and quotas, each under its name.
    Operation::new("iam", "GetAccountSummary", "iam:GetAccountSummary").keeps(&["SummaryMap.*"]),
    Operation::new("iam", "GenerateCredentialReport", "iam:GenerateCredentialReport").keeps(&["State"]),
    // The report is a CSV file in base64 and is kept as a whole. It has names and ARNs of users, dates, and the words true and
    // false; neither a key's id nor any secret.
    Operation::new("iam", "GetCredentialReport", "iam:GetCredentialReport").keeps(&["Content", "GeneratedTime"]),
    // Of a trust policy, whom it lets in and to do what: conditions may hold external ids, which are secrets of a kind.
    Operation::new("iam", "ListRoles", "iam:ListRoles").keeps(&[
        "Marker",
        "Roles.Arn",
        "Roles.AssumeRolePolicyDocument.#uri-json.Statement.Action",
        "Roles.AssumeRolePolicyDocument.#uri-json.Statement.Effect",
        "Roles.AssumeRolePolicyDocument.#uri-json.Statement.NotPrincipal",
        "Roles.AssumeRolePolicyDocument.#uri-json.Statement.NotPrincipal.*",
        "Roles.AssumeRolePolicyDocument.#uri-json.Statement.NotPrincipal.AWS.#role",
        "Roles.AssumeRolePolicyDocument.#uri-json.Statement.Principal",
        "Roles.AssumeRolePolicyDocument.#uri-json.Statement.Principal.*",
        "Roles.AssumeRolePolicyDocument.#uri-json.Statement.Principal.AWS.#role",
        "Roles.CreateDate",
        "Roles.Path",
        "Roles.RoleName",
    ]),
];

/// IAM has no regions.
pub const COLLECTOR: Collector = Collector {
    name: "iam",
    place: Place::Once { region: "us-east-1" },
    operations: OPERATIONS,
    types: &[AccountSummary::TYPE, UserCredentials::TYPE, Role::TYPE],
    run: |unit| collect(unit).boxed(),
};

async fn collect(unit: Unit) {
    let iam = wellproof_aws::client!(unit, aws_sdk_iam);
    futures::join!(read_summary(&unit, &iam), report::read(&unit, &iam), roles::list(&unit, &iam));
}

/// Always one record.
async fn read_summary(unit: &Unit, iam: &Client) {
    let mut summary = unit.listing::<AccountSummary>();
    let answer = summary.read(iam.get_account_summary().send()).await;
    let end =
        answer.map(|answer| summary.keep(account_summary(&answer).map(|facts| Record::new(unit.account(), facts))));
    summary.close(end);
}

fn account_summary(answer: &GetAccountSummaryOutput) -> Result<AccountSummary, Refusal> {
    let told = |key: &SummaryKeyType| answer.summary_map().and_then(|map| map.get(key)).copied();
    let count = |key: SummaryKeyType| member::required(told(&key), &format!("SummaryMap.{key}"));
    Ok(AccountSummary {
        users: count(SummaryKeyType::Users)?.into(),
        groups: count(SummaryKeyType::Groups)?.into(),
        roles: count(SummaryKeyType::Roles)?.into(),
        providers: count(SummaryKeyType::Providers)?.into(),
        account_mfa_enabled: count(SummaryKeyType::AccountMfaEnabled)? > 0,
        account_access_keys_present: count(SummaryKeyType::AccountAccessKeysPresent)? > 0,
        account_signing_certificates_present: count(SummaryKeyType::AccountSigningCertificatesPresent)? > 0,
        account_password_present: told(&SummaryKeyType::AccountPasswordPresent).map(|present| present > 0),
    })
}

#[cfg(test)]
mod tests;
