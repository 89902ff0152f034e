//! `wellproof scan`

use std::collections::{BTreeMap, BTreeSet};
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

/// What was not read, why, and the IAM actions that would mend it. What is alike in several units stands on one line.
fn gaps(gaps: &[Gap]) -> String {
    let mut lines = vec![format!("not read: {}", gaps.len())];
    let mut alike: BTreeMap<_, Vec<&Gap>> = BTreeMap::new();
    for gap in gaps {
        let (what, message) = common(gap);
        alike.entry((what, gap.kind, gap.denied_by, message)).or_default().push(gap);
    }
    for ((what, kind, denied_by, message), gaps) in &alike {
        let by = denied_by.map(|by| format!(" by {}", by.as_str())).unwrap_or_default();
        lines.push(if let [gap] = gaps.as_slice() {
            let unit = gap.unit.to_string();
            format!("  {} in {}: {kind}{by}: {}", line(&gap.what), line(&unit), line(&gap.message))
        } else {
            let units: BTreeSet<String> = gaps.iter().map(|gap| gap.unit.to_string()).collect();
            let first = units.first().map_or("", String::as_str);
            let place = match units.len() {
                1 => line(first).into_owned(),
                units => format!("{} and {} more units", line(first), units - 1),
            };
            let times = if gaps.len() > units.len() { format!(" ({} times)", gaps.len()) } else { String::new() };
            format!("  {}{times} in {place}: {kind}{by}: {}", line(what), line(message))
        });
    }
    let actions: BTreeSet<&str> = gaps.iter().flat_map(|gap| &gap.actions).map(String::as_str).collect();
    if !actions.is_empty() {
        let actions: Vec<&str> = actions.into_iter().collect();
        lines.push(format!("these IAM actions would mend what was denied: {}", actions.join(", ")));
    }
    wellproof_report::legible_lines(&lines.join("\n"))
}

/// What was not read, and the message, without the names that differ between resources and regions.
fn common(gap: &Gap) -> (String, String) {
    let (kind, rest) = gap.what.split_once('#').unwrap_or((&gap.what, ""));
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let (id, field) = rest.rsplit_once('.').filter(|(_, field)| is_name(field)).unwrap_or((rest, ""));
    let what = if field.is_empty() { kind.to_owned() } else { format!("{kind}.{field}") };
    let names = [id, &gap.unit.region];
    // A shorter one may be part of any word.
    let names = names.into_iter().filter(|name| name.len() > 3);
    (what, names.fold(gap.message.clone(), |message, name| message.replace(name, "*")))
}

#[cfg(test)]
mod tests {
    use wellproof_model::{GapKind, UnitId};

    use super::*;

    fn denied(region: &str, what: &str, message: &str) -> Gap {
        let unit = UnitId::new("guardduty", "111122223333", region);
        Gap { kind: GapKind::Denied, ..Gap::not_asked(&unit, what, message) }
    }

    #[test]
    fn every_gap_is_told_and_what_is_alike_once() {
        let message = |region: &str| format!("not authorized on arn:aws:guardduty:{region}:111122223333:detector/*");
        let regions: Vec<String> = (0..100).map(|at| format!("xx-east-{at}")).collect();
        let mut all: Vec<Gap> =
            regions.iter().map(|region| denied(region, "AWS::GuardDuty::Detector", &message(region))).collect();
        all.extend(["det-1", "det-2"].map(|id| {
            denied("us-east-1", &format!("AWS::GuardDuty::Detector#{id}.status"), &format!("not authorized on {id}"))
        }));
        all.push(denied("us-east-1", "AWS::GuardDuty::Detector", "forged\nline"));
        assert_eq!(
            gaps(&all).lines().collect::<Vec<_>>(),
            [
                "not read: 103",
                "  AWS::GuardDuty::Detector in guardduty/111122223333/us-east-1: denied: forged\\nline",
                "  AWS::GuardDuty::Detector in guardduty/111122223333/xx-east-0 and 99 more units: denied: \
                 not authorized on arn:aws:guardduty:*:111122223333:detector/*",
                "  AWS::GuardDuty::Detector.status (2 times) in guardduty/111122223333/us-east-1: denied: \
                 not authorized on *",
            ]
        );
    }
}
