//! What all reports ask of a document: its words, its order, and the calls behind a line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;
use wellproof_answers::document::{
    Agreement, CalledOff, Check, Choice, Citation, Coverage, Disagreement, Document, GapLine, Level, LevelBasis,
    Likeness, PillarLine, PullGap, Question, ReviewLine, Risk, SnapshotLine, Standing, Status,
};
use wellproof_model::{Denier, GapKind, Suggestion, Verdict};

use crate::legible::{count, counted, name, prose};

/// A choice with its question.
#[derive(Clone, Copy)]
pub(crate) struct Finding<'a> {
    pub(crate) question: &'a Question,
    pub(crate) choice: &'a Choice,
}

/// Whether the suggestion is bad news: a practice refuted, or a flaw proven.
pub(crate) fn is_bad(choice: &Choice) -> bool {
    choice.verdict == if choice.negative { Suggestion::Met } else { Suggestion::NotMet }
}

/// Every choice whose suggestion is bad news, the worst first: by the question's predicted risk, then by AWS's level
/// of the choice, then in the lens's order.
pub(crate) fn findings(document: &Document) -> Vec<Finding<'_>> {
    let mut findings: Vec<Finding<'_>> = document
        .questions
        .iter()
        .flat_map(|question| question.choices.iter().map(move |choice| Finding { question, choice }))
        .filter(|finding| is_bad(finding.choice))
        .collect();
    findings.sort_by_key(worst_first);
    findings
}

/// Where a choice stands among others of the same suggestion, the least being the worst: by the question's predicted
/// risk, then by AWS's level of the choice.
pub(crate) fn worst_first(finding: &Finding<'_>) -> (u8, u8) {
    let level = match finding.choice.level {
        Some(Level::High) => 0,
        Some(Level::Medium) => 1,
        Some(Level::Low) => 2,
        None => 3,
    };
    (weight(finding.question.predicted_risk), level)
}

fn weight(risk: Risk) -> u8 {
    match risk {
        Risk::High => 0,
        Risk::Undetermined => 1,
        Risk::Medium => 2,
        Risk::None => 3,
        Risk::Unanswered => 4,
        Risk::NotApplicable => 5,
    }
}

/// The word that stands for `thing` in JSON.
pub(crate) fn word(thing: &impl Serialize) -> String {
    match serde_json::to_value(thing) {
        Ok(serde_json::Value::String(word)) => word.replace('_', " "),
        _ => String::new(),
    }
}

/// A suggestion in words.
pub(crate) fn suggestion(suggestion: Suggestion) -> &'static str {
    match suggestion {
        Suggestion::Met => "met",
        Suggestion::NotMet => "not met",
        Suggestion::Partial => "partial",
        Suggestion::NotProven => "not proven",
        Suggestion::NotApplicable => "not applicable",
    }
}

/// A rule's verdict in words.
pub(crate) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Unknown => "unknown",
        Verdict::NotApplicable => "not applicable",
    }
}

/// Why something was not read, in words, with what denied it.
pub(crate) fn gap_kind(gap: &GapLine) -> String {
    let kind = match gap.kind {
        GapKind::Denied => "denied",
        GapKind::Throttled => "throttled",
        GapKind::Failed => "failed",
        GapKind::OverBudget => "over budget",
        GapKind::NotAsked => "not asked",
    };
    match gap.denied_by {
        None | Some(Denier::Unsaid) => kind.to_owned(),
        Some(denier) => format!("{kind} by {}", self::denier(denier)),
    }
}

fn denier(denier: Denier) -> &'static str {
    match denier {
        Denier::MissingPermission => "a missing permission",
        Denier::IdentityPolicy => "an identity policy",
        Denier::ServiceControlPolicy => "a service control policy",
        Denier::ResourcePolicy => "a resource policy",
        Denier::PermissionsBoundary => "a permissions boundary",
        Denier::SessionPolicy => "the session's policy",
        Denier::VpcEndpointPolicy => "a VPC endpoint's policy",
        Denier::Unsaid => "something unsaid",
    }
}

/// The predicted risk with its range and basis, which it is never shown without.
pub(crate) fn risk(question: &Question) -> String {
    let [best, worst] = question.risk_range;
    let range = if best == worst && best == question.predicted_risk {
        "whatever is not proven turns out to be".to_owned()
    } else {
        format!("range {} to {}", word(&best), word(&worst))
    };
    format!("{} ({range}; basis: {})", word(&question.predicted_risk), prose(&question.risk_basis))
}

