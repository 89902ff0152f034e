//! Runs the units of a scan.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::{Either, select};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tracing::Instrument;
use wellproof_aws::{Collector, Finished, Live, Recording, SdkConfig, Sink, Source, Unit, sdk};
use wellproof_facts::Facts;
use wellproof_facts::account::Region;
use wellproof_model::{Call, Caller, GLOBAL, Gap, Listing, ListingState, Manifest, Resource, UnitId, UnitRecord};
use wellproof_snapshot::{Reader, Snapshot, UnitWriter, WriteError};

use crate::error::ScanError;
use crate::plan::{self, Known, Origin, Regions, Request};
use crate::progress::{Event, Progress};
use crate::registry;

/// How many units run at once. Each spends its time waiting; AWS's rates are kept per service and region beneath.
const UNITS_AT_ONCE: usize = 64;
/// How old a scan may be to be gone on with. Its clock is that of its beginning, and CloudTrail forgets meanwhile what lies at
/// the far end of the window.
const OLDEST: SignedDuration = SignedDuration::from_hours(24);

/// A finished scan.
#[derive(Clone, Debug)]
pub struct Scanned {
    /// `sha256:` and the snapshot's digest.
    pub digest: String,
    /// The sealed manifest.
    pub manifest: Manifest,
    /// What was not read, sorted by unit.
    pub gaps: Vec<Gap>,
    /// How many resources were read.
    pub resources: u64,
    /// How many calls were made.
    pub calls: u64,
}

/// Scans an account, or replays a recording of one, into a snapshot directory.
///
/// `stop` ends the scan early; what is finished by then stays on the disk, ready for `--resume`.
///
/// # Errors
/// What keeps a scan from happening or from ending. What AWS refuses is a gap, not an error.
///
/// # Panics
/// On a runtime of one thread: what is written to the disk would hold up what AWS answers.
pub async fn scan(
    request: &Request,
    progress: &dyn Progress,
    stop: impl Future<Output = ()>,
) -> Result<Scanned, ScanError> {
    let mut stop = pin!(stop);
    let Begun { runner, planned, records } = match select(pin!(begin(request, progress)), stop.as_mut()).await {
        Either::Left((begun, _)) => begun?,
        Either::Right(_) => return Err(ScanError::Interrupted { finished: 0, planned: 0 }),
    };
    progress.tell(Event::Planned { units: planned.len(), finished: records.len() });
    let records = runner.rest(&planned, records, progress, stop).await?;
    runner.seal(records)
}

/// A scan whose units are known, and what is finished of them.
struct Begun {
    runner: Runner,
    planned: Vec<UnitId>,
    records: Vec<UnitRecord>,
}

async fn begin(request: &Request, progress: &dyn Progress) -> Result<Begun, ScanError> {
    let collectors = registry::select(&request.collectors)?;
    let setup = Setup::of(request).await?;
    progress.tell(Event::Account { account: setup.caller.account.clone(), arn: setup.caller.arn.clone() });

    let Opened { snapshot, keep: mut records, again } = open(request, &setup, &collectors)?;
    let before = again.into_iter().map(|record| (record.unit.clone(), record)).collect();
    let runner = Runner { clock: snapshot.manifest().started_at, setup, snapshot, before: Arc::new(before) };
    let regions = runner.regions(request, &collectors, &mut records).await?;
    let planned = plan::units(&collectors, &runner.setup.caller.account, &regions);
    Ok(Begun { runner, planned, records })
}

/// Who answers, and as whom we ask.
#[derive(Clone)]
struct Setup {
    base: SdkConfig,
    answers: Answers,
    caller: Caller,
    clock: Timestamp,
}

#[derive(Clone)]
enum Answers {
    Live(Live),
    Recording { reader: Arc<Reader>, latency: std::time::Duration },
}

