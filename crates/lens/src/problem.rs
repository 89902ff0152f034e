//! What is wrong with a lens file, and where.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

/// Whether a problem keeps a lens from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The lens cannot be used.
    Error,
    /// The lens can be used, but part of it does nothing, is a guess, or the Tool would refuse it.
    Warning,
}

/// The file that problems point into.
pub(crate) type Source = Arc<NamedSource<Arc<str>>>;

/// One thing that is wrong with a lens file.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Whether the lens can be used all the same.
    pub severity: Severity,
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// What would mend it.
    pub help: Option<String>,
    /// The file's name.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// In bytes of the file.
    pub span: Range<usize>,
    source: Source,
}

impl Problem {
    pub(crate) fn new(
        source: &Source,
        severity: Severity,
        span: Range<usize>,
        message: &str,
        help: Option<&str>,
    ) -> Self {
        let text: &str = source.inner();
        let start = floor(text, span.start);
        let end = floor(text, span.end).max(start);
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            severity,
            message: printable(message),
            help: help.map(printable),
            file: source.name().to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            span: start..end,
            source: Arc::clone(source),
        }
    }
}

/// Names from the file stand in messages; what would steer a terminal is escaped.
fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() { out.extend(letter.escape_debug()) } else { out.push(letter) }
    }
    out
}

/// The start of the character that the byte at `at` belongs to.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&*self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::underline(self.span.clone()))))
    }
}

/// Why a lens cannot be had from a file.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum LensError {
    /// The file system refused.
    #[error("cannot read lens {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// Larger than [`crate::MAX_BYTES`].
    #[error("lens {file} is larger than {limit} bytes")]
    #[diagnostic(help("the Tool takes custom lenses of up to 500 KB"))]
    TooLarge {
        /// The file.
        file: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// Not text.
    #[error("lens {file} is not UTF-8: byte {offset} is no part of a character")]
    NotText {
        /// The file.
        file: String,
        /// Where the text ends.
        offset: usize,
    },
    /// Read, but wrong.
    #[error("lens cannot be used: {}", summary(problems))]
    Invalid {
        /// At least one error; warnings may stand between.
        #[related]
        problems: Vec<Problem>,
    },
}

/// The first error with its place, and how many more there are: for whoever prints one line only.
fn summary(problems: &[Problem]) -> String {
    let mut errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let Some(first) = errors.next() else { return "no reason known".to_owned() };
    let more = errors.count();
    let rest = if more == 0 { String::new() } else { format!(" (and {more} more)") };
    format!("{}:{}:{}: {}{rest}", first.file, first.line, first.column, first.message)
}
