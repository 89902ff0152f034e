//! Questions, and under each its choices, their rules, the resources that these judged, and the calls that say so.

use std::collections::BTreeSet;

use maud::{Markup, html};
use wellproof_answers::document::{Choice, Document, LevelBasis, Question, ResourceLine, Risk, RuleOnChoice};

use super::evidence::{self, Evidence};
use super::picture;
use crate::legible::{count, counted, explain, name, prose};
use crate::review;

/// A pillar with its questions.
pub(super) struct Pillar<'a> {
    id: &'a str,
    name: &'a str,
    pub(super) questions: Vec<&'a Question>,
}

/// The pillars in the lens's order; questions of one that is not listed come last, under its id.
pub(super) fn pillars(document: &Document) -> Vec<Pillar<'_>> {
    let mut pillars: Vec<Pillar<'_>> = document
        .pillars
        .iter()
        .map(|pillar| Pillar { id: &pillar.id, name: &pillar.name, questions: Vec::new() })
        .collect();
    for question in &document.questions {
        match pillars.iter_mut().find(|pillar| pillar.id == question.pillar) {
            Some(pillar) => pillar.questions.push(question),
            None => pillars.push(Pillar { id: &question.pillar, name: &question.pillar, questions: vec![question] }),
        }
    }
    pillars
}

/// The heading and the filters; left open.
pub(super) fn opening(evidence: &Evidence<'_>) -> Markup {
    let select = |id: &str, label: &str, options: &[(String, String)]| {
        html! {
            label for=(id) { (label) }
            select id=(id) autocomplete="off" {
                option value="" { "all" }
                @for (value, shown) in options { option value=(value) { (shown) } }
            }
        }
    };
    let verdicts = [
        ("not_met", "not met"),
        ("partial", "partial"),
        ("met", "met"),
        ("not_proven", "not proven"),
        ("not_applicable", "not applicable"),
    ]
    .map(|(value, shown)| (value.to_owned(), shown.to_owned()));
    html! {
        (maud::PreEscaped("<section id=\"questions\" aria-labelledby=\"questions-heading\">"))
        h2 #questions-heading { "Questions" }
        form #filters role="search" aria-label="Filter the questions" hidden {
            div.field { (select("filter-pillar", "Pillar", &evidence.pillar_options())) }
            div.field { (select("filter-verdict", "Suggestion", &verdicts)) }
            div.field { (select("filter-account", "Account", &evidence.account_options())) }
            div.field { (select("filter-region", "Region", &evidence.region_options())) }
            div.field.search { label for="filter-text" { "Text" } input #filter-text type="search" autocomplete="off" spellcheck="false" maxlength="200"; }
            div.buttons {
                button type="reset" { "Reset" }
                button type="button" #open-all { "Open all" }
                button type="button" #close-all { "Close all" }
            }
            p #filter-status role="status" aria-live="polite" {}
        }
        @if evidence.cap() < evidence::RESOURCES {
            p.left-out { "So that this page opens fast, at most " (evidence.cap()) " resources are listed for each rule." }
        }
    }
}

/// A pillar's heading; left open.
pub(super) fn pillar_opening(pillar: &Pillar<'_>) -> Markup {
    let anchor = evidence::anchor("pillar", pillar.id);
    html! {
        (maud::PreEscaped(format!("<section class=\"pillar\" id=\"{anchor}\" aria-labelledby=\"{anchor}-heading\">")))
        h3 id={ (anchor) "-heading" } { (name(pillar.name)) " " span.tally { (counted(pillar.questions.len() as u64, "question")) } }
    }
}

/// A question, closed.
pub(super) fn question(question: &Question, evidence: &Evidence<'_>) -> Markup {
    let proof: BTreeSet<&str> =
        question.choices.iter().flat_map(|choice| &choice.citations).map(|citation| citation.call.as_str()).collect();
    html! {
        details.question id=(evidence::anchor("q", &question.id)) data-pillar=(evidence::pillar_key(&question.pillar)) {
            summary {
                span.num { (name(&question.number)) }
                h4 { (prose(&question.title)) }
                span.state {
                    (picture::small(question))
                    span.risk-badge.(risk_class(question.predicted_risk)) { "predicted " (review::word(&question.predicted_risk)) }
                }
            }
            div.body data-explain=(explain(&evidence.document.lens, &question.id)) {
                p.risk { "Predicted risk " (review::risk(question)) }
                @if !question.note.is_empty() {
                    div.note {
                        @for line in review::lines(&question.note) { p { (prose(line)) } }
                        @if question.notes_left_out > 0 {
                            p.left-out { (counted(question.notes_left_out, "note")) " of its choices did not fit." }
                        }
                    }
                }
                (evidence.chips(proof.into_iter(), 4, 0, "How do we know?"))
                ul.choices { @for choice in &question.choices { (self::choice(question, choice, evidence)) } }
            }
        }
    }
}

fn risk_class(risk: Risk) -> &'static str {
    match risk {
        Risk::High => "high",
        Risk::Medium => "medium",
        Risk::None => "low",
        Risk::Undetermined | Risk::Unanswered | Risk::NotApplicable => "open",
    }
}

