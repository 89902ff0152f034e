//! What predicates mean.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;
use wellproof_model::{GapId, Resource, Tags, Value};

use super::*;
use crate::reason::Reason;
use crate::schema::{Kind, Schemas};

const NOW: &str = "2026-01-31T12:00:00Z";

fn vars() -> Vars {
    let schema = json!({"type": "object", "properties": {
        "on": {"type": "boolean"}, "off": {"type": ["boolean", "null"]},
        "a": {"type": "boolean"}, "b": {"type": "boolean"}, "c": {"type": "boolean"},
        "x": {"type": "integer"}, "y": {"type": "integer"}, "share": {"type": ["number", "null"]},
        "name": {"type": "string"}, "made": {"type": "string", "format": "date-time"}, "since": {"type": ["string", "null"], "format": "date-time"},
        "ports": {"type": "array", "items": {"type": "integer"}},
        "rules": {"type": "array", "items": {"type": "object", "properties": {"port": {"type": ["integer", "null"]}, "cidr": {"type": "string"}}}},
        "image": {"type": ["object", "null"], "properties": {"id": {"type": "string"}}},
        "dimensions": {"type": "object", "additionalProperties": {"type": "string"}},
        "any": {},
    }});
    let schemas = Schemas::from_json([("T", &schema)]);
    Vars { of: "T".to_owned(), attributes: schemas.attributes("T").unwrap().clone() }
}

fn record(attributes: serde_json::Value, unread: &[&str]) -> Resource {
    let Value::Map(attributes) = Value::from(attributes) else { panic!("attributes are an object") };
    Resource {
        kind: "T".to_owned(),
        id: "t-1".to_owned(),
        arn: None,
        account: "111122223333".to_owned(),
        region: "eu-central-1".to_owned(),
        tags: Some(Tags::from_iter([("env", "prod")])),
        attributes,
        calls: Vec::new(),
        unread: unread.iter().map(|name| ((*name).to_owned(), GapId::from(format!("g-{name}")))).collect(),
    }
}

fn all() -> serde_json::Value {
    json!({
        "on": true, "off": null, "x": 3, "y": 0, "share": 0.75, "name": "Alpha", "made": "2026-01-21T12:00:00Z", "since": null,
        "ports": [22, 443], "rules": [{"port": 22, "cidr": "0.0.0.0/0"}, {"port": null, "cidr": "10.0.0.0/8"}],
        "image": null, "dimensions": {"Class": "None"}, "any": 1.0,
    })
}

fn say_of(source: &str, record: &Resource) -> String {
    let program = match compile(source, &vars(), &Kind::Bool) {
        Ok(program) => program,
        Err(error) => return format!("error: {}", error.message),
    };
    match program.test(Record::Resource(record), NOW.parse().unwrap()) {
        Ok(value) => value.to_string(),
        Err(reasons) => {
            let reasons: Vec<String> = reasons
                .iter()
                .map(|reason| match reason {
                    Reason::Gap(gap) => gap.to_string(),
                    Reason::Predicate(text) => text.clone(),
                    other => format!("{other:?}"),
                })
                .collect();
            format!("unknown: {}", reasons.join(", "))
        }
    }
}

fn say(source: &str) -> String {
    say_of(source, &record(all(), &["a", "b"]))
}

#[test]
fn an_unread_field_is_unknown_and_decides_nothing() {
    assert_eq!(say("a"), "unknown: g-a");
    assert_eq!(say("!a"), "unknown: g-a");
    assert_eq!(say("a == true"), "unknown: g-a");
    assert_eq!(say("a != true"), "unknown: g-a");
    assert_eq!(say("a == a"), "unknown: g-a");
    assert_eq!(say("a ? on : on"), "unknown: g-a");
    assert_eq!(say("on && a"), "unknown: g-a");
    assert_eq!(say("!on || a"), "unknown: g-a");
    assert_eq!(say("a && b"), "unknown: g-a, g-b");
    assert_eq!(say("[a, on] == [a, on]"), "unknown: g-a");
}

