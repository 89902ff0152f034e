//! The SDK's points in time, as facts hold them.

use aws_smithy_types::DateTime;
use jiff::Timestamp;

/// The same point in time; `None` where it lies beyond the year 9999.
pub fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}
