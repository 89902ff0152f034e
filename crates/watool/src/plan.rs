//! `wellproof/plan/1`: what a push would write, made from a snapshot and from what the Tool said.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wellproof_lens::Risk;
use wellproof_model::Suggestion;
use wellproof_review::Status;
use wellproof_review::ours::{CHOICE_NOTE, Owner, QUESTION_NOTE, length, marked, peoples};

use crate::error::PlanError;
use crate::tool::AnswerState;

/// Larger files are nobody's plan.
pub const MAX_BYTES: u64 = 16 << 20;

/// What a push would write, question by question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "wellproof/plan/1")]
pub struct Plan {
    /// `wellproof/plan/1`.
    pub schema: String,
    /// Where it would be written.
    pub target: Target,
    /// The lens that it answers, as the Tool has it.
    pub lens: LensVersion,
    /// The evidence that it was made from.
    pub snapshot: SnapshotName,
    /// One sentence that says what the answers are about.
    pub scope: String,
    /// The choices that people's answers to may be replaced, as they were named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replace: Vec<String>,
    /// Every question of the Tool's lens, in its order.
    pub questions: Vec<QuestionPlan>,
    /// Questions, and choices as `question/choice`, that we have something to say of and the Tool's version of the lens lacks. They are skipped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<String>,
    /// Questions, and choices as `question/choice`, of the Tool's version that our lens file lacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacking: Vec<String>,
}

/// Where a plan would be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    /// A workload.
    Workload {
        /// Its id: 32 hexadecimal digits.
        id: String,
        /// Its ARN.
        arn: String,
        /// Its name.
        name: String,
    },
    /// A review template.
    Template {
        /// Its ARN.
        arn: String,
        /// Its name.
        name: String,
    },
    /// A workload that the push makes first.
    NewWorkload(NewWorkload),
}

/// With what a workload is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWorkload {
    /// The region that it is made in.
    pub region: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// `PRODUCTION` or `PREPRODUCTION`.
    pub environment: String,
    /// Who answers for the review.
    pub review_owner: String,
    /// The accounts that it runs in.
    pub account_ids: Vec<String>,
    /// The regions that it runs in.
    pub aws_regions: Vec<String>,
}

impl Target {
    /// For people.
    pub fn describe(&self) -> String {
        match self {
            Self::Workload { name, arn, .. } => format!("workload {name} ({arn})"),
            Self::Template { name, arn } => format!("review template {name} ({arn})"),
            Self::NewWorkload(new) => format!("a new workload {} in {}", new.name, new.region),
        }
    }

    /// The region that it lies in.
    pub fn region(&self) -> Option<&str> {
        match self {
            Self::Workload { arn, .. } | Self::Template { arn, .. } => region_of(arn),
            Self::NewWorkload(new) => Some(&new.region),
        }
    }
}

/// The region of an ARN.
pub fn region_of(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:")?.split(':').nth(2).filter(|region| !region.is_empty())
}

/// A lens as the Tool has it, and the lens file that it was answered by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LensVersion {
    /// The Tool's alias; of a custom lens its ARN.
    pub alias: String,
    /// The version that is applied; empty where the workload is yet to be made.
    pub version: String,
    /// The id of our lens file.
    pub id: String,
    /// Its edition.
    pub edition: String,
}

/// The snapshot that a plan was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotName {
    /// `sha256:` and its digest.
    pub digest: String,
    /// The snapshot's clock.
    pub collected_at: Timestamp,
    /// The accounts that were scanned.
    pub accounts: Vec<String>,
    /// Whether the scan finished and every file that was read matched its hash.
    pub verified: bool,
}

/// What is planned for one question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionPlan {
    /// The Tool's id.
    pub question: String,
    /// Such as `REL 1`; empty where our lens does not know the question.
    pub number: String,
    /// The Tool's title.
    pub title: String,
    /// What would be done to choices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Where people say other than evidence does; their choices stay as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disagreements: Vec<Disagreement>,
    /// Our own selections that evidence no longer proves, nor refutes. They stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub no_longer_proven: Vec<String>,
    /// What would become of our block in the question's notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<NoteChange>,
    /// Whether what we have to say did not fit beside what people wrote.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub note_cut: bool,
    /// How it was answered when it was read.
    pub read: AnswerState,
    /// How it would be answered; `null` where nothing would be written.
    pub write: Option<AnswerState>,
    /// The risk that the Tool showed; `null` for a review template or a new workload.
    pub risk: Option<Risk>,
    /// The risk that we predict of the answer as it would be.
    pub predicted_risk: Option<Risk>,
    /// What the prediction rests on.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub risk_basis: String,
}

/// What becomes of our block in a question's notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoteChange {
    /// There was none.
    Added,
    /// It says something else.
    Replaced,
    /// We have nothing to say any more, or no room.
    Removed,
}

/// What would be done to one choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The Tool's id.
    pub choice: String,
    /// The practice's number, such as `REL01-BP04`.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// What.
    pub action: Action,
    /// Whose the choice was.
    pub owner: Owner,
    /// Why.
    pub why: String,
}

