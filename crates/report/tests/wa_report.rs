//! A review in the layout of the Tool's report: what it shows, and that it is read back as it was.

#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

mod sample;

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;
use wellproof_lens::{Lens, Question, Risk};
use wellproof_report::wa_report;
use wellproof_review::{
    Answer, ChoiceAnswer, ImportError, LensName, Review, Source, SourceKind, Status, Unplaced, Workload, import, layout,
};

const REPORT: &str = include_str!("../../../fixtures/review-2020/report.txt");

fn seed() -> Review {
    import("report.txt", REPORT.as_bytes(), None).unwrap()
}

fn lens_of(review: &Review) -> &'static Lens {
    Lens::by_id(&review.lens.id).unwrap()
}

fn printed(review: &Review) -> String {
    let mut out = Vec::new();
    wa_report(review, lens_of(review), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn escaped(text: &str) -> String {
    maud::html! { (text) }.into_string()
}

/// The page as anything but its author would write it: without the marks it has to be read by its words.
fn unmarked(page: &str) -> String {
    page.replace(" data-", " data-no-")
}

fn read(page: &str) -> Review {
    import("report.html", page.as_bytes(), None).unwrap()
}

/// The first thing of which a page says something else than the review that it was printed from.
fn difference(page: &str, review: &Review) -> Option<String> {
    let read = read(page).as_if_from(review);
    let mut answers = read.questions.iter().zip(&review.questions);
    let answer = answers
        .find(|(read, printed)| read != printed)
        .map(|(read, printed)| format!("{read:#?}\nis not\n{printed:#?}"));
    answer.or_else(|| (&read != review).then(|| format!("{read:?}\nis not\n{review:?}")))
}

#[test]
fn the_seed_is_read_back_as_it_was() {
    let seed = seed();
    let page = printed(&seed);
    assert_eq!(read(&page).source.kind, SourceKind::ReportHtml);
    assert_eq!(difference(&page, &seed), None);
    assert_eq!(difference(&unmarked(&page), &seed), None);
}

#[test]
fn an_answer_is_found_in_the_line_of_the_page_that_begins_it() {
    let page = printed(&seed());
    let lines: Vec<&str> = page.lines().collect();
    for review in [read(&page), read(&unmarked(&page))] {
        assert_eq!(review.questions.len(), 46);
        for answer in review.questions {
            let line = usize::try_from(answer.line.unwrap()).unwrap();
            assert!(lines[line - 1].contains(&escaped(&answer.title)), "{}", answer.number);
        }
    }
}

/// The figures of the Tool's report, out of its own lines.
struct Figures {
    answered: BTreeMap<String, String>,
    at_risk: Vec<[String; 3]>,
    status: Vec<Vec<String>>,
}

fn figures() -> Figures {
    let cells = REPORT.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<String>>());
    let cells: Vec<Vec<String>> =
        cells.filter(|cells| cells.iter().skip(1).any(|it| it.starts_with(|it: char| it.is_ascii_digit()))).collect();
    let mut status = Vec::new();
    for (_, after) in REPORT.match_indices("Question status\n").map(|(at, it)| (at, &REPORT[at + it.len()..])) {
        let lines = after.lines().map(|line| line.trim_start_matches(|it: char| !it.is_ascii_alphabetic()));
        status.push(
            lines.skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty()).map(str::to_owned).collect(),
        );
    }
    Figures {
        answered: cells.iter().filter(|row| row.len() == 2).map(|row| (row[0].clone(), row[1].clone())).collect(),
        at_risk: cells.into_iter().filter_map(|row| row.try_into().ok()).collect(),
        status,
    }
}

