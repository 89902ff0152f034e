//! From choices to risk, and from what is not proven to a range of risks.
//!
//! AWS publishes no rule for its own lens. What is computed over published levels is a prediction, and says so: not
//! applicable wins; "None of these", a selected negative choice or a missing `HIGH` choice make `HIGH`; a missing
//! `MEDIUM` choice makes `MEDIUM`; anything else is `NONE`. A custom lens brings rules of its own.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellproof_model::Suggestion;

use crate::condition::{Condition, Expr};
use crate::lens::{LevelBasis, Polarity, Question};

/// The basis of a risk that follows from the levels of the choices.
pub const BASIS_LEVELS: &str = "published levels";

/// The basis of a risk that rests on a level that was observed in a review.
pub const BASIS_OBSERVED: &str = "published levels, and levels observed in a review";

/// The basis of a risk that follows from a custom lens's `riskRules`.
pub const BASIS_RULES: &str = "risk rules of the lens";

/// A question's predicted risk, in the Tool's words and one of ours. The worst comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Risk {
    /// High risk.
    High,
    /// Medium risk.
    Medium,
    /// No improvements identified.
    None,
    /// It depends on choices that evidence cannot decide; the range says between what.
    Undetermined,
    /// Nothing is known about any choice.
    Unanswered,
    /// The question does not apply.
    NotApplicable,
}

/// The risk that AWS publishes for the absence of a practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Level {
    /// High.
    High,
    /// Medium.
    Medium,
    /// Low: its absence alone makes no risk.
    Low,
}

macro_rules! words {
    ($type:ident { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $type {
            /// The word that stands for it in JSON and in text.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.pad(self.as_str())
            }
        }
    };
}

words!(Risk {
    High => "HIGH", Medium => "MEDIUM", None => "NONE", Undetermined => "UNDETERMINED", Unanswered => "UNANSWERED",
    NotApplicable => "NOT_APPLICABLE",
});
words!(Level { High => "HIGH", Medium => "MEDIUM", Low => "LOW" });

/// What is known of one choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum State {
    /// It would be selected.
    Selected,
    /// It would not.
    Missing,
    /// Something is known, but neither of the two is proven.
    Partial,
    /// Nothing is known.
    #[default]
    Unknown,
    /// It does not apply.
    NotApplicable,
}

impl State {
    fn is_open(self) -> bool {
        matches!(self, Self::Partial | Self::Unknown)
    }
}

impl From<Suggestion> for State {
    fn from(suggestion: Suggestion) -> Self {
        match suggestion {
            Suggestion::Met => Self::Selected,
            Suggestion::NotMet => Self::Missing,
            Suggestion::Partial => Self::Partial,
            Suggestion::NotProven => Self::Unknown,
            Suggestion::NotApplicable => Self::NotApplicable,
        }
    }
}

/// What is known of a question's choices. Whatever is not set is unknown; ids that the question lacks are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct States {
    not_applicable: bool,
    by_choice: BTreeMap<String, State>,
}

impl States {
    /// Nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// The whole question does not apply.
    pub fn not_applicable() -> Self {
        Self { not_applicable: true, by_choice: BTreeMap::new() }
    }

    /// Says what is known of one choice.
    ///
    /// "None of these" follows from the others while it is unknown, see [`Question::none_of_these_follows`]. Set it where a
    /// person has answered it.
    pub fn set(&mut self, choice: &str, state: State) {
        self.by_choice.insert(choice.to_owned(), state);
    }

    /// What is known of one choice.
    pub fn of(&self, choice: &str) -> State {
        self.by_choice.get(choice).copied().unwrap_or_default()
    }
}

impl<S: Into<String>> FromIterator<(S, State)> for States {
    fn from_iter<I: IntoIterator<Item = (S, State)>>(states: I) -> Self {
        let by_choice = states.into_iter().map(|(choice, state)| (choice.into(), state)).collect();
        Self { not_applicable: false, by_choice }
    }
}

/// A question's risk, as far as it can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicted {
    /// The risk, [`Risk::Undetermined`] where best and worst differ.
    pub risk: Risk,
    /// Best and worst over whatever is not proven.
    pub range: [Risk; 2],
    /// What it rests on: [`BASIS_LEVELS`], [`BASIS_OBSERVED`] or [`BASIS_RULES`]. After the first two it says how many of the
    /// practices that may be missing have no published level: they count for nothing, since nobody knows what for.
    pub basis: Cow<'static, str>,
}

