//! Reading a snapshot: verified on the way, several threads at once, only the types that are wanted.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use wellproof_model::{
    Call, CallId, Evidence, Gap, GapKind, Listing, ListingState, Manifest, Resource, UnitId, UnitRecord,
};

use crate::body::{self, BodyLine};
use crate::lines::{Block, Lines, MOST_PROBLEMS, parse};
use crate::{
    DIGEST, Directory, Files, Format, Limits, MANIFEST, Problem, ReadError, Report, Stem, UNIT, UNITS, digest_line,
    folder, sha256,
};

/// How a snapshot stands to its `DIGEST`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The manifest is the one that `DIGEST` names.
    Sealed,
    /// There is no `DIGEST`: the scan runs still or died.
    Unfinished,
    /// The manifest is not the one that `DIGEST` names.
    Damaged,
}

/// Whether to refuse what does not match its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verify {
    /// Refuse.
    Yes,
    /// Go on; what cannot be read becomes a gap, and no listing of a damaged unit counts as complete.
    No,
}

/// Calls with the stored bytes of their answers.
pub type Recording = Vec<(Call, Vec<u8>)>;

/// What reading found out beside the evidence.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Reading {
    /// Whether everything that was read matched its hash, up to `DIGEST`.
    pub verified: bool,
    /// How many resources of each type lie in the snapshot, also of types that were not wanted.
    pub resources: BTreeMap<String, u64>,
    /// What is wrong. Empty if `verified`.
    pub problems: Vec<Problem>,
}

/// A snapshot to read.
pub struct Reader {
    pub(crate) files: Box<dyn Files>,
    pub(crate) manifest: Manifest,
    pub(crate) limits: Limits,
    digest: String,
    state: State,
    /// What is wrong with `DIGEST` and the manifest.
    pub(crate) problems: Vec<Problem>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Reader").field("name", &self.files.name()).field("state", &self.state).finish_non_exhaustive()
    }
}

impl Reader {
    /// Opens the snapshot in a directory: reads its manifest and nothing else.
    ///
    /// # Errors
    /// [`ReadError::NotASnapshot`], [`ReadError::Schema`], or [`ReadError::Damaged`] when the manifest cannot be parsed.
    /// One that does not match `DIGEST` is told by [`Reader::verified_state`].
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, ReadError> {
        Self::from_files(Directory::new(dir.as_ref()), Limits::default())
    }

