//! Every mistake in a rule file is reported with file, line, caret and, where there is one, the nearest name.

use std::collections::BTreeMap;

use wellproof_rules::{RuleSet, Schemas};

const GOOD: &str = r#"id: demo
title: Every instance has IMDSv2
for_each: AWS::EC2::Instance
when: state == "running"
expect: http_tokens == "required"
bears_on:
  - {question: protect-compute, choice: sec_protect_compute_reduce_surface, pass: supports, fail: weakens}
notes:
  fail: "{failed} of {total} instances answer IMDSv1."
  pass: "all {total} instances require IMDSv2."
  unknown: "metadata options could not be read: {gaps}."
fix: Require IMDSv2.
basis: SEC06-BP02
cases:
  - {name: required, given: {AWS::EC2::Instance: [{state: running, http_tokens: required}]}, expect: pass}
  - {name: optional, given: {AWS::EC2::Instance: [{state: running, http_tokens: optional}]}, expect: fail}
  - {name: denied, given: {AWS::EC2::Instance: denied}, expect: unknown}
"#;

fn schemas() -> Schemas {
    let instance = serde_json::json!({"type": "object", "properties": {
        "state": {"type": "string", "enum": ["running", "stopped"]},
        "http_tokens": {"type": "string"},
        "launch_time": {"type": "string", "format": "date-time"},
        "image": {"type": ["object", "null"], "properties": {"id": {"type": "string"}, "age": {"type": ["integer", "null"]}}},
        "subnet_ids": {"type": "array", "items": {"type": "string"}},
        "cpu": {"type": "number"},
        "share": {"type": ["number", "null"]},
    }});
    let subnet = serde_json::json!({"type": "object", "properties": {"subnet_id": {"type": "string"}, "public": {"type": "boolean"}, "size": {"type": "integer"}}});
    Schemas::from_json([("AWS::EC2::Instance", &instance), ("AWS::EC2::Subnet", &subnet)])
}

fn mistakes_of(text: &str) -> String {
    match RuleSet::from_files(&BTreeMap::from([("compute/demo.yaml".to_owned(), text.to_owned())]), &schemas()) {
        Ok(set) => {
            let failures: Vec<String> = set
                .test()
                .iter()
                .filter(|result| !result.passed())
                .map(|result| {
                    format!("{}:{}: {}: {}", result.file, result.line, result.case, result.failures.join("; "))
                })
                .collect();
            failures.join("\n")
        }
        Err(errors) => errors.render(),
    }
}

/// The mistakes in [`GOOD`] after one of its lines was replaced.
fn with(line: &str, instead: &str) -> String {
    assert!(GOOD.contains(line), "{line}");
    mistakes_of(&GOOD.replacen(line, instead, 1))
}

#[test]
fn the_rule_that_all_others_are_made_from_has_none() {
    assert_eq!(mistakes_of(GOOD), "");
}

#[test]
fn an_unknown_field() {
    insta::assert_snapshot!(with("fix: Require IMDSv2.", "fixx: Require IMDSv2."), @r#"
    compute/demo.yaml:12:1: unknown field `fixx`
      | fixx: Require IMDSv2.
      | ^^^^
      = did you mean `fix`?
    "#);
}

#[test]
fn a_missing_field() {
    insta::assert_snapshot!(with("basis: SEC06-BP02\n", ""), @r#"
    compute/demo.yaml:13:1: the field `basis` is missing
      | cases:
      | ^^^^^
    "#);
}

#[test]
fn an_unknown_word() {
    insta::assert_snapshot!(with("fail: weakens", "fail: refute"), @r#"
    compute/demo.yaml:7:99: unknown word `refute`
      |   - {question: protect-compute, choice: sec_protect_compute_reduce_surface, pass: supports, fail: refute}
      |                                                                                                   ^^^^^^
      = did you mean `refutes`?
    "#);
}

#[test]
fn an_unknown_type() {
    insta::assert_snapshot!(with("for_each: AWS::EC2::Instance", "for_each: AWS::EC2::Instances"), @r#"
    compute/demo.yaml:3:11: there is no resource type `AWS::EC2::Instances`
      | for_each: AWS::EC2::Instances
      |           ^^^^^^^^^^^^^^^^^^^
      = did you mean `AWS::EC2::Instance`?
    "#);
}

#[test]
fn an_unknown_attribute() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, r#"expect: http_token == "required""#), @r#"
    compute/demo.yaml:5:9: AWS::EC2::Instance has no `http_token`
      | expect: http_token == "required"
      |         ^^^^^^^^^^
      = did you mean `http_tokens`?
    "#);
}

#[test]
fn an_unknown_member() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, r#"expect: image != null && image.idd == "x""#), @r#"
    compute/demo.yaml:5:31: `image` has no `idd`
      | expect: image != null && image.idd == "x"
      |                               ^
      = did you mean `id`?
    "#);
}

#[test]
fn an_unknown_function() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, r#"expect: http_tokens.startWith("r")"#), @r#"
    compute/demo.yaml:5:30: there is no function `startWith`
      | expect: http_tokens.startWith("r")
      |                              ^
      = did you mean `startsWith`?
    "#);
}

#[test]
fn a_word_that_never_occurs() {
    insta::assert_snapshot!(with(r#"when: state == "running""#, r#"when: state == "runing""#), @r#"
    compute/demo.yaml:4:16: `runing` never occurs here
      | when: state == "runing"
      |                ^^^^^^^^
      = did you mean `running`?
    "#);
}

#[test]
fn a_word_in_a_list_that_never_occurs() {
    insta::assert_snapshot!(with(r#"when: state == "running""#, r#"when: state in ["running", "halted"]"#), @r#"
    compute/demo.yaml:4:16: `halted` never occurs here
      | when: state in ["running", "halted"]
      |                ^
      = known are running, stopped
    "#);
}

#[test]
fn text_compared_with_a_number() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, "expect: http_tokens == 1"), @r#"
    compute/demo.yaml:5:24: text is compared with a number
      | expect: http_tokens == 1
      |                        ^
    "#);
}

#[test]
fn a_number_where_a_boolean_is_needed() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, "expect: cpu"), @r#"
    compute/demo.yaml:5:9: this gives a number where a boolean is needed
      | expect: cpu
      |         ^^^
    "#);
}

#[test]
fn null_that_cannot_be() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, "expect: cpu != null && cpu > 1"), @r#"
    compute/demo.yaml:5:16: `cpu` is never null
      | expect: cpu != null && cpu > 1
      |                ^^^^
      = leave the comparison out
    "#);
}

