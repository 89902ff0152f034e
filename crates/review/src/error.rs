//! Why a file cannot be read as a review.

use miette::Diagnostic;

/// Why a file cannot be read as a review.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum ImportError {
    /// Larger than [`crate::MAX_BYTES`].
    #[error("{name} is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        name: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// A PDF of which no text can be had.
    #[error("{name} is a PDF of which no text can be had: {message}")]
    #[diagnostic(help("open it and copy its text into a file, or let `pdftotext -layout` do so"))]
    Pdf {
        /// The file.
        name: String,
        /// Why.
        message: String,
    },
    /// Not text.
    #[error("{name}:{line}: not UTF-8 text from byte {offset} on")]
    NotText {
        /// The file.
        name: String,
        /// The line, from 1.
        line: usize,
        /// Where the text ends.
        offset: usize,
    },
    /// No question of a lens stands in it.
    #[error("{name} is no review: no question of {lens} stands in it")]
    #[diagnostic(help("name the lens that was reviewed with --lens; the report has to be in English"))]
    NotAReview {
        /// The file.
        name: String,
        /// The lens, or all that were tried.
        lens: String,
    },
    /// A report that nobody answered: what people said must come from people.
    #[error("{name}:{line}: these answers are suggestions from evidence, and nobody's answers")]
    #[diagnostic(help("answer the review in the Tool, and read what it prints"))]
    Suggestions {
        /// The file.
        name: String,
        /// The line that says so, from 1.
        line: u64,
    },
    /// A lens that does not come with the binary.
    #[error("{name}:{line}: it answers the lens {lens}, which does not come with wellproof")]
    #[diagnostic(help("name the file of that lens with --lens"))]
    UnknownLens {
        /// The file.
        name: String,
        /// The line that says so, from 1.
        line: u64,
        /// The lens's id.
        lens: String,
    },
    /// It ends before the last question does.
    #[error("{name}:{line}: the report ends within {within}; {read} of {of} questions were read")]
    #[diagnostic(help("print or export the report again; answers that are not there would count as not given"))]
    Cut {
        /// The file.
        name: String,
        /// The last line that was read, from 1.
        line: u64,
        /// The number of the last question.
        within: String,
        /// How many questions were read.
        read: usize,
        /// How many the lens has.
        of: usize,
    },
    /// JSON that cannot be read.
    #[error("{name}:{line}:{column}: {message}")]
    Json {
        /// The file.
        name: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
}