/// How many choices of a review stand how to the evidence.
pub(crate) fn agreement(line: &ReviewLine) -> String {
    let Agreement { contradicted, undersold, confirmed, unproven } = line.agreement;
    format!(
        "{} contradicted, {} undersold, {} confirmed, {} unproven",
        count(contradicted),
        count(undersold),
        count(confirmed),
        count(unproven)
    )
}

/// Which review was held against the evidence.
pub(crate) fn reviewed(line: &ReviewLine) -> String {
    let mut text = format!("{}: {}", name(&line.source), counted(line.answered, "question"));
    if !line.workload.is_empty() {
        text = format!("Workload {}, {text}", name(&line.workload));
    }
    if !line.missing.is_empty() {
        let _ = write!(text, "; {} not answered there", counted(line.missing.len() as u64, "question"));
    }
    if !line.gaps.is_empty() {
        let _ = write!(text, "; {} could not be read", counted(line.gaps.len() as u64, "thing"));
    }
    if line.unplaced > 0 {
        let _ = write!(text, "; {} of it could not be placed", counted(line.unplaced, "piece"));
    }
    if !line.unknown.is_empty() {
        let _ = write!(text, "; this lens does not ask for {}", names(&line.unknown));
    }
    text
}

/// What people and evidence do not agree on.
pub(crate) fn disagreement(it: &Disagreement) -> String {
    let level = it.level.as_ref().map_or(String::new(), |level| format!(" [level {}]", word(level)));
    let flaw = if it.negative { " (a flaw)" } else { "" };
    format!("{} {}{level}{flaw}", name(&it.number), prose(&it.title))
}

/// A question that people called not applicable, and what the account holds of it.
pub(crate) fn called_off(it: &CalledOff) -> (String, String) {
    let why = if it.reason.is_empty() { String::new() } else { format!(" ({})", name(&it.reason)) };
    let held = counted(it.resources, "resource");
    let says = format!(
        "Called not applicable{why}; the account holds at least {held} of what it is about: {}.",
        names(&it.types)
    );
    (format!("{} {}", name(&it.number), prose(&it.title)), says)
}

/// How what people answered to a choice stands to the evidence; nothing where no review was given.
pub(crate) fn people(choice: &Choice) -> Option<String> {
    let people = choice.people.as_ref()?;
    let said = match people.status {
        Status::Selected => "selected",
        Status::Unselected => "not selected",
        Status::NotApplicable => "called not applicable",
    };
    let stand = match people.stand {
        None => "",
        Some(Standing::Contradicted) => ", which the evidence contradicts",
        Some(Standing::Undersold) => ", though the evidence shows it",
        Some(Standing::Confirmed) => ", as the evidence says",
        Some(Standing::Unproven) => ", which no evidence decides",
    };
    let note =
        if people.notes.is_empty() { String::new() } else { format!(": \u{201c}{}\u{201d}", prose(&people.notes)) };
    Some(format!("{said}{stand}{note}"))
}

/// What Trusted Advisor said of a choice: by check and account.
pub(crate) fn check(check: &Check) -> String {
    let mut text =
        format!("{} ({}) in {}: {}", prose(&check.name), name(&check.id), name(&check.account), name(&check.status));
    if let Some(flagged) = check.flagged_resources {
        let _ = write!(text, ", {} flagged", counted(flagged.unsigned_abs().into(), "resource"));
    }
    if let Some(reason) = &check.reason {
        let _ = write!(text, ", {}", name(reason));
    }
    if let Some(at) = &check.updated_at {
        let _ = write!(text, ", as of {}", name(at));
    }
    if let Some(request) = &check.request_id {
        let _ = write!(text, "; ListCheckDetails, request {}", name(request));
    }
    text
}

/// What was not read when a review was pulled, by what stood in the way.
pub(crate) fn pull_gaps(line: &ReviewLine) -> impl Iterator<Item = String> {
    PullGap::grouped(&line.gaps).into_iter().map(|(gap, count)| {
        let more = if count == 1 { String::new() } else { format!(" and {} more", self::count(count as u64 - 1)) };
        format!("{}{more}: {}: {}", prose(&gap.what), name(&gap.reason), prose(&gap.message))
    })
}

/// Where Trusted Advisor warns, and what it warns of.
pub(crate) fn warnings(document: &Document) -> impl Iterator<Item = (&Question, &Choice, &Check)> {
    let choices = document.questions.iter().flat_map(|it| it.choices.iter().map(move |choice| (it, choice)));
    let checks =
        choices.flat_map(|(question, choice)| choice.checks.iter().map(move |check| (question, choice, check)));
    checks.filter(|(_, _, check)| matches!(check.status.as_str(), "WARNING" | "ERROR"))
}

/// A choice that Trusted Advisor warns of.
pub(crate) fn warned(question: &Question, choice: &Choice) -> String {
    format!("{} {}", name(&question.number), prose(&choice.title))
}