    /// Opens a snapshot that lies elsewhere, such as in the binary.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn from_files(files: impl Files + 'static, limits: Limits) -> Result<Self, ReadError> {
        let snapshot = files.name();
        let damaged = |problem| ReadError::Damaged { snapshot: snapshot.clone(), problem, others: 0 };
        let bytes = match read_page(&files, MANIFEST, limits.page) {
            Ok(bytes) => bytes,
            Err(err) if matches!(err.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Err(ReadError::NotASnapshot { snapshot });
            }
            Err(source) => return Err(ReadError::Io { file: MANIFEST.to_owned(), source }),
        };
        let manifest: Manifest = parse_page(MANIFEST, &bytes).map_err(damaged)?;
        if manifest.schema != Manifest::SCHEMA {
            return Err(ReadError::Schema { snapshot, found: manifest.schema });
        }
        let hash = sha256(&bytes);
        let (state, mut problems) = match read_page(&files, DIGEST, 1024) {
            Ok(line) if line == digest_line(&hash).as_bytes() => (State::Sealed, Vec::new()),
            Ok(_) => {
                let message = format!("is not the hash of {MANIFEST}, which is sha256:{hash}");
                (State::Damaged, vec![Problem::at(DIGEST, 1, message)])
            }
            Err(err) if err.kind() == io::ErrorKind::NotFound => (State::Unfinished, Vec::new()),
            Err(err) => (State::Damaged, vec![Problem::new(DIGEST, err.to_string())]),
        };
        problems.extend(check_manifest(&manifest, state));
        Ok(Self { files: Box::new(files), manifest, limits, digest: format!("sha256:{hash}"), state, problems })
    }

    /// What to call it in messages.
    pub fn name(&self) -> String {
        self.files.name()
    }

    /// Its first page.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// `sha256:` and the hash of its manifest, as it is now.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// How it stands to its `DIGEST`.
    pub fn verified_state(&self) -> State {
        self.state
    }

    /// Refuses a snapshot that is unfinished, or whose manifest is not the one that `DIGEST` names. Units are checked
    /// when they are read.
    ///
    /// # Errors
    /// [`ReadError::Unfinished`] or [`ReadError::Damaged`].
    pub fn refuse_unsound(&self) -> Result<(), ReadError> {
        match self.state {
            State::Unfinished => Err(ReadError::Unfinished { snapshot: self.name() }),
            _ if !self.problems.is_empty() => Err(self.damaged(self.problems.clone())),
            State::Sealed | State::Damaged => Ok(()),
        }
    }

    /// Everything wrong with it; see [`crate::verify`].
    pub fn verify(&self) -> Report {
        crate::verify::verify_all(self)
    }

    /// Reads the evidence: all listings, gaps and calls, and the resources of the types in `types` (`None`: all).
    ///
    /// A planned unit that did not finish stands in it as unread, with every type that its collector declares.
    ///
    /// # Errors
    /// With [`Verify::Yes`], when the scan did not finish or anything that was read is not what was written.
    pub fn evidence(&self, types: Option<&BTreeSet<&str>>, verify: Verify) -> Result<(Evidence, Reading), ReadError> {
        if verify == Verify::Yes {
            self.refuse_unsound()?;
        }
        let mut problems = self.problems.clone();
        let planned: BTreeSet<&UnitId> = self.manifest.planned.iter().collect();
        let mut units: Vec<UnitParts> = planned.into_par_iter().map(|unit| self.read_unit_parts(unit, types)).collect();

        let mut calls = HashMap::with_capacity(units.iter().map(|unit| unit.calls.len()).sum());
        for unit in &mut units {
            calls.extend(unit.calls.drain(..).map(|call| (call.id.clone(), call)));
        }
        units.par_iter_mut().for_each(|unit| unit.drop_uncited(&calls));
        for unit in &mut units {
            problems.append(&mut unit.problems);
        }
        if verify == Verify::Yes && !problems.is_empty() {
            return Err(self.damaged(problems));
        }
        let reading = Reading {
            verified: self.state == State::Sealed && problems.is_empty(),
            resources: count(units.iter().flat_map(|unit| &unit.counts)),
            problems,
        };
        Ok((self.assemble(units, calls), reading))
    }

    /// The stored bytes of a call's answer.
    ///
    /// # Errors
    /// [`ReadError::Unknown`] when the snapshot does not hold them, [`ReadError::Damaged`] when they are not those that
    /// `call` was recorded with.
    pub fn body(&self, call: &Call) -> Result<Vec<u8>, ReadError> {
        let unknown = || ReadError::Unknown { snapshot: self.name(), what: format!("body of the call {}", call.id) };
        let record = self.unit_record(&call.unit)?.ok_or_else(unknown)?;
        let path = records_path(&record, Stem::Bodies).ok_or_else(unknown)?;
        let mut lines =
            open_lines(&*self.files, &record, &path, self.limits).map_err(|problem| self.damaged(vec![problem]))?;
        let mut buffer = Vec::new();
        while let Some(block) = lines.next_block(buffer).map_err(|problem| self.damaged(vec![problem]))? {
            for (number, line) in block.lines() {
                if body::is_other(line, &call.id.0) {
                    continue;
                }
                let at = |message: String| self.damaged(vec![Problem::at(&path, number, message)]);
                let line: BodyLine = parse(line).map_err(at)?;
                if line.call == call.id.0 {
                    return check_body(line, call).map_err(at);
                }
            }
            buffer = block.recycle();
        }
        Err(unknown())
    }

    /// A unit's calls with the stored bytes of their answers, in the order of their ids; `None` when it did not finish.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] when anything is not what was written.
    pub fn unit_calls(&self, unit: &UnitId) -> Result<Option<Recording>, ReadError> {
        let Some(record) = self.unit_record(unit)? else { return Ok(None) };
        let (calls, mut problems) = self.read_calls(&record);
        let mut wanted: BTreeMap<CallId, Call> = calls.into_iter().map(|call| (call.id.clone(), call)).collect();
        let mut found = Vec::with_capacity(wanted.len());
        problems.extend(self.for_each_line(&record, Stem::Bodies, |line| {
            let line: BodyLine = parse(line)?;
            let id = CallId::from(line.call.as_str());
            let call = wanted.remove(&id).ok_or_else(|| format!("there is no call {id}, or it has two bodies"))?;
            let body = check_body(line, &call)?;
            found.push((call, body));
            Ok(())
        }));
        if let Some(id) = wanted.keys().next() {
            let path = records_path(&record, Stem::Bodies).unwrap_or_default();
            problems.push(Problem::new(&path, format!("the call {id} has no body")));
        }
        if !problems.is_empty() {
            return Err(self.damaged(problems));
        }
        found.sort_by(|a, b| a.0.id.cmp(&b.0.id));
        Ok(Some(found))
    }

    /// What a unit came to; `None` when it did not finish.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] when `unit.json` is not what was written.
    pub fn unit_record(&self, unit: &UnitId) -> Result<Option<UnitRecord>, ReadError> {
        let expected = self.manifest.units.get(unit).map(String::as_str);
        if expected.is_none() && self.state != State::Unfinished {
            return Ok(None);
        }
        let record = read_unit(&*self.files, unit, expected, self.limits);
        Ok(record.map_err(|problem| self.damaged(vec![problem]))?.map(|(record, _)| record))
    }

    fn damaged(&self, mut problems: Vec<Problem>) -> ReadError {
        let others = problems.len().saturating_sub(1);
        let problem = if problems.is_empty() { Problem::new(MANIFEST, "is damaged") } else { problems.swap_remove(0) };
        ReadError::Damaged { snapshot: self.name(), problem, others }
    }

    /// Reads a whole file of records, line by line, and compares it with what `unit.json` says of it.
    pub(crate) fn for_each_line(
        &self,
        record: &UnitRecord,
        stem: Stem,
        mut each: impl FnMut(&[u8]) -> Result<(), String>,
    ) -> Vec<Problem> {
        let (path, mut lines) = match self.open_records(record, stem) {
            Ok(opened) => opened,
            Err(problem) => return vec![problem],
        };
        let (mut problems, mut buffer) = (Vec::new(), Vec::new());
        loop {
            match lines.next_block(buffer) {
                Ok(Some(block)) => {
                    for (number, line) in block.lines() {
                        problems.extend(each(line).err().map(|message| Problem::at(&path, number, message)));
                        problems.truncate(MOST_PROBLEMS);
                    }
                    buffer = block.recycle();
                }
                Ok(None) => break,
                Err(problem) => {
                    problems.push(problem);
                    break;
                }
            }
        }
        problems.extend(check_file(record, &path, lines));
        problems
    }

    fn open_records(&self, record: &UnitRecord, stem: Stem) -> Result<(String, Lines<'_>), Problem> {
        let path = record_file(record, stem)?;
        let lines = open_lines(&*self.files, record, &path, self.limits)?;
        Ok((path, lines))
    }

    /// Compares a file with its hash and reads nothing of its records.
    fn check_bytes(&self, record: &UnitRecord, stem: Stem) -> Vec<Problem> {
        let checked = || -> Result<(), Problem> {
            let path = record_file(record, stem)?;
            let entry = path.rsplit('/').next().and_then(|name| record.files.get(name));
            let (mut source, _) = open_file(&*self.files, &path, self.limits)?;
            let (mut hash, mut chunk) = (Sha256::new(), vec![0; 1 << 16]);
            loop {
                match source.read(&mut chunk) {
                    Ok(0) => break,
                    Ok(read) => hash.update(&chunk[..read]),
                    Err(err) => return Err(Problem::new(&path, format!("cannot be read: {err}"))),
                }
            }
            if entry.is_some_and(|entry| entry.sha256 == hex::encode(hash.finalize())) {
                Ok(())
            } else {
                Err(not_its_hash(&path))
            }
        };
        checked().err().into_iter().collect()
    }

    pub(crate) fn read_calls(&self, record: &UnitRecord) -> (Vec<Call>, Vec<Problem>) {
        let mut calls: Vec<Call> = Vec::new();
        let problems = self.for_each_line(record, Stem::Calls, |line| {
            let call: Call = parse(line)?;
            if call.unit != record.unit {
                return Err(format!("the call {} is one of `{}`", call.id, call.unit));
            }
            calls.push(call);
            Ok(())
        });
        (calls, problems)
    }

    fn read_unit_parts(&self, unit: &UnitId, types: Option<&BTreeSet<&str>>) -> UnitParts {
        let mut parts = UnitParts::of(unit);
        let expected = self.manifest.units.get(unit).map(String::as_str);
        if expected.is_none() && self.state != State::Unfinished {
            return parts;
        }
        let page = Page::read(&*self.files, unit, expected, self.limits);
        parts.damage = page.problems.first().cloned();
        parts.problems = page.problems;
        if parts.damage.is_none() && page.missing && expected.is_none() {
            return parts;
        }
        let Some(record) = page.record else { return parts };
        let (calls, problems) = self.read_calls(&record);
        parts.calls = calls;
        parts.damaged_by(problems);
        let (resources, counts, problems) = self.read_resources(&record, types);
        parts.resources = resources;
        parts.counts = counts;
        parts.damaged_by(problems);
        parts.damaged_by(self.check_bytes(&record, Stem::Bodies));
        parts.record = Some(record);
        parts
    }

    /// One thread decompresses, others parse; when they fall behind, the first one parses too.
    fn read_resources(
        &self,
        record: &UnitRecord,
        types: Option<&BTreeSet<&str>>,
    ) -> (Vec<Vec<Resource>>, BTreeMap<String, u64>, Vec<Problem>) {
        let (path, mut lines) = match self.open_records(record, Stem::Resources) {
            Ok(opened) => opened,
            Err(problem) => return (Vec::new(), BTreeMap::new(), vec![problem]),
        };
        let most = rayon::current_num_threads() * 2;
        let waiting = AtomicUsize::new(0);
        let parsed: Mutex<Vec<(usize, Parsed)>> = Mutex::new(Vec::new());
        let buffers: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());
        let parse_block = |nth: usize, block: Block| {
            let result = Parsed::of(&path, &block, types);
            hold(&buffers).push(block.recycle());
            hold(&parsed).push((nth, result));
        };
        let mut fault = None;
        rayon::in_place_scope(|scope| {
            for nth in 0.. {
                let buffer = hold(&buffers).pop().unwrap_or_default();
                let block = match lines.next_block(buffer) {
                    Ok(Some(block)) => block,
                    Ok(None) => break,
                    Err(problem) => {
                        fault = Some(problem);
                        break;
                    }
                };
                if waiting.load(Ordering::Relaxed) < most {
                    waiting.fetch_add(1, Ordering::Relaxed);
                    let (parse_block, waiting) = (&parse_block, &waiting);
                    scope.spawn(move |_| {
                        parse_block(nth, block);
                        waiting.fetch_sub(1, Ordering::Relaxed);
                    });
                } else {
                    parse_block(nth, block);
                }
            }
        });
        let mut blocks = parsed.into_inner().unwrap_or_else(PoisonError::into_inner);
        blocks.sort_by_key(|(nth, _)| *nth);
        let (mut resources, mut counts, mut problems) = (Vec::new(), BTreeMap::new(), Vec::new());
        for (_, block) in blocks {
            resources.push(block.resources);
            problems.extend(block.problems);
            problems.truncate(MOST_PROBLEMS);
            for (kind, more) in block.counts {
                *counts.entry(kind).or_insert(0) += more;
            }
        }
        problems.extend(fault);
        problems.extend(check_file(record, &path, lines));
        (resources, counts, problems)
    }

    fn assemble(&self, units: Vec<UnitParts>, calls: HashMap<CallId, Call>) -> Evidence {
        let (mut listings, mut gaps) = (Vec::new(), BTreeMap::new());
        let mut resources = Vec::with_capacity(units.iter().flat_map(|unit| &unit.resources).map(Vec::len).sum());
        for mut unit in units {
            for block in std::mem::take(&mut unit.resources) {
                resources.extend(block);
            }
            let declared = self.declared(&unit);
            unit.into_listings(&declared, &mut listings, &mut gaps);
        }
        let order = |a: &Resource, b: &Resource| a.sort_key().cmp(&b.sort_key());
        if !resources.is_sorted_by(|a, b| order(a, b).is_le()) {
            resources.par_sort_by(order);
        }
        listings.sort_by(|a: &Listing, b| (&a.kind, &a.unit).cmp(&(&b.kind, &b.unit)));
        Evidence { manifest: self.manifest.clone(), digest: self.digest.clone(), resources, listings, gaps, calls }
    }

    fn declared(&self, unit: &UnitParts) -> Vec<String> {
        self.manifest.types.get(&unit.unit.collector).cloned().unwrap_or_default()
    }
}

