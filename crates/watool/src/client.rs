//! The Tool over the network: requests, retries, and what its replies say.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_wellarchitected::Client;
use aws_sdk_wellarchitected::config::Builder;
use aws_sdk_wellarchitected::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_wellarchitected::types as sdk;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use wellproof_aws::Operation;
use wellproof_lens::{Risk, nearest};
use wellproof_review::{Status, ToolCall};

use crate::error::ToolError;
use crate::guard::{Guard, Seen};
use crate::plan::NewWorkload;
use crate::tool::{Answer, AnswerState, Choice, ChoiceState, LensReview, Pillar, status_word};

/// Words of AWS for credentials that are not, or no longer, any (API Reference, Common Errors; STS's `ExpiredToken`).
const CREDENTIALS: [&str; 8] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "RequestExpired",
    "UnrecognizedClientException",
];

/// How many answers are read at once. AWS does not publish how often it may be asked.
const AT_ONCE: usize = 4;

/// How often a request is tried, and how long it is waited between.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How often a request is sent at most.
    pub attempts: u32,
    /// The first wait; each further one is twice as long.
    pub first: Duration,
    /// The longest wait.
    pub most: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { attempts: 10, first: Duration::from_millis(100), most: Duration::from_secs(10) }
    }
}

impl Patience {
    /// Waits after the attempt of this number, from 1; between half of the time and all of it, so that several do not come back together.
    pub(crate) async fn wait(&self, attempt: u32) {
        let whole = self.first.saturating_mul(1 << (attempt - 1).min(16)).min(self.most);
        let part = u32::try_from(Timestamp::now().subsec_nanosecond().rem_euclid(1000)).unwrap_or(0);
        tokio::time::sleep(whole / 2 + whole / 2 * part / 1000).await;
    }
}

/// A workload or a review template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A workload by its id, as it is now or at a milestone.
    Workload {
        /// 32 hexadecimal digits.
        id: String,
        /// The milestone's number.
        milestone: Option<i32>,
    },
    /// A review template by its ARN.
    Template {
        /// Its ARN.
        arn: String,
    },
}

/// The Tool, with the operations that were declared for it.
#[derive(Debug)]
pub struct Tool {
    client: Client,
    patience: Patience,
    region: String,
    calls: Mutex<Vec<ToolCall>>,
}

/// Sends a request until it is answered, and keeps what proves the reply.
macro_rules! ask {
    ($tool:ident, $operation:literal, $about:expr, $request:expr) => {
        $tool.patiently(async || ask_once!($tool, $operation, $about, $request)).await
    };
}

/// Sends a request once.
macro_rules! ask_once {
    ($tool:ident, $operation:literal, $about:expr, $request:expr) => {{
        let seen = Seen::default();
        let reply = $request.customize().interceptor(seen.clone()).send().await;
        $tool.keep($operation, $about, &seen);
        reply.map_err(|err| tool_error($operation, &err))
    }};
}

/// Every item of all pages.
macro_rules! all_pages {
    ($tool:ident, $operation:literal, $about:expr, $items:ident, $request:expr) => {
        told_pages!($tool, $operation, $about, $items, $request).into_iter().map(|(item, _)| item).collect::<Vec<_>>()
    };
}

/// Every item of all pages, with the call that told it.
macro_rules! told_pages {
    ($tool:ident, $operation:literal, $about:expr, $items:ident, $request:expr) => {{
        let mut items = Vec::new();
        let mut token: Option<String> = None;
        let mut seen = BTreeSet::new();
        loop {
            let page = ask!($tool, $operation, $about, $request.set_next_token(token.clone()))?;
            let call = $tool.last_call($operation, $about);
            items.extend(page.$items().iter().map(|item| (item.clone(), call.clone())));
            token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
            match &token {
                None => break,
                // A page that was read before is no end.
                Some(next) if !seen.insert(next.clone()) => {
                    return Err(ToolError::Incomplete { operation: $operation, member: "next page" });
                }
                Some(_) => {}
            }
        }
        items
    }};
}

