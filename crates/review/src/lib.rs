//! Reviews that people did: read from what the AWS Well-Architected Tool prints or answers, into one format.

mod api;
mod document;
mod error;
mod html;
pub mod layout;
mod marked;
pub mod ours;
mod pdf;
mod place;
mod text;
mod words;

use sha2::{Digest, Sha256};
use wellproof_lens::Lens;

pub use document::{
    Answer, Check, ChoiceAnswer, Edition, LensName, PullGap, Pulled, Review, Source, SourceKind, Status, ToolCall,
    Unplaced, Workload,
};
pub use error::ImportError;

/// Larger files are nobody's review.
pub const MAX_BYTES: usize = 8 << 20;

/// Reads a review: a report that the Tool printed, as PDF or as text, one that we printed as HTML, or the JSON of the Tool's `ListAnswers`
/// and `GetAnswer`. `name` stands for the file in messages.
///
/// Without a `lens` it is the shipped one that the file names, or whose questions it asks most of.
///
/// # Errors
/// What the file is not, with the place. What cannot be placed in a file that is a review stands in the review.
pub fn import(name: &str, bytes: &[u8], lens: Option<&Lens>) -> Result<Review, ImportError> {
    if bytes.len() > MAX_BYTES {
        return Err(ImportError::TooLarge { name: name.to_owned(), limit: MAX_BYTES });
    }
    let source = |kind| Source { kind, name: name.to_owned(), sha256: hex::encode(Sha256::digest(bytes)) };
    if bytes.starts_with(b"%PDF-") {
        let text = pdf::text(bytes).map_err(|message| ImportError::Pdf { name: name.to_owned(), message })?;
        return import_text(name, &text, lens, source(SourceKind::ReportPdf), &|line| line);
    }
    let text = std::str::from_utf8(bytes).map_err(|err| {
        let offset = err.valid_up_to();
        let line = String::from_utf8_lossy(&bytes[..offset]).matches('\n').count() + 1;
        ImportError::NotText { name: name.to_owned(), line, offset }
    })?;
    if text.trim_start().starts_with(['{', '[']) {
        return api::import(name, text, lens, source(SourceKind::ToolAnswers));
    }
    if html::is_page(text) {
        let page = html::read(text);
        let source = source(SourceKind::ReportHtml);
        if marked::is_ours(&page.pieces) {
            return marked::import(name, &page.pieces, lens, source);
        }
        return import_text(name, &page.text, lens, source, &|line| page.line(line));
    }
    import_text(name, text, lens, source(SourceKind::ReportText), &|line| line)
}

/// `at` says which line of the source a line of the text is.
fn import_text(
    name: &str,
    text: &str,
    lens: Option<&Lens>,
    source: Source,
    at: &dyn Fn(u64) -> u64,
) -> Result<Review, ImportError> {
    let best = || Lens::shipped().iter().max_by_key(|lens| text::questions_in(text, lens));
    let Some(lens) = lens.or_else(best) else { return Err(not_a_review(name, None)) };
    let mut read = text::read(text, lens);
    if let Some(line) = read.suggested {
        return Err(ImportError::Suggestions { name: name.to_owned(), line: at(line) });
    }
    let Some((line, within)) = read.last.clone().filter(|_| !read.answers.is_empty()) else {
        return Err(not_a_review(name, Some(lens)));
    };
    let missing = missing(lens, &read.answers);
    let last = lens.questions().last().is_some_and(|question| missing.contains(&question.id));
    if last || !read.ended {
        let (read, of) = (read.answers.len(), lens.questions().count());
        return Err(ImportError::Cut { name: name.to_owned(), line: at(line), within, read, of });
    }
    for answer in &mut read.answers {
        answer.line = answer.line.map(at);
    }
    for piece in &mut read.unplaced {
        piece.line = at(piece.line);
    }
    Ok(Review {
        schema: Review::SCHEMA.to_owned(),
        source,
        lens: lens_name(lens),
        workload: read.workload,
        lens_notes: read.lens_notes,
        pillar_notes: read.pillar_notes,
        questions: read.answers,
        missing,
        unplaced: read.unplaced,
        pulled: None,
    })
}

fn not_a_review(name: &str, lens: Option<&Lens>) -> ImportError {
    let lens = lens.map_or_else(|| "any lens".to_owned(), |lens| format!("{} ({})", lens.name, lens.edition));
    ImportError::NotAReview { name: name.to_owned(), lens }
}

fn lens_name(lens: &Lens) -> LensName {
    LensName { id: lens.id.clone(), edition: lens.edition.clone() }
}

fn missing(lens: &Lens, answers: &[Answer]) -> Vec<String> {
    let there = |id: &str| answers.iter().any(|answer| answer.question == id);
    lens.questions().filter(|question| !there(&question.id)).map(|question| question.id.clone()).collect()
}

/// The JSON Schema of [`Review`]: `schemas/review.json`.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Review).to_value()
}
