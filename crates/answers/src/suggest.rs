//! What the verdicts of the rules that bear on a choice come to.

use wellproof_lens::Likeness;
use wellproof_model::{Suggestion, Verdict};

/// What a rule's verdict says of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    Nothing,
    Supports,
    Proves,
    Weakens,
    Refutes,
}

impl Weight {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Supports => "supports",
            Self::Proves => "proves",
            Self::Weakens => "weakens",
            Self::Refutes => "refutes",
        }
    }
}

/// A rule's bearing on one choice. Rules go by their place in the sorted list of those that ran.
#[derive(Clone, Debug)]
pub(crate) struct Bearing {
    pub(crate) rule: usize,
    /// What a pass says: nothing, supports or proves.
    pub(crate) pass: Weight,
    /// What a failure says: nothing, weakens or refutes.
    pub(crate) fail: Weight,
    /// Up to this share of failures, 0 to 1, a refuting failure only weakens.
    pub(crate) tolerates: Option<f64>,
    /// With fewer judged resources, a proving pass only supports and a refuting failure only weakens.
    pub(crate) counts_from: Option<u64>,
    /// A proof counts only if these pass too.
    pub(crate) together_with: Vec<usize>,
    /// The choice does not apply where the rule finds none of what it looks at.
    pub(crate) none_means_not_applicable: bool,
}

/// How a rule stands: its verdict, and between what bounds its share of failures and its number of resources lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stand {
    pub(crate) verdict: Verdict,
    /// The share if all that was not read passed, and if all of it failed.
    pub(crate) failing: (f64, f64),
    /// How many resources pass or fail, if none of what was not read does, and if all of it does.
    pub(crate) judged: (u64, u64),
    /// Whether calls prove it. That nothing exists counts only where a complete listing says so.
    pub(crate) cited: bool,
}

impl Stand {
    pub(crate) const PASS: Self =
        Self { verdict: Verdict::Pass, failing: (0.0, 0.0), judged: (u64::MAX, u64::MAX), cited: true };
    pub(crate) const UNKNOWN: Self =
        Self { verdict: Verdict::Unknown, failing: (0.0, 1.0), judged: (0, u64::MAX), cited: false };
}

/// What one bearing says, the weightiest first: the order in which notes stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Say {
    /// It fails, and that refutes the choice.
    Refutes,
    /// It fails, and that speaks against some of it.
    Weakens,
    /// Something was not read: of the rule itself, of one that it counts only together with, of a share of failures
    /// that might be tolerated, or of a number of resources that might be enough.
    Unknown,
    /// Something was not read of a rule that says nothing either way.
    OpenInVain,
    /// It fails, which says nothing.
    FailsInVain,
    /// It passes, and that proves the choice.
    Proves,
    /// It passes, and that speaks for it.
    Supports,
    /// It passes, which says nothing.
    PassesInVain,
    /// Nothing exists that it looks at; and whether that makes the choice not applicable.
    Finds(Nothing),
}

/// What it means that a rule finds none of what it looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Nothing {
    NotApplicable,
    Silence,
}

impl Say {
    pub(crate) fn weight(self) -> Weight {
        match self {
            Self::Refutes => Weight::Refutes,
            Self::Weakens => Weight::Weakens,
            Self::Proves => Weight::Proves,
            Self::Supports => Weight::Supports,
            Self::Unknown | Self::OpenInVain | Self::FailsInVain | Self::PassesInVain | Self::Finds(_) => {
                Weight::Nothing
            }
        }
    }
}

impl Bearing {
    /// The same on the practice of an older edition that this one's succeeded.
    pub(crate) fn inherited(mut self, basis: Likeness) -> Self {
        if basis == Likeness::Successor {
            if self.pass == Weight::Proves {
                self.pass = Weight::Supports;
            }
            if self.fail == Weight::Refutes {
                self.fail = Weight::Weakens;
            }
            // That the nearest practice does not apply says little of whether this one does.
            self.none_means_not_applicable = false;
        }
        self
    }

    /// What this bearing says, where `stand` tells how each rule stands.
    pub(crate) fn say(&self, stand: impl Fn(usize) -> Stand) -> Say {
        let own = stand(self.rule);
        match own.verdict {
            Verdict::Unknown if self.pass == Weight::Nothing && self.fail == Weight::Nothing => Say::OpenInVain,
            Verdict::Unknown => Say::Unknown,
            Verdict::NotApplicable if self.none_means_not_applicable && own.cited => Say::Finds(Nothing::NotApplicable),
            Verdict::NotApplicable => Say::Finds(Nothing::Silence),
            Verdict::Fail => self.say_of_failure(own),
            Verdict::Pass => self.say_of_pass(own, stand),
        }
    }

    fn say_of_failure(&self, own: Stand) -> Say {
        match self.fail {
            Weight::Refutes => {
                let (low, high) = own.failing;
                let (too_many, few_enough) = self.tolerates.map_or((true, false), |it| (low > it, high <= it));
                match self.counts(own) {
                    Some(true) if too_many => Say::Refutes,
                    _ if few_enough => Say::Weakens,
                    Some(false) => Say::Weakens,
                    _ => Say::Unknown,
                }
            }
            Weight::Weakens => Say::Weakens,
            _ => Say::FailsInVain,
        }
    }

