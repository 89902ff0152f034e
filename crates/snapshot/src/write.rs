//! Writing a snapshot, so that a scan that dies late loses nothing that was finished.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use wellproof_model::{Call, CallId, FileEntry, Gap, Listing, Manifest, Resource, UnitId, UnitRecord, Value};

use crate::lines::check_depth;
use crate::read::{check_files, read_unit};
use crate::{DIGEST, Directory, Format, Limits, MANIFEST, Problem, REPLACED, Stem, TEMPORARY, UNIT, UNITS, WriteError};
use crate::{body, digest_line, folder, sha256};

/// A snapshot that is being written. Clones share it; units may be written from several threads at once.
#[derive(Clone, Debug)]
pub struct Snapshot {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    dir: PathBuf,
    format: Format,
    state: Mutex<Progress>,
    /// Held as long as the snapshot is written, where the system can lock a directory.
    _lock: Option<File>,
}

#[derive(Debug)]
struct Progress {
    manifest: Manifest,
    /// SHA-256 of each finished unit's `unit.json`.
    finished: BTreeMap<UnitId, String>,
    /// Finished units that are to be run once more; what they came to stays until there is something better.
    again: BTreeSet<UnitId>,
    open: BTreeSet<UnitId>,
    sealed: bool,
}

/// A snapshot whose scan died, ready to be gone on with.
#[derive(Debug)]
pub struct Resumed {
    /// The snapshot.
    pub snapshot: Snapshot,
    /// Its manifest.
    pub manifest: Manifest,
    /// The units that are finished, sorted.
    pub finished: Vec<UnitRecord>,
}