/// What is done to a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is selected.
    Select,
    /// It is no longer selected.
    Unselect,
    /// It stays unselected, and a note says that evidence refutes it.
    Mark,
    /// Only our own note on it changes.
    Note,
}

impl Action {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Select => "select",
            Self::Unselect => "unselect",
            Self::Mark => "mark",
            Self::Note => "note",
        }
    }
}

/// A choice of which people and evidence say different things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Disagreement {
    /// The Tool's id.
    pub choice: String,
    /// The practice's number.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// What people said.
    pub people: Status,
    /// What evidence says.
    pub evidence: Suggestion,
    /// Why.
    pub why: String,
}

impl Plan {
    /// The name and version of the format.
    pub const SCHEMA: &'static str = "wellproof/plan/1";

    /// The questions that something would be written to.
    pub fn writes(&self) -> impl Iterator<Item = (&QuestionPlan, &AnswerState)> {
        self.questions.iter().filter_map(|question| Some((question, question.write.as_ref()?)))
    }

    /// SHA-256 of what it says, in hex: the milestone is named by it, and requests are known again by it.
    pub fn digest(&self) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        hex::encode(Sha256::digest(text))
    }

    /// As it is written to a file.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// Reads a plan; `name` stands for the file in messages.
    ///
    /// # Errors
    /// With the place, where it is none; with the question, where it would overwrite what a person wrote.
    pub fn read(name: &str, text: &str) -> Result<Self, PlanError> {
        let malformed = |line, column, message: &str| PlanError::malformed(name, text, line, column, message);
        let refused = |err: serde_json::Error| {
            let message = err.to_string();
            malformed(err.line(), err.column(), message.split(" at line ").next().unwrap_or_default())
        };
        let find = |what: &str| {
            let quoted = format!("\"{what}\"");
            let at = text.find(&quoted).unwrap_or(0);
            let line = text[..at].matches('\n').count() + 1;
            let column = text[..at].rsplit('\n').next().map_or(1, |start| start.chars().count() + 1);
            (line, column)
        };
        let Named { schema } = serde_json::from_str(text).map_err(refused)?;
        if schema != Self::SCHEMA {
            let (line, column) = find("schema");
            return Err(malformed(line, column, &format!("this is `{schema}`, not `{}`", Self::SCHEMA)));
        }
        let plan: Self = serde_json::from_str(text).map_err(refused)?;
        let mut seen = BTreeSet::new();
        for question in &plan.questions {
            let twice = !seen.insert(&question.question);
            let fault = if twice { Some("it is planned twice".to_owned()) } else { fault(question, &plan.replace) };
            if let Some(fault) = fault {
                let (line, column) = find(&question.question);
                return Err(malformed(line, column, &format!("question `{}`: {fault}", question.question)));
            }
        }
        Ok(plan)
    }
}

/// What every file of ours says of itself.
#[derive(Deserialize)]
struct Named {
    schema: String,
}

/// Whether a name, `choice` or `question/choice`, is that of a choice.
pub(crate) fn is_named(name: &str, question: &str, choice: &str) -> bool {
    name == choice || name.split_once('/') == Some((question, choice))
}

/// Why a question's plan must not be written, whoever wrote the file.
fn fault(question: &QuestionPlan, replace: &[String]) -> Option<String> {
    let (read, write) = (&question.read, question.write.as_ref()?);
    if (read.applicable, &read.reason) != (write.applicable, &write.reason) {
        return Some("whether it applies is for people to say".to_owned());
    }
    if write.notes != read.notes && length(&write.notes) > QUESTION_NOTE {
        return Some(format!("its notes are longer than {QUESTION_NOTE} characters"));
    }
    if peoples(&read.notes) != peoples(&write.notes) {
        return Some("its notes lose or change what people wrote".to_owned());
    }
    if !read.choices.keys().eq(write.choices.keys()) {
        return Some("`read` and `write` differ in their choices".to_owned());
    }
    let replaced = |id: &str| replace.iter().any(|name| is_named(name, &question.question, id));
    for (id, choice) in &write.choices {
        let was = &read.choices[id];
        if choice.notes != was.notes && length(&choice.notes) > CHOICE_NOTE {
            return Some(format!("the notes of choice `{id}` are longer than {CHOICE_NOTE} characters"));
        }
        if choice.notes != was.notes && !was.notes.is_empty() && marked(&was.notes).is_none() {
            return Some(format!("the notes of choice `{id}` are a person's"));
        }
        if choice.notes != was.notes && marked(&choice.notes) != Some(choice.status) {
            return Some(format!("the marker of choice `{id}` does not fit its notes"));
        }
        if choice.status != was.status && choice.status == Status::NotApplicable {
            return Some(format!("that choice `{id}` does not apply is for people to say"));
        }
        let named = question.changes.iter().any(|change| change.choice == *id);
        if choice.status != was.status && !named {
            return Some(format!("choice `{id}` changes, and `changes` does not say so"));
        }
        if choice.status != was.status && read.owner(id) == Owner::Person && !replaced(id) {
            return Some(format!("choice `{id}` is a person's, and `replace` does not name it"));
        }
    }
    None
}

/// The JSON Schema of [`Plan`]: `schemas/plan.json`.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Plan).to_value()
}
