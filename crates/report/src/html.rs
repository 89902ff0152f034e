//! HTML: one file that asks nothing of the network and opens from the disk.
//!
//! The page is complete without its script, which only adds filters and shows a call beside the line that cites it.
//! A strict content security policy names script and style by their hash, so that nothing else could run even if
//! a name from AWS slipped through as markup. What is listed is capped, so that the page opens at any size, and
//! says what it leaves out.

mod evidence;
mod picture;
mod principles;
mod questions;

use std::io::{self, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html as markup};
use sha2::{Digest, Sha256};
use wellproof_answers::document::{Document, Fix, ReviewLine};
use wellproof_model::Suggestion;

use self::evidence::Evidence;
use crate::legible::{count, counted, explain, name, prose};
use crate::review::{self, Finding};

const STYLE: &str = include_str!("../assets/report.css");
const SCRIPT: &str = include_str!("../assets/report.js");

/// Writes the document as one HTML file, question by question, so that memory does not grow with it.
///
/// # Errors
/// What `out` answers with.
pub fn html(document: &Document, out: &mut impl Write) -> io::Result<()> {
    let evidence = Evidence::of(document);
    let mut put = |part: Markup| out.write_all(part.into_string().as_bytes());
    put(head(document))?;
    put(header(document))?;
    put(PreEscaped("<main id=\"main\" tabindex=\"-1\">".to_owned()))?;
    if let Some(line) = &document.review {
        put(people(line, document, &evidence))?;
    }
    put(summary(document))?;
    if !document.principles.is_empty() {
        put(principles::section(document))?;
    }
    put(findings(document, &evidence))?;
    put(fixes(document))?;
    put(questions::opening(&evidence))?;
    for pillar in questions::pillars(document) {
        put(questions::pillar_opening(&pillar))?;
        for question in &pillar.questions {
            put(questions::question(question, &evidence))?;
        }
        put(PreEscaped("</section>".to_owned()))?;
    }
    put(PreEscaped("</section>".to_owned()))?;
    put(gaps(document, &evidence))?;
    put(evidence::rules_opening(document))?;
    for (id, rule) in &document.rules {
        put(evidence.rule(id, rule))?;
    }
    put(evidence::rules_closing())?;
    put(evidence.calls_opening())?;
    for entry in evidence.entries() {
        put(entry.row())?;
    }
    put(evidence::calls_closing())?;
    put(PreEscaped("</main>".to_owned()))?;
    put(closing(document))
}

/// The source expression by which a content security policy allows an inline script or style.
fn source(inline: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(inline.as_bytes())))
}

/// How a page begins: nothing comes from elsewhere, and nothing runs but what `scripts` names. `scheme` is its colours.
pub(crate) fn page_head(style: &str, scripts: &str, scheme: &str, title: &Markup) -> Markup {
    let policy =
        format!("default-src 'none'; style-src {};{scripts} base-uri 'none'; form-action 'none'", source(style));
    markup! {
        (DOCTYPE)
        (PreEscaped("<html lang=\"en\">"))
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="referrer" content="no-referrer";
            meta name="color-scheme" content=(scheme);
            meta name="generator" content="wellproof";
            title { (title) }
            style { (PreEscaped(style)) }
        }
        (PreEscaped("<body>"))
        a.skip href="#main" { "Skip to the report" }
    }
}

fn head(document: &Document) -> Markup {
    let scripts = format!(" script-src {};", source(SCRIPT));
    let title = markup! { (prose(&document.lens.name)) ", " (name(&document.lens.edition)) ": review by evidence" };
    markup! {
        (page_head(STYLE, &scripts, "light dark", &title))
        (picture::definitions())
    }
}