#[test]
fn every_figure_of_the_seeds_summary_is_printed() {
    let page = printed(&seed());
    let Figures { answered, at_risk, status } = figures();
    assert_eq!((answered.len(), at_risk.len(), status.len()), (5, 5, 5));
    for (pillar, count) in &answered {
        let row = format!("<th scope=\"row\">{pillar}</th><td class=\"number\">{count}</td></tr>");
        assert!(page.contains(&row), "{row}");
    }
    for [pillar, high, medium] in &at_risk {
        let row = format!(
            "<th scope=\"row\">{pillar}</th><td class=\"number\">{high}</td><td class=\"number\">{medium}</td></tr>"
        );
        assert!(page.contains(&row), "{row}");
    }
    for summed in ["<p>46/46</p>", "<p>High risk: 14</p>", "<p>Medium risk: 9</p>"] {
        assert!(page.contains(summed), "{summed}");
    }
    let headings: Vec<&str> = page.split("<h3 id=\"pillar-").skip(1).collect();
    for ((heading, lines), pillar) in headings.iter().zip(&status).zip(&lens_of(&seed()).pillars) {
        assert_eq!(lines.len(), 5, "{lines:?}");
        let expected = format!("<li>{}</li>", lines.join("</li><li>"));
        let count = &answered[&pillar.name];
        assert!(
            heading.contains(&format!("<dd>{count}</dd>")) && heading.contains(&expected),
            "{}: {expected}",
            pillar.name
        );
    }
}

/// The questions of the lists by risk are those of the Tool's own lists.
#[test]
fn the_lists_by_risk_name_the_questions_at_risk() {
    let page = printed(&seed());
    let (lists, _) = page.split_once("id=\"details\"").unwrap();
    let (_, lists) = lists.split_once("<h3>High risk</h3>").unwrap();
    let (high, medium) = lists.split_once("<h3>Medium risk</h3>").unwrap();
    for answer in seed().questions {
        let entry = format!(">{}. {}</a>", answer.number, escaped(&answer.title));
        assert_eq!(high.contains(&entry), answer.risk == Some(Risk::High), "{entry}");
        assert_eq!(medium.contains(&entry), answer.risk == Some(Risk::Medium), "{entry}");
    }
}

#[test]
fn the_page_says_what_it_was_printed_from() {
    let seed = seed();
    let page = printed(&seed);
    let said = [
        "Printed by Wellproof",
        "report.txt",
        &seed.source.sha256,
        "2020, of 46 questions",
        "another edition today: 2024-11",
    ];
    for said in said {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains(layout::SUGGESTIONS));
    let of_today = LensName { id: "wellarchitected".to_owned(), edition: "2024-11".to_owned() };
    let today = Review { lens: of_today, questions: Vec::new(), ..seed };
    assert!(!printed(&today).contains("another edition today"));
}

