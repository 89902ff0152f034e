//! Writes reports into a directory, for the browser tests: `cargo run -p wellproof-report --example sample_report -- DIR`. Those in `DIR/wa` have the
//! layout of the Tool's report; what the review of each says stands beside it as JSON.

#![allow(clippy::unwrap_used, reason = "it builds test data, and a panic is its error message")]

#[path = "../tests/sample/mod.rs"]
mod sample;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use wellproof_lens::Lens;
use wellproof_review::SourceKind;

fn main() -> io::Result<()> {
    let directory =
        std::env::args_os().nth(1).map(PathBuf::from).ok_or_else(|| io::Error::other("name a directory"))?;
    std::fs::create_dir_all(&directory)?;
    let mut unverified = sample::small();
    (unverified.snapshot.verified, unverified.snapshot.damaged) = (false, true);
    unverified.fix_first.clear();
    for (name, document) in [("small", sample::small()), ("large", sample::large()), ("unverified", unverified)] {
        let mut out = BufWriter::new(File::create(directory.join(format!("{name}.html")))?);
        wellproof_report::html(&document, &mut out)?;
        out.flush()?;
    }
    in_the_tools_layout(&directory.join("wa"))
}

/// A review of 2020; and the same as suggestions, with names that mean harm.
fn in_the_tools_layout(directory: &Path) -> io::Result<()> {
    std::fs::create_dir_all(directory)?;
    let report = include_bytes!("../../../fixtures/review-2020/report.txt");
    let seed = wellproof_review::import("report.txt", report, None).map_err(io::Error::other)?;
    let mut suggested = seed.clone();
    for (nth, answer) in suggested.questions.iter_mut().enumerate() {
        sample::HOSTILE[nth % sample::HOSTILE.len()].clone_into(&mut answer.notes);
    }
    suggested.source.kind = SourceKind::Evidence;
    sample::HOSTILE[0].clone_into(&mut suggested.workload.name);
    suggested.lens_notes = "x".repeat(400);
    let lens = Lens::by_id(&seed.lens.id).unwrap();
    for (name, review) in [("seed", seed), ("suggested", suggested)] {
        let mut out = BufWriter::new(File::create(directory.join(format!("{name}.html")))?);
        wellproof_report::wa_report(&review, lens, &mut out)?;
        out.flush()?;
        std::fs::write(directory.join(format!("{name}.json")), serde_json::to_string(&review)?)?;
    }
    Ok(())
}