/// What was read of one unit.
struct UnitParts {
    unit: UnitId,
    record: Option<UnitRecord>,
    calls: Vec<Call>,
    resources: Vec<Vec<Resource>>,
    counts: BTreeMap<String, u64>,
    problems: Vec<Problem>,
    /// The first thing wrong with what was read.
    damage: Option<Problem>,
}

impl UnitParts {
    fn of(unit: &UnitId) -> Self {
        Self {
            unit: unit.clone(),
            record: None,
            calls: Vec::new(),
            resources: Vec::new(),
            counts: BTreeMap::new(),
            problems: Vec::new(),
            damage: None,
        }
    }

    fn damaged_by(&mut self, problems: Vec<Problem>) {
        if self.damage.is_none() {
            self.damage = problems.first().cloned();
        }
        self.problems.extend(problems);
    }

    /// A resource whose calls are not there has no evidence behind it.
    fn drop_uncited(&mut self, calls: &HashMap<CallId, Call>) {
        let missing = |cited: &[CallId]| cited.iter().find(|id| !calls.contains_key(id)).cloned();
        let mut problems = Vec::new();
        let record = self.record.as_ref();
        for listing in record.iter().flat_map(|record| &record.listings) {
            if let Some(call) = missing(&listing.calls) {
                let page = unit_path(&self.unit, UNIT).unwrap_or_default();
                problems.push(Problem::new(
                    &page,
                    format!("the listing of {} cites {call}, which is not there", listing.kind),
                ));
            }
        }
        let file = record.and_then(|record| records_path(record, Stem::Resources)).unwrap_or_default();
        for block in &mut self.resources {
            block.retain(|resource| match missing(&resource.calls) {
                Some(call) => {
                    let message = format!("{} `{}` cites {call}, which is not there", resource.kind, resource.id);
                    if problems.len() < MOST_PROBLEMS {
                        problems.push(Problem::new(&file, message));
                    }
                    false
                }
                None => true,
            });
        }
        self.damaged_by(problems);
    }

