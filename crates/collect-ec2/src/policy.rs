//! Whether a VPC endpoint's policy refuses anything.

use serde_json::Value;
use wellproof_aws::Refusal;

/// Whether it refuses something: a Deny, or no Allow that holds without condition for every principal and resource.
/// An endpoint without a policy refuses nothing. Actions are not looked at.
pub(crate) fn restricts(policy: Option<&str>) -> Result<bool, Refusal> {
    let Some(policy) = policy.filter(|policy| !policy.is_empty()) else { return Ok(false) };
    let policy: Value = serde_json::from_str(policy)
        .map_err(|err| Refusal::malformed(format!("the policy of a VPC endpoint cannot be read: {err}")))?;
    let statements = one_or_many(&policy["Statement"]);
    let denies = statements.iter().any(|it| it["Effect"] != "Allow");
    Ok(denies || !statements.iter().any(allows_all))
}

fn allows_all(statement: &Value) -> bool {
    let unconditional = statement["Condition"].as_object().is_none_or(serde_json::Map::is_empty);
    let principal = &statement["Principal"];
    let everyone = is_all(principal) || is_all(&principal["AWS"]);
    unconditional && everyone && is_all(&statement["Resource"])
}

/// `"*"`, or a list with it.
fn is_all(value: &Value) -> bool {
    one_or_many(value).iter().any(|it| it == "*")
}

fn one_or_many(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_policy_that_refuses_something_restricts() {
        let open = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;
        let open_too = r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":["a","*"]}}"#;
        let denies = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
            {"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"*"}]}"#;
        let conditional = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",
            "Condition":{"StringEquals":{"aws:PrincipalOrgID":"[redacted:opaque]"}}}]}"#;
        let one_bucket =
            r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::b/*"}]}"#;
        let one_role = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/r"},
            "Action":"*","Resource":"*"}]}"#;
        for (policy, expected) in [
            (open, false),
            (open_too, false),
            (denies, true),
            (conditional, true),
            (one_bucket, true),
            (one_role, true),
        ] {
            assert_eq!(restricts(Some(policy)), Ok(expected), "{policy}");
        }
        assert_eq!(restricts(None), Ok(false));
        assert!(restricts(Some("[redacted:opaque]")).is_err());
    }
}
