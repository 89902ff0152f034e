//! What a rule means, told by rules and their own cases.

use std::collections::BTreeMap;

use wellproof_rules::{RuleSet, Schemas};

fn schemas() -> Schemas {
    let instance = serde_json::json!({"type": "object", "properties": {
        "state": {"type": "string"}, "tokens": {"type": "string"}, "share": {"type": ["number", "null"]}, "launched": {"type": "string", "format": "date-time"},
        "disks": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}, "size": {"type": "integer"}, "kind": {"type": ["string", "null"]}}}}}});
    let trail = serde_json::json!({"type": "object", "properties": {
        "logging": {"type": "boolean"}, "wide": {"type": "boolean"}, "instance_ids": {"type": "array", "items": {"type": "string"}}}});
    Schemas::from_json([("T::Instance", &instance), ("T::Trail", &trail)])
}

/// A rule's claim and its cases; the texts around them are the same for all.
fn hold(claim: &str, cases: &str) {
    let text = format!(
        "id: demo\ntitle: t\n{claim}\nbears_on: [{{question: q, choice: c, pass: supports, fail: weakens}}]\nfix: f\nbasis: b\ncases:\n{cases}"
    );
    let set = RuleSet::from_files(&BTreeMap::from([("demo.yaml".to_owned(), text)]), &schemas())
        .unwrap_or_else(|errors| panic!("{}", errors.render()));
    let failures: Vec<String> = set
        .test()
        .into_iter()
        .filter(|result| !result.passed())
        .map(|result| format!("{}: {}", result.case, result.failures.join("; ")))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

const NOTES: &str =
    "notes: {fail: '{failed} of {total} fail.', pass: 'all {total} pass.', unknown: 'not read: {gaps}.'}";

#[test]
fn resources_over_regions() {
    hold(
        &format!("for_each: T::Instance\nwhen: state == 'running'\nexpect: tokens == 'required'\n{NOTES}"),
        "
  - {name: pass, given: {T::Instance: [{state: running, tokens: required}]}, expect: pass, note: all 1 pass.}
  - name: a failure stays one, whatever was not read
    regions: [eu-central-1, us-east-1]
    given: {T::Instance: {denied: [us-east-1], resources: [{state: running, tokens: optional}]}}
    expect: fail
  - name: a listing denied somewhere
    regions: [eu-central-1, us-east-1]
    given: {T::Instance: {denied: [us-east-1], resources: [{state: running, tokens: required}]}}
    expect: unknown
    note: 'not read: T::Instance denied in us-east-1.'
  - name: partial is not complete
    given: {T::Instance: partial}
    expect: unknown
  - {name: no listing, given: {}, expect: unknown, note: 'not read: T::Instance was not scanned.'}
  - {name: none, given: {T::Instance: []}, expect: not_applicable}
  - name: what is not selected is counted
    given: {T::Instance: [{state: stopped}, {state: running, tokens: required}]}
    expect: pass
    note: all 1 pass (1 not judged).
    counts: {passed: 1, not_judged: 1}
  - name: an unread selector makes it unknown
    given: {T::Instance: [{unread: [state], tokens: required}]}
    expect: unknown
  - name: an enabled region that was not scanned
    not_scanned: [us-east-1]
    given: {T::Instance: [{state: running, tokens: required}]}
    expect: unknown
    note: 'not read: us-east-1 not scanned.'
  - name: enabled regions unread
    enabled_regions: unread
    given: {T::Instance: [{state: running, tokens: required}]}
    expect: unknown
  - name: nothing found, but not looked everywhere
    not_scanned: [us-east-1]
    given: {T::Instance: []}
    expect: unknown
",
    );
}

#[test]
fn a_workload_selects_what_is_judged() {
    hold(
        &format!("for_each: T::Instance\nexpect: tokens == 'required'\n{NOTES}"),
        "
  - name: outside by tag
    workload: {tags: [env=prod]}
    given: {T::Instance: [{tokens: required, tags: {env: prod}}, {tokens: optional, tags: {env: dev}}]}
    expect: pass
    note: all 1 pass (1 not judged, outside the workload).
  - name: tags that were not read could be either
    workload: {tags: [env=prod]}
    given: {T::Instance: [{tokens: required, tags: {env: prod}}, {tokens: optional, unread: [tags]}]}
    expect: unknown
  - name: without tags in the scope it does not matter
    workload: {regions: [eu-central-1]}
    given: {T::Instance: [{tokens: optional, unread: [tags]}]}
    expect: fail
  - name: regions outside the workload need no scan
    workload: {regions: [eu-central-1]}
    not_scanned: [us-east-1]
    given: {T::Instance: [{tokens: required}]}
    expect: pass
",
    );
}

#[test]
fn a_workload_of_which_the_snapshot_has_nothing_is_unknown() {
    let cases = "
  - {name: pass, given: {T::Trail: [{logging: true}]}, expect: pass}
  - {name: fail, given: {T::Trail: []}, expect: fail}
  - name: no such account
    workload: {accounts: ['111122224444']}
    given: {T::Trail: [{logging: true}]}
    expect: unknown
    note: 'not read: the snapshot has no account of the workload.'
  - name: no such region
    workload: {regions: [eu-centrall-1]}
    given: {T::Trail: [{logging: true}]}
    expect: unknown
    note: 'not read: the snapshot has no region of the workload.'
";
    for for_each in ["Account", "Region"] {
        hold(
            &format!("for_each: {for_each}\nrequires: {{type: T::Trail, where: logging, match: [account]}}\n{NOTES}"),
            cases,
        );
    }
    hold(
        &format!("for_each: T::Instance\nexpect: tokens == 'required'\n{NOTES}"),
        "
  - {name: pass, given: {T::Instance: [{tokens: required}]}, expect: pass}
  - {name: fail, given: {T::Instance: [{tokens: optional}]}, expect: fail}
  - name: no such account
    workload: {accounts: ['111122224444']}
    given: {T::Instance: [{tokens: optional}]}
    expect: unknown
  - name: no such region, where the type has none
    workload: {regions: [eu-centrall-1]}
    given: {T::Instance: {global: true}}
    expect: unknown
",
    );
}

#[test]
fn between_pass_and_fail_is_unknown() {
    hold(
        "for_each: T::Instance\nexpect: share != null && share < 0.8\nfail_when: share >= 0.9\nworst_by: share\nnotes: {fail: '{worst.id} at {worst:percent}, {examples}, {failed|one|many}.', pass: p., unknown: '{gaps}.'}",
        "
  - {name: pass, given: {T::Instance: [{share: 0.5}]}, expect: pass}
  - {name: between, given: {T::Instance: [{share: 0.85}]}, expect: unknown, note: what was read decides neither way.}
  - {name: null is an error, given: {T::Instance: [{}]}, expect: unknown, note: '`share` is null where a number is needed.'}
  - name: the worst is named
    given: {T::Instance: [{share: 0.95}, {id: big, share: 0.996}, {share: 0.9}, {share: 0.9}]}
    expect: fail
    note: 'big at 99.6 %, big, r1, r3 and 1 more, many.'
",
    );
}

#[test]
fn requires_with_everywhere() {
    hold(
        "for_each: Region\nrequires: {type: T::Trail, where: logging, match: [account, region], everywhere: wide}\nnotes: {fail: '{regions_failed}.', pass: p., unknown: '{gaps}.'}",
        "
  - name: in its own region
    given: {T::Trail: [{logging: true, wide: false}]}
    expect: pass
  - name: one that is wide covers all, also what was not scanned
    regions: [eu-central-1, us-east-1]
    not_scanned: [ap-south-1]
    given: {T::Trail: [{logging: true, wide: true}]}
    expect: pass
    counts: {passed: 3}
  - name: one that is not covers its own
    regions: [eu-central-1, us-east-1]
    given: {T::Trail: [{logging: true, wide: false}]}
    expect: fail
    note: us-east-1.
  - name: off is not on
    given: {T::Trail: [{logging: false, wide: true}]}
    expect: fail
  - name: whether it logs was not read
    given: {T::Trail: [{unread: [logging], wide: true}]}
    expect: unknown
  - name: whether it is wide was not read, and it could cover the other region
    regions: [eu-central-1, us-east-1]
    given: {T::Trail: [{logging: true, unread: [wide]}]}
    expect: unknown
    counts: {passed: 1, unknown: 1}
  - name: a wide one could stand where nobody may look
    regions: [eu-central-1, us-east-1]
    given: {T::Trail: {denied: [us-east-1]}}
    expect: unknown
    counts: {unknown: 2}
  - name: global resources stand everywhere
    regions: [eu-central-1, us-east-1]
    given: {T::Trail: [{region: aws-global, logging: true, wide: false}]}
    expect: pass
",
    );
}

#[test]
fn joins_match_lists_paths_and_never_null() {
    hold(
        &format!(
            "for_each: T::Instance\nrequires: {{type: T::Trail, match: [account, {{disks.kind: instance_ids}}]}}\n{NOTES}"
        ),
        "
  - name: any element of either list
    given: {T::Instance: [{disks: [{kind: a}, {kind: b}]}], T::Trail: [{instance_ids: [z, b]}]}
    expect: pass
  - name: null does not match
    given: {T::Instance: [{disks: [{kind: null}]}], T::Trail: [{instance_ids: []}]}
    expect: fail
  - name: the other side was not read
    given: {T::Instance: [{disks: [{kind: a}]}], T::Trail: [{unread: [instance_ids]}]}
    expect: unknown
  - name: the other account does not match
    given: {T::Instance: [{disks: [{kind: a}]}], T::Trail: [{account: '444455556666', instance_ids: [a]}]}
    expect: fail
",
    );
}

#[test]
fn pairs_through_one_list_read_the_same_element() {
    hold(
        &format!(
            "for_each: T::Instance\nrequires: {{type: T::Instance, match: [account, {{state: disks.id}}, {{tokens: disks.kind}}]}}\n{NOTES}"
        ),
        "
  - name: of one element
    given: {T::Instance: [{state: a, tokens: x, disks: [{id: b, kind: y}, {id: a, kind: x}]}]}
    expect: pass
  - name: of two elements
    given: {T::Instance: [{state: a, tokens: x, disks: [{id: b, kind: x}, {id: a, kind: y}]}]}
    expect: fail
  - name: null in the one that would match
    given: {T::Instance: [{state: a, tokens: x, disks: [{id: b, kind: x}, {id: a, kind: null}]}]}
    expect: fail
  - {name: not read, given: {T::Instance: [{state: a, tokens: x, unread: [disks]}]}, expect: unknown}
",
    );
}

#[test]
fn forbids_in_a_place_counts_what_is_in_scope() {
    hold(
        &format!(
            "for_each: Account\nforbids: {{type: T::Instance, where: tokens == 'optional', match: [account]}}\n{NOTES}"
        ),
        "
  - {name: none, given: {T::Instance: [{tokens: required}]}, expect: pass}
  - {name: one, given: {T::Instance: [{tokens: optional}]}, expect: fail}
  - {name: denied, given: {T::Instance: denied}, expect: unknown}
  - name: one outside
    workload: {tags: [env=prod]}
    given: {T::Instance: [{tokens: optional, tags: {env: dev}}]}
    expect: pass
  - name: one that may be outside
    workload: {tags: [env=prod]}
    given: {T::Instance: [{tokens: optional, unread: [tags]}]}
    expect: unknown
  - name: a region that was not scanned could hold one
    not_scanned: [us-east-1]
    given: {T::Instance: []}
    expect: unknown
",
    );
}

#[test]
fn forbids_counts_what_is_joined_wherever_it_stands() {
    hold(
        &format!(
            "for_each: T::Instance\nforbids: {{type: T::Trail, where: wide, match: [account, {{id: instance_ids}}]}}\n{NOTES}"
        ),
        "
  - name: none
    given: {T::Instance: [{id: i-1}], T::Trail: [{wide: false, instance_ids: [i-1]}]}
    expect: pass
  - name: one without the workload's tag
    workload: {tags: [env=prod]}
    given: {T::Instance: [{id: i-1, tags: {env: prod}}], T::Trail: [{wide: true, instance_ids: [i-1], tags: {env: dev}}]}
    expect: fail
  - name: one outside the workload's regions
    workload: {regions: [eu-central-1]}
    regions: [eu-central-1, us-east-1]
    given: {T::Instance: [{id: i-1}], T::Trail: [{region: us-east-1, wide: true, instance_ids: [i-1]}]}
    expect: fail
  - name: where its tags say nothing, that they were not read does not matter
    workload: {tags: [env=prod]}
    given: {T::Instance: [{id: i-1, tags: {env: prod}}], T::Trail: [{wide: true, instance_ids: [i-1], unread: [tags]}]}
    expect: fail
  - name: the other listing was denied
    workload: {tags: [env=prod]}
    given: {T::Instance: [{id: i-1, tags: {env: prod}}], T::Trail: denied}
    expect: unknown
",
    );
}

#[test]
fn a_share_decides_when_the_unknown_cannot_change_it() {
    hold(
        &format!("for_each: T::Instance\nexpect: tokens == 'required'\nat_least: 0.5\n{NOTES}"),
        "
  - {name: half, given: {T::Instance: [{tokens: required}, {tokens: optional}]}, expect: pass}
  - {name: less, given: {T::Instance: [{tokens: required}, {tokens: optional}, {tokens: optional}]}, expect: fail}
  - {name: could be either, given: {T::Instance: [{tokens: required}, {tokens: optional}, {unread: [tokens]}]}, expect: unknown}
  - {name: cannot be, given: {T::Instance: [{tokens: required}, {tokens: required}, {unread: [tokens]}]}, expect: pass}
  - {name: more could come, given: {T::Instance: {partial: true, resources: [{tokens: optional}]}}, expect: unknown}
",
    );
}

#[test]
fn what_only_the_management_account_sees() {
    hold(
        &format!(
            "for_each: Account\nseen_from: management\nrequires: {{type: T::Trail, where: logging, match: [account]}}\n{NOTES}"
        ),
        "
  - {name: a member account sees nothing, given: {T::Trail: [{region: aws-global, logging: true}]}, expect: unknown}
  - {name: complete and blind, given: {T::Trail: {global: true}}, expect: unknown}
  - {name: management with, management: true, given: {T::Trail: [{region: aws-global, logging: true}]}, expect: pass}
  - {name: management without, management: true, given: {T::Trail: {global: true}}, expect: fail}
",
    );
}

#[test]
fn a_case_counts_time_from_its_clock() {
    hold(
        "for_each: T::Instance\nexpect: age_days(launched) < 30\nnotes: {fail: '{worst.launched:days} days old.', pass: p., unknown: u.}",
        "
  - {name: young, given: {T::Instance: [{launched: 3 hours ago}]}, expect: pass}
  - {name: old, given: {T::Instance: [{launched: 40 days ago}]}, expect: fail, note: 40 days old.}
  - {name: unread, given: {T::Instance: [{unread: [launched]}]}, expect: unknown}
",
    );
}

#[test]
#[should_panic(expected = "the verdict depends on `an object.size`, which the case does not give")]
fn a_case_never_rests_on_a_member_that_nobody_wrote() {
    hold(
        &format!("for_each: T::Instance\nexpect: disks.all(d, d.size > 1)\n{NOTES}"),
        "
  - {name: pass, given: {T::Instance: [{disks: [{size: 2}]}]}, expect: pass}
  - {name: fail, given: {T::Instance: [{disks: [{size: 1}]}]}, expect: fail}
  - {name: unknown, given: {T::Instance: [{disks: [{id: x}]}]}, expect: unknown}
",
    );
}

#[test]
fn hostile_text_stays_text() {
    hold(
        "for_each: T::Instance\nexpect: tokens == 'required'\nnotes: {fail: '{examples.tokens}', pass: p., unknown: u.}",
        "
  - {name: pass, given: {T::Instance: [{tokens: required}]}, expect: pass}
  - {name: unknown, given: {T::Instance: denied}, expect: unknown}
  - {name: fail, given: {T::Instance: [{tokens: \"a\\u0007\\u202eb{gaps}\"}]}, expect: fail, note: 'a  b{gaps}'}
",
    );
}
