//! Why a choice stands as it does, in one sentence that names rules and counts.

use wellproof_model::{Suggestion, Verdict};

use crate::ruled::Ruled;
use crate::suggest::{Bearing, Nothing, Say};
use crate::text::list;

/// The reason of every choice that no rule decides.
pub(crate) const NEEDS_A_PERSON: &str = "needs a person";
/// The reason where all rules looked, and there was nothing to look at.
pub(crate) const NOTHING_EXISTS: &str = "nothing of the kinds looked at exists";

/// How many rules a reason names.
const NAMED: usize = 3;

/// One bearing and what it says.
pub(crate) struct Said<'a> {
    pub(crate) bearing: &'a Bearing,
    pub(crate) say: Say,
}

/// The sentence.
pub(crate) fn reason(suggestion: Suggestion, said: &[Said<'_>], ruled: &[Ruled<'_>]) -> String {
    let of = |wanted: &dyn Fn(Say) -> bool| -> Vec<&Said<'_>> { said.iter().filter(|said| wanted(said.say)).collect() };
    let came_to = |said: &[&Said<'_>]| {
        let words: Vec<String> = said.iter().map(|said| ruled[said.bearing.rule].came_to()).collect();
        list(&words, NAMED)
    };
    match suggestion {
        Suggestion::NotMet => format!("{}, which refutes it", came_to(&of(&|say| say == Say::Refutes))),
        Suggestion::Met => {
            let proofs = of(&|say| say == Say::Proves);
            let mut partners: Vec<String> =
                proofs.iter().flat_map(|said| names(&said.bearing.together_with, ruled)).collect();
            partners.sort();
            partners.dedup();
            let together =
                if partners.is_empty() { String::new() } else { format!(" together with {}", list(&partners, NAMED)) };
            format!("{}, which proves it{together}", came_to(&proofs))
        }
        Suggestion::Partial => {
            let against = of(&|say| say == Say::Weakens);
            if !against.is_empty() {
                return format!("{}, which speaks against some of it", came_to(&against));
            }
            let support = of(&|say| say == Say::Supports);
            let lacking: Vec<String> = support
                .iter()
                .flat_map(|said| &said.bearing.together_with)
                .filter(|rule| ruled.get(**rule).is_none_or(|ruled| ruled.verdict() != Verdict::Pass))
                .flat_map(|rule| names(&[*rule], ruled))
                .collect();
            if lacking.is_empty() {
                format!("{}, which supports it and does not prove it", came_to(&support))
            } else {
                format!("{}, which would prove it only together with {}", came_to(&support), list(&lacking, NAMED))
            }
        }
        Suggestion::NotApplicable => {
            format!("{}, so that it does not apply", came_to(&of(&|say| say == Say::Finds(Nothing::NotApplicable))))
        }
        Suggestion::NotProven => not_proven(said, ruled),
    }
}

fn not_proven(said: &[Said<'_>], ruled: &[Ruled<'_>]) -> String {
    if said.is_empty() {
        return NEEDS_A_PERSON.to_owned();
    }
    let unknown: Vec<String> =
        said.iter().filter(|said| said.say == Say::Unknown).map(|said| unknown(said, ruled)).collect();
    if !unknown.is_empty() {
        return list(&unknown, NAMED);
    }
    let looked: Vec<&Said<'_>> = said.iter().filter(|said| !matches!(said.say, Say::Finds(_))).collect();
    if looked.is_empty() {
        let places: Vec<usize> = said.iter().map(|said| said.bearing.rule).collect();
        return format!("{NOTHING_EXISTS} ({})", list(&names(&places, ruled), NAMED));
    }
    let words: Vec<String> = looked.iter().map(|said| ruled[said.bearing.rule].came_to()).collect();
    format!("{NEEDS_A_PERSON}: {}, which does not decide it", list(&words, NAMED))
}

fn unknown(said: &Said<'_>, ruled: &[Ruled<'_>]) -> String {
    let own = &ruled[said.bearing.rule];
    match own.verdict() {
        Verdict::Pass => {
            let partners: Vec<String> = unknown_partners(said.bearing, ruled).map(Ruled::came_to).collect();
            format!("{} counts only together with others: {}", own.id, list(&partners, NAMED))
        }
        Verdict::Fail => format!("{}, and what was not read decides whether that is tolerated", own.came_to()),
        _ => own.came_to(),
    }
}

/// The rules that a proof counts only together with and that are unknown.
pub(crate) fn unknown_partners<'a>(
    bearing: &'a Bearing,
    ruled: &'a [Ruled<'a>],
) -> impl Iterator<Item = &'a Ruled<'a>> {
    let partners = bearing.together_with.iter().filter_map(|rule| ruled.get(*rule));
    partners.filter(|ruled| ruled.verdict() == Verdict::Unknown)
}

fn names(places: &[usize], ruled: &[Ruled<'_>]) -> Vec<String> {
    places
        .iter()
        .map(|rule| ruled.get(*rule).map_or_else(|| "a rule that did not run".to_owned(), |ruled| ruled.id.to_owned()))
        .collect()
}
