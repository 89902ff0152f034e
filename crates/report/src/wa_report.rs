//! A review in the layout of the report that the AWS Well-Architected Tool prints, as one HTML file to read, print and read back.
//!
//! What people wrote is shown whole. Each element that holds a part of the review carries a mark
//! ([`layout::Part`]), by which `wellproof_review::import` reads the page exactly; without the marks, in a PDF printed from it, the words and
//! their order are those that it looks for in the Tool's own report. The page has no script, and its policy lets none run.

mod tally;

use std::borrow::Cow;
use std::io::{self, Write};

use maud::{Markup, PreEscaped, html as markup};
use wellproof_lens::{Lens, Pillar, Question, Risk};
use wellproof_review::layout::{self, Part};
use wellproof_review::{Answer, ChoiceAnswer, Review, SourceKind, Status, Unplaced};

use self::tally::Tally;
use crate::html::page_head;
use crate::legible::{count, exact, name, prose, written};

const STYLE: &str = include_str!("../assets/wa_report.css");
/// The id of the lens that the Tool asks today.
const TODAYS: &str = "wellarchitected";

/// Writes a review of `lens` as one HTML file, question by question.
///
/// # Errors
/// What `out` answers with.
pub fn wa_report(review: &Review, lens: &Lens, out: &mut impl Write) -> io::Result<()> {
    let printed = Printed { review, lens };
    let mut put = |part: Markup| out.write_all((part.into_string() + "\n").as_bytes());
    put(printed.head())?;
    put(printed.header())?;
    put(PreEscaped("<main id=\"main\" tabindex=\"-1\">".to_owned()))?;
    put(printed.unplaced())?;
    put(printed.properties())?;
    put(printed.overview())?;
    put(printed.improvements())?;
    put(markup! { (PreEscaped("<section>")) h2 #details { (layout::DETAILS) } })?;
    let mut nth = 0;
    for (place, pillar) in lens.pillars.iter().enumerate() {
        put(printed.pillar(place, pillar))?;
        for (place, question) in pillar.questions.iter().enumerate() {
            if let Some(answer) = printed.answer(question) {
                put(answered(nth, place + 1, question, answer))?;
            }
            nth += 1;
        }
        put(PreEscaped("</section>".to_owned()))?;
    }
    put(PreEscaped("</section></main>".to_owned()))?;
    put(markup! {
        hr data-is=(Part::End.as_str());
        (PreEscaped("</body></html>"))
    })
}

/// A review and the lens that it answers.
struct Printed<'a> {
    review: &'a Review,
    lens: &'a Lens,
}

impl<'a> Printed<'a> {
    fn answer(&self, question: &Question) -> Option<&'a Answer> {
        self.review.questions.iter().find(|answer| answer.question == question.id)
    }

    fn tally<'q>(&self, questions: impl IntoIterator<Item = &'q Question>) -> Tally {
        let mut tally = Tally::default();
        for question in questions {
            tally.count(self.answer(question));
        }
        tally
    }

    fn head(&self) -> Markup {
        let workload = &self.review.workload.name;
        let title = markup! { @if !workload.is_empty() { (name(workload)) " - " } (prose(&self.lens.name)) " report" };
        page_head(STYLE, "", "light", &title)
    }

    fn header(&self) -> Markup {
        let Review { source, workload, .. } = self.review;
        let suggested = source.kind == SourceKind::Evidence;
        markup! {
            header {
                h1 { (prose(&self.lens.name)) " report" }
                @if !workload.name.is_empty() { p.workload { (name(&workload.name)) } }
                @if suggested {
                    p.alarm { strong data-is=(Part::Suggested.as_str()) { (layout::SUGGESTIONS) } }
                    p {
                        "A choice is selected where evidence proves it, and nowhere else: what stands under \"not selected\" is refuted, not proven, or waits for a \
                        person. Risks are predicted. The items of an improvement plan are the practices that evidence refutes."
                    }
                }
                p.printed {
                    (layout::PRINTED_BY) " " (env!("CARGO_PKG_VERSION")) " from " (name(&source.name)) ", sha256:" code { (name(&source.sha256)) }
                }
                p.printed {
                    "Lens " code { (name(&self.lens.id)) } ", edition " (inline(Part::Lens, Some(&self.lens.id), &self.lens.edition)) "."
                    @if let Some(today) = self.other_edition() { " The Tool asks another edition today: " (name(today)) "." }
                }
                nav aria-label="Parts of the report" {
                    ul {
                        @for (anchor, label) in [("properties", "Properties"), ("overview", "Overview"), ("improvements", "Improvements")] {
                            li { a href={ "#" (anchor) } { (label) } }
                        }
                        @for (place, pillar) in self.lens.pillars.iter().enumerate() {
                            li { a href={ "#pillar-" (place) } { (name(&pillar.name)) } }
                        }
                    }
                }
            }
        }
    }

    /// The edition that the Tool asks today, where the review answers another one of the same lens.
    fn other_edition(&self) -> Option<&'static str> {
        let today = Lens::by_id(TODAYS).filter(|today| today.name == self.lens.name)?;
        (today.edition != self.lens.edition).then_some(today.edition.as_str())
    }

    fn unplaced(&self) -> Markup {
        let pieces = self.not_of_the_lens();
        let pieces: Vec<&Unplaced> = self.review.unplaced.iter().chain(&pieces).collect();
        markup! {
            @if !pieces.is_empty() {
                section {
                    h2 { "What could not be placed" }
                    ul.unplaced {
                        @for piece in pieces {
                            li {
                                @if piece.line > 0 { "Line " (count(piece.line)) ": " }
                                (inline(Part::Unplaced, None, &piece.text)) " "
                                (inline(Part::UnplacedWhy, None, &piece.why))
                            }
                        }
                    }
                }
            }
        }
    }

    /// What the review says of things that the lens does not have, or says twice.
    fn not_of_the_lens(&self) -> Vec<Unplaced> {
        let mut pieces = Vec::new();
        let mut tell = |line: Option<u64>, text: &str, why: String| {
            pieces.push(Unplaced { line: line.unwrap_or(0), text: text.to_owned(), why });
        };
        for (pillar, notes) in &self.review.pillar_notes {
            if self.lens.pillar(pillar).is_none() {
                tell(None, notes, "its pillar is none of the lens".to_owned());
            }
        }
        for answer in &self.review.questions {
            let Some(question) = self.lens.question(&answer.question) else {
                tell(answer.line, &answer.title, format!("it is no question of {}", self.lens.id));
                continue;
            };
            if self.answer(question).is_none_or(|first| !std::ptr::eq(first, answer)) {
                tell(answer.line, &answer.title, format!("{} is answered before", question.number));
                continue;
            }
            for said in answer.choices.iter().filter(|said| title(question, &said.choice).is_none()) {
                tell(answer.line, &said.choice, format!("it is no choice of {}", question.number));
            }
        }
        pieces
    }

    fn properties(&self) -> Markup {
        markup! {
            section {
                h2 #properties { (layout::PROPERTIES) }
                dl.properties {
                    @for (label, part) in layout::LABELS {
                        div {
                            dt { (label) }
                            dd {
                                @for (at, value) in self.review.workload.values(part).iter().enumerate() {
                                    @if at > 0 { ", " }
                                    (inline(part, None, value))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn overview(&self) -> Markup {
        let all = self.tally(self.lens.questions());
        let missing = self.lens.questions().filter(|question| self.answer(question).is_none());
        let missing: Vec<Cow<'_, str>> = missing.map(|question| name(&question.number)).collect();
        markup! {
            section {
                h2 #overview { (layout::OVERVIEW) }
                h3 { (layout::ANSWERED) }
                p { (all.answered()) }
                table {
                    caption.unseen { "Questions answered of each pillar" }
                    thead { tr { th scope="col" { "Pillar" } th.number scope="col" { (layout::ANSWERED) } } }
                    tbody {
                        @for pillar in &self.lens.pillars {
                            tr { th scope="row" { (name(&pillar.name)) } td.number { (self.tally(&pillar.questions).answered()) } }
                        }
                    }
                }
                @if !missing.is_empty() { p { "The review says nothing of " (missing.join(", ")) "." } }
                h3 { (layout::LENS_NOTES) }
                (notes(Part::LensNotes, None, &self.review.lens_notes))
            }
        }
    }

    fn improvements(&self) -> Markup {
        let all = self.tally(self.lens.questions());
        markup! {
            section {
                h2 #improvements { (layout::PLAN) }
                h3 { (layout::SUMMARY) }
                @for risk in [Risk::High, Risk::Medium] { p { (layout::risk(risk)) ": " (count(all.of(risk))) } }
                table {
                    caption.unseen { "Questions of each pillar by risk" }
                    thead { tr {
                        th scope="col" { "Pillar" }
                        @for risk in [Risk::High, Risk::Medium] { th.number scope="col" { (layout::risk(risk)) } }
                    } }
                    tbody {
                        @for pillar in &self.lens.pillars {
                            @let tally = self.tally(&pillar.questions);
                            tr {
                                th scope="row" { (name(&pillar.name)) }
                                @for risk in [Risk::High, Risk::Medium] { td.number { (count(tally.of(risk))) } }
                            }
                        }
                    }
                }
                @for risk in [Risk::High, Risk::Medium] { (self.at_risk(risk)) }
            }
        }
    }

    /// The questions of one risk, by pillar.
    fn at_risk(&self, wanted: Risk) -> Markup {
        let mut nth = 0..;
        let questions = |pillar: &'a Pillar| pillar.questions.iter().zip(&mut nth).collect::<Vec<(&Question, u32)>>();
        let pillars: Vec<_> = self.lens.pillars.iter().map(questions).collect();
        let is_at = |question: &Question| self.answer(question).and_then(tally::risk) == Some(wanted);
        markup! {
            h3 { (layout::risk(wanted)) }
            @for (pillar, questions) in self.lens.pillars.iter().zip(&pillars) {
                @let own: Vec<_> = questions.iter().filter(|(question, _)| is_at(question)).collect();
                @if !own.is_empty() {
                    h4 { (name(&pillar.name)) }
                    ul.questions {
                        @for (question, nth) in own {
                            li { a href={ "#question-" (nth) } { (name(&question.number)) ". " (prose(&question.title)) } }
                        }
                    }
                }
            }
            @if !self.lens.questions().any(is_at) { p.nothing { "None." } }
        }
    }

    /// The heading of a pillar, with its counts and notes; its section stays open.
    fn pillar(&self, place: usize, pillar: &Pillar) -> Markup {
        let tally = self.tally(&pillar.questions);
        let written = self.review.pillar_notes.get(&pillar.id);
        markup! {
            (PreEscaped("<section class=\"pillar\">"))
            h3 id={ "pillar-" (place) } { (name(&pillar.name)) }
            dl.counts {
                div { dt { (layout::ANSWERED) } dd { (tally.answered()) } }
                div { dt { (layout::QUESTION_STATUS) } dd { ul { @for line in tally.lines() { li { (line) } } } } }
            }
            h4 { (layout::PILLAR_NOTES) }
            (notes(Part::PillarNotes, Some(&pillar.id), written.map_or("", String::as_str)))
        }
    }
}

/// The title of a choice, "None of these" among them.
fn title<'a>(question: &'a Question, id: &str) -> Option<&'a str> {
    let none = || question.none_of_these.as_ref().filter(|none| none.id == id).map(|none| none.title.as_str());
    question.choice(id).map(|choice| choice.title.as_str()).or_else(none)
}

/// One question with what was answered.
fn answered(nth: u32, place: usize, question: &Question, answer: &Answer) -> Markup {
    let own = |status: Status| -> Vec<&ChoiceAnswer> {
        let known = answer.choices.iter().filter(|said| title(question, &said.choice).is_some());
        known.filter(|said| said.status == status).collect()
    };
    let not_applicable = own(Status::NotApplicable);
    markup! {
        section.question {
            div.opening {
                h4 id={ "question-" (nth) } data-is=(Part::Question.as_str()) data-id=(question.id) { (place) ". " (prose(&question.title)) }
                (status(answer))
                (choices(question, Status::Selected, &own(Status::Selected)))
            }
            (choices(question, Status::Unselected, &own(Status::Unselected)))
            @if !not_applicable.is_empty() { (choices(question, Status::NotApplicable, &not_applicable)) }
            (choice_notes(question, answer))
            h5 { (layout::NOTES) }
            (notes(Part::Notes, None, &answer.notes))
            h5 { (layout::PLAN) }
            @if answer.improvement_plan.is_empty() { (nothing()) } @else {
                ul.items { @for it in &answer.improvement_plan { (item(Part::Item, None, it)) } }
            }
        }
    }
}

fn status(answer: &Answer) -> Markup {
    let is_odd = answer.applicable == (answer.risk == Some(Risk::NotApplicable));
    let called = if answer.applicable { "applicable" } else { "not applicable" };
    markup! {
        p.status.(tone(tally::risk(answer))) data-is=(Part::Risk.as_str()) { (answer.risk.map_or(layout::RISK_UNKNOWN, layout::risk)) }
        @if is_odd { p data-is=(Part::Applicability.as_str()) { "People called the question " (called) "." } }
        @if !answer.reason.is_empty() { p { (layout::REASON) " " (inline(Part::Reason, None, &answer.reason)) } }
    }
}

fn tone(risk: Option<Risk>) -> &'static str {
    match risk {
        Some(Risk::High) => "high",
        Some(Risk::Medium) => "medium",
        Some(Risk::None) => "fine",
        Some(Risk::NotApplicable | Risk::Unanswered | Risk::Undetermined) | None => "open",
    }
}

fn choices(question: &Question, status: Status, said: &[&ChoiceAnswer]) -> Markup {
    let part = match status {
        Status::Selected => Part::Selected,
        Status::Unselected => Part::Unselected,
        Status::NotApplicable => Part::NotApplicable,
    };
    markup! {
        h5 { (layout::heading(status)) }
        @if said.is_empty() { (nothing()) } @else {
            ul.choices.(part.as_str()) {
                @for said in said { (item(part, Some(&said.choice), title(question, &said.choice).unwrap_or_default())) }
            }
        }
    }
}

fn choice_notes(question: &Question, answer: &Answer) -> Markup {
    let has_notes = |said: &&ChoiceAnswer| !said.notes.is_empty() || !said.reason.is_empty();
    let noted: Vec<_> = answer.choices.iter().filter(has_notes).collect();
    let noted: Vec<_> = noted.iter().filter_map(|said| Some((*said, title(question, &said.choice)?))).collect();
    markup! {
        @if !noted.is_empty() {
            h5 { (layout::CHOICE_NOTES) }
            ul.choice-notes {
                @for (said, title) in noted {
                    li {
                        p { strong { (prose(title)) } }
                        @if !said.reason.is_empty() { p { (layout::REASON) " " (inline(Part::ChoiceReason, Some(&said.choice), &said.reason)) } }
                        @if !said.notes.is_empty() { (notes(Part::ChoiceNotes, Some(&said.choice), &said.notes)) }
                    }
                }
            }
        }
    }
}

/// In place of what is empty: a dash, which readers of the report pass over.
fn nothing() -> Markup {
    markup! { p.nothing { "–" } }
}

fn notes(part: Part, about: Option<&str>, text: &str) -> Markup {
    markup! {
        @if text.is_empty() { (nothing()) } @else {
            p.said data-is=(part.as_str()) data-id=[about] data-exact=[exact(text)] { (written(text)) }
        }
    }
}

fn item(part: Part, about: Option<&str>, text: &str) -> Markup {
    markup! { li.said data-is=(part.as_str()) data-id=[about] data-exact=[exact(text)] { (written(text)) } }
}

fn inline(part: Part, about: Option<&str>, text: &str) -> Markup {
    markup! { span.said data-is=(part.as_str()) data-id=[about] data-exact=[exact(text)] { (written(text)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_fetches_nothing_and_stays_in_its_element() {
        for word in ["</", "<!--", "http:", "https:", "@import", "url("] {
            assert!(!STYLE.contains(word), "{word}");
        }
    }

    #[test]
    fn the_marks_are_those_that_are_read() {
        let shown = notes(Part::Notes, Some("x"), "a\u{1b}").into_string();
        for name in [layout::MARK, layout::ABOUT, layout::EXACT] {
            assert!(shown.contains(&format!(" {name}=")), "{shown}");
        }
    }
}
