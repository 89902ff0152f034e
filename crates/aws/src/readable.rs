//! Stored bodies as a person reads them.

use quick_xml::events::Event;
use quick_xml::{Reader, Writer};

use crate::canonical;
use crate::redact::Wire;

/// A stored body, indented: JSON as it is, CBOR as the JSON that it stands for, XML as XML. Whatever is none of them comes
/// out as text.
pub fn readable(content_type: Option<&str>, body: &[u8]) -> String {
    let shown = match Wire::of(content_type, body) {
        Some(Wire::Json) => serde_json::from_slice::<serde_json::Value>(body).ok().map(|value| format!("{value:#}")),
        Some(Wire::Cbor) => ciborium::from_reader(body).ok().map(|value| format!("{:#}", canonical::json_of(value))),
        Some(Wire::Xml) => indented(body),
        None => None,
    };
    shown.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned())
}

fn indented(body: &[u8]) -> Option<String> {
    let mut reader = Reader::from_reader(body);
    reader.config_mut().trim_text(true);
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    loop {
        match reader.read_event().ok()? {
            Event::Eof => break,
            event => writer.write_event(event).ok()?,
        }
    }
    String::from_utf8(writer.into_inner()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_protocol_reads_well() {
        assert_eq!(readable(None, b"{\"a\":1}"), "{\n  \"a\": 1\n}");
        assert_eq!(readable(None, b"<a><b>1</b></a>"), "<a>\n  <b>1</b>\n</a>");
        let mut cbor = Vec::new();
        ciborium::into_writer(&std::collections::BTreeMap::from([("a", 1)]), &mut cbor).unwrap();
        assert_eq!(readable(Some("application/cbor"), &cbor), "{\n  \"a\": 1\n}");
    }
}