/// One of a custom lens's rules: when its condition is the first that is true, the question has this risk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RiskRule {
    /// When it holds.
    pub condition: Condition,
    /// `HIGH`, `MEDIUM` or `NONE`.
    pub risk: Risk,
}

/// What trying out every combination of choices may cost, in steps of evaluation: all combinations of the 15 choices
/// that the Tool allows in a question, over conditions that name each of them several times.
const MAX_STEPS: usize = 1 << 22;

/// Whether every combination of so many choices can be tried over expressions of so many parts.
pub(crate) fn can_try_all(choices: usize, parts: usize) -> bool {
    choices <= 20 && parts.max(1) <= MAX_STEPS >> choices
}

impl Question {
    /// The risk that the choices come to, and its range over what is not proven.
    ///
    /// Selected and missing are both tried for every choice that is not proven, so that the range holds the risk of
    /// every way in which the answers could still turn out. A custom lens's conditions need not get better with every
    /// choice selected (`!a && b`), so there every combination is tried. AWS does not say what a choice that is not
    /// applicable counts as in a condition: there, too, both are tried.
    pub fn predicted(&self, states: &States) -> Predicted {
        let known: Vec<State> = self.choices.iter().map(|choice| states.of(&choice.id)).collect();
        let basis = self.basis(&known);
        let all_out = !known.is_empty() && known.iter().all(|state| *state == State::NotApplicable);
        if states.not_applicable || all_out {
            return Predicted { risk: Risk::NotApplicable, range: [Risk::NotApplicable; 2], basis };
        }
        let none = self.none_of_these.as_ref().map_or(State::Missing, |none| states.of(&none.id));
        let (best, worst) = match &self.risk_rules {
            None => self.by_levels(&known, none),
            Some(rules) => self.by_rules(rules, &known, none),
        };
        let unanswered = none == State::Unknown && known.iter().all(|state| *state == State::Unknown);
        let unanswered =
            unanswered || (self.none_of_these.is_none() && known.iter().all(|state| *state == State::Unknown));
        let risk = match (unanswered, best == worst) {
            (true, _) => Risk::Unanswered,
            (false, true) => best,
            (false, false) => Risk::Undetermined,
        };
        Predicted { risk, range: [best, worst], basis }
    }

