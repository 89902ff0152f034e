//! Risk: the truth table, and that the range holds whatever the answers may still turn out to be.

use proptest::prelude::*;
use wellproof_lens::{
    BASIS_LEVELS, BASIS_RULES, Choice, Condition, Expr, Level, LevelBasis, NoneOfThese, Polarity, Predicted, Question,
    Risk, RiskRule, State, States,
};

use State::{Missing, NotApplicable, Partial, Selected, Unknown};

fn choice(id: &str, level: Option<Level>, polarity: Polarity) -> Choice {
    Choice {
        id: id.to_owned(),
        number: None,
        title: id.to_owned(),
        level,
        level_basis: LevelBasis::Published,
        url: None,
        ask: None,
        polarity,
        succeeded_by: None,
    }
}

fn question(choices: Vec<Choice>) -> Question {
    Question {
        id: "question".to_owned(),
        number: "REL 1".to_owned(),
        title: "How do you?".to_owned(),
        pillar: "reliability".to_owned(),
        choices,
        none_of_these: Some(NoneOfThese { id: "question_no".to_owned(), title: "None of these".to_owned() }),
        improvements: Vec::new(),
        risk_rules: None,
    }
}

fn framework_like() -> Question {
    question(vec![
        choice("high", Some(Level::High), Polarity::Positive),
        choice("medium", Some(Level::Medium), Polarity::Positive),
        choice("low", Some(Level::Low), Polarity::Positive),
        choice("flaw", None, Polarity::Negative),
    ])
}

/// A question with rules, over choices `aaa`, `bbb` and `ccc`.
fn ruled(rules: &[(&str, Risk)]) -> Question {
    let choices = ["aaa", "bbb", "ccc"].map(|id| choice(id, None, Polarity::Positive)).to_vec();
    let rules = rules
        .iter()
        .map(|(condition, risk)| RiskRule { condition: Condition::parse(condition).expect(condition), risk: *risk });
    Question { risk_rules: Some(rules.collect()), ..question(choices) }
}

fn states(question: &Question, states: &[State]) -> States {
    question.choices.iter().zip(states).map(|(choice, state)| (choice.id.clone(), *state)).collect()
}

fn say(predicted: &Predicted) -> String {
    format!("{} [{}, {}]", predicted.risk, predicted.range[0], predicted.range[1])
}

#[test]
fn published_levels_decide() {
    let table = [
        ([Selected, Selected, Selected, Missing], "NONE [NONE, NONE]"),
        ([Missing, Selected, Selected, Missing], "HIGH [HIGH, HIGH]"),
        ([Selected, Missing, Selected, Missing], "MEDIUM [MEDIUM, MEDIUM]"),
        ([Selected, Selected, Missing, Missing], "NONE [NONE, NONE]"),
        ([Selected, Selected, Selected, Selected], "HIGH [HIGH, HIGH]"),
        ([NotApplicable, Selected, Selected, Missing], "NONE [NONE, NONE]"),
        (
            [NotApplicable, NotApplicable, NotApplicable, NotApplicable],
            "NOT_APPLICABLE [NOT_APPLICABLE, NOT_APPLICABLE]",
        ),
        ([Missing, Unknown, Unknown, Unknown], "HIGH [HIGH, HIGH]"),
        ([Selected, Missing, Unknown, Unknown], "UNDETERMINED [MEDIUM, HIGH]"),
        ([Selected, Unknown, Selected, Missing], "UNDETERMINED [NONE, MEDIUM]"),
        ([Selected, Selected, Selected, Unknown], "UNDETERMINED [NONE, HIGH]"),
        ([Selected, Selected, Unknown, Missing], "NONE [NONE, NONE]"),
        ([Unknown, Unknown, Unknown, Unknown], "UNANSWERED [NONE, HIGH]"),
        ([Partial, Unknown, Unknown, Unknown], "UNDETERMINED [NONE, HIGH]"),
        ([NotApplicable, Unknown, Unknown, Unknown], "UNDETERMINED [NONE, HIGH]"),
        // Every good choice is missing, so that "None of these" holds.
        ([NotApplicable, Missing, Missing, Missing], "UNDETERMINED [MEDIUM, HIGH]"),
        ([NotApplicable, Unknown, Missing, Missing], "UNDETERMINED [NONE, HIGH]"),
    ];
    let question = framework_like();
    for (known, expected) in table {
        let predicted = question.predicted(&states(&question, &known));
        assert_eq!(say(&predicted), expected, "{known:?}");
        assert_eq!(predicted.basis, BASIS_LEVELS);
    }
}

