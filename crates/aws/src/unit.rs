//! What a collector sees: one unit, its clients, its listings.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SdkConfig;
use futures::StreamExt;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use wellproof_facts::Facts;
use wellproof_model::{Call, CallId, CallKey, Gap, GapId, Listing as Listed, Read, Resource, UnitId};

use crate::connect::{Source, UnitHttp, request_id};
use crate::exchange::{self, Attempt};
use crate::intercept::Watch;
use crate::listing::{Listing, Record};
use crate::operation::Operation;
use crate::refusal::Refusal;

/// How many sub-reads of one unit are begun at once. How many of them AWS is asked at once is [`crate::Pace`]'s to say.
const AT_ONCE: usize = 64;

/// Where a unit's records go as they come.
///
/// Errors are kept by the sink and surface when the unit is finished: a collector could do nothing about them.
pub trait Sink: Send + Sync + fmt::Debug {
    /// One finished call with its stored body.
    fn call(&self, call: &Call, body: &[u8]);
    /// One resource.
    fn resource(&self, resource: &Resource);
}

/// What a finished unit leaves beside its calls and resources.
#[derive(Clone, Debug, Default)]
pub struct Finished {
    /// One listing for each declared type, sorted by type.
    pub listings: Vec<Listed>,
    /// Sorted by what was not read.
    pub gaps: Vec<Gap>,
    /// Set when the credentials failed: the unit's result must not be kept, since with fresh ones it would be another.
    pub credentials: Option<String>,
}

/// One collector in one account and region.
#[derive(Clone, Debug)]
pub struct Unit {
    core: Arc<Core>,
    sdk: SdkConfig,
    /// Whether AWS itself answers, and may want time to do so.
    live: bool,
    /// Empty but in tests.
    mocks: Vec<SharedInterceptor>,
}

#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) id: UnitId,
    pub(crate) operations: &'static [Operation],
    clock: Timestamp,
    sink: Arc<dyn Sink>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    nth: HashMap<CallKey, u32>,
    listings: BTreeMap<String, Listed>,
    gaps: BTreeMap<GapId, Gap>,
    credentials: Option<String>,
}

impl Unit {
    /// A unit that asks `source` through clients made from `base`.
    pub fn new(
        id: UnitId,
        operations: &'static [Operation],
        clock: Timestamp,
        base: &SdkConfig,
        source: Source,
        sink: Arc<dyn Sink>,
    ) -> Self {
        let live = matches!(source, Source::Live(_));
        let http = UnitHttp { source, account: id.account.clone() };
        let sdk = base.to_builder().http_client(http).build();
        let core = Arc::new(Core { id, operations, clock, sink, state: Mutex::default() });
        Self { core, sdk, live, mocks: Vec::new() }
    }

    /// The unit's name.
    pub fn id(&self) -> &UnitId {
        &self.core.id
    }

    /// The account, twelve digits.
    pub fn account(&self) -> &str {
        &self.core.id.account
    }

    /// The region that resources of this unit are in; `aws-global` for global services.
    pub fn region(&self) -> &str {
        &self.core.id.region
    }

    /// The partition of the unit's region, for ARNs that AWS does not spell out: `aws`, `aws-cn` or `aws-us-gov`.
    pub fn partition(&self) -> &'static str {
        let region = self.sdk.region().map_or("", AsRef::as_ref);
        match region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("us") if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// The snapshot's clock: what windows and ages count from, so that a replay asks the same questions.
    pub fn clock(&self) -> Timestamp {
        self.core.clock
    }

    /// What clients are made from; see [`crate::client!`].
    pub fn sdk(&self) -> &SdkConfig {
        &self.sdk
    }

    /// The interceptors that every client of this unit must carry.
    pub fn interceptors(&self) -> Vec<SharedInterceptor> {
        let watch = SharedInterceptor::new(Watch(Arc::clone(&self.core)));
        std::iter::once(watch).chain(self.mocks.iter().cloned()).collect()
    }

    /// The same unit with clients that another interceptor answers.
    #[cfg(feature = "testing")]
    pub(crate) fn mocked(mut self, answers: aws_smithy_mocks::MockResponseInterceptor) -> Self {
        self.mocks.push(SharedInterceptor::new(answers));
        self.live = false;
        self
    }

    /// Opens the listing of a type. Nothing is known of the type until it is closed.
    pub fn listing<T: Facts>(&self) -> Listing<T> {
        Listing::open(self.clone())
    }