impl Snapshot {
    /// Begins a snapshot in `dir`, which has to be empty or not to exist.
    ///
    /// The manifest's `ended_at` and `units` are left to [`Snapshot::seal`].
    ///
    /// # Errors
    /// [`WriteError::NotASnapshot`] or [`WriteError::IsASnapshot`] when there is something in `dir`;
    /// [`WriteError::Undeclared`] when the manifest does not say what its collectors read.
    pub fn create(dir: impl AsRef<Path>, manifest: &Manifest, format: Format) -> Result<Self, WriteError> {
        let dir = dir.as_ref();
        check_declared(manifest)?;
        refuse_content(dir)?;
        fs::create_dir_all(dir).map_err(WriteError::io(dir))?;
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            sync_dir(parent)?;
        }
        let lock = lock(dir)?;
        refuse_content(dir)?;
        clear_temporary(dir)?;
        let manifest = Manifest { ended_at: None, units: BTreeMap::new(), ..manifest.clone() };
        write_manifest(dir, &manifest)?;
        let units = dir.join(UNITS);
        fs::create_dir_all(&units).map_err(WriteError::io(&units))?;
        sync_dir(dir)?;
        Ok(Self::of(dir, format, manifest, BTreeMap::new(), lock))
    }

    /// Goes on with the snapshot in `dir`: keeps its finished units, removes what was left half written.
    ///
    /// New units are written in the format of the finished ones.
    ///
    /// # Errors
    /// [`WriteError::Sealed`] when it is finished, [`WriteError::InUse`] when its scan still runs,
    /// [`WriteError::Damaged`] when a finished unit is not what was written.
    pub fn resume(dir: impl AsRef<Path>) -> Result<Resumed, WriteError> {
        let dir = dir.as_ref();
        if !dir.exists() || is_empty(dir)? {
            return Err(WriteError::NothingToResume(dir.to_owned()));
        }
        if !dir.join(MANIFEST).is_file() {
            return Err(WriteError::NotASnapshot(dir.to_owned()));
        }
        if dir.join(DIGEST).exists() {
            return Err(WriteError::Sealed(dir.to_owned()));
        }
        let lock = lock(dir)?;
        clear_temporary(dir)?;
        let units = dir.join(UNITS);
        fs::create_dir_all(&units).map_err(WriteError::io(&units))?;
        put_back(&units)?;
        clear_temporary(&units)?;
        let damaged = |problem| WriteError::Damaged { dir: dir.to_owned(), problem };
        let path = dir.join(MANIFEST);
        let bytes = fs::read(&path).map_err(WriteError::io(&path))?;
        let mut manifest: Manifest = serde_json::from_slice(&bytes)
            .map_err(|err| damaged(Problem::at(MANIFEST, err.line() as u64, err.to_string())))?;
        if manifest.schema != Manifest::SCHEMA {
            return Err(damaged(Problem::new(MANIFEST, format!("the format `{}` is not known", manifest.schema))));
        }
        manifest.ended_at = None;
        manifest.units.clear();

        let files = Directory::new(dir);
        let (mut hashes, mut finished, mut format) = (BTreeMap::new(), Vec::new(), None);
        for unit in &manifest.planned {
            let Some((record, hash)) = read_unit(&files, unit, None, Limits::default()).map_err(damaged)? else {
                continue;
            };
            check_files(&files, &record, Limits::default()).map_err(damaged)?;
            if record.files.contains_key(&Stem::Calls.file(Format::Plain)) {
                format = Some(Format::Plain);
            }
            hashes.insert(unit.clone(), hash);
            finished.push(record);
        }
        finished.sort_by(|a, b| a.unit.cmp(&b.unit));
        let snapshot = Self::of(dir, format.unwrap_or_default(), manifest.clone(), hashes, lock);
        Ok(Resumed { snapshot, manifest, finished })
    }

    fn of(
        dir: &Path,
        format: Format,
        manifest: Manifest,
        finished: BTreeMap<UnitId, String>,
        lock: Option<File>,
    ) -> Self {
        let state = Progress { manifest, finished, again: BTreeSet::new(), open: BTreeSet::new(), sealed: false };
        let state = Mutex::new(state);
        Self { shared: Arc::new(Shared { dir: dir.to_owned(), format, state, _lock: lock }) }
    }

    /// Where it lies.
    pub fn dir(&self) -> &Path {
        &self.shared.dir
    }

    /// The manifest as it stands.
    pub fn manifest(&self) -> Manifest {
        self.shared.state().manifest.clone()
    }

    /// The units that are finished, sorted.
    pub fn finished(&self) -> Vec<UnitId> {
        self.shared.state().finished.keys().cloned().collect()
    }

    /// Changes the manifest and puts it on the disk: more units to run, the clock skew once it is known.
    ///
    /// # Errors
    /// As [`Snapshot::create`]; [`WriteError::Sealed`] after [`Snapshot::seal`].
    pub fn update(&self, change: impl FnOnce(&mut Manifest)) -> Result<(), WriteError> {
        let mut state = self.shared.state();
        self.shared.refuse_sealed(&state)?;
        let mut manifest = state.manifest.clone();
        change(&mut manifest);
        check_declared(&manifest)?;
        manifest.ended_at = None;
        manifest.units.clear();
        write_manifest(&self.shared.dir, &manifest)?;
        state.manifest = manifest;
        Ok(())
    }

    /// Begins a planned unit. Nothing of it is seen until [`UnitWriter::finish`].
    ///
    /// # Errors
    /// [`WriteError::Unit`] when it is not planned, already finished, or being written.
    pub fn unit(&self, unit: UnitId) -> Result<UnitWriter, WriteError> {
        let refuse = |reason| WriteError::Unit { unit: unit.clone(), reason };
        let name = folder(&unit).ok_or_else(|| refuse("its name is not safe as that of a folder"))?;
        let mut state = self.shared.state();
        self.shared.refuse_sealed(&state)?;
        if !state.manifest.planned.contains(&unit) {
            return Err(refuse("the manifest does not plan it"));
        }
        if state.finished.contains_key(&unit) && !state.again.contains(&unit) {
            return Err(refuse("it is finished"));
        }
        if !state.open.insert(unit.clone()) {
            return Err(refuse("it is being written"));
        }
        drop(state);
        let dir = self.shared.dir.join(UNITS).join(format!("{TEMPORARY}{name}"));
        let writer = UnitWriter { shared: Arc::clone(&self.shared), unit, dir, name, spools: Mutex::new(None) };
        // From here on `Drop` gives the unit free again.
        fs::create_dir(&writer.dir).map_err(WriteError::io(&writer.dir))?;
        *writer.spools() = Some(Spools::create(&writer.dir)?);
        Ok(writer)
    }

    /// Lets a finished unit be run once more. What it came to is kept until the new run is finished.
    ///
    /// # Errors
    /// [`WriteError::Unit`] when it is not finished.
    pub fn again(&self, unit: &UnitId) -> Result<(), WriteError> {
        let mut state = self.shared.state();
        self.shared.refuse_sealed(&state)?;
        if !state.finished.contains_key(unit) {
            return Err(WriteError::Unit { unit: unit.clone(), reason: "it is not finished" });
        }
        state.again.insert(unit.clone());
        Ok(())
    }

    /// Ends the snapshot: the last manifest, then `DIGEST`. Returns `sha256:` and the digest.
    ///
    /// Planned units that are not finished stay out; readers take them as not read.
    ///
    /// # Errors
    /// [`WriteError::Sealed`] the second time; [`WriteError::Unit`] when a finished unit is no longer planned: readers
    /// would take the snapshot for a forged one.
    pub fn seal(&self, ended_at: Timestamp) -> Result<String, WriteError> {
        let mut state = self.shared.state();
        self.shared.refuse_sealed(&state)?;
        if let Some(unit) = state.finished.keys().find(|unit| !state.manifest.planned.contains(unit)) {
            return Err(WriteError::Unit {
                unit: unit.clone(),
                reason: "it is finished, and the manifest does not plan it",
            });
        }
        let dir = &self.shared.dir;
        let manifest = Manifest { ended_at: Some(ended_at), units: state.finished.clone(), ..state.manifest.clone() };
        sync_dir(&dir.join(UNITS))?;
        let hash = write_manifest(dir, &manifest)?;
        write_atomically(dir, DIGEST, digest_line(&hash).as_bytes())?;
        state.manifest = manifest;
        state.sealed = true;
        Ok(format!("sha256:{hash}"))
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, Progress> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse_sealed(&self, state: &Progress) -> Result<(), WriteError> {
        if state.sealed { Err(WriteError::Sealed(self.dir.clone())) } else { Ok(()) }
    }
}

