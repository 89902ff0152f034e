//! Conditions: what they mean, what they refuse, and that no text makes the parser panic.

use proptest::prelude::*;
use wellproof_lens::{Condition, Expr, MAX_DEPTH};

fn holds(condition: &str, selected: &[&str]) -> bool {
    let condition = Condition::parse(condition).expect(condition);
    condition.holds(&|choice| selected.contains(&choice))
}

fn refusal(condition: &str) -> String {
    let malformed = Condition::parse(condition).expect_err(condition);
    format!("{:?}: {malformed}", malformed.span)
}

#[test]
fn operators_mean_what_they_mean_everywhere() {
    assert!(holds("aaa && bbb", &["aaa", "bbb"]) && !holds("aaa && bbb", &["aaa"]));
    assert!(holds("aaa || bbb", &["bbb"]) && !holds("aaa || bbb", &[]));
    assert!(holds("!aaa", &[]) && !holds("! aaa", &["aaa"]) && holds("!!aaa", &["aaa"]));
    assert!(holds("default", &[]) && holds(" default ", &["aaa"]));
    assert!(holds("aaa&&(bbb||!ccc)", &["aaa"]) && !holds("aaa&&(bbb||!ccc)", &["aaa", "ccc"]));
    assert!(holds("!(aaa && bbb)", &["aaa"]), "a negated group");
    assert!(!holds("!aaa && bbb", &["aaa"]), "negation binds tighter than `&&`");
    assert!(holds("aaa || bbb && ccc", &["aaa"]), "`&&` binds tighter than `||`");
}

#[test]
fn a_refusal_says_what_and_where() {
    let refusals: Vec<String> = [
        "",
        "  ",
        "aaa &",
        "aaa & bbb",
        "aaa &&",
        "&& aaa",
        "aaa bbb",
        "aaa and bbb",
        "(aaa",
        "aaa)",
        "()",
        "!",
        "(aaa bbb)",
        "default && aaa",
        "aaa || default",
        "aaa == bbb",
        "aaa,bbb",
        "\u{7}",
    ]
    .map(|condition| format!("{condition:?} {}", refusal(condition)))
    .into();
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    "" 0..0: the condition is empty
    "  " 0..2: the condition is empty
    "aaa &" 4..5: expected `&&`, found a single `&`
    "aaa & bbb" 4..5: expected `&&`, found a single `&`
    "aaa &&" 6..6: expected a choice, `!` or `(`, found the end
    "&& aaa" 0..2: expected a choice, `!` or `(`, found `&&`
    "aaa bbb" 4..7: expected `&&`, `||` or the end, found `bbb`
    "aaa and bbb" 4..7: expected `&&`, `||` or the end, found `and`
    "(aaa" 0..1: this parenthesis is never closed
    "aaa)" 3..4: this parenthesis closes nothing
    "()" 1..2: expected a choice, `!` or `(`, found `)`
    "!" 1..1: expected a choice, `!` or `(`, found the end
    "(aaa bbb)" 5..8: expected `&&`, `||` or `)`, found `bbb`
    "default && aaa" 8..10: `default` stands alone
    "aaa || default" 7..14: `default` stands alone
    "aaa == bbb" 4..5: `=` has no meaning in a condition
    "aaa,bbb" 3..4: `,` has no meaning in a condition
    "\u{7}" 0..1: `` has no meaning in a condition
    "#);
}

#[test]
fn depth_is_bounded_and_length_is_not() {
    let deep = |depth: usize| format!("{}aaa{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Condition::parse(&deep(MAX_DEPTH - 1)).is_ok());
    assert!(refusal(&deep(MAX_DEPTH)).contains("nested more than"));
    assert!(refusal(&deep(200_000)).contains("nested more than"));
    assert!(refusal(&"!".repeat(200_000)).contains("nested more than"));
    assert!(Condition::parse(&vec!["aaa"; 50_000].join(" && ")).is_ok());
}

fn expr() -> impl Strategy<Value = Expr<String>> {
    let choice = "[a-z][a-z0-9_]{2,9}".prop_filter("a word of its own", |id| id != "default").prop_map(Expr::Selected);
    choice.prop_recursive(6, 40, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Expr::Not(Box::new(inner))),
            prop::collection::vec(inner.clone(), 2..5).prop_map(Expr::All),
            prop::collection::vec(inner, 2..5).prop_map(Expr::Any),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>()) {
        let _ = Condition::parse(&text);
    }

    #[test]
    fn no_text_of_its_own_letters_makes_the_parser_panic(text in "[ab_()!&| é-]{0,80}") {
        match Condition::parse(&text) {
            Ok(condition) => prop_assert_eq!(Condition::parse(&condition.to_string()), Ok(condition)),
            Err(malformed) => prop_assert!(text.get(malformed.span.clone()).is_some(), "{malformed:?}"),
        }
    }

    #[test]
    fn what_is_printed_is_read_back(expr in expr()) {
        let condition = Condition::When(expr);
        prop_assert_eq!(Condition::parse(&condition.to_string()), Ok(condition));
    }
}