#[test]
fn an_order_of_lists() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, "expect: subnet_ids > 1"), @r#"
    compute/demo.yaml:5:20: a list is compared with a number
      | expect: subnet_ids > 1
      |                    ^
    "#);
}

#[test]
fn a_predicate_that_does_not_parse() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, "expect: http_tokens == == 1"), @r#"
    compute/demo.yaml:5:24: the predicate does not parse: extraneous input '=='
      | expect: http_tokens == == 1
      |                        ^
    "#);
}

#[test]
fn a_predicate_with_quotes_in_yaml() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, r#"expect: 'cpu > 1 && http_token == "required"'"#), @r#"
    compute/demo.yaml:5:21: AWS::EC2::Instance has no `http_token`
      | expect: 'cpu > 1 && http_token == "required"'
      |                     ^^^^^^^^^^
      = did you mean `http_tokens`?
    "#);
}

#[test]
fn optional_selection() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, r#"expect: image.?id == "x""#), @r#"
    compute/demo.yaml:5:14: optional syntax (`.?`, `[?]`) is refused: it turns "not read" into "false"
      | expect: image.?id == "x"
      |              ^
      = name the field plainly; what was not read is unknown by itself
    "#);
}

#[test]
fn optional_index() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, r#"expect: subnet_ids[?0] == "x""#), @r#"
    compute/demo.yaml:5:19: optional syntax (`.?`, `[?]`) is refused: it turns "not read" into "false"
      | expect: subnet_ids[?0] == "x"
      |                   ^
      = name the field plainly; what was not read is unknown by itself
    "#);
}

#[test]
fn optional_of() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, "expect: optional.of(cpu).hasValue()"), @r#"
    compute/demo.yaml:5:34: optional values are refused: they turn "not read" into "false"
      | expect: optional.of(cpu).hasValue()
      |                                  ^
      = name the field plainly; what was not read is unknown by itself
    "#);
}

#[test]
fn has() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, "expect: has(image.id)"), @r#"
    compute/demo.yaml:5:12: `has()` is refused: it turns "not read" into "false"
      | expect: has(image.id)
      |            ^
      = compare with null: `x != null`
    "#);
}

#[test]
fn comprehensions_too_deep() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, "expect: subnet_ids.all(a, subnet_ids.all(b, subnet_ids.all(c, a == b && b == c)))"), @r#"
    compute/demo.yaml:5:59: comprehensions nested more than 2 deep
      | expect: subnet_ids.all(a, subnet_ids.all(b, subnet_ids.all(c, a == b && b == c)))
      |                                                           ^
    "#);
}

#[test]
fn a_regular_expression_that_is_not_valid() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, r#"expect: http_tokens.matches("(")"#), @r#"
    compute/demo.yaml:5:29: the regular expression is not valid: unclosed group
      | expect: http_tokens.matches("(")
      |                             ^^^
    "#);
}

