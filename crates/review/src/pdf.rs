//! The text of the PDF that the Tool gives.

use std::panic::catch_unwind;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// A report's text is had within a second; a file made to keep a reader busy is not waited for.
const PATIENCE: Duration = Duration::from_mins(1);
/// The extractor goes down into whatever nests.
const STACK: usize = 64 << 20;

/// The text of a PDF, a form feed after each page, or why it cannot be had.
///
/// The extractor panics on files that it does not understand, and may not come to an end: it runs in a thread of its own, which is left
/// to itself where it does not.
pub(crate) fn text(bytes: &[u8]) -> Result<String, String> {
    let bytes = bytes.to_vec();
    let (told, heard) = mpsc::channel();
    let extract = move || {
        let pages = catch_unwind(|| pdf_extract::extract_text_from_mem_by_pages(&bytes));
        let text = match pages {
            Ok(Ok(pages)) => Ok(letters(&pages.join("\n\u{c}\n"))),
            Ok(Err(err)) => Err(err.to_string()),
            Err(_) => Err("it holds something that no reader expects".to_owned()),
        };
        drop(told.send(text));
    };
    let thread = thread::Builder::new().name("pdf".to_owned()).stack_size(STACK).spawn(extract);
    thread.map_err(|err| err.to_string())?;
    heard.recv_timeout(PATIENCE).unwrap_or_else(|_| Err(format!("no text came of it within {} s", PATIENCE.as_secs())))
}

/// Letters that a font draws as one, as what they are.
fn letters(text: &str) -> String {
    let drawn = [("\u{fb00}", "ff"), ("\u{fb01}", "fi"), ("\u{fb02}", "fl"), ("\u{fb03}", "ffi"), ("\u{fb04}", "ffl")];
    drawn.into_iter().fold(text.replace('\u{a0}', " "), |text, (one, letters)| text.replace(one, letters))
}
