//! Every derived type, and what holds of all of them.
#![expect(clippy::unwrap_used, reason = "a test may")]

mod alarms;
mod launches;
mod network;
mod property;
mod provenance;
mod quotas;
mod regions;
mod root;
mod scaling;
mod topology;
mod world;
