//! Whether a pattern of EventBridge matches events of which only some fields are known.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::join::{all, any};

/// What is the same in all events of a kind, by the names of their fields.
pub(crate) type Specimen = BTreeMap<&'static str, Field>;

/// A field of a specimen.
#[derive(Debug)]
pub(crate) enum Field {
    /// This text.
    Text(String),
    /// Text that differs from event to event and begins like this.
    Begins(&'static str),
    /// Fields of its own.
    Object(Specimen),
}

/// Whether something holds, or why that cannot be told.
pub(crate) type Told = Result<bool, String>;

/// Whether the pattern matches every event of this kind. It does not where it matches none or only some of them.
pub(crate) fn matches(pattern: &Value, event: &Specimen) -> Told {
    let Value::Object(fields) = pattern else { return Err("a pattern is not an object".to_owned()) };
    all(fields.iter().map(|(name, wanted)| match (name.as_str(), wanted) {
        ("$or", Value::Array(patterns)) => any(patterns.iter().map(|pattern| matches(pattern, event))),
        (name, wanted) => matches_field(name, wanted, event),
    }))
}

fn matches_field(name: &str, wanted: &Value, event: &Specimen) -> Told {
    match (wanted, event.get(name)) {
        (_, None) => Err(format!("what such an event has as {name} is not known")),
        (Value::Object(_), Some(Field::Object(inner))) => matches(wanted, inner),
        (Value::Array(choices), Some(Field::Text(text))) => any(choices.iter().map(|choice| is(choice, text))),
        (Value::Array(choices), Some(Field::Begins(start))) => {
            any(choices.iter().map(|choice| is_every(choice, start)))
        }
        _ => Err(format!("{name} of such an event is not of the kind that the pattern asks for")),
    }
}

/// Whether a text is one of those that are chosen.
fn is(choice: &Value, text: &str) -> Told {
    match choice {
        Value::String(word) => Ok(word == text),
        Value::Object(filter) => match single(filter)? {
            ("exists", Value::Bool(exists)) => Ok(*exists),
            ("anything-but", Value::Object(filter)) => {
                let (kind, argument) = single(filter)?;
                is_like(kind, argument, text).map(|like| !like)
            }
            ("anything-but", Value::Array(words)) => Ok(words.iter().all(|word| word != text)),
            ("anything-but", word) => Ok(word != text),
            (kind, argument) => is_like(kind, argument, text),
        },
        // Numbers, truth values and null are no text.
        _ => Ok(false),
    }
}

/// Whether all texts that begin like this are chosen.
fn is_every(choice: &Value, start: &str) -> Told {
    let Value::Object(filter) = choice else { return Ok(false) };
    match single(filter)? {
        ("exists", Value::Bool(exists)) => Ok(*exists),
        ("prefix", Value::String(prefix)) => Ok(start.starts_with(prefix.as_str())),
        ("suffix" | "equals-ignore-case", Value::String(_)) => Ok(false),
        (kind, _) => Err(format!("the filter {kind} is on a text that differs from event to event")),
    }
}

fn is_like(kind: &str, argument: &Value, text: &str) -> Told {
    let ignoring_case = |argument: &Map<String, Value>| match single(argument)? {
        ("equals-ignore-case", Value::String(word)) => Ok(word.to_lowercase()),
        (inner, _) => Err(format!("the filter {kind} of {inner} is not known")),
    };
    match (kind, argument) {
        ("prefix", Value::String(prefix)) => Ok(text.starts_with(prefix.as_str())),
        ("prefix", Value::Object(prefix)) => Ok(text.to_lowercase().starts_with(&ignoring_case(prefix)?)),
        ("suffix", Value::String(suffix)) => Ok(text.ends_with(suffix.as_str())),
        ("suffix", Value::Object(suffix)) => Ok(text.to_lowercase().ends_with(&ignoring_case(suffix)?)),
        ("equals-ignore-case", Value::String(word)) => Ok(word.to_lowercase() == text.to_lowercase()),
        ("wildcard", Value::String(wildcard)) => Ok(is_wild(wildcard, text)),
        ("prefix" | "suffix" | "equals-ignore-case" | "wildcard", Value::Array(each)) => {
            any(each.iter().map(|argument| is_like(kind, argument, text)))
        }
        _ => Err(format!("the filter {kind} is not known")),
    }
}

/// The one member that a filter has.
fn single(filter: &Map<String, Value>) -> Result<(&str, &Value), String> {
    match filter.iter().next() {
        Some((kind, argument)) if filter.len() == 1 => Ok((kind, argument)),
        _ => Err("a filter does not have exactly one member".to_owned()),
    }
}

/// Whether a text is what a wildcard stands for: `*` is any text, and a backslash takes away what the next character means.
fn is_wild(wildcard: &str, text: &str) -> bool {
    let mut parts = vec![String::new()];
    let mut characters = wildcard.chars();
    while let Some(character) = characters.next() {
        match (character, parts.last_mut()) {
            ('*', _) => parts.push(String::new()),
            ('\\', Some(part)) => part.extend(characters.next()),
            (plain, Some(part)) => part.push(plain),
            (_, None) => {}
        }
    }
    let [first, middle @ .., last] = parts.as_slice() else { return parts[0] == text };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    for part in middle {
        let Some(at) = rest.find(part.as_str()) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event() -> Specimen {
        let text = |text: &str| Field::Text(text.to_owned());
        Specimen::from([
            ("source", text("aws.signin")),
            ("kind", Field::Begins("aws.")),
            ("detail", Field::Object(Specimen::from([("type", text("Root")), ("name", text("ConsoleLogin"))]))),
        ])
    }

    #[track_caller]
    fn assert_told(pattern: &Value, told: Option<bool>) {
        assert_eq!(matches(pattern, &event()).ok(), told, "{pattern}");
    }

    #[test]
    fn all_fields_have_to_match_and_one_word_of_each() {
        assert_told(&json!({}), Some(true));
        assert_told(&json!({"source": ["aws.ec2", "aws.signin"], "detail": {"type": ["Root"]}}), Some(true));
        assert_told(&json!({"source": ["aws.signin"], "detail": {"type": ["IAMUser"]}}), Some(false));
        assert_told(&json!({"source": ["aws.Signin"]}), Some(false));
        assert_told(&json!({"source": []}), Some(false));
        assert_told(&json!({"source": [1, true, null]}), Some(false));
    }

    #[test]
    fn filters_of_every_kind() {
        for (filter, told) in [
            (json!({"prefix": "aws."}), true),
            (json!({"prefix": "AWS."}), false),
            (json!({"prefix": {"equals-ignore-case": "AWS."}}), true),
            (json!({"suffix": "signin"}), true),
            (json!({"suffix": ".ec2"}), false),
            (json!({"suffix": {"equals-ignore-case": "SIGNIN"}}), true),
            (json!({"equals-ignore-case": "AWS.SignIn"}), true),
            (json!({"equals-ignore-case": "aws"}), false),
            (json!({"exists": true}), true),
            (json!({"exists": false}), false),
            (json!({"anything-but": "aws.ec2"}), true),
            (json!({"anything-but": ["aws.ec2", "aws.signin"]}), false),
            (json!({"anything-but": [1]}), true),
            (json!({"anything-but": 1}), true),
            (json!({"anything-but": {"prefix": "aws."}}), false),
            (json!({"anything-but": {"prefix": ["x", "aws"]}}), false),
            (json!({"anything-but": {"suffix": ".ec2"}}), true),
            (json!({"anything-but": {"equals-ignore-case": ["AWS.SIGNIN"]}}), false),
            (json!({"anything-but": {"wildcard": "*.sign*"}}), false),
            (json!({"wildcard": "aws.*"}), true),
            (json!({"wildcard": "*.s*n*n"}), true),
            (json!({"wildcard": "*.s*x*n"}), false),
            (json!({"wildcard": "aws.signin*"}), true),
            (json!({"wildcard": "aws.signin"}), true),
            (json!({"wildcard": "aws.sign*in*gin"}), false),
            (json!({"wildcard": "aws\\*"}), false),
        ] {
            assert_told(&json!({"source": [filter]}), Some(told));
        }
        assert!(is_wild("a\\*\\\\b", "a*\\b"));
    }

    #[test]
    fn one_of_several_patterns_will_do() {
        let either = |one: Value, other: Value| json!({"source": ["aws.signin"], "$or": [one, other]});
        assert_told(&either(json!({"source": ["x"]}), json!({"detail": {"type": ["Root"]}})), Some(true));
        assert_told(&either(json!({"source": ["x"]}), json!({"detail": {"type": ["x"]}})), Some(false));
        assert_told(&json!({"detail": {"$or": [{"type": ["x"]}, {"name": ["ConsoleLogin"]}]}}), Some(true));
    }

    #[test]
    fn what_cannot_be_told_is_not_guessed_and_does_not_hide_what_can() {
        assert_told(&json!({"region": ["us-east-1"]}), None);
        assert_told(&json!({"region": [{"exists": false}]}), None);
        assert_told(&json!({"source": [{"numeric": [">", 1]}]}), None);
        assert_told(&json!({"source": [{"prefix": "x", "suffix": "y"}]}), None);
        assert_told(&json!({"source": "aws.signin"}), None);
        assert_told(&json!({"detail": ["x"]}), None);
        assert_told(&json!(["aws.signin"]), None);
        assert_told(&json!({"region": ["us-east-1"], "source": ["aws.ec2"]}), Some(false));
        assert_told(&json!({"source": [{"cidr": "10.0.0.0/8"}, "aws.signin"]}), Some(true));
        assert_told(&json!({"$or": [{"region": ["us-east-1"]}, {"source": ["aws.signin"]}]}), Some(true));
    }

    #[test]
    fn what_differs_from_event_to_event_is_not_matched_by_a_word() {
        for (choice, told) in [
            (json!("aws.iam"), Some(false)),
            (json!({"prefix": "aws"}), Some(true)),
            (json!({"prefix": "aws.i"}), Some(false)),
            (json!({"suffix": "iam"}), Some(false)),
            (json!({"exists": true}), Some(true)),
            (json!({"anything-but": "aws.iam"}), None),
            (json!({"wildcard": "*"}), None),
        ] {
            assert_told(&json!({"kind": [choice]}), told);
        }
    }
}
