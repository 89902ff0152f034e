//! Everything that can be checked without asking AWS again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use rayon::prelude::*;
use serde::Serialize;
use wellproof_model::{Call, CallId, Gap, GapId, ListingState, Manifest, Resource, UnitId, UnitRecord};

use crate::body::BodyLine;
use crate::lines::parse;
use crate::read::{Page, check_body, records_path, unit_path};
use crate::{DIGEST, FoundKind, MANIFEST, Problem, ReadError, Reader, State, Stem, UNIT, UNITS};

/// What `verify` found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// `sha256:` and the hash of the manifest, as it is now.
    pub digest: String,
    /// Whether there is a `DIGEST`.
    pub sealed: bool,
    /// How many units finished.
    pub units: u64,
    /// The planned units that did not.
    pub unfinished: Vec<UnitId>,
    /// How many calls there are, each with its body.
    pub calls: u64,
    /// How many resources there are.
    pub resources: u64,
    /// How many gaps there are.
    pub gaps: u64,
    /// Everything that is wrong, by file and line. Empty when all is well.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Checks all of the snapshot in `dir`: every hash from `DIGEST` down to each body, every citation, every count.
///
/// # Errors
/// When there is no manifest that could be read. Whatever else is wrong stands in the report.
pub fn verify(dir: impl AsRef<Path>) -> Result<Report, ReadError> {
    Ok(Reader::open(dir)?.verify())
}

/// One unit, with what later checks need of it.
struct Checked {
    page: Page,
    unit: UnitId,
    calls: HashMap<CallId, Call>,
    problems: Vec<Problem>,
    resources: u64,
}

pub(crate) fn verify_all(reader: &Reader) -> Report {
    let manifest = reader.manifest();
    let mut problems = reader.problems.clone();
    if reader.verified_state() == State::Unfinished {
        problems.push(Problem::new(DIGEST, "is missing: the scan did not finish"));
    }
    let planned: BTreeSet<&UnitId> = manifest.planned.iter().chain(manifest.units.keys()).collect();
    let mut units: Vec<Checked> = planned.into_par_iter().filter_map(|unit| check_calls(reader, unit)).collect();
    let ids: HashSet<&CallId> = units.iter().flat_map(|unit| unit.calls.keys()).collect();
    let later: Vec<(u64, Vec<Problem>)> = units.par_iter().map(|unit| check_contents(reader, unit, &ids)).collect();
    for (unit, (resources, found)) in units.iter_mut().zip(later) {
        unit.resources = resources;
        unit.problems.extend(found);
    }
    problems.extend(check_extra(reader, &units));
    problems.extend(units.iter().filter_map(|unit| check_times(manifest, unit.page.record.as_ref()?)));
    let finished: BTreeSet<&UnitId> = units.iter().map(|unit| &unit.unit).collect();
    let unfinished = manifest.planned.iter().filter(|unit| !finished.contains(unit)).cloned().collect();
    let records = || units.iter().filter_map(|unit| unit.page.record.as_ref());
    let mut report = Report {
        digest: reader.digest().to_owned(),
        sealed: reader.verified_state() != State::Unfinished,
        units: units.len() as u64,
        unfinished,
        calls: units.iter().map(|unit| unit.calls.len() as u64).sum(),
        resources: units.iter().map(|unit| unit.resources).sum(),
        gaps: records().map(|record| record.gaps.len() as u64).sum(),
        problems: Vec::new(),
    };
    problems.extend(units.into_iter().flat_map(|unit| unit.problems));
    problems.sort();
    problems.dedup();
    report.problems = problems;
    report
}

/// A unit's page and its calls; `None` when the unit did not finish.
fn check_calls(reader: &Reader, unit: &UnitId) -> Option<Checked> {
    let expected = reader.manifest.units.get(unit).map(String::as_str);
    if expected.is_none() && reader.verified_state() != State::Unfinished {
        return None;
    }
    let mut page = Page::read(&*reader.files, unit, expected, reader.limits);
    if page.missing && expected.is_none() {
        return None;
    }
    let mut checked = Checked {
        unit: unit.clone(),
        problems: std::mem::take(&mut page.problems),
        page,
        calls: HashMap::new(),
        resources: 0,
    };
    let Some(record) = &checked.page.record else { return Some(checked) };
    let mut last: Option<CallId> = None;
    let problems = reader.for_each_line(record, Stem::Calls, |line| {
        let call: Call = parse(line)?;
        let id = call.id.clone();
        let fault = call_fault(unit, &call, last.as_ref());
        last = Some(id.clone());
        if checked.calls.insert(id.clone(), call).is_some() {
            return Err(format!("the call {id} is recorded twice"));
        }
        fault.map_or(Ok(()), Err)
    });
    checked.problems.extend(problems);
    Some(checked)
}

