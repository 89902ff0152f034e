//! Whether an account sees what only an organization's management account sees.
//!
//! What proves it: an `AWS::Organizations::Organization` whose `master_account_id` is the account, an
//! `AWS::Organizations::DelegatedAdministrator` with its id, or that the account is in no organization at all, which the Service Quotas
//! template says in so many words. Nothing else does: a complete listing in a member account is complete and blind.

use wellproof_model::{Evidence, Resource, Value};

/// The types that this reads.
pub const TYPES: [&str; 3] = [
    "AWS::Organizations::Organization",
    "AWS::Organizations::DelegatedAdministrator",
    "AWS::ServiceQuotas::TemplateAssociation",
];

/// The record that shows that `account` sees as the management account does; none where nothing shows it.
pub fn shown_by<'e>(evidence: &'e Evidence, account: &str) -> Option<&'e Resource> {
    let says = |kind: &str, name: &str, word: &str| {
        evidence.of_type(kind).iter().find(|resource| {
            resource.account == account && resource.attributes.get(name).and_then(Value::as_str) == Some(word)
        })
    };
    says(TYPES[0], "master_account_id", account)
        .or_else(|| evidence.of_type(TYPES[1]).iter().find(|resource| resource.id == account))
        .or_else(|| says(TYPES[2], "status", "NO_ORGANIZATION"))
}
