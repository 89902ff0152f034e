//! What all reports say of a principle: which of its choices to look at first.

use wellproof_answers::document::{Document, PrincipleLine};
use wellproof_model::Suggestion;

use crate::legible::{count, counted, name, prose};
use crate::review::{self, Finding};

/// The choices that speak for a principle, the worst first: by suggestion, then as [`review::worst_first`] has it.
pub(crate) fn choices<'a>(document: &'a Document, line: &PrincipleLine) -> Vec<Finding<'a>> {
    let found = line.choices.iter().filter_map(|it| {
        let question = document.questions.iter().find(|question| question.id == it.question)?;
        let choice = question.choices.iter().find(|choice| choice.id == it.choice)?;
        Some(Finding { question, choice })
    });
    let mut found: Vec<Finding<'_>> = found.collect();
    found.sort_by_key(|it| (rank(it.choice.verdict), review::worst_first(it)));
    found
}

/// The first of [`choices`], unless nothing is left to do about it.
pub(crate) fn first<'a>(document: &'a Document, line: &PrincipleLine) -> Option<Finding<'a>> {
    let done = rank(Suggestion::Met);
    choices(document, line).into_iter().next().filter(|it| rank(it.choice.verdict) < done)
}

fn rank(suggestion: Suggestion) -> u8 {
    match suggestion {
        Suggestion::NotMet => 0,
        Suggestion::Partial => 1,
        Suggestion::NotProven => 2,
        Suggestion::Met => 3,
        Suggestion::NotApplicable => 4,
    }
}

/// A choice by its number, or that of its question, and its title.
pub(crate) fn named(Finding { question, choice }: Finding<'_>) -> String {
    let number = choice.number.as_ref().unwrap_or(&question.number);
    format!("{} {}", name(number), prose(&choice.title))
}

/// How many choices speak for a principle, and how many of them people selected where they were asked.
pub(crate) fn size(line: &PrincipleLine) -> String {
    let all = counted(line.coverage.choices, "choice");
    match line.selected {
        None => all,
        Some(selected) => format!("{all}, {} selected by people", count(selected)),
    }
}
