//! What the Tool says, in types that know no SDK.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellproof_lens::Risk;
use wellproof_review::Status;
use wellproof_review::ours::{Owner, is_answered, marked, owner};

/// A lens as it is applied to a workload or a review template, with its answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LensReview {
    /// The alias under which it is asked for; a custom lens has its ARN.
    pub alias: String,
    /// Its ARN.
    pub arn: String,
    /// Its version, such as `2024-11-06`.
    pub version: String,
    /// What a person calls it.
    pub name: String,
    /// What was written on it as a whole.
    pub notes: String,
    /// In the lens's order.
    pub pillars: Vec<Pillar>,
    /// Every answer, in the lens's order.
    pub answers: Vec<Answer>,
}

/// One pillar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pillar {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What was written on it.
    pub notes: String,
}

/// One question with what it asks and how it is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The question's id.
    pub question: String,
    /// Its pillar's id.
    pub pillar: String,
    /// Its title.
    pub title: String,
    /// Its choices, in the Tool's order, "None of these" among them.
    pub choices: Vec<Choice>,
    /// How it is answered.
    pub state: AnswerState,
    /// The risk that the Tool shows; `None` in a review template.
    pub risk: Option<Risk>,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where the Tool says that it is described.
    pub url: Option<String>,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerState {
    /// False where people called the question not applicable.
    pub applicable: bool,
    /// Why it is not applicable, in the Tool's word.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The question's notes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// Every choice of the question, by id.
    pub choices: BTreeMap<String, ChoiceState>,
}

impl AnswerState {
    /// The answer that nobody has given to these choices.
    pub fn blank<'a>(choices: impl IntoIterator<Item = &'a str>) -> Self {
        let choices = choices.into_iter().map(|id| (id.to_owned(), ChoiceState::default())).collect();
        Self { applicable: true, choices, ..Self::default() }
    }

    /// Whose a choice is.
    pub fn owner(&self, choice: &str) -> Owner {
        let said = self.choices.values().map(|choice| (choice.status, choice.notes.as_str()));
        let answered = !self.applicable || is_answered(said);
        self.choices.get(choice).map_or(Owner::Nobody, |it| owner(it.status, &it.notes, answered))
    }

    /// Whether it is as it was `written`. How white space is laid out in notes says nothing, for the Tool may lay it out otherwise; nor does
    /// it whether the Tool keeps our note on a choice that stays unselected.
    pub fn stands_as(&self, written: &Self) -> bool {
        let choices = || self.choices.iter().zip(&written.choices);
        self.applicable == written.applicable
            && self.reason == written.reason
            && same_words(&self.notes, &written.notes)
            && self.choices.len() == written.choices.len()
            && choices().all(|((id, now), (written_id, written))| id == written_id && now.stands_as(written))
    }
}

/// What was said of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceState {
    /// Whether it is selected.
    pub status: Status,
    /// Why it is not applicable, in the Tool's word.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The choice's notes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
}

impl Default for ChoiceState {
    fn default() -> Self {
        Self { status: Status::Unselected, reason: String::new(), notes: String::new() }
    }
}

impl ChoiceState {
    fn says(&self, other: &Self) -> bool {
        self.status == other.status && self.reason == other.reason && same_words(&self.notes, &other.notes)
    }

    /// Whether it is as it was written; a note of ours on a choice that stays unselected may be gone.
    fn stands_as(&self, written: &Self) -> bool {
        let unselected = self.status == Status::Unselected && written.status == Status::Unselected;
        let bare = unselected && self.notes.is_empty() && self.reason == written.reason;
        self.says(written) || bare && marked(&written.notes).is_some()
    }
}

fn same_words(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

/// A status in the Tool's word.
pub(crate) fn status_word(status: Status) -> &'static str {
    match status {
        Status::Selected => "SELECTED",
        Status::Unselected => "UNSELECTED",
        Status::NotApplicable => "NOT_APPLICABLE",
    }
}
