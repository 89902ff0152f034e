//! What the Tool's `ListAnswers` and `GetAnswer` gave, as JSON: one answer, an array of them, or several after one another
//! (AWS Well-Architected Tool API Reference, `AnswerSummary` and `Answer`).

use serde::Deserialize;
use serde_json::Value;
use wellproof_lens::{Lens, Question, Risk};

use crate::document::{Answer, ChoiceAnswer, Review, Source, Status, Unplaced, Workload};
use crate::words::{alike, plain};
use crate::{ImportError, lens_name, missing, not_a_review};

/// How much alike titles must be where ids do not match.
const LEAST: f64 = 0.9;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Page {
    workload_id: String,
    lens_alias: String,
    lens_arn: String,
    answer_summaries: Vec<Item>,
    answer: Option<Item>,
}

/// An `Answer`, or an `AnswerSummary`, which lacks the notes.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Item {
    question_id: String,
    question_title: String,
    choices: Vec<ItemChoice>,
    selected_choices: Vec<String>,
    #[serde(alias = "ChoiceAnswerSummaries")]
    choice_answers: Vec<ItemChoiceAnswer>,
    is_applicable: Option<bool>,
    risk: Option<String>,
    notes: Option<String>,
    reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ItemChoice {
    choice_id: String,
    title: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ItemChoiceAnswer {
    choice_id: String,
    status: Option<Status>,
    reason: Option<String>,
    notes: Option<String>,
}

pub(crate) fn import(name: &str, text: &str, lens: Option<&Lens>, source: Source) -> Result<Review, ImportError> {
    let pages = pages(name, text)?;
    let named =
        |lens: &&Lens| pages.iter().any(|page| page.lens_alias == lens.id || ends_with(&page.lens_arn, &lens.id));
    let asked = |lens: &&Lens| items(&pages).filter(|item| lens.question(&item.question_id).is_some()).count();
    let shipped = || Lens::shipped().iter().find(named).or_else(|| Lens::shipped().iter().max_by_key(asked));
    let Some(lens) = lens.or_else(shipped) else { return Err(not_a_review(name, None)) };
    let (mut answers, mut unplaced): (Vec<Answer>, Vec<Unplaced>) = (Vec::new(), Vec::new());
    for question in lens.questions() {
        // The one with the notes says all that the other says.
        let own = items(&pages).filter(|item| asks(lens, question, item));
        if let Some(item) = own.max_by_key(|item| item.notes.is_some()) {
            answers.push(answer(question, item, &mut unplaced));
        }
    }
    for item in items(&pages).filter(|item| !lens.questions().any(|question| asks(lens, question, item))) {
        let text = if item.question_title.is_empty() { &item.question_id } else { &item.question_title };
        unplaced.push(Unplaced { line: 0, text: text.clone(), why: format!("it is no question of {}", lens.id) });
    }
    if answers.is_empty() {
        return Err(not_a_review(name, Some(lens)));
    }
    let id = pages.iter().map(|page| page.workload_id.as_str()).find(|id| !id.is_empty()).unwrap_or_default();
    Ok(Review {
        schema: Review::SCHEMA.to_owned(),
        source,
        lens: lens_name(lens),
        workload: Workload { arn: id.to_owned(), ..Workload::default() },
        lens_notes: String::new(),
        pillar_notes: std::collections::BTreeMap::new(),
        missing: missing(lens, &answers),
        questions: answers,
        unplaced,
        pulled: None,
    })
}

fn ends_with(arn: &str, id: &str) -> bool {
    arn.rsplit(['/', ':']).next() == Some(id)
}

fn pages(name: &str, text: &str) -> Result<Vec<Page>, ImportError> {
    let located = |err: &serde_json::Error| {
        let message = err.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        ImportError::Json { name: name.to_owned(), line: err.line(), column: err.column(), message }
    };
    let mut pages = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let value = value.map_err(|err| located(&err))?;
        let several = if let Value::Array(several) = value { several } else { vec![value] };
        for page in several {
            pages.push(serde_json::from_value(page).map_err(|err| located(&err))?);
        }
    }
    Ok(pages)
}

fn items(pages: &[Page]) -> impl Iterator<Item = &Item> {
    pages.iter().flat_map(|page| page.answer.iter().chain(&page.answer_summaries))
}

/// Whether an answer is one to this question: by its id or, where the lens has no such id, by its title.
fn asks(lens: &Lens, question: &Question, item: &Item) -> bool {
    if item.question_id == question.id {
        return true;
    }
    let unknown = lens.question(&item.question_id).is_none();
    unknown && !item.question_title.is_empty() && alike(&plain(&item.question_title), &plain(&question.title)) >= LEAST
}

fn answer(question: &Question, item: &Item, unplaced: &mut Vec<Unplaced>) -> Answer {
    let none = question.none_of_these.iter().map(|none| (none.id.as_str(), none.title.as_str()));
    let known: Vec<(&str, &str)> =
        question.choices.iter().map(|choice| (choice.id.as_str(), choice.title.as_str())).chain(none).collect();
    let mut choices = Vec::new();
    let listed = item.choices.iter().map(|choice| (choice.choice_id.as_str(), choice.title.as_str()));
    let selected = item.selected_choices.iter().map(|id| (id.as_str(), ""));
    let mut seen = std::collections::BTreeSet::new();
    for (id, title) in listed.chain(selected).filter(|(id, _)| seen.insert(*id)) {
        let by_title = || known.iter().find(|(_, known)| alike(&plain(title), &plain(known)) >= LEAST);
        let Some((own, _)) = known.iter().find(|(known, _)| *known == id).or_else(by_title) else {
            let text = if title.is_empty() { id } else { title };
            let why = format!("it is no choice of {}", question.number);
            unplaced.push(Unplaced { line: 0, text: text.to_owned(), why });
            continue;
        };
        let said = item.choice_answers.iter().find(|said| said.choice_id == id);
        let is_selected = item.selected_choices.iter().any(|selected| selected == id);
        let status = if is_selected { Status::Selected } else { Status::Unselected };
        choices.push(ChoiceAnswer {
            choice: (*own).to_owned(),
            status: said.and_then(|said| said.status).unwrap_or(status),
            notes: said.and_then(|said| said.notes.clone()).unwrap_or_default(),
            reason: said.and_then(|said| said.reason.clone()).filter(|it| it != "NONE").unwrap_or_default(),
        });
    }
    let risk: Option<Risk> = item.risk.as_ref().and_then(|risk| serde_json::from_value(Value::from(risk.clone())).ok());
    Answer {
        question: question.id.clone(),
        number: question.number.clone(),
        title: question.title.clone(),
        risk,
        applicable: item.is_applicable.unwrap_or(risk != Some(Risk::NotApplicable)),
        choices,
        notes: item.notes.clone().unwrap_or_default(),
        reason: item.reason.clone().filter(|it| it != "NONE").unwrap_or_default(),
        improvement_plan: Vec::new(),
        line: None,
    }
}
