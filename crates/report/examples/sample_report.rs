//! Writes made-up reports into a directory, for the browser test: `cargo run -p wellproof-report --example sample_report -- DIR`.

#![allow(clippy::unwrap_used, reason = "it builds test data, and a panic is its error message")]

#[path = "../tests/sample/mod.rs"]
mod sample;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

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
    Ok(())
}
