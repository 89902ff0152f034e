//! What would be written: a function of what the Tool said, of our answers, and of the choices that may be replaced.
//!
//! A choice is ours only if its note carries our marker, unchanged, and its state is the one that the marker tells. Everything else is a
//! person's, and in a question that people have answered an unselected choice is a person's no.

use std::collections::BTreeSet;

use wellproof_answers::document::{Choice as Suggested, Document, Question as Answered};
use wellproof_lens::{Lens, NONE_OF_THESE, Question, Risk, State, States};
use wellproof_model::Suggestion;
use wellproof_review::Status;
use wellproof_review::ours::{Owner, choice_note, marked, merge, peoples};

use crate::edition::{Edition, compare};
use crate::plan::{
    Action, Change, Disagreement, LensVersion, NoteChange, Plan, QuestionPlan, SnapshotName, Target, is_named,
};
use crate::tool::{Answer, AnswerState, Choice, ChoiceState, LensReview};

/// Decides what would be written where.
///
/// `replace` names choices that people's answers to may be replaced, as `choice` or `question/choice`.
pub fn decide(target: Target, review: &LensReview, document: &Document, lens: &Lens, replace: &[String]) -> Plan {
    let Edition { only_ours, only_tools, .. } = compare(review, lens);
    let says = |id: &String| speaks_of(document, id);
    let questions = review.answers.iter().map(|answer| {
        let answered = document.questions.iter().find(|it| it.id == answer.question);
        let asked = lens.question(&answer.question);
        question(answer, answered, asked, replace, &document.snapshot.digest)
    });
    Plan {
        schema: Plan::SCHEMA.to_owned(),
        target,
        lens: LensVersion {
            alias: review.alias.clone(),
            version: review.version.clone(),
            id: document.lens.id.clone(),
            edition: document.lens.edition.clone(),
        },
        snapshot: SnapshotName {
            digest: document.snapshot.digest.clone(),
            collected_at: document.snapshot.collected_at,
            accounts: document.snapshot.accounts.clone(),
            verified: document.snapshot.verified,
        },
        scope: document.scope.sentence.clone(),
        replace: replace.to_vec(),
        questions: questions.collect(),
        skipped: only_ours.into_iter().filter(says).collect(),
        lacking: only_tools,
    }
}

/// Whether we say anything of a question, or of a choice as `question/choice`.
fn speaks_of(document: &Document, id: &str) -> bool {
    let (question, choice) = id.split_once('/').map_or((id, None), |(question, choice)| (question, Some(choice)));
    let Some(question) = document.questions.iter().find(|it| it.id == question) else { return false };
    let decided = |it: &&Suggested| matches!(it.verdict, Suggestion::Met | Suggestion::NotMet);
    match choice {
        Some(choice) => question.choices.iter().filter(decided).any(|it| it.id == choice),
        None => !question.note.is_empty() || question.choices.iter().any(|it| decided(&it)),
    }
}

/// The names in `replace` that no choice of the Tool's lens has.
pub fn unknown_names<'a>(review: &LensReview, replace: &'a [String]) -> Vec<&'a str> {
    let known = |name: &str| {
        let mut choices = review.answers.iter().flat_map(|it| it.choices.iter().map(move |choice| (it, choice)));
        choices.any(|(answer, choice)| is_named(name, &answer.question, &choice.id))
    };
    replace.iter().map(String::as_str).filter(|name| !known(name)).collect()
}

/// What is planned for one question.
fn question(
    answer: &Answer,
    answered: Option<&Answered>,
    asked: Option<&Question>,
    replace: &[String],
    snapshot: &str,
) -> QuestionPlan {
    let mut deciding = Deciding::new(answer, answered, asked, replace);
    let mut note_cut = false;
    if let Some(answered) = answered {
        if answer.state.applicable {
            let merged = merge(&answer.state.notes, &answered.note, snapshot);
            deciding.is_said = !answered.note.is_empty() && merged.notes == answer.state.notes && !merged.cut;
            deciding.choices();
            (deciding.write.notes, note_cut) = (merged.notes, merged.cut);
        } else {
            deciding.called_off();
        }
    }
    let Deciding { write, changes, disagreements, no_longer_proven, .. } = deciding;
    let write = (write != answer.state).then_some(write);
    let predicted = asked.map(|asked| predict(asked, write.as_ref().unwrap_or(&answer.state)));
    let (predicted_risk, risk_basis) = predicted.map_or((None, String::new()), |(risk, basis)| (Some(risk), basis));
    QuestionPlan {
        question: answer.question.clone(),
        number: asked.map(|asked| asked.number.clone()).unwrap_or_default(),
        title: answer.title.clone(),
        changes,
        disagreements,
        no_longer_proven,
        note: write.as_ref().and_then(|write| note_change(&answer.state.notes, &write.notes)),
        note_cut,
        read: answer.state.clone(),
        write,
        risk: answer.risk,
        predicted_risk,
        risk_basis,
    }
}