#[test]
fn none_of_these_is_high_and_not_applicable_wins() {
    let question = framework_like();
    let mut answered = states(&question, &[Selected; 3]);
    answered.set("question_no", Selected);
    assert_eq!(question.risk(&answered), Risk::High);
    assert_eq!(question.risk(&States::not_applicable()), Risk::NotApplicable);

    let mut answered = States::new();
    answered.set("question_no", Selected);
    assert_eq!(question.risk(&answered), Risk::High);
    answered.set("no such choice", Selected);
    assert_eq!(answered.of("no such choice"), Selected);
    assert_eq!(question.risk(&answered), Risk::High);
}

#[test]
fn the_first_rule_that_holds_wins() {
    let question = ruled(&[("aaa && bbb", Risk::None), ("aaa || ccc", Risk::Medium), ("default", Risk::High)]);
    let table = [
        ([Selected, Selected, Missing], "NONE [NONE, NONE]"),
        ([Selected, Missing, Missing], "MEDIUM [MEDIUM, MEDIUM]"),
        ([Missing, Selected, Selected], "MEDIUM [MEDIUM, MEDIUM]"),
        ([Missing, Selected, Missing], "HIGH [HIGH, HIGH]"),
        ([Selected, Unknown, Missing], "UNDETERMINED [NONE, MEDIUM]"),
        ([Missing, Unknown, Missing], "HIGH [HIGH, HIGH]"),
        ([Missing, Unknown, Unknown], "UNDETERMINED [MEDIUM, HIGH]"),
        ([Unknown, Unknown, Unknown], "UNANSWERED [NONE, HIGH]"),
        ([Missing, NotApplicable, NotApplicable], "UNDETERMINED [MEDIUM, HIGH]"),
    ];
    for (known, expected) in table {
        let predicted = question.predicted(&states(&question, &known));
        assert_eq!(say(&predicted), expected, "{known:?}");
        assert_eq!(predicted.basis, BASIS_RULES);
    }
}

#[test]
fn the_two_ends_are_not_enough_for_a_rule_that_is_not_monotone() {
    // High only where exactly one of two is selected: all selected and none selected both come to NONE.
    let question = ruled(&[("(aaa && !bbb) || (!aaa && bbb)", Risk::High), ("default", Risk::None)]);
    let predicted = question.predicted(&states(&question, &[Unknown, Unknown, Selected]));
    assert_eq!(say(&predicted), "UNDETERMINED [NONE, HIGH]");
}

#[test]
fn rules_may_read_none_of_these() {
    let question = ruled(&[("question_no", Risk::High), ("default", Risk::None)]);
    assert_eq!(question.risk(&states(&question, &[Missing, Missing, Missing])), Risk::High);
    assert_eq!(question.risk(&states(&question, &[Missing, Selected, Unknown])), Risk::None);
    assert_eq!(question.risk(&states(&question, &[Missing, Missing, Unknown])), Risk::Undetermined);
    let mut answered = states(&question, &[Missing, Missing, Unknown]);
    answered.set("question_no", Missing);
    assert_eq!(question.risk(&answered), Risk::None);
}