#[test]
fn what_decides_alone_decides_from_either_side() {
    for source in ["on || a", "a || on"] {
        assert_eq!(say(source), "true", "{source}");
    }
    for source in ["!on && a", "a && !on", "a && b && !on"] {
        assert_eq!(say(source), "false", "{source}");
    }
    assert_eq!(say("ports.exists(p, p == 22 || a)"), "true");
    assert_eq!(say("ports.all(p, p == 22 && a)"), "false");
    assert_eq!(say("ports.exists(p, p == 22 && a)"), "unknown: g-a");
    assert_eq!(say("ports.exists_one(p, p == 22 && a)"), "unknown: g-a");
    assert_eq!(say("ports.exists_one(p, p > 1 || a)"), "false");
}

#[test]
fn an_attribute_that_the_snapshot_lacks_is_unknown() {
    assert!(say_of("on", &record(json!({}), &[])).starts_with("unknown"));
    // A field that is listed as unread is so even where a value stands beside it.
    assert_eq!(say_of("on", &record(json!({"on": true}), &["on"])), "unknown: g-on");
}

#[test]
fn null_is_a_fact_that_can_be_asked_for_and_nothing_else() {
    assert_eq!(say("off == null"), "true");
    assert_eq!(say("off != null"), "false");
    assert_eq!(say("off == true"), "false");
    assert_eq!(say("image != null && image.id == 'x'"), "false");
    assert_eq!(say("share != null && share >= 0.5"), "true");
    assert_eq!(say("off"), "unknown: `off` is null where a boolean is needed");
    assert_eq!(say("!off"), "unknown: `off` is null where a boolean is needed");
    assert_eq!(say("image.id == 'x'"), "unknown: `image` is null where an object is needed");
    assert_eq!(say("age_days(since) > 1"), "unknown: `since` is null where a timestamp is needed");
    assert_eq!(
        say("rules.exists(r, r.port > 100)"),
        "unknown: a part of the predicate is null where a number is needed"
    );
    assert_eq!(say("rules.exists(r, r.port != null && r.port > 100)"), "false");
    let empty = record(json!({"share": null}), &[]);
    assert_eq!(say_of("share >= 0.2", &empty), "unknown: `share` is null where a number is needed");
    assert_eq!(say_of("0.2 <= share", &empty), "unknown: `share` is null where a number is needed");
}

#[test]
fn numbers_are_numbers() {
    for source in [
        "x == 3.0",
        "3.0 == x",
        "any == 1",
        "x / 4 == 0.75",
        "x / 4.0 == share",
        "x + 0.5 > 3",
        "x in [1, 3.0]",
        "-x == -3",
        "x % 2 == 1",
        "1 / 2 == 0.5",
        "x - 1 == 2",
        "x * 2.0 == 6",
        "3u == x",
    ] {
        assert_eq!(say(source), "true", "{source}");
    }
    assert_eq!(say("x / y > 1"), "unknown: `y` is zero and divides");
    assert_eq!(say("x % y == 1"), "unknown: `y` is zero and divides");
    assert_eq!(say("9223372036854775807 + x > 0"), "true");
    assert_eq!(say("name == 'Alpha' && x != 4"), "true");
}