    fn into_listings(
        mut self,
        declared: &[String],
        listings: &mut Vec<Listing>,
        gaps: &mut BTreeMap<wellproof_model::GapId, Gap>,
    ) {
        let record = self.record.take();
        let found = record.as_ref().map_or(&[][..], |record| &record.listings);
        let listed: HashSet<&str> = found.iter().map(|listing| listing.kind.as_str()).collect();
        for kind in declared.iter().filter(|kind| !listed.contains(kind.as_str())) {
            let message =
                if record.is_some() { "the unit ended without listing it" } else { "the unit was interrupted" };
            let gap = self.gap(kind, message);
            listings.push(Listing {
                kind: kind.clone(),
                unit: self.unit.clone(),
                state: ListingState::Unread,
                count: 0,
                calls: Vec::new(),
                gap: Some(gap.id.clone()),
            });
            gaps.insert(gap.id.clone(), gap);
        }
        let Some(record) = record else { return };
        gaps.extend(record.gaps.iter().map(|gap| (gap.id.clone(), gap.clone())));
        for mut listing in record.listings {
            if self.damage.is_some() && listing.state == ListingState::Complete {
                let gap = self.gap(&listing.kind, "the unit's files are damaged");
                listing.state = ListingState::Partial;
                listing.gap = Some(gap.id.clone());
                gaps.entry(gap.id.clone()).or_insert(gap);
            }
            listings.push(listing);
        }
    }

