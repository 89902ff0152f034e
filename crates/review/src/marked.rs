//! The report that we print as HTML, read by its marks: nothing of it has to be guessed.

use std::collections::HashMap;

use wellproof_lens::{Lens, Risk};

use crate::document::{Answer, ChoiceAnswer, Review, Source, Status, Unplaced, Workload};
use crate::html::Piece;
use crate::layout::{self, Part};
use crate::{ImportError, lens_name, missing, not_a_review};

/// Whether a page is a report that we printed.
pub(crate) fn is_ours(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| piece.part == Part::Lens)
}

pub(crate) fn import(name: &str, pieces: &[Piece], lens: Option<&Lens>, source: Source) -> Result<Review, ImportError> {
    if let Some(piece) = pieces.iter().find(|piece| piece.part == Part::Suggested) {
        return Err(ImportError::Suggestions { name: name.to_owned(), line: piece.line });
    }
    let lens = match lens {
        Some(lens) => lens,
        None => shipped(name, pieces)?,
    };
    let mut reading = Reading { lens, review: empty(lens, source), open: None };
    for piece in pieces {
        reading.take(piece);
    }
    let mut review = reading.review;
    let Some(last) = review.questions.last() else { return Err(not_a_review(name, Some(lens))) };
    if pieces.last().is_none_or(|piece| piece.part != Part::End) {
        return Err(ImportError::Cut {
            name: name.to_owned(),
            line: pieces.last().map_or(0, |piece| piece.line),
            within: last.number.clone(),
            read: review.questions.len(),
            of: lens.questions().count(),
        });
    }
    let place: HashMap<&str, usize> =
        lens.questions().zip(0..).map(|(question, nth)| (question.id.as_str(), nth)).collect();
    review.questions.sort_by_key(|answer| place.get(answer.question.as_str()).copied());
    review.missing = missing(lens, &review.questions);
    Ok(review)
}

fn shipped(name: &str, pieces: &[Piece]) -> Result<&'static Lens, ImportError> {
    let named = pieces.iter().find(|piece| piece.part == Part::Lens);
    let (id, line) = named.map_or(("", 0), |piece| (piece.about.as_str(), piece.line));
    let unknown = || ImportError::UnknownLens { name: name.to_owned(), line, lens: id.to_owned() };
    Lens::by_id(id).ok_or_else(unknown)
}

fn empty(lens: &Lens, source: Source) -> Review {
    Review {
        schema: Review::SCHEMA.to_owned(),
        source,
        lens: lens_name(lens),
        workload: Workload::default(),
        lens_notes: String::new(),
        pillar_notes: std::collections::BTreeMap::new(),
        questions: Vec::new(),
        missing: Vec::new(),
        unplaced: Vec::new(),
        pulled: None,
    }
}

struct Reading<'a> {
    lens: &'a Lens,
    review: Review,
    /// The question that what comes is about: its place among those read.
    open: Option<usize>,
}

impl Reading<'_> {
    fn take(&mut self, piece: &Piece) {
        match piece.part {
            Part::Lens if piece.about != self.lens.id || piece.text != self.lens.edition => {
                let text = format!("{} {}", piece.about, piece.text);
                self.unplaced(piece, text, "the report is of this lens, and was read as one of another");
            }
            Part::LensNotes => self.review.lens_notes.clone_from(&piece.text),
            Part::PillarNotes if self.lens.pillar(&piece.about).is_some() => {
                self.review.pillar_notes.insert(piece.about.clone(), piece.text.clone());
            }
            Part::PillarNotes => self.unplaced(piece, piece.text.clone(), "its pillar is none of the lens"),
            Part::Unplaced => self.unplaced(piece, piece.text.clone(), ""),
            Part::UnplacedWhy => {
                if let Some(unplaced) = self.review.unplaced.last_mut() {
                    unplaced.why.clone_from(&piece.text);
                }
            }
            Part::Question => self.question(piece),
            part => {
                if !self.review.workload.take(part, piece.text.clone()) {
                    self.answer(piece);
                }
            }
        }
    }

    fn unplaced(&mut self, piece: &Piece, text: String, why: &str) {
        self.review.unplaced.push(Unplaced { line: piece.line, text, why: why.to_owned() });
    }

    fn question(&mut self, piece: &Piece) {
        self.open = None;
        let Some(question) = self.lens.question(&piece.about) else {
            let why = format!("it is no question of {}", self.lens.id);
            return self.unplaced(piece, piece.text.clone(), &why);
        };
        if self.review.questions.iter().any(|answer| answer.question == question.id) {
            let why = format!("{} is answered before", question.number);
            return self.unplaced(piece, piece.text.clone(), &why);
        }
        self.open = Some(self.review.questions.len());
        self.review.questions.push(Answer {
            question: question.id.clone(),
            number: question.number.clone(),
            title: question.title.clone(),
            risk: None,
            applicable: true,
            choices: Vec::new(),
            notes: String::new(),
            reason: String::new(),
            improvement_plan: Vec::new(),
            line: Some(piece.line),
        });
    }

    /// Takes what is said on the open question.
    fn answer(&mut self, piece: &Piece) {
        let Some(answer) = self.open.and_then(|open| self.review.questions.get_mut(open)) else { return };
        let said = answer.choices.iter_mut().find(|choice| choice.choice == piece.about);
        match (piece.part, said) {
            (Part::Risk, _) if piece.text == layout::RISK_UNKNOWN => {}
            (Part::Risk, _) => {
                answer.risk = layout::risk_worded(&piece.text);
                answer.applicable = answer.risk != Some(Risk::NotApplicable);
                if answer.risk.is_none() {
                    self.unplaced(piece, piece.text.clone(), "it is no risk");
                }
            }
            (Part::Applicability, _) => answer.applicable = !answer.applicable,
            (Part::Reason, _) => answer.reason.clone_from(&piece.text),
            (Part::Notes, _) => answer.notes.clone_from(&piece.text),
            (Part::Item, _) => answer.improvement_plan.push(piece.text.clone()),
            (Part::ChoiceReason, Some(said)) => said.reason.clone_from(&piece.text),
            (Part::ChoiceNotes, Some(said)) => said.notes.clone_from(&piece.text),
            (Part::Selected, None) => self.choice(piece, Status::Selected),
            (Part::Unselected, None) => self.choice(piece, Status::Unselected),
            (Part::NotApplicable, None) => self.choice(piece, Status::NotApplicable),
            (Part::Selected | Part::Unselected | Part::NotApplicable, Some(_)) => {
                let why = format!("{} has this choice before", answer.number);
                self.unplaced(piece, piece.text.clone(), &why);
            }
            (Part::ChoiceReason | Part::ChoiceNotes, None) => {
                let why = format!("it is on no choice of {}", answer.number);
                self.unplaced(piece, piece.text.clone(), &why);
            }
            _ => {}
        }
    }

    fn choice(&mut self, piece: &Piece, status: Status) {
        let Some(answer) = self.open.and_then(|open| self.review.questions.get_mut(open)) else { return };
        let question = self.lens.question(&answer.question);
        let known = question.is_some_and(|it| it.choice(&piece.about).is_some() || it.is_none_of_these(&piece.about));
        if known {
            answer.choices.push(ChoiceAnswer::new(&piece.about, status));
        } else {
            let why = format!("it is no choice of {}", answer.number);
            self.unplaced(piece, piece.text.clone(), &why);
        }
    }
}
