//! How well a scan overlaps its calls: the demo account replayed with a wait before each answer, beside the longest chain of
//! calls of which each one needs what an earlier one told.
//!
//! `cargo bench -p wellproof-collect -- [RECORDING] [MILLISECONDS] [RUNS]`. The fastest run counts: whatever else the
//! machine does only ever adds.
//!
//! The chain is read off the recording, not off our code. A call needs the earliest answer of its unit that told a text of
//! its request (a page's token, an id, a name), and every unit needs the list of regions. A text that happens to stand in
//! an answer makes the chain longer than it has to be, so the chain is printed call by call.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use memchr::memmem;
use serde_json::Value;
use wellproof_collect::{Event, Origin, Progress, Regions, Request, scan};
use wellproof_model::{Call, GLOBAL, UnitId};
use wellproof_snapshot::{Format, Reader};

/// The allocator of the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What was asked: a scan takes at most so many times its longest chain.
const FACTOR: f64 = 1.5;
/// Shorter texts of a request stand in answers by chance.
const SHORTEST: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/demo");
    let recording = args.next().map_or(demo, PathBuf::from);
    let wait = Duration::from_millis(args.next().map_or(Ok(50), |it| it.parse())?);
    let runs: usize = args.next().map_or(Ok(5), |it| it.parse())?;

    let reader = Arc::new(Reader::open(&recording)?);
    let regions = reader.manifest().regions.len();
    let chain = longest_chain(&reader)?;
    let least = wait * u32::try_from(chain.len())?;
    println!(
        "{regions} regions, {} units, {} ms before each answer",
        reader.manifest().planned.len(),
        wait.as_millis()
    );
    println!("longest chain: {} calls, {} ms: {}", chain.len(), least.as_millis(), chain.join(" > "));

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut best = Duration::MAX;
    for _ in 0..runs.max(1) {
        let scratch = tempfile::tempdir()?;
        let request = Request {
            origin: Origin::Recording { reader: Arc::clone(&reader), latency: wait },
            regions: Regions::All,
            collectors: Vec::new(),
            out: scratch.path().join("snapshot"),
            resume: false,
            format: Format::Zstd,
            tool_version: String::new(),
            rules_digest: String::new(),
            lenses_digest: String::new(),
        };
        let (began, ended) = (Instant::now(), Last::default());
        let scanned = runtime.block_on(scan(&request, &ended, std::future::pending()))?;
        let took = began.elapsed();
        println!("scan: {} ms, {} calls; {ended} ended last", took.as_millis(), scanned.calls);
        best = best.min(took);
    }
    let factor = best.as_secs_f64() / least.as_secs_f64();
    let says = if factor <= FACTOR { "reached" } else { "missed" };
    println!("best: {} ms, ×{factor:.2} of the longest chain; at most ×{FACTOR}: {says}", best.as_millis());
    Ok(())
}

/// The unit that ended last: what a scan waits for.
#[derive(Default)]
struct Last(Mutex<String>);

impl Progress for Last {
    fn tell(&self, event: Event) {
        if let Event::Finished { unit, .. } = event {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = unit.to_string();
        }
    }
}

impl std::fmt::Display for Last {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The chain of the account's own unit, which knows the regions, and the longest one of any other unit behind it.
fn longest_chain(reader: &Reader) -> Result<Vec<String>, Box<dyn Error>> {
    let planned = &reader.manifest().planned;
    let (account, others): (Vec<&UnitId>, Vec<&UnitId>) =
        planned.iter().partition(|unit| unit.collector == "account" && unit.region == GLOBAL);
    let longest = |units: &[&UnitId]| -> Result<Vec<String>, Box<dyn Error>> {
        let mut longest = Vec::new();
        for unit in units {
            let chain = unit_chain(reader, unit)?;
            if chain.len() > longest.len() {
                longest = chain;
            }
        }
        Ok(longest)
    };
    let mut chain = longest(&account)?;
    chain.extend(longest(&others)?);
    Ok(chain)
}

/// The longest chain within one unit, as `unit operation` for each call.
fn unit_chain(reader: &Reader, unit: &UnitId) -> Result<Vec<String>, Box<dyn Error>> {
    let mut calls = reader.unit_calls(unit)?.unwrap_or_default();
    calls.sort_by_key(|(call, _)| call.at);
    // Of each call, the one that it waited for and how many calls lead to it.
    let mut chains: Vec<(Option<usize>, usize)> = Vec::with_capacity(calls.len());
    for (nth, (call, _)) in calls.iter().enumerate() {
        let earlier = &calls[..nth];
        let told = texts(call).into_iter().filter_map(|text| {
            let finder = memmem::Finder::new(text.as_bytes());
            earlier.iter().position(|(_, body)| finder.find(body).is_some())
        });
        let needed = told.max_by_key(|at| chains[*at].1);
        chains.push((needed, needed.map_or(0, |at| chains[at].1) + 1));
    }
    let mut at = (0..chains.len()).max_by_key(|nth| chains[*nth].1);
    let mut chain = Vec::new();
    while let Some(nth) = at {
        chain.push(format!("{unit} {}", calls[nth].0.key.operation));
        at = chains[nth].0;
    }
    chain.reverse();
    Ok(chain)
}

/// The texts of a request that an answer may have told: not what every call of the unit has.
fn texts(call: &Call) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for pair in call.key.query.split('&').chain(call.key.input.split('&')) {
        if let Some((name, value)) = pair.split_once('=')
            && !matches!(name, "Action" | "Version")
        {
            texts.insert(value.to_owned());
        }
    }
    texts.extend(call.key.path.split('/').map(str::to_owned));
    if let Ok(input) = serde_json::from_str(&call.key.input) {
        strings(&input, &mut texts);
    }
    texts.retain(|text| text.len() >= SHORTEST && *text != call.key.region && *text != call.key.account);
    texts
}

fn strings(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            into.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| strings(item, into)),
        Value::Object(members) => members.values().for_each(|item| strings(item, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