/// One unit that is being written. Dropped without [`UnitWriter::finish`], it leaves nothing behind.
///
/// Records go to the disk as they come, in any order and from any thread; only their keys are held in memory.
#[derive(Debug)]
pub struct UnitWriter {
    shared: Arc<Shared>,
    unit: UnitId,
    dir: PathBuf,
    name: String,
    /// `None` once it is finished.
    spools: Mutex<Option<Spools>>,
}

impl UnitWriter {
    /// The unit.
    pub fn unit(&self) -> &UnitId {
        &self.unit
    }

    /// Records a call and the stored (redacted) bytes of its answer.
    ///
    /// # Errors
    /// [`WriteError::Record`] when the call's id, hash or size are not those of its key and body.
    pub fn call(&self, call: &Call, body: &[u8]) -> Result<(), WriteError> {
        let refuse = |reason: String| self.refuse(format!("call {}", call.id), reason);
        if call.unit != self.unit {
            return Err(refuse(format!("it is one of `{}`", call.unit)));
        }
        if call.id != Call::id_of(&call.unit, &call.key, call.nth) {
            return Err(refuse("its id is not made of its key".to_owned()));
        }
        if call.size != body.len() as u64 || call.sha256 != sha256(body) {
            return Err(refuse("its hash or size is not that of its body".to_owned()));
        }
        let body = body::line(&call.id.0, body, call.encoding).map_err(refuse)?;
        let line = serde_json::to_vec(call).map_err(|err| refuse(err.to_string()))?;
        let key = Key([call.id.0.as_str(), "", "", ""].map(Into::into));
        let mut spools = self.spools();
        let spools = spools.as_mut().ok_or_else(|| refuse("the unit is finished".to_owned()))?;
        if !spools.ids.insert(call.id.clone()) {
            return Err(refuse("it is recorded already".to_owned()));
        }
        spools.calls.push(key.clone(), line)?;
        spools.bodies.push(key, body)
    }