#[test]
fn functions_do_what_they_say() {
    for source in [
        "size(ports) == 2",
        "ports.size() == 2",
        "size(name) == 5",
        "size(tags) == 1",
        "name.startsWith('Al')",
        "name.endsWith('pha')",
        "name.contains('lph')",
        "name.matches('^A.*a$')",
        "name.lowerAscii() == 'alpha'",
        "age_days(made) == 10",
        "age_days(made) > 9.5",
        "made < '2026-01-22T00:00:00+02:00'",
        "tags['env'] == 'prod'",
        "tags.env == 'prod'",
        "'env' in tags",
        "!('owner' in tags)",
        "tags.exists(k, k.startsWith('e'))",
        "dimensions['Class'] == 'None'",
        "'Class' in dimensions",
        "ports[1] == 443",
        "22 in ports",
        "ports.filter(p, p > 100) == [443]",
        "ports.map(p, p * 2) == [44, 886]",
        "rules[0].cidr == '0.0.0.0/0'",
        "rules.map(r, r.cidr).exists(k, k == '10.0.0.0/8')",
        "(on ? x : y) == 3",
        "name + 'x' == 'Alphax'",
        "type == 'T' && id == 't-1' && arn == null && region == 'eu-central-1'",
        "ports.exists_one(p, p == 22)",
        "ports == [22, 443]",
        "[x, y] == [3, 0]",
        "ports.filter(p, p > 1).exists(p, p == 22)",
    ] {
        assert_eq!(say(source), "true", "{source}");
    }
    assert_eq!(say("tags['owner'] == 'x'"), "unknown: `tags` has no `owner`");
    assert_eq!(say("ports[2] == 1"), "unknown: `ports` has no such element");
}

#[test]
fn a_predicate_as_deep_as_allowed_runs_and_a_deeper_one_is_refused() {
    let nested = |depth: usize| format!("{}on{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(say(&nested(guard::DEEPEST)), "true");
    for depth in [guard::DEEPEST + 1, 200, 400] {
        assert_eq!(say(&nested(depth)), "error: a predicate nested more than 24 deep");
    }
    assert_eq!(say(&format!("{}on", "!".repeat(200))), "error: a predicate nested more than 24 deep");
    assert_eq!(say(&format!("{}on", "on ? on : ".repeat(90))), "error: a predicate nested more than 24 deep");
    assert_eq!(say(&format!("{}x == 3", "- ".repeat(100))), "error: a predicate nested more than 24 deep");
    assert_eq!(say(&format!("{}on", "on ? on : ".repeat(guard::DEEPEST))), "true");
    assert_eq!(say(&format!("{}on", "!".repeat(guard::DEEPEST))), "true");
    assert_eq!(say(&vec!["on"; 100].join("&&")), "true");
    assert_eq!(say(&vec!["on"; 200].join("||")), "error: a predicate with more than 200 operators");
    assert_eq!(say(&format!("x{} > 0", "+1".repeat(190))), "true");
    assert_eq!(say(&format!("any{} == 1", ".a".repeat(190))), "unknown: `any` is a number where an object is needed");
    assert!(say(&format!("name == '{}'", "x".repeat(1100))).starts_with("error: a predicate of 11"));
    assert_eq!(say(&format!("x{} < 0", "-1".repeat(201))), "error: a predicate with more than 200 operators");
    // Texts in which a quote or a backslash means something else hide what follows them.
    let deep = "(".repeat(400);
    assert_eq!(say(&format!("name == r'\\' || {deep}")), "error: a raw or binary text");
    assert_eq!(say(&format!("name == B\"\\\" || {deep}")), "error: a raw or binary text");
    assert_eq!(say(&format!("name == '''it's''' || {deep}")), "error: a text in triple quotes");
    assert_eq!(say(&format!("name == \"\"\"a\"b\"\"\" || {deep}")), "error: a text in triple quotes");
    assert_eq!(say(&format!("on // it's\n || {deep}")), "error: a comment in a predicate");
    assert_eq!(say(&format!("name == 'a\n' || {deep}")), "error: a text that goes over the end of its line");
    assert_eq!(say("name == 'https://example.com'"), "false");
    // Brackets in text nest nothing.
    assert_eq!(say(&format!("name == '{}'", "(".repeat(100))), "false");
}

fn boolean() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a".to_owned()),
        Just("b".to_owned()),
        Just("c".to_owned()),
        Just("true".to_owned()),
        (0..4_i64, 0..4_i64).prop_map(|(k, n)| format!("x + {k} < y * {n}")),
        (0..4_i64).prop_map(|k| format!("x == {k}")),
        (0..4_i64).prop_map(|k| format!("{k} in ports")),
        (0..4_i64).prop_map(|k| format!("ports.exists(p, p == {k} && a)")),
        (0..4_i64).prop_map(|k| format!("ports.all(p, p <= {k} || b)")),
    ];
    leaf.prop_recursive(4, 24, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(l, r)| format!("({l} && {r})")),
            (inner.clone(), inner.clone()).prop_map(|(l, r)| format!("({l} || {r})")),
            (inner.clone(), inner.clone()).prop_map(|(l, r)| format!("(({l}) == ({r}))")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(t, l, r)| format!("({t} ? {l} : {r})")),
            inner.prop_map(|it| format!("!({it})")),
        ]
    })
}

