//! The answers as one document: what `answer --format json` prints and every report is made from.
//!
//! The shape is published as a JSON Schema (`schemas/answers.json`); within version 1 fields are only added.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use wellproof_lens::{Level, LevelBasis, Likeness, Risk};
use wellproof_model::{Denier, GapKind, Suggestion, Verdict};
pub use wellproof_review::{Check, PullGap, Status};

/// Everything that is said about one review.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    /// `wellproof/answers/1`.
    pub schema: String,
    /// The lens that was answered.
    pub lens: LensLine,
    /// The evidence that it was answered from.
    pub snapshot: SnapshotLine,
    /// The part of the account that the answers are about.
    pub scope: ScopeLine,
    /// How many choices stand how.
    pub coverage: Coverage,
    /// The same per pillar, in the lens's order.
    pub pillars: Vec<PillarLine>,
    /// The same choices by design principle, across pillars; empty where none is known to speak for one, as in a lens of your own.
    #[serde(default)]
    pub principles: Vec<PrincipleLine>,
    /// What to mend first.
    pub fix_first: Vec<Fix>,
    /// What people answered, and how it stands to the evidence, where a review was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewLine>,
    /// Every question, in the lens's order.
    pub questions: Vec<Question>,
    /// Every rule that ran, by id: its claim, its fix and its outcome.
    pub rules: BTreeMap<String, RuleLine>,
    /// What was not read, and what would mend it.
    pub gaps: Vec<GapLine>,
    /// Every call that a listed resource or a citation names, by id, so that a reader gets from any line to its proof.
    #[serde(default)]
    pub calls: BTreeMap<String, Citation>,
}

impl Document {
    /// The name and version of this format.
    pub const SCHEMA: &'static str = "wellproof/answers/1";
}

/// Which lens, and which edition of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LensLine {
    /// The Tool's alias, or the file's own id.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// AWS reuses numbers between editions, so a number means nothing without this.
    pub edition: String,
}

/// Which snapshot, and how far it reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotLine {
    /// `sha256:` and the snapshot's digest.
    pub digest: String,
    /// Whether the scan finished and every file that was read matched its hash. False only under `--allow-unverified`.
    pub verified: bool,
    /// Whether the scan did not finish, so that nothing seals the snapshot.
    #[serde(default)]
    pub unfinished: bool,
    /// Whether something that was read did not match its hash.
    #[serde(default)]
    pub damaged: bool,
    /// The accounts that were scanned.
    pub accounts: Vec<String>,
    /// The regions that were scanned.
    pub regions: Vec<String>,
    /// Enabled regions that were not; `null` when the enabled ones could not be read.
    pub regions_not_scanned: Option<Vec<String>>,
    /// The snapshot's clock.
    pub collected_at: Timestamp,
    /// The principal that scanned.
    pub caller: String,
    /// How many gaps there are.
    pub gaps: u64,
    /// How many resources were read, also of types that no rule looks at.
    pub resources: u64,
    /// How many calls were made.
    pub calls: u64,
    /// The version of the tool that scanned.
    pub tool_version: String,
}

/// The workload under review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScopeLine {
    /// One sentence that says what the answers are about, whole account or workload, regions scanned of those enabled.
    pub sentence: String,
    /// The workload's name, where one was given.
    pub workload: Option<String>,
    /// How many resources lie outside it, of the types that rules and hints look at; derived facts are not counted.
    pub out_of_scope: u64,
    /// What was left out by name, each with its reason.
    pub exclusions: Vec<String>,
}

/// How many choices stand how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// All choices, without "None of these".
    pub choices: u64,
    /// Those on which at least one rule came to pass or fail.
    pub judged: u64,
    /// Proven.
    pub met: u64,
    /// Refuted.
    pub not_met: u64,
    /// Spoken for, or against, in part.
    pub partial: u64,
    /// Left to a person.
    pub not_proven: u64,
    /// Not applicable.
    pub not_applicable: u64,
}

/// One pillar's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PillarLine {
    /// The Tool's id, such as `operationalExcellence`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How its choices stand.
    pub coverage: Coverage,
    /// How many of its questions are predicted at each risk.
    pub risks: BTreeMap<Risk, u64>,
}

/// A design principle, and how the choices stand that speak for it. The principle itself gets no verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PrincipleLine {
    /// Such as `on-demand`.
    pub id: String,
    /// A few words, not AWS's.
    pub title: String,
    /// What it asks for, in one sentence.
    pub asks: String,
    /// The title of AWS's design principle that it restates.
    pub aws: String,
    /// Where AWS describes that one.
    pub url: String,
    /// How the choices stand.
    pub coverage: Coverage,
    /// How many of the choices people selected, where a review was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected: Option<u64>,
    /// The choices, in the lens's order. A choice may speak for several principles.
    pub choices: Vec<PrincipleChoice>,
}

