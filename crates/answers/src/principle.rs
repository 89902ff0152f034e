//! The choices by the design principle that they speak for.

use std::collections::BTreeSet;

use wellproof_lens::Lens;
use wellproof_lens::principles::{Principle, shipped};
use wellproof_review::Status;

use crate::answer::coverage_of;
use crate::document::{Choice, Document, PrincipleChoice, PrincipleLine, Question};

/// Every principle for which a choice of `lens` speaks; `questions` are its answers.
pub(crate) fn lines(questions: &[Question], lens: &Lens) -> Vec<PrincipleLine> {
    let lines = shipped().iter().map(|principle| line(principle, questions, lens));
    lines.filter(|line| !line.choices.is_empty()).collect()
}

fn line(principle: &Principle, questions: &[Question], lens: &Lens) -> PrincipleLine {
    let found: Vec<(&Question, &Choice)> = principle
        .choices(lens)
        .filter_map(|(question, choice)| {
            let question = questions.iter().find(|it| it.id == question.id)?;
            Some((question, question.choices.iter().find(|it| it.id == choice.id)?))
        })
        .collect();
    let choice = |(question, choice): &(&Question, &Choice)| PrincipleChoice {
        question: question.id.clone(),
        choice: choice.id.clone(),
        number: choice.number.clone(),
        verdict: choice.verdict,
    };
    PrincipleLine {
        id: principle.id.clone(),
        title: principle.title.clone(),
        asks: principle.asks.clone(),
        aws: principle.aws.clone(),
        url: principle.url.clone(),
        coverage: coverage_of(found.iter().map(|(_, choice)| *choice)),
        selected: None,
        choices: found.iter().map(choice).collect(),
    }
}

/// Counts what people selected of each principle's choices.
pub(crate) fn count_selected(document: &mut Document) {
    let mut selected: BTreeSet<(&str, &str)> = BTreeSet::new();
    for question in &document.questions {
        let by_people = |choice: &&Choice| choice.people.as_ref().is_some_and(|it| it.status == Status::Selected);
        let choices = question.choices.iter().filter(by_people);
        selected.extend(choices.map(|choice| (question.id.as_str(), choice.id.as_str())));
    }
    for line in &mut document.principles {
        let choices = line.choices.iter().filter(|it| selected.contains(&(it.question.as_str(), it.choice.as_str())));
        line.selected = Some(choices.count() as u64);
    }
}