    fn gap(&self, kind: &str, otherwise: &str) -> Gap {
        match &self.damage {
            Some(problem) => Gap { kind: GapKind::Failed, ..Gap::not_asked(&self.unit, kind, problem.to_string()) },
            None => Gap::not_asked(&self.unit, kind, otherwise),
        }
    }
}

/// What one block of a resources file holds.
#[derive(Default)]
struct Parsed {
    resources: Vec<Resource>,
    counts: BTreeMap<String, u64>,
    problems: Vec<Problem>,
}

impl Parsed {
    fn of(path: &str, block: &Block, types: Option<&BTreeSet<&str>>) -> Self {
        // Room for all lines is given back below, where it was not needed.
        let mut parsed = Self { resources: Vec::with_capacity(block.records()), ..Self::default() };
        // Lines are sorted by type, so that one look-up serves many lines.
        let (mut last, mut wanted, mut run) = (String::new(), false, 0);
        for (number, line) in block.lines() {
            match kind_of(line) {
                Some(kind) => {
                    if kind != last || run == 0 {
                        parsed.count(&last, run);
                        run = 0;
                        kind.clone_into(&mut last);
                        wanted = types.is_none_or(|types| types.contains(kind));
                    }
                    run += 1;
                    if !wanted {
                        continue;
                    }
                    match parse_resource(line) {
                        Ok(resource) => parsed.resources.push(resource),
                        Err(err) => parsed.problems.push(Problem::at(path, number, err)),
                    }
                }
                None => match parse_resource(line) {
                    Ok(resource) => {
                        parsed.count(&resource.kind, 1);
                        if types.is_none_or(|types| types.contains(resource.kind.as_str())) {
                            parsed.resources.push(resource);
                        }
                    }
                    Err(err) => parsed.problems.push(Problem::at(path, number, err)),
                },
            }
        }
        parsed.count(&last, run);
        parsed.problems.truncate(MOST_PROBLEMS);
        parsed.resources.shrink_to_fit();
        parsed
    }

