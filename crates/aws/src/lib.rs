//! The SDK as Wellproof uses it: recorded, redacted, replayed, and read-only.
//!
//! A collector sees a [`Unit`]: clients made by [`client!`], listings that it fills, reads that cite their calls.
//! Beneath stand an interceptor, which refuses every operation that the collector does not declare, and a connector,
//! which redacts each answer before the collector or the disk sees it, so that live and replay see the same bytes.

mod canonical;
mod collector;
mod connect;
mod exchange;
mod intercept;
mod listing;
pub mod member;
mod operation;
mod pace;
mod pages;
mod readable;
mod redact;
mod refusal;
pub mod sdk;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod unit;

pub use aws_types::SdkConfig;
pub use collector::{Collector, Place};
pub use connect::{Live, Recording, Source};
pub use intercept::{Undeclared, declared};
pub use listing::{Listing, Record};
pub use operation::Operation;
pub use pace::Pace;
pub use pages::pages;
pub use readable::readable;
pub use refusal::Refusal;
pub use time::timestamp;
pub use unit::{Answer, Cited, Fields, Finished, Sink, Unit};

/// A client of the SDK crate `$sdk` for a unit: recorded, redacted and read-only.
#[macro_export]
macro_rules! client {
    ($unit:expr, $sdk:ident) => {{
        let mut config = $sdk::config::Builder::from($unit.sdk());
        for interceptor in $unit.interceptors() {
            config.push_interceptor(interceptor);
        }
        $sdk::Client::from_conf(config.build())
    }};
}
