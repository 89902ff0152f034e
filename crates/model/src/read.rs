//! A value that was read, or the gap that stands where it would be.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};

use crate::GapId;

/// A top-level field of a fact record that takes a call of its own to read.
///
/// `Known(None)` of a `Read<Option<T>>` is "known to be absent"; `Unread` is "we could not look".
/// The two answer a question differently, which is why this is not an `Option`.
/// On disk an unread field does not stand among the attributes but in the record's `unread` map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read<T> {
    /// What AWS said.
    Known(T),
    /// Why there is nothing.
    Unread(GapId),
}

/// The key under which an unread field travels between a fact struct and [`crate::Resource`].
pub(crate) const UNREAD: &str = "$unread";

impl<T> Read<T> {
    /// The value, if it was read.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unread(_) => None,
        }
    }
}

impl<T> From<Result<T, GapId>> for Read<T> {
    fn from(result: Result<T, GapId>) -> Self {
        match result {
            Ok(value) => Self::Known(value),
            Err(gap) => Self::Unread(gap),
        }
    }
}

impl<T: Serialize> Serialize for Read<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Unread(gap) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(UNREAD, gap)?;
                map.end()
            }
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        if let Some(gap) = value.as_object().filter(|map| map.len() == 1).and_then(|map| map.get(UNREAD)) {
            let gap = gap.as_str().ok_or_else(|| serde::de::Error::custom("a gap id is a string"))?;
            return Ok(Self::Unread(GapId::from(gap)));
        }
        serde_json::from_value(value).map(Self::Known).map_err(serde::de::Error::custom)
    }
}

impl<T: JsonSchema> JsonSchema for Read<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
