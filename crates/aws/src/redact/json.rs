//! JSON bodies.

use serde_json::Value;

use super::{Keep, Lost};

pub(super) fn redact(body: &[u8], keep: &Keep, lost: &mut Lost) -> Option<Vec<u8>> {
    let value = serde_json::from_slice(body).ok()?;
    serde_json::to_vec(&kept(value, keep, lost)).ok()
}

/// Keys come out sorted, so that the bytes do not depend on the order in which AWS wrote them.
fn kept(value: Value, keep: &Keep, lost: &mut Lost) -> Value {
    match value {
        Value::String(text) => Value::String(kept_text(&text, keep, lost)),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| kept(item, keep, lost)).collect()),
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> = members.into_iter().collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            let members = members.into_iter().map(|(name, value)| {
                lost.enter(&name);
                let value = match keep.child(&name) {
                    Some(keep) => kept(value, keep, lost),
                    None => dropped(value, lost),
                };
                lost.leave();
                (name, value)
            });
            Value::Object(members.collect())
        }
        scalar => scalar,
    }
}

/// A text that may hold JSON of which some members are kept.
pub(super) fn kept_text(text: &str, keep: &Keep, lost: &mut Lost) -> String {
    if let Some((how, inner)) = keep.embedded()
        && let Some(value) = how.parse(text)
    {
        lost.enter(how.step());
        let value = kept(value, inner, lost);
        lost.leave();
        return how.write(&value);
    }
    if keep.keeps_role() {
        return lost.kept_role(text);
    }
    if keep.keeps_text() { lost.kept(text).into_owned() } else { lost.dropped(text) }
}

fn dropped(value: Value, lost: &mut Lost) -> Value {
    match value {
        Value::String(text) => Value::String(lost.dropped(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| dropped(item, lost)).collect()),
        Value::Object(members) => {
            if !members.is_empty() {
                lost.here();
            }
            Value::Object(serde_json::Map::new())
        }
        scalar => scalar,
    }
}
