//! What can go wrong between us and the Tool.

use std::sync::Arc;

use miette::{Diagnostic, NamedSource, SourceOffset, SourceSpan};

/// Why a file is no plan that can be pushed.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum PlanError {
    /// It is no plan, or one that would overwrite a person.
    #[error("{name}:{line}: {message}")]
    #[diagnostic(code(wellproof::plan), help("`wellproof review plan` writes one"))]
    Malformed {
        /// The file.
        name: String,
        /// From 1.
        line: usize,
        /// What is wrong.
        message: String,
        /// The file's text.
        #[source_code]
        source_code: Arc<NamedSource<String>>,
        /// Where.
        #[label("here")]
        at: SourceSpan,
    },
    /// Larger than any plan.
    #[error("{name} is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        name: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// Made for something else.
    #[error("the plan was made for {planned}, and not for {found}")]
    #[diagnostic(code(wellproof::plan), help("make a new plan; nothing was written"))]
    Elsewhere {
        /// What it was made for.
        planned: String,
        /// What there is, or was named.
        found: String,
    },
}

impl PlanError {
    pub(crate) fn malformed(name: &str, text: &str, line: usize, column: usize, message: &str) -> Self {
        let offset = SourceOffset::from_location(text, line.max(1), column.max(1));
        Self::Malformed {
            name: name.to_owned(),
            line,
            message: message.to_owned(),
            source_code: Arc::new(NamedSource::new(name, text.to_owned())),
            at: SourceSpan::new(offset, 0),
        }
    }
}

/// What the Tool did not do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Diagnostic)]
pub enum ToolError {
    /// It refused.
    #[error("the Tool refused {operation}: {code}: {message}")]
    #[diagnostic(
        code(wellproof::tool::refused),
        help("`wellproof policy --for pull` and `--for push` print what has to be allowed")
    )]
    Refused {
        /// What was asked.
        operation: &'static str,
        /// AWS's word, such as `AccessDeniedException`.
        code: String,
        /// What AWS said.
        message: String,
    },
    /// It does not take the credentials, or no longer: nothing more will be done with them.
    #[error("AWS does not accept these credentials for {operation}: {code}: {message}")]
    #[diagnostic(
        code(wellproof::tool::credentials),
        help("sign in again, and run the same command again; what was written is found and not written twice")
    )]
    Credentials {
        /// What was asked.
        operation: &'static str,
        /// AWS's word, such as `ExpiredTokenException`.
        code: String,
        /// What AWS said.
        message: String,
    },
    /// It was too busy, or failed: nothing was done.
    #[error("the Tool was busy at {operation}: {message}")]
    #[diagnostic(code(wellproof::tool::busy), help("run the same command again"))]
    Busy {
        /// What was asked.
        operation: &'static str,
        /// What AWS said.
        message: String,
    },
    /// No reply came: whether it was done is not known.
    #[error("the Tool gave no reply to {operation}: {message}")]
    #[diagnostic(
        code(wellproof::tool::lost),
        help("run the same command again; what was written is found and not written twice")
    )]
    Lost {
        /// What was asked.
        operation: &'static str,
        /// What happened.
        message: String,
    },
    /// A reply that lacks what AWS always tells.
    #[error("the Tool's reply to {operation} has no {member}")]
    #[diagnostic(code(wellproof::tool::reply))]
    Incomplete {
        /// What was asked.
        operation: &'static str,
        /// What is missing.
        member: &'static str,
    },
    /// There is none.
    #[error("the Tool has no {what}")]
    #[diagnostic(code(wellproof::tool::none))]
    None {
        /// What was looked for.
        what: String,
        /// What there is.
        #[help]
        help: Option<String>,
    },
    /// No milestone could be made, so nothing was written.
    #[error("the Tool made no milestone: {code}: {message}")]
    #[diagnostic(
        code(wellproof::tool::milestone),
        help("nothing was written; `--no-milestone` writes without one. A workload can have 100 milestones")
    )]
    NoMilestone {
        /// AWS's word.
        code: String,
        /// What AWS said.
        message: String,
    },
    /// There are several.
    #[error("the Tool has several {what}")]
    #[diagnostic(code(wellproof::tool::several), help("name one by its ARN: {arns}"))]
    Several {
        /// What was looked for.
        what: String,
        /// What there is.
        arns: String,
    },
    /// The journal could not be written, so nothing was sent.
    #[error("failed to write the journal {path}: {message}")]
    #[diagnostic(code(wellproof::tool::journal), help("nothing is written to the Tool that the journal does not say"))]
    Journal {
        /// The file.
        path: String,
        /// Why.
        message: String,
    },
}

impl ToolError {
    /// Whether what was asked for may have been done all the same.
    pub(crate) fn may_be_done(&self) -> bool {
        match self {
            Self::Busy { message, .. } => !message.contains("Throttl"),
            Self::Lost { .. } => true,
            _ => false,
        }
    }

    /// Whether the same may go well a moment later.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Busy { .. } | Self::Lost { .. } => true,
            Self::Refused { code, .. } => code == "ConflictException",
            _ => false,
        }
    }
}