/// By which practice of a later edition a choice is judged, and how much the same it is; nothing for one that AWS only
/// moved to that edition.
pub(crate) fn judged_as(choice: &Choice) -> Option<String> {
    let later = choice.succeeded_by.as_ref()?;
    let title = prose(&later.title);
    Some(match later.basis {
        Likeness::SameTitle if later.title == choice.title => return None,
        Likeness::SameTitle | Likeness::Renamed => format!("{title}, as AWS calls it now"),
        Likeness::Successor => {
            format!("{title}: the nearest of today's practices, which can prove and refute nothing here")
        }
    })
}

/// AWS's level of a choice in words, with how it is known where that is not by AWS's documentation.
pub(crate) fn level(choice: &Choice) -> Option<String> {
    let level = word(choice.level.as_ref()?);
    Some(if choice.level_basis == LevelBasis::Observed { format!("{level}, observed") } else { level })
}

/// How many of a pillar's questions are predicted at each risk.
pub(crate) fn risks(pillar: &PillarLine) -> Vec<String> {
    let asked = pillar.risks.iter().filter(|(_, questions)| **questions > 0);
    asked.map(|(risk, questions)| format!("{} {}", count(*questions), word(risk))).collect()
}

/// A coverage's counts in the order in which every report shows them.
pub(crate) fn shares(coverage: &Coverage) -> [(Suggestion, u64); 5] {
    [
        (Suggestion::Met, coverage.met),
        (Suggestion::Partial, coverage.partial),
        (Suggestion::NotMet, coverage.not_met),
        (Suggestion::NotProven, coverage.not_proven),
        (Suggestion::NotApplicable, coverage.not_applicable),
    ]
}

/// A coverage's counts as a sentence.
pub(crate) fn shares_said(coverage: &Coverage) -> String {
    let said: Vec<String> =
        shares(coverage).iter().map(|(what, number)| format!("{} {}", count(*number), suggestion(*what))).collect();
    said.join(", ")
}

/// What keeps a snapshot from being verified, in a word and a sentence; `None` where nothing does.
pub(crate) fn unverified(snapshot: &SnapshotLine) -> Option<(&'static str, &'static str)> {
    match (snapshot.verified, snapshot.unfinished, snapshot.damaged) {
        (true, ..) => None,
        (false, true, false) => Some((
            "unfinished",
            "the scan of this snapshot did not finish: no seal holds its files, and what it had not read yet counts as not read",
        )),
        (false, true, true) => Some((
            "not verified",
            "the scan of this snapshot did not finish, and files of it do not match their hashes: this report proves nothing",
        )),
        (false, false, _) => {
            Some(("not verified", "files of this snapshot do not match their hashes: this report proves nothing"))
        }
    }
}

/// `text` with a capital and a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}

/// Which regions were scanned, and which were not.
pub(crate) fn regions(document: &Document) -> String {
    let scanned = names(&document.snapshot.regions);
    match &document.snapshot.regions_not_scanned {
        None => format!("{scanned}; which others are enabled could not be read"),
        Some(others) if others.is_empty() => format!("{scanned}; no enabled region was left out"),
        Some(others) => format!("{scanned}; enabled but not scanned: {}", names(others)),
    }
}

/// Names in a row, or `none`.
pub(crate) fn names(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(|name| crate::legible::name(name)).collect::<Vec<_>>().join(", ")
}

/// Every call that the document tells of, by id.
pub(crate) fn calls(document: &Document) -> BTreeMap<&str, &Citation> {
    let cited = document.questions.iter().flat_map(|question| &question.choices).flat_map(|choice| &choice.citations);
    cited.chain(document.calls.values()).map(|citation| (citation.call.as_str(), citation)).collect()
}

/// IAM actions that would mend what was denied, each once.
pub(crate) fn actions(document: &Document) -> Vec<&str> {
    let actions: BTreeSet<&str> = document.gaps.iter().flat_map(|gap| &gap.actions).map(String::as_str).collect();
    actions.into_iter().collect()
}

/// How many resources a rule judged.
pub(crate) fn tally(passed: u64, failed: u64, unknown: u64, not_judged: u64) -> String {
    let judged = format!("{} failed, {} passed, {} unknown", count(failed), count(passed), count(unknown));
    if not_judged == 0 { judged } else { format!("{judged}, {} not judged", count(not_judged)) }
}

/// The note's lines: notes of several choices stand on lines of their own.
pub(crate) fn lines(note: &str) -> impl Iterator<Item = &str> {
    note.split('\n').map(str::trim).filter(|line| !line.is_empty())
}
