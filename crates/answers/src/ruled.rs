//! The rules that ran, each with how far its outcome may be believed.

use std::collections::{BTreeSet, HashMap};

use wellproof_model::{Evidence, Gap, GapKind, ListingState, Verdict};
use wellproof_rules::Outcome;

use crate::suggest::Stand;
use crate::text::{count, cut, list, one_line};

/// How long a reason may quote a rule's note.
const WHY: usize = 300;

/// One rule with its outcome.
#[derive(Clone, Debug)]
pub(crate) struct Ruled<'a> {
    pub(crate) id: &'a str,
    pub(crate) title: &'a str,
    pub(crate) fix: Option<&'a str>,
    pub(crate) basis: &'a str,
    /// `None` where the rule did not run.
    pub(crate) outcome: Option<&'a Outcome>,
    pub(crate) stand: Stand,
    /// Why the verdict is unknown, where it is.
    pub(crate) why_unknown: String,
}

/// What a rule says of itself, whatever it came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim<'a> {
    pub(crate) id: &'a str,
    pub(crate) title: &'a str,
    pub(crate) fix: Option<&'a str>,
    pub(crate) basis: &'a str,
    /// Whether everything that it judges was listed, so that a share of it means something.
    pub(crate) whole: bool,
}

impl<'a> Ruled<'a> {
    /// Weighs an outcome. One that cites nothing, or a call that does not lie in the snapshot, decides nothing.
    pub(crate) fn new(claim: Claim<'a>, outcome: Option<&'a Outcome>, evidence: &Evidence) -> Self {
        let (stand, why_unknown) = weigh(outcome, claim.whole, evidence);
        let Claim { id, title, fix, basis, .. } = claim;
        Self { id, title, fix, basis, outcome, stand, why_unknown }
    }

    /// All of `claims`, sorted by id, each with its outcome.
    pub(crate) fn all(
        claims: impl IntoIterator<Item = Claim<'a>>,
        outcomes: &'a [Outcome],
        evidence: &Evidence,
    ) -> Vec<Self> {
        let by_rule: HashMap<&str, &Outcome> =
            outcomes.iter().map(|outcome| (outcome.rule.as_str(), outcome)).collect();
        let mut ruled: Vec<Self> =
            claims.into_iter().map(|claim| Self::new(claim, by_rule.get(claim.id).copied(), evidence)).collect();
        ruled.sort_by_key(|ruled| ruled.id);
        ruled
    }

    pub(crate) fn verdict(&self) -> Verdict {
        self.stand.verdict
    }

    /// The share of failures among what was judged; 0 where nothing was.
    pub(crate) fn failing_share(&self) -> f64 {
        self.outcome.map_or(0.0, |outcome| outcome.failing_share)
    }

    /// What it came to, in words: `quotas-in-use-are-alarmed fails for 12 of 15 AWS::ServiceQuotas::Quota`.
    pub(crate) fn came_to(&self) -> String {
        let Some(outcome) = self.outcome else { return format!("{} did not run", self.id) };
        let total = outcome.passed + outcome.failed + outcome.unknown;
        let kind = outcome.judged.first().map_or("resource", |judged| judged.kind.as_str());
        match self.verdict() {
            Verdict::Pass if outcome.passed == total => format!("{} passes for {}", self.id, all(total, kind)),
            Verdict::Pass => format!("{} passes, for {} of {}", self.id, outcome.passed, some(total, kind)),
            Verdict::Fail if outcome.failed == total => format!("{} fails for {}", self.id, all(total, kind)),
            Verdict::Fail => format!("{} fails for {} of {}", self.id, outcome.failed, some(total, kind)),
            Verdict::Unknown => format!("{} is unknown: {}", self.id, self.why_unknown),
            Verdict::NotApplicable => format!("{} finds none of what it looks at", self.id),
        }
    }

    /// What a note says of it: the rule's own words, or what it came to where it has none. `None` where there is
    /// nothing to say.
    pub(crate) fn note(&self) -> Option<String> {
        let outcome = self.outcome?;
        if outcome.verdict != self.verdict() {
            return Some(format!("{} is unknown: {}", self.id, self.why_unknown));
        }
        let own = outcome.note.as_deref().map(one_line).filter(|note| !note.is_empty());
        match self.verdict() {
            Verdict::NotApplicable => own,
            _ => own.or_else(|| Some(self.came_to())),
        }
    }
}

fn all(total: u64, kind: &str) -> String {
    match (total, kind) {
        (1, "Account") => "the account".to_owned(),
        (1, _) => format!("the one {} looked at", singular(kind)),
        _ => format!("all {}", some(total, kind)),
    }
}

fn some(total: u64, kind: &str) -> String {
    match kind {
        "Account" => count(total, "account", "accounts"),
        "Region" => count(total, "region", "regions"),
        "resource" => count(total, "resource", "resources"),
        kind => format!("{total} {}", one_line(kind)),
    }
}

