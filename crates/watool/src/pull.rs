//! What people answered, out of the Tool.

use std::collections::BTreeMap;

use aws_sdk_wellarchitected::types as sdk;
use futures::StreamExt;
use sha2::{Digest, Sha256};
use wellproof_aws::timestamp;
use wellproof_lens::{Lens, NONE_OF_THESE};
use wellproof_review::{
    Answer as Reviewed, Check, ChoiceAnswer, LensName, PullGap, Pulled, Review, Source, SourceKind, ToolCall, Unplaced,
    Workload,
};

use crate::client::{Place, Tool};
use crate::edition::{compare, lens_file, lens_id};
use crate::error::ToolError;
use crate::tool::{Answer, LensReview};

/// How many choices are asked about at once.
const AT_ONCE: usize = 4;

/// A review as it was pulled, and the Tool's edition of its lens as a lens file.
#[derive(Clone, Debug)]
pub struct Pull {
    /// What people answered.
    pub review: Review,
    /// In `wellproof/lens/1`, JSON.
    pub lens_file: String,
}

/// Reads every answer to a lens, and what Trusted Advisor found for its choices. `lens` is our file of that lens, where there is one: the
/// review then answers it, and otherwise the Tool's own edition.
pub async fn pull(
    tool: &Tool,
    workload: &sdk::Workload,
    alias: &str,
    milestone: Option<i32>,
    lens: Option<&Lens>,
) -> Result<Pull, ToolError> {
    let id = workload.workload_id().unwrap_or_default();
    let place = Place::Workload { id: id.to_owned(), milestone };
    let asked = tool.lens_review(&place, alias).await?;
    let (checks, gaps) = checks(tool, workload, &asked, milestone).await;
    let file = lens_file(&asked, lens);
    let edition = lens.map(|lens| compare(&asked, lens)).unwrap_or_default();
    let pulled = Pulled {
        workload_id: id.to_owned(),
        milestone,
        lens_alias: asked.alias.clone(),
        lens_arn: asked.arn.clone(),
        lens_version: asked.version.clone(),
        edition,
        checks,
        gaps,
        calls: tool.calls(),
    };
    let review = Review {
        pulled: Some(pulled),
        workload: describe(workload),
        ..review(&asked, lens, workload.workload_arn().unwrap_or(id))
    };
    Ok(Pull { review, lens_file: file })
}

/// The answers to the questions and choices that `lens` has, in its order; without one all, in the Tool's.
fn review(asked: &LensReview, lens: Option<&Lens>, workload: &str) -> Review {
    let (mut questions, mut missing, mut unplaced) = (Vec::new(), Vec::new(), Vec::new());
    let is_asked = |answer: &&Answer| lens.is_none_or(|lens| lens.question(&answer.question).is_some());
    let by_lens = lens.into_iter().flat_map(Lens::questions);
    let mut ordered: Vec<&Answer> = Vec::new();
    for question in by_lens {
        match asked.answers.iter().find(|answer| answer.question == question.id) {
            Some(answer) => ordered.push(answer),
            None => missing.push(question.id.clone()),
        }
    }
    if lens.is_none() {
        ordered.extend(&asked.answers);
    }
    for answer in asked.answers.iter().filter(|answer| !is_asked(answer)) {
        let why = format!("it is no question of {}", lens.map_or("the lens", |lens| lens.id.as_str()));
        unplaced.push(Unplaced { line: 0, text: format!("{}: {}", answer.question, answer.title), why });
    }
    for answer in ordered {
        questions.push(reviewed(answer, asked, lens, &mut unplaced));
    }
    let name = lens.map_or_else(
        || LensName { id: lens_id(&asked.alias), edition: asked.version.clone() },
        |lens| LensName { id: lens.id.clone(), edition: lens.edition.clone() },
    );
    let bytes = serde_json::to_vec(asked).unwrap_or_default();
    let pillar_notes = asked.pillars.iter().filter(|pillar| !pillar.notes.is_empty());
    Review {
        schema: Review::SCHEMA.to_owned(),
        source: Source {
            kind: SourceKind::ToolPull,
            name: workload.to_owned(),
            sha256: hex::encode(Sha256::digest(bytes)),
        },
        lens: name,
        workload: Workload::default(),
        lens_notes: asked.notes.clone(),
        pillar_notes: pillar_notes.map(|it| (it.id.clone(), it.notes.clone())).collect::<BTreeMap<_, _>>(),
        questions,
        missing,
        unplaced,
        pulled: None,
    }
}

fn reviewed(answer: &Answer, asked: &LensReview, lens: Option<&Lens>, unplaced: &mut Vec<Unplaced>) -> Reviewed {
    let question = lens.and_then(|lens| lens.question(&answer.question));
    let number = question.map_or_else(|| position(answer, asked), |question| question.number.clone());
    let mut choices = Vec::new();
    for choice in &answer.choices {
        let known = question.is_none_or(|it| it.choice(&choice.id).is_some() || it.is_none_of_these(&choice.id));
        let state = &answer.state.choices[&choice.id];
        if known {
            choices.push(ChoiceAnswer {
                choice: choice.id.clone(),
                status: state.status,
                notes: state.notes.clone(),
                reason: state.reason.clone(),
            });
        } else if choice.title != NONE_OF_THESE {
            let text = format!("{}/{}: {}", answer.question, choice.id, choice.title);
            unplaced.push(Unplaced { line: 0, text, why: format!("it is no choice of {number}") });
        }
    }
    Reviewed {
        question: answer.question.clone(),
        number,
        title: question.map_or_else(|| answer.title.clone(), |question| question.title.clone()),
        risk: answer.risk,
        applicable: answer.state.applicable,
        choices,
        notes: answer.state.notes.clone(),
        reason: answer.state.reason.clone(),
        improvement_plan: Vec::new(),
        line: None,
    }
}

