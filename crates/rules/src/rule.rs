//! A rule that was loaded and checked.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::case::Case;
use crate::cel::Program;
use crate::join::Join;
use crate::note::Notes;

pub use crate::format::{NoneMeans, OnFail, OnPass, SeenFrom};

/// A rule that was loaded and checked.
#[derive(Debug)]
pub struct Rule {
    /// Its id; equals its file's name, and is never reused.
    pub id: String,
    /// The claim that holds when it passes.
    pub title: String,
    /// What it judges.
    pub for_each: ForEach,
    /// The choices it speaks to.
    pub bears_on: Vec<BearsOn>,
    /// Who can see what it looks at, where not every account can.
    pub seen_from: Option<SeenFrom>,
    /// The share of its resources that must pass, where not all of them must.
    pub at_least: Option<f64>,
    /// How to mend a failure.
    pub fix: String,
    /// The AWS practice that it rests on.
    pub basis: String,
    /// Where it was loaded from, below the rules' directory: `reliability/quotas-in-use-are-alarmed.yaml`.
    pub file: String,
    /// The file as it is written.
    pub source: Arc<str>,
    pub(crate) when: Option<Program>,
    pub(crate) claim: Claim,
    pub(crate) worst_by: Option<Program>,
    pub(crate) notes: Notes,
    pub(crate) cases: Vec<Case>,
}

/// What a rule judges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForEach {
    /// Every enabled region of every account in scope.
    Region,
    /// Every account in scope.
    Account,
    /// Every resource of a type.
    Type(String),
}

impl ForEach {
    /// `Region`, `Account`, or the resource type.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Region => "Region",
            Self::Account => "Account",
            Self::Type(kind) => kind,
        }
    }
}

/// What a rule says of one choice.
#[derive(Clone, Debug, PartialEq)]
pub struct BearsOn {
    /// The question's id in the Tool.
    pub question: String,
    /// The choice's id in the Tool.
    pub choice: String,
    /// What a pass says.
    pub pass: OnPass,
    /// What a fail says.
    pub fail: OnFail,
    /// Up to this share of failing resources, 0 to 1, a refuting failure only weakens.
    pub tolerates: Option<f64>,
    /// With fewer judged resources than this, a proving pass only supports and a refuting failure only weakens.
    pub counts_from: Option<u64>,
    /// Rules that must pass too for a pass to prove.
    pub together_with: Vec<String>,
    /// Whether the choice does not apply where there is nothing to judge.
    pub none_means: Option<NoneMeans>,
    /// Where the rule's file names the choice, in bytes.
    pub(crate) choice_at: Range<usize>,
    /// Where it names each of the rules in `together_with`.
    pub(crate) together_with_at: Vec<Range<usize>>,
}

/// What must hold of a resource.
#[derive(Debug)]
pub(crate) enum Claim {
    Expect { pass: Program, fail: Option<Program> },
    Requires(Join),
    Forbids(Join),
}

impl Rule {
    /// The resource types that it looks at.
    pub fn types(&self) -> BTreeSet<&str> {
        let mut types = BTreeSet::new();
        if let ForEach::Type(kind) = &self.for_each {
            types.insert(kind.as_str());
        }
        if let Claim::Requires(join) | Claim::Forbids(join) = &self.claim {
            types.insert(join.kind.as_str());
        }
        types
    }

    /// How many test cases it has.
    pub fn cases(&self) -> usize {
        self.cases.len()
    }

    /// The directory that it lies in, by which rules are ordered by pillar; empty for one that lies at the top.
    pub fn pillar(&self) -> &str {
        self.file.rsplit_once('/').map_or("", |(directory, _)| directory)
    }
}