impl Setup {
    async fn of(request: &Request) -> Result<Self, ScanError> {
        match &request.origin {
            Origin::Aws { profile } => {
                let base = sdk::live(profile.as_deref()).await?;
                let caller = wellproof_collect_account::caller(&base).await.map_err(ScanError::Identity)?;
                let live = Live::over(sdk::http());
                // Whole seconds: AWS's APIs take no finer time, and a replay must ask exactly what was asked.
                let clock = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_else(|_| Timestamp::now());
                Ok(Self { base, answers: Answers::Live(live), caller, clock })
            }
            Origin::Recording { reader, latency } => {
                reader.refuse_unsound()?;
                let manifest = reader.manifest();
                Ok(Self {
                    base: sdk::replay(),
                    answers: Answers::Recording { reader: Arc::clone(reader), latency: *latency },
                    caller: manifest.caller.clone(),
                    clock: manifest.started_at,
                })
            }
        }
    }

    fn source(&self, unit: &UnitId) -> Result<Source, ScanError> {
        match &self.answers {
            Answers::Live(live) => Ok(Source::Live(live.clone())),
            Answers::Recording { reader, latency } => {
                // A unit that was never recorded answers nothing: all it asks is a gap.
                let calls = reader.unit_calls(unit)?.unwrap_or_default();
                Ok(Source::Replay(Arc::new(Recording::of(calls).with_latency(*latency))))
            }
        }
    }

    /// The digest of the recording that answers, if it is not AWS.
    fn replayed_from(&self) -> Option<String> {
        match &self.answers {
            Answers::Live(_) => None,
            Answers::Recording { reader, .. } => Some(reader.digest().to_owned()),
        }
    }

    /// The region to fall back on, and to ask for all regions from.
    fn home(&self) -> String {
        let named = self.base.region().map(ToString::to_string);
        named
            .or_else(|| plan::home_of(plan::partition_of(&self.caller.arn)).map(str::to_owned))
            .unwrap_or_else(|| "us-east-1".to_owned())
    }
}

/// Opens the snapshot: a new one, or one to go on with, and what is finished of it.
fn open(request: &Request, setup: &Setup, collectors: &[&Collector]) -> Result<Opened, ScanError> {
    if request.resume {
        return resume(request, setup, collectors);
    }
    let manifest = Manifest {
        schema: Manifest::SCHEMA.to_owned(),
        tool_version: request.tool_version.clone(),
        rules_digest: request.rules_digest.clone(),
        lenses_digest: request.lenses_digest.clone(),
        started_at: setup.clock,
        ended_at: None,
        clock_skew_seconds: None,
        caller: setup.caller.clone(),
        regions: Vec::new(),
        regions_enabled: None,
        regions_off: Vec::new(),
        planned: vec![account_unit(&setup.caller.account)],
        types: plan::types(collectors),
        units: BTreeMap::new(),
        replayed_from: setup.replayed_from(),
    };
    let snapshot = Snapshot::create(&request.out, &manifest, request.format)?;
    Ok(Opened { snapshot, keep: Vec::new(), again: Vec::new() })
}

/// A snapshot to write to, and what an earlier run finished of it.
struct Opened {
    snapshot: Snapshot,
    keep: Vec<UnitRecord>,
    /// Finished, and to be run once more.
    again: Vec<UnitRecord>,
}

