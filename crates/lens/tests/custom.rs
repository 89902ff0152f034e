//! AWS's custom lens JSON: what is read, and how every mistake is shown.

use miette::{GraphicalReportHandler, GraphicalTheme};
use proptest::prelude::*;
use wellproof_lens::{Checked, Condition, Lens, LensError, Risk, State, States, check, check_str};

const LENS: &str = r#"{
  "schemaVersion": "2021-11-01",
  "name": "Company Policy ABC",
  "description": "Questions on company policy.",
  "pillars": [
    {
      "id": "reliability",
      "name": "Reliability",
      "questions": [
        {
          "id": "backups",
          "title": "How do you keep backups?",
          "choices": [
            {
              "id": "backups_taken",
              "title": "Backups are taken",
              "helpfulResource": {"displayText": "What to back up.", "url": "https://example.com/help"},
              "improvementPlan": {"displayText": "Take them.", "url": "https://example.com/plan"}
            },
            {
              "id": "backups_tested",
              "title": "Restores are tried",
              "improvementPlan": {"displayText": "Try them."}
            },
            {
              "id": "backups_no",
              "title": "None of the above"
            }
          ],
          "riskRules": [
            {"condition": "backups_taken && backups_tested", "risk": "NO_RISK"},
            {"condition": "backups_taken && !backups_tested", "risk": "MEDIUM_RISK"},
            {"condition": "default", "risk": "HIGH_RISK"}
          ]
        }
      ]
    }
  ]
}
"#;

/// The lens with one thing changed.
fn changed(from: &str, to: &str) -> String {
    assert_eq!(LENS.matches(from).count(), 1, "{from}");
    LENS.replacen(from, to, 1)
}

/// All problems as a terminal shows them, without colour.
fn shown(text: &str) -> String {
    let handler =
        GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(120).with_context_lines(1);
    let checked = check_str("lens.json", text).expect("it is small");
    let mut out = String::new();
    for problem in &checked.problems {
        handler.render_report(&mut out, problem).expect("a string takes it");
    }
    out.push_str(if checked.lens.is_some() { "usable" } else { "not usable" });
    out
}

#[test]
fn a_sound_lens_is_read() {
    let Checked { lens, problems } = check_str("lens.json", LENS).expect("it is small");
    assert!(problems.is_empty(), "{problems:?}");
    let lens = lens.expect("it is sound");
    assert_eq!((lens.id.as_str(), lens.name.as_str()), ("company-policy-abc", "Company Policy ABC"));
    assert!(lens.edition.starts_with("sha256:") && lens.edition.len() == 19, "{}", lens.edition);
    let question = lens.question("backups").expect("it is there");
    let asks: Vec<_> = question.choices.iter().filter_map(|choice| choice.ask.as_deref()).collect();
    let asked = "Does this hold, and what shows it: ";
    assert_eq!(asks, [format!("{asked}Backups are taken?"), format!("{asked}Restores are tried?")]);
    assert_eq!((question.number.as_str(), question.pillar.as_str()), ("Reliability 1", "reliability"));
    assert_eq!(
        question.choices.iter().map(|choice| choice.id.as_str()).collect::<Vec<_>>(),
        ["backups_taken", "backups_tested"]
    );
    assert!(question.is_none_of_these("backups_no"));
    assert_eq!(question.choices[0].url.as_deref(), Some("https://example.com/help"));
    let rules = question.risk_rules.as_ref().expect("a custom lens has them");
    assert_eq!(rules.last().map(|rule| (&rule.condition, rule.risk)), Some((&Condition::Default, Risk::High)));

    let risk = |taken, tested| {
        question.risk(&[("backups_taken", taken), ("backups_tested", tested)].into_iter().collect::<States>())
    };
    assert_eq!(risk(State::Selected, State::Selected), Risk::None);
    assert_eq!(risk(State::Selected, State::Missing), Risk::Medium);
    assert_eq!(risk(State::Missing, State::Selected), Risk::High);
    assert_eq!(risk(State::Selected, State::Unknown), Risk::Undetermined);
}

