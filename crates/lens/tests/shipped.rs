//! The lens in the binary holds what the Tool asks.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use wellproof_lens::{
    BASIS_LEVELS, BASIS_OBSERVED, Checked, Lens, Level, LevelBasis, Likeness, Polarity, Risk, SCHEMA, State, States,
    check_str, digest, json_schema,
};

const TEXT: &str = include_str!("../../../lenses/wellarchitected-2024-11.yaml");
const TEXT_2020: &str = include_str!("../../../lenses/wellarchitected-2020.yaml");

fn framework() -> &'static Lens {
    Lens::by_id("wellarchitected").expect("the framework's lens is shipped")
}

#[test]
fn it_has_six_pillars_57_questions_and_307_choices() {
    let lens = framework();
    let pillars: Vec<_> = lens.pillars.iter().map(|pillar| (pillar.id.as_str(), pillar.questions.len())).collect();
    let expected = [
        ("operationalExcellence", 11),
        ("security", 11),
        ("reliability", 13),
        ("performance", 5),
        ("costOptimization", 11),
        ("sustainability", 6),
    ];
    assert_eq!(pillars, expected);
    assert_eq!(lens.questions().count(), 57);
    assert_eq!(lens.choices().count(), 307);
    assert_eq!(lens.questions().filter(|question| question.none_of_these.is_some()).count(), 57);

    let mut levels: BTreeMap<Option<Level>, usize> = BTreeMap::new();
    for (_, choice) in lens.choices() {
        *levels.entry(choice.level).or_default() += 1;
    }
    let expected = [(Some(Level::High), 127), (Some(Level::Medium), 143), (Some(Level::Low), 37)];
    assert_eq!(levels, BTreeMap::from(expected));
}

#[test]
fn every_choice_says_what_to_ask_and_where_it_is_described() {
    for (question, choice) in framework().choices() {
        let name = format!("{} of {}", choice.id, question.id);
        assert!(choice.ask.as_ref().is_some_and(|ask| ask.contains('?')), "{name}");
        assert!(choice.url.as_ref().is_some_and(|url| url.starts_with("https://docs.aws.amazon.com/")), "{name}");
        assert!(choice.number.is_some(), "{name}");
        assert_eq!(choice.polarity, Polarity::Positive, "{name}");
    }
}

#[test]
fn its_edition_is_named_and_its_ids_are_unique() {
    let lens = framework();
    assert_eq!((lens.id.as_str(), lens.edition.as_str()), ("wellarchitected", "2024-11"));
    let mut ids = BTreeSet::new();
    for question in lens.questions() {
        for choice in &question.choices {
            assert!(ids.insert(&choice.id), "{} occurs twice", choice.id);
        }
        let none = question.none_of_these.as_ref().expect("every question has one");
        assert!(ids.insert(&none.id), "{} occurs twice", none.id);
    }
}

#[test]
fn quotas_are_found_by_id_and_in_the_tools_order() {
    let lens = framework();
    let (question, choice) =
        lens.choice("manage-service-limits", "rel_manage_service_limits_monitor_manage_limits").expect("it is there");
    assert_eq!((question.number.as_str(), question.pillar.as_str()), ("REL 1", "reliability"));
    assert_eq!((choice.number.as_deref(), choice.level), (Some("REL01-BP04"), Some(Level::Medium)));
    assert!(question.is_none_of_these("rel_manage_service_limits_no"));
    assert!(question.choice("rel_manage_service_limits_no").is_none());
    assert!(lens.question("REL 1").is_none() && question.choice("REL01-BP04").is_none());
    assert_eq!(lens.nearest_question("manage-service-limit"), Some("manage-service-limits"));
    assert_eq!(
        question.nearest_choice("rel_manage_service_limits_monitor_limits"),
        Some("rel_manage_service_limits_monitor_manage_limits")
    );
    assert_eq!(question.nearest_choice("something_else_entirely"), None);
}

#[test]
fn nothing_known_is_unanswered_in_every_question() {
    for question in framework().questions() {
        let predicted = question.predicted(&States::new());
        assert_eq!((predicted.risk, predicted.range), (Risk::Unanswered, [Risk::None, Risk::High]), "{}", question.id);
    }
}

#[test]
fn they_fit_the_published_schema() {
    let schema = json_schema();
    assert_eq!(schema["title"], SCHEMA);
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    for text in [TEXT, TEXT_2020] {
        let lens: serde_json::Value = serde_saphyr::from_str(text).expect("the lens is YAML");
        let errors: Vec<String> = validator.iter_errors(&lens).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

#[test]
fn the_same_lens_as_json_is_the_same_lens() {
    let lens: serde_json::Value = serde_saphyr::from_str(TEXT).expect("the lens is YAML");
    let Checked { lens, problems } = check_str("lens.json", &lens.to_string()).expect("it is small");
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(lens.as_ref(), Some(framework()));
}

#[test]
fn the_digest_is_a_hash() {
    let digest = digest();
    assert!(digest.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64), "{digest}");
}

fn of_2020() -> &'static Lens {
    Lens::by_id("wellarchitected-2020").expect("the lens of 2020 is shipped")
}

