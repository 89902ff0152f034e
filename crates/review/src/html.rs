//! HTML, as the marks of a report that we printed, and as the lines that any page shows.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};

use crate::layout::{ABOUT, EXACT, MARK, Part};

/// Elements that begin and end a line.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "caption",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "li",
    "main",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];
/// Elements whose text nobody sees.
const UNSEEN: &[&str] = &["noscript", "script", "style", "template", "title"];

/// Whether a text is a page rather than a report's own text.
pub(crate) fn is_page(text: &str) -> bool {
    let mut letters = text.trim_start_matches(|it: char| it.is_whitespace() || it == '\u{feff}').chars();
    letters.next() == Some('<') && letters.next().is_some_and(|it| it.is_ascii_alphabetic() || matches!(it, '!' | '?'))
}

/// An element that carries a mark.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece {
    pub(crate) part: Part,
    /// The id of what it is about; empty where it is about nothing.
    pub(crate) about: String,
    pub(crate) text: String,
    /// The line where it begins, from 1.
    pub(crate) line: u64,
}

/// What a page holds.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// The marked elements, as they come.
    pub(crate) pieces: Vec<Piece>,
    /// What it shows, each block a line with a blank one behind it.
    pub(crate) text: String,
    /// Of each line of `text`, the line of the page that it begins in.
    lines: Vec<u64>,
}

impl Page {
    /// The line of the page, from 1, in which a line of its text begins.
    pub(crate) fn line(&self, shown: u64) -> u64 {
        let at = usize::try_from(shown).ok().and_then(|line| line.checked_sub(1));
        at.and_then(|at| self.lines.get(at)).copied().unwrap_or(shown)
    }
}

/// Reads a page. It need not be well formed: tags are taken as they come.
pub(crate) fn read(html: &str) -> Page {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    let mut reading = Reading { html: html.as_bytes(), line: 1, ..Reading::default() };
    for token in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Ok(Token::StartTag(tag)) => reading.open(&tag),
            Ok(Token::EndTag(tag)) => reading.close(&text(&tag.name)),
            Ok(Token::String(string)) => {
                reading.reach(string.span.start);
                reading.show(&text(&string.value));
            }
            Ok(Token::Comment(_) | Token::Doctype(_) | Token::Error(_)) => {}
            Err(never) => match never {},
        }
    }
    reading.end_line();
    reading.page
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[derive(Default)]
struct Reading<'a> {
    html: &'a [u8],
    /// How far lines are counted, and the line there.
    at: usize,
    line: u64,
    /// How many open elements hide what they hold, and how many keep its line breaks.
    unseen: usize,
    verbatim: usize,
    /// The name of the marked element that is open, whose piece is the last; and what was shown in place of its text.
    open: Option<(String, bool)>,
    shown: String,
    shown_from: u64,
    page: Page,
}

impl Reading<'_> {
    /// Counts lines up to a byte.
    fn reach(&mut self, at: usize) {
        let at = at.min(self.html.len());
        if at > self.at {
            self.line += memchr::memchr_iter(b'\n', &self.html[self.at..at]).count() as u64;
            self.at = at;
        }
    }

    fn open(&mut self, tag: &StartTag<usize>) {
        self.reach(tag.span.start);
        let name = text(&tag.name);
        self.boundary(&name);
        if name == "li" {
            self.show_line("- ");
        }
        if !tag.self_closing {
            self.unseen += usize::from(UNSEEN.contains(&name.as_str()));
            self.verbatim += usize::from(name == "pre");
        }
        let attribute = |wanted: &str| tag.attributes.get(wanted.as_bytes()).map(|value| text(&value.value));
        let Some(part) = attribute(MARK).and_then(|word| Part::named(&word)) else { return };
        let exact: Option<String> = attribute(EXACT).and_then(|json| serde_json::from_str(&json).ok());
        self.open = Some((name, exact.is_none()));
        let (about, text) = (attribute(ABOUT).unwrap_or_default(), exact.unwrap_or_default());
        self.page.pieces.push(Piece { part, about, text, line: self.line });
    }

    fn close(&mut self, name: &str) {
        self.boundary(name);
        if UNSEEN.contains(&name) {
            self.unseen = self.unseen.saturating_sub(1);
        }
        if name == "pre" {
            self.verbatim = self.verbatim.saturating_sub(1);
        }
        if self.open.as_ref().is_some_and(|(open, _)| open == name) {
            self.open = None;
        }
    }

    fn show(&mut self, text: &str) {
        if let (Some((_, true)), Some(piece)) = (&self.open, self.page.pieces.last_mut()) {
            piece.text.push_str(text);
        }
        if self.unseen == 0 {
            self.show_line(text);
        }
    }

    fn show_line(&mut self, text: &str) {
        for letter in text.chars() {
            if letter == '\n' && self.verbatim > 0 {
                self.end_line();
            } else if letter.is_whitespace() {
                if !self.shown.is_empty() && !self.shown.ends_with(' ') {
                    self.shown.push(' ');
                }
            } else {
                if self.shown.is_empty() {
                    self.shown_from = self.line;
                }
                self.shown.push(letter);
            }
        }
    }

    fn boundary(&mut self, name: &str) {
        if BLOCKS.contains(&name) {
            self.end_line();
        } else if matches!(name, "td" | "th") {
            self.show_line(" ");
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.shown);
        if !line.trim().is_empty() {
            self.page.text.push_str(&line);
            self.page.text.push_str("\n\n");
            self.page.lines.extend([self.shown_from; 2]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_become_lines() {
        let page = read(
            "<!doctype html>\n<title>No</title><style>p{}</style><h1>A &amp;\n  <b>b</b></h1>\n<ul><li>One<li>Two &lt;i&gt;</ul>
<table><tr><th>Pillar<td>9/9</table><pre>x\ny</pre><script>no()</script>end",
        );
        let lines: Vec<&str> = page.text.split("\n\n").collect();
        assert_eq!(lines, ["A & b", "- One", "- Two <i>", "Pillar 9/9", "x", "y", "end", ""]);
        assert_eq!([1, 3, 5, 7].map(|line| page.line(line)), [2, 4, 4, 5]);
        assert_eq!(page.pieces, []);
    }

    #[test]
    fn marks_are_read_as_they_stand() {
        let page = read(
            "<p data-is=notes> a &lt;b&gt;\n  c</p><p>no</p>\n<li data-is=\"selected\" data-id=\"x\">T<p data-is=item data-exact='\"\\u001b\"'>?</p>",
        );
        let piece =
            |part, about: &str, text: &str, line| Piece { part, about: about.to_owned(), text: text.to_owned(), line };
        let expected = [
            piece(Part::Notes, "", " a <b>\n  c", 1),
            piece(Part::Selected, "x", "T", 3),
            piece(Part::Item, "", "\u{1b}", 3),
        ];
        assert_eq!(page.pieces, expected);
    }

    #[test]
    fn a_page_is_told_from_text() {
        assert!(is_page("\u{feff}\n<!DOCTYPE html>") && is_page("<p>x"));
        assert!(!is_page("< 3") && !is_page("AWS <b>") && !is_page("<"));
    }
}