    fn basis(&self, known: &[State]) -> Cow<'static, str> {
        if self.risk_rules.is_some() {
            return BASIS_RULES.into();
        }
        let observed = self.choices.iter().any(|choice| choice.level_basis == LevelBasis::Observed);
        let basis = if observed { BASIS_OBSERVED } else { BASIS_LEVELS };
        let unknown = |(choice, state): &(&crate::Choice, &State)| {
            choice.level_basis == LevelBasis::Unpublished
                && choice.polarity == Polarity::Positive
                && (**state == State::Missing || state.is_open())
        };
        match self.choices.iter().zip(known).filter(unknown).count() {
            0 => basis.into(),
            1 => format!("{basis}; none is published for 1 practice that may be missing").into(),
            several => format!("{basis}; none are published for {several} practices that may be missing").into(),
        }
    }

    /// The risk that the choices come to; short for [`Question::predicted`].
    pub fn risk(&self, states: &States) -> Risk {
        self.predicted(states).risk
    }

    /// Whether "None of these" follows from the choices, each by its place: it does where all are missing, and one of them would
    /// have been good news. `None` where others do not apply, which leaves it to a person.
    pub fn none_of_these_follows(&self, state: impl Fn(usize) -> State) -> Option<bool> {
        let states: Vec<State> = (0..self.choices.len()).map(state).collect();
        let missed = |(choice, state): (&crate::Choice, &State)| *state == State::Missing && !choice.is_negative();
        if !self.choices.iter().zip(&states).any(missed) {
            return Some(false);
        }
        match states.iter().all(|state| matches!(state, State::Missing | State::NotApplicable)) {
            false => Some(false),
            true if states.contains(&State::NotApplicable) => None,
            true => Some(true),
        }
    }

    /// Best and worst over published levels. A missing positive choice never lowers the risk and a selected negative
    /// one never does, so that the two ends are enough.
    fn by_levels(&self, known: &[State], none: State) -> (Risk, Risk) {
        let turned = |good: bool| {
            let settle = |(choice, state): (&crate::Choice, &State)| match state {
                open if open.is_open() && choice.is_negative() != good => State::Selected,
                open if open.is_open() => State::Missing,
                settled => *settled,
            };
            let settled: Vec<State> = self.choices.iter().zip(known).map(settle).collect();
            self.settled_by_levels(&settled, none, good)
        };
        (turned(true), turned(false))
    }

    fn settled_by_levels(&self, settled: &[State], none: State, good: bool) -> Risk {
        let choices = || self.choices.iter().zip(settled);
        let missing = |level| {
            choices()
                .any(|(choice, state)| *state == State::Missing && !choice.is_negative() && choice.level == Some(level))
        };
        let flawed = choices().any(|(choice, state)| *state == State::Selected && choice.is_negative());
        let none = match none {
            State::Selected => true,
            State::Missing | State::NotApplicable => false,
            State::Partial | State::Unknown => self.none_of_these_follows(|at| settled[at]).unwrap_or(!good),
        };
        if none || flawed || missing(Level::High) {
            Risk::High
        } else if missing(Level::Medium) {
            Risk::Medium
        } else {
            Risk::None
        }
    }

    /// Best and worst over a custom lens's rules.
    fn by_rules(&self, rules: &[RiskRule], known: &[State], none: State) -> (Risk, Risk) {
        let rules: Vec<(Option<Expr<Option<usize>>>, Risk)> =
            rules.iter().map(|rule| (rule.condition.expr().map(|expr| self.indexed(expr)), rule.risk)).collect();
        let reads = |index: usize| {
            rules.iter().any(|(expr, _)| expr.as_ref().is_some_and(|expr| expr.any(&|at| *at == Some(index))))
        };
        // "None of these" follows from every choice, so that a condition on it reads them all.
        let none_open = none.is_open() && self.none_of_these.is_some() && reads(known.len());
        let tried: Vec<usize> = (0..known.len())
            .filter(|&index| known[index].is_open() || known[index] == State::NotApplicable)
            .filter(|&index| reads(index) || (none_open && known[index].is_open()))
            .collect();
        let parts = rules.iter().filter_map(|(expr, _)| expr.as_ref().map(Expr::size)).sum();
        if !can_try_all(tried.len(), parts) {
            let risks = || rules.iter().map(|(_, risk)| *risk);
            return (risks().max().unwrap_or(Risk::None), risks().min().unwrap_or(Risk::High));
        }
        let (mut best, mut worst) = (Risk::High, Risk::None);
        for assignment in 0..1_usize << tried.len() {
            let mut selected: Vec<bool> = known.iter().map(|state| *state == State::Selected).collect();
            for (bit, &index) in tried.iter().enumerate() {
                selected[index] = assignment >> bit & 1 == 1;
            }
            let settled = |at: usize| match (known[at], selected[at]) {
                (State::NotApplicable, _) => State::NotApplicable,
                (_, true) => State::Selected,
                (_, false) => State::Missing,
            };
            let nones = match none {
                State::Selected => [true, true],
                State::Missing | State::NotApplicable => [false, false],
                State::Partial | State::Unknown => {
                    self.none_of_these_follows(settled).map_or([false, true], |follows| [follows, follows])
                }
            };
            for none in nones {
                selected.truncate(known.len());
                selected.push(none);
                let risk = first_true(&rules, &selected);
                (best, worst) = (best.max(risk), worst.min(risk));
            }
            if (best, worst) == (Risk::None, Risk::High) {
                break;
            }
        }
        (best, worst)
    }

    /// Ids turned into positions among the choices, "None of these" after the last; `None` for an id of neither.
    fn indexed(&self, expr: &Expr<String>) -> Expr<Option<usize>> {
        expr.map(&mut |id| {
            let choice = self.choices.iter().position(|choice| choice.id == *id);
            choice.or_else(|| self.is_none_of_these(id).then_some(self.choices.len()))
        })
    }
}

/// The risk of the first rule that holds. Without a `default`, which the reader insists on, the worst is assumed.
fn first_true(rules: &[(Option<Expr<Option<usize>>>, Risk)], selected: &[bool]) -> Risk {
    let holds = |expr: &Expr<Option<usize>>| expr.holds(&|at| at.is_some_and(|index| selected[index]));
    let first = rules.iter().find(|(expr, _)| expr.as_ref().is_none_or(holds));
    first.map_or(Risk::High, |(_, risk)| *risk)
}