fn note_change(read: &str, write: &str) -> Option<NoteChange> {
    let has_block = |notes: &str| peoples(notes) != notes;
    match (read == write, has_block(read), has_block(write)) {
        (true, ..) => None,
        (_, false, _) => Some(NoteChange::Added),
        (_, true, true) => Some(NoteChange::Replaced),
        (_, true, false) => Some(NoteChange::Removed),
    }
}

/// The risk that an answer comes to by our lens file, and what that rests on.
fn predict(question: &Question, state: &AnswerState) -> (Risk, String) {
    let nobody = state.choices.values().all(|choice| choice.status == Status::Unselected);
    let said = |(id, choice): (&String, &ChoiceState)| {
        let known = match choice.status {
            Status::Selected => State::Selected,
            Status::Unselected => State::Missing,
            Status::NotApplicable => State::NotApplicable,
        };
        (id.clone(), known)
    };
    let states = match (state.applicable, nobody) {
        (false, _) => States::not_applicable(),
        (true, true) => States::new(),
        (true, false) => state.choices.iter().map(said).collect(),
    };
    let predicted = question.predicted(&states);
    (predicted.risk, predicted.basis.into_owned())
}

/// One question while it is decided.
struct Deciding<'a> {
    answer: &'a Answer,
    answered: Option<&'a Answered>,
    none: Option<&'a str>,
    replace: &'a [String],
    /// Whether an earlier push said in the question's notes all that is to be said.
    is_said: bool,
    write: AnswerState,
    changes: Vec<Change>,
    disagreements: Vec<Disagreement>,
    no_longer_proven: Vec<String>,
}

impl<'a> Deciding<'a> {
    fn new(
        answer: &'a Answer,
        answered: Option<&'a Answered>,
        asked: Option<&'a Question>,
        replace: &'a [String],
    ) -> Self {
        let ours = asked.and_then(|asked| asked.none_of_these.as_ref()).map(|none| none.id.as_str());
        let titled = answer.choices.iter().find(|choice| choice.title == NONE_OF_THESE);
        let is_asked = |id: &&str| answer.choices.iter().any(|choice| choice.id == **id);
        Self {
            answer,
            answered,
            none: ours.filter(is_asked).or(titled.map(|choice| choice.id.as_str())),
            replace,
            is_said: false,
            write: answer.state.clone(),
            changes: Vec::new(),
            disagreements: Vec::new(),
            no_longer_proven: Vec::new(),
        }
    }

    /// What people called off is left to them, whatever evidence says.
    fn called_off(&mut self) {
        for (choice, suggested) in self.suggested() {
            if suggested.verdict == Suggestion::Met {
                self.disagree(choice, suggested.verdict, said(suggested));
            }
        }
    }

    fn choices(&mut self) {
        let suggested = self.suggested();
        let selects: BTreeSet<&str> = self.selects(&suggested);
        self.make_room(&selects, &suggested);
        let made_room = |it: &Self, choice: &str| it.write.choices[choice] != *it.read(choice);
        for (choice, suggested) in suggested {
            if made_room(self, &choice.id) {
                continue;
            }
            match suggested.verdict {
                Suggestion::Met if selects.contains(choice.id.as_str()) => self.select(choice, suggested),
                Suggestion::Met => self.not_selected(choice, suggested),
                Suggestion::NotMet => self.refuted(choice, suggested),
                // Not decided: whatever it is, it stays.
                _ if self.owner(&choice.id) == Owner::Ours && self.read(&choice.id).status == Status::Selected => {
                    self.no_longer_proven.push(choice.id.clone());
                }
                _ => {}
            }
        }
    }

