//! The principles in the binary, and how mistakes in such a file are shown.

use std::collections::BTreeSet;

use wellproof_lens::principles::{Principle, SCHEMA, from_text, json_schema, shipped};
use wellproof_lens::{Lens, Likeness};

const TEXT: &str = include_str!("../../../lenses/principles.yaml");

const PRINCIPLES: &str = "\
schema: wellproof/principles/1
principles:
  - id: rehearse
    title: Rehearse
    asks: People rehearse what may go wrong.
    aws: Improve through game days
    url: https://example.com/principles
    speakers:
      - lens: wellarchitected
        choices:
          - testing-resiliency/rel_testing_resiliency_game_days_resiliency
      - lens: wellarchitected-2020
        choices:
          - incident-response/identify-tooling
";

fn lens(id: &str) -> &'static Lens {
    Lens::by_id(id).expect("it is shipped")
}

fn principle(id: &str) -> &'static Principle {
    shipped().iter().find(|principle| principle.id == id).expect("it is shipped")
}

fn spoken(principle: &Principle, lens: &Lens) -> Vec<String> {
    principle.choices(lens).map(|(question, choice)| format!("{}/{}", question.id, choice.id)).collect()
}

/// What is wrong once `from` is `to`: line, column, what they point at, message and help.
fn wrong(from: &str, to: &str) -> String {
    assert_eq!(PRINCIPLES.matches(from).count(), 1, "{from}");
    let text = PRINCIPLES.replacen(from, to, 1);
    let problems = from_text("principles.yaml", &text).expect_err("it has a mistake");
    let lines = problems.iter().map(|it| {
        let help = it.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
        format!("{}:{} {}: {it}{help}", it.line, it.column, &text[it.span.clone()])
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn there_are_six_and_each_has_choices_in_both_lenses() {
    let counts: Vec<_> = shipped()
        .iter()
        .map(|it| {
            let of = |id| it.choices(lens(id)).count();
            (it.id.as_str(), of("wellarchitected"), of("wellarchitected-2020"))
        })
        .collect();
    let expected = [
        ("on-demand", 16, 7),
        ("automate", 28, 27),
        ("test", 13, 9),
        ("facts", 26, 30),
        ("evolve", 10, 11),
        ("practice", 6, 5),
    ];
    assert_eq!(counts, expected);
}

#[test]
fn it_fits_the_published_schema() {
    let schema = json_schema();
    assert_eq!(schema["title"], SCHEMA);
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let file: serde_json::Value = serde_saphyr::from_str(TEXT).expect("it is YAML");
    let errors: Vec<String> = validator.iter_errors(&file).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn no_flaw_speaks_for_a_principle() {
    for (principle, lens) in shipped().iter().flat_map(|it| Lens::shipped().iter().map(move |lens| (it, lens))) {
        for (_, choice) in principle.choices(lens) {
            assert!(!choice.is_negative(), "{} of {}", choice.id, principle.id);
        }
    }
}

#[test]
fn an_older_choice_speaks_where_what_it_became_does() {
    let (now, then) = (lens("wellarchitected"), lens("wellarchitected-2020"));
    for principle in shipped() {
        let today: BTreeSet<String> = spoken(principle, now).into_iter().collect();
        let older: BTreeSet<String> = spoken(principle, then).into_iter().collect();
        for (question, choice) in then.choices() {
            let Some(later) = choice.succeeded_by.as_ref().filter(|it| it.basis != Likeness::Successor) else {
                continue;
            };
            let speaks = older.contains(&format!("{}/{}", question.id, choice.id));
            let later = format!("{}/{}", later.question, later.choice);
            assert_eq!(speaks, today.contains(&later), "{} for {}", choice.id, principle.id);
        }
    }
    let then = spoken(principle("practice"), then);
    let kept = "testing-resiliency/rel_testing_resiliency_game_days_resiliency";
    let renamed = "testing-resiliency/inject-failures-to-test-resiliency";
    assert!([kept, renamed].iter().all(|wanted| then.iter().any(|it| it == wanted)), "{then:?}");
}

#[test]
fn a_mere_successor_does_not_speak_for_the_older_choice() {
    let limited = "mit-deploy-risks/ops_mit_deploy_risks_deploy_to_parallel_env";
    let named = PRINCIPLES.replace(
        "testing-resiliency/rel_testing_resiliency_game_days_resiliency",
        "mit-deploy-risks/ops_mit_deploy_risks_deploy_mgmt_sys",
    );
    let principles = from_text("principles.yaml", &named).expect("it is sound");
    let then = spoken(&principles[0], lens("wellarchitected-2020"));
    assert!(then.iter().any(|it| it == "mit-deploy-risks/ops_mit_deploy_risks_deploy_mgmt_sys"), "{then:?}");
    assert!(then.iter().all(|it| it != limited), "{then:?}");
}

#[test]
fn a_lens_that_nothing_names_has_none() {
    let house = "\
schema: wellproof/lens/1
id: house-rules
name: House rules
edition: '2026'
pillars:
  - id: reliability
    name: Reliability
    questions:
      - id: testing-resiliency
        number: REL 1
        title: Do you rehearse?
        choices:
          - id: rel_testing_resiliency_game_days_resiliency
            title: We do
            level: HIGH
";
    let house = Lens::from_text("house.yaml", house).expect("it is sound");
    assert!(shipped().iter().all(|principle| principle.choices(&house).next().is_none()));
}

#[test]
fn what_is_unknown_is_shown_at_its_line_with_the_nearest_name() {
    insta::assert_snapshot!(wrong("lens: wellarchitected-2020", "lens: wellarchitected-2021"), @"12:15 wellarchitected-2021: no lens `wellarchitected-2021` ships; did you mean `wellarchitected-2020`?");
    insta::assert_snapshot!(wrong("testing-resiliency/rel", "testing-resilience/rel"), @"11:13 testing-resilience/rel_testing_resiliency_game_days_resiliency: the lens `wellarchitected` has no question `testing-resilience`; did you mean `testing-resiliency`?");
    insta::assert_snapshot!(wrong("game_days_resiliency", "game_day_resiliency"), @"11:13 testing-resiliency/rel_testing_resiliency_game_day_resiliency: the question `testing-resiliency` has no choice `rel_testing_resiliency_game_day_resiliency`; did you mean `rel_testing_resiliency_game_days_resiliency`?");
    insta::assert_snapshot!(wrong("asks:", "ask:"), @"5:5 ask: unknown field `ask`, expected one of id, title, asks, aws, url, speakers; did you mean `asks`?");
}

#[test]
fn what_may_not_speak_is_refused() {
    insta::assert_snapshot!(wrong("incident-response/identify-tooling", "incident-response"), @"14:13 incident-response: `incident-response` is no `question/choice`");
    insta::assert_snapshot!(
        wrong("incident-response/identify-tooling", "decomissioning-resources/decommission-resources-in-an-unplanned-manner"),
        @"14:13 decomissioning-resources/decommission-resources-in-an-unplanned-manner: `decomissioning-resources/decommission-resources-in-an-unplanned-manner` admits a flaw, which speaks for no principle"
    );
    insta::assert_snapshot!(
        wrong("incident-response/identify-tooling", "incident-response/sec_incident_response_run_game_days"),
        @"14:13 incident-response/sec_incident_response_run_game_days: `incident-response/sec_incident_response_run_game_days` follows `incident-response/sec_incident_response_run_game_days` of a later edition, which speaks for both"
    );
    insta::assert_snapshot!(
        wrong("- incident-response/identify-tooling", "[incident-response/identify-tooling, incident-response/identify-tooling]"),
        @"14:48 incident-response/identify-tooling: `incident-response/identify-tooling` stands here twice"
    );
}

#[test]
fn nothing_is_left_empty() {
    insta::assert_snapshot!(wrong("wellproof/principles/1", "wellproof/principles/2"), @"1:9 wellproof/principles/2: this is `wellproof/principles/2`, not `wellproof/principles/1`");
    insta::assert_snapshot!(wrong("\n          - incident-response/identify-tooling", " []"), @"13:18 [: a lens has at least one choice that speaks for a principle");
    insta::assert_snapshot!(wrong("lens: wellarchitected-2020", "lens: wellarchitected"), @"12:15 wellarchitected: there is a lens `wellarchitected` before this one");
    insta::assert_snapshot!(wrong("https://example.com/principles", "file:///etc/passwd"), @"7:10 file:///etc/passwd: a url starts with `https://` or `http://`");
}
