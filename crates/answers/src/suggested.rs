//! A document as a review: what would be selected if evidence alone answered.

use std::collections::BTreeMap;

use wellproof_lens::{Lens, Risk};
use wellproof_model::Suggestion;
use wellproof_review::{Answer, ChoiceAnswer, LensName, Review, Source, SourceKind, Status, Workload};

use crate::document::{Choice, Document, Question, SnapshotLine};
use crate::text::{QUESTION_NOTE, count, cut};

/// The answers of a document as a review of `lens`, which it answers.
///
/// A choice that is met is selected, and no other; one that does not apply is told as such. A question of which nothing is met is
/// unanswered unless it does not apply; the risk of any other is the predicted one. The items of an improvement plan are the titles of the practices
/// that evidence refutes.
pub fn suggested(document: &Document, lens: &Lens) -> Review {
    let snapshot = &document.snapshot;
    let digest = snapshot.digest.strip_prefix("sha256:").unwrap_or(&snapshot.digest);
    let questions: Vec<Answer> = document.questions.iter().map(|question| answer(question, lens)).collect();
    let answered = |id: &str| questions.iter().any(|answer| answer.question == id);
    Review {
        schema: Review::SCHEMA.to_owned(),
        source: Source { kind: SourceKind::Evidence, name: "a snapshot".to_owned(), sha256: digest.to_owned() },
        lens: LensName { id: document.lens.id.clone(), edition: document.lens.edition.clone() },
        workload: Workload {
            name: document.scope.workload.clone().unwrap_or_default(),
            aws_regions: snapshot.regions.clone(),
            account_ids: snapshot.accounts.clone(),
            ..Workload::default()
        },
        lens_notes: lens_notes(document),
        pillar_notes: BTreeMap::new(),
        missing: lens.questions().map(|it| it.id.clone()).filter(|id| !answered(id)).collect(),
        questions,
        unplaced: Vec::new(),
        pulled: None,
    }
}

/// What the answers are about, and what they cannot know.
fn lens_notes(document: &Document) -> String {
    let SnapshotLine { unfinished, damaged, gaps, collected_at, .. } = &document.snapshot;
    let mut notes = vec![document.scope.sentence.clone(), format!("Collected at {collected_at}.")];
    if *gaps > 0 {
        let gaps = count(*gaps, "gap", "gaps");
        notes.push(format!("The snapshot has {gaps}: what was not read counts neither as met nor as absent."));
    }
    if *unfinished {
        notes.push("The scan did not finish, and nothing seals the snapshot.".to_owned());
    }
    if *damaged {
        notes.push("Files of the snapshot do not match their hashes.".to_owned());
    }
    notes.retain(|note| !note.is_empty());
    notes.join("\n")
}

fn answer(question: &Question, lens: &Lens) -> Answer {
    let mut choices: Vec<ChoiceAnswer> = question.choices.iter().map(said).collect();
    if let Some(none) = lens.question(&question.id).and_then(|asked| asked.none_of_these.as_ref())
        && !choices.iter().any(|said| said.choice == none.id)
    {
        choices.push(ChoiceAnswer::new(&none.id, Status::Unselected));
    }
    let applicable = question.predicted_risk != Risk::NotApplicable;
    let is_answered = choices.iter().any(|said| said.status == Status::Selected);
    Answer {
        question: question.id.clone(),
        number: question.number.clone(),
        title: question.title.clone(),
        risk: Some(if applicable && !is_answered { Risk::Unanswered } else { question.predicted_risk }),
        applicable,
        choices,
        notes: cut(&question.note, QUESTION_NOTE),
        reason: String::new(),
        improvement_plan: question.choices.iter().filter(|it| is_refuted(it)).map(|it| it.title.clone()).collect(),
        line: None,
    }
}

fn said(choice: &Choice) -> ChoiceAnswer {
    let status = match choice.verdict {
        Suggestion::Met => Status::Selected,
        Suggestion::NotApplicable => Status::NotApplicable,
        Suggestion::NotMet | Suggestion::Partial | Suggestion::NotProven => Status::Unselected,
    };
    ChoiceAnswer::new(&choice.id, status)
}

/// A practice that is not followed; that a flaw is not there needs no mending.
fn is_refuted(choice: &Choice) -> bool {
    choice.verdict == Suggestion::NotMet && !choice.negative
}