#[test]
fn suggestions_are_told_as_such_and_are_nobodys_answers() {
    let document = sample::small();
    let lens = Lens::by_id("wellarchitected").unwrap();
    let review = wellproof_answers::suggested(&document, lens);
    let page = printed(&Review { lens: LensName { id: lens.id.clone(), edition: lens.edition.clone() }, ..review });
    let digest = document.snapshot.digest.strip_prefix("sha256:").unwrap();
    assert!(page.contains(layout::SUGGESTIONS) && page.contains(digest));
    for page in [page.clone(), unmarked(&page)] {
        match import("suggested.html", page.as_bytes(), None) {
            Err(ImportError::Suggestions { line, .. }) => {
                let line = page.lines().nth(usize::try_from(line).unwrap() - 1).unwrap();
                assert!(line.contains(layout::SUGGESTIONS), "{line}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_the_lens_lacks_and_what_was_not_placed_is_printed() {
    let mut review = seed();
    let missing = review.questions.remove(3);
    review.missing = vec![missing.question];
    review.questions[0].choices.push(ChoiceAnswer::new("ops_priorities_oracle", Status::Selected));
    let twice = review.questions[1].clone();
    review.questions.push(twice);
    review.questions.push(Answer {
        question: "oracle".to_owned(),
        title: "How do you ask an oracle?".to_owned(),
        ..review.questions[2].clone()
    });
    review.unplaced.push(Unplaced {
        line: 7,
        text: "a stray line".to_owned(),
        why: "it is no choice of OPS 1".to_owned(),
    });
    let page = printed(&review);
    assert!(page.contains("The review says nothing of OPS 4."));
    assert!(page.contains("<p>45/46</p>") && page.contains("<li>Not in the review: 1</li>"));
    let back = read(&page);
    assert_eq!(back.missing, review.missing);
    assert_eq!(back.questions.len(), 45);
    let told: Vec<(&str, &str)> = back.unplaced.iter().map(|it| (it.text.as_str(), it.why.as_str())).collect();
    let expected = [
        ("a stray line", "it is no choice of OPS 1"),
        ("ops_priorities_oracle", "it is no choice of OPS 1"),
        (&review.questions[1].title, "OPS 2 is answered before"),
        ("How do you ask an oracle?", "it is no question of wellarchitected-2020"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_page_that_ends_too_early_is_refused_with_its_line() {
    let page = printed(&seed());
    let at = page.find("data-id=\"pricing-model\"").unwrap();
    match import("report.html", &page.as_bytes()[..at + 400], None) {
        Err(ImportError::Cut { line, within, read, of, .. }) => {
            assert_eq!((within.as_str(), of), ("COST 6", 46));
            assert!(read < 46 && line == page[..at].matches('\n').count() as u64 + 1, "{read} {line}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn other_pages_are_refused_with_what_they_are() {
    let refused = |page: &str| import("page.html", page.as_bytes(), None).unwrap_err().to_string();
    assert!(refused("<!doctype html><title>Shop</title><p>Buy it").contains("page.html is no review"));
    assert!(refused("<p data-is=question data-id=priorities>1. What").contains("page.html is no review"));
    let other = printed(&seed()).replace("data-id=\"wellarchitected-2020\"", "data-id=\"my-lens\"");
    assert!(
        refused(&other).ends_with("it answers the lens my-lens, which does not come with wellproof"),
        "{}",
        refused(&other)
    );
    let lens = Lens::by_id("wellarchitected-2020");
    let review = import("report.html", other.as_bytes(), lens).unwrap();
    assert_eq!(review.unplaced.len(), 1);
    assert_eq!(review.unplaced[0].text, "my-lens 2020, of 46 questions");
}

#[test]
fn nothing_runs_and_nothing_is_fetched() {
    let mut review = seed();
    for (nth, answer) in review.questions.iter_mut().enumerate() {
        sample::HOSTILE[nth % sample::HOSTILE.len()].clone_into(&mut answer.notes);
    }
    let page = printed(&review);
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<svg"));
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
    assert!(!page.contains(|it: char| it.is_control() && it != '\n'));
    assert_eq!(difference(&page, &review), None);
}

fn titles(question: &Question) -> Vec<(&str, &str)> {
    let none = question.none_of_these.iter().map(|none| (none.id.as_str(), none.title.as_str()));
    question.choices.iter().map(|choice| (choice.id.as_str(), choice.title.as_str())).chain(none).collect()
}

/// What people may have written, and what somebody may have written who means harm.
fn nasty() -> impl Strategy<Value = String> {
    let known = [
        "Notes",
        "Improvement plan",
        "Selected choice(s)",
        "Not selected choice(s)",
        "None of these",
        "High risk",
        "Not Applicable",
        "Unanswered",
        "1. How do you manage service limits?",
        "How do you manage service limits?",
        "Evaluate tradeoffs",
        "Understand business needs",
        "Security",
        "Questions answered",
        "Lens details",
        "Reason: OUT_OF_SCOPE",
        "Printed by Wellproof 9",
        "42",
        "-",
        "_",
        "–",
        " ",
        "two\n\nparagraphs",
        "windows\r\nlines\rmac",
        "\tindented  twice ",
        "</p><script>alert(1)</script>",
        "<!-- ",
        "]]>",
        "a & b &amp; c &#x41;",
        "\"'`=",
        "\0\u{1b}[2J\u{9b}",
        "\u{202e}txt.exe",
        "\u{fffe}\u{feff}",
        "نام خانوادگی",
        "می\u{200c}خواهم",
        "山田太郎",
        "Ωμέγα é e\u{301}",
        "👩\u{200d}💻 ❤\u{fe0f}",
    ];
    prop_oneof![
        4 => prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => Just("x".repeat(5_000)),
        2 => any::<String>(),
        2 => "[<>&\"'\\\\\r\n\t a-z]{0,40}",
        2 => prop::collection::vec(prop::sample::select(known.to_vec()), 0..5).prop_map(|lines| lines.join("\n")),
    ]
}

fn risk() -> impl Strategy<Value = Option<Risk>> {
    let all = [Risk::High, Risk::Medium, Risk::None, Risk::NotApplicable, Risk::Unanswered, Risk::Undetermined];
    prop::option::weighted(0.9, prop::sample::select(all.to_vec()))
}

#[derive(Clone, Debug)]
struct Said {
    risk: Option<Risk>,
    applicable: bool,
    choices: Vec<Option<Status>>,
    on_choices: Vec<(String, String)>,
    notes: String,
    reason: String,
    plan: Vec<String>,
}

fn said() -> impl Strategy<Value = Option<Said>> {
    let status = prop::option::weighted(
        0.9,
        prop::sample::select(vec![Status::Selected, Status::Unselected, Status::NotApplicable]),
    );
    let maybe = || prop_oneof![3 => Just(String::new()), 1 => nasty()];
    let one = (
        risk(),
        any::<bool>(),
        prop::collection::vec(status, 16),
        prop::collection::vec((maybe(), maybe()), 16),
        nasty(),
        maybe(),
        prop::collection::vec(nasty(), 0..3),
    );
    let one = one.prop_map(|(risk, applicable, choices, on_choices, notes, reason, plan)| Said {
        risk,
        applicable,
        choices,
        on_choices,
        notes,
        reason,
        plan,
    });
    prop::option::weighted(0.95, one)
}

fn workload() -> impl Strategy<Value = Workload> {
    let several = || prop::collection::vec(nasty(), 0..3);
    let several = (several(), several(), several());
    (prop::collection::vec(nasty(), 8), several).prop_map(|(texts, (aws_regions, non_aws_regions, account_ids))| {
        let mut texts = texts.into_iter();
        let mut next = || texts.next().unwrap();
        Workload {
            name: next(),
            arn: next(),
            description: next(),
            review_owner: next(),
            industry_type: next(),
            industry: next(),
            environment: next(),
            aws_regions,
            non_aws_regions,
            account_ids,
            architectural_design: next(),
        }
    })
}

fn answer(question: &Question, said: Said) -> Answer {
    let own = titles(question).into_iter().zip(said.choices).zip(said.on_choices);
    let known = own.filter_map(|(((id, _), status), on)| Some((id, status?, on)));
    let choice =
        |(id, status, (notes, reason)): (&str, _, _)| ChoiceAnswer { choice: id.to_owned(), status, notes, reason };
    let mut choices: Vec<ChoiceAnswer> = known.map(choice).collect();
    choices.sort_by_key(|said| said.status);
    Answer {
        question: question.id.clone(),
        number: question.number.clone(),
        title: question.title.clone(),
        risk: said.risk,
        applicable: said.applicable,
        choices,
        notes: said.notes,
        reason: said.reason,
        improvement_plan: said.plan,
        line: None,
    }
}

fn review_of(lens: &'static Lens, said: Vec<Option<Said>>) -> Review {
    let questions = lens.questions().zip(said);
    let questions: Vec<Answer> = questions.filter_map(|(question, said)| Some(answer(question, said?))).collect();
    let there = |id: &str| questions.iter().any(|answer| answer.question == id);
    Review {
        schema: Review::SCHEMA.to_owned(),
        source: Source { kind: SourceKind::ToolAnswers, name: "answers.json".to_owned(), sha256: "00".repeat(32) },
        lens: LensName { id: lens.id.clone(), edition: lens.edition.clone() },
        workload: Workload::default(),
        lens_notes: String::new(),
        pillar_notes: BTreeMap::new(),
        missing: lens.questions().filter(|it| !there(&it.id)).map(|it| it.id.clone()).collect(),
        questions,
        unplaced: Vec::new(),
        pulled: None,
    }
}

fn any_review() -> impl Strategy<Value = Review> {
    let lens = prop::sample::select(Lens::shipped().iter().collect::<Vec<_>>());
    let unplaced = prop::collection::vec((0_u64..3, nasty(), nasty()), 0..3);
    let pillars = prop::collection::vec(prop::option::of(nasty()), 6);
    (lens, prop::collection::vec(said(), 64), workload(), nasty(), pillars, unplaced).prop_map(
        |(lens, said, workload, lens_notes, pillars, unplaced)| {
            let pillars =
                lens.pillars.iter().zip(pillars).filter_map(|(pillar, notes)| Some((pillar.id.clone(), notes?)));
            Review {
                workload,
                lens_notes,
                pillar_notes: pillars.filter(|(_, notes)| !notes.is_empty()).collect(),
                unplaced: unplaced.into_iter().map(|(line, text, why)| Unplaced { line, text, why }).collect(),
                pulled: None,
                ..review_of(lens, said)
            }
        },
    )
}

/// A review as people do one: of each choice it says whether it is selected, and its notes are sentences.
fn ordinary_review() -> impl Strategy<Value = Review> {
    let lens = prop::sample::select(Lens::shipped().iter().collect::<Vec<_>>());
    let status = prop::sample::select(vec![Status::Selected, Status::Unselected, Status::NotApplicable]);
    let risk = prop::sample::select(vec![Risk::High, Risk::Medium, Risk::None, Risk::NotApplicable, Risk::Unanswered]);
    let note = || {
        prop_oneof![
            Just(String::new()),
            "[A-Z][a-z]{2,9}( [a-z]{2,9}){2,20}\\.",
            Just("42".to_owned()),
            Just("How do you manage service limits? We do not know.".to_owned()),
            Just("AWS Well-Architected Tool was asked; see <https://example.com/a?b=1&c> & \"Notes\".".to_owned()),
            Just("名前は山田太郎です。".to_owned()),
        ]
    };
    let on_choice = prop_oneof![6 => Just((String::new(), String::new())), 1 => (note(), prop_oneof![Just(String::new()), Just("OUT_OF_SCOPE".to_owned())])];
    let one = (
        risk,
        prop::collection::vec(status, 16),
        prop::collection::vec(on_choice, 16),
        note(),
        any::<bool>(),
        any::<bool>(),
    );
    let one = one.prop_map(|(risk, choices, on_choices, notes, reason, plan)| {
        let reason = if reason && risk == Risk::NotApplicable { "BUSINESS_PRIORITIES" } else { "" };
        let plan = if plan { vec!["Ask the team".to_owned(), "Write it down".to_owned()] } else { Vec::new() };
        let choices = choices.into_iter().map(Some).collect();
        let applicable = risk != Risk::NotApplicable;
        Some(Said { risk: Some(risk), applicable, choices, on_choices, notes, reason: reason.to_owned(), plan })
    });
    (lens, prop::collection::vec(one, 64), note()).prop_map(|(lens, said, notes)| {
        let pillar = lens.pillars[1].id.clone();
        let pillar_notes = if notes.is_empty() { BTreeMap::new() } else { BTreeMap::from([(pillar, notes.clone())]) };
        Review { lens_notes: notes, pillar_notes, ..review_of(lens, said) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_people_wrote_comes_back(review in any_review()) {
        prop_assume!(!review.questions.is_empty());
        let page = printed(&review);
        prop_assert_eq!(difference(&page, &review), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn what_people_usually_write_comes_back_by_its_words(review in ordinary_review()) {
        let page = printed(&review);
        prop_assert_eq!(difference(&page, &review), None);
        prop_assert_eq!(difference(&unmarked(&page), &review), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_bytes_break_the_reader_of_pages(cut in any::<Index>(), changes in prop::collection::vec((any::<Index>(), any::<u8>()), 0..60)) {
        let mut bytes = printed(&seed()).into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len()));
        let lens = Lens::by_id("wellarchitected-2020").unwrap();
        if let Ok(review) = import("report.html", &bytes, Some(lens)) {
            for answer in &review.questions {
                let question = lens.question(&answer.question).unwrap();
                prop_assert!(answer.choices.iter().all(|said| titles(question).iter().any(|(id, _)| *id == said.choice)));
            }
        }
    }
}