fn told<'a>(value: Option<&'a str>, operation: &'static str, member: &'static str) -> Result<&'a str, ToolError> {
    value.ok_or(ToolError::Incomplete { operation, member })
}

impl Tool {
    /// The Tool in the configuration's region, which can be asked `operations` and nothing else.
    pub fn new(config: &SdkConfig, operations: &[&[Operation]], patience: Patience) -> Self {
        let sdk = Builder::from(config)
            .retry_config(RetryConfig::disabled())
            .interceptor(Guard(operations.concat().into()))
            .build();
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        Self { client: Client::from_conf(sdk), patience, region, calls: Mutex::default() }
    }

    /// The region that is asked.
    pub fn region(&self) -> &str {
        &self.region
    }

    pub(crate) fn patience(&self) -> Patience {
        self.patience
    }

    /// Every reply so far.
    pub(crate) fn calls(&self) -> Vec<ToolCall> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, operation: &str, about: &str, seen: &Seen) {
        let Some(reply) = seen.take() else { return };
        tracing::debug!(operation, about, request_id = reply.request_id, "asked the Tool");
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(ToolCall {
            operation: operation.to_owned(),
            about: about.to_owned(),
            at: Timestamp::now().to_string(),
            request_id: reply.request_id,
            sha256: reply.sha256,
        });
    }

    /// The last reply to a question about something.
    fn last_call(&self, operation: &str, about: &str) -> Option<ToolCall> {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.iter().rev().find(|call| call.about == about && call.operation == operation).cloned()
    }

    async fn patiently<T>(&self, ask: impl AsyncFn() -> Result<T, ToolError>) -> Result<T, ToolError> {
        let mut attempt = 1;
        loop {
            match ask().await {
                Err(err) if err.is_passing() && attempt < self.patience.attempts => {
                    tracing::info!(%err, attempt, "asking again");
                    self.patience.wait(attempt).await;
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    /// A workload by its name, id or ARN.
    pub async fn workload(&self, named: &str) -> Result<sdk::Workload, ToolError> {
        let id = match named.rsplit_once("workload/") {
            Some((_, id)) if named.starts_with("arn:") => id.to_owned(),
            _ if is_id(named) => named.to_owned(),
            _ => self.workload_id(named).await?,
        };
        let reply = ask!(self, "GetWorkload", "", self.client.get_workload().workload_id(&id)).map_err(|err| {
            let what = format!("workload {named} in {}", self.region);
            missing(err, what, || Some("name its region by --region, or the workload by its ARN".to_owned()))
        })?;
        reply.workload.ok_or(ToolError::Incomplete { operation: "GetWorkload", member: "Workload" })
    }

    async fn workload_id(&self, name: &str) -> Result<String, ToolError> {
        let all = all_pages!(self, "ListWorkloads", "", workload_summaries, self.client.list_workloads());
        let named: Vec<_> = all.iter().filter(|workload| workload.workload_name() == Some(name)).collect();
        if let [found] = named[..] {
            return told(found.workload_id(), "ListWorkloads", "WorkloadId").map(str::to_owned);
        }
        // One of our own and one that somebody shares with us.
        several(format!("workloads {name} in {}", self.region), named.iter().map(|it| it.workload_arn()))?;
        let near = nearest(name, all.iter().filter_map(sdk::WorkloadSummary::workload_name));
        let help = near.map_or_else(
            || "name its region by --region; `--create` plans a new one".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        Err(ToolError::None { what: format!("workload {name} in {}", self.region), help: Some(help) })
    }

    /// Whether there is a workload of this name.
    pub async fn has_workload(&self, name: &str) -> Result<bool, ToolError> {
        match self.workload_id(name).await {
            Ok(_) => Ok(true),
            Err(ToolError::None { .. }) => Ok(false),
            Err(err) => Err(err),
        }
    }

    /// A review template's ARN and name, by either.
    pub async fn template(&self, named: &str) -> Result<(String, String, Vec<String>), ToolError> {
        let all = all_pages!(self, "ListReviewTemplates", "", review_templates, self.client.list_review_templates());
        let is =
            |it: &&sdk::ReviewTemplateSummary| it.template_arn() == Some(named) || it.template_name() == Some(named);
        let found: Vec<_> = all.iter().filter(is).collect();
        several(format!("review templates {named} in {}", self.region), found.iter().map(|it| it.template_arn()))?;
        let Some(found) = found.first() else {
            let near = nearest(named, all.iter().filter_map(sdk::ReviewTemplateSummary::template_name));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            return Err(ToolError::None { what: format!("review template {named} in {}", self.region), help });
        };
        let arn = told(found.template_arn(), "ListReviewTemplates", "TemplateArn")?;
        Ok((arn.to_owned(), found.template_name().unwrap_or_default().to_owned(), found.lenses().to_vec()))
    }

    /// A lens as it is applied, without its answers.
    pub async fn lens_head(&self, place: &Place, alias: &str) -> Result<LensReview, ToolError> {
        let what = match place {
            Place::Workload { milestone: Some(number), .. } => {
                format!("milestone {number} of the workload, or none with the lens {alias}")
            }
            _ => format!("lens {alias} applied there"),
        };
        let none = |err| missing(err, what.clone(), || None);
        let incomplete = |operation| ToolError::Incomplete { operation, member: "LensReview" };
        let lens = match place {
            Place::Workload { id, milestone } => {
                let request =
                    || self.client.get_lens_review().workload_id(id).lens_alias(alias).set_milestone_number(*milestone);
                let reply = ask!(self, "GetLensReview", "", request()).map_err(none)?;
                reply.lens_review.ok_or(incomplete("GetLensReview"))?
            }
            Place::Template { arn } => {
                let request = || self.client.get_review_template_lens_review().template_arn(arn).lens_alias(alias);
                let reply = ask!(self, "GetReviewTemplateLensReview", "", request()).map_err(none)?;
                template_lens(reply.lens_review.ok_or(incomplete("GetReviewTemplateLensReview"))?)
            }
        };
        Ok(read_lens(alias, &lens))
    }

    /// A lens as it is applied, with every answer.
    pub async fn lens_review(&self, place: &Place, alias: &str) -> Result<LensReview, ToolError> {
        let mut review = self.lens_head(place, alias).await?;
        let questions = self.questions(place, &review.alias).await?;
        let alias = review.alias.clone();
        let answers = questions.iter().map(|question| self.answer(place, &alias, question));
        review.answers = futures::stream::iter(answers).buffered(AT_ONCE).try_collect().await?;
        Ok(review)
    }

    /// The ids of a lens's questions, in its order.
    async fn questions(&self, place: &Place, alias: &str) -> Result<Vec<String>, ToolError> {
        let ids: Vec<Option<String>> = match place {
            Place::Workload { id, milestone } => {
                let request =
                    || self.client.list_answers().workload_id(id).lens_alias(alias).set_milestone_number(*milestone);
                let all = all_pages!(self, "ListAnswers", "", answer_summaries, request().max_results(50));
                all.into_iter().map(|summary| summary.question_id).collect()
            }
            Place::Template { arn } => {
                let request = || self.client.list_review_template_answers().template_arn(arn).lens_alias(alias);
                let all =
                    all_pages!(self, "ListReviewTemplateAnswers", "", answer_summaries, request().max_results(50));
                all.into_iter().map(|summary| summary.question_id).collect()
            }
        };
        let incomplete = ToolError::Incomplete { operation: "ListAnswers", member: "QuestionId" };
        ids.into_iter().map(|id| id.ok_or(incomplete.clone())).collect()
    }

    /// One answer as it is now, or was at a milestone.
    pub async fn answer(&self, place: &Place, alias: &str, question: &str) -> Result<Answer, ToolError> {
        let none = ToolError::Incomplete { operation: "GetAnswer", member: "Answer" };
        match place {
            Place::Workload { id, milestone } => {
                let request = || {
                    let request = self.client.get_answer().workload_id(id).lens_alias(alias).question_id(question);
                    request.set_milestone_number(*milestone)
                };
                let reply = ask!(self, "GetAnswer", question, request())?;
                read_answer("GetAnswer", &reply.answer.ok_or(none)?)
            }
            Place::Template { arn } => {
                let request = || {
                    self.client.get_review_template_answer().template_arn(arn).lens_alias(alias).question_id(question)
                };
                let reply = ask!(self, "GetReviewTemplateAnswer", question, request())?;
                read_answer("GetReviewTemplateAnswer", &template_answer(&reply.answer.ok_or(none)?))
            }
        }
    }

    /// Writes an answer, once: whoever asks has to look again before trying again. Notes are sent only where they change.
    pub(crate) async fn update(
        &self,
        place: &Place,
        alias: &str,
        question: &str,
        read: &AnswerState,
        write: &AnswerState,
    ) -> Result<Answer, ToolError> {
        let none = |operation| ToolError::Incomplete { operation, member: "Answer" };
        let update = |id: &String, choice| (id.clone(), choice_update(&read.choices[id], choice));
        let updates = write.choices.iter().map(|(id, choice)| update(id, choice)).collect();
        let notes = (read.notes != write.notes).then(|| write.notes.clone());
        match place {
            Place::Workload { id, .. } => {
                let request = self.client.update_answer().workload_id(id).lens_alias(alias).question_id(question);
                let request = request.set_choice_updates(Some(updates)).set_notes(notes);
                let reply = ask_once!(self, "UpdateAnswer", question, request)?;
                read_answer("UpdateAnswer", &reply.answer.ok_or(none("UpdateAnswer"))?)
            }
            Place::Template { arn } => {
                let request = self.client.update_review_template_answer().template_arn(arn).lens_alias(alias);
                let request = request.question_id(question).set_choice_updates(Some(updates)).set_notes(notes);
                let reply = ask_once!(self, "UpdateReviewTemplateAnswer", question, request)?;
                let answer = reply.answer.ok_or(none("UpdateReviewTemplateAnswer"))?;
                read_answer("UpdateReviewTemplateAnswer", &template_answer(&answer))
            }
        }
    }

    /// Makes a milestone, once for a token.
    pub(crate) async fn create_milestone(&self, id: &str, name: &str, token: &str) -> Result<i32, ToolError> {
        let request = self.client.create_milestone().workload_id(id).milestone_name(name).client_request_token(token);
        let reply = ask_once!(self, "CreateMilestone", name, request)?;
        reply
            .milestone_number()
            .ok_or(ToolError::Incomplete { operation: "CreateMilestone", member: "MilestoneNumber" })
    }

    /// The number of the milestone of this name.
    pub(crate) async fn milestone(&self, id: &str, name: &str) -> Result<Option<i32>, ToolError> {
        let request = || self.client.list_milestones().workload_id(id);
        let all = all_pages!(self, "ListMilestones", "", milestone_summaries, request());
        let found = all.iter().find(|milestone| milestone.milestone_name() == Some(name));
        Ok(found.and_then(sdk::MilestoneSummary::milestone_number))
    }

    /// Makes a workload with one lens, once for a token; its id and ARN.
    pub(crate) async fn create_workload(
        &self,
        new: &NewWorkload,
        lens: &str,
        token: &str,
    ) -> Result<(String, String), ToolError> {
        let request = || {
            self.client
                .create_workload()
                .workload_name(&new.name)
                .description(&new.description)
                .environment(sdk::WorkloadEnvironment::from(new.environment.as_str()))
                .set_account_ids(Some(new.account_ids.clone()).filter(|ids| !ids.is_empty()))
                .set_aws_regions(Some(new.aws_regions.clone()))
                .review_owner(&new.review_owner)
                .lenses(lens)
                .client_request_token(token)
        };
        let reply = ask!(self, "CreateWorkload", &new.name, request())?;
        let id = told(reply.workload_id(), "CreateWorkload", "WorkloadId")?.to_owned();
        Ok((id, told(reply.workload_arn(), "CreateWorkload", "WorkloadArn")?.to_owned()))
    }

    /// What Trusted Advisor says of a choice, by check and account, and the call that told it.
    pub(crate) async fn checks(
        &self,
        workload: &str,
        lens_arn: &str,
        answer: &Answer,
        choice: &str,
    ) -> Result<Vec<(sdk::CheckDetail, Option<ToolCall>)>, ToolError> {
        let about = format!("{}/{choice}", answer.question);
        let request = || {
            let request = self.client.list_check_details().workload_id(workload).lens_arn(lens_arn);
            request.pillar_id(&answer.pillar).question_id(&answer.question).choice_id(choice)
        };
        Ok(told_pages!(self, "ListCheckDetails", &about, check_details, request()))
    }
}

/// Fails where there is more than one.
fn several<'a>(what: String, arns: impl ExactSizeIterator<Item = Option<&'a str>>) -> Result<(), ToolError> {
    if arns.len() < 2 {
        return Ok(());
    }
    let arns: Vec<&str> = arns.flatten().collect();
    Err(ToolError::Several { what, arns: arns.join(", ") })
}

fn is_id(named: &str) -> bool {
    named.len() == 32 && named.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// That something is not there, in our words.
fn missing(err: ToolError, what: String, help: impl FnOnce() -> Option<String>) -> ToolError {
    match err {
        ToolError::Refused { code, .. } if code == "ResourceNotFoundException" => {
            ToolError::None { what, help: help() }
        }
        err => err,
    }
}

fn tool_error<E>(operation: &'static str, err: &SdkError<E, HttpResponse>) -> ToolError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let chain = || wellproof_aws::sdk::chain(err);
    match err {
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or("Unknown").to_owned();
            let message = service.err().message().unwrap_or_default().to_owned();
            let status = service.raw().status().as_u16();
            if status == 429 || status >= 500 || code.contains("Throttl") || code.contains("TooManyRequests") {
                return ToolError::Busy { operation, message: format!("{code}: {message}") };
            }
            if CREDENTIALS.contains(&code.as_str()) {
                return ToolError::Credentials { operation, code, message };
            }
            ToolError::Refused { operation, code, message }
        }
        SdkError::ConstructionFailure(_) => {
            ToolError::Refused { operation, code: "NotSent".to_owned(), message: chain() }
        }
        _ => ToolError::Lost { operation, message: chain() },
    }
}

fn pillar(id: Option<&str>, name: Option<&str>, notes: Option<&str>) -> Pillar {
    let id = id.unwrap_or_default();
    Pillar { id: id.to_owned(), name: name.unwrap_or(id).to_owned(), notes: notes.unwrap_or_default().to_owned() }
}

/// A lens without its answers, which was asked for by an alias or an ARN.
fn read_lens(asked: &str, lens: &sdk::LensReview) -> LensReview {
    let alias = lens.lens_alias().or(lens.lens_arn()).unwrap_or(asked);
    let pillars = lens.pillar_review_summaries().iter();
    LensReview {
        alias: alias.to_owned(),
        arn: lens.lens_arn().unwrap_or(asked).to_owned(),
        version: lens.lens_version().unwrap_or_default().to_owned(),
        name: lens.lens_name().unwrap_or(alias).to_owned(),
        notes: lens.notes().unwrap_or_default().to_owned(),
        pillars: pillars.map(|it| pillar(it.pillar_id(), it.pillar_name(), it.notes())).collect(),
        answers: Vec::new(),
    }
}

/// A template's lens in the shape of a workload's.
fn template_lens(lens: sdk::ReviewTemplateLensReview) -> sdk::LensReview {
    let pillars = lens.pillar_review_summaries.unwrap_or_default().into_iter().map(|it| {
        let pillar = sdk::PillarReviewSummary::builder().set_pillar_id(it.pillar_id).set_pillar_name(it.pillar_name);
        pillar.set_notes(it.notes).build()
    });
    sdk::LensReview::builder()
        .set_lens_alias(lens.lens_alias)
        .set_lens_arn(lens.lens_arn)
        .set_lens_version(lens.lens_version)
        .set_lens_name(lens.lens_name)
        .set_notes(lens.notes)
        .set_pillar_review_summaries(Some(pillars.collect()))
        .build()
}

/// A template's answer in the shape of a workload's, without a risk.
fn template_answer(answer: &sdk::ReviewTemplateAnswer) -> sdk::Answer {
    sdk::Answer::builder()
        .set_question_id(answer.question_id.clone())
        .set_pillar_id(answer.pillar_id.clone())
        .set_question_title(answer.question_title.clone())
        .set_choices(answer.choices.clone())
        .set_selected_choices(answer.selected_choices.clone())
        .set_choice_answers(answer.choice_answers.clone())
        .set_is_applicable(answer.is_applicable)
        .set_notes(answer.notes.clone())
        .set_reason(answer.reason.clone())
        .build()
}

fn read_answer(operation: &'static str, answer: &sdk::Answer) -> Result<Answer, ToolError> {
    let mut choices = Vec::new();
    for choice in answer.choices() {
        let content = |it: Option<&sdk::ChoiceContent>| it.and_then(sdk::ChoiceContent::url).map(str::to_owned);
        choices.push(Choice {
            id: told(choice.choice_id(), operation, "ChoiceId")?.to_owned(),
            title: choice.title().unwrap_or_default().to_owned(),
            url: content(choice.helpful_resource()).or_else(|| content(choice.improvement_plan())),
        });
    }
    let reason = answer.reason().map(sdk::AnswerReason::as_str).filter(|it| *it != "NONE").unwrap_or_default();
    let state = AnswerState {
        applicable: answer.is_applicable().unwrap_or(true),
        reason: reason.to_owned(),
        notes: answer.notes().unwrap_or_default().to_owned(),
        choices: choices.iter().map(|choice| (choice.id.clone(), choice_state(answer, &choice.id))).collect(),
    };
    let risk = answer.risk().and_then(|risk| serde_json::from_value::<Risk>(risk.as_str().into()).ok());
    Ok(Answer {
        question: told(answer.question_id(), operation, "QuestionId")?.to_owned(),
        pillar: told(answer.pillar_id(), operation, "PillarId")?.to_owned(),
        title: answer.question_title().unwrap_or_default().to_owned(),
        choices,
        state,
        risk,
    })
}

fn choice_state(answer: &sdk::Answer, id: &str) -> ChoiceState {
    let selected = answer.selected_choices().iter().any(|selected| selected == id);
    let otherwise = if selected { Status::Selected } else { Status::Unselected };
    let Some(said) = answer.choice_answers().iter().find(|said| said.choice_id() == Some(id)) else {
        return ChoiceState { status: otherwise, ..ChoiceState::default() };
    };
    let status = match said.status().map(sdk::ChoiceStatus::as_str) {
        Some("SELECTED") => Status::Selected,
        Some("UNSELECTED") => Status::Unselected,
        Some("NOT_APPLICABLE") => Status::NotApplicable,
        _ => otherwise,
    };
    let reason = said.reason().map(sdk::ChoiceReason::as_str).filter(|it| *it != "NONE").unwrap_or_default();
    ChoiceState { status, reason: reason.to_owned(), notes: said.notes().unwrap_or_default().to_owned() }
}

/// A choice as it shall be, whole: AWS does not say what becomes of what is left out. What was there and shall go is sent as nothing.
fn choice_update(read: &ChoiceState, write: &ChoiceState) -> sdk::ChoiceUpdate {
    let reason = match write.reason.as_str() {
        "" if read.reason.is_empty() => None,
        "" => Some(sdk::ChoiceReason::None),
        reason => Some(sdk::ChoiceReason::from(reason)),
    };
    let is_said = !read.notes.is_empty() || !write.notes.is_empty();
    sdk::ChoiceUpdate::builder()
        .status(sdk::ChoiceStatus::from(status_word(write.status)))
        .set_reason(reason)
        .set_notes(is_said.then(|| write.notes.clone()))
        .build()
}
