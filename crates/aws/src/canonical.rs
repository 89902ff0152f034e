//! Requests as text that is the same whatever order a client wrote its members in.

use ciborium::Value as Cbor;
use serde_json::Value;

use crate::redact::Wire;

/// The body of a request with sorted keys. CBOR becomes the JSON that it stands for, form data sorted pairs.
pub(crate) fn body(content_type: Option<&str>, bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return String::new();
    }
    if content_type.is_some_and(|it| it.contains("x-www-form-urlencoded")) {
        return query(&String::from_utf8_lossy(bytes));
    }
    match Wire::of(content_type, bytes) {
        Some(Wire::Json) => {
            serde_json::from_slice(bytes).map_or_else(|_| text(bytes), |value: Value| sorted(value).to_string())
        }
        Some(Wire::Cbor) => {
            ciborium::from_reader(bytes).map_or_else(|_| hex::encode(bytes), |value| sorted(json_of(value)).to_string())
        }
        _ => text(bytes),
    }
}

/// A query string, or form data, with its pairs sorted.
pub(crate) fn query(text: &str) -> String {
    let mut pairs: Vec<&str> = text.split('&').filter(|pair| !pair.is_empty()).collect();
    pairs.sort_unstable();
    pairs.join("&")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        Value::Object(members) => {
            let mut members: Vec<_> = members.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(members.into_iter().collect())
        }
        scalar => scalar,
    }
}

/// CBOR as JSON that a person can read: timestamps as seconds, bytes as hexadecimal.
pub(crate) fn json_of(value: Cbor) -> Value {
    match value {
        Cbor::Bool(it) => it.into(),
        Cbor::Integer(it) => i64::try_from(it).map_or_else(|_| i128::from(it).to_string().into(), Value::from),
        Cbor::Float(it) => it.into(),
        Cbor::Text(it) => it.into(),
        Cbor::Bytes(it) => hex::encode(it).into(),
        Cbor::Array(items) => items.into_iter().map(json_of).collect::<Vec<_>>().into(),
        Cbor::Map(members) => {
            let members = members.into_iter().map(|(key, value)| {
                let key = match json_of(key) {
                    Value::String(key) => key,
                    other => other.to_string(),
                };
                (key, json_of(value))
            });
            Value::Object(members.collect())
        }
        Cbor::Tag(_, inner) => json_of(*inner),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn member_order_does_not_matter() {
        let one = body(Some("application/x-amz-json-1.1"), br#"{"b":[{"y":1,"x":2}],"a":"t"}"#);
        let other = body(Some("application/x-amz-json-1.1"), br#"{"a":"t","b":[{"x":2,"y":1}]}"#);
        assert_eq!(one, other);
        assert_eq!(one, r#"{"a":"t","b":[{"x":2,"y":1}]}"#);
    }

    #[test]
    fn form_data_is_sorted() {
        let form = body(Some("application/x-www-form-urlencoded"), b"Version=1&Action=X&MaxResults=5");
        assert_eq!(form, "Action=X&MaxResults=5&Version=1");
    }

    #[test]
    fn cbor_reads_as_json() {
        let mut bytes = Vec::new();
        let start = Cbor::Tag(1, Box::new(Cbor::Integer(1_700_000_000.into())));
        let map = Cbor::Map(vec![("Start".into(), start), ("Max".into(), Cbor::Integer(5.into()))]);
        ciborium::into_writer(&map, &mut bytes).unwrap();
        assert_eq!(body(Some("application/cbor"), &bytes), r#"{"Max":5,"Start":1700000000}"#);
    }
}
