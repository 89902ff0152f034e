//! The pictures: bars of choices, told apart by pattern as well as by colour, each with its words.

use maud::{Markup, html};
use wellproof_answers::document::{Choice, Coverage, Question};
use wellproof_model::{Suggestion, Verdict};

use crate::legible::count;
use crate::review;

/// Units of a bar's width.
const WIDTH: u64 = 1_000;
/// The least that a share which is not zero takes of it, so that one choice of many is seen.
const LEAST: u64 = 12;

/// Patterns and symbols that the rest of the page refers to.
pub(super) fn definitions() -> Markup {
    html! {
        svg.definitions aria-hidden="true" width="0" height="0" {
            defs {
                pattern #p-partial width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    rect.f-partial-soft width="5" height="5" {}
                    rect.f-partial width="2.4" height="5" {}
                }
                pattern #p-not_met width="4" height="4" patternUnits="userSpaceOnUse" {
                    rect.f-not_met width="4" height="4" {}
                    path.s-paper d="M0 4 4 0M0 0 4 4" stroke-width="0.6" {}
                }
                pattern #p-not_proven width="5" height="5" patternUnits="userSpaceOnUse" {
                    rect.f-not_proven-soft width="5" height="5" {}
                    circle.f-not_proven cx="2.5" cy="2.5" r="0.8" {}
                }
            }
            symbol #i-met viewBox="0 0 12 12" { circle.f-now cx="6" cy="6" r="6" {} path.s-paper d="M3.2 6.2 5.2 8.2 8.9 4.1" stroke-width="1.5" fill="none" {} }
            symbol #i-not_met viewBox="0 0 12 12" { path.f-now d="M3.5 0h5L12 3.5v5L8.5 12h-5L0 8.5v-5z" {} path.s-paper d="M3.8 3.8 8.2 8.2M8.2 3.8 3.8 8.2" stroke-width="1.5" {} }
            symbol #i-partial viewBox="0 0 12 12" { circle.s-now cx="6" cy="6" r="5.2" fill="none" stroke-width="1.6" {} path.f-now d="M6 .8a5.2 5.2 0 0 0 0 10.4z" {} }
            symbol #i-not_proven viewBox="0 0 12 12" { circle.s-now cx="6" cy="6" r="5.2" fill="none" stroke-width="1.4" stroke-dasharray="2 1.6" {} }
            symbol #i-not_applicable viewBox="0 0 12 12" { path.s-now d="M2 6h8" stroke-width="1.8" {} }
        }
    }
}

fn icon(id: &str) -> Markup {
    html! { svg.icon aria-hidden="true" width="12" height="12" { use href={ "#i-" (id) } {} } }
}

/// A choice's suggestion as a badge.
pub(super) fn badge(choice: &Choice) -> Markup {
    let look = match (choice.verdict, choice.negative) {
        (Suggestion::Met, true) => Suggestion::NotMet,
        (Suggestion::NotMet, true) => Suggestion::Met,
        (verdict, _) => verdict,
    };
    let flaw = if choice.negative { " (a flaw)" } else { "" };
    html! { span.badge.(look.as_str()) { (icon(look.as_str())) (review::suggestion(choice.verdict)) (flaw) } }
}

/// A rule's verdict as a badge.
pub(super) fn verdict(verdict: Verdict) -> Markup {
    let look = match verdict {
        Verdict::Pass => "met",
        Verdict::Fail => "not_met",
        Verdict::Unknown => "not_proven",
        Verdict::NotApplicable => "not_applicable",
    };
    html! { span.badge.(look) { (icon(look)) (review::verdict(verdict)) } }
}

/// What the patterns mean, with the counts of the whole lens.
pub(super) fn legend(coverage: &Coverage) -> Markup {
    html! {
        ul.legend {
            @for (what, number) in review::shares(coverage) {
                li.(what.as_str()) {
                    svg.swatch aria-hidden="true" width="22" height="12" { rect.(segment(what)) x="0.5" y="0.5" width="21" height="11" {} }
                    strong { (count(number)) } " " (review::suggestion(what))
                }
            }
        }
    }
}

/// One bar, as wide as its column.
pub(super) fn bar(coverage: &Coverage, of: &str) -> Markup {
    html! {
        svg.stack role="img" aria-label={ (of) ": " (review::shares_said(coverage)) } width="100%" height="16" {
            (segments(coverage, 16))
        }
    }
}

/// A question's choices in small; the words stand in the text beside it.
pub(super) fn small(question: &Question) -> Markup {
    let coverage = coverage_of(question);
    html! {
        svg.stack.small role="img" aria-label=(review::shares_said(&coverage)) width="84" height="10" { (segments(&coverage, 10)) }
    }
}

fn coverage_of(question: &Question) -> Coverage {
    let mut coverage = Coverage::default();
    for choice in &question.choices {
        coverage.choices += 1;
        match choice.verdict {
            Suggestion::Met => coverage.met += 1,
            Suggestion::NotMet => coverage.not_met += 1,
            Suggestion::Partial => coverage.partial += 1,
            Suggestion::NotProven => coverage.not_proven += 1,
            Suggestion::NotApplicable => coverage.not_applicable += 1,
        }
    }
    coverage
}

fn segments(coverage: &Coverage, height: u32) -> Markup {
    let shares: Vec<(Suggestion, u64)> =
        review::shares(coverage).into_iter().filter(|(_, number)| *number > 0).collect();
    let all: u64 = shares.iter().map(|(_, number)| number).sum();
    let widths: Vec<u64> = shares.iter().map(|(_, number)| (number * WIDTH / all.max(1)).max(LEAST)).collect();
    let total: u64 = widths.iter().sum();
    let percent = |units: u64| {
        let tenths = units * WIDTH / total.max(1);
        format!("{}.{}%", tenths / 10, tenths % 10)
    };
    let mut at = 0;
    html! {
        @for ((what, _), width) in shares.iter().zip(&widths) {
            @let from = at;
            @let () = at += width;
            rect.(segment(*what)) x=(percent(from)) y="0.5" width=(percent(*width)) height=(height - 1) {}
        }
    }
}

fn segment(what: Suggestion) -> &'static str {
    match what {
        Suggestion::Met => "seg-met",
        Suggestion::NotMet => "seg-not_met",
        Suggestion::Partial => "seg-partial",
        Suggestion::NotProven => "seg-not_proven",
        Suggestion::NotApplicable => "seg-not_applicable",
    }
}
