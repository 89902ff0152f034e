//! Reports of other answers, damaged otherwise: printed by rule from random answers, damaged at random, read, and compared.

use std::fmt::Write;

use proptest::prelude::*;
use proptest::sample::Index;
use wellproof_lens::{Lens, Question, Risk};
use wellproof_review::{ImportError, Status, import};

fn lens() -> &'static Lens {
    Lens::by_id("wellarchitected-2020").expect("it is shipped")
}

fn questions() -> Vec<&'static Question> {
    lens().questions().collect()
}

/// What people answered to one question.
#[derive(Clone, Debug)]
struct Said {
    risk: Risk,
    /// Of each choice, "None of these" last, whether it is selected.
    selected: Vec<bool>,
    note: String,
}

/// What happens to the page of one question.
#[derive(Clone, Debug, Default)]
struct Damage {
    /// Bullets are lost, of choices and of the plan.
    unbulleted: bool,
    /// The icon of the risk is taken for something else.
    icon: Option<&'static str>,
    /// Two lines of a list are pushed together.
    merged: Option<Index>,
    /// A line of a list is broken in two.
    broken: Option<Index>,
    /// A page ends within the note.
    paged: Option<Index>,
    /// The plan's heading is lost.
    headless: bool,
    /// A heading carries a bullet.
    dashed: bool,
    /// A letter of a choice's title is misread.
    misread: Option<(Index, Index)>,
}

fn said() -> impl Strategy<Value = Vec<Said>> {
    let risk = prop::sample::select(vec![Risk::High, Risk::Medium, Risk::None, Risk::NotApplicable, Risk::Unanswered]);
    let note = prop_oneof![
        Just(String::new()),
        "[A-Z][a-z]{2,9}( [a-z]{2,9}){2,20}\\.",
        Just("Consider central log analysis, e.g. kibana - and tell the team of it.".to_owned()),
    ];
    let one = (risk, prop::collection::vec(any::<bool>(), 16), note).prop_map(|(risk, selected, note)| Said {
        risk,
        selected,
        note,
    });
    prop::collection::vec(one, 46)
}

fn damage() -> impl Strategy<Value = Vec<Damage>> {
    let icon = prop::option::of(prop::sample::select(vec!["O", "\\Lambda", "🛕", "@", "(x)", "", "A"]));
    let one = (
        any::<bool>(),
        icon,
        prop::option::of(any::<Index>()),
        prop::option::of(any::<Index>()),
        prop::option::of(any::<Index>()),
        any::<bool>(),
        any::<bool>(),
        prop::option::of(any::<(Index, Index)>()),
    )
        .prop_map(|(unbulleted, icon, merged, broken, paged, headless, dashed, misread)| Damage {
            unbulleted,
            icon,
            merged,
            broken,
            paged,
            headless,
            dashed,
            misread,
        });
    prop::collection::vec(one, 46)
}

fn titles(question: &Question) -> Vec<(&str, &str)> {
    let none = question.none_of_these.iter().map(|none| (none.id.as_str(), none.title.as_str()));
    question.choices.iter().map(|choice| (choice.id.as_str(), choice.title.as_str())).chain(none).collect()
}

fn label(risk: Risk) -> &'static str {
    match risk {
        Risk::High => "High risk",
        Risk::Medium => "Medium risk",
        Risk::None => "No improvements identified",
        Risk::NotApplicable => "Not Applicable",
        Risk::Unanswered | Risk::Undetermined => "Unanswered",
    }
}

fn print(all: &[Said], damages: &[Damage]) -> String {
    let mut out = "AWS Well-Architected Tool Report\n\nWorkload properties\n\nWorkload name\n\nFarm\n\nLens overview\n\nLens details\n\n"
        .to_owned();
    let mut nth = 0;
    for pillar in &lens().pillars {
        let _ = write!(
            out,
            "{}\n\nQuestions answered\n\n9/9\n\nQuestion status\n\n- 😣 High risk: 4\n\nPillar notes\n\n_\n\n",
            pillar.name
        );
        for (place, question) in pillar.questions.iter().enumerate() {
            page(&mut out, place + 1, question, &all[nth], &damages[nth]);
            nth += 1;
        }
    }
    out
}

