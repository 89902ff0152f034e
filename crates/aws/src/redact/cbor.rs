//! CBOR bodies: Smithy's RPC v2 protocol.

use ciborium::Value;

use super::{Keep, Lost, json};

pub(super) fn redact(body: &[u8], keep: &Keep, lost: &mut Lost) -> Option<Vec<u8>> {
    let value: Value = ciborium::from_reader(body).ok()?;
    let mut bytes = Vec::with_capacity(body.len());
    ciborium::into_writer(&kept(value, keep, lost), &mut bytes).ok()?;
    Some(bytes)
}

fn kept(value: Value, keep: &Keep, lost: &mut Lost) -> Value {
    match value {
        Value::Text(text) => Value::Text(json::kept_text(&text, keep, lost)),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| kept(item, keep, lost)).collect()),
        Value::Map(members) => {
            let members = members.into_iter().map(|(name, value)| {
                let text = name.as_text().unwrap_or_default().to_owned();
                lost.enter(&text);
                let value = match keep.child(&text) {
                    Some(keep) => kept(value, keep, lost),
                    None => dropped(value, lost),
                };
                lost.leave();
                (name, value)
            });
            Value::Map(members.collect())
        }
        other => dropped(other, lost),
    }
}

fn dropped(value: Value, lost: &mut Lost) -> Value {
    match value {
        Value::Text(text) => Value::Text(lost.dropped(&text)),
        Value::Bytes(bytes) => {
            if !bytes.is_empty() {
                lost.here();
            }
            Value::Bytes(Vec::new())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(|item| dropped(item, lost)).collect()),
        Value::Map(members) => {
            if !members.is_empty() {
                lost.here();
            }
            Value::Map(Vec::new())
        }
        Value::Tag(tag, inner) => Value::Tag(tag, Box::new(dropped(*inner, lost))),
        // Numbers, truth values, null.
        scalar => scalar,
    }
}
