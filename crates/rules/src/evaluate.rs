//! Judges evidence: every rule over everything that it looks at.

use std::collections::{BTreeSet, HashMap, HashSet};

use rayon::prelude::*;
use wellproof_facts::management;
use wellproof_model::{CallId, Evidence, GLOBAL, GapId, Resource, Scope, Verdict};

use crate::cel::{Clock, Record};
use crate::coverage::{Coverage, Reach, Regions};
use crate::join::{Index, Join};
use crate::note::Filling;
use crate::outcome::{Judged, Outcome};
use crate::reason::Reason;
use crate::rule::{Claim, ForEach, Rule};

/// How many resources one task judges.
const CHUNK: usize = 4096;
/// Of how many matches of one resource the calls are cited.
const MATCHES: usize = 50;

/// One outcome for each rule, by id.
pub(crate) fn evaluate(rules: &[&Rule], evidence: &Evidence, scope: &Scope) -> Vec<Outcome> {
    let context = Context::new(evidence, scope);
    let mut outcomes: Vec<Outcome> = rules.par_iter().map(|rule| context.judge(rule).0).collect();
    outcomes.sort_by(|a, b| a.rule.cmp(&b.rule));
    outcomes
}

/// The outcome of one rule, with the reasons why it is unknown, where it is.
pub(crate) fn evaluate_one(rule: &Rule, evidence: &Evidence, scope: &Scope) -> (Outcome, BTreeSet<Reason>) {
    Context::new(evidence, scope).judge(rule)
}

/// What every rule is judged against.
struct Context<'e> {
    evidence: &'e Evidence,
    scope: &'e Scope,
    clock: Clock,
    coverage: Coverage<'e>,
    /// The accounts of the workload.
    accounts: Vec<&'e str>,
    /// The regions of the workload; empty means every one.
    regions: &'e [String],
}

/// What a rule judges, in order.
enum Subjects<'e> {
    Resources(&'e [Resource]),
    Places(Vec<Record<'e>>),
}

impl<'e> Subjects<'e> {
    fn len(&self) -> usize {
        match self {
            Self::Resources(resources) => resources.len(),
            Self::Places(places) => places.len(),
        }
    }

    fn at(&self, at: usize) -> Record<'e> {
        match self {
            Self::Resources(resources) => Record::Resource(&resources[at]),
            Self::Places(places) => places[at],
        }
    }
}

/// The candidates of a rule's join, and what proves their absence in each place.
struct Side<'r, 'e> {
    join: &'r Join,
    index: Index<'e>,
    /// By account and region, as far as they matter.
    reaches: HashMap<(&'e str, &'e str), Reach<'e>>,
}

impl<'e> Side<'_, 'e> {
    fn place<'a>(&self, account: &'a str, region: &'a str) -> (&'a str, &'a str) {
        (
            if self.join.account { account } else { "" },
            if self.join.region && self.join.everywhere.is_none() { region } else { "" },
        )
    }

    fn reach<'s>(&'s self, record: Record<'s>) -> Option<&'s Reach<'e>> {
        self.reaches.get(&self.place(record.account(), record.region()))
    }
}

/// What is said of one resource.
enum Said {
    OutOfScope,
    NotSelected,
    Pass,
    Fail,
    Unknown(Vec<Reason>),
}

/// What is said of all, as positions among the subjects.
#[derive(Default)]
struct Tally {
    passed: Vec<u32>,
    failed: Vec<u32>,
    unknown: Vec<u32>,
    not_selected: u64,
    out_of_scope: u64,
    reasons: BTreeSet<Reason>,
    worst: Option<(f64, u32)>,
}

impl Tally {
    fn join(mut self, next: Self) -> Self {
        self.passed.extend(next.passed);
        self.failed.extend(next.failed);
        self.unknown.extend(next.unknown);
        self.not_selected += next.not_selected;
        self.out_of_scope += next.out_of_scope;
        self.reasons.extend(next.reasons);
        // Of equals the first stays, so that the order of the chunks decides and not that of the threads.
        self.worst = match (self.worst, next.worst) {
            (Some(a), Some(b)) => Some(if b.0 > a.0 { b } else { a }),
            (a, b) => a.or(b),
        };
        self
    }
}

/// Calls, each once, up to [`Outcome::CITED`].
#[derive(Default)]
struct Cited<'e> {
    calls: Vec<&'e CallId>,
    seen: HashSet<&'e CallId>,
    last: Option<&'e CallId>,
}

