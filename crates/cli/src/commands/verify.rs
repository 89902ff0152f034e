//! `wellproof verify`

use std::fmt::Write;

use wellproof_report::legible_line;
use wellproof_snapshot::Reader;

use crate::args::Verify;
use crate::commands::scan;
use crate::exit::Exit;
use crate::output;

pub(crate) fn run(args: &Verify) -> miette::Result<Exit> {
    let reader = Reader::open(&args.snapshot)?;
    let report = reader.verify();
    let mut text = String::new();
    for problem in &report.problems {
        let _ = writeln!(text, "{}", legible_line(&problem.to_string()));
    }
    let mut differences = Vec::new();
    if args.rederive && report.problems.is_empty() {
        differences = scan::runtime()?.block_on(wellproof_collect::rederive(&reader))?;
        for difference in &differences {
            let _ = writeln!(text, "{}", legible_line(&difference.to_string()));
        }
    }
    if !report.sealed {
        let _ = writeln!(
            text,
            "the scan did not finish: there is no DIGEST, and {} units are missing",
            report.unfinished.len()
        );
    }
    let other = args.digest.as_ref().filter(|expected| **expected != report.digest);
    if let Some(expected) = other {
        let _ = writeln!(text, "the digest is {}, and not {expected}", report.digest);
    }
    if let Some(recording) = &reader.manifest().replayed_from {
        let _ = writeln!(text, "replayed from the recording {recording}; AWS was not asked");
    }
    let sound = report.sealed && report.problems.is_empty() && differences.is_empty() && other.is_none();
    let held =
        format!("{} units, {} calls, {} resources, {} gaps", report.units, report.calls, report.resources, report.gaps);
    let _ = match (sound, args.rederive) {
        (true, false) => writeln!(text, "{}: {held}: every hash and every citation holds", report.digest),
        (true, true) => writeln!(
            text,
            "{}: {held}: every hash and every citation holds, and the recorded calls give exactly these resources",
            report.digest
        ),
        (false, _) => writeln!(text, "{}: this snapshot is not, or not all of, what was recorded", report.digest),
    };
    output::print(&wellproof_report::legible_lines(&text))?;
    Ok(if sound { Exit::Done } else { Exit::Usage })
}