fn header(document: &Document) -> Markup {
    let Document { lens, snapshot, scope, .. } = document;
    markup! {
        header.page {
            p.product { "Wellproof" span { "Well-Architected review, answered from evidence" } }
            h1 { (prose(&lens.name)) span.edition { " edition " (name(&lens.edition)) } }
            p.scope {
                @if let Some(workload) = &scope.workload { strong { (name(workload)) } ": " }
                (prose(&scope.sentence))
                @if scope.out_of_scope > 0 { " " (counted(scope.out_of_scope, "resource")) " outside it are not judged." }
            }
            @if !scope.exclusions.is_empty() {
                ul.exclusions { @for exclusion in &scope.exclusions { li { "Left out: " (prose(exclusion)) } } }
            }
            @if let Some((word, why)) = review::unverified(snapshot) {
                p.alarm role="alert" { strong { (review::sentence(word)) } " " (review::sentence(why)) }
            }
            dl.facts {
                div { dt { "Lens" } dd { code { (name(&lens.id)) } } }
                div { dt { "Collected" } dd { time { (snapshot.collected_at) } } }
                div { dt { "Accounts" } dd { (review::names(&snapshot.accounts)) } }
                div { dt { "Read" } dd {
                    (counted(snapshot.resources, "resource")) ", " (counted(snapshot.calls, "call")) ", "
                    @if snapshot.gaps == 0 { "no gaps" } @else { a href="#gaps" { (counted(snapshot.gaps, "gap")) } }
                } }
                div.wide { dt { "Regions" } dd { (review::regions(document)) } }
                div.wide { dt { "Collected by" } dd { code { (name(&snapshot.caller)) } " with wellproof " (name(&snapshot.tool_version)) } }
                div.wide { dt { "Snapshot" } dd {
                    code { (name(&snapshot.digest)) } " "
                    @match review::unverified(snapshot) { None => "verified", Some((word, _)) => strong { (word) } }
                } }
            }
            nav aria-label="Parts of the report" {
                ul {
                    @if document.review.is_some() { li { a href="#people" { "People" } } }
                    li { a href="#summary" { "Summary" } }
                    @if !document.principles.is_empty() { li { a href="#principles" { "Principles" } } }
                    @for (anchor, label) in [
                        ("not-met", "Not met"), ("fix-first", "Fix first"), ("questions", "Questions"),
                        ("gaps", "Not read"), ("rules", "Rules"), ("calls", "Calls"),
                    ] {
                        li { a href={ "#" (anchor) } { (label) } }
                    }
                }
            }
        }
    }
}

/// What people answered, held against the evidence.
fn people(line: &ReviewLine, document: &Document, evidence: &Evidence<'_>) -> Markup {
    let place = |question: &str, choice: &str| {
        let question = document.questions.iter().find(|it| it.id == question)?;
        Some((question, question.choices.iter().find(|it| it.id == choice)?))
    };
    let found = [("contradicted", "bad", &line.contradicted), ("undersold", "good", &line.undersold)];
    markup! {
        section #people aria-labelledby="people-heading" {
            h2 #people-heading { "What people answered " span.tally { (review::agreement(line)) } }
            p.aside {
                (review::reviewed(line))
                ". Contradicted: claimed, and refuted by evidence. Undersold: not claimed, and proven. Unproven: claimed, and decided by none."
            }
            @if line.contradicted.is_empty() { p { "Evidence contradicts nothing that people claimed." } }
            ol.findings {
                @for (word, tone, it) in found.iter().flat_map(|(word, tone, found)| found.iter().map(move |it| (word, tone, it))) {
                    li data-explain=(explain(&document.lens, &it.choice)) {
                        p.finding-head {
                            span.tag.(tone) { (word) } " "
                            @match place(&it.question, &it.choice) {
                                Some((question, choice)) => a href={ "#" (evidence::choice_anchor(question, choice)) } { (review::disagreement(it)) },
                                None => (review::disagreement(it)),
                            }
                        }
                        p.note { (prose(&it.note)) }
                        (evidence.chips(it.citations.iter().map(|citation| citation.call.as_str()), 3, it.citations_left_out, "How do we know?"))
                    }
                }
                @for (question, choice, check) in review::warnings(document) {
                    li data-explain=(explain(&document.lens, &choice.id)) {
                        p.finding-head {
                            span.tag { "Trusted Advisor warns" } " "
                            a href={ "#" (evidence::choice_anchor(question, choice)) } { (review::warned(question, choice)) }
                        }
                        p.note { (review::check(check)) }
                    }
                }
                @for it in &line.called_off {
                    @let (title, says) = review::called_off(it);
                    li data-explain=(explain(&document.lens, &it.question)) {
                        p.finding-head { span.tag { "called not applicable" } " " a href={ "#" (evidence::anchor("q", &it.question)) } { (title) } }
                        p.note { (says) " " (prose(&it.note)) }
                        (evidence.chips(it.citations.iter().map(|citation| citation.call.as_str()), 3, 0, "How do we know?"))
                    }
                }
            }
            @if !line.gaps.is_empty() {
                p { "Not read when the review was pulled:" }
                ul { @for gap in review::pull_gaps(line) { li { (gap) } } }
            }
        }
    }
}

