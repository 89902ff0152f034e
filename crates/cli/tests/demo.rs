//! The main job on the recording in the binary: one command, no account, and answers worth a meeting.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod replay;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::support::{Ran, Wellproof, list, text, workspace};

fn demo_in(folder: &Path, options: &[&str]) -> Ran {
    let mut arguments = vec!["demo"];
    arguments.extend(options);
    Wellproof::new(arguments).within(folder).run()
}

fn question<'a>(answers: &'a Value, number: &str) -> &'a Value {
    list(&answers["questions"]).iter().find(|question| question["number"] == number).unwrap()
}

#[test]
fn one_command_does_the_main_job() {
    let folder = replay::scratch();
    let ran = demo_in(folder.path(), &[]).expect(0);
    let mut left: Vec<String> =
        folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["wellproof-report.html", "wellproof-snapshot"]);
    assert!(folder.path().join("wellproof-snapshot/manifest.json").is_file());
    let report = std::fs::read_to_string(folder.path().join("wellproof-report.html")).unwrap();
    assert!(report.starts_with("<!DOCTYPE html>") && report.trim_end().ends_with("</html>"));
    for words in
        ["edition 2024-11", "account 111122223333", "choices judged from evidence", "NOT MET", "WHAT TO FIX FIRST"]
    {
        assert!(ran.stdout.to_lowercase().contains(&words.to_lowercase()), "{words:?} is not in\n{}", ran.stdout);
    }
    assert!(!ran.stdout.contains('\u{1b}'), "no colour where there is no terminal");
    assert!(ran.stderr.contains("wellproof explain"), "{}", ran.stderr);

    let snapshot = folder.path().join("wellproof-snapshot");
    let verify = |options: &[&str]| {
        let mut arguments = vec!["verify", snapshot.to_str().unwrap()];
        arguments.extend(options);
        Wellproof::new(arguments).run().expect(0)
    };
    verify(&[]);
    verify(&["--rederive"]);
}

#[test]
fn a_second_demo_replaces_the_first() {
    let folder = replay::scratch();
    let first = demo_in(folder.path(), &[]).expect(0);
    let report = folder.path().join("wellproof-report.html");
    let before = (replay::files(&folder.path().join("wellproof-snapshot")), std::fs::read(&report).unwrap());
    std::fs::write(folder.path().join("wellproof-snapshot/left-over"), "from an older version").unwrap();
    let second = demo_in(folder.path(), &[]).expect(0);
    assert_eq!(first.stdout, second.stdout);
    let after = (replay::files(&folder.path().join("wellproof-snapshot")), std::fs::read(&report).unwrap());
    assert!(before == after, "the second run wrote something else");
}

#[test]
fn what_is_no_demo_is_left_alone() {
    let folder = replay::scratch();
    let foreign = folder.path().join("wellproof-snapshot");
    std::fs::create_dir(&foreign).unwrap();
    std::fs::write(foreign.join("thesis.txt"), "three years").unwrap();
    demo_in(folder.path(), &[]).expect(2).says(&["wellproof-snapshot", "nothing was touched", "--out"]);
    assert_eq!(std::fs::read_to_string(foreign.join("thesis.txt")).unwrap(), "three years");
    assert!(!folder.path().join("wellproof-report.html").exists());
    // Nor is a scan of a real account, even of the same one.
    let scan = folder.path().join("scan");
    replay::copy(&replay::demo(), &scan);
    let before = replay::files(&scan);
    demo_in(folder.path(), &["--out", "scan"]).expect(2);
    assert!(before == replay::files(&scan));
    // An empty folder is no loss.
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    demo_in(folder.path(), &["--out", "empty", "--report", "other.html"]).expect(0);
    assert!(folder.path().join("other.html").is_file());
}