#[test]
fn the_lens_of_2020_has_46_questions_and_302_choices() {
    let lens = of_2020();
    let pillars: Vec<_> = lens.pillars.iter().map(|pillar| (pillar.id.as_str(), pillar.questions.len())).collect();
    let expected = [
        ("operationalExcellence", 9),
        ("security", 11),
        ("reliability", 9),
        ("performance", 8),
        ("costOptimization", 9),
    ];
    assert_eq!(pillars, expected);
    let none_of_these = lens.questions().filter(|question| question.none_of_these.is_some()).count();
    assert_eq!((lens.choices().count(), none_of_these), (256, 46));
    let negative: Vec<&str> =
        lens.choices().filter(|(_, it)| it.is_negative()).map(|(_, it)| it.title.as_str()).collect();
    assert_eq!(negative.len(), 6, "{negative:?}");
    assert!(negative.contains(&"Aware of limits but not tracking them"), "{negative:?}");
    assert!(negative.contains(&"Decommission resources in an unplanned manner"), "{negative:?}");
}

#[test]
fn every_choice_of_2020_has_a_successor_that_is_there_or_something_to_ask() {
    let mut likeness: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for (question, choice) in of_2020().choices() {
        let name = format!("{} of {}", choice.id, question.id);
        *likeness.entry(choice.succeeded_by.as_ref().map(|it| it.basis.as_str())).or_default() += 1;
        match &choice.succeeded_by {
            None => assert!(choice.ask.as_ref().is_some_and(|ask| ask.contains('?')), "{name}"),
            Some(later) => {
                let (_, now) = framework().choice(&later.question, &later.choice).expect(&name);
                assert!(choice.ask.is_none(), "{name} asks what its successor asks");
                let same = later.basis == Likeness::SameTitle;
                assert_eq!(
                    same,
                    choice.id == now.id,
                    "{name}: AWS kept the id of what is the same, and of nothing else"
                );
            }
        }
    }
    let expected = [(None, 55), (Some("renamed"), 71), (Some("same_title"), 88), (Some("successor"), 42)];
    assert_eq!(likeness, BTreeMap::from(expected));
}

/// What people answered to one question of a review of 2020, and the risk that the Tool showed.
#[derive(Deserialize)]
struct Answered {
    risk: Risk,
    selected: Vec<String>,
}

#[test]
fn the_risks_of_a_review_of_2020_come_out() {
    let review: BTreeMap<String, Answered> = serde_saphyr::from_str(include_str!("review-2020.yaml")).expect("YAML");
    assert_eq!(review.len(), 46);
    let (mut risks, mut observed) = (BTreeMap::new(), Vec::new());
    for question in of_2020().questions() {
        let answered = &review[&question.id];
        let choices = question.choices.iter().map(|choice| &choice.id);
        let ids: Vec<&String> = choices.chain(question.none_of_these.as_ref().map(|none| &none.id)).collect();
        assert!(answered.selected.iter().all(|id| ids.contains(&id)), "{}", question.id);
        let said = |id: &&String| if answered.selected.contains(id) { State::Selected } else { State::Missing };
        let states = match answered.risk {
            Risk::NotApplicable => States::not_applicable(),
            _ => ids.iter().map(|id| (id.as_str(), said(id))).collect(),
        };
        let predicted = question.predicted(&states);
        assert_eq!(predicted.risk, answered.risk, "{} {}", question.number, question.title);
        *risks.entry((question.pillar.as_str(), predicted.risk)).or_insert(0) += 1;
        if predicted.basis.starts_with(BASIS_OBSERVED) {
            observed.push(question.number.as_str());
        } else {
            assert!(predicted.basis.starts_with(BASIS_LEVELS), "{}", predicted.basis);
        }
    }
    assert_eq!(observed, ["OPS 3", "OPS 8", "SEC 1", "SEC 2", "SEC 3", "SEC 4", "SEC 5"]);
    let expected = BTreeMap::from([
        (("operationalExcellence", Risk::High), 4),
        (("operationalExcellence", Risk::None), 5),
        (("security", Risk::High), 1),
        (("security", Risk::Medium), 5),
        (("security", Risk::None), 3),
        (("security", Risk::NotApplicable), 2),
        (("reliability", Risk::High), 2),
        (("reliability", Risk::Medium), 2),
        (("reliability", Risk::None), 3),
        (("reliability", Risk::NotApplicable), 2),
        (("performance", Risk::High), 4),
        (("performance", Risk::Medium), 1),
        (("performance", Risk::None), 2),
        (("performance", Risk::NotApplicable), 1),
        (("costOptimization", Risk::High), 3),
        (("costOptimization", Risk::Medium), 1),
        (("costOptimization", Risk::None), 5),
    ]);
    assert_eq!(risks, expected);
}

#[test]
fn a_level_is_published_observed_or_none() {
    let seven =
        ["dev-integ", "event-response", "credentials-and-authentication", "human-access", "programmatic-access"];
    let seven: BTreeSet<&str> = seven.into_iter().chain(["detect-investigate-events", "emerging-threats"]).collect();
    for (question, choice) in of_2020().choices().filter(|(_, choice)| !choice.is_negative()) {
        assert_eq!(choice.level.is_none(), choice.level_basis == LevelBasis::Unpublished, "{}", choice.id);
        if choice.level_basis == LevelBasis::Observed {
            assert!(seven.contains(question.id.as_str()), "{}", question.id);
        }
    }
}