fn summary(document: &Document) -> Markup {
    let coverage = &document.coverage;
    markup! {
        section #summary aria-labelledby="summary-heading" {
            h2 #summary-heading { "Summary" }
            p.lead {
                strong { (count(coverage.judged)) } " of " strong { (counted(coverage.choices, "choice")) }
                " judged from evidence. The others wait for a person, each with the question to ask."
            }
            (picture::legend(coverage))
            table.pillars {
                caption.unseen { "Choices of each pillar by suggestion, and its questions by predicted risk" }
                thead { tr {
                    th scope="col" { "Pillar" }
                    th.bar scope="col" { "Its choices" }
                    @for (what, _) in review::shares(coverage) { th.number scope="col" { (short(what)) } }
                    th scope="col" { "Questions by predicted risk" }
                } }
                tbody {
                    @for pillar in &document.pillars {
                        tr {
                            th scope="row" { a href={ "#" (evidence::anchor("pillar", &pillar.id)) } { (name(&pillar.name)) } }
                            td.bar { (picture::bar(&pillar.coverage, &name(&pillar.name))) }
                            @for (what, number) in review::shares(&pillar.coverage) {
                                td.number.(what.as_str()).zero[number == 0] data-label=(short(what)) { (count(number)) }
                            }
                            td.risks data-label="Predicted risk" {
                                    @for (at, said) in review::risks(pillar).iter().enumerate() {
                                        @if at > 0 { ", " }
                                        span { (said) }
                                    }
                                }
                        }
                    }
                }
            }
            p.aside {
                "Risk is predicted from the lens's levels and never measured. Each question says the range that what is not proven leaves, and the basis."
            }
        }
    }
}

fn short(what: Suggestion) -> &'static str {
    match what {
        Suggestion::NotApplicable => "N/A",
        Suggestion::Met => "Met",
        Suggestion::NotMet => "Not met",
        Suggestion::Partial => "Partial",
        Suggestion::NotProven => "Not proven",
    }
}

fn findings(document: &Document, evidence: &Evidence<'_>) -> Markup {
    let findings = review::findings(document);
    markup! {
        section #not-met aria-labelledby="not-met-heading" {
            h2 #not-met-heading { "Not met " span.tally { (counted(findings.len() as u64, "choice")) ", worst first" } }
            @if findings.is_empty() {
                p { "Evidence refutes no choice. What is not proven still needs a person." }
            }
            ol.findings {
                @for finding in &findings { (self::finding(*finding, evidence)) }
            }
        }
    }
}

fn finding(Finding { question, choice }: Finding<'_>, evidence: &Evidence<'_>) -> Markup {
    markup! {
        li data-explain=(explain(&evidence.document.lens, &choice.id)) {
            p.finding-head {
                span.num { (name(&question.number)) }
                a href={ "#" (evidence::choice_anchor(question, choice)) } { (prose(&choice.title)) }
                @if let Some(number) = &choice.number { span.num.faint { (name(number)) } }
                (questions::level(choice))
                @if choice.negative { span.tag { "a flaw that is proven" } }
            }
            p.note { (prose(if choice.note.is_empty() { &choice.reason } else { &choice.note })) }
            p.finding-foot {
                span.risk { "Predicted risk of the question: " (review::risk(question)) }
            }
            (evidence.chips(choice.citations.iter().map(|citation| citation.call.as_str()), 3, choice.citations_left_out, "How do we know?"))
        }
    }
}

fn fixes(document: &Document) -> Markup {
    markup! {
        section #fix-first aria-labelledby="fix-first-heading" {
            h2 #fix-first-heading { "What to fix first" }
            @if document.fix_first.is_empty() {
                p { "No failing rule would lower a predicted high risk by being mended." }
            } @else {
                p.aside { "Found by recomputing the predicted risks, each given the mending of those before it." }
            }
            ol.fixes { @for fix in &document.fix_first { (self::fix(document, fix)) } }
        }
    }
}