    fn count(&mut self, kind: &str, more: u64) {
        if more > 0 {
            *self.counts.entry(kind.to_owned()).or_insert(0) += more;
        }
    }
}

/// Parses a resource: as our own writer writes it, or as any other may have.
fn parse_resource(line: &[u8]) -> Result<Resource, String> {
    let plain = std::str::from_utf8(line).ok().and_then(Resource::from_plain_line);
    plain.map_or_else(|| parse(line), Ok)
}

/// A resource's type, as our own writer puts it first; `None` when the line has to be parsed to tell.
fn kind_of(line: &[u8]) -> Option<&str> {
    let rest = line.strip_prefix(br#"{"type":""#)?;
    let end = memchr::memchr2(b'"', b'\\', rest)?;
    if rest[end] == b'\\' {
        return None;
    }
    std::str::from_utf8(&rest[..end]).ok()
}

/// A unit's own page, with what is wrong with it.
pub(crate) struct Page {
    pub(crate) record: Option<UnitRecord>,
    pub(crate) hash: String,
    pub(crate) missing: bool,
    pub(crate) problems: Vec<Problem>,
}

impl Page {
    pub(crate) fn read(files: &dyn Files, unit: &UnitId, expected: Option<&str>, limits: Limits) -> Self {
        let mut page = Self { record: None, hash: String::new(), missing: false, problems: Vec::new() };
        let Some(path) = unit_path(unit, UNIT) else {
            page.problems
                .push(Problem::new(MANIFEST, format!("the unit `{unit}` is not safe as the name of a folder")));
            return page;
        };
        let bytes = match read_page(files, &path, limits.page) {
            Ok(bytes) => bytes,
            Err(err) if err.kind() == io::ErrorKind::NotFound => {
                page.missing = true;
                if expected.is_some() {
                    page.problems.push(Problem::new(&path, "is missing"));
                }
                return page;
            }
            Err(err) => {
                page.problems.push(Problem::new(&path, format!("cannot be read: {err}")));
                return page;
            }
        };
        page.hash = sha256(&bytes);
        if expected.is_some_and(|expected| expected != page.hash) {
            page.problems.push(Problem::new(&path, format!("does not match the hash that {MANIFEST} gives it")));
        }
        match parse_page::<UnitRecord>(&path, &bytes) {
            Ok(record) => {
                page.problems.extend(check_record(&path, unit, &record));
                page.record = (record.unit == *unit).then_some(record);
            }
            Err(problem) => page.problems.push(problem),
        }
        page
    }
}

/// A unit's own page and its hash, if all is well with it; `None` when there is none.
pub(crate) fn read_unit(
    files: &dyn Files,
    unit: &UnitId,
    expected: Option<&str>,
    limits: Limits,
) -> Result<Option<(UnitRecord, String)>, Problem> {
    let mut page = Page::read(files, unit, expected, limits);
    if !page.problems.is_empty() {
        return Err(page.problems.swap_remove(0));
    }
    Ok(page.record.map(|record| (record, page.hash)))
}

/// Whether a unit's files are those that its page names.
pub(crate) fn check_files(files: &dyn Files, record: &UnitRecord, limits: Limits) -> Result<(), Problem> {
    for stem in Stem::ALL {
        let Some(path) = records_path(record, stem) else { continue };
        let mut lines = open_lines(files, record, &path, limits)?;
        let mut buffer = Vec::new();
        while let Some(block) = lines.next_block(buffer)? {
            buffer = block.recycle();
        }
        if let Some(problem) = check_file(record, &path, lines).pop() {
            return Err(problem);
        }
    }
    Ok(())
}

fn check_manifest(manifest: &Manifest, state: State) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut planned = BTreeSet::new();
    for unit in &manifest.planned {
        if !planned.insert(unit) {
            problems.push(Problem::new(MANIFEST, format!("`{unit}` is planned twice")));
        }
        if !manifest.types.contains_key(&unit.collector) {
            let message = format!("does not say which types the collector `{}` declares", unit.collector);
            problems.push(Problem::new(MANIFEST, message));
        }
    }
    for unit in manifest.units.keys().filter(|unit| !planned.contains(unit)) {
        problems.push(Problem::new(MANIFEST, format!("`{unit}` is finished and was not planned")));
    }
    if state == State::Sealed && manifest.ended_at.is_none() {
        problems.push(Problem::new(MANIFEST, "is sealed and does not say when the scan ended"));
    }
    problems
}

