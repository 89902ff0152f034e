//! `wellproof scan`

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use wellproof_collect::{Origin, Regions, Request, Scanned, scan};
use wellproof_model::Gap;
use wellproof_report::legible_line as line;
use wellproof_rules::RuleSet;
use wellproof_snapshot::{Format, Reader};

use crate::args::Scan;
use crate::exit::Exit;
use crate::output;
use crate::progress::Bar;

/// How many gaps are named one by one.
const NAMED: usize = 20;

pub(crate) fn run(args: &Scan) -> miette::Result<Exit> {
    let origin = match &args.replay {
        Some(path) => Origin::Recording { reader: Arc::new(Reader::open(path)?), latency: Duration::ZERO },
        None => Origin::Aws { profile: args.profile.clone() },
    };
    let request = Request {
        regions: regions(&args.regions),
        collectors: args.collectors.clone(),
        resume: args.resume,
        format: if args.plain { Format::Plain } else { Format::Zstd },
        ..request(origin, args.out.clone())?
    };
    let scanned = record(&request)?;
    report(&request, &scanned)?;
    Ok(if scanned.gaps.is_empty() { Exit::Done } else { Exit::Gaps })
}

/// A scan of everything into `out`.
pub(crate) fn request(origin: Origin, out: PathBuf) -> miette::Result<Request> {
    Ok(Request {
        origin,
        regions: Regions::All,
        collectors: Vec::new(),
        out,
        resume: false,
        format: Format::Zstd,
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        rules_digest: RuleSet::shipped()?.digest(),
        lenses_digest: wellproof_lens::digest(),
    })
}

/// Runs the scan, with a bar on a terminal; Ctrl-C ends it and keeps what is finished.
pub(crate) fn record(request: &Request) -> miette::Result<Scanned> {
    let runtime = runtime()?;
    let bar = Bar::new();
    let stop = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let result = runtime.block_on(scan(request, &bar, stop));
    bar.clear();
    Ok(result?)
}

/// The runtime of every command that replays or scans.
pub(crate) fn runtime() -> miette::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|err| miette::miette!("failed to start: {err}"))
}

fn regions(named: &[String]) -> Regions {
    if named.iter().any(|name| name == "all") { Regions::All } else { Regions::These(named.to_vec()) }
}

fn report(request: &Request, scanned: &Scanned) -> miette::Result<()> {
    let manifest = &scanned.manifest;
    let scope = match manifest.regions_not_scanned() {
        Some(rest) => format!("{} of {} enabled regions", manifest.regions.len(), manifest.regions.len() + rest.len()),
        None => format!("{} (the list of enabled regions could not be read)", manifest.regions.join(", ")),
    };
    output::print(&format!(
        "{}\n{}\naccount {}, {scope}: {} resources from {} calls\n",
        request.out.display(),
        scanned.digest,
        manifest.caller.account,
        scanned.resources,
        scanned.calls,
    ))?;
    if !scanned.gaps.is_empty() {
        output::say(&gaps(&scanned.gaps));
    }
    Ok(())
}

/// What was not read, why, and the IAM actions that would mend it.
fn gaps(gaps: &[Gap]) -> String {
    let mut lines = vec![format!("not read: {}", gaps.len())];
    for gap in gaps.iter().take(NAMED) {
        let by = gap.denied_by.map(|by| format!(" by {}", by.as_str())).unwrap_or_default();
        let (what, unit, message) = (gap.what.as_str(), gap.unit.to_string(), gap.message.as_str());
        lines.push(format!("  {} in {}: {}{by}: {}", line(what), line(&unit), gap.kind, line(message)));
    }
    if gaps.len() > NAMED {
        lines.push(format!("  and {} more; `wellproof answer` lists them all", gaps.len() - NAMED));
    }
    let actions: std::collections::BTreeSet<&str> =
        gaps.iter().flat_map(|gap| &gap.actions).map(String::as_str).collect();
    if !actions.is_empty() {
        let actions: Vec<&str> = actions.into_iter().collect();
        lines.push(format!("these IAM actions would mend what was denied: {}", actions.join(", ")));
    }
    wellproof_report::legible_lines(&lines.join("\n"))
}