fn fix(document: &Document, fix: &Fix) -> Markup {
    let question = |number: &String| document.questions.iter().find(|question| question.number == *number);
    markup! {
        li {
            p { (prose(&fix.fix)) }
            p.finding-foot {
                @if fix.lowers.is_empty() { "Lowers no risk by itself" } @else {
                    "Lowers "
                    @for (at, number) in fix.lowers.iter().enumerate() {
                        @if at > 0 { ", " }
                        @match question(number) {
                            Some(question) => a href={ "#" (evidence::anchor("q", &question.id)) } { (name(number)) },
                            None => (name(number)),
                        }
                    }
                }
                "; " (counted(fix.high_risks_left, "question")) " then at predicted HIGH risk. "
                @if fix.rules.len() == 1 { "Rule " } @else { "Rules " }
                @for (at, rule) in fix.rules.iter().enumerate() {
                    @if at > 0 { ", " }
                    (evidence::rule_link(document, rule))
                }
            }
        }
    }
}

fn gaps(document: &Document, evidence: &Evidence<'_>) -> Markup {
    let shown = document.gaps.len().min(evidence::GAPS);
    let actions = review::actions(document);
    markup! {
        section #gaps aria-labelledby="gaps-heading" {
            h2 #gaps-heading { "Not read " span.tally { (counted(document.gaps.len() as u64, "gap")) } }
            @if document.gaps.is_empty() {
                p { "Everything that was asked for was read." }
            } @else {
                p.aside { "What was not read never counts as met, nor as absent." }
            }
            @if !actions.is_empty() {
                details.plain {
                    summary { "IAM actions that would mend all of them: " (count(actions.len() as u64)) }
                    ul.actions { @for action in &actions { li { code { (name(action)) } } } }
                }
            }
            ul.gaps {
                @for gap in &document.gaps[..shown] {
                    li id=(evidence::anchor("gap", &gap.id)) {
                        p {
                            span.kind { (review::gap_kind(gap)) } " "
                            code { (name(&gap.what)) } " in " code { (name(&gap.unit)) }
                            " " span.faint { (name(&gap.id)) }
                        }
                        p.said { (prose(&gap.message)) }
                        @if !gap.actions.is_empty() {
                            p.finding-foot {
                                "Allow "
                                @for (at, action) in gap.actions.iter().enumerate() {
                                    @if at > 0 { ", " } code { (name(action)) }
                                }
                            }
                        }
                        @let rules = evidence.undecided(&gap.id);
                        @if !rules.is_empty() {
                            p.finding-foot {
                                "Leaves undecided "
                                @for (at, rule) in rules.iter().take(6).enumerate() {
                                    @if at > 0 { ", " } (evidence::rule_link(document, rule))
                                }
                                @if rules.len() > 6 { " and " (counted(rules.len() as u64 - 6, "more rule")) }
                            }
                        }
                    }
                }
            }
            @if document.gaps.len() > shown {
                p.left-out { "And " (counted((document.gaps.len() - shown) as u64, "more gap")) " that this page leaves out; the JSON report holds all." }
            }
        }
    }
}

fn closing(document: &Document) -> Markup {
    markup! {
        footer.page {
            p {
                (prose(&document.lens.name)) ", edition " (name(&document.lens.edition)) ", from snapshot "
                code { (name(&document.snapshot.digest)) }
                ". Numbers of questions and practices mean nothing without the edition. SNAPSHOT in a command stands for the snapshot's directory."
            }
        }
        dialog #call-dialog aria-labelledby="call-dialog-heading" {
            div.dialog-head {
                h2 #call-dialog-heading { "How do we know?" }
                button type="button" #call-dialog-close { "Close" }
            }
            div #call-dialog-body {}
        }
        script { (PreEscaped(SCRIPT)) }
        (PreEscaped("</body></html>\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_script_nor_style_can_end_its_own_element() {
        for asset in [STYLE, SCRIPT] {
            assert!(!asset.contains("</") && !asset.contains("<!--"), "it would end, or change, its element");
        }
    }

    #[test]
    fn nothing_is_fetched() {
        for word in ["http:", "https:", "@import", "fetch(", "XMLHttpRequest", "import("] {
            assert!(!STYLE.contains(word) && !SCRIPT.contains(word), "{word}");
        }
        assert_eq!(STYLE.matches("url(").count(), STYLE.matches("url(#").count(), "only patterns of the page itself");
    }
}
