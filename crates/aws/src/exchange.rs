//! What passes between the interceptor, which knows the operation, and the connector, which sees the bytes.

use std::cell::RefCell;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use wellproof_model::{BodyEncoding, CallId, CallKey};

use crate::connect::NO_ANSWER;
use crate::operation::Operation;

/// The last attempt of one execution, as the connector saw it.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) key: CallKey,
    pub(crate) answer: Answer,
    /// How many attempts there were, this one included.
    pub(crate) attempts: u32,
    pub(crate) at: Timestamp,
}

/// What came back, redacted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    /// 0 when no answer came.
    pub(crate) status: u16,
    pub(crate) error: Option<String>,
    pub(crate) headers: std::collections::BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    pub(crate) encoding: BodyEncoding,
    pub(crate) redacted: Vec<String>,
}

/// Travels with a request from the interceptor to the connector and back.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) operation: Operation,
    slot: Arc<Mutex<Option<Attempt>>>,
}

impl Exchange {
    pub(crate) fn of(operation: Operation) -> Self {
        Self { operation, slot: Arc::default() }
    }

    /// Notes that an attempt begins. Nobody answered it, until [`Exchange::put`] says otherwise: what the SDK gives up on is
    /// dropped without a word.
    pub(crate) fn begin(&self, key: &CallKey) {
        let answer = Answer { error: Some(NO_ANSWER.to_owned()), ..Answer::default() };
        self.put(Attempt { key: key.clone(), answer, attempts: 1, at: Timestamp::now() });
    }

    /// Stores the newest attempt; the ones before it are only counted.
    pub(crate) fn put(&self, mut attempt: Attempt) {
        let mut slot = self.slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        attempt.attempts += slot.as_ref().map_or(0, |before| before.attempts);
        *slot = Some(attempt);
    }

    pub(crate) fn take(&self) -> Option<Attempt> {
        self.slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
    }
}

/// What one read asked, for its citations and, if it failed, for the gap.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) calls: Vec<CallId>,
    pub(crate) operation: Option<Operation>,
    /// Whether a call asked what an earlier one of the unit had asked already.
    pub(crate) repeated: bool,
    /// The operation that was refused because its collector does not declare it.
    pub(crate) undeclared: Option<String>,
}

tokio::task_local! {
    /// The read under way in this task. The SDK runs an operation inside the future that awaits it, so that
    /// whatever an interceptor notes here belongs to that read.
    static ASKED: RefCell<Asked>;
}

/// Notes something about the read under way; outside of one it is lost.
pub(crate) fn note(what: impl FnOnce(&mut Asked)) {
    let _ = ASKED.try_with(|asked| what(&mut asked.borrow_mut()));
}

/// Runs `read` and tells what it asked.
pub(crate) async fn watched<F: Future>(read: F) -> (F::Output, Asked) {
    ASKED
        .scope(RefCell::default(), async {
            let output = read.await;
            (output, ASKED.with(RefCell::take))
        })
        .await
}
