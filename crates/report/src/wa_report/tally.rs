//! How many questions stand how.

use std::collections::BTreeMap;

use wellproof_lens::Risk;
use wellproof_review::layout;
use wellproof_review::{Answer, Status};

use crate::legible::count;

/// The statuses that the Tool counts, in its order.
const COUNTED: [Risk; 5] = [Risk::High, Risk::Medium, Risk::None, Risk::NotApplicable, Risk::Unanswered];

/// How many questions stand how.
#[derive(Debug, Default)]
pub(super) struct Tally {
    of: u64,
    answered: u64,
    missing: u64,
    risks: BTreeMap<Option<Risk>, u64>,
}

/// The risk that counts: a question that was called not applicable has none.
pub(super) fn risk(answer: &Answer) -> Option<Risk> {
    if answer.applicable { answer.risk } else { Some(Risk::NotApplicable) }
}

/// Whether the Tool would count the question as answered. Where its risk is not known, its choices say so.
fn is_answered(answer: &Answer) -> bool {
    match risk(answer) {
        Some(Risk::Unanswered) => false,
        Some(Risk::High | Risk::Medium | Risk::None | Risk::NotApplicable) => true,
        Some(Risk::Undetermined) | None => answer.choices.iter().any(|said| said.status != Status::Unselected),
    }
}

impl Tally {
    pub(super) fn count(&mut self, answer: Option<&Answer>) {
        self.of += 1;
        let Some(answer) = answer else {
            self.missing += 1;
            return;
        };
        self.answered += u64::from(is_answered(answer));
        *self.risks.entry(risk(answer)).or_default() += 1;
    }

    pub(super) fn of(&self, risk: Risk) -> u64 {
        self.risks.get(&Some(risk)).copied().unwrap_or(0)
    }

    /// `9/11`.
    pub(super) fn answered(&self) -> String {
        format!("{}/{}", self.answered, self.of)
    }

    /// What the Tool counts, and beside it what it never has, where there is any.
    pub(super) fn lines(&self) -> Vec<String> {
        let line = |label: &str, number: u64| format!("{label}: {}", count(number));
        let others = [
            (layout::risk(Risk::Undetermined), self.of(Risk::Undetermined)),
            (layout::RISK_UNKNOWN, self.risks.get(&None).copied().unwrap_or(0)),
            ("Not in the review", self.missing),
        ];
        let counted = COUNTED.into_iter().map(|risk| line(layout::risk(risk), self.of(risk)));
        counted
            .chain(others.into_iter().filter(|(_, number)| *number > 0).map(|(label, number)| line(label, number)))
            .collect()
    }
}