fn page(out: &mut String, place: usize, question: &Question, said: &Said, damage: &Damage) {
    let heading = format!("{place}. {}", question.title);
    let icon = damage.icon.unwrap_or("😣");
    let dash = if damage.dashed { "- " } else { "" };
    let bullet = if damage.unbulleted { "" } else { "- " };
    let _ = write!(out, "{heading}\n\n{icon} {}\n\n", label(said.risk));
    let list = |wanted: bool| {
        let titles = titles(question);
        let own = titles.iter().zip(&said.selected).filter(|(_, selected)| **selected == wanted);
        own.map(|((_, title), _)| format!("{bullet}{title}")).collect::<Vec<String>>()
    };
    let mut lists = [list(true), list(false)];
    let filled = lists.iter().position(|list| list.len() > 1).unwrap_or(0);
    let own = &mut lists[filled];
    if let (Some((line, letter)), false) = (&damage.misread, own.is_empty()) {
        let nth = line.index(own.len());
        let line = &mut own[nth];
        // One letter of a long title; a short one would be another title.
        let letters: Vec<usize> =
            line.char_indices().filter(|(_, it)| it.is_ascii_lowercase()).map(|(at, _)| at).collect();
        if letters.len() > 12 {
            line.replace_range(letters[letter.index(letters.len())]..=letters[letter.index(letters.len())], "1");
        }
    }
    if let (Some(at), true) = (&damage.merged, own.len() > 1) {
        let at = at.index(own.len() - 1);
        let next = own.remove(at + 1);
        own[at] = format!("{} {next}", own[at]);
    }
    if let (Some(at), false) = (&damage.broken, own.is_empty()) {
        let nth = at.index(own.len());
        let line = &mut own[nth];
        let middle = line.len() / 2;
        if let Some(space) = line[middle..].find(' ') {
            line.replace_range(middle + space..=middle + space, "\n");
        }
    }
    let _ = write!(out, "{dash}Selected choice(s)\n\n{}\n\n", lists[0].join("\n"));
    let _ = write!(out, "{dash}Not selected choice(s)\n\n{}\n\nNotes\n\n", lists[1].join("\n"));
    let note = match &damage.paged {
        Some(at) if said.note.contains(' ') => {
            let spaces: Vec<usize> = said.note.match_indices(' ').map(|(at, _)| at).collect();
            let (before, after) = said.note.split_at(spaces[at.index(spaces.len())]);
            format!(
                "{before}\n\n12\n\nAWS Well-Architected Tool Farm - AWS Well-Architected Framework Report\n\n{heading}\n\n{}",
                after.trim_start()
            )
        }
        _ => said.note.clone(),
    };
    let _ = write!(out, "{note}\n\n");
    if !damage.headless {
        let _ = write!(out, "Improvement plan\n\n");
    }
    if matches!(said.risk, Risk::High | Risk::Medium) {
        for item in &question.improvements {
            let _ = writeln!(out, "{bullet}{item}");
        }
    } else if said.risk == Risk::NotApplicable {
        let _ = writeln!(out, "Answer the question to view the improvement plan.");
    }
    out.push_str("\n\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_was_answered_comes_back(all in said(), damages in damage()) {
        let text = print(&all, &damages);
        let review = import("report.txt", text.as_bytes(), None).expect("it is a review");
        prop_assert_eq!(&review.lens.id, "wellarchitected-2020");
        prop_assert_eq!(&review.missing, &Vec::<String>::new());
        prop_assert_eq!(&review.unplaced, &vec![], "{}", text);
        for ((question, said), answer) in questions().iter().zip(&all).zip(&review.questions) {
            prop_assert_eq!(&answer.question, &question.id);
            prop_assert_eq!(answer.risk, Some(said.risk), "{}", &answer.number);
            let selected: Vec<&str> = titles(question).iter().zip(&said.selected).filter(|(_, it)| **it).map(|((id, _), _)| *id).collect();
            prop_assert_eq!(answer.selected().collect::<Vec<_>>(), selected, "{}", &answer.number);
            prop_assert_eq!(answer.choices.len(), titles(question).len(), "{}", &answer.number);
            prop_assert_eq!(&answer.notes, &said.note, "{}", &answer.number);
            let items = if matches!(said.risk, Risk::High | Risk::Medium) { &question.improvements[..] } else { &[] };
            prop_assert_eq!(&answer.improvement_plan[..], items, "{}", &answer.number);
        }
    }

    #[test]
    fn no_bytes_break_the_reader(cut in any::<Index>(), changes in prop::collection::vec((any::<Index>(), any::<u8>()), 0..40)) {
        let report = include_str!("../../../fixtures/review-2020/report.txt");
        let mut bytes = report.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len()));
        match import("report.txt", &bytes, None) {
            Ok(review) => prop_assert!(review.questions.iter().any(|it| it.question == "evaluate-new-services")),
            Err(ImportError::Cut { line, read, of, .. }) => {
                prop_assert!(line > 0 && read <= of);
            }
            Err(ImportError::NotText { .. } | ImportError::NotAReview { .. } | ImportError::Json { .. }) => {}
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}

