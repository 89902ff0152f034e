//! The tags of a resource.

use std::collections::BTreeMap;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{Map, Value};

/// A resource's tags, key to value, sorted by key.
///
/// An object whose values are all texts: shared, so that a fact derived of a resource has its tags for nothing.
#[derive(Clone, Debug, PartialEq, Default, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Tags(#[schemars(with = "BTreeMap<String, String>")] Map);

impl Tags {
    /// The tags that an object holds; `None` when one of its values is no text.
    pub(crate) fn of(map: Map) -> Option<Self> {
        map.iter().all(|(_, value)| value.as_str().is_some()).then_some(Self(map))
    }

    /// The value of the tag `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.as_str()
    }

    /// The tags in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
    }

    /// The same as an object.
    pub fn as_map(&self) -> &Map {
        &self.0
    }
}

impl<K: Into<CompactString>, V: Into<CompactString>> FromIterator<(K, V)> for Tags {
    /// Of two tags with the same key the later one stays.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(tags: I) -> Self {
        Self(tags.into_iter().map(|(key, value)| (key.into(), Value::Str(value.into()))).collect())
    }
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = Map::deserialize(deserializer)?;
        Self::of(map).ok_or_else(|| D::Error::custom("the value of a tag is a text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_texts_sorted_by_key() {
        let tags: Tags = [("b", "2"), ("a", "1"), ("b", "3")].into_iter().collect();
        assert_eq!(tags.iter().collect::<Vec<_>>(), [("a", "1"), ("b", "3")]);
        let text = serde_json::to_string(&tags).unwrap();
        assert_eq!(text, r#"{"a":"1","b":"3"}"#);
        assert_eq!(serde_json::from_str::<Tags>(&text).unwrap(), tags);
        assert!(serde_json::from_str::<Tags>(r#"{"a":1}"#).is_err());
    }
}
