//! The rules that ship load, and their cases hold.

use wellproof_rules::RuleSet;

#[test]
fn shipped_rules_have_no_mistake() {
    let rules = RuleSet::shipped().unwrap_or_else(|errors| panic!("{}", errors.render()));
    assert!(!rules.is_empty());
    assert!(rules.digest().starts_with("sha256:"));
}

#[test]
fn shipped_rules_pass_their_own_cases() {
    let rules = RuleSet::shipped().unwrap();
    let failures: Vec<String> = rules
        .test()
        .into_iter()
        .filter(|result| !result.passed())
        .map(|result| format!("{}:{}: {}: {}", result.file, result.line, result.case, result.failures.join("; ")))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