/// AWS's level of a choice.
pub(super) fn level(choice: &Choice) -> Markup {
    let why = match choice.level_basis {
        LevelBasis::Observed => "The risk of a missing practice, read off a review",
        LevelBasis::Published | LevelBasis::Unpublished => "The risk that AWS states for a missing practice",
    };
    html! { @if let Some(level) = review::level(choice) { span.tag title=(why) { "level " (level) } } }
}

fn choice(question: &Question, choice: &Choice, evidence: &Evidence<'_>) -> Markup {
    let (accounts, regions) = evidence.places(choice);
    html! {
        li {
            details.choice id=(evidence::choice_anchor(question, choice)) data-verdict=(choice.verdict.as_str())
                data-accounts=(accounts) data-regions=(regions) {
                summary {
                    (picture::badge(choice))
                    h5 { (prose(&choice.title)) }
                    span.state {
                        @if let Some(number) = &choice.number { span.num.faint { (name(number)) } }
                        (level(choice))
                    }
                }
                div.body data-explain=(explain(&evidence.document.lens, &choice.id)) {
                    @if !choice.note.is_empty() { p.note { (prose(&choice.note)) } }
                    dl.says {
                        @if !choice.reason.is_empty() { div { dt { "Why" } dd { (prose(&choice.reason)) } } }
                        @if let Some(people) = review::people(choice) { div { dt { "People" } dd { (people) } } }
                        @for check in &choice.checks { div { dt { "Advisor" } dd { (review::check(check)) } } }
                        @if let Some(later) = review::judged_as(choice) { div { dt { "Judged as" } dd { (later) } } }
                        @if let Some(ask) = &choice.ask { div { dt { "Ask" } dd { (prose(ask)) } } }
                        @if let Some(hint) = &choice.hint { div { dt { "Known" } dd { (prose(hint)) } } }
                        div { dt { "Id" } dd {
                            code { (name(&choice.id)) }
                            @if let Some(url) = choice.url.as_deref().filter(|url| url.starts_with("https://")) {
                                " " a.out href=(name(url)) rel="noreferrer noopener external" { "AWS on this practice" }
                            }
                        } }
                        @if !choice.rules.is_empty() || !choice.citations.is_empty() {
                            div { dt { "Shown by" } dd { code.command { (explain(&evidence.document.lens, &choice.id)) } } }
                        }
                    }
                    (evidence.chips(
                        choice.citations.iter().map(|citation| citation.call.as_str()), choice.citations.len(),
                        choice.citations_left_out, "How do we know?"))
                    @for rule in &choice.rules { (self::rule(rule, evidence)) }
                }
            }
        }
    }
}

fn rule(rule: &RuleOnChoice, evidence: &Evidence<'_>) -> Markup {
    let line = evidence.document.rules.get(&rule.id);
    let weight = match rule.weight.as_str() {
        "" | "nothing" => "which says nothing of this choice".to_owned(),
        weight => format!("which {} this choice", name(weight)),
    };
    html! {
        section.rule data-explain=(explain(&evidence.document.lens, &rule.id)) {
            h6 { (prose(line.map_or(rule.id.as_str(), |line| line.title.as_str()))) }
            p {
                (picture::verdict(rule.verdict)) ", " (weight) ". Rule " (evidence::rule_link(evidence.document, &rule.id)) ": "
                (review::tally(rule.passed, rule.failed, rule.unknown, rule.not_judged)) "."
            }
            @if let Some(line) = line { (evidence::rule_says(line)) }
            (resources(rule, evidence))
        }
    }
}

fn resources(rule: &RuleOnChoice, evidence: &Evidence<'_>) -> Markup {
    let listed = &rule.resources[..rule.resources.len().min(evidence.cap())];
    let left_out = (rule.resources.len() - listed.len()) as u64 + rule.resources_left_out;
    html! {
        @if !listed.is_empty() {
            details.resources {
                summary {
                    @if left_out > 0 {
                        (count(listed.len() as u64)) " of " (counted(listed.len() as u64 + left_out, "resource")) ", failed ones first"
                    } @else {
                        (counted(listed.len() as u64, "resource"))
                    }
                }
                ul { @for resource in listed { (self::resource(resource, evidence)) } }
                @if left_out > 0 {
                    p.left-out { (counted(left_out, "more resource")) " not listed here: " code.command { (explain(&evidence.document.lens, &rule.id)) } }
                }
            }
        } @else if left_out > 0 {
            p.left-out { (counted(left_out, "resource")) " not listed here: " code.command { (explain(&evidence.document.lens, &rule.id)) } }
        }
    }
}

fn resource(resource: &ResourceLine, evidence: &Evidence<'_>) -> Markup {
    html! {
        li data-account=(evidence.account_key(&resource.account)) data-region=(evidence.region_key(&resource.region)) {
            (picture::verdict(resource.verdict))
            code.id title=[resource.arn.as_deref().map(name)] { (name(&resource.id)) }
            span.kind { (name(&resource.kind)) }
            span.place { (name(&resource.account)) " " span { (name(&resource.region)) } }
            (evidence.chips(resource.calls.iter().map(String::as_str), evidence::CALLS_OF_A_RESOURCE, 0, "Calls"))
        }
    }
}
