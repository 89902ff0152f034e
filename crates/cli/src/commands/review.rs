//! `wellproof review`

use std::io::Read;
use std::path::Path;

use wellproof_review::{MAX_BYTES, Review};

use crate::args::{Output, Review as Args, ReviewCommand};
use crate::commands::{judge, tool};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output;

pub(crate) fn run(args: &Args) -> miette::Result<Exit> {
    match &args.command {
        ReviewCommand::Import { file, lens, output } => import(file, lens.as_deref(), output),
        ReviewCommand::Print { file, lens, output } => print(file, lens.as_deref(), output),
        ReviewCommand::Pull(args) => tool::pull(args),
        ReviewCommand::Plan(args) => tool::plan(args),
        ReviewCommand::Push(args) => tool::push(args),
    }
}

fn import(file: &Path, lens: Option<&str>, to: &Output) -> miette::Result<Exit> {
    let lens = lens.map(judge::lens).transpose()?;
    let (name, bytes) = read(file).map_err(|source| CliError::Read { path: file.to_owned(), source })?;
    let review = wellproof_review::import(&name, &bytes, lens.as_ref())?;
    let mut text = serde_json::to_string_pretty(&review).map_err(|err| miette::miette!("{err}"))?;
    text.push('\n');
    output::text(&to.path, &text)?;
    tell(&name, &review);
    Ok(ended(&review))
}

fn print(file: &Path, lens: Option<&str>, to: &Output) -> miette::Result<Exit> {
    let review = load(file, lens)?;
    let lens = judge::lens(lens.unwrap_or(&review.lens.id))?;
    if (&review.lens.id, &review.lens.edition) != (&lens.id, &lens.edition) {
        let name = |id: &str, edition: &str| format!("{id} (edition {edition})");
        let (reviewed, named) = (name(&review.lens.id, &review.lens.edition), name(&lens.id, &lens.edition));
        return Err(CliError::OtherLens(format!("the review answers the lens {reviewed}, and not {named}")).into());
    }
    output::document(&to.path, |mut out| wellproof_report::wa_report(&review, &lens, &mut out))?;
    Ok(ended(&review))
}

/// A review that leaves something open says so in its exit code.
pub(crate) fn ended(review: &Review) -> Exit {
    if review.missing.is_empty() && review.unplaced.is_empty() { Exit::Done } else { Exit::Gaps }
}

/// A review that was imported, or any file that can be.
pub(crate) fn load(file: &Path, lens: Option<&str>) -> miette::Result<Review> {
    let (name, bytes) = read(file).map_err(|source| CliError::Read { path: file.to_owned(), source })?;
    let imported: Option<serde_json::Value> = serde_json::from_slice(&bytes).ok();
    let schema = imported.as_ref().and_then(|value| value.get("schema")?.as_str());
    if let Some(schema) = schema {
        let bad = |message: String| CliError::BadReview { file: file.to_owned(), message };
        if schema != Review::SCHEMA {
            return Err(bad(format!("its schema is `{}`", wellproof_report::legible_line(schema))).into());
        }
        return serde_json::from_slice(&bytes).map_err(|err| bad(err.to_string()).into());
    }
    let lens = lens.map(judge::lens).transpose()?;
    let review = wellproof_review::import(&name, &bytes, lens.as_ref())?;
    tell(&name, &review);
    Ok(review)
}

/// The file's name and bytes: one byte more than a review may have tells one that is larger.
fn read(file: &Path) -> std::io::Result<(String, Vec<u8>)> {
    let most = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)?;
        return Ok(("stdin".to_owned(), bytes));
    }
    std::fs::File::open(file)?.take(most).read_to_end(&mut bytes)?;
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
    Ok((name, bytes))
}

pub(crate) fn tell(name: &str, review: &Review) {
    let count = |number: usize, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
    let of = review.questions.len() + review.missing.len();
    let selected: usize = review.questions.iter().map(|answer| answer.selected().count()).sum();
    let items: usize = review.questions.iter().map(|answer| answer.improvement_plan.len()).sum();
    let notes = review.questions.iter().filter(|answer| !answer.notes.is_empty()).count();
    output::say(&format!(
        "{}, edition {}: {} of {of} questions, {}, {}, {}",
        review.lens.id,
        review.lens.edition,
        review.questions.len(),
        count(selected, "selected choice"),
        count(notes, "note"),
        count(items, "improvement item")
    ));
    for id in &review.missing {
        output::say(&format!("warning: {name} does not answer {id}"));
    }
    for piece in &review.unplaced {
        let text = wellproof_report::legible_line(&piece.text).into_owned();
        let shown: String = text.chars().take(120).collect();
        output::say(&format!("warning: {name}:{}: not placed: \"{shown}\": {}", piece.line, piece.why));
    }
}
