//! A plan, written to the Tool.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use wellproof_lens::Risk;

use crate::client::{Patience, Place, Tool};
use crate::error::{PlanError, ToolError};
use crate::journal::Journal;
use crate::plan::{NewWorkload, Plan, QuestionPlan, Target};
use crate::tool::{Answer, AnswerState, ChoiceState, LensReview};

/// What became of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "wellproof/push/1")]
pub struct Pushed {
    /// `wellproof/push/1`.
    pub schema: String,
    /// SHA-256 of the plan, in hex.
    pub plan: String,
    /// Where it was written.
    pub target: String,
    /// The milestone before it; `null` where there was nothing to write, or none was wanted.
    pub milestone: Option<Milestone>,
    /// Every answer that something was planned for, in the lens's order.
    pub answers: Vec<PushedAnswer>,
    /// Questions, and choices as `question/choice`, that the Tool's version of the lens lacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<String>,
}

/// A workload as it was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// Its number.
    pub number: i32,
    /// Its name, which the plan's digest ends.
    pub name: String,
    /// Whether an earlier push of this plan had made it.
    pub made_before: bool,
}

/// What became of one answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PushedAnswer {
    /// The question's id.
    pub question: String,
    /// Such as `REL 1`.
    pub number: String,
    /// What became of it.
    pub outcome: Outcome,
    /// What the Tool said, where it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Choices that stay unselected and have no note of ours, though one was written: the Tool keeps none there, or somebody has taken it
    /// away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes_not_there: Vec<String>,
    /// The risk that we predicted.
    pub predicted_risk: Option<Risk>,
    /// What the prediction rests on.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub risk_basis: String,
    /// The risk that the Tool shows.
    pub risk: Option<Risk>,
    /// Whether the two differ.
    pub risk_differs: bool,
}

/// What became of one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was written, and reads so.
    Written,
    /// It was so already.
    AlreadyThere,
    /// Somebody changed it since the plan was made: nothing was written.
    Refused,
    /// It was written, and what stands there now is not what was written: most likely somebody else wrote at the same time.
    ReadsOtherwise,
    /// The Tool refused it.
    Failed,
    /// The push ended before.
    NotReached,
}

impl Outcome {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::AlreadyThere => "already there",
            Self::Refused => "refused: somebody changed it since the plan was made",
            Self::ReadsOtherwise => "reads otherwise than it was written: somebody wrote at the same time",
            Self::Failed => "failed",
            Self::NotReached => "not reached",
        }
    }

    /// Whether the answer stands as planned.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Written | Self::AlreadyThere)
    }
}

impl Pushed {
    /// The name and version of the format.
    pub const SCHEMA: &'static str = "wellproof/push/1";

    /// Whether every answer stands as planned.
    pub fn is_done(&self) -> bool {
        self.answers.iter().all(|answer| answer.outcome.is_done())
    }
}

/// The JSON Schema of [`Pushed`]: `schemas/push.json`.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Pushed).to_value()
}

/// Why a plan was not pushed.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum PushError {
    /// It was made for something else.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Plan(#[from] PlanError),
    /// The Tool.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Tool(#[from] ToolError),
}

/// What a push does to one place, so that tests can stand between.
pub(crate) trait Writer {
    /// An answer as it is now.
    async fn read(&self, question: &str) -> Result<Answer, ToolError>;
    /// Writes an answer, once.
    async fn write(&self, question: &str, read: &AnswerState, write: &AnswerState) -> Result<Answer, ToolError>;
    /// Makes a milestone, once.
    async fn create_milestone(&self, name: &str, token: &str) -> Result<i32, ToolError>;
    /// The milestone of this name.
    async fn milestone(&self, name: &str) -> Result<Option<i32>, ToolError>;
    /// How often something is tried.
    fn patience(&self) -> Patience;
}

/// One lens of a workload or a template.
struct Remote<'a> {
    tool: &'a Tool,
    place: Place,
    alias: &'a str,
}