fn check_record(path: &str, unit: &UnitId, record: &UnitRecord) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut tell = |message: String| problems.push(Problem::new(path, message));
    if record.unit != *unit {
        tell(format!("is that of `{}`", record.unit));
    }
    for stem in Stem::ALL {
        let named = record.files.keys().filter(|name| format_of(stem, name).is_some()).count();
        if named != 1 {
            tell(format!("names {named} files of {stem} instead of one"));
        }
    }
    for name in record.files.keys() {
        if Stem::ALL.iter().all(|stem| format_of(*stem, name).is_none()) {
            tell(format!("names a file that no unit has: {name:?}"));
        }
    }
    if let Some(listing) = record.listings.iter().find(|listing| listing.unit != *unit) {
        tell(format!("the listing of {} is one of `{}`", listing.kind, listing.unit));
    }
    if let Some(gap) = record.gaps.iter().find(|gap| gap.unit != *unit) {
        tell(format!("the gap {} is one of `{}`", gap.id, gap.unit));
    }
    problems
}

/// Compares a file that was read to its end, or to its first fault, with what `unit.json` says of it.
pub(crate) fn check_file(record: &UnitRecord, path: &str, lines: Lines<'_>) -> Vec<Problem> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some(entry) = record.files.get(name) else { return Vec::new() };
    let records = lines.records();
    let seen = match lines.finish() {
        Ok(seen) => seen,
        Err(err) => return vec![Problem::new(path, format!("cannot be read: {err}"))],
    };
    let mut problems = Vec::new();
    if seen.bytes != entry.bytes {
        problems.push(Problem::new(path, format!("has {} bytes instead of {}", seen.bytes, entry.bytes)));
    }
    if records != entry.records {
        let message = format!("has {records} whole lines instead of {}", entry.records);
        problems.push(Problem::at(path, records.min(entry.records) + 1, message));
    }
    if seen.sha256 != entry.sha256 {
        problems.push(not_its_hash(path));
    }
    problems
}

