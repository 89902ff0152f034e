//! How long the binary takes for a large snapshot, and how much memory.
//!
//! `cargo bench -p wellproof-benches -- [--binary FILE] [--resources N] [--runs N] [--keep DIR] [--replay RECORDING]` with a
//! release build of `wellproof`. GNU time measures (`/usr/bin/time`); of the runs the fastest counts, since whatever else the
//! machine does only ever adds. Threads are compared run by run, so that both see the same machine.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What was asked of `answer` on 100,000 resources.
const SECONDS: f64 = 2.0;
const MEGABYTES: f64 = 500.0;

struct Options {
    binary: PathBuf,
    resources: usize,
    runs: usize,
    /// Where the snapshot is, or is to be left.
    keep: Option<PathBuf>,
    /// A recording to replay, instead of answering.
    replay: Option<PathBuf>,
}

fn options() -> Result<Options, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let binary = target.join("release/wellproof");
    let mut options = Options { binary, resources: 100_000, runs: 10, keep: None, replay: None };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        // What cargo adds.
        if arg == "--bench" {
            continue;
        }
        let value = args.next().ok_or_else(|| format!("{arg} takes a value"))?;
        match arg.as_str() {
            "--binary" => options.binary = value.into(),
            "--resources" => options.resources = value.parse()?,
            "--runs" => options.runs = value.parse()?,
            "--keep" => options.keep = Some(value.into()),
            "--replay" => options.replay = Some(value.into()),
            _ => return Err(format!("unknown option {arg}").into()),
        }
    }
    Ok(options)
}

/// One run, as GNU time saw it.
#[derive(Clone, Copy)]
struct Run {
    wall: f64,
    cpu: f64,
    /// The largest resident set, in MB of a million bytes.
    megabytes: f64,
}

impl Run {
    /// The least of each figure.
    fn least(self, other: Self) -> Self {
        Self {
            wall: self.wall.min(other.wall),
            cpu: self.cpu.min(other.cpu),
            megabytes: self.megabytes.max(other.megabytes),
        }
    }
}

fn measure(binary: &Path, args: &[&OsStr], threads: Option<usize>, scratch: &Path) -> Result<Run, Box<dyn Error>> {
    let measured = scratch.join("time");
    let mut command = Command::new("/usr/bin/time");
    command.args(["-q", "-f", "%e %U %S %M", "-o"]).arg(&measured).arg(binary).args(args);
    if let Some(threads) = threads {
        command.env("RAYON_NUM_THREADS", threads.to_string()).env("TOKIO_WORKER_THREADS", threads.to_string());
    }
    let began = std::time::Instant::now();
    let output = command.current_dir(scratch).output().map_err(|err| format!("GNU time cannot run: {err}"))?;
    // GNU time has hundredths of a second; the process it starts beside costs less than one.
    let wall = began.elapsed().as_secs_f64();
    // 3 says that not everything could be read.
    if !matches!(output.status.code(), Some(0 | 3)) {
        return Err(format!("{} failed: {}", binary.display(), String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = fs::read_to_string(&measured)?;
    let figures = text.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    let [_, user, system, kilobytes] = figures[..] else { return Err(format!("GNU time says `{text}`").into()) };
    Ok(Run { wall, cpu: user + system, megabytes: kilobytes * 1024.0 / 1e6 })
}

fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace().next().unwrap_or("unknown").to_owned()
}

/// Runs with one thread and with two in turn, and prints the best of each and what the second thread gains.
fn compare(name: &str, runs: usize, run: impl Fn(usize) -> Result<Run, Box<dyn Error>>) -> Result<Run, Box<dyn Error>> {
    let mut best: [Option<Run>; 2] = [None, None];
    let before = load();
    for _ in 0..runs.max(1) {
        for (best, threads) in best.iter_mut().zip([1, 2]) {
            let this = run(threads)?;
            *best = Some(best.map_or(this, |best| best.least(this)));
        }
    }
    let [Some(one), Some(two)] = best else { return Err("no run".into()) };
    for (threads, run) in [(1, one), (2, two)] {
        println!(
            "{name:<14} {threads} threads: {:6.3} s wall, {:6.3} s CPU, {:6.1} MB",
            run.wall, run.cpu, run.megabytes
        );
    }
    println!("{name:<14} the second thread gains ×{:.2}; load {before} before, {} after", one.wall / two.wall, load());
    Ok(two)
}

fn answer(options: &Options, snapshot: &Path, scratch: &Path) -> Result<(), Box<dyn Error>> {
    for format in ["json", "html", "text"] {
        let run = |threads| {
            let args = [OsStr::new("answer"), snapshot.as_os_str(), "--format".as_ref(), format.as_ref()];
            let args = [&args[..], &["--output".as_ref(), "report".as_ref()]].concat();
            measure(&options.binary, &args, Some(threads), scratch)
        };
        let two = compare(&format!("answer {format}"), options.runs, run)?;
        let size = fs::metadata(scratch.join("report"))?.len();
        println!("               report of {size} bytes");
        if options.resources == 100_000 {
            let says = |reached: bool| if reached { "reached" } else { "missed" };
            println!(
                "               under {SECONDS} s: {}; under {MEGABYTES} MB: {}",
                says(two.wall < SECONDS),
                says(two.megabytes < MEGABYTES)
            );
        }
    }
    Ok(())
}

fn replay(options: &Options, recording: &Path, scratch: &Path) -> Result<(), Box<dyn Error>> {
    let recording = recording.canonicalize()?;
    let out = scratch.join("replayed");
    compare("scan --replay", options.runs, |threads| {
        if out.exists() {
            fs::remove_dir_all(&out)?;
        }
        let args = [OsStr::new("scan"), "--replay".as_ref(), recording.as_os_str(), "--out".as_ref(), out.as_os_str()];
        measure(&options.binary, &args, Some(threads), scratch)
    })?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut options = options()?;
    options.binary = options.binary.canonicalize().map_err(|err| format!("{}: {err}", options.binary.display()))?;
    let scratch = tempfile::tempdir()?;
    if let Some(recording) = &options.replay {
        return replay(&options, recording, scratch.path());
    }
    let snapshot = options.keep.clone().unwrap_or_else(|| scratch.path().join("snapshot"));
    if !snapshot.join(wellproof_snapshot::MANIFEST).exists() {
        let written = wellproof_benches::write(&snapshot, options.resources)?;
        println!(
            "{} resources of {} bytes; {} calls, whose bodies are {} bytes",
            written.resources,
            written.bytes / written.resources.max(1),
            written.calls,
            written.body_bytes
        );
    }
    answer(&options, &snapshot.canonicalize()?, scratch.path())
}
