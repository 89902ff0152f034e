//! How often AWS may be asked.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{Mutex as Line, OwnedSemaphorePermit, Semaphore};
use wellproof_model::CallKey;

use crate::operation::Operation;

/// How many requests may be under way at once, per service, account and region.
const AT_ONCE: usize = 10;

/// Account, region, service, operation.
type Limited = (String, String, &'static str, &'static str);

/// Keeps every operation within the rate that AWS allows it, per account and region.
///
/// Without this a slow operation such as `LookupEvents` (2 a second) would spend its retries on throttling.
#[derive(Debug, Default)]
pub struct Pace {
    limiters: Mutex<HashMap<Limited, Arc<Limiter>>>,
    services: Mutex<HashMap<(String, String, String), Arc<Semaphore>>>,
}

/// The rate of one operation, and the line of those who wait for it: first come, first served. Whoever was overtaken again and
/// again would wait until the SDK gives up on a request that was never sent.
#[derive(Debug)]
struct Limiter {
    line: Line<()>,
    rate: DefaultDirectRateLimiter,
}

impl Pace {
    /// Waits until the operation may be asked; the permit lasts until the answer is there.
    pub(crate) async fn turn(&self, key: &CallKey, operation: &Operation) -> Option<OwnedSemaphorePermit> {
        if let Some(limiter) = self.limiter(key, operation) {
            let _first = limiter.line.lock().await;
            limiter.rate.until_ready().await;
        }
        let place = (key.account.clone(), key.region.clone(), key.service.clone());
        let semaphore = {
            let mut services = self.services.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            Arc::clone(services.entry(place).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))))
        };
        semaphore.acquire_owned().await.ok()
    }

    fn limiter(&self, key: &CallKey, operation: &Operation) -> Option<Arc<Limiter>> {
        let rate = NonZeroU32::new(operation.per_second?)?;
        let place = (key.account.clone(), key.region.clone(), operation.service, operation.name);
        let mut limiters = self.limiters.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let quota = Quota::per_second(rate).allow_burst(NonZeroU32::MIN);
        let limiter = || Arc::new(Limiter { line: Line::new(()), rate: RateLimiter::direct(quota) });
        Some(Arc::clone(limiters.entry(place).or_insert_with(limiter)))
    }
}