impl Writer for Remote<'_> {
    async fn read(&self, question: &str) -> Result<Answer, ToolError> {
        self.tool.answer(&self.place, self.alias, question).await
    }

    async fn write(&self, question: &str, read: &AnswerState, write: &AnswerState) -> Result<Answer, ToolError> {
        self.tool.update(&self.place, self.alias, question, read, write).await
    }

    async fn create_milestone(&self, name: &str, token: &str) -> Result<i32, ToolError> {
        let Place::Workload { id, .. } = &self.place else {
            return Err(ToolError::None { what: "milestones of review templates".to_owned(), help: None });
        };
        self.tool.create_milestone(id, name, token).await
    }

    async fn milestone(&self, name: &str) -> Result<Option<i32>, ToolError> {
        let Place::Workload { id, .. } = &self.place else { return Ok(None) };
        self.tool.milestone(id, name).await
    }

    fn patience(&self) -> Patience {
        self.tool.patience()
    }
}

/// Writes a plan to the Tool. What became of it is told even where something stopped the push before its end; then what did comes with it,
/// and the same push goes on from there.
///
/// # Errors
/// When the plan was made for something else, or nothing could be written at all.
pub async fn push(
    tool: &Tool,
    plan: &Plan,
    journal: &mut Journal,
    milestone: bool,
) -> Result<(Pushed, Option<ToolError>), PushError> {
    let remote = |place| Remote { tool, place, alias: &plan.lens.alias };
    let (pushed, stopped) = match &plan.target {
        Target::Workload { id, arn, .. } => {
            let workload = tool.workload(id).await?;
            elsewhere(arn, workload.workload_arn().unwrap_or_default())?;
            let place = Place::Workload { id: id.clone(), milestone: None };
            same_lens(plan, &tool.lens_head(&place, &plan.lens.alias).await?)?;
            write(plan, &remote(place), journal, milestone).await
        }
        Target::Template { arn, .. } => {
            let place = Place::Template { arn: arn.clone() };
            same_lens(plan, &tool.lens_head(&place, &plan.lens.alias).await?)?;
            write(plan, &remote(place), journal, false).await
        }
        Target::NewWorkload(new) => {
            let id = create(tool, plan, new, journal).await?;
            let place = Place::Workload { id, milestone: None };
            let fitted = fit(plan, &tool.lens_review(&place, &plan.lens.alias).await?);
            // There is nothing before it that a milestone would keep.
            let (pushed, stopped) = write(&fitted, &remote(place), journal, false).await;
            (Pushed { plan: plan.digest(), ..pushed }, stopped)
        }
    };
    Ok((pushed, stopped))
}

/// Makes the plan's workload, or finds the one that an earlier push of it has made.
async fn create(tool: &Tool, plan: &Plan, new: &NewWorkload, journal: &mut Journal) -> Result<String, ToolError> {
    if let Some(id) = journal.workload() {
        match tool.workload(id).await {
            Ok(_) => return Ok(id.to_owned()),
            // Somebody has deleted it since.
            Err(ToolError::None { .. }) => {}
            Err(err) => return Err(err),
        }
    }
    journal.tell("workload_intended", json!({"name": new.name}))?;
    let (id, arn) = tool.create_workload(new, &plan.lens.alias, &plan.digest()).await?;
    journal.tell("workload_made", json!({"id": id, "arn": arn}))?;
    Ok(id)
}

/// The plan for a workload that was new when it was made, by what the Tool's edition has. What it lacks is skipped.
fn fit(plan: &Plan, review: &LensReview) -> Plan {
    let mut fitted = Plan { questions: Vec::new(), ..plan.clone() };
    for question in &plan.questions {
        let Some(write) = &question.write else { continue };
        let Some(answer) = review.answers.iter().find(|answer| answer.question == question.question) else {
            fitted.skipped.push(question.question.clone());
            continue;
        };
        let ids = || answer.choices.iter().map(|choice| choice.id.as_str());
        let lacking = write.choices.keys().filter(|id| !ids().any(|known| known == *id));
        let said = lacking.filter(|id| write.choices[*id] != question.read.choices[*id]);
        fitted.skipped.extend(said.map(|id| format!("{}/{id}", question.question)));
        let read = AnswerState::blank(ids());
        let mut write = AnswerState { choices: read.choices.clone(), ..write.clone() };
        let planned = question.write.iter().flat_map(|write| &write.choices);
        for (id, choice) in planned.filter(|(id, _)| read.choices.contains_key(*id)) {
            write.choices.insert(id.clone(), choice.clone());
        }
        fitted.questions.push(QuestionPlan { read, write: Some(write), ..question.clone() });
    }
    fitted
}

