//! A review is of a workload: `wellproof.toml` changes the answers, says what it left out, and its mistakes are located.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Wellproof, list, text, verdicts, workspace};

const PRODUCTION: &str = r#"
[workload]
name = "shop"
tags = ["env=prod"]

[[workload.exclude]]
type = "AWS::EC2::Volume"
reason = "volumes are looked after by the storage team"
"#;

fn demo() -> PathBuf {
    workspace().join("fixtures/demo")
}

fn written(folder: &Path, content: &str) -> PathBuf {
    let path = folder.join("wellproof.toml");
    std::fs::write(&path, content).unwrap();
    path
}

/// The answers to the demo within the workload that `content` describes.
fn answers_for(content: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let config = written(folder.path(), content);
    let ran = support::answer(&demo(), &["--config", config.to_str().unwrap()]).run();
    assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
    ran.json()
}

#[test]
fn production_is_answered_otherwise_than_the_account() {
    let whole = support::answers(&demo());
    let production = answers_for(PRODUCTION);
    let (before, after) = (verdicts(&whole), verdicts(&production));
    let moved: Vec<_> = before.keys().filter(|name| before.get(*name) != after.get(*name)).collect();
    assert!(moved.len() >= 5, "{moved:?}");
    assert!(text(&whole["scope"]["sentence"]).contains("development resources count too"));
    assert_eq!(whole["scope"]["out_of_scope"], 0);
    let scope = &production["scope"];
    assert_eq!(scope["workload"], "shop");
    assert!(text(&scope["sentence"]).contains("tagged env=prod"));
    assert!(scope["out_of_scope"].as_u64().unwrap() > 50);
    assert_eq!(production["snapshot"], whole["snapshot"], "the same evidence");
}

#[test]
fn what_cannot_carry_the_tag_is_judged_all_the_same() {
    let (whole, production) =
        (support::answers(&demo()), answers_for("[workload]\nname = \"shop\"\ntags = [\"env=prod\"]\n"));
    for rule in ["guardduty-enabled-in-every-region", "quotas-in-use-are-alarmed", "security-contact-is-registered"] {
        assert_eq!(production["rules"][rule]["verdict"], whole["rules"][rule]["verdict"], "{rule}");
    }
    let count =
        |answers: &Value, field: &str| answers["rules"]["ec2-untagged-outside-cloudformation"][field].as_u64().unwrap();
    assert!(count(&whole, "failed") > 0);
    assert_eq!(count(&production, "failed"), 0, "an instance without a tag is not tagged env=prod");
    assert!(count(&production, "passed") < count(&whole, "passed"));
}

#[test]
fn every_report_prints_what_was_left_out_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let config = written(folder.path(), PRODUCTION);
    let reason = "volumes are looked after by the storage team";
    for format in ["text", "json", "html", "markdown"] {
        let arguments = ["answer", demo().to_str().unwrap(), "--config", config.to_str().unwrap(), "--format", format]
            .map(str::to_owned);
        let ran = Wellproof::new(arguments).run();
        assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
        let unwrapped = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(unwrapped.contains(reason), "the {format} report is silent about an exclusion");
    }
    let answers = answers_for(PRODUCTION);
    assert_eq!(list(&answers["scope"]["exclusions"]), [format!("AWS::EC2::Volume: {reason}")]);
    assert_eq!(answers["rules"]["volumes-are-encrypted"]["failed"], 0);
}

#[test]
fn the_current_folders_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), PRODUCTION);
    let ran = support::answer(&demo(), &[]).within(folder.path()).run().says(&["wellproof.toml"]);
    assert_eq!(ran.json()["scope"]["workload"], "shop");
}

#[test]
fn mistakes_are_located() {
    let mistakes = [
        ("[workload]\nname = \"shop\"\ntag = [\"env=prod\"]\n", ["unknown field `tag`", "wellproof.toml:3:1", "tags"]),
        ("[workload]\ntags = [\"env=prod\"]\n", ["missing field `name`", "wellproof.toml:1:1", "workload"]),
        ("[workload]\nname = shop\n", ["wellproof.toml:2:", "shop", "wellproof.toml"]),
        (
            "[workload]\nname = \"shop\"\n\n[[workload.exclude]]\ntype = \"AWS::EC2::Volume\"\nreason = \" \"\n",
            ["an exclusion needs a reason", "wellproof.toml:4:1", "workload.exclude"],
        ),
        (
            "[workload]\nname = \"shop\"\n\n[[workload.exclude]]\nreason = \"gone by March\"\n",
            ["an exclusion names a resource, a type or a tag", "wellproof.toml:4:1", "workload.exclude"],
        ),
        (
            "[workload]\nname = \"shop\"\n\n[[workload.exclude]]\ntag = \"owner=lab\"\nreason = \"a lab\"\n\n\
             [[workload.exclude]]\nreason = \"gone by March\"\n",
            ["an exclusion names a resource, a type or a tag", "wellproof.toml:8:1", "workload.exclude"],
        ),
        (
            "[workload]\nname = \"shop\"\naccounts = [\"111122223333\", \"111122223334\"]\n",
            [
                "the snapshot does not hold the account `111122223334`",
                "wellproof.toml:3:29",
                "did you mean `111122223333`?",
            ],
        ),
        (
            "[workload]\nname = \"shop\"\nregions = [\"us-eats-1\"]\n",
            ["the account has no region `us-eats-1`", "wellproof.toml:3:12", "did you mean `us-east-1`?"],
        ),
    ];
    for (content, words) in mistakes {
        let folder = tempfile::tempdir().unwrap();
        written(folder.path(), content);
        let ran = support::answer(&demo(), &[]).within(folder.path()).run().expect(2).says(&words);
        assert_eq!(ran.stdout, "");
    }
}
