//! What to fix first: the failing rules whose mending lowers the most high risks.
//!
//! Nothing here looks at a label of severity. A rule is mended by letting its outcome be a pass; everything that follows from
//! it, suggestions and risks, is then computed again.

use std::collections::{BTreeMap, BTreeSet};

use wellproof_model::{Suggestion, Verdict};

use crate::document::Risk;
use crate::suggest::{Bearing, Say, Stand, suggest};

/// A question's predicted risk and what it ranges over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Predicted {
    pub(crate) risk: Risk,
    /// Best and worst over what is not proven.
    pub(crate) range: [Risk; 2],
}

/// Every question's choices as bearings, and how each rule stands.
pub(crate) struct Board<'a> {
    /// Per question, per choice in the lens's order.
    pub(crate) questions: &'a [Vec<Vec<Bearing>>],
    pub(crate) stands: &'a [Stand],
    /// The risk of a question, by its place, from what is suggested for its choices.
    pub(crate) predict: &'a dyn Fn(usize, &[Suggestion]) -> Predicted,
}

/// Rules to mend together, and what it brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Places of rules, ascending.
    pub(crate) rules: Vec<usize>,
    /// Places of the questions whose predicted risk it lowers.
    pub(crate) lowers: Vec<usize>,
    /// Questions at high risk after it.
    pub(crate) high_left: usize,
}

/// How many ways out of one question's high risk are compared.
const WAYS: usize = 24;

/// How many sets of rules are tried for one question before one that has no rule to spare is taken. Published levels
/// never need it; the conditions of a custom lens may, and cost more to compute.
const TRIES: usize = 500;

impl Board<'_> {
    fn suggestion(&self, bearings: &[Bearing], mended: &BTreeSet<usize>) -> Suggestion {
        let stand = |rule: usize| match self.stands[rule] {
            // A mended rule judges as many as before.
            Stand { judged, .. } if mended.contains(&rule) => Stand { judged, ..Stand::PASS },
            stand => stand,
        };
        let says: Vec<Say> = bearings.iter().map(|bearing| bearing.say(stand)).collect();
        suggest(&says)
    }

    fn predicted(&self, question: usize, mended: &BTreeSet<usize>) -> Predicted {
        let choices: Vec<Suggestion> =
            self.questions[question].iter().map(|bearings| self.suggestion(bearings, mended)).collect();
        (self.predict)(question, &choices)
    }

    fn is_high(&self, question: usize, mended: &BTreeSet<usize>) -> bool {
        self.predicted(question, mended).risk == Risk::High
    }

    /// The failing rules that a question's choices rest on, in ascending order.
    fn failing(&self, question: usize, mended: &BTreeSet<usize>) -> Vec<usize> {
        let bearings = self.questions[question].iter().flatten();
        let rules: BTreeSet<usize> =
            bearings.flat_map(|bearing| bearing.together_with.iter().chain([&bearing.rule])).copied().collect();
        rules.into_iter().filter(|rule| self.stands[*rule].verdict == Verdict::Fail && !mended.contains(rule)).collect()
    }

    /// The smallest sets of rules of which any takes a question from high risk when it is mended, all of one size and at most [`WAYS`]
    /// of them; none where no set does. Which of them is best depends on the other questions.
    fn needs(&self, question: usize, mended: &BTreeSet<usize>) -> Vec<Vec<usize>> {
        let failing = self.failing(question, mended);
        let leaves = |rules: &[usize]| {
            let with: BTreeSet<usize> = mended.iter().chain(rules).copied().collect();
            !self.is_high(question, &with)
        };
        if !leaves(&failing) {
            return Vec::new();
        }
        let mut enough = failing.clone();
        for rule in &failing {
            let without: Vec<usize> = enough.iter().copied().filter(|other| other != rule).collect();
            if leaves(&without) {
                enough = without;
            }
        }
        // No rule of `enough` can be spared, but with conditions such as "a or b" another set may be smaller, or as small.
        let mut tries = TRIES;
        for size in 1..=enough.len() {
            let mut found = Vec::new();
            combinations(&failing, size, &mut |rules| {
                tries = tries.saturating_sub(1);
                if leaves(rules) {
                    found.push(rules.to_vec());
                }
                found.len() == WAYS || tries == 0
            });
            if size == enough.len() && !found.contains(&enough) {
                found.push(enough);
                return found;
            }
            if !found.is_empty() {
                return found;
            }
            if tries == 0 {
                break;
            }
        }
        vec![enough]
    }

    /// The steps, the one that takes most questions from high risk for each rule first.
    pub(crate) fn fix_first(&self) -> Vec<Step> {
        let all = 0..self.questions.len();
        let mut mended = BTreeSet::new();
        let mut now: Vec<Predicted> = all.clone().map(|question| self.predicted(question, &mended)).collect();
        let mut needs: Vec<Vec<Vec<usize>>> = all.clone().map(|_| Vec::new()).collect();
        let mut changed: Vec<usize> = all.clone().collect();
        let mut steps = Vec::new();
        loop {
            for question in changed.drain(..) {
                let high = now[question].risk == Risk::High;
                needs[question] = if high { self.needs(question, &mended) } else { Vec::new() };
            }
            let high = now.iter().filter(|predicted| predicted.risk == Risk::High).count();
            let groups: BTreeSet<Vec<usize>> = needs.iter().flatten().cloned().collect();
            let best = groups
                .into_iter()
                .filter_map(|rules| {
                    let with: BTreeSet<usize> = mended.iter().chain(&rules).copied().collect();
                    let then = self.after(&now, &rules, &with);
                    let left = then.iter().filter(|predicted| predicted.risk == Risk::High).count();
                    let lowers: Vec<usize> = all.clone().filter(|at| lowered(&now[*at], &then[*at])).collect();
                    (left < high).then_some((rules, with, then, lowers, left))
                })
                .min_by(|a, b| {
                    let (gain_a, gain_b) = (high - a.4, high - b.4);
                    // More questions for each rule; then more at all; then fewer rules; then the first in order.
                    (gain_b * a.0.len())
                        .cmp(&(gain_a * b.0.len()))
                        .then(gain_b.cmp(&gain_a))
                        .then(b.3.len().cmp(&a.3.len()))
                        .then(a.3.cmp(&b.3))
                        .then(a.0.cmp(&b.0))
                });
            let Some((rules, with, then, lowers, high_left)) = best else { return steps };
            changed.extend(all.clone().filter(|question| self.rests_on(*question, &rules)));
            steps.push(Step { rules, lowers, high_left });
            mended = with;
            now = then;
        }
    }

    /// Risks once `with` is mended; only questions that one of the newly mended `rules` bears on are computed again.
    fn after(&self, now: &[Predicted], rules: &[usize], with: &BTreeSet<usize>) -> Vec<Predicted> {
        let then = |(at, before): (usize, &Predicted)| {
            if self.rests_on(at, rules) { self.predicted(at, with) } else { before.clone() }
        };
        now.iter().enumerate().map(then).collect()
    }

    fn rests_on(&self, question: usize, rules: &[usize]) -> bool {
        let mut bearings = self.questions[question].iter().flatten();
        bearings.any(|bearing| rules.iter().any(|rule| *rule == bearing.rule || bearing.together_with.contains(rule)))
    }
}

