//! A mistake in a rule file: what, where, and what would be right.

use std::fmt::Write;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

/// A mistake in a rule file.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct RuleError {
    /// What is wrong, in lower case without a full stop.
    pub message: String,
    /// What would be right, where that is known.
    pub help: Option<String>,
    /// The file's path as it was given; empty for a mistake that no file stands for.
    pub file: String,
    /// From 1; 0 where the mistake is not in a place.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    source_text: NamedSource<Arc<str>>,
    span: Option<Range<usize>>,
}

impl RuleError {
    pub(crate) fn at(file: &str, text: &Arc<str>, span: Range<usize>, message: impl Into<String>) -> Self {
        let start = span.start.min(text.len());
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            message: message.into(),
            help: None,
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            source_text: NamedSource::new(file, text.clone()),
            span: Some(start..span.end.clamp(start, text.len())),
        }
    }

    /// A mistake without a place in its file: no excerpt is shown that would name it, so the message does.
    pub(crate) fn in_file(file: &str, message: impl std::fmt::Display) -> Self {
        Self {
            message: format!("{file}: {message}"),
            help: None,
            file: file.to_owned(),
            line: 0,
            column: 0,
            source_text: NamedSource::new(file, Arc::from("")),
            span: None,
        }
    }

    pub(crate) fn help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    /// The mistake as plain text: `file:line:column: message`, the line with a caret under the place, and the hint.
    pub fn render(&self) -> String {
        let mut out = if self.line == 0 {
            // Without a place, the message names the file itself.
            self.message.clone()
        } else {
            format!("{}:{}:{}: {}", self.file, self.line, self.column, self.message)
        };
        if let Some(span) = &self.span {
            let text = self.source_text.inner();
            let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
            let line = text[start..].lines().next().unwrap_or_default();
            let end = span.end.min(start + line.len());
            let width = text.get(span.start..end).map_or(1, |marked| marked.chars().count()).max(1);
            let _infallible = write!(out, "\n  | {line}\n  | {}{}", " ".repeat(self.column - 1), "^".repeat(width));
        }
        if let Some(help) = &self.help {
            let _infallible = write!(out, "\n  = {help}");
        }
        out
    }
}

impl Diagnostic for RuleError {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.span.as_ref().map(|_| &self.source_text as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.span.clone()?;
        Some(Box::new(std::iter::once(LabeledSpan::underline(span))))
    }
}

/// Every mistake that was found in a set of rules.
#[derive(Clone, Debug, thiserror::Error, Diagnostic)]
#[error("{} in the rules", if self.errors.len() == 1 { "one mistake".to_owned() } else { format!("{} mistakes", self.errors.len()) })]
pub struct RuleErrors {
    /// Sorted by file and place; never empty.
    #[related]
    pub errors: Vec<RuleError>,
}

impl RuleErrors {
    /// Every mistake as plain text, one after the other.
    pub fn render(&self) -> String {
        self.errors.iter().map(RuleError::render).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn none_or(mut errors: Vec<RuleError>) -> Result<(), Self> {
        if errors.is_empty() {
            return Ok(());
        }
        errors.sort_by(|a, b| (&a.file, a.line, a.column, &a.message).cmp(&(&b.file, b.line, b.column, &b.message)));
        Err(Self { errors })
    }
}
