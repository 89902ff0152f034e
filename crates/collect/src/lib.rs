//! Runs collectors: which units there are, how many at once, what becomes of a unit that is interrupted.
//!
//! A scan is a recording. The same scheduler runs against AWS and against a recording of AWS; every unit's
//! result is on the disk as soon as it is finished.

mod error;
mod plan;
mod progress;
mod rederive;
mod registry;
mod run;

pub use error::ScanError;
pub use plan::{Origin, Regions, Request};
pub use progress::{Event, Progress, Silent};
pub use rederive::{Difference, rederive};
pub use registry::{collector, collectors, operations, select};
pub use run::{Scanned, scan};