#[test]
fn the_answers_have_the_published_shape() {
    let schema: Value =
        serde_json::from_slice(&std::fs::read(workspace().join("schemas/answers.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let answers = support::answers(&replay::demo());
    let errors: Vec<String> =
        validator.iter_errors(&answers).map(|err| format!("{}: {err}", err.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(answers["schema"], "wellproof/answers/1");
    assert_eq!(answers["lens"]["edition"], "2024-11");
    assert_eq!(answers["coverage"]["choices"], 307);
    let mut other = answers;
    other["questions"][0]["choices"][0]["verdict"] = "perhaps".into();
    assert!(!validator.is_valid(&other), "the schema refuses nothing");
}

#[test]
fn quotas_without_alarms_are_named_first() {
    let answers = support::answers(&replay::demo());
    let quotas = question(&answers, "REL 1");
    assert_eq!(quotas["id"], "manage-service-limits");
    assert!(text(&quotas["note"]).starts_with("REL 1: quotas not monitored"), "{}", quotas["note"]);
    let choices: Vec<&Value> = list(&quotas["choices"]).iter().filter(|choice| !choice["number"].is_null()).collect();
    assert_eq!(choices.len(), 6);
    for choice in choices {
        let judged = |rule: &&Value| matches!(rule["verdict"].as_str(), Some("pass" | "fail"));
        assert!(list(&choice["rules"]).iter().any(|rule| judged(&rule)), "no rule judged {}", choice["id"]);
    }
}

/// The finding that the product was asked for by name: which instances, who launched them, when, and how that is known.
#[test]
fn instances_that_nobody_answers_for_are_a_finding() {
    const RULE: &str = "ec2-untagged-outside-cloudformation";
    let answers = support::answers(&replay::demo());
    let rule = &answers["rules"][RULE];
    assert_eq!(rule["verdict"], "fail");
    let on_choices = list(&answers["questions"]).iter().flat_map(|question| list(&question["choices"]));
    let mut on_choices = on_choices.flat_map(|choice| list(&choice["rules"])).filter(|rule| rule["id"] == RULE);
    let resources = list(&on_choices.next().unwrap()["resources"]);
    let failed: Vec<&Value> = resources.iter().filter(|resource| resource["verdict"] == "fail").collect();
    assert_eq!(failed.len() as u64, rule["failed"].as_u64().unwrap());
    assert!(!failed.is_empty());
    let note = text(&rule["note"]);
    for instance in failed {
        assert!(note.contains(&text(&instance["id"])), "{note}");
        let services: BTreeSet<String> =
            list(&instance["calls"]).iter().map(|call| text(&answers["calls"][text(call)]["service"])).collect();
        for service in ["ec2", "cloudtrail", "cloudformation", "autoscaling"] {
            assert!(services.contains(service), "{} does not cite {service}", instance["id"]);
        }
    }
    let named = note.split("CloudTrail names ").nth(1).unwrap();
    let (who, when) = named.trim_end_matches('.').split_once(" at ").unwrap();
    assert!(who.starts_with("arn:aws:"), "who launched it: {named}");
    assert!(when.parse::<jiff::Timestamp>().is_ok(), "when: {named}");
}

#[test]
fn rules_reach_far_enough() {
    let rules = replay::rules();
    let mut choices = BTreeSet::new();
    let mut questions = BTreeSet::new();
    for on in rules.iter().flat_map(|rule| &rule.bears_on) {
        choices.insert((&on.question, &on.choice));
        questions.insert(&on.question);
    }
    assert!(rules.len() >= 50, "{} rules", rules.len());
    assert!(choices.len() >= 45, "{} choices", choices.len());
    assert!(questions.len() >= 20, "{} questions", questions.len());
    // Some questions are those of an older edition alone.
    let pillars: BTreeSet<&str> =
        questions.iter().filter_map(|id| Some(replay::lens().question(id)?.pillar.as_str())).collect();
    assert_eq!(pillars.len(), 6, "{pillars:?}");

    let answers = support::answers(&replay::demo());
    let judged: BTreeMap<String, u64> = list(&answers["pillars"])
        .iter()
        .map(|pillar| (text(&pillar["id"]), pillar["coverage"]["judged"].as_u64().unwrap()))
        .collect();
    assert_eq!(judged.len(), 6);
    assert!(judged.values().all(|count| *count > 0), "a pillar of the demo without a judged choice: {judged:?}");
    assert!(answers["coverage"]["judged"].as_u64().unwrap() >= 45);
}

/// The Well-Architected Tool refuses longer notes.
#[test]
fn notes_keep_to_the_tools_limits() {
    let answers = support::answers(&replay::demo());
    let mut said = 0;
    for question in list(&answers["questions"]) {
        let note = text(&question["note"]);
        assert!(wellproof_answers::length(&note) <= 2084, "{note}");
        assert!(note.is_empty() || note.starts_with(&text(&question["number"])), "{note}");
        for choice in list(&question["choices"]) {
            let note = text(&choice["note"]);
            assert!(wellproof_answers::length(&note) <= 250, "{note}");
            said += usize::from(!note.is_empty());
            // What evidence does not decide, a person is asked.
            if choice["verdict"] == "not_proven" && list(&choice["rules"]).is_empty() {
                assert!(text(&choice["reason"]).contains("needs a person"), "{}", choice["reason"]);
                assert!(choice["ask"].is_string(), "{} asks nothing", choice["id"]);
            }
        }
    }
    assert!(said > 45);
}
