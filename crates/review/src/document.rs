//! What people answered, as one file: `wellproof/review/1`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellproof_lens::Risk;

/// A review as people answered it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// `wellproof/review/1`.
    pub schema: String,
    /// Where it was read from.
    pub source: Source,
    /// The lens that it answers.
    pub lens: LensName,
    /// The workload, as far as the source says.
    pub workload: Workload,
    /// What was written on the lens as a whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lens_notes: String,
    /// What was written on a pillar, by its id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pillar_notes: BTreeMap<String, String>,
    /// The questions that were found, in the lens's order.
    pub questions: Vec<Answer>,
    /// Questions of the lens of which the source says nothing, by id, in the lens's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// What could not be placed: nothing is dropped without a word.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unplaced: Vec<Unplaced>,
    /// What else the Tool said, where the review was pulled from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pulled: Option<Pulled>,
}

impl Review {
    /// The name and version of the format.
    pub const SCHEMA: &'static str = "wellproof/review/1";

    /// The same, as if it had been read where `other` was: whatever then differs, the two sources say differently.
    pub fn as_if_from(mut self, other: &Self) -> Self {
        self.source = other.source.clone();
        for answer in &mut self.questions {
            answer.line = other.questions.iter().find(|it| it.question == answer.question).and_then(|it| it.line);
        }
        for (own, others) in self.unplaced.iter_mut().zip(&other.unplaced) {
            own.line = others.line;
        }
        self
    }
}

/// Where a review was read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What kind of file it was.
    pub kind: SourceKind,
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
}

/// Kinds of files that hold a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// The text of the report that the Tool prints.
    ReportText,
    /// The report itself, as PDF.
    ReportPdf,
    /// A page: the report that we print as HTML, or another with the same text.
    ReportHtml,
    /// What the Tool's `ListAnswers` and `GetAnswer` gave.
    ToolAnswers,
    /// The Tool itself, asked by `review pull`; `sha256` is over what it answered.
    ToolPull,
    /// Nothing that people wrote: a snapshot, from whose evidence the answers are suggested. It is printed, and never read.
    Evidence,
}

/// A lens by its id and edition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LensName {
    /// Such as `wellarchitected-2020`.
    pub id: String,
    /// Numbers mean nothing without it.
    pub edition: String,
}

/// The properties of a workload, as the report's first page names them; empty where it says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Workload {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// What it is.
    pub description: String,
    /// Who answers for the review.
    pub review_owner: String,
    /// The type of industry.
    pub industry_type: String,
    /// The industry.
    pub industry: String,
    /// `Production` or `Pre-production`.
    pub environment: String,
    /// Regions, in the report's words: `US West (Oregon)`.
    pub aws_regions: Vec<String>,
    /// Places that are not AWS's.
    pub non_aws_regions: Vec<String>,
    /// The accounts that it runs in.
    pub account_ids: Vec<String>,
    /// Where its design is drawn.
    pub architectural_design: String,
}

/// What people answered to one question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The lens's id of the question.
    pub question: String,
    /// As the lens shows it, such as `REL 1`.
    pub number: String,
    /// The lens's title.
    pub title: String,
    /// The risk that the Tool showed; `null` where the source does not say.
    pub risk: Option<Risk>,
    /// False where people called the question not applicable.
    pub applicable: bool,
    /// Every choice of which the source says whether it was selected, in its order.
    pub choices: Vec<ChoiceAnswer>,
    /// What people wrote, its lines joined by spaces: a page tells no line from a paragraph.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// Why it is not applicable, where the Tool's answer says so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The items of the Tool's improvement plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub improvement_plan: Vec<String>,
    /// Where it begins in the source, from 1; `null` where the source has no lines.
    pub line: Option<u64>,
}

impl Answer {
    /// The ids of the selected choices, "None of these" among them.
    pub fn selected(&self) -> impl Iterator<Item = &str> {
        let selected = self.choices.iter().filter(|choice| choice.status == Status::Selected);
        selected.map(|choice| choice.choice.as_str())
    }
}

