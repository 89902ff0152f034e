//! Invariants 1, 2 and 6: what is not read never helps, every verdict cites its calls, the same input gives the same bytes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod replay;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use wellproof_model::{CallId, Suggestion};

use crate::replay::{Blow, Recording, Review, Target};
use crate::support::{Standin, Wellproof};

const CASES: u32 = 24;

fn targets() -> impl Strategy<Value = Target> {
    let index = 0..4096_usize;
    prop_oneof![
        3 => index.clone().prop_map(Target::Call),
        2 => index.clone().prop_map(Target::Operation),
        2 => index.clone().prop_map(Target::OperationInUnit),
        1 => index.clone().prop_map(Target::Unit),
        3 => index.prop_map(Target::FromThisPageOn),
    ]
}

fn blows() -> impl Strategy<Value = Blow> {
    prop_oneof![
        3 => Just(Blow::Deny),
        3 => Just(Blow::Drop),
        1 => Just(Blow::Throttle),
        1 => Just(Blow::Silence),
        1 => Just(Blow::Break),
        1 => Just(Blow::Garble),
        1 => Just(Blow::Foreign),
        1 => Just(Blow::Empty),
    ]
}

/// A little damage leaves most rules a chance to be wrong; much of it meets the joins of what is left.
fn damage() -> impl Strategy<Value = BTreeMap<Target, Blow>> {
    let single = (0..4096_usize).prop_map(Target::Call);
    prop_oneof![
        3 => prop::collection::btree_map(targets(), blows(), 1..6),
        1 => prop::collection::btree_map(targets(), blows(), 6..30),
        1 => prop::collection::btree_map(single, blows(), 30..400),
    ]
}

/// Denied is not empty, whatever befalls the calls of `recording`.
fn holds_under_damage(recording: &Recording, cases: u32) {
    let intact = Review::of_replayed(recording);
    assert_eq!(intact.unproven(), Vec::<String>::new());
    let config = Config {
        cases,
        // Every case replays an account: the damage is small enough to read when it has been halved a few times.
        max_shrink_iters: 60,
        rng_seed: RngSeed::Fixed(20_261_122),
        failure_persistence: None,
        ..Config::default()
    };
    let harmed = AtomicU32::new(0);
    let result = TestRunner::new(config).run(&damage(), |damage| {
        let damaged = Review::of_replayed(&recording.damaged(&damage));
        harmed.fetch_add(u32::from(damaged.suggestions() != intact.suggestions()), Ordering::Relaxed);
        prop_assert_eq!(intact.moved_by_damage(&damaged), Vec::<String>::new());
        prop_assert_eq!(damaged.unproven(), Vec::<String>::new());
        Ok(())
    });
    if let Err(err) = result {
        panic!("{err}");
    }
    let harmed = harmed.into_inner();
    assert!(
        harmed > cases / 3,
        "damage that moves nothing tries nothing: {harmed} of {cases} cases moved a suggestion"
    );
}

/// Whatever choice stands so in `review`, it does no longer once the calls that it cites are gone. Returns how many there were.
fn falls_without_its_calls(recording: &Recording, review: &Review, verdict: Suggestion) -> usize {
    let mut tried = 0;
    for (question, choice) in review.choices().filter(|(_, choice)| choice.verdict == verdict) {
        let cited: BTreeSet<CallId> = choice.citations.iter().map(|cited| CallId::from(cited.call.clone())).collect();
        assert!(!cited.is_empty(), "{} is {verdict} and cites nothing", choice.id);
        let without = Review::of_replayed(&recording.without(&cited));
        let after = without.suggestions().remove(&(question.id.clone(), choice.id.clone()));
        assert_ne!(
            after,
            Some(verdict),
            "{} of {}, without the {} calls that it cites",
            choice.id,
            question.id,
            cited.len()
        );
        assert_eq!(review.moved_by_damage(&without), Vec::<String>::new(), "without the calls of {}", choice.id);
        tried += 1;
    }
    tried
}

#[test]
fn denied_is_not_empty_in_the_demo() {
    holds_under_damage(&Recording::read(&replay::demo()), CASES);
}