#[test]
fn a_choice_that_stands_in_both_lists_is_told() {
    let all: Vec<Said> =
        questions().iter().map(|_| Said { risk: Risk::None, selected: vec![false; 16], note: String::new() }).collect();
    let text = print(&all, &vec![Damage::default(); 46]);
    let text =
        text.replacen("Selected choice(s)\n\n", "Selected choice(s)\n\n- Evaluate tradeoffs\n- Ask an oracle\n", 1);
    let review = import("report.txt", text.as_bytes(), None).expect("it is a review");
    let told: Vec<(&str, &str)> = review.unplaced.iter().map(|it| (it.text.as_str(), it.why.as_str())).collect();
    assert_eq!(
        told,
        [("Ask an oracle", "it is no choice of OPS 1"), ("Evaluate tradeoffs", "OPS 1 has this choice before")]
    );
    assert!(review.unplaced.iter().all(|it| it.line > 0));
}

#[test]
fn lists_that_run_together_are_not_guessed_apart() {
    let all: Vec<Said> =
        questions().iter().map(|_| Said { risk: Risk::None, selected: vec![true; 16], note: String::new() }).collect();
    let text = print(&all, &vec![Damage::default(); 46]).replacen("Not selected choice(s)\n", "", 1);
    let review = import("report.txt", text.as_bytes(), None).expect("it is a review");
    assert!(review.questions[0].choices.is_empty());
    assert_eq!(review.unplaced.len(), 7);
    assert!(review.questions[1].choices.iter().all(|choice| choice.status == Status::Selected));
}

#[test]
fn a_risk_that_cannot_be_read_is_told() {
    let said = Said { risk: Risk::NotApplicable, selected: vec![false; 16], note: String::new() };
    let text = print(&vec![said; 46], &vec![Damage::default(); 46]).replacen("😣 Not Applicable\n", "", 1);
    let review = import("report.txt", text.as_bytes(), None).expect("it is a review");
    assert_eq!(review.questions[0].risk, None);
    let told: Vec<&str> = review.unplaced.iter().map(|it| it.why.as_str()).collect();
    assert_eq!(told, ["the risk of OPS 1 cannot be read"]);
}

/// "How do you monitor your resources?" begins as the title of another pillar's question does, wherever that one is broken.
#[test]
fn a_title_that_begins_as_another_does_is_read_to_its_end() {
    let said = Said { risk: Risk::None, selected: vec![true; 16], note: String::new() };
    let text = print(&vec![said; 46], &vec![Damage::default(); 46]);
    let broken =
        text.replace("How do you monitor your resources to ensure", "How do you monitor your resources to\nensure");
    assert_ne!(text, broken);
    let review = import("report.txt", broken.as_bytes(), None).expect("it is a review");
    assert_eq!((review.missing.len(), review.unplaced.len()), (0, 0), "{:?}", review.unplaced);
}
