//! What people answered, held against the evidence.
//!
//! Nothing of it changes a verdict: it says where the two agree, where they do not, and where people relied on something that
//! evidence does not show.

use std::collections::BTreeSet;

use wellproof_lens::{Lens, Level};
use wellproof_model::Suggestion;
use wellproof_review::ours::{self, Owner};
use wellproof_review::{Answer, Review, Status};

use crate::document::{
    Agreement, CalledOff, Choice, Citation, Disagreement, Document, PeopleOnChoice, PeopleOnQuestion, Question,
    ResourceLine, ReviewLine, Standing,
};
use crate::principle;

/// How many types of resources are named for a question that was called not applicable.
const TYPES: usize = 6;

/// A review of another lens than the document's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherLens {
    /// The lens that people answered.
    pub reviewed: String,
    /// The lens of the document.
    pub answered: String,
}

impl std::fmt::Display for OtherLens {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "the review answers the lens {}, and these answers are those of {}", self.reviewed, self.answered)
    }
}

impl std::error::Error for OtherLens {}

/// Adds to a document, which answers `lens`, what people answered, and how that stands to the evidence.
///
/// # Errors
/// When the review answers another lens.
pub fn compare(document: &mut Document, lens: &Lens, review: &Review) -> Result<(), OtherLens> {
    if review.lens.id != document.lens.id || review.lens.edition != document.lens.edition {
        let name = |id: &str, edition: &str| format!("{id} (edition {edition})");
        return Err(OtherLens {
            reviewed: name(&review.lens.id, &review.lens.edition),
            answered: name(&document.lens.id, &document.lens.edition),
        });
    }
    let mut line = ReviewLine {
        source: review.source.name.clone(),
        sha256: review.source.sha256.clone(),
        workload: review.workload.name.clone(),
        answered: review.questions.len() as u64,
        missing: review.missing.clone(),
        unplaced: review.unplaced.len() as u64,
        unknown: unknown(lens, review),
        gaps: review.pulled.as_ref().map_or_else(Vec::new, |pulled| pulled.gaps.clone()),
        agreement: Agreement::default(),
        contradicted: Vec::new(),
        undersold: Vec::new(),
        called_off: Vec::new(),
    };
    for question in &mut document.questions {
        let Some(answer) = review.questions.iter().find(|answer| answer.question == question.id) else { continue };
        question.people = Some(PeopleOnQuestion {
            risk: answer.risk,
            applicable: answer.applicable,
            notes: ours::peoples(&answer.notes),
            reason: answer.reason.clone(),
        });
        if answer.applicable {
            compare_choices(question, answer, &mut line);
        } else {
            line.called_off.extend(called_off(question, answer));
        }
    }
    for check in review.pulled.iter().flat_map(|pulled| &pulled.checks) {
        let question = document.questions.iter_mut().find(|it| it.id == check.question);
        let choice = question.and_then(|it| it.choices.iter_mut().find(|it| it.id == check.choice));
        if let Some(choice) = choice {
            choice.checks.push(check.clone());
        }
    }
    let worst_first = |found: &mut Vec<Disagreement>| found.sort_by_key(|it| rank(it.level, it.negative));
    worst_first(&mut line.contradicted);
    worst_first(&mut line.undersold);
    line.called_off.sort_by_key(|it| std::cmp::Reverse(it.resources));
    document.review = Some(line);
    principle::count_selected(document);
    Ok(())
}

/// What a review answers that the lens does not ask: it was written by hand, or for another state of the lens.
fn unknown(lens: &Lens, review: &Review) -> Vec<String> {
    let mut unknown = Vec::new();
    for answer in &review.questions {
        let Some(question) = lens.question(&answer.question) else {
            unknown.push(answer.question.clone());
            continue;
        };
        let asked = |id: &str| question.choice(id).is_some() || question.is_none_of_these(id);
        let others = answer.choices.iter().filter(|said| !asked(&said.choice));
        unknown.extend(others.map(|said| format!("{}/{}", answer.question, said.choice)));
    }
    unknown
}

