//! A JSON value that is cheap to clone: what predicates read, converted once when a record is parsed.

use std::fmt;
use std::sync::Arc;

use compact_str::CompactString;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use triomphe::ThinArc;

use crate::shape::{self, Tree};

mod build;
mod fields;

pub(crate) use fields::Fields;

/// A JSON value; lists and maps are shared, so that a clone costs no allocation.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Value {
    /// Known to be absent.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text; up to 24 bytes stand inline.
    Str(CompactString),
    /// A list.
    List(Arc<[Value]>),
    /// An object.
    Map(Map),
}

/// An object: keys sorted, each once.
///
/// Objects with the same keys share them: of a hundred thousand instances each keeps its values alone.
#[derive(Clone)]
pub struct Map(pub(crate) ThinArc<Arc<[CompactString]>, Value>);

impl Map {
    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.keys().binary_search_by(|name| name.as_str().cmp(key)).ok().map(|at| &self.values()[at])
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> Entries<'_> {
        self.keys().iter().zip(self.values())
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.values().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values().is_empty()
    }

    fn keys(&self) -> &[CompactString] {
        &self.0.header.header
    }

    fn values(&self) -> &[Value] {
        &self.0.slice
    }
}

/// The entries of a [`Map`], in the order of their keys.
pub type Entries<'a> = std::iter::Zip<std::slice::Iter<'a, CompactString>, std::slice::Iter<'a, Value>>;

impl fmt::Debug for Map {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_map().entries(self.iter()).finish()
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        let same_keys = Arc::ptr_eq(&self.0.header.header, &other.0.header.header) || self.keys() == other.keys();
        same_keys && self.values() == other.values()
    }
}

impl Default for Map {
    fn default() -> Self {
        Self::from_iter([])
    }
}

impl FromIterator<(CompactString, Value)> for Map {
    /// Of two entries with the same key the later one stays.
    fn from_iter<I: IntoIterator<Item = (CompactString, Value)>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.reverse();
            entries.dedup_by(|a, b| a.0 == b.0);
            entries.reverse();
        }
        let keys = shape::keys_of(entries.iter().map(|(key, _)| key));
        let values: Vec<Value> = entries.into_iter().map(|(_, value)| value).collect();
        Self(ThinArc::from_header_and_iter(keys, values.into_iter()))
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a CompactString, &'a Value);
    type IntoIter = Entries<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Value {
    /// The value that `thing` serializes to.
    ///
    /// # Errors
    /// When `thing` does not serialize to JSON.
    pub fn of<T: Serialize>(thing: &T) -> Result<Self, serde_json::Error> {
        thing.serialize(build::Build)
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The object, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// The number, whole or not, if it is one.
    #[expect(clippy::cast_precision_loss, reason = "counts and shares stay far below 2^52")]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }
}

impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(it) => Self::Bool(it),
            serde_json::Value::Number(it) => {
                it.as_i64().map_or_else(|| Self::Float(it.as_f64().unwrap_or(f64::NAN)), Self::Int)
            }
            serde_json::Value::String(it) => Self::Str(it.into()),
            serde_json::Value::Array(it) => Self::List(it.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(it) => {
                Self::Map(it.into_iter().map(|(key, value)| (key.into(), Self::from(value))).collect())
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(it) => serializer.serialize_bool(*it),
            Self::Int(it) => serializer.serialize_i64(*it),
            Self::Float(it) => serializer.serialize_f64(*it),
            Self::Str(it) => serializer.serialize_str(it),
            Self::List(it) => serializer.collect_seq(it.iter()),
            Self::Map(it) => it.serialize(serializer),
        }
    }
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

struct AnyValue<'t>(&'t mut Tree);