#[test]
fn not_a_number_is_not_json() {
    insta::assert_snapshot!(shown(&changed("\"Questions on company policy.\"", "NaN")), @r#"
      × `NaN` is not JSON
       ╭─[lens.json:4:18]
     3 │   "name": "Company Policy ABC",
     4 │   "description": NaN,
       ·                  ───
     5 │   "pillars": [
       ╰────
      help: a program that writes missing values as `NaN` made this file; leave the field out
    not usable
    "#);
    insta::assert_snapshot!(shown(&changed("\"None of the above\"", "-Infinity")), @r#"
      × `-Infinity` is not JSON
        ╭─[lens.json:27:24]
     26 │               "id": "backups_no",
     27 │               "title": -Infinity
        ·                        ─────────
     28 │             }
        ╰────
      help: a program that writes missing values as `NaN` made this file; leave the field out
    not usable
    "#);
}

#[test]
fn a_question_without_default_is_refused() {
    insta::assert_snapshot!(shown(&changed("\"default\"", "\"backups_no\"")), @r#"
      × the riskRules of `backups` have no `default`
        ╭─[lens.json:30:11]
     29 │           ],
     30 │           "riskRules": [
        ·           ───────────
     31 │             {"condition": "backups_taken && backups_tested", "risk": "NO_RISK"},
        ╰────
      help: end riskRules with {"condition": "default", "risk": "HIGH_RISK"}: it holds where nothing before it does
    not usable
    "#);
}

#[test]
fn a_second_default_is_refused() {
    insta::assert_snapshot!(shown(&changed("\"backups_taken && !backups_tested\"", "\"default\"")), @r#"
      × there is a `default` on line 32 already
        ╭─[lens.json:33:27]
     32 │             {"condition": "default", "risk": "MEDIUM_RISK"},
     33 │             {"condition": "default", "risk": "HIGH_RISK"}
        ·                           ─────────
     34 │           ]
        ╰────
    not usable
    "#);
}

#[test]
fn rules_after_default_are_never_reached() {
    let rules = "{\"condition\": \"default\", \"risk\": \"HIGH_RISK\"}";
    let first = "{\"condition\": \"backups_taken && backups_tested\", \"risk\": \"NO_RISK\"}";
    let text = changed(rules, "SWAP").replacen(first, rules, 1).replacen("SWAP", first, 1);
    insta::assert_snapshot!(shown(&text), @r#"
      ⚠ this rule is never reached: `default` on line 31 always holds
        ╭─[lens.json:32:27]
     31 │             {"condition": "default", "risk": "HIGH_RISK"},
     32 │             {"condition": "backups_taken && !backups_tested", "risk": "MEDIUM_RISK"},
        ·                           ──────────────────────────────────
     33 │             {"condition": "backups_taken && backups_tested", "risk": "NO_RISK"}
        ╰────
      help: rules are tried in order and the first that holds wins; move `default` to the end
      ⚠ this rule is never reached: `default` on line 31 always holds
        ╭─[lens.json:33:27]
     32 │             {"condition": "backups_taken && !backups_tested", "risk": "MEDIUM_RISK"},
     33 │             {"condition": "backups_taken && backups_tested", "risk": "NO_RISK"}
        ·                           ─────────────────────────────────
     34 │           ]
        ╰────
      help: rules are tried in order and the first that holds wins; move `default` to the end
    usable
    "#);
}

#[test]
fn rules_that_can_never_hold_are_named() {
    insta::assert_snapshot!(shown(&changed("backups_taken && !backups_tested", "backups_tested && backups_taken")), @r#"
      ⚠ this rule is never reached: whenever it would hold, one before it does
        ╭─[lens.json:32:27]
     31 │             {"condition": "backups_taken && backups_tested", "risk": "NO_RISK"},
     32 │             {"condition": "backups_tested && backups_taken", "risk": "MEDIUM_RISK"},
        ·                           ─────────────────────────────────
     33 │             {"condition": "default", "risk": "HIGH_RISK"}
        ╰────
      help: rules are tried in order and the first that holds wins
    usable
    "#);
    insta::assert_snapshot!(shown(&changed("backups_taken && backups_tested", "backups_taken && !backups_taken")), @r#"
      ⚠ this rule is never reached: no combination of choices fulfils it
        ╭─[lens.json:31:27]
     30 │           "riskRules": [
     31 │             {"condition": "backups_taken && !backups_taken", "risk": "NO_RISK"},
        ·                           ─────────────────────────────────
     32 │             {"condition": "backups_taken && !backups_tested", "risk": "MEDIUM_RISK"},
        ╰────
      help: rules are tried in order and the first that holds wins
    usable
    "#);
}

#[test]
fn an_unknown_choice_in_a_condition_is_shown_with_the_nearest() {
    insta::assert_snapshot!(shown(&changed("backups_taken && backups_tested", "backups_taken && backup_tested")), @r#"
      × this question has no choice `backup_tested`
        ╭─[lens.json:31:45]
     30 │           "riskRules": [
     31 │             {"condition": "backups_taken && backup_tested", "risk": "NO_RISK"},
        ·                                             ─────────────
     32 │             {"condition": "backups_taken && !backups_tested", "risk": "MEDIUM_RISK"},
        ╰────
      help: did you mean `backups_tested`?
    not usable
    "#);
}

#[test]
fn a_malformed_condition_is_shown_where_it_breaks() {
    insta::assert_snapshot!(shown(&changed("backups_taken && backups_tested", "backups_taken & backups_tested")), @r#"
      × in this condition, expected `&&`, found a single `&`
        ╭─[lens.json:31:42]
     30 │           "riskRules": [
     31 │             {"condition": "backups_taken & backups_tested", "risk": "NO_RISK"},
        ·                                          ─
     32 │             {"condition": "backups_taken && !backups_tested", "risk": "MEDIUM_RISK"},
        ╰────
    not usable
    "#);
}

#[test]
fn a_condition_nested_too_deep_is_refused() {
    let deep = format!("{}backups_taken{}", "(".repeat(200), ")".repeat(200));
    let Checked { lens, problems } =
        check_str("lens.json", &changed("backups_taken && backups_tested", &deep)).expect("it is small");
    assert!(lens.is_none());
    let messages: Vec<_> =
        problems.iter().map(|problem| (problem.message.as_str(), problem.line, problem.column)).collect();
    insta::assert_debug_snapshot!(messages, @r#"
    [
        (
            "in this condition, nested more than 32 deep",
            31,
            60,
        ),
    ]
    "#);
}

#[test]
fn operators_side_by_side_want_parentheses() {
    let condition = "backups_taken && backups_tested || backups_no";
    insta::assert_snapshot!(shown(&changed("backups_taken && backups_tested", condition)), @r#"
      ⚠ `&&` and `||` stand side by side without parentheses
        ╭─[lens.json:31:28]
     30 │           "riskRules": [
     31 │             {"condition": "backups_taken && backups_tested || backups_no", "risk": "NO_RISK"},
        ·                            ─────────────────────────────────────────────
     32 │             {"condition": "backups_taken && !backups_tested", "risk": "MEDIUM_RISK"},
        ╰────
      help: `&&` is taken to bind tighter; AWS does not say which does, so put parentheses
    usable
    "#);
}

#[test]
fn duplicates_are_refused() {
    insta::assert_snapshot!(shown(&changed("\"id\": \"backups_tested\"", "\"id\": \"backups_taken\"")), @r#"
      × there is a choice `backups_taken` on line 15 already
        ╭─[lens.json:21:21]
     20 │             {
     21 │               "id": "backups_taken",
        ·                     ───────────────
     22 │               "title": "Restores are tried",
        ╰────
      × this question has no choice `backups_tested`
        ╭─[lens.json:31:45]
     30 │           "riskRules": [
     31 │             {"condition": "backups_taken && backups_tested", "risk": "NO_RISK"},
        ·                                             ──────────────
     32 │             {"condition": "backups_taken && !backups_tested", "risk": "MEDIUM_RISK"},
        ╰────
      help: did you mean `backups_taken`?
      × this question has no choice `backups_tested`
        ╭─[lens.json:32:46]
     31 │             {"condition": "backups_taken && backups_tested", "risk": "NO_RISK"},
     32 │             {"condition": "backups_taken && !backups_tested", "risk": "MEDIUM_RISK"},
        ·                                              ──────────────
     33 │             {"condition": "default", "risk": "HIGH_RISK"}
        ╰────
      help: did you mean `backups_taken`?
    not usable
    "#);
    insta::assert_snapshot!(shown(&changed("\"name\": \"Reliability\",", "\"name\": \"Reliability\", \"name\": \"R\",")), @r#"
      × `name` stands on line 8 already
       ╭─[lens.json:8:30]
     7 │       "id": "reliability",
     8 │       "name": "Reliability", "name": "R",
       ·                              ──────
     9 │       "questions": [
       ╰────
    not usable
    "#);
}

#[test]
fn another_schema_version_is_refused() {
    insta::assert_snapshot!(shown(&changed("2021-11-01", "2030-01-01")), @r#"
      × schemaVersion is `2030-01-01`, which is not `2021-11-01`
       ╭─[lens.json:2:20]
     1 │ {
     2 │   "schemaVersion": "2030-01-01",
       ·                    ────────────
     3 │   "name": "Company Policy ABC",
       ╰────
    not usable
    "#);
}

#[test]
fn unknown_and_missing_fields_are_shown() {
    insta::assert_snapshot!(shown(&changed("\"title\": \"How do you keep backups?\"", "\"titel\": \"How?\"")), @r#"
      × a question without `title`
        ╭─[lens.json:10:9]
      9 │       "questions": [
     10 │         {
        ·         ─
     11 │           "id": "backups",
        ╰────
      ⚠ a question has no field `titel`; it is ignored
        ╭─[lens.json:12:11]
     11 │           "id": "backups",
     12 │           "titel": "How?",
        ·           ───────
     13 │           "choices": [
        ╰────
      help: did you mean `title`?
    not usable
    "#);
}

#[test]
fn an_unknown_risk_is_shown_with_the_nearest() {
    insta::assert_snapshot!(shown(&changed("MEDIUM_RISK", "MEDUIM_RISK")), @r#"
      × `MEDUIM_RISK` is no risk
        ╭─[lens.json:32:71]
     31 │             {"condition": "backups_taken && backups_tested", "risk": "NO_RISK"},
     32 │             {"condition": "backups_taken && !backups_tested", "risk": "MEDUIM_RISK"},
        ·                                                                       ─────────────
     33 │             {"condition": "default", "risk": "HIGH_RISK"}
        ╰────
      help: did you mean `MEDIUM_RISK`?
    not usable
    "#);
}

#[test]
fn ids_and_links_are_held_to_their_letters() {
    insta::assert_snapshot!(shown(&changed("\"id\": \"reliability\"", "\"id\": \"relia-bility\"")), @r#"
      × an id has 3 to 128 letters of `a` to `z`, `A` to `Z`, digits and `_`
       ╭─[lens.json:7:13]
     6 │     {
     7 │       "id": "relia-bility",
       ·             ──────────────
     8 │       "name": "Reliability",
       ╰────
    not usable
    "#);
    insta::assert_snapshot!(shown(&changed("https://example.com/plan", "javascript:alert(1)")), @r#"
      × a url starts with `https://` or `http://`
        ╭─[lens.json:18:71]
     17 │               "helpfulResource": {"displayText": "What to back up.", "url": "https://example.com/help"},
     18 │               "improvementPlan": {"displayText": "Take them.", "url": "javascript:alert(1)"}
        ·                                                                       ─────────────────────
     19 │             },
        ╰────
    not usable
    "#);
}

#[test]
fn a_missing_improvement_plan_is_a_warning() {
    insta::assert_snapshot!(shown(&changed(",\n              \"improvementPlan\": {\"displayText\": \"Try them.\"}", "")), @r#"
      ⚠ choice `backups_tested` has no improvementPlan
        ╭─[lens.json:21:21]
     20 │             {
     21 │               "id": "backups_tested",
        ·                     ────────────────
     22 │               "title": "Restores are tried"
        ╰────
      help: the Tool asks for one on every choice but "None of these"
    usable
    "#);
}

#[test]
fn broken_json_is_shown_where_it_breaks() {
    insta::assert_snapshot!(shown(&changed("\"title\": \"None of the above\"", "\"title\": \"None of the above\",")), @r#"
      × no comma stands before `}`
        ╭─[lens.json:27:43]
     26 │               "id": "backups_no",
     27 │               "title": "None of the above",
        ·                                           ─
     28 │             }
        ╰────
    not usable
    "#);
    insta::assert_snapshot!(shown(&changed("\"id\": \"backups_no\",", "\"id\": \"backups_no\"")), @r#"
      × expected `,` or `}`, found `"`
        ╭─[lens.json:27:15]
     26 │               "id": "backups_no"
     27 │               "title": "None of the above"
        ·               ─
     28 │             }
        ╰────
    not usable
    "#);
    insta::assert_snapshot!(shown(&changed("\"schemaVersion\"", "// comment\n  \"schemaVersion\"")), @r#"
      × JSON has no comments
       ╭─[lens.json:2:3]
     1 │ {
     2 │   // comment
       ·   ──
     3 │   "schemaVersion": "2021-11-01",
       ╰────
    not usable
    "#);
    insta::assert_snapshot!(shown(&LENS[..200]), @r#"
      × this string is never closed
       ╭─[lens.json:9:7]
     8 │       "name": "Reliability",
     9 │       "
       ·       ─
       ╰────
    not usable
    "#);
}

#[test]
fn all_mistakes_are_shown_at_once() {
    let text = changed("\"default\"", "\"backups_nope\"")
        .replacen("\"Reliability\"", "7", 1)
        .replacen("2021-11-01", "2021-11-1", 1)
        .replacen("\"Questions on company policy.\"", "NaN", 1);
    let Checked { problems, .. } = check_str("lens.json", &text).expect("it is small");
    let lines: Vec<_> = problems.iter().map(|problem| format!("{}: {}", problem.line, problem.message)).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    2: schemaVersion is `2021-11-1`, which is not `2021-11-01`
    4: `NaN` is not JSON
    8: name is a number, and should be a string
    30: the riskRules of `backups` have no `default`
    33: this question has no choice `backups_nope`
    ");
    let err = Lens::from_text("lens.json", &text).expect_err("it has mistakes");
    insta::assert_snapshot!(err, @"lens cannot be used: lens.json:2:20: schemaVersion is `2021-11-1`, which is not `2021-11-01` (and 4 more)");
}

#[test]
fn control_characters_of_the_file_reach_no_terminal() {
    let hostile =
        LENS.replacen("\"name\": \"Reliability\"", "\"\\u001b[31m\u{9b}31m\": \"\u{1b}[31m\", \"name\": \"R\"", 1);
    let Checked { problems, .. } = check_str("lens.json", &hostile).expect("it is small");
    assert!(!problems.is_empty());
    assert!(!shown(&hostile).contains(['\u{1b}', '\u{9b}']), "{}", shown(&hostile));
}

/// A lens with so many pillars, questions in each, choices in each, and rules in each.
fn sized(pillars: usize, questions: usize, choices: usize, rules: usize) -> String {
    let many = |count: usize, item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<Vec<_>>().join(",\n");
    let choice =
        |at: usize| format!(r#"{{"id": "choice_{at}", "title": "t", "improvementPlan": {{"displayText": "p"}}}}"#);
    let rule = |at: usize| {
        let (condition, risk) =
            if at + 1 == rules { ("default".to_owned(), "HIGH_RISK") } else { (format!("choice_{at}"), "NO_RISK") };
        format!(r#"{{"condition": "{condition}", "risk": "{risk}"}}"#)
    };
    let question = |pillar: usize, at: usize| {
        let (choices, rules) = (many(choices, &choice), many(rules, &rule));
        format!(r#"{{"id": "question_{pillar}_{at}", "title": "t", "choices": [{choices}], "riskRules": [{rules}]}}"#)
    };
    let pillar = |pillar: usize| {
        let questions = many(questions, &|at| question(pillar, at));
        format!(r#"{{"id": "pillar_{pillar}", "name": "p", "questions": [{questions}]}}"#)
    };
    let pillars = many(pillars, &pillar);
    format!(r#"{{"schemaVersion": "2021-11-01", "name": "n", "description": "d", "pillars": [{pillars}]}}"#)
}

#[test]
fn limits_are_kept() {
    let messages = |text: &str| {
        let checked = check_str("lens.json", text).expect("it is small");
        checked.problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>()
    };
    assert_eq!(messages(&sized(10, 20, 15, 3)), Vec::<String>::new());
    assert_eq!(messages(&sized(11, 1, 3, 3)), ["a lens has 11 pillars, and the Tool takes 10"]);
    assert_eq!(messages(&sized(1, 21, 3, 3)), ["a pillar has 21 questions, and the Tool takes 20"]);
    assert_eq!(messages(&sized(1, 1, 16, 3)), ["a question has 16 choices, and the Tool takes 15"]);
    let rules = messages(&sized(1, 1, 5, 4));
    assert!(rules.contains(&"a question has 4 riskRules, and the Tool takes 3".to_owned()), "{rules:?}");
    assert!(messages(&sized(1, 1, 0, 1)).contains(&"choices is empty".to_owned()));
    let long = changed("Questions on company policy.", &"é".repeat(500_000));
    assert!(messages(&long).contains(&"the Tool takes custom lenses of up to 500000 characters".to_owned()));
}

#[test]
fn long_conditions_over_many_choices_take_no_time() {
    let terms = ["choice_0", "choice_1", "!choice_2"].repeat(10_000).join(" || ");
    let all = (0..15).map(|at| format!("choice_{at}")).collect::<Vec<_>>().join(" && ");
    let text = sized(1, 1, 15, 2).replacen("\"choice_0\", \"risk\"", &format!("\"({all}) || {terms}\", \"risk\""), 1);
    let lens = Lens::from_text("lens.json", &text).expect("it is sound");
    let known: States = [("choice_3", State::Selected)].into_iter().collect();
    let predicted = lens.question("question_0_0").expect("it is there").predicted(&known);
    assert_eq!((predicted.risk, predicted.range), (Risk::Undetermined, [Risk::None, Risk::High]));
}

#[test]
fn a_file_that_is_too_large_missing_or_no_text_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).expect("it is written");
        check(&path)
    };
    assert!(matches!(file("large.json", &vec![b' '; 10_000_000]), Err(LensError::TooLarge { .. })));
    assert!(matches!(file("latin1.json", b"{\"name\": \"caf\xe9\"}"), Err(LensError::NotText { offset: 13, .. })));
    assert!(matches!(check(&dir.path().join("none.json")), Err(LensError::Unreadable { .. })));
    assert!(file("lens.json", LENS.as_bytes()).is_ok_and(|checked| checked.lens.is_some()));
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        let _ = check_str("lens.json", &text);
    }

    #[test]
    fn no_cut_or_splice_makes_the_reader_panic(at in 0..LENS.len(), length in 0..40_usize, splice in "[]\\[{}\",:a-zN0-9é\\\\]{0,8}") {
        let text = format!("{}{splice}{}", &LENS[..at], &LENS[(at + length).min(LENS.len())..]);
        let checked = check_str("lens.json", &text).expect("it is small");
        for problem in &checked.problems {
            prop_assert!(text.get(problem.span.clone()).is_some(), "{problem:?}");
        }
    }

    #[test]
    fn what_is_read_is_json(at in 0..LENS.len(), length in 0..12_usize, splice in "[]\\[{}\",:a-zN0-9 .\\\\-]{0,4}") {
        let text = format!("{}{splice}{}", &LENS[..at], &LENS[(at + length).min(LENS.len())..]);
        let checked = check_str("lens.json", &text).expect("it is small");
        if checked.lens.is_some() {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
        }
    }
}
