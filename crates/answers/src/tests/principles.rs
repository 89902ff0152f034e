//! The view by principle says what the questions say.

use super::*;
use crate::document::Coverage;
use wellproof_lens::principles::shipped;

const TEST: [(&str, &str); 2] = [
    ("dev-integ", "ops_dev_integ_test_val_chg"),
    ("testing-resiliency", "rel_testing_resiliency_failure_injection_resiliency"),
];

/// The document of `lens` where the n-th choice has a rule of its own that comes to `verdict(n)`.
fn judged(lens: &Lens, verdict: impl Fn(usize) -> Verdict) -> Document {
    let ids: Vec<String> = (0..lens.choices().count()).map(|n| format!("r-{n:03}")).collect();
    let rules: Vec<RuleView<'_>> = lens
        .choices()
        .zip(&ids)
        .map(|((question, choice), id)| rule(id, &[(&question.id, &choice.id, Weight::Proves, Weight::Refutes)]))
        .collect();
    let outcomes: Vec<Outcome> = ids.iter().enumerate().map(|(n, id)| outcome(id, verdict(n), &["c-1"])).collect();
    answer(&evidence(&["c-1"]), lens, &rules, &outcomes, &Scope::default(), Custody::default())
}

fn mixed(n: usize) -> Verdict {
    [Verdict::Pass, Verdict::Fail, Verdict::Unknown, Verdict::Pass, Verdict::NotApplicable][n % 5]
}

/// Every line counts its choices, and each of these stands as it does under its question.
pub(super) fn agree(document: &Document) {
    for line in &document.principles {
        let mut counted = Coverage { judged: line.coverage.judged, ..Coverage::default() };
        for it in &line.choices {
            let own = choice(document, &it.question, &it.choice);
            assert_eq!((it.verdict, &it.number), (own.verdict, &own.number), "{}", it.choice);
            counted.choices += 1;
            match own.verdict {
                Suggestion::Met => counted.met += 1,
                Suggestion::NotMet => counted.not_met += 1,
                Suggestion::Partial => counted.partial += 1,
                Suggestion::NotProven => counted.not_proven += 1,
                Suggestion::NotApplicable => counted.not_applicable += 1,
            }
        }
        assert_eq!(line.coverage, counted, "{}", line.id);
    }
}

#[test]
fn counts_agree_with_the_questions_in_every_lens() {
    for lens in Lens::shipped() {
        let document = judged(lens, mixed);
        agree(&document);
        let ids: Vec<&str> = document.principles.iter().map(|line| line.id.as_str()).collect();
        assert_eq!(ids, ["on-demand", "automate", "test", "facts", "evolve", "practice"], "{}", lens.id);
        let met: u64 = document.principles.iter().map(|line| line.coverage.met).sum();
        let not_met: u64 = document.principles.iter().map(|line| line.coverage.not_met).sum();
        assert!(met > 0 && not_met > 0, "{}: {met} met, {not_met} not met", lens.id);
        for (line, principle) in document.principles.iter().zip(shipped()) {
            let listed: Vec<&str> = line.choices.iter().map(|it| it.choice.as_str()).collect();
            let speak: Vec<&str> = principle.choices(lens).map(|(_, choice)| choice.id.as_str()).collect();
            assert_eq!(listed, speak, "{}", line.id);
        }
    }
}

#[test]
fn what_was_denied_is_not_proven_and_never_met() {
    for lens in Lens::shipped() {
        for line in judged(lens, |_| Verdict::Unknown).principles {
            assert_eq!((line.coverage.not_proven, line.coverage.judged), (line.coverage.choices, 0), "{}", line.id);
        }
        let read = judged(lens, mixed);
        for share in 2..5 {
            let denied = judged(lens, |n| if n.is_multiple_of(share) { Verdict::Unknown } else { mixed(n) });
            for (before, after) in read.principles.iter().zip(&denied.principles) {
                for (was, is) in before.choices.iter().zip(&after.choices) {
                    assert!(is.verdict == was.verdict || is.verdict == Suggestion::NotProven, "{}", is.choice);
                }
                assert!(after.coverage.met <= before.coverage.met, "{}", after.id);
            }
        }
    }
}

#[test]
fn what_people_selected_is_counted() {
    let mut document = ask(&evidence(&[]), &[], &[]);
    assert!(document.principles.iter().all(|line| line.selected.is_none()));
    let asked = TEST.map(|(question, choice)| {
        let said = serde_json::json!({"choice": choice, "status": "SELECTED"});
        serde_json::json!({
            "question": question, "number": "", "title": "", "risk": "NONE", "applicable": true,
            "choices": [said], "line": null,
        })
    });
    let mut review = reviewed(&[(MONITOR, Status::Selected)], true);
    review.questions.extend(asked.map(|it| serde_json::from_value(it).unwrap()));
    compare(&mut document, lens(), &review).unwrap();
    let selected: Vec<_> = document.principles.iter().map(|line| (line.id.as_str(), line.selected)).collect();
    let expected = [("on-demand", 0), ("automate", 0), ("test", 2), ("facts", 0), ("evolve", 0), ("practice", 1)];
    assert_eq!(selected, expected.map(|(id, selected)| (id, Some(selected))));
}

#[test]
fn a_lens_of_your_own_has_no_principles() {
    let house = "\
schema: wellproof/lens/1
id: house-rules
name: House rules
edition: '2026'
pillars:
  - id: reliability
    name: Reliability
    questions:
      - id: rehearsal
        number: REL 1
        title: Do you rehearse?
        choices:
          - id: rehearsed
            title: We do
            level: HIGH
";
    let house = Lens::from_text("house.yaml", house).unwrap();
    assert_eq!(judged(&house, |_| Verdict::Pass).principles, []);
}
