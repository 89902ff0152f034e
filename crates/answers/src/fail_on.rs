//! Thresholds: what `answer --fail-on` turns into exit code 1.

use std::fmt;
use std::str::FromStr;

use wellproof_model::Suggestion;

use crate::document::{Document, Question, Risk};
use crate::text::{count, list};

/// What a review must not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// A question predicted at high risk.
    HighRisk,
    /// A question predicted at medium or high risk.
    MediumRisk,
    /// A practice refuted, or a flaw proven.
    NotMet,
    /// The same, or one that evidence speaks for, or against, in part.
    Partial,
    /// A choice that people claimed in the review given, and that evidence refutes.
    Contradicted,
    /// Anything that was not read, the seal included. What merely leaves a derived fact open is no gap of this kind: it would
    /// be reached every night.
    Gaps,
}

/// The text names no threshold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownThreshold(pub String);

impl fmt::Display for UnknownThreshold {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = FailOn::ALL.iter().map(|what| format!("`{what}`")).collect();
        write!(out, "`{}` is no threshold; there are {}", self.0, list(&names, names.len()))
    }
}

impl std::error::Error for UnknownThreshold {}

impl FailOn {
    /// Every threshold.
    pub const ALL: [Self; 6] =
        [Self::HighRisk, Self::MediumRisk, Self::NotMet, Self::Partial, Self::Contradicted, Self::Gaps];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HighRisk => "high-risk",
            Self::MediumRisk => "medium-risk",
            Self::NotMet => "not-met",
            Self::Partial => "partial",
            Self::Contradicted => "contradicted",
            Self::Gaps => "gaps",
        }
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

impl FromStr for FailOn {
    type Err = UnknownThreshold;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|what| what.as_str() == text).ok_or_else(|| UnknownThreshold(text.to_owned()))
    }
}

/// What of `document` reaches the threshold, in one line; `None` where nothing does.
///
/// A risk that is merely possible reaches no threshold: only what evidence shows does.
pub fn fail_on(document: &Document, what: FailOn) -> Option<String> {
    let reached = match what {
        FailOn::HighRisk => questions(document, |question| question.predicted_risk == Risk::High),
        FailOn::MediumRisk => {
            questions(document, |question| matches!(question.predicted_risk, Risk::High | Risk::Medium))
        }
        FailOn::NotMet => choices(document, &[Suggestion::NotMet]),
        FailOn::Partial => choices(document, &[Suggestion::NotMet, Suggestion::Partial]),
        FailOn::Contradicted => contradicted(document),
        FailOn::Gaps => gaps(document),
    };
    if reached.is_empty() {
        return None;
    }
    let found = reached.len() as u64;
    let said = match what {
        FailOn::HighRisk => count(found, "question at high risk", "questions at high risk"),
        FailOn::MediumRisk => count(found, "question at medium or high risk", "questions at medium or high risk"),
        FailOn::NotMet => count(found, "choice not met", "choices not met"),
        FailOn::Partial => count(found, "choice not met or met in part", "choices not met or met in part"),
        FailOn::Contradicted => count(found, "answer contradicted", "answers contradicted"),
        FailOn::Gaps => count(found, "gap", "gaps"),
    };
    Some(format!("{said}: {}", list(&reached, 5)))
}

fn gaps(document: &Document) -> Vec<String> {
    let seal = match (document.snapshot.verified, document.snapshot.damaged) {
        (true, _) => None,
        (false, false) => Some("the seal of an unfinished snapshot".to_owned()),
        (false, true) => Some("the seal of a damaged snapshot".to_owned()),
    };
    let gaps = document.gaps.iter().filter(|gap| !gap.is_doubt()).map(|gap| format!("{} in {}", gap.what, gap.unit));
    seal.into_iter().chain(gaps).collect()
}

fn contradicted(document: &Document) -> Vec<String> {
    let found = document.review.iter().flat_map(|review| &review.contradicted);
    found.map(|it| format!("{} {}", it.number, it.choice)).collect()
}

fn questions(document: &Document, holds: impl Fn(&Question) -> bool) -> Vec<String> {
    document.questions.iter().filter(|question| holds(question)).map(|question| question.number.clone()).collect()
}

fn choices(document: &Document, bad: &[Suggestion]) -> Vec<String> {
    let choices = document.questions.iter().flat_map(|question| &question.choices);
    choices
        .filter(|choice| {
            let verdict = match (choice.negative, choice.verdict) {
                (true, Suggestion::Met) => Suggestion::NotMet,
                (true, Suggestion::NotMet) => Suggestion::Met,
                (_, verdict) => verdict,
            };
            bad.contains(&verdict)
        })
        .map(|choice| choice.number.clone().unwrap_or_else(|| choice.id.clone()))
        .collect()
}