/// On pages of two items, so that there is something to cut off. CloudTrail's events, which are asked for twice a second,
/// stay out.
#[test]
fn a_listing_that_is_cut_off_is_not_whole() {
    let folder = replay::scratch();
    let out = folder.path().join("paged");
    let standin = Standin::start(["--account", "sound", "--page-size", "2"]);
    let collectors = ["autoscaling", "cloudformation", "cloudwatch", "config", "ec2", "guardduty"];
    let ran = support::scan(&out, &collectors).at(&standin).run();
    assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
    drop(standin);
    let recording = Recording::read(&out);
    let pages: Vec<usize> =
        (0..recording.calls.len()).filter(|index| recording.hit(Target::FromThisPageOn(*index)).len() > 1).collect();
    assert!(pages.len() > 10, "only {} listings have more than one page", pages.len());
    let intact = Review::of_replayed(&recording);
    // Every listing at once, after its first page.
    let second: BTreeSet<CallId> = recording
        .calls
        .iter()
        .filter(|(call, _)| (call.key.input.clone() + &call.key.query).to_lowercase().contains("nexttoken"))
        .map(|(call, _)| call.id.clone())
        .collect();
    let cut = Review::of_replayed(&recording.without(&second));
    assert!(cut.document.gaps.len() > 10);
    assert_eq!(intact.moved_by_damage(&cut), Vec::<String>::new());
    assert_eq!(cut.unproven(), Vec::<String>::new());
    holds_under_damage(&recording, CASES);
}

/// The account in which much is met: it is where a denied call could turn `met` into `not_met`.
#[test]
fn every_met_falls_with_its_calls() {
    let folder = replay::scratch();
    let out = folder.path().join("sound");
    let standin = Standin::start(["--account", "sound"]);
    let ran = support::scan(&out, &[]).at(&standin).run();
    assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
    drop(standin);
    let recording = Recording::read(&out);
    let review = Review::of(&out);
    assert_eq!(review.unproven(), Vec::<String>::new());
    let met = falls_without_its_calls(&recording, &review, Suggestion::Met);
    assert!(met >= 3, "a tool that never says `met` must fail here: {met}");
    holds_under_damage(&recording, CASES);
}

#[test]
fn the_demos_verdicts_fall_with_their_calls() {
    let recording = Recording::read(&replay::demo());
    let review = Review::of(&replay::demo());
    assert_eq!(review.unproven(), Vec::<String>::new());
    assert!(falls_without_its_calls(&recording, &review, Suggestion::NotMet) >= 5);
    assert!(falls_without_its_calls(&recording, &review, Suggestion::Met) >= 1);
}

#[test]
fn an_empty_snapshot_preselects_nothing() {
    let mut recording = Recording::read(&replay::demo());
    recording.calls.clear();
    let asked = Review::of_replayed(&recording);
    recording.manifest.units.clear();
    recording.manifest.regions.clear();
    recording.manifest.regions_enabled = None;
    let folder = replay::scratch();
    let bare = folder.path().join("bare");
    recording.write(&bare);
    for review in [asked, Review::of(&bare)] {
        let said: Vec<_> = review.suggestions().into_iter().filter(|(_, it)| *it != Suggestion::NotProven).collect();
        assert_eq!(said, Vec::new());
        assert_eq!(review.document.coverage.judged, 0);
        assert_eq!(review.document.fix_first, Vec::new());
        assert!(review.document.gaps.len() > 20, "it says what it did not read");
    }
}

#[test]
fn two_evaluations_give_the_same_bytes() {
    let snapshot = replay::demo();
    for format in [&["json"][..], &["html"], &["markdown"], &["text", "--all"]] {
        let answer = |threads: &str| {
            let mut arguments = vec!["answer", snapshot.to_str().unwrap(), "--format"];
            arguments.extend(format);
            let ran = Wellproof::new(arguments).env("RAYON_NUM_THREADS", threads).run();
            assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
            ran.stdout
        };
        let once = answer("1");
        assert!(once.len() > 1000);
        assert!(once == answer("2"), "{format:?} differs with two threads");
    }
}

#[test]
fn a_replay_writes_the_same_files() {
    let folder = replay::scratch();
    let [once, twice, again] = ["once", "twice", "again"].map(|name| folder.path().join(name));
    replay::replay(&replay::demo(), &once);
    replay::replay(&replay::demo(), &twice);
    replay::replay(&once, &again);
    assert_same(&replay::files(&once), &replay::files(&twice));
    let units = |dir: &Path| {
        let mut files = replay::files(dir);
        files.retain(|name, _| name.starts_with("units/"));
        files
    };
    // The manifest alone says of what a snapshot was replayed, and by which version.
    assert_same(&units(&replay::demo()), &units(&once));
    assert_same(&units(&once), &units(&again));
}

fn assert_same(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) {
    assert!(one.len() > 50);
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    let differ: Vec<&String> = one.keys().filter(|name| one.get(*name) != other.get(*name)).collect();
    assert_eq!(differ, Vec::<&String>::new());
}