    /// Our suggestions of choices that the Tool has, in its order.
    fn suggested(&self) -> Vec<(&'a Choice, &'a Suggested)> {
        let ours = |choice: &'a Choice| {
            let suggested = self.answered?.choices.iter().find(|it| it.id == choice.id)?;
            Some((choice, suggested))
        };
        self.answer.choices.iter().filter_map(ours).collect()
    }

    fn read(&self, choice: &str) -> &'a ChoiceState {
        &self.answer.state.choices[choice]
    }

    fn is_named(&self, choice: &str) -> bool {
        self.replace.iter().any(|name| is_named(name, &self.answer.question, choice))
    }

    fn owner(&self, choice: &str) -> Owner {
        self.answer.state.owner(choice)
    }

    fn is_free(&self, choice: &str) -> bool {
        self.owner(choice) != Owner::Person || self.is_named(choice)
    }

    /// What evidence proves and may be selected. "None of these" stands only alone: where a person has selected it, nothing is selected
    /// beside it, and it is not selected beside what a person has selected.
    fn selects(&self, suggested: &[(&'a Choice, &'a Suggested)]) -> BTreeSet<&'a str> {
        let wanted = |(choice, suggested): &&(&'a Choice, &'a Suggested)| {
            suggested.verdict == Suggestion::Met
                && self.read(&choice.id).status != Status::Selected
                && self.is_free(&choice.id)
        };
        let mut selects: BTreeSet<&str> =
            suggested.iter().filter(wanted).map(|(choice, _)| choice.id.as_str()).collect();
        let Some(none) = self.none else { return selects };
        let stays = |choice: &&Choice| {
            let refuted = suggested.iter().any(|(other, it)| {
                other.id == choice.id && it.verdict == Suggestion::NotMet && self.is_free(&choice.id)
            });
            self.read(&choice.id).status == Status::Selected && !refuted
        };
        let others = self.answer.choices.iter().filter(|choice| choice.id != none).any(|choice| stays(&choice))
            || selects.iter().any(|id| *id != none);
        if others {
            selects.remove(none);
        }
        if self.read(none).status == Status::Selected && !self.is_free(none) {
            selects.retain(|id| *id == none);
        }
        selects
    }

    /// "None of these" goes where something else is selected, and is no person's.
    fn make_room(&mut self, selects: &BTreeSet<&str>, suggested: &[(&'a Choice, &'a Suggested)]) {
        let Some(none) = self.none else { return };
        let decided = suggested.iter().any(|(choice, it)| choice.id == none && it.verdict == Suggestion::NotMet);
        if decided || selects.iter().all(|id| *id == none) || self.read(none).status != Status::Selected {
            return;
        }
        if let Some(choice) = self.answer.choices.iter().find(|choice| choice.id == none) {
            self.turn(choice, None, Status::Unselected, "another choice of the question is met");
        }
    }

    fn select(&mut self, choice: &'a Choice, suggested: &Suggested) {
        self.turn(choice, Some(suggested), Status::Selected, said(suggested));
    }

    /// Something that evidence proves and that is selected already, or is not ours to select.
    fn not_selected(&mut self, choice: &'a Choice, suggested: &Suggested) {
        match (self.read(&choice.id).status, self.owner(&choice.id)) {
            (Status::Selected, Owner::Ours) => self.renote(choice, suggested, Action::Note),
            (Status::Selected, _) => {}
            _ => self.disagree(choice, suggested.verdict, said(suggested)),
        }
    }

    fn refuted(&mut self, choice: &'a Choice, suggested: &Suggested) {
        match (self.read(&choice.id).status, self.owner(&choice.id)) {
            // Somebody has taken the mark away, or the Tool keeps none on what is not selected.
            (Status::Unselected, Owner::Nobody) if self.is_said => {}
            (Status::Unselected, Owner::Nobody) => self.renote(choice, suggested, Action::Mark),
            (Status::Unselected, Owner::Ours) => self.renote(choice, suggested, Action::Note),
            (Status::Unselected, Owner::Person) => {}
            (Status::Selected, _) if self.is_free(&choice.id) => {
                self.turn(choice, Some(suggested), Status::Unselected, said(suggested));
            }
            (Status::NotApplicable, _) if self.is_named(&choice.id) => {
                self.turn(choice, Some(suggested), Status::Unselected, said(suggested));
            }
            _ => self.disagree(choice, suggested.verdict, said(suggested)),
        }
    }

    /// Changes a choice's status, and its note where that is nobody's or ours.
    fn turn(&mut self, choice: &'a Choice, suggested: Option<&Suggested>, status: Status, why: &str) {
        let read = self.read(&choice.id);
        let notes = match () {
            () if read.notes.is_empty() || marked(&read.notes).is_some() => choice_note(why, status),
            () => read.notes.clone(),
        };
        self.write.choices.insert(choice.id.clone(), ChoiceState { status, reason: String::new(), notes });
        let action = if status == Status::Selected { Action::Select } else { Action::Unselect };
        self.change(choice, suggested, action, why);
    }

    /// Changes our own note.
    fn renote(&mut self, choice: &'a Choice, suggested: &Suggested, action: Action) {
        let read = self.read(&choice.id);
        let notes = choice_note(said(suggested), read.status);
        if notes.split_whitespace().ne(read.notes.split_whitespace()) {
            self.write.choices.insert(choice.id.clone(), ChoiceState { notes, ..read.clone() });
            self.change(choice, Some(suggested), action, said(suggested));
        }
    }

    fn change(&mut self, choice: &'a Choice, suggested: Option<&Suggested>, action: Action, why: &str) {
        self.changes.push(Change {
            choice: choice.id.clone(),
            number: suggested.and_then(|it| it.number.clone()),
            title: choice.title.clone(),
            action,
            owner: self.owner(&choice.id),
            why: why.to_owned(),
        });
    }

    fn disagree(&mut self, choice: &'a Choice, evidence: Suggestion, why: &str) {
        let suggested = self.answered.and_then(|it| it.choices.iter().find(|it| it.id == choice.id));
        self.disagreements.push(Disagreement {
            choice: choice.id.clone(),
            number: suggested.and_then(|it| it.number.clone()),
            title: choice.title.clone(),
            people: self.read(&choice.id).status,
            evidence,
            why: why.to_owned(),
        });
    }
}

/// What evidence says of a choice, for people.
fn said(suggested: &Suggested) -> &str {
    if suggested.note.is_empty() { &suggested.reason } else { &suggested.note }
}