fn facts() -> impl Strategy<Value = (bool, bool, bool, i64, i64, Vec<i64>)> {
    (any::<bool>(), any::<bool>(), any::<bool>(), 0..4_i64, 0..4_i64, prop::collection::vec(0..4_i64, 0..4))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn compiling_never_panics(source in "\\PC{0,60}") {
        let _either = compile(&source, &vars(), &Kind::Bool);
    }

    #[test]
    fn compiling_what_looks_like_a_predicate_never_panics(source in "[a-z0-9 .?()\\[\\]{}!&|=<>'\"+*/,:-]{0,80}") {
        let _either = compile(&source, &vars(), &Kind::Bool);
    }

    #[test]
    fn what_is_read_is_judged_as_cel_judges_it(source in boolean(), (a, b, c, x, y, ports) in facts()) {
        prop_assume!(source.len() <= guard::LONGEST && guard::check(&source).is_ok());
        let mut context = cel::Context::default();
        for (name, value) in [("a", a), ("b", b), ("c", c)] {
            context.add_variable_from_value(name, value);
        }
        context.add_variable_from_value("x", x);
        context.add_variable_from_value("y", y);
        context.add_variable_from_value("ports", ports.clone());
        let theirs = cel::Program::compile(&source).unwrap().execute(&context).unwrap();
        let ours = say_of(&source, &record(json!({"a": a, "b": b, "c": c, "x": x, "y": y, "ports": ports}), &[]));
        prop_assert_eq!(cel::Value::Bool(ours == "true"), theirs, "{}: {}", source, ours);
    }

    #[test]
    fn what_is_not_read_changes_no_answer_but_to_unknown(
        source in boolean(),
        (a, b, c, x, y, ports) in facts(),
        hidden in prop::collection::vec(prop::sample::select(vec!["a", "b", "c", "x", "y", "ports"]), 1..4),
    ) {
        prop_assume!(source.len() <= guard::LONGEST && guard::check(&source).is_ok());
        let attributes = json!({"a": a, "b": b, "c": c, "x": x, "y": y, "ports": ports});
        let before = say_of(&source, &record(attributes.clone(), &[]));
        let after = say_of(&source, &record(attributes, &hidden));
        prop_assert!(after == before || after.starts_with("unknown"), "{}: {} became {}", source, before, after);
    }
}

#[test]
fn a_path_goes_through_lists() {
    let vars = vars();
    let resource = record(all(), &["image"]);
    let values = |path: &str| compile_path(path, &vars).unwrap().values(Record::Resource(&resource));
    assert_eq!(values("rules.cidr").unwrap(), vec![Value::from("0.0.0.0/0"), Value::from("10.0.0.0/8")]);
    assert_eq!(values("ports").unwrap(), vec![Value::Int(22), Value::Int(443)]);
    assert!(values("image.id").is_err());
    assert!(compile_path("rules.cider", &vars).is_err());
    assert!(compile_path("name.x", &vars).is_err());
}

#[test]
fn names_of_a_record_come_before_attributes() {
    let schema = json!({"type": "object", "properties": {"region": {"type": "integer"}}});
    let schemas = Schemas::from_json([("T", &schema)]);
    let vars = Vars { of: "T".to_owned(), attributes: Arc::clone(schemas.attributes("T").unwrap()) };
    assert!(compile("region == 'x'", &vars, &Kind::Bool).is_ok());
}
