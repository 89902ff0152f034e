//! Where the time of `answer` goes, without the binary and its SDK: how long each stage takes on a large snapshot.
//!
//! `cargo bench -p wellproof-benches --bench stages -- [SNAPSHOT] [RUNS]`; without a snapshot it writes one of 100,000 resources.
//! `RAYON_NUM_THREADS` says how many threads there are. The last line is of the fastest run.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use wellproof_answers::Custody;
use wellproof_lens::Lens;
use wellproof_model::Scope;
use wellproof_rules::RuleSet;
use wellproof_snapshot::{Reader, Verify};

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One stage, how long it took, how much of that the process itself ran on all cores together, and the largest resident set by
/// its end.
struct Stage(&'static str, Duration, Duration, u64);

/// What this process has run so far, the kernel's work for it left out: on a shared machine that includes the wait for memory.
fn user() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Field 14, in hundredths of a second; the name in field 2 may hold spaces.
    let ticks = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(11)?.parse::<u64>().ok());
    Duration::from_millis(ticks.unwrap_or_default() * 10)
}

/// The largest resident set so far, in MB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() * 1024 / 1_000_000
}

/// As the binary chooses them.
fn types(rules: &RuleSet) -> BTreeSet<&str> {
    let mut types = rules.types();
    for kind in wellproof_answers::types() {
        types.insert(kind);
    }
    for kind in wellproof_derive::inputs(&types) {
        types.insert(kind);
    }
    types
}

fn run(snapshot: &Path) -> Result<Vec<Stage>, Box<dyn Error>> {
    let mut stages = Vec::new();
    let (mut clock, mut ran) = (Instant::now(), user());
    let mut stage = |name, stages: &mut Vec<Stage>| {
        stages.push(Stage(name, clock.elapsed(), user().saturating_sub(ran), peak()));
        (clock, ran) = (Instant::now(), user());
    };
    let lens = Lens::by_id("wellarchitected").ok_or("no lens")?;
    let rules = RuleSet::shipped()?;
    stage("rules", &mut stages);

    let types = types(&rules);
    let reader = Reader::open(snapshot)?;
    let (mut evidence, _) = reader.evidence(Some(&types), Verify::Yes)?;
    stage("read", &mut stages);

    let scope = Scope::default();
    wellproof_derive::derive(&mut evidence, &scope.provenance, &types);
    stage("derive", &mut stages);

    let outcomes = rules.evaluate(&evidence, &scope);
    stage("judge", &mut stages);

    let document = wellproof_answers::answer(&evidence, lens, &rules, &outcomes, &scope, Custody::default());
    stage("answer", &mut stages);

    let mut html = Vec::new();
    wellproof_report::html(&document, &mut html)?;
    stage("html", &mut stages);
    Ok(stages)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let scratch = tempfile::tempdir()?;
    let snapshot = args.next().map_or_else(|| scratch.path().join("snapshot"), PathBuf::from);
    let runs: usize = args.next().map_or(Ok(5), |runs| runs.parse())?;
    if !snapshot.join(wellproof_snapshot::MANIFEST).exists() {
        wellproof_benches::write(&snapshot, 100_000)?;
    }
    let mut best: Option<(Duration, String)> = None;
    for _ in 0..runs.max(1) {
        let stages = run(&snapshot)?;
        let total: Duration = stages.iter().map(|Stage(_, took, ..)| *took).sum();
        let told: Vec<String> = stages
            .iter()
            .map(|Stage(name, took, ran, peak)| {
                format!("{name} {} ms ({} user, {peak} MB)", took.as_millis(), ran.as_millis())
            })
            .collect();
        let line = format!("{} ms: {}", total.as_millis(), told.join(", "));
        println!("{line}");
        if best.as_ref().is_none_or(|(least, _)| total < *least) {
            best = Some((total, line));
        }
    }
    if let Some((_, line)) = best {
        println!("best {line}");
    }
    Ok(())
}
