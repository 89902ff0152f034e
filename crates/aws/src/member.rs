//! Members of an answer, as facts hold them.
//!
//! The SDK gives every member as an `Option`. Of a member that AWS documents as always there, absence is not a value:
//! the record cannot be kept, and its listing is partial.

use std::collections::BTreeSet;

use aws_smithy_types::DateTime;
use jiff::Timestamp;

use crate::refusal::Refusal;

/// A member that AWS always gives. `member` is its name with its type's: `Volume.Size`.
///
/// # Errors
/// When it is not there.
pub fn required<T>(value: Option<T>, member: &str) -> Result<T, Refusal> {
    value.ok_or_else(|| Refusal::malformed(format!("the answer has no {member}")))
}

/// What the SDK puts where AWS left out a text that its model requires.
const NO_VALUE: &str = "no value was set";

/// A text or word; an empty one counts as none.
pub fn text<T: AsRef<str> + ?Sized>(value: Option<&T>) -> Option<String> {
    value.map(AsRef::as_ref).filter(|text| !text.is_empty() && *text != NO_VALUE).map(str::to_owned)
}

/// A text or word that AWS always gives.
///
/// # Errors
/// When it is not there or empty.
pub fn required_text<T: AsRef<str> + ?Sized>(value: Option<&T>, member: &str) -> Result<String, Refusal> {
    required(text(value), member)
}

/// A point in time that AWS always gives.
///
/// # Errors
/// When it is not there or beyond the year 9999.
pub fn required_time(value: Option<&DateTime>, member: &str) -> Result<Timestamp, Refusal> {
    required(value.and_then(crate::timestamp), member)
}

/// Texts or words sorted, each once.
pub fn sorted<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Vec<String> {
    let texts: BTreeSet<String> = texts.into_iter().map(|text| text.as_ref().to_owned()).collect();
    texts.into_iter().collect()
}