impl<'de> DeserializeSeed<'de> for AnyValue<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(Value::Bool(it))
    }

    fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
        Ok(Value::Int(it))
    }

    #[expect(clippy::cast_precision_loss, reason = "a number past 2^63 is not whole to JSON either")]
    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        Ok(i64::try_from(it).map_or(Value::Float(it as f64), Value::Int))
    }

    fn visit_f64<E>(self, it: f64) -> Result<Value, E> {
        Ok(Value::Float(it))
    }

    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        Ok(Value::Str(it.into()))
    }

    fn visit_string<E>(self, it: String) -> Result<Value, E> {
        Ok(Value::Str(it.into()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let base = self.0.base();
        while let Some(item) = items.next_element_seed(AnyValue(self.0))? {
            self.0.push(item);
        }
        Ok(Value::List(self.0.list(base)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        AnyMap(self.0).visit_map(map).map(Value::Map)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        shape::with_tree(|tree| deserializer.deserialize_any(AnyValue(tree)))
    }
}

struct AnyMap<'t>(&'t mut Tree);

impl<'de> Visitor<'de> for AnyMap<'_> {
    type Value = Map;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Map, A::Error> {
        let Self(tree) = self;
        let base = tree.base();
        let mut node = shape::ROOT;
        while let Some(step) = map.next_key_seed(shape::Step(tree, node))? {
            match step {
                Ok(next) => node = next,
                Err(key) => return unshared(tree, base, node, key, map),
            }
            let value = map.next_value_seed(AnyValue(tree))?;
            tree.push(value);
        }
        Ok(Map(tree.map(base, node)))
    }
}

/// Reads the rest of an object whose keys are not sorted, or are too many to remember.
fn unshared<'de, A: MapAccess<'de>>(
    tree: &mut Tree,
    base: usize,
    node: shape::Node,
    key: CompactString,
    mut map: A,
) -> Result<Map, A::Error> {
    let mut entries = tree.entries(base, node);
    entries.push((key, map.next_value_seed(AnyValue(tree))?));
    while let Some(key) = map.next_key()? {
        entries.push((key, map.next_value_seed(AnyValue(tree))?));
    }
    Ok(entries.into_iter().collect())
}

impl<'de> Deserialize<'de> for Map {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        shape::with_tree(|tree| deserializer.deserialize_map(AnyMap(tree)))
    }
}

impl JsonSchema for Map {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Map".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "object"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_with_the_same_keys_share_them() {
        let parse = |text: &str| serde_json::from_str::<Map>(text).unwrap();
        let (a, b) = (parse(r#"{"a": 1, "b": {"c": [1, {"a": 2, "b": 3}]}}"#), parse(r#"{"a": 5, "b": null}"#));
        assert!(Arc::ptr_eq(&a.0.header.header, &b.0.header.header));
        assert_ne!(a, b);
        let built: Map = [("b".into(), Value::Null), ("a".into(), Value::Int(5))].into_iter().collect();
        assert_eq!(built, b);
        assert!(Arc::ptr_eq(&built.0.header.header, &b.0.header.header));
    }

    #[test]
    fn keys_in_any_order_come_out_sorted_and_the_last_of_two_stays() {
        let map: Map = serde_json::from_str(r#"{"b": {"y": 1, "x": [2]}, "a": 1, "c": 0, "a": 2}"#).unwrap();
        assert_eq!(serde_json::to_string(&map).unwrap(), r#"{"a":2,"b":{"x":[2],"y":1},"c":0}"#);
        assert_eq!(map.get("a"), Some(&Value::Int(2)));
        assert_eq!(map.get("d"), None);
    }

    #[test]
    fn keys_made_of_data_are_read_though_not_remembered() {
        let text =
            |n: usize| format!("{{{}}}", (0..n).map(|n| format!("\"k{n:06}\":{n}")).collect::<Vec<_>>().join(","));
        for n in [0, 1, 20_000] {
            let map: Map = serde_json::from_str(&text(n)).unwrap();
            assert_eq!(map.len(), n);
            assert_eq!(serde_json::to_string(&map).unwrap(), text(n));
        }
        for n in 0..1_000 {
            let map: Map = serde_json::from_str(&format!(r#"{{"only{n}": {n}}}"#)).unwrap();
            assert_eq!(map.get(&format!("only{n}")), Some(&Value::Int(n)));
        }
    }

    #[test]
    fn an_error_within_leaves_nothing_behind() {
        assert!(serde_json::from_str::<Map>(r#"{"a": [1, 2, {"b": 3, "c": }]}"#).is_err());
        let map: Map = serde_json::from_str(r#"{"a": [1]}"#).unwrap();
        assert_eq!(serde_json::to_string(&map).unwrap(), r#"{"a":[1]}"#);
    }
}
