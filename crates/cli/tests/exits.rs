//! How a review ends: 0, or 1 where a threshold is reached, 2 where the snapshot is damaged, 3 where something was not read.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod replay;
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::replay::Recording;
use crate::support::Wellproof;

/// `wellproof answer SNAPSHOT OPTIONS`.
fn answer(snapshot: &Path, options: &[&str]) -> Wellproof {
    let out = ["--format", "json"];
    Wellproof::new([&["answer", snapshot.to_str().unwrap()], &out[..], options].concat())
}

#[test]
fn a_threshold_comes_before_gaps_and_damage_before_both() {
    let folder = replay::scratch();
    let whole = replay::demo();
    // What merely leaves a derived fact open is no gap.
    answer(&whole, &[]).run().expect(0);
    answer(&whole, &["--fail-on", "gaps"]).run().expect(0);
    answer(&whole, &["--fail-on", "high-risk"]).run().expect(1).says(&["--fail-on high-risk:", "at high risk"]);
    answer(&whole, &["--fail-on", "hihg-risk"]).run().expect(2).says(&["high-risk"]);

    let recording = Recording::read(&whole);
    let asked = recording.calls.iter().filter(|(call, _)| call.key.service == "guardduty");
    let gone: BTreeSet<_> = asked.map(|(call, _)| call.id.clone()).collect();
    let (less, gaps) = (folder.path().join("less"), folder.path().join("gaps"));
    recording.without(&gone).write(&less);
    replay::replay(&less, &gaps);
    answer(&gaps, &[]).run().expect(3);
    answer(&gaps, &["--fail-on", "high-risk"]).run().expect(1);
    answer(&gaps, &["--fail-on", "gaps"]).run().expect(1).says(&["--fail-on gaps:", "AWS::GuardDuty::Detector"]);

    let damaged = folder.path().join("damaged");
    replay::copy(&gaps, &damaged);
    let calls = damaged.join("units/cloudformation.111122223333.us-east-1/calls.ndjson");
    assert!(calls.metadata().unwrap().len() > 0);
    fs::write(&calls, "").unwrap();
    answer(&damaged, &["--fail-on", "high-risk"]).run().expect(2).says(&["is damaged"]);
    answer(&damaged, &["--fail-on", "high-risk", "--allow-unverified"]).run().expect(1);
    answer(&damaged, &["--allow-unverified"]).run().expect(3);

    // Everything was read, and nothing seals it.
    let unsealed = folder.path().join("unsealed");
    replay::copy(&whole, &unsealed);
    fs::remove_file(unsealed.join("DIGEST")).unwrap();
    answer(&unsealed, &["--fail-on", "high-risk"]).run().expect(2).says(&["is unfinished"]);
    let ran = answer(&unsealed, &["--allow-unverified"]).run().expect(3);
    assert_eq!(
        (&ran.json()["snapshot"]["unfinished"], &ran.json()["gaps"]),
        (&true.into(), &support::answers(&whole)["gaps"])
    );
    answer(&unsealed, &["--allow-unverified", "--fail-on", "gaps"]).run().expect(1).says(&["unfinished snapshot"]);
}

#[test]
fn whatever_makes_one_document_writes_it_to_a_file() {
    let folder = replay::scratch();
    let demo = replay::demo();
    let commands: [&[&str]; 8] = [
        &["policy"],
        &["policy", "--for", "pull"],
        &["policy", "--for", "push", "--template"],
        &["policy", "--for", "scan", "--collectors", "guardduty"],
        &["explain", demo.to_str().unwrap(), "manage-service-limits"],
        &["lens", "show"],
        &["rules", "list"],
        &["rules", "explain", "guardduty-enabled-in-every-region"],
    ];
    for command in commands {
        let printed = Wellproof::new(command).run().expect(0).stdout;
        let silent =
            Wellproof::new([command, &["--output", "document"]].concat()).within(folder.path()).run().expect(0);
        assert_eq!(silent.stdout, "", "{command:?}");
        assert!(!printed.is_empty());
        assert_eq!(fs::read_to_string(folder.path().join("document")).unwrap(), printed, "{command:?}");
    }
    Wellproof::new(["policy", "--for", "nothing"]).run().expect(2);
}