    /// Records a resource. Of two with the same type, account, region and id one stays, whichever came first.
    ///
    /// # Errors
    /// [`WriteError::Record`] when it holds a number that JSON cannot hold.
    pub fn resource(&self, resource: &Resource) -> Result<(), WriteError> {
        let refuse = |reason: String| self.refuse(format!("{} `{}`", resource.kind, resource.id), reason);
        // JSON has no such number: it would be written as null, which means "known to be absent".
        if resource.attributes.iter().any(|(_, value)| !is_finite(value)) {
            return Err(refuse("an attribute is not a finite number".to_owned()));
        }
        let line = serde_json::to_vec(resource).map_err(|err| refuse(err.to_string()))?;
        check_depth(&line).map_err(refuse)?;
        let (kind, account, region, id) = resource.sort_key();
        let key = Key([kind, account, region, id].map(Into::into));
        let mut spools = self.spools();
        let spools = spools.as_mut().ok_or_else(|| refuse("the unit is finished".to_owned()))?;
        spools.resources.push(key, line)
    }

    /// Sorts what was recorded, writes the unit's files, and puts them in their place.
    ///
    /// The same records give the same bytes, whatever order they came in. Each listing's count becomes the number of
    /// resources that were recorded; listings' and gaps' calls are sorted.
    ///
    /// # Errors
    /// [`WriteError::Record`] when a listing or gap cites a call that was not recorded, a listing names a gap that is
    /// not there, or a resource has no listing.
    pub fn finish(
        self,
        started_at: Timestamp,
        ended_at: Timestamp,
        mut listings: Vec<Listing>,
        mut gaps: Vec<Gap>,
    ) -> Result<UnitRecord, WriteError> {
        let spools =
            self.spools().take().ok_or_else(|| self.refuse("the unit".to_owned(), "it is finished".to_owned()))?;
        let Spools { calls, bodies, resources, ids } = spools;
        listings.sort_by(|a, b| a.kind.cmp(&b.kind));
        gaps.sort_by(|a, b| a.what.cmp(&b.what));
        for cited in listings.iter_mut().map(|it| &mut it.calls).chain(gaps.iter_mut().map(|it| &mut it.calls)) {
            cited.sort();
            cited.dedup();
        }
        self.check_citations(&listings, &gaps, &ids)?;

        let mut files = BTreeMap::new();
        let mut counts = BTreeMap::new();
        for (stem, spool) in [(Stem::Calls, calls), (Stem::Bodies, bodies), (Stem::Resources, resources)] {
            let name = stem.file(self.shared.format);
            let (entry, keys) = spool.write_sorted(&self.dir.join(&name), self.shared.format)?;
            files.insert(name, entry);
            if stem == Stem::Resources {
                for Key([kind, ..]) in keys {
                    *counts.entry(kind.into_string()).or_insert(0_u64) += 1;
                }
            }
        }
        for listing in &mut listings {
            listing.count = counts.remove(&listing.kind).unwrap_or(0);
        }
        if let Some((kind, _)) = counts.pop_first() {
            return Err(self.refuse(kind, "resources of this type have no listing".to_owned()));
        }
        let record = UnitRecord { unit: self.unit.clone(), started_at, ended_at, listings, gaps, files };
        self.publish(&record)?;
        Ok(record)
    }