fn resume(request: &Request, setup: &Setup, collectors: &[&Collector]) -> Result<Opened, ScanError> {
    let resumed = Snapshot::resume(&request.out)?;
    let begun = &resumed.manifest;
    if begun.caller.account != setup.caller.account {
        return Err(ScanError::Other(format!("for account {}", begun.caller.account)));
    }
    if principal(&begun.caller.arn) != principal(&setup.caller.arn) {
        return Err(ScanError::Other(format!("as {}", begun.caller.arn)));
    }
    if matches!(setup.answers, Answers::Live(_)) && setup.clock.duration_since(begun.started_at) > OLDEST {
        return Err(ScanError::Stale(begun.started_at));
    }
    if begun.replayed_from != setup.replayed_from() {
        let from = begun.replayed_from.as_ref().map(|digest| format!("from the recording {digest}"));
        return Err(ScanError::Other(from.unwrap_or_else(|| "from AWS".to_owned())));
    }
    if begun.tool_version != request.tool_version {
        return Err(ScanError::Other(format!("by version {}", begun.tool_version)));
    }
    if let Regions::These(named) = &request.regions
        && !begun.regions.is_empty()
        && begun.regions != plan::sorted(named)
    {
        return Err(ScanError::Other(format!("for the regions {}", begun.regions.join(","))));
    }
    if begun.types != plan::types(collectors) {
        let names: Vec<&str> = begun.types.keys().map(String::as_str).collect();
        return Err(ScanError::Other(format!("with the collectors {}", names.join(","))));
    }
    // What AWS refused may be allowed by now; what a budget cut off would be cut off again.
    let again = |record: &UnitRecord| {
        use wellproof_model::GapKind::{Denied, Failed, Throttled};
        record.gaps.iter().any(|gap| matches!(gap.kind, Denied | Failed | Throttled))
    };
    let (again, keep): (Vec<_>, Vec<_>) = resumed.finished.into_iter().partition(again);
    for record in &again {
        resumed.snapshot.again(&record.unit)?;
    }
    Ok(Opened { snapshot: resumed.snapshot, keep, again })
}

/// Who an ARN stands for, whatever the session is called: many tools name each one anew.
fn principal(arn: &str) -> &str {
    arn.rsplit_once('/').filter(|(role, _)| role.contains(":assumed-role/")).map_or(arn, |(role, _)| role)
}

/// Whether another run of a unit read less than the one before.
fn is_worse(before: &UnitRecord, listings: &[Listing], gaps: &[Gap]) -> bool {
    let rank = |state| match state {
        ListingState::Complete => 2,
        ListingState::Partial => 1,
        ListingState::Unread => 0,
    };
    let of =
        |listings: &[Listing], kind: &str| listings.iter().find(|it| it.kind == kind).map_or(0, |it| rank(it.state));
    gaps.len() > before.gaps.len() || before.listings.iter().any(|it| of(listings, &it.kind) < rank(it.state))
}

/// The regions of a scan that was begun before: its own, and those that could not be listed then.
fn begun_with(chosen: Vec<String>, begun: Manifest, known: &Known) -> Vec<String> {
    if begun.regions.is_empty() {
        return chosen;
    }
    if begun.regions_enabled.is_some() || known.enabled.is_none() {
        return begun.regions;
    }
    plan::sorted(chosen.iter().chain(&begun.regions))
}

fn account_unit(account: &str) -> UnitId {
    UnitId::new(registry::ACCOUNT, account, GLOBAL)
}

/// What all units of a scan share.
struct Runner {
    setup: Setup,
    clock: Timestamp,
    snapshot: Snapshot,
    /// What an earlier run came to of the units that are run once more.
    before: Arc<BTreeMap<UnitId, UnitRecord>>,
}

impl Runner {
    /// Runs the account's own unit, which knows the regions, and plans the rest.
    async fn regions(
        &self,
        request: &Request,
        collectors: &[&Collector],
        records: &mut Vec<UnitRecord>,
    ) -> Result<Vec<String>, ScanError> {
        let unit = account_unit(&self.setup.caller.account);
        let begun = self.snapshot.manifest();
        if records.iter().any(|record| record.unit == unit) {
            if !begun.regions.is_empty() {
                return Ok(begun.regions);
            }
            // It died between this unit and the plan that follows from it.
            self.snapshot.again(&unit)?;
            records.retain(|record| record.unit != unit);
        }
        let collector = registry::collector(registry::ACCOUNT).ok_or_else(|| ScanError::collector("account", &[]))?;
        let done = self.unit(collector, unit).await?;
        let complete =
            done.record.listings.iter().any(|it| it.kind == Region::TYPE && it.state == ListingState::Complete);
        let known = Known::of(&done.regions, complete);
        records.push(done.record);

        let regions = match &self.setup.answers {
            Answers::Recording { reader, .. } if request.regions == plan::Regions::All => {
                reader.manifest().regions.clone()
            }
            _ => known.choose(&request.regions, &self.setup.home())?,
        };
        let regions = begun_with(regions, begun, &known);
        let planned = plan::units(collectors, &self.setup.caller.account, &regions);
        self.snapshot.update(|manifest| {
            // The one that its unit has just recorded: a resumed scan may have another session.
            manifest.caller.clone_from(&self.setup.caller);
            manifest.planned = planned;
            manifest.regions.clone_from(&regions);
            manifest.regions_enabled.clone_from(&known.enabled);
            manifest.regions_off.clone_from(&known.off);
        })?;
        Ok(regions)
    }

