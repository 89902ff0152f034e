//! Reports of the answers, each written into an `impl Write`.
//!
//! Four are made from one [`Document`] and say the same: text for a terminal, JSON for programs, Markdown for a
//! ticket, HTML for reading and for the file. The fifth prints a review as the Well-Architected Tool does. Strings in a document come
//! from AWS, from lenses and from rules, those in a review from people, and anybody who may name a resource may have written them: every
//! report shows them as text and nothing else.

mod html;
mod legible;
mod markdown;
mod principles;
mod review;
mod text;
mod wa_report;

use std::io::{self, Write};

pub use html::html;
pub use legible::{legible_line, legible_lines};
pub use markdown::markdown;
pub use text::{TextOptions, text};
pub use wa_report::wa_report;
use wellproof_answers::document::Document;

/// Writes the document as indented JSON with a final newline: the shape that `schemas/answers.json` describes.
///
/// It is written as it is serialized, so that memory does not grow with it.
///
/// # Errors
/// What `out` answers with.
pub fn json(document: &Document, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    out.write_all(b"\n")
}