fn compare_choices(question: &mut Question, answer: &Answer, line: &mut ReviewLine) {
    let (id, number) = (question.id.clone(), question.number.clone());
    let answered = ours::is_answered(answer.choices.iter().map(|said| (said.status, said.notes.as_str())));
    for choice in &mut question.choices {
        let Some(said) = answer.choices.iter().find(|said| said.choice == choice.id) else { continue };
        // What was pushed and left alone was said by nobody, and a question without an answer makes no claim.
        if ours::owner(said.status, &said.notes, answered) != Owner::Person {
            continue;
        }
        let stand = standing(said.status, choice);
        choice.people =
            Some(PeopleOnChoice { status: said.status, notes: said.notes.clone(), reason: said.reason.clone(), stand });
        let Some(stand) = stand else { continue };
        let disagreement = |choice: &Choice| Disagreement {
            question: id.clone(),
            number: number.clone(),
            choice: choice.id.clone(),
            title: choice.title.clone(),
            level: choice.level,
            negative: choice.negative,
            note: if choice.note.is_empty() { choice.reason.clone() } else { choice.note.clone() },
            citations: choice.citations.clone(),
            citations_left_out: choice.citations_left_out,
        };
        let agreement = &mut line.agreement;
        match stand {
            Standing::Contradicted => {
                agreement.contradicted += 1;
                line.contradicted.push(disagreement(choice));
            }
            Standing::Undersold => {
                agreement.undersold += 1;
                line.undersold.push(disagreement(choice));
            }
            Standing::Confirmed => agreement.confirmed += 1,
            Standing::Unproven => agreement.unproven += 1,
        }
    }
}

/// How what people said of a choice stands to the evidence; `None` where nobody relied on anything and nothing is shown.
fn standing(status: Status, choice: &Choice) -> Option<Standing> {
    // What people claim of the workload: that a practice is followed, or that a flaw is not there.
    let claimed = match status {
        Status::NotApplicable => return None,
        Status::Selected => !choice.negative,
        Status::Unselected => choice.negative,
    };
    let shown = match choice.verdict {
        Suggestion::Met => Some(!choice.negative),
        Suggestion::NotMet => Some(choice.negative),
        Suggestion::Partial | Suggestion::NotProven | Suggestion::NotApplicable => None,
    };
    match (claimed, shown) {
        (true, Some(false)) => Some(Standing::Contradicted),
        (false, Some(true)) => Some(Standing::Undersold),
        (true, Some(true)) | (false, Some(false)) => Some(Standing::Confirmed),
        // That a flaw is not selected is no claim that anybody has to prove.
        (true, None) if status == Status::Selected => Some(Standing::Unproven),
        (_, None) => None,
    }
}

/// A question that people called not applicable, if rules that bear on it judged resources.
fn called_off(question: &Question, answer: &Answer) -> Option<CalledOff> {
    // What stands for an account or a region is there whether anything is in it or not.
    let is_held = |line: &ResourceLine| line.kind.starts_with("AWS::") && line.kind != "AWS::EC2::Region";
    let rules = question.choices.iter().flat_map(|choice| &choice.rules);
    let judged: Vec<_> =
        rules.filter(|rule| rule.passed + rule.failed > 0 && rule.resources.iter().any(is_held)).collect();
    // Several rules judge the same resources: the one that judged most says how many there are at least.
    let resources = judged.iter().map(|rule| rule.passed + rule.failed).max()?;
    let listed = || judged.iter().flat_map(|rule| &rule.resources);
    let types: BTreeSet<&str> = listed().filter(|line| is_held(line)).map(|line| line.kind.as_str()).collect();
    let ids: BTreeSet<&str> = judged.iter().map(|rule| rule.id.as_str()).collect();
    let mut calls: Vec<&Citation> = Vec::new();
    for citation in question.choices.iter().flat_map(|choice| &choice.citations) {
        if !calls.iter().any(|other| other.call == citation.call) {
            calls.push(citation);
        }
    }
    Some(CalledOff {
        question: question.id.clone(),
        number: question.number.clone(),
        title: question.title.clone(),
        reason: answer.reason.clone(),
        resources,
        types: types.into_iter().take(TYPES).map(str::to_owned).collect(),
        rules: ids.into_iter().map(str::to_owned).collect(),
        note: question.note.clone(),
        citations: calls.into_iter().cloned().collect(),
    })
}

/// What people relied on most comes first.
fn rank(level: Option<Level>, negative: bool) -> u8 {
    match level {
        // A flaw makes a question's risk high by itself.
        Some(Level::High) => 0,
        _ if negative => 0,
        Some(Level::Medium) => 1,
        Some(Level::Low) => 2,
        None => 3,
    }
}
