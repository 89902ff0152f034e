//! Whether an account sees what only an organization's management account sees.
//!
//! What proves it: an `AWS::Organizations::Organization` whose `master_account_id` is the account, an
//! `AWS::Organizations::DelegatedAdministrator` with its id, or that the account is in no organization at all, which the Service Quotas
//! template says in so many words. Nothing else does: a complete listing in a member account is complete and blind.

use wellproof_model::{Evidence, Value};

/// The types that this reads.
pub(crate) const TYPES: [&str; 3] = [
    "AWS::Organizations::Organization",
    "AWS::Organizations::DelegatedAdministrator",
    "AWS::ServiceQuotas::TemplateAssociation",
];

/// Whether the snapshot shows that `account` sees as the management account does.
pub(crate) fn sees(evidence: &Evidence, account: &str) -> bool {
    let says = |kind: &str, name: &str, word: &str| {
        evidence.of_type(kind).iter().any(|resource| {
            resource.account == account && resource.attributes.get(name).and_then(Value::as_str) == Some(word)
        })
    };
    says(TYPES[0], "master_account_id", account)
        || evidence.of_type(TYPES[1]).iter().any(|resource| resource.id == account)
        || says(TYPES[2], "status", "NO_ORGANIZATION")
}