fn call_fault(unit: &UnitId, call: &Call, last: Option<&CallId>) -> Option<String> {
    if call.unit != *unit {
        return Some(format!("the call {} is one of `{}`", call.id, call.unit));
    }
    if call.id != Call::id_of(unit, &call.key, call.nth) {
        return Some(format!("the id {} is not made of the call's key", call.id));
    }
    last.filter(|last| **last > call.id).map(|last| format!("the call {} stands after {last}", call.id))
}

/// Clocks are set right now and then; a scan that runs in another year than its units was given another clock.
const CLOCK_MAY_STEP: SignedDuration = SignedDuration::from_hours(1);

/// Whether a unit ran within the scan.
fn check_times(manifest: &Manifest, record: &UnitRecord) -> Option<Problem> {
    let after = |later: Timestamp, earlier: Timestamp| later.duration_since(earlier) >= -CLOCK_MAY_STEP;
    let within = after(record.started_at, manifest.started_at)
        && after(record.ended_at, record.started_at)
        && manifest.ended_at.is_none_or(|ended_at| after(ended_at, record.ended_at));
    let page = unit_path(&record.unit, UNIT)?;
    (!within).then(|| Problem::new(&page, "the unit ran outside of the times that the manifest gives the scan"))
}

/// A unit's bodies, resources, listings and gaps. Returns how many resources there are.
fn check_contents(reader: &Reader, unit: &Checked, ids: &HashSet<&CallId>) -> (u64, Vec<Problem>) {
    let Some(record) = &unit.page.record else { return (0, Vec::new()) };
    let mut problems = check_bodies(reader, record, &unit.calls);
    let gaps: HashSet<&GapId> = record.gaps.iter().map(|gap| &gap.id).collect();
    let (counts, found) = check_resources(reader, record, ids, &gaps);
    problems.extend(found);
    problems.extend(check_page(reader, record, unit, &gaps, &counts));
    (counts.values().sum(), problems)
}

fn check_bodies(reader: &Reader, record: &UnitRecord, calls: &HashMap<CallId, Call>) -> Vec<Problem> {
    let mut left: BTreeSet<&CallId> = calls.keys().collect();
    let mut problems = reader.for_each_line(record, Stem::Bodies, |line| {
        let line: BodyLine = parse(line)?;
        let id = CallId::from(line.call.as_str());
        let call = calls.get(&id).ok_or_else(|| format!("there is no call {id}"))?;
        if !left.remove(&id) {
            return Err(format!("the call {id} has two bodies"));
        }
        check_body(line, call).map(drop)
    });
    let path = records_path(record, Stem::Bodies).unwrap_or_default();
    problems.extend(left.into_iter().map(|id| Problem::new(&path, format!("the call {id} has no body"))));
    problems
}

fn check_resources(
    reader: &Reader,
    record: &UnitRecord,
    ids: &HashSet<&CallId>,
    gaps: &HashSet<&GapId>,
) -> (BTreeMap<String, u64>, Vec<Problem>) {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut last: Option<Resource> = None;
    let problems = reader.for_each_line(record, Stem::Resources, |line| {
        let resource: Resource = parse(line)?;
        *counts.entry(resource.kind.as_str().to_owned()).or_insert(0) += 1;
        let fault = resource_fault(&resource, last.as_ref(), ids, gaps);
        last = Some(resource);
        fault.map_or(Ok(()), Err)
    });
    (counts, problems)
}

fn resource_fault(
    resource: &Resource,
    last: Option<&Resource>,
    ids: &HashSet<&CallId>,
    gaps: &HashSet<&GapId>,
) -> Option<String> {
    let name = || format!("{} `{}`", resource.kind, resource.id);
    if let Some(last) = last.filter(|last| last.sort_key() >= resource.sort_key()) {
        let how = if last.sort_key() == resource.sort_key() { "stands twice" } else { "is not in its order" };
        return Some(format!("{} {how}", name()));
    }
    if resource.calls.is_empty() {
        return Some(format!("{} cites no call", name()));
    }
    if let Some(call) = resource.calls.iter().find(|call| !ids.contains(call)) {
        return Some(format!("{} cites the call {call}, which is not there", name()));
    }
    let (field, gap) = resource.unread.iter().find(|(_, gap)| !gaps.contains(gap))?;
    Some(format!("{} names the gap {gap} for `{field}`, which is not there", name()))
}

