//! What a collector crate hands to the runtime.

use futures::future::BoxFuture;

use crate::operation::Operation;
use crate::unit::Unit;

/// Where a collector runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Once in every region that is scanned.
    EveryRegion,
    /// Once per account; its calls are signed for this region.
    Once {
        /// Such as `us-east-1`.
        region: &'static str,
    },
}

/// One AWS service's reader.
#[derive(Clone, Copy, Debug)]
pub struct Collector {
    /// As AWS abbreviates the service: `cloudtrail`.
    pub name: &'static str,
    /// Where it runs.
    pub place: Place,
    /// All that it may ask.
    pub operations: &'static [Operation],
    /// The resource types that it lists.
    pub types: &'static [&'static str],
    /// Reads everything into the unit's listings. It has no error: what fails is a gap.
    pub run: fn(Unit) -> BoxFuture<'static, ()>,
}