#[test]
fn more_choices_than_can_be_tried_give_the_widest_range() {
    let ids: Vec<String> = (0..40).map(|index| format!("choice_{index}")).collect();
    let choices = ids.iter().map(|id| choice(id, None, Polarity::Positive)).collect();
    let rules = vec![
        RiskRule {
            condition: Condition::When(Expr::All(ids.into_iter().map(Expr::Selected).collect())),
            risk: Risk::None,
        },
        RiskRule { condition: Condition::Default, risk: Risk::Medium },
    ];
    let question = Question { risk_rules: Some(rules), ..question(choices) };
    let mut known = States::new();
    known.set("choice_0", Selected);
    assert_eq!(say(&question.predicted(&known)), "UNDETERMINED [NONE, MEDIUM]");
}

fn state() -> impl Strategy<Value = State> {
    prop_oneof![Just(Selected), Just(Missing), Just(Unknown), Just(Unknown), Just(Partial), Just(NotApplicable)]
}

fn levelled_question() -> impl Strategy<Value = Question> {
    let level = prop_oneof![Just(Some(Level::High)), Just(Some(Level::Medium)), Just(Some(Level::Low)), Just(None)];
    let polarity = prop_oneof![3 => Just(Polarity::Positive), 1 => Just(Polarity::Negative)];
    prop::collection::vec((level, polarity), 1..7).prop_map(|choices| {
        let choices = choices.into_iter().enumerate();
        question(
            choices.map(|(index, (level, polarity))| choice(&format!("choice_{index}"), level, polarity)).collect(),
        )
    })
}

fn ruled_question() -> impl Strategy<Value = Question> {
    let id = prop_oneof![(0..6_usize).prop_map(|index| format!("choice_{index}")), Just("question_no".to_owned())];
    let expr = id.prop_map(Expr::Selected).prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Expr::Not(Box::new(inner))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::All),
            prop::collection::vec(inner, 2..4).prop_map(Expr::Any),
        ]
    });
    let risk = || prop_oneof![Just(Risk::High), Just(Risk::Medium), Just(Risk::None)];
    (prop::collection::vec((expr, risk()), 0..3), risk()).prop_map(|(rules, default)| {
        let rules = rules.into_iter().map(|(expr, risk)| RiskRule { condition: Condition::When(expr), risk });
        let rules = rules.chain([RiskRule { condition: Condition::Default, risk: default }]).collect();
        let choices = (0..6).map(|index| choice(&format!("choice_{index}"), None, Polarity::Positive)).collect();
        Question { risk_rules: Some(rules), ..question(choices) }
    })
}

/// Every way in which what is open may turn out.
fn completions(known: &[State]) -> Vec<Vec<State>> {
    let mut all = vec![Vec::new()];
    for state in known {
        let ways = if matches!(state, Unknown | Partial) { vec![Selected, Missing] } else { vec![*state] };
        all = all
            .into_iter()
            .flat_map(|done: Vec<State>| ways.iter().map(move |way| [done.clone(), vec![*way]].concat()))
            .collect();
    }
    all
}

fn range_is_exact(question: &Question, known: &[State]) -> Result<(), TestCaseError> {
    let Predicted { risk, range: [best, worst], .. } = question.predicted(&states(question, known));
    let ranges: Vec<[Risk; 2]> =
        completions(known).iter().map(|settled| question.predicted(&states(question, settled)).range).collect();
    prop_assert_eq!(Some(best), ranges.iter().map(|range| range[0]).max());
    prop_assert_eq!(Some(worst), ranges.iter().map(|range| range[1]).min());
    let claimed = [Risk::High, Risk::Medium, Risk::None].contains(&risk);
    prop_assert!(!claimed || (best == risk && worst == risk), "{} is claimed of {}..{}", risk, best, worst);
    Ok(())
}

proptest! {
    #[test]
    fn the_range_over_levels_holds_every_completion(
        (question, known) in levelled_question().prop_flat_map(|question| {
            let states = prop::collection::vec(state(), question.choices.len());
            (Just(question), states)
        })
    ) {
        range_is_exact(&question, &known)?;
    }

    #[test]
    fn the_range_over_rules_holds_every_completion(question in ruled_question(), known in prop::collection::vec(state(), 6)) {
        range_is_exact(&question, &known)?;
    }
}