impl<'e> Cited<'e> {
    fn is_full(&self) -> bool {
        self.calls.len() >= Outcome::CITED
    }

    fn add(&mut self, call: &'e CallId) {
        // Neighbours mostly come from the same page.
        if self.last == Some(call) || self.is_full() {
            return;
        }
        self.last = Some(call);
        if self.seen.insert(call) {
            self.calls.push(call);
        }
    }
}

enum Membership {
    In,
    Out,
    Unread(GapId),
}

fn membership(scope: &Scope, resource: &Resource) -> Membership {
    let Some(workload) = &scope.workload else { return Membership::In };
    if !scope.holds(resource) {
        return Membership::Out;
    }
    let asks_tags = !workload.tags.is_empty() || workload.exclude.iter().any(|exclusion| exclusion.tag.is_some());
    match resource.unread.get("tags") {
        Some(gap) if asks_tags => Membership::Unread(gap.clone()),
        _ => Membership::In,
    }
}

impl<'e> Context<'e> {
    fn new(evidence: &'e Evidence, scope: &'e Scope) -> Self {
        let coverage = Coverage::new(evidence);
        let workload = scope.workload.as_ref();
        let within = workload.map_or(&[][..], |workload| &workload.accounts);
        let accounts = coverage
            .accounts
            .iter()
            .copied()
            .filter(|account| within.is_empty() || within.iter().any(|entry| entry == account))
            .collect();
        Self {
            evidence,
            scope,
            clock: evidence.manifest.started_at,
            coverage,
            accounts,
            regions: workload.map_or(&[][..], |workload| &workload.regions),
        }
    }

    fn judge(&self, rule: &Rule) -> (Outcome, BTreeSet<Reason>) {
        let subjects = self.subjects(rule);
        let side = match &rule.claim {
            Claim::Expect { .. } => None,
            Claim::Requires(join) => Some(self.side(join, &subjects, false)),
            // What is joined by a pair is a fact about the judged resource, wherever it stands itself.
            Claim::Forbids(join) => Some(self.side(join, &subjects, join.pairs.is_empty())),
        };
        let sees =
            |account: &str| rule.seen_from.is_none() || management::of_everything(self.evidence, account).is_some();
        let blind: BTreeSet<&str> = self.accounts.iter().copied().filter(|account| !sees(account)).collect();
        let judging = Judging { context: self, rule, side: side.as_ref(), blind: &blind };
        let tally = judging.tally(&subjects);
        let (calls, mut incomplete) = self.completeness(rule);
        incomplete.extend(blind.iter().map(|account| Reason::NotManagement { account: (*account).to_owned() }));
        judging.outcome(&subjects, tally, &calls, incomplete)
    }

