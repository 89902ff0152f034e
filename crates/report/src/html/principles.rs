//! The same choices by design principle.

use maud::{Markup, html};
use wellproof_answers::document::{Document, PrincipleLine};

use super::{evidence, picture, questions, short};
use crate::legible::{count, name, prose};
use crate::principles;
use crate::review::{self, Finding};

/// A table of how the choices stand that speak for each principle, and below it the choices.
pub(super) fn section(document: &Document) -> Markup {
    html! {
        section #principles aria-labelledby="principles-heading" {
            h2 #principles-heading { "Principles" }
            p.aside {
                "The same choices once more, by the design principle that they speak for. A choice may speak for several, and most for none. "
                "A principle has no verdict of its own."
            }
            (table(document))
            @for line in &document.principles { (choices(document, line)) }
        }
    }
}

fn table(document: &Document) -> Markup {
    let asked = document.review.is_some();
    html! {
        table.pillars {
            caption.unseen { "Choices that speak for each principle, by suggestion, and which of them to look at first" }
            thead { tr {
                th scope="col" { "Principle" }
                th.bar scope="col" { "Choices that speak for it" }
                @for (what, _) in review::shares(&document.coverage) { th.number scope="col" { (short(what)) } }
                @if asked { th.number scope="col" { "Selected" } }
                th scope="col" { "Look at first" }
            } }
            tbody {
                @for line in &document.principles {
                    tr {
                        th scope="row" { a href={ "#" (evidence::anchor("principle", &line.id)) } { (name(&line.title)) } }
                        td.bar { (picture::bar(&line.coverage, &name(&line.title))) }
                        @for (what, number) in review::shares(&line.coverage) {
                            td.number.(what.as_str()).zero[number == 0] data-label=(short(what)) { (count(number)) }
                        }
                        @if asked { td.number data-label="Selected" { (count(line.selected.unwrap_or(0))) } }
                        td.first data-label="Look at first" {
                            @if let Some(first) = principles::first(document, line) { (link(first)) }
                        }
                    }
                }
            }
        }
    }
}

fn link(finding: Finding<'_>) -> Markup {
    let Finding { question, choice } = finding;
    html! { a href={ "#" (evidence::choice_anchor(question, choice)) } { (prose(&choice.title)) } }
}

fn choices(document: &Document, line: &PrincipleLine) -> Markup {
    html! {
        details.principle id=(evidence::anchor("principle", &line.id)) {
            summary { h3 { (name(&line.title)) " " span.tally { (principles::size(line)) } } }
            p.aside {
                (prose(&line.asks)) " AWS calls it "
                @if line.url.starts_with("https://") {
                    a.out href=(name(&line.url)) rel="noreferrer noopener external" { (name(&line.aws)) }
                } @else {
                    (name(&line.aws))
                }
                "."
            }
            ul.speakers {
                @for finding in principles::choices(document, line) {
                    li {
                        (picture::badge(finding.choice))
                        span { (link(finding)) " " (questions::level(finding.choice)) }
                        a.num.faint href={ "#" (evidence::anchor("q", &finding.question.id)) } { (name(&finding.question.number)) }
                    }
                }
            }
        }
    }
}