/// What people answered to one choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceAnswer {
    /// The lens's id.
    pub choice: String,
    /// What was said.
    pub status: Status,
    /// What people wrote on the choice.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// The Tool's reason for a choice that is not applicable, such as `OUT_OF_SCOPE`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl ChoiceAnswer {
    /// A choice on which nothing was written.
    pub fn new(choice: &str, status: Status) -> Self {
        Self { choice: choice.to_owned(), status, notes: String::new(), reason: String::new() }
    }
}

/// What people said of a choice, in the Tool's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Selected.
    Selected,
    /// Not selected.
    Unselected,
    /// Called not applicable.
    NotApplicable,
}

/// What the Tool says beside people's answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pulled {
    /// The workload's id.
    pub workload_id: String,
    /// The milestone that was read; `null` for the workload as it is now.
    pub milestone: Option<i32>,
    /// The alias of the lens; of a custom lens its ARN.
    pub lens_alias: String,
    /// Its ARN.
    pub lens_arn: String,
    /// The version that is applied to the workload.
    pub lens_version: String,
    /// The Tool's edition beside our lens file.
    pub edition: Edition,
    /// What Trusted Advisor found for choices, where the workload has it on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// What was not read, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<PullGap>,
    /// Every call that was made, in order.
    pub calls: Vec<ToolCall>,
}

/// The Tool's edition of a lens beside our lens file: questions by id, choices as `question/choice`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Edition {
    /// What the Tool has and our lens file lacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_tools: Vec<String>,
    /// What our lens file has and the Tool lacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_ours: Vec<String>,
    /// What the two title differently.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retitled: Vec<String>,
}

impl Edition {
    /// Whether both ask the same questions and offer the same choices.
    pub fn is_same(&self) -> bool {
        self.only_tools.is_empty() && self.only_ours.is_empty()
    }
}

/// What AWS Trusted Advisor found for a choice in one account (API Reference, `CheckDetail`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The question's id.
    pub question: String,
    /// The choice's id.
    pub choice: String,
    /// The check's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The account that was checked.
    pub account: String,
    /// `OKAY`, `WARNING`, `ERROR`, `NOT_AVAILABLE` or `FETCH_FAILED`.
    pub status: String,
    /// How many resources it flagged.
    pub flagged_resources: Option<i32>,
    /// Why it could not be fetched, such as `PREMIUM_SUPPORT_REQUIRED`.
    pub reason: Option<String>,
    /// When it was last looked at, in RFC 3339.
    pub updated_at: Option<String>,
    /// The id of the request that told it.
    pub request_id: Option<String>,
    /// SHA-256 of the body that told it, in hex.
    pub sha256: Option<String>,
}

/// Something that the Tool did not tell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PullGap {
    /// What was not read: `question/choice`, and the check and account where they are known.
    pub what: String,
    /// The Tool's word for why, such as `ACCESS_DENIED`.
    pub reason: String,
    /// What it said, or what would mend it.
    pub message: String,
}

impl PullGap {
    /// The first gap of each reason and message, and how many there are of it: where a call is denied, it is denied for every choice.
    pub fn grouped(gaps: &[Self]) -> Vec<(&Self, usize)> {
        let mut groups: Vec<(&Self, usize)> = Vec::new();
        for gap in gaps {
            let same =
                groups.iter_mut().find(|(first, _)| (&first.reason, &first.message) == (&gap.reason, &gap.message));
            match same {
                Some((_, count)) => *count += 1,
                None => groups.push((gap, 1)),
            }
        }
        groups
    }
}

/// One request to the Tool and its reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolCall {
    /// Such as `GetAnswer`.
    pub operation: String,
    /// What it was about: a question, or a choice as `question/choice`; empty where it was about the workload.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// When the reply came, in RFC 3339.
    pub at: String,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// SHA-256 of the reply's body, in hex.
    pub sha256: String,
}

/// A piece of the source that could not be placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unplaced {
    /// The line where it begins, from 1; 0 where the source has no lines.
    pub line: u64,
    /// What it says.
    pub text: String,
    /// Why it could not be placed.
    pub why: String,
}