    /// Runs every planned unit that is not finished yet, side by side, until all are or `stop` comes.
    async fn rest(
        &self,
        planned: &[UnitId],
        mut records: Vec<UnitRecord>,
        progress: &dyn Progress,
        stop: impl Future<Output = ()> + Unpin,
    ) -> Result<Vec<UnitRecord>, ScanError> {
        let gate = Arc::new(Semaphore::new(UNITS_AT_ONCE));
        let mut running = JoinSet::new();
        for id in planned {
            if records.iter().any(|record| record.unit == *id) {
                continue;
            }
            let Some(collector) = registry::collector(&id.collector) else { continue };
            let (this, id, gate) = (self.share(), id.clone(), Arc::clone(&gate));
            progress.tell(Event::Started(id.clone()));
            running.spawn(async move {
                let _permit = gate.acquire_owned().await;
                this.unit(collector, id).await
            });
        }
        let mut stop = stop.fuse();
        let mut failure = None;
        loop {
            let ended = tokio::select! {
                ended = running.join_next() => ended,
                () = &mut stop => Some(Ok(Err(ScanError::Interrupted { finished: 0, planned: 0 }))),
            };
            match ended {
                None => break,
                Some(Ok(Ok(Done { record, .. }))) => {
                    progress.tell(Event::Finished { unit: record.unit.clone(), gaps: record.gaps.len() });
                    records.push(record);
                }
                // What ends before it can be stopped counts as well; of what is stopped, a unit's writer leaves nothing.
                Some(Ok(Err(err))) => {
                    running.abort_all();
                    failure.get_or_insert(err);
                }
                Some(Err(stopped)) if stopped.is_cancelled() => {}
                Some(Err(broken)) => {
                    running.abort_all();
                    failure.get_or_insert(broken.into());
                }
            }
        }
        let (finished, planned) = (records.len(), planned.len());
        match failure {
            None => Ok(records),
            Some(ScanError::Expired { message, .. }) => Err(ScanError::Expired { message, finished, planned }),
            Some(ScanError::Interrupted { .. }) => Err(ScanError::Interrupted { finished, planned }),
            Some(err) => Err(err),
        }
    }

    fn share(&self) -> Self {
        let before = Arc::clone(&self.before);
        Self { setup: self.setup.clone(), clock: self.clock, snapshot: self.snapshot.clone(), before }
    }

    /// Runs one unit and puts its result on the disk.
    async fn unit(&self, collector: &'static Collector, id: UnitId) -> Result<Done, ScanError> {
        let writer = Arc::new(Writer::new(self.snapshot.unit(id.clone())?));
        let (began, ended) = self.times(&id);
        let region = plan::signing_region(&id, collector, plan::partition_of(&self.setup.caller.arn));
        let base = sdk::in_region(&self.setup.base, &region);
        let source = self.setup.source(&id)?;
        let sink: Arc<dyn Sink> = Arc::clone(&writer) as Arc<dyn Sink>;
        let unit = Unit::new(id.clone(), collector.operations, self.clock, &base, source, sink);

        let span = tracing::info_span!("unit", account = id.account, region = id.region, service = id.collector);
        let work = AssertUnwindSafe((collector.run)(unit.clone())).catch_unwind().instrument(span);
        if work.await.is_err() {
            // Its listings were dropped unfinished, so that nothing of them counts as read to its end.
            tracing::error!(unit = %id, "the collector panicked; what it did not finish is not read");
        }
        let Finished { listings, gaps, credentials } = unit.finish(collector.types);
        drop(unit);
        if let Some(message) = credentials {
            return Err(ScanError::Expired { message, finished: 0, planned: 0 });
        }
        let (writer, regions) = writer.take()?;
        if let Some(before) = self.before.get(&id).filter(|_| id.collector != registry::ACCOUNT)
            && is_worse(before, &listings, &gaps)
        {
            return Ok(Done { record: before.clone(), regions });
        }
        let ended = ended.unwrap_or_else(Timestamp::now);
        // It compresses, and waits for the disk: what the other units wait for must not wait with it.
        let record = tokio::task::block_in_place(|| writer.finish(began, ended, listings, gaps))?;
        Ok(Done { record, regions })
    }