fn elsewhere(planned: &str, found: &str) -> Result<(), PlanError> {
    if planned == found {
        return Ok(());
    }
    Err(PlanError::Elsewhere { planned: planned.to_owned(), found: found.to_owned() })
}

fn same_lens(plan: &Plan, review: &LensReview) -> Result<(), PlanError> {
    let name = |alias: &str, version: &str| format!("lens {alias}, version {version}");
    elsewhere(&name(&plan.lens.alias, &plan.lens.version), &name(&review.alias, &review.version))
}

/// Writes every planned answer that is still as it was read. What became of them is told even where the Tool could not be reached to the
/// end; then why comes with it.
pub(crate) async fn write(
    plan: &Plan,
    writer: &impl Writer,
    journal: &mut Journal,
    milestone: bool,
) -> (Pushed, Option<ToolError>) {
    let mut pushing = Pushing { plan, writer, journal, lacks_milestone: milestone, milestone: None };
    let (mut answers, mut stopped) = (Vec::new(), None);
    for (question, wanted) in plan.writes() {
        if stopped.is_some() {
            answers.push(ended(question, Outcome::NotReached, None));
            continue;
        }
        match pushing.write(question, wanted).await {
            Ok(answer) => answers.push(answer),
            Err(err) => {
                answers.push(PushedAnswer {
                    message: Some(err.to_string()),
                    ..ended(question, Outcome::NotReached, None)
                });
                stopped = Some(err);
            }
        }
    }
    let pushed = Pushed {
        schema: Pushed::SCHEMA.to_owned(),
        plan: plan.digest(),
        target: plan.target.describe(),
        milestone: pushing.milestone,
        answers,
        skipped: plan.skipped.clone(),
    };
    (pushed, stopped)
}

/// A push while it goes on.
struct Pushing<'a, W> {
    plan: &'a Plan,
    writer: &'a W,
    journal: &'a mut Journal,
    /// Whether a milestone is wanted that is not there yet.
    lacks_milestone: bool,
    milestone: Option<Milestone>,
}