    /// Lists a type of which the pages say everything.
    pub async fn list<T, O, E, R>(
        &self,
        mut pages: PaginationStream<Result<O, SdkError<E, R>>>,
        records: impl Fn(O) -> Vec<Result<Record<T>, Refusal>>,
    ) where
        T: Facts,
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: fmt::Debug + 'static,
    {
        let mut listing = self.listing();
        let end = loop {
            match listing.page(&mut pages).await {
                Ok(Some(page)) => records(page).into_iter().for_each(|record| listing.keep(record)),
                Ok(None) => break Ok(()),
                Err(refusal) => break Err(refusal),
            }
        };
        listing.close(end);
    }

    /// Makes one call, and tells by which calls the answer is known.
    ///
    /// # Errors
    /// What stood in the way, once the SDK's retries are used up.
    pub async fn read<O, E, R>(&self, request: impl Future<Output = Result<O, SdkError<E, R>>>) -> Answer<O>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: fmt::Debug + 'static,
    {
        let (output, asked) = exchange::watched(request).await;
        match output {
            Ok(value) => Ok(Cited { value, calls: asked.calls }),
            Err(err) => Err(self.refused(Refusal::of(&err, asked))),
        }
    }

    /// Reads the next page; `None` past the last one.
    ///
    /// # Errors
    /// What stood in the way of this page; those before it stay read.
    pub async fn page<O, E, R>(
        &self,
        pages: &mut PaginationStream<Result<O, SdkError<E, R>>>,
    ) -> Result<Option<Cited<O>>, Refusal>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: fmt::Debug + 'static,
    {
        let (output, asked) = exchange::watched(pages.next()).await;
        match output {
            None => Ok(None),
            // The SDK takes a token that comes again for the end of the listing; here nothing tells where it ends.
            Some(Ok(_)) if asked.repeated => {
                let refusal = Refusal::malformed("the answer leads to a page that was read already");
                Err(Refusal { calls: asked.calls, ..refusal })
            }
            Some(Ok(value)) => Ok(Some(Cited { value, calls: asked.calls })),
            Some(Err(err)) => Err(self.refused(Refusal::of(&err, asked))),
        }
    }

    /// Gives AWS time to finish what it said it is at. A recording has waited already.
    pub async fn pause(&self, time: Duration) {
        if self.live {
            tokio::time::sleep(time).await;
        }
    }

    /// Runs sub-reads side by side and gives their results in the order in which they were named.
    pub fn join<T, F: Future<Output = T>>(&self, reads: impl IntoIterator<Item = F>) -> impl Future<Output = Vec<T>> {
        // Collected here, and not in the future: a closure held across an await would not be general enough to be sent.
        let reads: Vec<F> = reads.into_iter().collect();
        futures::stream::iter(reads).buffered(AT_ONCE).collect()
    }

    /// The fields of the resource `id` that take a call of their own.
    pub fn fields<'a, T: Facts>(&'a self, id: &'a str) -> Fields<'a, T> {
        Fields { unit: self, id, facts: PhantomData }
    }

    /// Notes a gap that is not one field of one resource.
    pub fn gap(&self, what: &str, refusal: &Refusal) -> GapId {
        let gap = refusal.gap(self.id(), what);
        let id = gap.id.clone();
        tracing::warn!(unit = %self.id(), what, kind = ?gap.kind, code = gap.code.as_deref(), "not read");
        self.core.state().gaps.insert(id.clone(), gap);
        id
    }

    fn refused(&self, refusal: Refusal) -> Refusal {
        if refusal.credentials {
            self.core.state().credentials.get_or_insert_with(|| refusal.message.clone());
        }
        refusal
    }

    pub(crate) fn closed(&self, listing: Listed) {
        self.core.state().listings.insert(listing.kind.clone(), listing);
    }

    pub(crate) fn resource(&self, resource: &Resource) {
        self.core.sink.resource(resource);
    }

