//! A review of 2020 as the Tool printed it and a scan damaged it.

use std::collections::BTreeMap;

use serde::Deserialize;
use wellproof_lens::{Lens, Risk};
use wellproof_review::{Review, SourceKind, Workload, import};

const REPORT: &str = include_str!("../../../fixtures/review-2020/report.txt");
const ANSWERED: &str = include_str!("../../lens/tests/review-2020.yaml");

fn seed() -> Review {
    import("report.txt", REPORT.as_bytes(), None).expect("it is a review")
}

#[test]
fn the_lens_is_found_and_nothing_is_left_over() {
    let review = seed();
    assert_eq!(review.lens.id, "wellarchitected-2020");
    assert_eq!(review.unplaced, []);
    assert_eq!(review.missing, Vec::<String>::new());
}

#[test]
fn every_question_choice_and_risk_is_as_it_was_read_by_hand() {
    #[derive(Deserialize)]
    struct Answered {
        risk: Risk,
        selected: Vec<String>,
    }
    let answered: BTreeMap<String, Answered> = serde_saphyr::from_str(ANSWERED).expect("YAML");
    let review = seed();
    assert_eq!(review.questions.len(), 46);
    for answer in &review.questions {
        let expected = &answered[&answer.question];
        assert_eq!(answer.selected().collect::<Vec<_>>(), expected.selected, "{}", answer.number);
        assert_eq!(answer.risk, Some(expected.risk), "{}", answer.number);
        assert_eq!(answer.applicable, expected.risk != Risk::NotApplicable, "{}", answer.number);
        let (question, choices) = (&answer.question, answer.choices.len());
        let question =
            Lens::by_id("wellarchitected-2020").and_then(|lens| lens.question(question)).expect("it is there");
        assert_eq!(choices, question.choices.len() + 1, "{}", answer.number);
    }
    assert_eq!(review.questions.iter().map(|answer| answer.selected().count()).sum::<usize>(), 168);
    assert_eq!(review.questions.iter().map(|answer| answer.choices.len()).sum::<usize>(), 302);
}

#[test]
fn notes_and_improvement_items_are_told_apart() {
    let review = seed();
    let items: usize = review.questions.iter().map(|answer| answer.improvement_plan.len()).sum();
    assert_eq!(items, 95);
    let notes: BTreeMap<&str, &str> = review
        .questions
        .iter()
        .map(|it| (it.number.as_str(), it.notes.as_str()))
        .filter(|(_, it)| !it.is_empty())
        .collect();
    assert_eq!(notes.len(), 21);
    assert_eq!(notes["SEC 5"], "identify ec2 instances that weren't started via CF");
    assert_eq!(notes["REL 5"], "use config in a passive mode to document changes");
    assert!(notes["SEC 11"].starts_with("The deployment to burst render was done quickly"), "{}", notes["SEC 11"]);
    assert!(notes["SEC 11"].contains("teams purview. Account resources"), "{}", notes["SEC 11"]);
    assert!(notes["SEC 11"].ends_with("enable access from the security account."), "{}", notes["SEC 11"]);
    let plan = |number: &str| {
        let answer = review.questions.iter().find(|answer| answer.number == number).expect("it is there");
        answer.improvement_plan.join("; ")
    };
    // A page ends within this one's plan, and the question's title stands on the next page again.
    assert!(
        plan("REL 7").ends_with("Use distributed systems best practices; Implement self healing"),
        "{}",
        plan("REL 7")
    );
    assert!(plan("REL 1").contains("accounts, regions, and Availability Zones"), "{}", plan("REL 1"));
    assert_eq!(plan("SEC 8"), "");
}

#[test]
fn the_workloads_properties_are_read() {
    let expected = Workload {
        name: "Render".to_owned(),
        arn: "arn:aws:wellarchitected:us-west-2:111122223333:workload/dd2959b824ab7ffc191f2de7a830b9a5".to_owned(),
        description: "Encore render".to_owned(),
        review_owner: "owner@example.com".to_owned(),
        industry_type: "Media & Entertainment".to_owned(),
        industry: "Content Production".to_owned(),
        environment: "Production".to_owned(),
        aws_regions: vec!["US West (Oregon)".to_owned()],
        non_aws_regions: Vec::new(),
        account_ids: vec!["111122223333".to_owned()],
        architectural_design: String::new(),
    };
    assert_eq!(seed().workload, expected);
}

#[test]
fn a_review_survives_its_own_format() {
    let text = serde_json::to_string(&seed()).expect("it is JSON");
    let validator = jsonschema::validator_for(&wellproof_review::json_schema()).expect("the schema is one");
    let value: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(validator.iter_errors(&value).map(|err| err.to_string()).collect::<Vec<_>>(), Vec::<String>::new());
    assert_eq!(serde_json::from_str::<Review>(&text).expect("it is a review"), seed());
}

/// `report.pdf` is the same report, printed by a browser: its lines are wrapped, its letters drawn together, its pages numbered by nothing.
#[test]
fn the_pdf_says_what_the_text_says() {
    let pdf = include_bytes!("../../../fixtures/review-2020/report.pdf");
    let mut review = import("report.pdf", pdf, None).expect("it is a review");
    assert_eq!(review.source.kind, SourceKind::ReportPdf);
    let mut text = seed();
    review.source = text.source.clone();
    for answer in review.questions.iter_mut().chain(&mut text.questions) {
        answer.line = None;
    }
    assert_eq!(review, text);
}

#[test]
fn a_broken_pdf_is_told() {
    let pdf = include_bytes!("../../../fixtures/review-2020/report.pdf");
    for broken in [&pdf[..9], &pdf[..pdf.len() / 2], b"%PDF-1.7\nnothing"] {
        let refused = import("report.pdf", broken, None).expect_err("it is broken").to_string();
        assert!(refused.contains("report.pdf"), "{refused}");
    }
}