impl<W: Writer> Pushing<'_, W> {
    async fn write(&mut self, question: &QuestionPlan, wanted: &AnswerState) -> Result<PushedAnswer, ToolError> {
        let answer = self.write_one(question, wanted).await?;
        let members = json!({"question": answer.question, "outcome": answer.outcome, "risk": answer.risk});
        self.journal.tell("ended", members)?;
        Ok(answer)
    }

    /// Writes one answer if it is still as it was read. Each further try looks again first: the one before may have been done without our
    /// hearing of it, and somebody may have written since.
    async fn write_one(&mut self, question: &QuestionPlan, wanted: &AnswerState) -> Result<PushedAnswer, ToolError> {
        let id = question.question.as_str();
        let (mut attempt, mut tried) = (1, false);
        loop {
            let now = match self.writer.read(id).await {
                Err(err @ ToolError::Refused { .. }) => return Ok(failed(question, &err)),
                now => now?,
            };
            if now.state != question.read {
                return Ok(match (now.state.stands_as(wanted), tried) {
                    (true, true) => stands(question, Outcome::Written, wanted, &now),
                    (true, false) => stands(question, Outcome::AlreadyThere, wanted, &now),
                    // After a try whose reply was lost, nobody knows whether ours was written in between.
                    (false, true) => ended(question, Outcome::ReadsOtherwise, now.risk),
                    (false, false) => ended(question, Outcome::Refused, now.risk),
                });
            }
            if self.lacks_milestone {
                self.make_milestone().await?;
                // That took its time: what is written is what was looked at just before.
                continue;
            }
            self.journal.tell("intended", json!({"question": id, "read": question.read, "write": wanted}))?;
            match self.writer.write(id, &question.read, wanted).await {
                Ok(answer) => {
                    self.journal.tell("written", json!({"question": id, "risk": answer.risk}))?;
                    let after = self.writer.read(id).await?;
                    if answer.state.stands_as(wanted) && after.state.stands_as(wanted) {
                        return Ok(stands(question, Outcome::Written, wanted, &after));
                    }
                    return Ok(ended(question, Outcome::ReadsOtherwise, after.risk));
                }
                Err(err) if err.is_passing() && attempt < self.writer.patience().attempts => {
                    tracing::info!(%err, attempt, question = id, "looking again before writing again");
                    tried |= err.may_be_done();
                    self.writer.patience().wait(attempt).await;
                    attempt += 1;
                }
                Err(err @ ToolError::Refused { .. }) => return Ok(failed(question, &err)),
                Err(err) => return Err(err),
            }
        }
    }

    /// Makes the milestone of this plan, unless an earlier push has.
    async fn make_milestone(&mut self) -> Result<(), ToolError> {
        let digest = self.plan.digest();
        let day = self.plan.snapshot.collected_at.to_string();
        let name = format!("wellproof {} {}", day.split('T').next().unwrap_or_default(), &digest[..12]);
        let before = self.writer.milestone(&name).await?;
        let number = match before {
            Some(number) => number,
            None => self.create_milestone(&name, &digest).await?,
        };
        self.milestone = Some(Milestone { number, name, made_before: before.is_some() });
        self.lacks_milestone = false;
        Ok(())
    }

    async fn create_milestone(&mut self, name: &str, token: &str) -> Result<i32, ToolError> {
        self.journal.tell("milestone_intended", json!({"name": name}))?;
        let patience = self.writer.patience();
        let mut attempt = 1;
        let number = loop {
            match self.writer.create_milestone(name, token).await {
                Ok(number) => break number,
                Err(err) if err.is_passing() && attempt < patience.attempts => {
                    patience.wait(attempt).await;
                    attempt += 1;
                    // The reply may have been lost after it was made.
                    if let Some(number) = self.writer.milestone(name).await? {
                        break number;
                    }
                }
                Err(ToolError::Refused { code, message, .. }) => return Err(ToolError::NoMilestone { code, message }),
                Err(err) => return Err(err),
            }
        };
        self.journal.tell("milestone_made", json!({"name": name, "number": number}))?;
        Ok(number)
    }
}

/// An answer that stands as planned, but for notes that are not there.
fn stands(question: &QuestionPlan, outcome: Outcome, wanted: &AnswerState, now: &Answer) -> PushedAnswer {
    let is_bare = |(id, wanted): &(&String, &ChoiceState)| {
        !wanted.notes.is_empty() && now.state.choices.get(*id).is_some_and(|now| now.notes.is_empty())
    };
    let bare = wanted.choices.iter().filter(is_bare).map(|(id, _)| id.clone()).collect();
    PushedAnswer { notes_not_there: bare, ..ended(question, outcome, now.risk) }
}

fn ended(question: &QuestionPlan, outcome: Outcome, risk: Option<Risk>) -> PushedAnswer {
    let predicted = question.predicted_risk;
    PushedAnswer {
        question: question.question.clone(),
        number: question.number.clone(),
        outcome,
        message: None,
        notes_not_there: Vec::new(),
        predicted_risk: predicted,
        risk_basis: question.risk_basis.clone(),
        risk,
        risk_differs: outcome.is_done() && differs(predicted, risk),
    }
}

/// Whether the Tool shows another risk than was predicted, where both are told.
pub(crate) fn differs(predicted: Option<Risk>, shown: Option<Risk>) -> bool {
    matches!((predicted, shown), (Some(predicted), Some(shown)) if predicted != shown && predicted != Risk::Undetermined)
}

fn failed(question: &QuestionPlan, err: &ToolError) -> PushedAnswer {
    PushedAnswer { message: Some(err.to_string()), ..ended(question, Outcome::Failed, None) }
}
