//! Twin accounts that differ in one fact: the choices that the fact bears on change their verdict, and at least eleven of
//! them change between met and not met. A tool that never says met, or always, fails here.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use support::{Standin, answers, catalogue, list, scan, text};
use tempfile::TempDir;

/// How many choices have to change between met and not met.
const CHOICES: usize = 11;
/// Scans wait for CloudTrail's pace most of the time, so that more of them than there are cores go on at once.
const AT_ONCE: usize = 6;

/// The options that the stand-in is started with.
type Options = Vec<String>;

/// What the answers say of every choice.
type Verdicts = BTreeMap<String, String>;

struct Twins {
    name: String,
    before: Options,
    after: Options,
    /// Verdicts before and after, by choice.
    choices: BTreeMap<String, (String, String)>,
}

fn twins() -> Vec<Twins> {
    let catalogue = catalogue();
    let options = |value| list(value).iter().map(text).collect::<Options>();
    let twins = list(&catalogue["variants"]).iter().map(|variant| Twins {
        name: text(&variant["name"]),
        before: options(&variant["before"]),
        after: options(&variant["after"]),
        choices: variant["choices"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(choice, pair)| (choice.clone(), (text(&pair[0]), text(&pair[1]))))
            .collect(),
    });
    twins.collect()
}

/// Scans an account, and says how every choice stands. Choices with the same id in two questions stand as one.
fn review(options: &[String]) -> Verdicts {
    let folder = TempDir::new().unwrap();
    let snapshot = folder.path().join("snapshot");
    let standin = Standin::start(options);
    // Nothing is refused here: a gap would be a fault of the tool or of the stand-in.
    scan(&snapshot, &[]).at(&standin).run().expect(0);
    drop(standin);
    support::verdicts(&answers(&snapshot)).into_iter().map(|((_, choice), verdict)| (choice, verdict)).collect()
}

/// Every account once, several side by side.
fn reviews(accounts: BTreeSet<Options>) -> BTreeMap<Options, Verdicts> {
    let accounts: Vec<Options> = accounts.into_iter().collect();
    let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(options) = accounts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let verdicts = review(options);
                    done.lock().unwrap().insert(options.clone(), verdicts);
                }
            });
        }
    });
    done.into_inner().unwrap()
}

#[test]
fn one_fact_decides() {
    let twins = twins();
    let reviews = reviews(twins.iter().flat_map(|twin| [twin.before.clone(), twin.after.clone()]).collect());
    let mut wrong = Vec::new();
    let mut decided = BTreeSet::new();
    for twin in &twins {
        let (before, after) = (&reviews[&twin.before], &reviews[&twin.after]);
        for (choice, (then, now)) in &twin.choices {
            let (was, is) = (&before[choice], &after[choice]);
            if (was, is) != (then, now) {
                wrong.push(format!("{}: {choice} went from {was} to {is}, not from {then} to {now}", twin.name));
            }
            if BTreeSet::from([was.as_str(), is]) == BTreeSet::from(["met", "not_met"]) {
                decided.insert(choice.as_str());
            }
        }
        // One fact: what it does not bear on is proven as before.
        for (choice, was) in before {
            let is = &after[choice];
            if was == "met" && is != "met" && !twin.choices.contains_key(choice) {
                wrong.push(format!("{}: {choice} is no longer met, but {is}", twin.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(decided.len() >= CHOICES, "one fact decides only {} choices: {decided:#?}", decided.len());
}