fn check_page(
    reader: &Reader,
    record: &UnitRecord,
    unit: &Checked,
    gaps: &HashSet<&GapId>,
    counts: &BTreeMap<String, u64>,
) -> Vec<Problem> {
    let path = unit_path(&record.unit, UNIT).unwrap_or_default();
    let mut problems = Vec::new();
    let mut tell = |message: String| problems.push(Problem::new(&path, message));
    let mut listed = BTreeSet::new();
    for listing in &record.listings {
        let name = format!("the listing of {}", listing.kind);
        if !listed.insert(listing.kind.as_str()) {
            tell(format!("{name} stands twice"));
        }
        let count = counts.get(listing.kind.as_str()).copied().unwrap_or(0);
        if listing.count != count {
            tell(format!("{name} counts {} resources, and there are {count}", listing.count));
        }
        if let Some(call) = listing.calls.iter().find(|call| !unit.calls.contains_key(call)) {
            tell(format!("{name} cites the call {call}, which is not there"));
        }
        match (&listing.gap, listing.state) {
            (Some(gap), _) if !gaps.contains(gap) => tell(format!("{name} names the gap {gap}, which is not there")),
            (None, ListingState::Partial | ListingState::Unread) => {
                tell(format!("{name} is not complete and says not why"));
            }
            (_, ListingState::Complete) if listing.calls.is_empty() => {
                tell(format!("{name} is complete and cites no call"));
            }
            _ => {}
        }
    }
    for kind in counts.keys().filter(|kind| !listed.contains(kind.as_str())) {
        tell(format!("there are resources of {kind} and no listing of it"));
    }
    for kind in reader.manifest.types.get(&record.unit.collector).into_iter().flatten() {
        if !listed.contains(kind.as_str()) {
            tell(format!("there is no listing of {kind}, which the collector declares"));
        }
    }
    let mut seen = BTreeSet::new();
    for gap in &record.gaps {
        if !seen.insert(&gap.id) {
            tell(format!("the gap {} stands twice", gap.id));
        }
        if gap.id != Gap::id_of(&gap.unit, &gap.what) {
            tell(format!("the id {} is not made of what the gap is about", gap.id));
        }
        if let Some(call) = gap.calls.iter().find(|call| !unit.calls.contains_key(call)) {
            tell(format!("the gap {} cites the call {call}, which is not there", gap.id));
        }
    }
    problems
}

/// Whatever lies in the snapshot and is not part of it.
fn check_extra(reader: &Reader, units: &[Checked]) -> Vec<Problem> {
    let mut known: BTreeSet<String> = [MANIFEST, DIGEST, UNITS].map(str::to_owned).into();
    for unit in units {
        let Some(page) = unit_path(&unit.unit, UNIT) else { continue };
        known.extend(page.rsplit_once('/').map(|(folder, _)| folder.to_owned()));
        known.insert(page);
        let files = unit.page.record.iter().flat_map(|record| record.files.keys());
        known.extend(files.filter_map(|name| unit_path(&unit.unit, name)));
    }
    let found = match reader.files.list() {
        Ok(found) => found,
        Err(err) => return vec![Problem::new(".", format!("cannot be listed: {err}"))],
    };
    let is_folder = |path: &str| path == UNITS || (path.starts_with(UNITS) && path.matches('/').count() == 1);
    found
        .into_iter()
        .filter_map(|found| match found.kind {
            FoundKind::Symlink => Some(Problem::new(&found.path, "is a symbolic link, which is not followed")),
            FoundKind::Other => Some(Problem::new(&found.path, "is not a regular file")),
            _ if !known.contains(&found.path) => Some(Problem::new(&found.path, "is not part of the snapshot")),
            kind if (kind == FoundKind::Folder) != is_folder(&found.path) => {
                Some(Problem::new(&found.path, "is a folder where a file belongs, or the other way round"))
            }
            _ => None,
        })
        .collect()
}