    /// Ends the unit. A declared type whose listing was never closed is unread.
    pub fn finish(&self, types: &[&str]) -> Finished {
        let mut state = std::mem::take(&mut *self.core.state());
        for kind in types {
            if state.listings.contains_key(*kind) {
                continue;
            }
            let gap = Gap::not_asked(self.id(), kind, "the collector ended before it listed this type");
            let listing = Listed {
                kind: (*kind).to_owned(),
                unit: self.id().clone(),
                state: wellproof_model::ListingState::Unread,
                count: 0,
                calls: Vec::new(),
                gap: Some(gap.id.clone()),
            };
            state.gaps.insert(gap.id.clone(), gap);
            state.listings.insert((*kind).to_owned(), listing);
        }
        let mut gaps: Vec<Gap> = state.gaps.into_values().collect();
        gaps.sort_by(|a, b| a.what.cmp(&b.what));
        Finished { listings: state.listings.into_values().collect(), gaps, credentials: state.credentials }
    }
}

impl Core {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Hands a finished execution to the sink. Returns its name, and how many asked the same before.
    pub(crate) fn record(&self, attempt: Attempt) -> (CallId, u32) {
        let Attempt { key, answer, attempts, at } = attempt;
        let nth = {
            let mut state = self.state();
            let next = state.nth.entry(key.clone()).or_default();
            let nth = *next;
            *next += 1;
            nth
        };
        let request_id = request_id(&answer.headers, &answer.body);
        let call = Call {
            id: Call::id_of(&self.id, &key, nth),
            unit: self.id.clone(),
            key,
            nth,
            at,
            attempts,
            status: answer.status,
            error: answer.error,
            request_id,
            headers: answer.headers,
            sha256: hex::encode(Sha256::digest(&answer.body)),
            size: answer.body.len() as u64,
            encoding: answer.encoding,
            redacted: answer.redacted,
        };
        tracing::debug!(call = %call.id, operation = %call.key.operation, status = call.status, "answered");
        self.sink.call(&call, &answer.body);
        (call.id, nth)
    }
}

/// The fields of one resource that take a call of their own to read.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a, T> {
    unit: &'a Unit,
    id: &'a str,
    facts: PhantomData<fn(T)>,
}

impl<T: Facts> Fields<'_, T> {
    /// What `answer` says of `field`, or the gap that its refusal leaves there.
    pub fn of<O, V>(&self, field: &str, answer: &Answer<O>, says: impl FnOnce(&O) -> V) -> Read<V> {
        match answer {
            Ok(cited) => Read::Known(says(&cited.value)),
            Err(refusal) => self.unread(field, refusal),
        }
    }

    /// As [`Fields::of`], for a member that AWS always gives: without it the field is unread.
    pub fn required<O, V>(&self, field: &str, answer: &Answer<O>, says: impl FnOnce(&O) -> Option<V>) -> Read<V> {
        match answer.as_ref().map(|cited| says(&cited.value)) {
            Ok(Some(value)) => Read::Known(value),
            Ok(None) => self.unread(field, &Refusal::malformed(format!("the answer has no {field}"))),
            Err(refusal) => self.unread(field, refusal),
        }
    }

    /// The gap that `refusal` leaves at `field`.
    pub fn unread<V>(&self, field: &str, refusal: &Refusal) -> Read<V> {
        Read::Unread(self.unit.gap(&format!("{}#{}.{field}", T::TYPE, self.id), refusal))
    }
}

/// What [`Unit::read`] gives.
pub type Answer<O> = Result<Cited<O>, Refusal>;

/// A value, and the calls by which it is known.
#[derive(Clone, Debug)]
pub struct Cited<T> {
    /// What AWS answered.
    pub value: T,
    /// The calls that say so.
    pub calls: Vec<CallId>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::{Live, Recording};
    use crate::sdk;

    #[derive(Debug)]
    struct Nowhere;

    impl Sink for Nowhere {
        fn call(&self, _: &Call, _: &[u8]) {}
        fn resource(&self, _: &Resource) {}
    }

    /// Whether a unit that `source` answers waits.
    async fn waits(source: Source) -> bool {
        let id = UnitId::new("iam", "111122223333", "aws-global");
        let unit = Unit::new(id, &[], Timestamp::UNIX_EPOCH, &sdk::replay(), source, Arc::new(Nowhere));
        let pause = unit.pause(Duration::from_mins(1));
        tokio::time::timeout(Duration::from_millis(50), pause).await.is_err()
    }

    #[tokio::test]
    async fn a_replay_does_not_wait_for_aws() {
        assert!(!waits(Source::Replay(Arc::new(Recording::default()))).await);
        assert!(waits(Source::Live(Live::over(sdk::http()))).await);
    }
}
