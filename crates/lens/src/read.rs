//! Opens a lens file, tells which format it is in, and gathers what is wrong with it.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use miette::NamedSource;

use crate::lens::Lens;
use crate::problem::{LensError, Problem, Severity, Source};
use crate::{custom, file, json};

/// The largest lens file that is read, in bytes. The shipped lens has 150 KB; the Tool takes 500 KB of custom lens.
pub const MAX_BYTES: u64 = 2_000_000;

/// A lens file looked through from end to end.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The lens, unless there is an error.
    pub lens: Option<Lens>,
    /// Everything that is wrong with it, in the file's order.
    pub problems: Vec<Problem>,
}

impl Checked {
    /// The lens, or what keeps it from being used.
    pub fn into_lens(self) -> Result<Lens, LensError> {
        self.lens.ok_or(LensError::Invalid { problems: self.problems })
    }
}

/// Looks through a lens file and says all that is wrong with it, not only the first.
///
/// Fails only where there is no text to look through; mistakes in the lens are in [`Checked::problems`].
pub fn check(path: &Path) -> Result<Checked, LensError> {
    let unreadable = |source| LensError::Unreadable { path: path.to_owned(), source };
    let name = path.display().to_string();
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(LensError::TooLarge { file: name, limit: MAX_BYTES });
    }
    match String::from_utf8(bytes) {
        Ok(text) => check_str(&name, &text),
        Err(err) => Err(LensError::NotText { file: name, offset: err.utf8_error().valid_up_to() }),
    }
}

/// Looks through a lens's text; `name` stands for the file in messages.
pub fn check_str(name: &str, text: &str) -> Result<Checked, LensError> {
    if text.len() as u64 > MAX_BYTES {
        return Err(LensError::TooLarge { file: name.to_owned(), limit: MAX_BYTES });
    }
    let mut problems = Problems::new(name, text);
    let lens = read(text, &mut problems);
    let problems = problems.sorted();
    let sound = problems.iter().all(|problem| problem.severity == Severity::Warning);
    Ok(Checked { lens: lens.filter(|_| sound), problems })
}

/// YAML never starts with a brace here, so that a brace means JSON; JSON with a `schema` is ours, any other is AWS's.
fn read(text: &str, problems: &mut Problems) -> Option<Lens> {
    if !text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        return file::read(text, problems);
    }
    let tree = json::parse(text, problems)?;
    if tree.has("schema") && !tree.has("schemaVersion") {
        return file::read(text, problems);
    }
    custom::read(text, &tree, problems)
}

/// Problems as they are found.
pub(crate) struct Problems {
    source: Source,
    found: Vec<Problem>,
}

impl Problems {
    /// A file with more mistakes than this is mended a page at a time.
    const MAX: usize = 100;

    pub(crate) fn new(name: &str, text: &str) -> Self {
        let shown = without_controls(text);
        Self { source: Arc::new(NamedSource::new(name, Arc::from(&*shown))), found: Vec::new() }
    }

    fn add(&mut self, severity: Severity, span: std::ops::Range<usize>, message: &str, help: Option<&str>) {
        // One error must stay, or a lens with many warnings would pass.
        let full = self.found.len() >= Self::MAX;
        if full && (severity == Severity::Warning || self.errors() > 0) {
            return;
        }
        self.found.push(Problem::new(&self.source, severity, span, message, help));
    }

    pub(crate) fn error(&mut self, span: std::ops::Range<usize>, message: impl AsRef<str>) {
        self.add(Severity::Error, span, message.as_ref(), None);
    }

    pub(crate) fn error_with(&mut self, span: std::ops::Range<usize>, message: impl AsRef<str>, help: impl AsRef<str>) {
        self.add(Severity::Error, span, message.as_ref(), Some(help.as_ref()));
    }

    pub(crate) fn warn(&mut self, span: std::ops::Range<usize>, message: impl AsRef<str>, help: impl AsRef<str>) {
        self.add(Severity::Warning, span, message.as_ref(), Some(help.as_ref()));
    }

    /// How many errors there are so far.
    pub(crate) fn errors(&self) -> usize {
        self.found.iter().filter(|problem| problem.severity == Severity::Error).count()
    }

    pub(crate) fn sorted(mut self) -> Vec<Problem> {
        self.found.sort_by_key(|problem| (problem.span.start, problem.severity));
        self.found
    }
}

/// The text with `?` for what would steer a terminal, byte for byte as long: lines of the file are shown with the problems.
fn without_controls(text: &str) -> Cow<'_, str> {
    let steers = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().map(|letter| match letter {
        letter if !steers(letter) => letter,
        letter if letter.len_utf8() == 1 => '?',
        _ => '¿',
    });
    Cow::Owned(shown.collect())
}