#[test]
fn an_age_of_no_timestamp() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, "expect: age_days(http_tokens) > 3"), @r#"
    compute/demo.yaml:5:18: this is text, and an age needs a timestamp
      | expect: age_days(http_tokens) > 3
      |                  ^^^^^^^^^^^
    "#);
}

#[test]
fn nothing_to_judge_by() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required"
"#, ""), @r#"
    compute/demo.yaml:3:11: a rule has exactly one of `expect`, `requires` and `forbids`
      | for_each: AWS::EC2::Instance
      |           ^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn two_ways_to_judge() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, r#"expect: http_tokens == "required"
requires: {type: AWS::EC2::Subnet}"#), @r#"
    compute/demo.yaml:3:11: a rule has exactly one of `expect`, `requires` and `forbids`
      | for_each: AWS::EC2::Instance
      |           ^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn expect_over_regions() {
    insta::assert_snapshot!(with("for_each: AWS::EC2::Instance", "for_each: Region"), @r#"
    compute/demo.yaml:4:7: Region has no `state`
      | when: state == "running"
      |       ^^^^^
      = known are id, arn, account, region, tags, type
    compute/demo.yaml:5:9: `expect` has nothing to read of Region
      | expect: http_tokens == "required"
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^
      = use `requires` or `forbids`
    "#);
}

#[test]
fn an_unknown_placeholder() {
    insta::assert_snapshot!(with("{failed} of {total} instances", "{fialed} of {total} instances"), @r#"
    compute/demo.yaml:9:11: unknown placeholder `fialed`
      |   fail: "{fialed} of {total} instances answer IMDSv1."
      |           ^^^^^^
      = did you mean `failed`?
    "#);
}

#[test]
fn an_unknown_attribute_in_a_note() {
    insta::assert_snapshot!(with("{failed} of {total} instances", "{worst.stat}"), @r#"
    compute/demo.yaml:9:11: AWS::EC2::Instance has no `stat`
      |   fail: "{worst.stat} answer IMDSv1."
      |           ^^^^^^^^^^
      = did you mean `state`?
    "#);
}

#[test]
fn a_placeholder_out_of_place() {
    insta::assert_snapshot!(with("{failed} of {total} instances", "{gaps}"), @r#"
    compute/demo.yaml:9:11: `{gaps}` stands in the `unknown` note only
      |   fail: "{gaps} answer IMDSv1."
      |           ^^^^
    "#);
}

#[test]
fn a_brace_left_open() {
    insta::assert_snapshot!(with("{failed} of {total} instances", "{failed"), @r#"
    compute/demo.yaml:9:10: a `{` without `}`; write `{{` for the brace itself
      |   fail: "{failed answer IMDSv1."
      |          ^
    "#);
}

#[test]
fn a_clause_left_open() {
    insta::assert_snapshot!(with("{failed} of {total} instances answer IMDSv1.", "{failed} answer[[ in {regions_failed}."), @r#"
    compute/demo.yaml:9:25: a `[[` without `]]`
      |   fail: "{failed} answer[[ in {regions_failed}."
      |                         ^^
    "#);
}

#[test]
fn a_format_that_does_not_fit() {
    insta::assert_snapshot!(with("{failed} of {total} instances", "{worst.state:percent}"), @r#"
    compute/demo.yaml:9:11: `state` is one of running, stopped and does not go with this format
      |   fail: "{worst.state:percent} answer IMDSv1."
      |           ^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn an_id_that_is_not_the_files_name() {
    insta::assert_snapshot!(with("id: demo", "id: demos"), @r#"
    compute/demo.yaml:1:5: the id is `demos` and the file is `demo.yaml`
      | id: demos
      |     ^^^^^
      = name the file `demos.yaml`
    "#);
}

#[test]
fn a_share_out_of_range() {
    insta::assert_snapshot!(with("fix: Require", "at_least: 95\nfix: Require"), @r#"
    compute/demo.yaml:12:11: `at_least` is a share: above 0, at most 1
      | at_least: 95
      |           ^^
    "#);
}

#[test]
fn a_least_number_of_one() {
    insta::assert_snapshot!(with("fail: weakens", "fail: refutes, counts_from: 1"), @r"
    compute/demo.yaml:7:121: `counts_from` is a number of resources: 2 or more
      |   - {question: protect-compute, choice: sec_protect_compute_reduce_surface, pass: supports, fail: refutes, counts_from: 1}
      |                                                                                                                         ^
    ");
}

#[test]
fn a_least_number_without_a_proof() {
    insta::assert_snapshot!(with("fail: weakens", "fail: weakens, counts_from: 5"), @r"
    compute/demo.yaml:7:121: `counts_from` does nothing where a pass does not prove and a failure does not refute
      |   - {question: protect-compute, choice: sec_protect_compute_reduce_surface, pass: supports, fail: weakens, counts_from: 5}
      |                                                                                                                         ^
    ");
}

#[test]
fn no_unknown_case() {
    insta::assert_snapshot!(with("expect: unknown}", "expect: fail}"), @r#"
    compute/demo.yaml:15:3: no case comes to `unknown`
      |   - {name: required, given: {AWS::EC2::Instance: [{state: running, http_tokens: required}]}, expect: pass}
      |   ^
    "#);
}

#[test]
fn a_case_with_an_unknown_attribute() {
    insta::assert_snapshot!(with("http_tokens: optional}", "http_token: optional}"), @r#"
    compute/demo.yaml:16:80: AWS::EC2::Instance has no `http_token`
      |   - {name: optional, given: {AWS::EC2::Instance: [{state: running, http_token: optional}]}, expect: fail}
      |                                                                                ^^^^^^^^
      = did you mean `http_tokens`?
    "#);
}

#[test]
fn a_case_with_a_value_of_the_wrong_type() {
    insta::assert_snapshot!(with("http_tokens: optional}", "http_tokens: 5}"), @r#"
    compute/demo.yaml:16:81: `http_tokens` is text
      |   - {name: optional, given: {AWS::EC2::Instance: [{state: running, http_tokens: 5}]}, expect: fail}
      |                                                                                 ^
    "#);
}

#[test]
fn a_case_with_a_type_that_the_rule_does_not_look_at() {
    insta::assert_snapshot!(with("{AWS::EC2::Instance: denied}", "{AWS::EC2::Subnet: denied}"), @r#"
    compute/demo.yaml:17:46: the rule does not look at `AWS::EC2::Subnet`
      |   - {name: denied, given: {AWS::EC2::Subnet: denied}, expect: unknown}
      |                                              ^^^^^^
      = did you mean `AWS::EC2::Instance`?
    "#);
}

#[test]
fn a_case_with_an_unknown_word_for_a_listing() {
    insta::assert_snapshot!(with("{AWS::EC2::Instance: denied}", "{AWS::EC2::Instance: refused}"), @r#"
    compute/demo.yaml:17:28: unknown word `refused`
      |   - {name: denied, given: {AWS::EC2::Instance: refused}, expect: unknown}
      |                            ^^^^^^^^^^^^^^^^^^
      = known are denied, partial
    "#);
}

#[test]
fn a_case_that_leaves_out_what_the_rule_reads() {
    insta::assert_snapshot!(with("state: running, http_tokens: optional}", "state: running}"), @r#"compute/demo.yaml:16: optional: the verdict depends on `AWS::EC2::Instance.http_tokens`, which the case does not give; comes to unknown where fail is expected (0 passed, 0 failed, 1 unknown, 0 not judged): metadata options could not be read: something was not read."#);
}

#[test]
fn a_case_that_comes_to_something_else() {
    insta::assert_snapshot!(with("http_tokens: optional}]}, expect: fail}", "http_tokens: optional}]}, expect: fail, note: nothing, counts: {failed: 2}}"), @r#"compute/demo.yaml:16: optional: the note is "1 of 1 instances answer IMDSv1." where "nothing" is expected; 1 failed where 2 are expected"#);
}

#[test]
fn a_duplicate_key() {
    insta::assert_snapshot!(with("basis: SEC06-BP02", "basis: SEC06-BP02\nbasis: SEC06-BP03"), @r#"
    compute/demo.yaml:14:1: duplicate mapping key: basis
      | basis: SEC06-BP03
      | ^^^^^
    "#);
}

#[test]
fn a_match_of_different_types() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, "requires: {type: AWS::EC2::Subnet, match: [{subnet_ids: size}]}"), @r#"
    compute/demo.yaml:5:44: `subnet_ids` of AWS::EC2::Instance is text, `size` of AWS::EC2::Subnet is a number
      | requires: {type: AWS::EC2::Subnet, match: [{subnet_ids: size}]}
      |                                            ^
    "#);
}

#[test]
fn a_match_of_an_unknown_name() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, "requires: {type: AWS::EC2::Subnet, match: [account, subnet_id]}"), @r#"
    compute/demo.yaml:5:53: AWS::EC2::Instance has no `subnet_id`
      | requires: {type: AWS::EC2::Subnet, match: [account, subnet_id]}
      |                                                     ^^^^^^^^^
      = did you mean `subnet_ids`?
    "#);
}

#[test]
fn everywhere_without_region() {
    insta::assert_snapshot!(with(r#"expect: http_tokens == "required""#, "requires: {type: AWS::EC2::Subnet, everywhere: public, match: [account]}"), @r#"
    compute/demo.yaml:5:48: `everywhere` goes with `region` in `match`
      | requires: {type: AWS::EC2::Subnet, everywhere: public, match: [account]}
      |                                                ^^^^^^
    "#);
}