/// A number where our lens has none: the pillar's name and the question's place in it.
fn position(answer: &Answer, asked: &LensReview) -> String {
    let pillar = asked.pillars.iter().find(|pillar| pillar.id == answer.pillar);
    let own = asked.answers.iter().filter(|other| other.pillar == answer.pillar);
    let place = own.take_while(|other| other.question != answer.question).count() + 1;
    format!("{} {place}", pillar.map_or(answer.pillar.as_str(), |pillar| pillar.name.as_str()))
}

fn describe(workload: &sdk::Workload) -> Workload {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let environment = match workload.environment().map(sdk::WorkloadEnvironment::as_str) {
        Some("PRODUCTION") => "Production",
        Some("PREPRODUCTION") => "Pre-production",
        _ => "",
    };
    Workload {
        name: text(workload.workload_name()),
        arn: text(workload.workload_arn()),
        description: text(workload.description()),
        review_owner: text(workload.review_owner()),
        industry_type: text(workload.industry_type()),
        industry: text(workload.industry()),
        environment: environment.to_owned(),
        aws_regions: workload.aws_regions().to_vec(),
        non_aws_regions: workload.non_aws_regions().to_vec(),
        account_ids: workload.account_ids().to_vec(),
        architectural_design: text(workload.architectural_design()),
    }
}

/// Trusted Advisor's checks, choice by choice. Which choices have any AWS does not publish, so that all are asked about.
async fn checks(
    tool: &Tool,
    workload: &sdk::Workload,
    asked: &LensReview,
    milestone: Option<i32>,
) -> (Vec<Check>, Vec<PullGap>) {
    let integration = workload.discovery_config().and_then(|it| it.trusted_advisor_integration_status());
    if integration.map(sdk::TrustedAdvisorIntegrationStatus::as_str) != Some("ENABLED") {
        return (Vec::new(), Vec::new());
    }
    if milestone.is_some() {
        let message = "a milestone keeps no checks; pull without --milestone for those of today".to_owned();
        let gap = PullGap { what: "Trusted Advisor's checks".to_owned(), reason: "NOT_ASKED".to_owned(), message };
        return (Vec::new(), vec![gap]);
    }
    let id = workload.workload_id().unwrap_or_default();
    let choices = asked.answers.iter().flat_map(|answer| answer.choices.iter().map(move |choice| (answer, choice)));
    let asked_of = choices
        .filter(|(_, choice)| choice.title != NONE_OF_THESE)
        .map(async |(answer, choice)| (answer, choice, tool.checks(id, &asked.arn, answer, &choice.id).await));
    let replies: Vec<_> = futures::stream::iter(asked_of).buffered(AT_ONCE).collect().await;
    let (mut checks, mut gaps) = (Vec::new(), Vec::new());
    for (answer, choice, reply) in replies {
        let what = format!("{}/{}", answer.question, choice.id);
        match reply {
            Ok(details) => {
                for (detail, call) in &details {
                    let check = check(detail, &answer.question, &choice.id, call.as_ref());
                    gaps.extend(gap(&what, &check));
                    checks.push(check);
                }
            }
            Err(err) => gaps.push(PullGap { what, reason: reason(&err), message: err.to_string() }),
        }
    }
    (checks, gaps)
}

fn check(detail: &sdk::CheckDetail, question: &str, choice: &str, call: Option<&ToolCall>) -> Check {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    Check {
        question: question.to_owned(),
        choice: choice.to_owned(),
        id: text(detail.id()),
        name: text(detail.name()),
        account: text(detail.account_id()),
        status: text(detail.status().map(sdk::CheckStatus::as_str)),
        flagged_resources: detail.flagged_resources(),
        reason: detail.reason().map(|reason| reason.as_str().to_owned()),
        updated_at: detail.updated_at().and_then(timestamp).map(|at| at.to_string()),
        request_id: call.and_then(|call| call.request_id.clone()),
        sha256: call.map(|call| call.sha256.clone()),
    }
}

/// What a check that could not be fetched leaves unread.
fn gap(what: &str, check: &Check) -> Option<PullGap> {
    let reason = match (&check.reason, check.status.as_str()) {
        (Some(reason), _) => reason.clone(),
        (None, "FETCH_FAILED" | "") => "UNKNOWN_ERROR".to_owned(),
        (None, _) => return None,
    };
    let message = match reason.as_str() {
        "PREMIUM_SUPPORT_REQUIRED" => "Trusted Advisor's checks need a Business or Enterprise support plan",
        "ASSUME_ROLE_ERROR" => "the Tool could not assume its role in the account",
        "ACCESS_DENIED" => "the Tool may not read Trusted Advisor in the account",
        _ => "the Tool does not say why",
    };
    let what = format!("{what}: check {} in account {}", check.id, check.account);
    Some(PullGap { what, reason, message: message.to_owned() })
}

fn reason(err: &ToolError) -> String {
    match err {
        ToolError::Refused { code, .. } => code.clone(),
        ToolError::Busy { .. } => "BUSY".to_owned(),
        ToolError::Lost { .. } => "NO_REPLY".to_owned(),
        _ => "FAILED".to_owned(),
    }
}
