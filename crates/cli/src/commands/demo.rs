//! `wellproof demo`: the main job, on a recording that lies in the binary.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use include_dir::{Dir, include_dir};
use wellproof_collect::Origin;
use wellproof_model::Scope;
use wellproof_report::TextOptions;
use wellproof_snapshot::{Embedded, Limits, Reader, Verify};

use crate::args::{Demo, Format};
use crate::commands::{answer, judge, scan};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output;

/// The recording: `cargo xtask record demo` makes it over HTTP.
static RECORDING: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../fixtures/demo");

pub(crate) fn run(args: &Demo) -> miette::Result<Exit> {
    let recording = Arc::new(Reader::from_files(embedded(), Limits::default())?);
    make_room(&args.out, &recording)?;
    let origin = Origin::Recording { reader: recording, latency: Duration::ZERO };
    scan::record(&scan::request(origin, args.out.clone())?)?;

    let lens = judge::lens("wellarchitected")?;
    let judged = judge::answer(Reader::open(&args.out)?, lens, judge::rules(None)?, &Scope::default(), Verify::Yes)?;
    let options = TextOptions { all: false, color: output::stdout_has_colour(), width: output::columns() };
    output::document(Path::new("-"), |out| answer::write(&judged, None, Format::Text, &options, out))?;
    output::document(&args.report, |out| answer::write(&judged, None, Format::Html, &options, out))?;
    output::say(&format!(
        "\nsnapshot: {}\nreport:   {}\nnext:     wellproof explain {} manage-service-limits",
        args.out.display(),
        args.report.display(),
        args.out.display(),
    ));
    Ok(Exit::Done)
}

fn embedded() -> Embedded {
    fn walk(dir: &'static Dir<'static>, files: &mut Vec<(String, &'static [u8])>) {
        for file in dir.files() {
            files.push((file.path().to_string_lossy().into_owned(), file.contents()));
        }
        for inner in dir.dirs() {
            walk(inner, files);
        }
    }
    let mut files = Vec::new();
    walk(&RECORDING, &mut files);
    Embedded::new("the demo recording", files)
}

/// Removes the snapshot of an earlier demo; anything else in its place is left alone.
fn make_room(out: &Path, recording: &Reader) -> miette::Result<()> {
    let empty = || out.read_dir().is_ok_and(|mut entries| entries.next().is_none());
    if !out.exists() || empty() {
        return Ok(());
    }
    let earlier = Reader::open(out).is_ok_and(|found| {
        // One that an earlier version made was replayed from another recording, of the same account.
        found.manifest().replayed_from.is_some() && found.manifest().caller == recording.manifest().caller
    });
    if !earlier {
        return Err(CliError::NotADemo(out.to_owned()).into());
    }
    std::fs::remove_dir_all(out).map_err(|source| CliError::Write { path: out.to_owned(), source })?;
    Ok(())
}