    /// When a unit began and ended: in a replay, when it was recorded.
    fn times(&self, id: &UnitId) -> (Timestamp, Option<Timestamp>) {
        match &self.setup.answers {
            Answers::Live(_) => (Timestamp::now(), None),
            Answers::Recording { reader, .. } => match reader.unit_record(id) {
                Ok(Some(record)) => (record.started_at, Some(record.ended_at)),
                _ => (self.clock, Some(self.clock)),
            },
        }
    }

    fn seal(&self, mut records: Vec<UnitRecord>) -> Result<Scanned, ScanError> {
        let (skew, ended_at) = match &self.setup.answers {
            Answers::Live(live) => {
                let skew = *live.skew.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                (skew, Timestamp::now())
            }
            Answers::Recording { reader, .. } => {
                let manifest = reader.manifest();
                (manifest.clock_skew_seconds, manifest.ended_at.unwrap_or(self.clock))
            }
        };
        self.snapshot.update(|manifest| manifest.clock_skew_seconds = skew)?;
        let digest = self.snapshot.seal(ended_at)?;
        records.sort_by(|a, b| a.unit.cmp(&b.unit));
        let count = |stem: &str| {
            let files = records.iter().flat_map(|record| &record.files);
            files.filter(|(name, _)| name.starts_with(stem)).map(|(_, file)| file.records).sum()
        };
        Ok(Scanned {
            digest,
            manifest: self.snapshot.manifest(),
            resources: count("resources."),
            calls: count("calls."),
            gaps: records.into_iter().flat_map(|record| record.gaps).collect(),
        })
    }
}

/// A unit that is on the disk.
struct Done {
    record: UnitRecord,
    /// The regions it found, if it is the account's own.
    regions: Vec<Resource>,
}

/// Hands a unit's records to the snapshot, and keeps the first error until somebody can act on it.
#[derive(Debug)]
struct Writer {
    inner: UnitWriter,
    state: Mutex<(Option<WriteError>, Vec<Resource>)>,
}

impl Writer {
    fn new(inner: UnitWriter) -> Self {
        Self { inner, state: Mutex::default() }
    }

    fn note(&self, result: Result<(), WriteError>) {
        if let Err(err) = result {
            self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner).0.get_or_insert(err);
        }
    }

    fn take(self: Arc<Self>) -> Result<(UnitWriter, Vec<Resource>), ScanError> {
        let unit = self.inner.unit().clone();
        let Some(this) = Arc::into_inner(self) else {
            // A collector that leaves a task behind could still write; what it wrote so far cannot be called finished.
            return Err(WriteError::Unit { unit, reason: "its collector left a task running" }.into());
        };
        let (error, regions) = this.state.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        match error {
            Some(err) => Err(err.into()),
            None => Ok((this.inner, regions)),
        }
    }
}

impl Sink for Writer {
    fn call(&self, call: &Call, body: &[u8]) {
        self.note(self.inner.call(call, body));
    }

    fn resource(&self, resource: &Resource) {
        if resource.kind == Region::TYPE {
            self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner).1.push(resource.clone());
        }
        self.note(self.inner.resource(resource));
    }
}
