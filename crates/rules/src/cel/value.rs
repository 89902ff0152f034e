//! What a predicate computes with: values read where they stand, and values of its own.

use std::cmp::Ordering;

use wellproof_model::{Map, Value};

/// A value while a predicate runs.
#[derive(Clone, Debug)]
pub(crate) enum Val<'a> {
    /// Stands in a record, or in the predicate.
    Ref(&'a Value),
    /// Was computed.
    Own(Value),
    /// A record's own text.
    Text(&'a str),
    /// A record's tags.
    Map(&'a Map),
}

/// The same, looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum View<'v> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'v str),
    List(&'v [Value]),
    Map(&'v Map),
}

impl Val<'_> {
    pub(crate) fn view(&self) -> View<'_> {
        match self {
            Self::Ref(value) => View::of(value),
            Self::Own(value) => View::of(value),
            Self::Text(text) => View::Text(text),
            Self::Map(map) => View::Map(map),
        }
    }

    pub(crate) fn bool(value: bool) -> Self {
        Self::Own(Value::Bool(value))
    }

    /// A value that stands on its own.
    pub(crate) fn into_value(self) -> Value {
        match self {
            Self::Ref(value) => value.clone(),
            Self::Own(value) => value,
            Self::Text(text) => Value::from(text),
            Self::Map(map) => Value::Map(map.clone()),
        }
    }
}

impl<'v> View<'v> {
    pub(crate) fn of(value: &'v Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(it) => Self::Bool(*it),
            Value::Int(it) => Self::Int(*it),
            Value::Float(it) => Self::Float(*it),
            Value::Str(it) => Self::Text(it),
            Value::List(it) => Self::List(it),
            Value::Map(it) => Self::Map(it),
        }
    }

    pub(crate) fn is_null(self) -> bool {
        matches!(self, Self::Null)
    }

    #[expect(clippy::cast_precision_loss, reason = "counts and shares stay far below 2^52")]
    pub(crate) fn number(self) -> Option<f64> {
        match self {
            Self::Int(it) => Some(it as f64),
            Self::Float(it) => Some(it),
            _ => None,
        }
    }

    /// What kind of value it is, in words.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "an object",
        }
    }

    /// Equality; 1 equals 1.0, values of different kinds differ.
    pub(crate) fn same(self, other: View<'v>) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), View::Bool(b)) => a == b,
            (Self::Int(a), View::Int(b)) => a == b,
            (Self::Text(a), View::Text(b)) => a == b,
            (Self::List(a), View::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| View::of(a).same(View::of(b)))
            }
            (Self::Map(a), View::Map(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && View::of(a.1).same(View::of(b.1)))
            }
            (a, b) => match (a.number(), b.number()) {
                (Some(a), Some(b)) => compare_numbers(a, b) == Some(Ordering::Equal),
                _ => false,
            },
        }
    }

    /// Order of two numbers, or of two texts.
    pub(crate) fn order(self, other: View<'_>) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), View::Int(b)) => Some(a.cmp(&b)),
            (Self::Text(a), View::Text(b)) => Some(a.cmp(b)),
            (a, b) => compare_numbers(a.number()?, b.number()?),
        }
    }
}

fn compare_numbers(a: f64, b: f64) -> Option<Ordering> {
    a.partial_cmp(&b)
}