    /// Whether there are enough resources to prove or refute; none where what was not read decides that.
    fn counts(&self, own: Stand) -> Option<bool> {
        let (low, high) = own.judged;
        match self.counts_from {
            Some(least) if low >= least => Some(true),
            Some(least) if high < least => Some(false),
            Some(_) => None,
            None => Some(true),
        }
    }

    fn say_of_pass(&self, own: Stand, stand: impl Fn(usize) -> Stand) -> Say {
        match self.pass {
            Weight::Proves => {
                let mut others = self.together_with.iter().map(|other| stand(*other).verdict);
                if others.clone().any(|verdict| verdict == Verdict::Unknown) {
                    Say::Unknown
                } else if !others.all(|verdict| verdict == Verdict::Pass) {
                    Say::Supports
                } else {
                    match self.counts(own) {
                        Some(true) => Say::Proves,
                        Some(false) => Say::Supports,
                        None => Say::Unknown,
                    }
                }
            }
            Weight::Supports => Say::Supports,
            _ => Say::PassesInVain,
        }
    }
}

/// What a choice's bearings come to: the first that holds.
pub(crate) fn suggest(says: &[Say]) -> Suggestion {
    let any = |say: Say| says.contains(&say);
    if any(Say::Refutes) {
        Suggestion::NotMet
    } else if any(Say::Unknown) {
        Suggestion::NotProven
    } else if any(Say::Weakens) {
        Suggestion::Partial
    } else if any(Say::Proves) {
        Suggestion::Met
    } else if any(Say::Supports) {
        Suggestion::Partial
    } else if any(Say::Finds(Nothing::NotApplicable)) && !any(Say::FailsInVain) && !any(Say::OpenInVain) {
        // A rule that fails in vain found something to judge, and one that is open might have, so that the choice is not beside the point.
        Suggestion::NotApplicable
    } else {
        Suggestion::NotProven
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bearing(pass: Weight, fail: Weight) -> Bearing {
        Bearing {
            rule: 0,
            pass,
            fail,
            tolerates: None,
            counts_from: None,
            together_with: Vec::new(),
            none_means_not_applicable: false,
        }
    }

    fn of(verdict: Verdict) -> Stand {
        let failing = if verdict == Verdict::Fail { (1.0, 1.0) } else { (0.0, 0.0) };
        Stand { verdict, failing, judged: (9, 9), cited: true }
    }

    #[test]
    fn one_bearing_by_weight_and_verdict() {
        use Verdict::{Fail, NotApplicable, Pass, Unknown};
        use Weight::{Nothing as No, Proves, Refutes, Supports, Weakens};
        let table = [
            (Proves, Refutes, Pass, Suggestion::Met),
            (Proves, Refutes, Fail, Suggestion::NotMet),
            (Proves, Refutes, Unknown, Suggestion::NotProven),
            (Proves, Refutes, NotApplicable, Suggestion::NotProven),
            (Supports, Refutes, Pass, Suggestion::Partial),
            (Supports, Weakens, Fail, Suggestion::Partial),
            (Supports, No, Fail, Suggestion::NotProven),
            (Supports, No, Unknown, Suggestion::NotProven),
            (No, No, Unknown, Suggestion::NotProven),
            (No, Refutes, Pass, Suggestion::NotProven),
            (No, Refutes, Fail, Suggestion::NotMet),
            (No, Weakens, Fail, Suggestion::Partial),
        ];
        for (pass, fail, verdict, wanted) in table {
            let say = bearing(pass, fail).say(|_| of(verdict));
            assert_eq!(suggest(&[say]), wanted, "{pass:?} {fail:?} {verdict:?}");
        }
    }

    #[test]
    fn what_says_nothing_either_way_stands_in_nobodys_way_when_it_is_unknown() {
        let open = bearing(Weight::Nothing, Weight::Nothing).say(|_| Stand::UNKNOWN);
        assert_eq!(open, Say::OpenInVain);
        assert_eq!(suggest(&[open, Say::Proves]), Suggestion::Met);
        assert_eq!(suggest(&[open, Say::Supports]), Suggestion::Partial);
        let none = Say::Finds(Nothing::NotApplicable);
        assert_eq!(suggest(&[open, none]), Suggestion::NotProven, "it might have found something to judge");
    }

    #[test]
    fn the_first_that_holds_decides() {
        use Say::{Finds, PassesInVain, Proves, Refutes, Supports, Unknown, Weakens};
        let ladder = [
            (Refutes, Suggestion::NotMet),
            (Unknown, Suggestion::NotProven),
            (Weakens, Suggestion::Partial),
            (Proves, Suggestion::Met),
            (Supports, Suggestion::Partial),
            (Finds(Nothing::NotApplicable), Suggestion::NotApplicable),
            (PassesInVain, Suggestion::NotProven),
        ];
        for first in 0..ladder.len() {
            let says: Vec<Say> = ladder[first..].iter().rev().map(|(say, _)| *say).collect();
            assert_eq!(suggest(&says), ladder[first].1);
        }
        assert_eq!(suggest(&[]), Suggestion::NotProven);
        assert_eq!(suggest(&[Finds(Nothing::NotApplicable), Say::FailsInVain]), Suggestion::NotProven);
        assert_eq!(suggest(&[Finds(Nothing::Silence)]), Suggestion::NotProven);
    }

    #[test]
    fn a_tolerated_share_only_weakens() {
        let bearing = Bearing { tolerates: Some(0.1), ..bearing(Weight::Proves, Weight::Refutes) };
        let share = |low, high| Stand { failing: (low, high), ..of(Verdict::Fail) };
        assert_eq!(bearing.say(|_| share(0.1, 0.1)), Say::Weakens);
        assert_eq!(bearing.say(|_| share(0.11, 0.11)), Say::Refutes);
        assert_eq!(bearing.say(|_| share(0.05, 0.2)), Say::Unknown, "what was not read may tip it");
        assert_eq!(bearing.say(|_| share(0.15, 0.2)), Say::Refutes);
    }

    #[test]
    fn few_resources_say_less() {
        let bearing = Bearing { counts_from: Some(5), ..bearing(Weight::Proves, Weight::Refutes) };
        let judged = |verdict, low, high| bearing.say(|_| Stand { judged: (low, high), ..of(verdict) });
        assert_eq!(judged(Verdict::Fail, 5, 5), Say::Refutes);
        assert_eq!(judged(Verdict::Fail, 4, 4), Say::Weakens);
        assert_eq!(judged(Verdict::Fail, 4, 5), Say::Unknown, "what was not read may be the fifth");
        assert_eq!(judged(Verdict::Pass, 5, 9), Say::Proves);
        assert_eq!(judged(Verdict::Pass, 4, 4), Say::Supports);
        assert_eq!(judged(Verdict::Pass, 4, 5), Say::Unknown);
        let bearing = Bearing { tolerates: Some(0.5), ..bearing };
        let share = |share, judged| bearing.say(|_| Stand { failing: (share, share), judged, ..of(Verdict::Fail) });
        assert_eq!(share(0.6, (4, 4)), Say::Weakens);
        assert_eq!(share(0.6, (5, 5)), Say::Refutes);
        assert_eq!(share(0.4, (5, 5)), Say::Weakens);
        assert_eq!(share(0.4, (4, 9)), Say::Weakens);
        assert_eq!(share(0.6, (4, 9)), Say::Unknown);
    }

    #[test]
    fn a_proof_counts_only_together() {
        let bearing = Bearing { together_with: vec![1], ..bearing(Weight::Proves, Weight::Refutes) };
        let with = |other| bearing.say(|rule| if rule == 0 { Stand::PASS } else { of(other) });
        assert_eq!(with(Verdict::Pass), Say::Proves);
        assert_eq!(with(Verdict::Fail), Say::Supports);
        assert_eq!(with(Verdict::NotApplicable), Say::Supports);
        assert_eq!(with(Verdict::Unknown), Say::Unknown);
    }

    fn any_bearing() -> impl Strategy<Value = Bearing> {
        let pass = prop_oneof![Just(Weight::Nothing), Just(Weight::Supports), Just(Weight::Proves)];
        let fail = prop_oneof![Just(Weight::Nothing), Just(Weight::Weakens), Just(Weight::Refutes)];
        let few = (proptest::option::of(0.0..1.0_f64), proptest::option::of(2..6_u64));
        (0..4_usize, pass, fail, few, proptest::collection::vec(0..4_usize, 0..2), any::<bool>()).prop_map(
            |(rule, pass, fail, (tolerates, counts_from), together_with, none_means_not_applicable)| Bearing {
                rule,
                pass,
                fail,
                tolerates,
                counts_from,
                together_with,
                none_means_not_applicable,
            },
        )
    }

    fn any_stand() -> impl Strategy<Value = Stand> {
        let verdict =
            prop_oneof![Just(Verdict::Pass), Just(Verdict::Fail), Just(Verdict::Unknown), Just(Verdict::NotApplicable)];
        (verdict, 0.0..1.0_f64, 1..9_u64).prop_map(|(verdict, share, judged)| Stand {
            verdict,
            failing: (share, share),
            judged: (judged, judged),
            cited: true,
        })
    }

    proptest! {
        /// Denied is not empty: whatever becomes unknown, nothing moves towards met, and nothing met becomes not met.
        #[test]
        fn not_reading_never_helps(
            bearings in proptest::collection::vec(any_bearing(), 0..5),
            stands in proptest::collection::vec(any_stand(), 4),
            unread in proptest::collection::vec(any::<bool>(), 4),
        ) {
            let full: Vec<Say> = bearings.iter().map(|bearing| bearing.say(|rule| stands[rule])).collect();
            let cut: Vec<Say> = bearings.iter().map(|bearing| bearing.say(|rule| {
                if unread[rule] { Stand::UNKNOWN } else { stands[rule] }
            })).collect();
            let (before, after) = (suggest(&full), suggest(&cut));
            prop_assert!(after == before || after == Suggestion::NotProven, "{before} became {after}");
        }
    }
}