fn singular(kind: &str) -> String {
    match kind {
        "Account" => "account".to_owned(),
        "Region" => "region".to_owned(),
        kind => one_line(kind),
    }
}

fn weigh(outcome: Option<&Outcome>, whole: bool, evidence: &Evidence) -> (Stand, String) {
    let Some(outcome) = outcome else { return (Stand::UNKNOWN, "it did not run".to_owned()) };
    let missing = outcome.citations.iter().filter(|call| !evidence.calls.contains_key(call)).count() as u64;
    if missing > 0 {
        return (
            Stand::UNKNOWN,
            format!("{} that it cites not in the snapshot", count(missing, "call is", "calls are")),
        );
    }
    let cited = !outcome.citations.is_empty();
    if !cited && matches!(outcome.verdict, Verdict::Pass | Verdict::Fail) {
        return (Stand::UNKNOWN, "it cites no call".to_owned());
    }
    let why = if outcome.verdict == Verdict::Unknown { why_unknown(outcome, evidence) } else { String::new() };
    (Stand { verdict: outcome.verdict, failing: failing(outcome, whole), judged: judged(outcome, whole), cited }, why)
}

/// Between what bounds the share of failures lies, were everything read.
///
/// Where a listing is not complete, nobody knows how many resources it would have held, and so nothing about the share.
#[expect(clippy::cast_precision_loss, reason = "counts of resources stay far below 2^52")]
fn failing(outcome: &Outcome, whole: bool) -> (f64, f64) {
    let total = outcome.passed + outcome.failed + outcome.unknown;
    if !whole || total == 0 {
        return (0.0, 1.0);
    }
    (outcome.failed as f64 / total as f64, (outcome.failed + outcome.unknown) as f64 / total as f64)
}

/// Between what bounds the number of resources lies that pass or fail, were everything read.
fn judged(outcome: &Outcome, whole: bool) -> (u64, u64) {
    let known = outcome.passed + outcome.failed;
    (known, if whole { known + outcome.unknown } else { u64::MAX })
}

/// Whether all of `kind` that the workload may hold was listed to its end.
pub(crate) fn listed_whole(kind: &str, evidence: &Evidence, in_scope: impl Fn(&str, &str) -> bool) -> bool {
    let manifest = &evidence.manifest;
    let units: Vec<_> =
        evidence.listings_of(kind).filter(|listing| in_scope(&listing.unit.account, &listing.unit.region)).collect();
    if units.is_empty() || units.iter().any(|listing| listing.state != ListingState::Complete) {
        return false;
    }
    let listed: BTreeSet<&str> = units.iter().map(|listing| listing.unit.region.as_str()).collect();
    let scanned = || manifest.regions.iter().filter(|region| in_scope(&manifest.caller.account, region));
    // A type that some scanned region does not list has one home for all regions.
    if !scanned().all(|region| listed.contains(region.as_str())) {
        return true;
    }
    let in_workload = |region: &String| in_scope(&manifest.caller.account, region);
    manifest.regions_not_scanned().is_some_and(|missed| !missed.iter().any(in_workload))
}

fn why_unknown(outcome: &Outcome, evidence: &Evidence) -> String {
    let gaps: BTreeSet<String> =
        outcome.gaps.iter().filter_map(|gap| evidence.gaps.get(gap)).map(gap_in_words).collect();
    let gaps: Vec<String> = gaps.into_iter().collect();
    let total = outcome.passed + outcome.failed + outcome.unknown;
    match (gaps.is_empty(), outcome.unknown) {
        (true, _) if outcome.note.is_some() => own_words(outcome),
        (true, 0) => "not everything that it looks at was read".to_owned(),
        (true, unknown) => format!("{unknown} of {total} could not be judged"),
        (false, 0) => list(&gaps, 2),
        (false, unknown) => format!("{unknown} of {total} could not be judged, {}", list(&gaps, 2)),
    }
}

/// What the rule's own note says of why it is unknown.
fn own_words(outcome: &Outcome) -> String {
    let note = one_line(outcome.note.as_deref().unwrap_or_default());
    cut(note.trim_end_matches('.'), WHY)
}

/// `AWS::GuardDuty::Detector denied (guardduty:ListDetectors)`.
fn gap_in_words(gap: &Gap) -> String {
    // `type`, `type#id` or `type#id.field`: the field tells more than the id does.
    let (kind, rest) = gap.what.split_once('#').unwrap_or((&gap.what, ""));
    let field = rest.rsplit_once('.').map_or(String::new(), |(_, field)| format!(".{field}"));
    let why = match gap.kind {
        GapKind::Denied => "denied",
        GapKind::Throttled => "throttled",
        GapKind::Failed => "failed",
        GapKind::OverBudget => "over budget",
        GapKind::NotAsked => "not asked",
    };
    let actions = if gap.actions.is_empty() { String::new() } else { format!(" ({})", list(&gap.actions, 3)) };
    one_line(&format!("{kind}{field} {why}{actions}"))
}
