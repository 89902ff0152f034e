//! The lens in the binary holds what the Tool asks.

use std::collections::{BTreeMap, BTreeSet};

use wellproof_lens::{Checked, Lens, Level, Polarity, Risk, SCHEMA, States, check_str, digest, json_schema};

const TEXT: &str = include_str!("../../../lenses/wellarchitected-2024-11.yaml");

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
fn it_fits_the_published_schema() {
    let schema = json_schema();
    assert_eq!(schema["title"], SCHEMA);
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let lens: serde_json::Value = serde_saphyr::from_str(TEXT).expect("the lens is YAML");
    let errors: Vec<String> = validator.iter_errors(&lens).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
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