    fn subjects(&self, rule: &Rule) -> Subjects<'e> {
        match &rule.for_each {
            ForEach::Type(kind) => Subjects::Resources(self.evidence.of_type(kind)),
            ForEach::Account => {
                Subjects::Places(self.accounts.iter().map(|account| Record::Account { account }).collect())
            }
            ForEach::Region => {
                let manifest = &self.evidence.manifest;
                let mut regions: Vec<&str> =
                    manifest.regions_enabled.as_ref().unwrap_or(&manifest.regions).iter().map(String::as_str).collect();
                regions.retain(|region| {
                    *region != GLOBAL && (self.regions.is_empty() || self.regions.iter().any(|entry| entry == region))
                });
                regions.sort_unstable();
                regions.dedup();
                let places = self
                    .accounts
                    .iter()
                    .flat_map(|account| regions.iter().map(move |region| Record::Region { account, region }));
                Subjects::Places(places.collect())
            }
        }
    }

    fn side<'r>(&self, join: &'r Join, subjects: &Subjects<'e>, scoped: bool) -> Side<'r, 'e> {
        let candidates = self.evidence.of_type(&join.kind).iter().filter_map(|candidate| {
            if !scoped {
                return Some((candidate, None));
            }
            match membership(self.scope, candidate) {
                Membership::In => Some((candidate, None)),
                Membership::Out => None,
                Membership::Unread(gap) => Some((candidate, Some(Reason::ScopeUnread(gap)))),
            }
        });
        let index = join.index(candidates, self.clock);
        let mut side = Side { join, index, reaches: HashMap::new() };
        for at in 0..subjects.len() {
            let record = subjects.at(at);
            let place = side.place(record.account(), record.region());
            if side.reaches.contains_key(&place) {
                continue;
            }
            let accounts = if join.account { vec![record.account()] } else { self.coverage.accounts.clone() };
            let regions = if place.1.is_empty() { Regions::Enabled(&[]) } else { Regions::One(place.1) };
            let reach = self.coverage.reach(&join.kind, &accounts, regions);
            side.reaches.insert(place, reach);
        }
        side
    }

    /// The calls that say what there is to judge, and why there may be more of it.
    fn completeness(&self, rule: &Rule) -> (Vec<&'e CallId>, BTreeSet<Reason>) {
        let nothing = self.none_of_workload();
        match &rule.for_each {
            ForEach::Type(kind) => {
                let mut reach = self.coverage.reach(kind, &self.accounts, Regions::Enabled(self.regions));
                reach.reasons.extend(nothing);
                (reach.calls, reach.reasons)
            }
            ForEach::Account | ForEach::Region => {
                let mut reasons: BTreeSet<Reason> = nothing.into_iter().collect();
                // Without an account nothing was scanned, which is not the same as nothing to judge.
                if self.coverage.accounts.is_empty() {
                    reasons.insert(Reason::NoListing { kind: "any account".to_owned() });
                }
                if rule.for_each == ForEach::Account {
                    return (Vec::new(), reasons);
                }
                if self.evidence.manifest.regions_enabled.as_ref().is_none_or(Vec::is_empty) {
                    reasons.insert(Reason::RegionsUnread);
                }
                (self.coverage.region_calls(), reasons)
            }
        }
    }

    /// Why nothing that the workload holds was looked at: what it names lies elsewhere, or nowhere. That leaves nothing to judge, which
    /// is not the same as nothing that exists.
    fn none_of_workload(&self) -> Option<Reason> {
        if self.accounts.is_empty() && !self.coverage.accounts.is_empty() {
            return Some(Reason::NoneOfWorkload { what: "account" });
        }
        let manifest = &self.evidence.manifest;
        let mut known = manifest.regions.iter().chain(manifest.regions_enabled.iter().flatten());
        let none = !self.regions.is_empty() && !known.any(|region| self.regions.contains(region));
        none.then_some(Reason::NoneOfWorkload { what: "region" })
    }
}

/// The accounts and the regions of everything that was judged.
fn places(subjects: &Subjects<'_>, tally: &Tally) -> (Vec<String>, Vec<String>) {
    let (mut accounts, mut regions) = (BTreeSet::new(), BTreeSet::new());
    for at in tally.failed.iter().chain(&tally.unknown).chain(&tally.passed) {
        let record = subjects.at(*at as usize);
        accounts.insert(record.account());
        regions.insert(record.region());
    }
    let names = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect();
    (names(accounts), names(regions))
}

/// One rule being judged.
struct Judging<'j, 'e> {
    context: &'j Context<'e>,
    rule: &'j Rule,
    side: Option<&'j Side<'j, 'e>>,
    /// Accounts that do not see what the rule looks at.
    blind: &'j BTreeSet<&'e str>,
}