pub(crate) fn check_body(line: BodyLine, call: &Call) -> Result<Vec<u8>, String> {
    let body = line.bytes(call.encoding)?;
    if body.len() as u64 != call.size {
        return Err(format!("the body of {} has {} bytes instead of {}", call.id, body.len(), call.size));
    }
    if sha256(&body) != call.sha256 {
        return Err(format!("the body of {} does not match the hash that its call gives it", call.id));
    }
    Ok(body)
}

pub(crate) fn unit_path(unit: &UnitId, name: &str) -> Option<String> {
    Some(format!("{UNITS}/{}/{name}", folder(unit)?))
}

/// The path of a unit's file of records, in whichever format it is.
pub(crate) fn records_path(record: &UnitRecord, stem: Stem) -> Option<String> {
    let name = record.files.keys().find(|name| format_of(stem, name).is_some())?;
    unit_path(&record.unit, name)
}

fn format_of(stem: Stem, name: &str) -> Option<Format> {
    [Format::Plain, Format::Zstd].into_iter().find(|format| stem.file(*format) == name)
}

/// As [`records_path`], of a unit that has to have such a file.
fn record_file(record: &UnitRecord, stem: Stem) -> Result<String, Problem> {
    records_path(record, stem).ok_or_else(|| {
        let page = unit_path(&record.unit, UNIT).unwrap_or_default();
        Problem::new(&page, format!("names no file of {stem}"))
    })
}

fn not_its_hash(path: &str) -> Problem {
    Problem::new(path, format!("does not match the hash that {UNIT} gives it"))
}

/// A file's bytes and how many there are.
fn open_file<'a>(
    files: &'a dyn Files,
    path: &str,
    limits: Limits,
) -> Result<(Box<dyn Read + Send + 'a>, u64), Problem> {
    let (source, size) = files.open(path).map_err(|err| match err.kind() {
        io::ErrorKind::NotFound => Problem::new(path, "is missing"),
        _ => Problem::new(path, format!("cannot be read: {err}")),
    })?;
    if size > limits.file {
        return Err(Problem::new(path, format!("is larger than {} bytes", limits.file)));
    }
    Ok((source, size))
}

fn open_lines<'a>(files: &'a dyn Files, record: &UnitRecord, path: &str, limits: Limits) -> Result<Lines<'a>, Problem> {
    let (source, size) = open_file(files, path, limits)?;
    let records = path.rsplit('/').next().and_then(|name| record.files.get(name)).map(|entry| entry.records);
    Lines::new(path, source, size, records, limits)
}

pub(crate) fn read_page(files: &dyn Files, path: &str, limit: u64) -> io::Result<Vec<u8>> {
    let (source, size) = files.open(path)?;
    let too_large = || io::Error::other(format!("it is larger than {limit} bytes"));
    if size > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    source.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(too_large()) } else { Ok(bytes) }
}

fn parse_page<T: serde::de::DeserializeOwned>(path: &str, bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|err| Problem::at(path, err.line() as u64, err.to_string()))
}

fn count<'a>(counts: impl Iterator<Item = (&'a String, &'a u64)>) -> BTreeMap<String, u64> {
    counts.fold(BTreeMap::new(), |mut sum, (kind, more)| {
        *sum.entry(kind.clone()).or_insert(0) += more;
        sum
    })
}

fn hold<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