    fn check_citations(&self, listings: &[Listing], gaps: &[Gap], ids: &BTreeSet<CallId>) -> Result<(), WriteError> {
        for listing in listings {
            let refuse = |reason: String| self.refuse(format!("the listing of {}", listing.kind), reason);
            if listing.unit != self.unit {
                return Err(refuse(format!("it is one of `{}`", listing.unit)));
            }
            if let Some(call) = listing.calls.iter().find(|call| !ids.contains(call)) {
                return Err(refuse(format!("it cites the call {call}, which was not recorded")));
            }
            if let Some(gap) = listing.gap.as_ref().filter(|gap| gaps.iter().all(|there| there.id != **gap)) {
                return Err(refuse(format!("it names the gap {gap}, which is not among the unit's")));
            }
        }
        if let Some(pair) = listings.windows(2).find(|pair| pair[0].kind == pair[1].kind) {
            return Err(self.refuse(format!("the listing of {}", pair[0].kind), "there are two".to_owned()));
        }
        for gap in gaps {
            let refuse = |reason: String| self.refuse(format!("the gap {}", gap.id), reason);
            if gap.unit != self.unit {
                return Err(refuse(format!("it is one of `{}`", gap.unit)));
            }
            if let Some(call) = gap.calls.iter().find(|call| !ids.contains(call)) {
                return Err(refuse(format!("it cites the call {call}, which was not recorded")));
            }
        }
        if let Some(pair) = gaps.windows(2).find(|pair| pair[0].what == pair[1].what) {
            return Err(self.refuse(format!("the gap of {}", pair[0].what), "there are two".to_owned()));
        }
        Ok(())
    }

    /// Files first, then their folder, then its name: whoever sees the name sees all of it.
    fn publish(&self, record: &UnitRecord) -> Result<(), WriteError> {
        let bytes = pretty(record).map_err(|err| self.refuse(UNIT.to_owned(), err.to_string()))?;
        write_file(&self.dir.join(UNIT), &bytes)?;
        sync_dir(&self.dir)?;
        let units = self.shared.dir.join(UNITS);
        let place = units.join(&self.name);
        let mut state = self.shared.state();
        self.shared.refuse_sealed(&state)?;
        let before = state.again.remove(&self.unit).then(|| units.join(format!("{REPLACED}{}", self.name)));
        if let Some(before) = &before {
            fs::rename(&place, before).map_err(WriteError::io(&place))?;
        }
        fs::rename(&self.dir, &place).map_err(WriteError::io(&place))?;
        sync_dir(&units)?;
        state.finished.insert(self.unit.clone(), sha256(&bytes));
        before.map_or(Ok(()), |before| fs::remove_dir_all(&before).map_err(WriteError::io(&before)))
    }

    fn refuse(&self, what: String, reason: String) -> WriteError {
        WriteError::Record { unit: self.unit.clone(), what, reason }
    }

    fn spools(&self) -> MutexGuard<'_, Option<Spools>> {
        self.spools.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for UnitWriter {
    fn drop(&mut self) {
        *self.spools() = None;
        self.shared.state().open.remove(&self.unit);
        // Renamed away once it is finished. What cannot be removed now, `resume` removes.
        if let Err(err) = fs::remove_dir_all(&self.dir)
            && err.kind() != io::ErrorKind::NotFound
        {
            tracing::debug!(unit = %self.unit, %err, "an unfinished unit's files stay behind");
        }
    }
}

#[derive(Debug)]
struct Spools {
    calls: Spool,
    bodies: Spool,
    resources: Spool,
    ids: BTreeSet<CallId>,
}

impl Spools {
    fn create(dir: &Path) -> Result<Self, WriteError> {
        let spool = |stem: Stem| Spool::create(&dir.join(format!("{stem}.spool")));
        Ok(Self {
            calls: spool(Stem::Calls)?,
            bodies: spool(Stem::Bodies)?,
            resources: spool(Stem::Resources)?,
            ids: BTreeSet::new(),
        })
    }
}

/// What a record is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key([Box<str>; 4]);

/// Lines in the order in which they came, and where each lies.
#[derive(Debug)]
struct Spool {
    path: PathBuf,
    file: BufWriter<File>,
    end: u64,
    index: Vec<(Key, u64, usize)>,
}

impl Spool {
    fn create(path: &Path) -> Result<Self, WriteError> {
        let file = File::options().read(true).write(true).create_new(true).open(path).map_err(WriteError::io(path))?;
        Ok(Self { path: path.to_owned(), file: BufWriter::new(file), end: 0, index: Vec::new() })
    }