/// A choice that speaks for a principle; all that is said of it stands under its question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PrincipleChoice {
    /// The question's id.
    pub question: String,
    /// The choice's id.
    pub choice: String,
    /// The best practice's number in this edition.
    pub number: Option<String>,
    /// What is suggested.
    pub verdict: Suggestion,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Question {
    /// The Tool's id, such as `manage-service-limits`.
    pub id: String,
    /// As the review shows it, such as `REL 1`. Means nothing without the lens's edition.
    pub number: String,
    /// AWS's title.
    pub title: String,
    /// The pillar's id.
    pub pillar: String,
    /// At most 2,084 characters, the most important first; starts with the number. Empty where nothing is said.
    pub note: String,
    /// How many notes of its choices did not fit.
    pub notes_left_out: u64,
    /// Predicted, never measured.
    pub predicted_risk: Risk,
    /// Best and worst risk over what is not proven.
    pub risk_range: [Risk; 2],
    /// What the prediction rests on, such as `published levels`.
    pub risk_basis: String,
    /// What people answered, where a review was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<PeopleOnQuestion>,
    /// Every choice, in the Tool's order, "None of these" last where it is suggested.
    pub choices: Vec<Choice>,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Choice {
    /// The Tool's id.
    pub id: String,
    /// The best practice's number in this edition, such as `REL01-BP04`.
    pub number: Option<String>,
    /// AWS's title.
    pub title: String,
    /// AWS's level of risk when it is missing.
    pub level: Option<Level>,
    /// How the level is known.
    #[serde(default)]
    pub level_basis: LevelBasis,
    /// The practice of a later edition by whose rules this one is judged, where the lens is an older edition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succeeded_by: Option<SuccessorLine>,
    /// Where AWS describes it.
    pub url: Option<String>,
    /// True for choices that admit a flaw: there `met` is bad news.
    pub negative: bool,
    /// What people answered, where a review was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<PeopleOnChoice>,
    /// What Trusted Advisor said of it, where a pulled review passes that on. It decides nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// What is suggested.
    pub verdict: Suggestion,
    /// Why, in a sentence.
    pub reason: String,
    /// At most 250 characters; empty where nothing is said.
    pub note: String,
    /// What to ask a person, where evidence does not decide.
    pub ask: Option<String>,
    /// What the snapshot knows that helps this person.
    pub hint: Option<String>,
    /// The rules that bear on it.
    pub rules: Vec<RuleOnChoice>,
    /// The calls behind its verdict, and where nothing is proven those behind what was found or is missing; sorted by id, at most 50, the rest counted.
    pub citations: Vec<Citation>,
    /// How many citations were left out.
    pub citations_left_out: u64,
}

/// A review that people did, held against the evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewLine {
    /// The file that it was read from.
    pub source: String,
    /// SHA-256 of that file, in hex.
    pub sha256: String,
    /// The workload's name, as the review has it.
    pub workload: String,
    /// How many questions it answers.
    pub answered: u64,
    /// Questions of the lens that it does not, by id.
    pub missing: Vec<String>,
    /// How many pieces of the file could not be placed.
    pub unplaced: u64,
    /// Questions, and choices as `question/choice`, that the review answers and the lens does not have.
    pub unknown: Vec<String>,
    /// What was not read when the review was pulled, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<PullGap>,
    /// How many choices stand how.
    pub agreement: Agreement,
    /// What people claimed and evidence refutes, the worst first.
    pub contradicted: Vec<Disagreement>,
    /// What people did not claim and evidence proves, the worst first.
    pub undersold: Vec<Disagreement>,
    /// Questions that people called not applicable, though the account holds what they are about.
    pub called_off: Vec<CalledOff>,
}

/// How many choices stand how to the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Agreement {
    /// Claimed, and refuted.
    pub contradicted: u64,
    /// Not claimed, and proven.
    pub undersold: u64,
    /// People and evidence say the same.
    pub confirmed: u64,
    /// Selected, and not decided by evidence.
    pub unproven: u64,
}

/// How what people answered to a choice stands to the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Selected, and refuted; of a flaw, denied, and proven.
    Contradicted,
    /// Not selected, and proven; of a flaw, admitted, and refuted.
    Undersold,
    /// People and evidence say the same.
    Confirmed,
    /// Selected, and not decided by evidence.
    Unproven,
}

/// What people answered to a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PeopleOnQuestion {
    /// The risk that the Tool showed.
    pub risk: Option<Risk>,
    /// False where they called it not applicable.
    pub applicable: bool,
    /// What they wrote.
    pub notes: String,
    /// Why it is not applicable, in the Tool's word.
    pub reason: String,
}