impl<'e> Judging<'_, 'e> {
    fn tally(&self, subjects: &Subjects<'e>) -> Tally {
        let len = subjects.len();
        let chunks: Vec<Tally> = (0..len.div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let mut tally = Tally::default();
                for at in chunk * CHUNK..len.min((chunk + 1) * CHUNK) {
                    self.count(&mut tally, subjects.at(at), u32::try_from(at).unwrap_or(u32::MAX));
                }
                tally
            })
            .collect();
        chunks.into_iter().reduce(Tally::join).unwrap_or_default()
    }

    fn count(&self, tally: &mut Tally, record: Record<'e>, at: u32) {
        match self.say(record) {
            Said::OutOfScope => tally.out_of_scope += 1,
            Said::NotSelected => tally.not_selected += 1,
            Said::Pass => tally.passed.push(at),
            Said::Unknown(reasons) => {
                tally.unknown.push(at);
                tally.reasons.extend(reasons);
            }
            Said::Fail => {
                tally.failed.push(at);
                let how_bad = self.rule.worst_by.as_ref().and_then(|worst_by| {
                    worst_by.value(record, self.context.clock).ok().and_then(|value| value.view().number())
                });
                if let Some(how_bad) = how_bad
                    && tally.worst.is_none_or(|(worst, _)| how_bad > worst)
                {
                    tally.worst = Some((how_bad, at));
                }
            }
        }
    }

    fn say(&self, record: Record<'_>) -> Said {
        let clock = self.context.clock;
        let mut doubts = Vec::new();
        if let Some(resource) = record.resource() {
            match membership(self.context.scope, resource) {
                Membership::In => {}
                Membership::Out => return Said::OutOfScope,
                Membership::Unread(gap) => doubts.push(Reason::ScopeUnread(gap)),
            }
        }
        match self.rule.when.as_ref().map(|when| when.test(record, clock)) {
            None | Some(Ok(true)) => {}
            Some(Ok(false)) => return Said::NotSelected,
            Some(Err(reasons)) => doubts.extend(reasons),
        }
        if self.blind.contains(record.account()) {
            doubts.push(Reason::NotManagement { account: record.account().to_owned() });
        }
        if !doubts.is_empty() {
            return Said::Unknown(doubts);
        }
        match &self.rule.claim {
            Claim::Expect { pass, fail } => match pass.test(record, clock) {
                Ok(true) => Said::Pass,
                Err(reasons) => Said::Unknown(reasons),
                Ok(false) => match fail.as_ref().map(|fail| fail.test(record, clock)) {
                    None | Some(Ok(true)) => Said::Fail,
                    Some(Ok(false)) => Said::Unknown(vec![Reason::Between]),
                    Some(Err(reasons)) => Said::Unknown(reasons),
                },
            },
            Claim::Requires(_) => self.match_for(record, Said::Pass, Said::Fail),
            Claim::Forbids(_) => self.match_for(record, Said::Fail, Said::Pass),
        }
    }

    fn match_for(&self, record: Record<'_>, matched: Said, unmatched: Said) -> Said {
        let Some(side) = self.side else { return Said::Unknown(vec![Reason::Uncited]) };
        let mut found = side.join.find(&side.index, record, 1);
        if !found.yes.is_empty() {
            return matched;
        }
        let Some(reach) = side.reach(record) else { return Said::Unknown(vec![Reason::Uncited]) };
        found.reasons.extend(reach.reasons.iter().cloned());
        if !found.reasons.is_empty() {
            return Said::Unknown(found.reasons);
        }
        unmatched
    }

    /// The calls that say what was said of `record`.
    fn calls_of(&self, record: Record<'e>, mut cite: impl FnMut(&'e CallId)) {
        if let Some(resource) = record.resource() {
            resource.calls.iter().for_each(&mut cite);
        }
        let Some(side) = self.side else { return };
        // A resource's own calls hold what is said of it; what is said of a place stands on its matches alone.
        let most = if record.resource().is_some() { MATCHES } else { usize::MAX };
        let found = side.join.find(&side.index, record, most);
        if found.yes.is_empty() {
            if let Some(reach) = side.reach(record) {
                reach.calls.iter().for_each(|call| cite(call));
            }
            return;
        }
        for at in found.yes {
            side.index.candidates[at as usize].calls.iter().for_each(&mut cite);
        }
    }

    fn verdict(&self, tally: &Tally, incomplete: &BTreeSet<Reason>) -> Verdict {
        let (passed, failed, unknown) = (tally.passed.len(), tally.failed.len(), tally.unknown.len());
        if let Some(least) = self.rule.at_least {
            #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
            let share = |of: usize| of as f64 / (passed + failed + unknown) as f64;
            return match () {
                () if !incomplete.is_empty() => Verdict::Unknown,
                () if passed + failed + unknown == 0 => Verdict::NotApplicable,
                () if share(passed) >= least => Verdict::Pass,
                () if share(passed + unknown) < least => Verdict::Fail,
                () => Verdict::Unknown,
            };
        }
        if failed > 0 {
            Verdict::Fail
        } else if unknown > 0 || !incomplete.is_empty() {
            Verdict::Unknown
        } else if passed > 0 {
            Verdict::Pass
        } else {
            Verdict::NotApplicable
        }
    }

    fn outcome(
        &self,
        subjects: &Subjects<'e>,
        mut tally: Tally,
        listing_calls: &[&'e CallId],
        incomplete: BTreeSet<Reason>,
    ) -> (Outcome, BTreeSet<Reason>) {
        let mut verdict = self.verdict(&tally, &incomplete);
        let mut citations = self.citations(subjects, &tally, listing_calls, verdict);
        if citations.is_empty() && matches!(verdict, Verdict::Pass | Verdict::Fail) {
            verdict = Verdict::Unknown;
            tally.reasons.insert(Reason::Uncited);
        }
        citations.sort_unstable();
        // What was not read decided nothing where the verdict stands without it.
        if verdict == Verdict::Unknown {
            tally.reasons.extend(incomplete);
        } else {
            tally.reasons.clear();
        }
        let note = self.note(subjects, &tally, verdict);
        let gaps: BTreeSet<&GapId> = tally.reasons.iter().filter_map(Reason::gap).collect();
        let judged_all = tally.passed.len() + tally.failed.len() + tally.unknown.len();
        let judged = self.judged(subjects, &tally);
        let (accounts, regions) = places(subjects, &tally);
        let decided = tally.passed.len() + tally.failed.len();
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
        let failing_share = if decided == 0 { 0.0 } else { tally.failed.len() as f64 / decided as f64 };
        let outcome = Outcome {
            rule: self.rule.id.clone(),
            verdict,
            passed: tally.passed.len() as u64,
            failed: tally.failed.len() as u64,
            unknown: tally.unknown.len() as u64,
            not_judged: tally.not_selected + tally.out_of_scope,
            out_of_scope: tally.out_of_scope,
            left_out: (judged_all - judged.len()) as u64,
            judged,
            accounts,
            regions,
            note,
            citations: citations.into_iter().cloned().collect(),
            gaps: gaps.into_iter().cloned().collect(),
            failing_share,
        };
        (outcome, tally.reasons)
    }

    /// What the verdict rests on, the most needed first, so that the limit cuts off the rest.
    fn citations(
        &self,
        subjects: &Subjects<'e>,
        tally: &Tally,
        listing_calls: &[&'e CallId],
        verdict: Verdict,
    ) -> Vec<&'e CallId> {
        let share = self.rule.at_least.is_some();
        let mut cited = Cited::default();
        // A failing resource fails whatever else there is; everything else needs the listings to be complete.
        if verdict != Verdict::Fail || share {
            for call in listing_calls {
                cited.add(call);
            }
        }
        let positions = match verdict {
            Verdict::Fail => &tally.failed,
            Verdict::Pass => &tally.passed,
            Verdict::Unknown | Verdict::NotApplicable => return cited.calls,
        };
        for at in positions {
            if cited.is_full() {
                break;
            }
            self.calls_of(subjects.at(*at as usize), |call| cited.add(call));
        }
        cited.calls
    }

    fn judged(&self, subjects: &Subjects<'e>, tally: &Tally) -> Vec<Judged> {
        let worst = tally.worst.map(|(_, at)| at);
        let failed = worst.into_iter().chain(tally.failed.iter().copied().filter(|at| Some(*at) != worst));
        let all = failed
            .map(|at| (at, Verdict::Fail))
            .chain(tally.unknown.iter().map(|at| (*at, Verdict::Unknown)))
            .chain(tally.passed.iter().map(|at| (*at, Verdict::Pass)));
        all.take(Outcome::LISTED)
            .map(|(at, verdict)| {
                let record = subjects.at(at as usize);
                let mut calls = BTreeSet::new();
                self.calls_of(record, |call| {
                    if calls.len() < Outcome::CITED {
                        calls.insert(call);
                    }
                });
                Judged {
                    kind: record.kind().to_owned(),
                    id: record.id().to_owned(),
                    arn: record.arn().map(str::to_owned),
                    account: record.account().to_owned(),
                    region: record.region().to_owned(),
                    verdict,
                    citations: calls.into_iter().cloned().collect(),
                }
            })
            .collect()
    }

    fn note(&self, subjects: &Subjects<'e>, tally: &Tally, verdict: Verdict) -> Option<String> {
        let notes = &self.rule.notes;
        let template = match verdict {
            Verdict::Fail => &notes.fail,
            Verdict::Pass => &notes.pass,
            Verdict::Unknown => &notes.unknown,
            Verdict::NotApplicable => notes.not_applicable.as_ref()?,
        };
        let records =
            |positions: &[u32]| -> Vec<Record<'e>> { positions.iter().map(|at| subjects.at(*at as usize)).collect() };
        let failed = records(&tally.failed);
        let worst = tally.worst.map(|(value, at)| (subjects.at(at as usize), Some(value)));
        Some(template.fill(&Filling {
            evidence: self.context.evidence,
            clock: self.context.clock,
            worst: worst.or_else(|| failed.first().map(|record| (*record, None))),
            passed: &records(&tally.passed),
            failed: &failed,
            unknown: &records(&tally.unknown),
            not_judged: tally.not_selected + tally.out_of_scope,
            out_of_scope: tally.out_of_scope,
            reasons: &tally.reasons,
        }))
    }
}