    fn push(&mut self, key: Key, mut line: Vec<u8>) -> Result<(), WriteError> {
        line.push(b'\n');
        let limit = Limits::default().line;
        if line.len() > limit {
            let source = io::Error::other(format!("a record is longer than {limit} bytes"));
            return Err(WriteError::Io { path: self.path.clone(), source });
        }
        self.file.write_all(&line).map_err(WriteError::io(&self.path))?;
        self.index.push((key, self.end, line.len()));
        self.end += line.len() as u64;
        Ok(())
    }

    /// Writes the lines sorted, each key once, and removes the spool.
    fn write_sorted(mut self, path: &Path, format: Format) -> Result<(FileEntry, Vec<Key>), WriteError> {
        self.file.flush().map_err(WriteError::io(&self.path))?;
        let mut source = self.file.into_inner().map_err(|err| WriteError::io(&self.path)(err.into_error()))?;
        self.index.sort_by(|a, b| a.0.cmp(&b.0));
        let mut sink = Sink::create(path, format).map_err(WriteError::io(path))?;
        let mut keys: Vec<Key> = Vec::with_capacity(self.index.len());
        let mut index = self.index.into_iter().peekable();
        // Where the file stands: at its end, after the last line that was written.
        let mut at = self.end;
        while let Some((key, offset, len)) = index.next() {
            let mut line = read_at(&mut source, &mut at, offset, len).map_err(WriteError::io(&self.path))?;
            // AWS may list a thing on two pages. Which of the two stays must not depend on which came first.
            while let Some((_, offset, len)) = index.next_if(|next| next.0 == key) {
                let other = read_at(&mut source, &mut at, offset, len).map_err(WriteError::io(&self.path))?;
                line = line.min(other);
            }
            sink.write_all(&line).map_err(WriteError::io(path))?;
            keys.push(key);
        }
        let (sha256, bytes) = sink.finish().map_err(WriteError::io(path))?;
        drop(source);
        fs::remove_file(&self.path).map_err(WriteError::io(&self.path))?;
        Ok((FileEntry { sha256, bytes, records: keys.len() as u64 }, keys))
    }
}

fn read_at(source: &mut File, at: &mut u64, offset: u64, len: usize) -> io::Result<Vec<u8>> {
    if *at != offset {
        source.seek(SeekFrom::Start(offset))?;
    }
    let mut line = vec![0; len];
    source.read_exact(&mut line)?;
    *at = offset + len as u64;
    Ok(line)
}

/// A file that is hashed as it is written.
struct Hashed {
    file: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

enum Sink {
    Plain(Hashed),
    Zstd(zstd::Encoder<'static, Hashed>),
}

impl Sink {
    fn create(path: &Path, format: Format) -> io::Result<Self> {
        let file = Hashed { file: BufWriter::new(File::create_new(path)?), hash: Sha256::new(), bytes: 0 };
        Ok(match format {
            Format::Plain => Self::Plain(file),
            Format::Zstd => Self::Zstd(zstd::Encoder::new(file, 3)?),
        })
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.write_all(bytes),
            Self::Zstd(encoder) => encoder.write_all(bytes),
        }
    }

