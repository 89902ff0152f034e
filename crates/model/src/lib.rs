//! The words of Wellproof, as data: what was asked of AWS, what it answered, what that means.
//!
//! Nothing here does I/O, knows an SDK type or a runtime. Every other crate speaks in these types.

mod call;
mod evidence;
mod gap;
mod id;
mod line;
mod listing;
mod manifest;
mod read;
mod resource;
mod scope;
mod shape;
mod tags;
mod value;
mod verdict;

pub use call::{BodyEncoding, Call, CallKey};
pub use evidence::Evidence;
pub use gap::{Denier, Gap, GapKind};
pub use id::{CallId, GapId, ParseUnitError, UnitId};
pub use listing::{Listing, ListingState};
pub use manifest::{Caller, FileEntry, Manifest, UnitRecord};
pub use read::Read;
pub use resource::Resource;
pub use scope::{Exclusion, Provenance, Scope, TagSelector, Workload};
pub use tags::Tags;
pub use value::{Entries, Map, Value};
pub use verdict::{Suggestion, Verdict};

/// The region name under which units of global services (one endpoint for all regions) run.
pub const GLOBAL: &str = "aws-global";