/// Whether a risk is another one now, and neither its best nor its worst case is worse.
fn lowered(before: &Predicted, after: &Predicted) -> bool {
    let no_worse = (0..2).all(|end| height(after.range[end]) <= height(before.range[end]));
    before.risk != after.risk && no_worse && before.range != after.range
}

fn height(risk: Risk) -> u8 {
    match risk {
        Risk::High => 2,
        Risk::Medium => 1,
        Risk::None | Risk::NotApplicable | Risk::Undetermined | Risk::Unanswered => 0,
    }
}

/// Calls `each` with every choice of `size` items, in order, until it says stop.
fn combinations(items: &[usize], size: usize, each: &mut dyn FnMut(&[usize]) -> bool) {
    fn extend(items: &[usize], size: usize, chosen: &mut Vec<usize>, each: &mut dyn FnMut(&[usize]) -> bool) -> bool {
        if chosen.len() == size {
            return each(chosen);
        }
        for (at, item) in items.iter().enumerate() {
            chosen.push(*item);
            let stop = extend(&items[at + 1..], size, chosen, each);
            chosen.pop();
            if stop {
                return true;
            }
        }
        false
    }
    extend(items, size, &mut Vec::with_capacity(size), each);
}

/// How to mend `rules`, each way once.
pub(crate) fn words(rules: &[usize], fix_of: &BTreeMap<usize, String>) -> String {
    let mut said: Vec<&str> = Vec::new();
    for fix in rules.iter().filter_map(|rule| fix_of.get(rule)) {
        if !said.contains(&fix.as_str()) {
            said.push(fix);
        }
    }
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::Weight;

    const FAIL: Stand = Stand { verdict: Verdict::Fail, failing: (1.0, 1.0), judged: (9, 9), cited: true };

    fn refuted_by(rule: usize) -> Bearing {
        Bearing {
            rule,
            pass: Weight::Supports,
            fail: Weight::Refutes,
            tolerates: None,
            counts_from: None,
            together_with: Vec::new(),
            none_means_not_applicable: false,
        }
    }

    /// Every choice is of high risk: one that is not met makes the question HIGH, one that is not proven leaves it open.
    fn all_high(_: usize, choices: &[Suggestion]) -> Predicted {
        let worst = |open: bool| {
            let missing = |suggestion: &Suggestion| match suggestion {
                Suggestion::NotMet => true,
                Suggestion::Partial | Suggestion::NotProven => open,
                Suggestion::Met | Suggestion::NotApplicable => false,
            };
            if choices.iter().any(missing) { Risk::High } else { Risk::None }
        };
        let range = [worst(false), worst(true)];
        Predicted { risk: if range[0] == range[1] { range[0] } else { Risk::Undetermined }, range }
    }

    fn steps(questions: &[Vec<Vec<Bearing>>], stands: &[Stand]) -> Vec<Step> {
        Board { questions, stands, predict: &all_high }.fix_first()
    }

    #[test]
    fn one_rule_under_two_questions_comes_before_one_under_one() {
        let questions = vec![vec![vec![refuted_by(0)]], vec![vec![refuted_by(1)]], vec![vec![refuted_by(1)], vec![]]];
        let steps = steps(&questions, &[FAIL, FAIL]);
        assert_eq!(steps[0], Step { rules: vec![1], lowers: vec![1, 2], high_left: 1 });
        assert_eq!(steps[1], Step { rules: vec![0], lowers: vec![0], high_left: 0 });
        assert_eq!(steps.len(), 2);
    }

    #[test]
    fn rules_that_help_only_together_are_one_step() {
        let questions = vec![vec![vec![refuted_by(0), refuted_by(1)]], vec![vec![refuted_by(0)], vec![refuted_by(2)]]];
        let steps = steps(&questions, &[FAIL, FAIL, FAIL]);
        assert_eq!(steps[0], Step { rules: vec![0, 1], lowers: vec![0], high_left: 1 });
        assert_eq!(steps[1], Step { rules: vec![2], lowers: vec![1], high_left: 0 });
    }

    #[test]
    fn what_fails_in_vain_is_not_asked_for() {
        let mut vain = refuted_by(1);
        vain.fail = Weight::Nothing;
        let steps = steps(&[vec![vec![refuted_by(0), vain]]], &[FAIL, FAIL]);
        assert_eq!(steps, [Step { rules: vec![0], lowers: vec![0], high_left: 0 }]);
    }

    #[test]
    fn nothing_helps_where_no_rule_of_ours_fails() {
        let high = |_: usize, _: &[Suggestion]| Predicted { risk: Risk::High, range: [Risk::High, Risk::High] };
        let questions = vec![vec![vec![refuted_by(0)]]];
        assert!(Board { questions: &questions, stands: &[FAIL], predict: &high }.fix_first().is_empty());
    }

    #[test]
    fn of_two_ways_the_one_that_helps_elsewhere_is_taken() {
        // Mending 0 or 1 takes the first question from high risk; the second one needs 0.
        let questions = vec![vec![vec![refuted_by(0)], vec![refuted_by(1)]], vec![vec![refuted_by(0)]]];
        let either = |_: usize, choices: &[Suggestion]| {
            let fine = choices.iter().any(|choice| *choice != Suggestion::NotMet);
            let risk = if fine { Risk::None } else { Risk::High };
            Predicted { risk, range: [risk, risk] }
        };
        let steps = Board { questions: &questions, stands: &[FAIL; 2], predict: &either }.fix_first();
        assert_eq!(steps, [Step { rules: vec![0], lowers: vec![0, 1], high_left: 0 }]);
    }

    #[test]
    fn the_smaller_of_two_ways_is_found() {
        // High unless (0 and 1) or 2 is mended: sparing rules in order would end at {0, 1} only if 2 went first.
        let questions = vec![vec![vec![refuted_by(0)], vec![refuted_by(1)], vec![refuted_by(2)]]];
        let either = |_: usize, choices: &[Suggestion]| {
            let fine = |at: usize| choices[at] != Suggestion::NotMet;
            let risk = if (fine(1) && fine(2)) || fine(0) { Risk::None } else { Risk::High };
            Predicted { risk, range: [risk, risk] }
        };
        let steps = Board { questions: &questions, stands: &[FAIL; 3], predict: &either }.fix_first();
        assert_eq!(steps[0].rules, [0]);
    }
}