    fn finish(self) -> io::Result<(String, u64)> {
        let hashed = match self {
            Self::Plain(file) => file,
            Self::Zstd(encoder) => encoder.finish()?,
        };
        let file = hashed.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok((hex::encode(hashed.hash.finalize()), hashed.bytes))
    }
}

fn is_finite(value: &Value) -> bool {
    match value {
        Value::Float(it) => it.is_finite(),
        Value::List(items) => items.iter().all(is_finite),
        Value::Map(map) => map.iter().all(|(_, value)| is_finite(value)),
        _ => true,
    }
}

fn check_declared(manifest: &Manifest) -> Result<(), WriteError> {
    match manifest.planned.iter().find(|unit| !manifest.types.contains_key(&unit.collector)) {
        Some(unit) => Err(WriteError::Undeclared(unit.collector.clone())),
        None => Ok(()),
    }
}

fn refuse_content(dir: &Path) -> Result<(), WriteError> {
    if !dir.exists() {
        return Ok(());
    }
    if !dir.is_dir() {
        return Err(WriteError::NotASnapshot(dir.to_owned()));
    }
    if dir.join(MANIFEST).is_file() {
        return Err(WriteError::IsASnapshot(dir.to_owned()));
    }
    if is_empty(dir)? { Ok(()) } else { Err(WriteError::NotASnapshot(dir.to_owned())) }
}

/// Whether there is nothing in `dir` but what a scan left that died before its first manifest.
fn is_empty(dir: &Path) -> Result<bool, WriteError> {
    for entry in fs::read_dir(dir).map_err(WriteError::io(dir))? {
        let entry = entry.map_err(WriteError::io(dir))?;
        if entry.file_name() != format!("{TEMPORARY}{MANIFEST}").as_str() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Gives units their names back whose replacement never came: a crash between the two renames.
fn put_back(units: &Path) -> Result<(), WriteError> {
    for entry in fs::read_dir(units).map_err(WriteError::io(units))? {
        let path = entry.map_err(WriteError::io(units))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix(REPLACED));
        let Some(place) = name.map(|name| units.join(name)).filter(|place| !place.exists()) else { continue };
        fs::rename(&path, &place).map_err(WriteError::io(&place))?;
    }
    Ok(())
}

fn clear_temporary(dir: &Path) -> Result<(), WriteError> {
    for entry in fs::read_dir(dir).map_err(WriteError::io(dir))? {
        let entry = entry.map_err(WriteError::io(dir))?;
        if !entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            continue;
        }
        let path = entry.path();
        let is_dir = entry.file_type().map_err(WriteError::io(&path))?.is_dir();
        if is_dir { fs::remove_dir_all(&path) } else { fs::remove_file(&path) }.map_err(WriteError::io(&path))?;
    }
    Ok(())
}

/// Locks the directory where the system can: two scans that write to one snapshot would take each other's files away.
fn lock(dir: &Path) -> Result<Option<File>, WriteError> {
    let Ok(handle) = File::open(dir) else { return Ok(None) };
    match handle.try_lock() {
        Ok(()) => Ok(Some(handle)),
        Err(TryLockError::WouldBlock) => Err(WriteError::InUse(dir.to_owned())),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

fn pretty<T: Serialize>(page: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(page)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Writes `manifest.json` and returns its hash.
fn write_manifest(dir: &Path, manifest: &Manifest) -> Result<String, WriteError> {
    let bytes = pretty(manifest).map_err(|err| WriteError::io(&dir.join(MANIFEST))(err.into()))?;
    write_atomically(dir, MANIFEST, &bytes)?;
    Ok(sha256(&bytes))
}

/// Whoever reads `name` sees all of the old bytes or all of the new ones, whatever happens meanwhile.
fn write_atomically(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
    let beside = dir.join(format!("{TEMPORARY}{name}"));
    write_file(&beside, bytes)?;
    let place = dir.join(name);
    fs::rename(&beside, &place).map_err(WriteError::io(&place))?;
    sync_dir(dir)
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let write = || {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(WriteError::io(path))
}

fn sync_dir(dir: &Path) -> Result<(), WriteError> {
    if cfg!(unix) { File::open(dir).and_then(|dir| dir.sync_all()).map_err(WriteError::io(dir)) } else { Ok(()) }
}