/// What people answered to a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PeopleOnChoice {
    /// What they said.
    pub status: Status,
    /// What they wrote.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// Why it is not applicable, in the Tool's word.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// How it stands to the evidence; `null` where nobody relied on it and nothing is shown.
    pub stand: Option<Standing>,
}

/// A choice of which people and evidence say different things.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Disagreement {
    /// The question's id.
    pub question: String,
    /// Its number in the lens's edition.
    pub number: String,
    /// The choice's id.
    pub choice: String,
    /// Its title.
    pub title: String,
    /// AWS's level of risk when it is missing.
    pub level: Option<Level>,
    /// True for choices that admit a flaw.
    pub negative: bool,
    /// What the evidence says.
    pub note: String,
    /// The calls that it rests on.
    pub citations: Vec<Citation>,
    /// How many citations were left out.
    pub citations_left_out: u64,
}

/// A question that people called not applicable, though the account holds what it is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CalledOff {
    /// Its id.
    pub question: String,
    /// Its number in the lens's edition.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The Tool's word for why.
    pub reason: String,
    /// How many resources there are at least that rules on it judge.
    pub resources: u64,
    /// Of which types; at most six.
    pub types: Vec<String>,
    /// The rules that judged them.
    pub rules: Vec<String>,
    /// What the evidence says.
    pub note: String,
    /// The calls that its choices rest on.
    pub citations: Vec<Citation>,
}

/// The practice of a later edition by whose rules a choice is judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SuccessorLine {
    /// The Tool's id of its question.
    pub question: String,
    /// The Tool's id.
    pub choice: String,
    /// AWS's title.
    pub title: String,
    /// How much the same it is. Rules of a mere `successor` prove and refute nothing.
    pub basis: Likeness,
}

/// One rule's say on one choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RuleOnChoice {
    /// The rule's id.
    pub id: String,
    /// What it came to.
    pub verdict: Verdict,
    /// What that says of the choice: `proves`, `supports`, `weakens`, `refutes` or `nothing`.
    pub weight: String,
    /// How many resources passed.
    pub passed: u64,
    /// How many failed.
    pub failed: u64,
    /// How many could not be judged.
    pub unknown: u64,
    /// How many of the kind the rule left out.
    pub not_judged: u64,
    /// Failed ones first, then unknown, then passed.
    pub resources: Vec<ResourceLine>,
    /// How many are not listed.
    pub resources_left_out: u64,
}

/// One resource under one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResourceLine {
    /// `CloudFormation`'s spelling.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its ARN, where it has one.
    pub arn: Option<String>,
    /// Its account.
    pub account: String,
    /// Its region.
    pub region: String,
    /// What the rule says of it.
    pub verdict: Verdict,
    /// Ids of the calls that say so.
    pub calls: Vec<String>,
}

/// One API call that proves something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Citation {
    /// Its id in the snapshot.
    pub call: String,
    /// The service's signing name.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// The account that was asked.
    pub account: String,
    /// The region that was asked.
    pub region: String,
    /// When the answer came.
    pub at: Timestamp,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// SHA-256 of the stored body.
    pub sha256: String,
}

/// One rule that ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RuleLine {
    /// The claim that holds when it passes.
    pub title: String,
    /// How to mend a failure.
    pub fix: Option<String>,
    /// The AWS practice that it rests on.
    pub basis: String,
    /// What it came to.
    pub verdict: Verdict,
    /// How many resources passed.
    pub passed: u64,
    /// How many failed.
    pub failed: u64,
    /// How many could not be judged.
    pub unknown: u64,
    /// How many of the kind it left out.
    pub not_judged: u64,
    /// The accounts of all that it judged, also of what no list holds.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// Their regions, likewise.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Its note.
    pub note: Option<String>,
    /// Ids of the gaps that would have decided.
    pub gaps: Vec<String>,
}

/// A failing rule whose mending lowers risks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fix {
    /// The rules to mend together.
    pub rules: Vec<String>,
    /// How.
    pub fix: String,
    /// Questions whose predicted risk this lowers, by number, given everything before it in the list.
    pub lowers: Vec<String>,
    /// How many questions remain at high risk after it, and after everything before it.
    pub high_risks_left: u64,
}

/// Something that was not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GapLine {
    /// Its id in the snapshot.
    pub id: String,
    /// The unit.
    pub unit: String,
    /// What was not read.
    pub what: String,
    /// Why.
    pub kind: GapKind,
    /// What AWS said.
    pub message: String,
    /// What denied it, where `kind` is `denied`.
    pub denied_by: Option<Denier>,
    /// The IAM actions that would mend it.
    pub actions: Vec<String>,
}

impl GapLine {
    /// Whether no call is missing: what was read leaves a derived fact open, which nothing that could be allowed would mend.
    pub fn is_doubt(&self) -> bool {
        self.kind == GapKind::NotAsked && self.unit.starts_with("derive/")
    }
}
