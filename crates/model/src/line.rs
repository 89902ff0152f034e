//! A resource out of its line, the fast way.
//!
//! Reading a snapshot is mostly the parsing of these lines, and they are written by us: members in a fixed order, no
//! white space, sorted keys. This reads just that and no more; any other line, and any text with an escape, is left to
//! a real parser. It is never laxer than one: a line that it reads, a parser reads to the same resource.

use std::collections::BTreeMap;

use crate::shape::{Node, ROOT, Tree, with_tree};
use crate::{CallId, GapId, Map, Resource, Tags, Value};

/// Deeper objects are left to the parser.
const DEEPEST: usize = 32;

impl Resource {
    /// Reads a line as [`serde_json`] writes a resource; `None` for a line that only a parser can judge.
    pub fn from_plain_line(line: &str) -> Option<Self> {
        with_tree(|tree| Cursor { text: line, at: 0, tree }.resource())
    }
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
    tree: &'a mut Tree,
}

impl<'a> Cursor<'a> {
    fn resource(&mut self) -> Option<Resource> {
        self.literal(r#"{"type":"#)?;
        let kind = self.string()?.to_owned();
        self.literal(r#","id":"#)?;
        let id = self.string()?.to_owned();
        self.literal(r#","arn":"#)?;
        let arn = if self.literal("null").is_some() { None } else { Some(self.string()?.to_owned()) };
        self.literal(r#","account":"#)?;
        let account = self.string()?.to_owned();
        self.literal(r#","region":"#)?;
        let region = self.string()?.to_owned();
        self.literal(r#","tags":"#)?;
        let tags = if self.literal("null").is_some() { None } else { Some(self.tags()?) };
        self.literal(r#","attributes":{"#)?;
        let attributes = self.map(0)?;
        self.literal(r#","calls":["#)?;
        let calls = self.calls()?;
        let unread: BTreeMap<String, String> =
            if self.literal(r#","unread":"#).is_some() { self.texts()? } else { BTreeMap::new() };
        self.literal("}")?;
        if self.at != self.text.len() {
            return None;
        }
        let unread = unread.into_iter().map(|(field, gap)| (field, GapId::from(gap))).collect();
        Some(Resource { kind, id, arn, account, region, tags, attributes, calls, unread })
    }

    fn tags(&mut self) -> Option<Tags> {
        self.literal("{")?;
        Tags::of(self.map(0)?)
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn literal(&mut self, text: &str) -> Option<()> {
        self.rest().starts_with(text.as_bytes()).then(|| self.at += text.len())
    }

    /// A quoted text without escapes.
    fn string(&mut self) -> Option<&'a str> {
        self.literal("\"")?;
        let rest = self.rest();
        let len = plain_len(rest);
        if rest.get(len) != Some(&b'"') {
            return None;
        }
        let text = self.text.get(self.at..self.at + len)?;
        self.at += len + 1;
        Some(text)
    }

    fn texts<T: FromIterator<(String, String)>>(&mut self) -> Option<T> {
        self.literal("{")?;
        let mut entries = Vec::new();
        if self.literal("}").is_some() {
            return Some(entries.into_iter().collect());
        }
        loop {
            let key = self.string()?.to_owned();
            self.literal(":")?;
            entries.push((key, self.string()?.to_owned()));
            if self.ends(b'}')? {
                return Some(entries.into_iter().collect());
            }
        }
    }

    fn calls(&mut self) -> Option<Vec<CallId>> {
        let mut calls = Vec::with_capacity(1);
        if self.literal("]").is_some() {
            return Some(calls);
        }
        loop {
            calls.push(CallId::from(self.string()?));
            if self.ends(b']')? {
                return Some(calls);
            }
        }
    }

    /// Takes a comma, or the end that it then says it was.
    fn ends(&mut self, end: u8) -> Option<bool> {
        let next = self.peek()?;
        self.at += 1;
        if next == end { Some(true) } else { (next == b',').then_some(false) }
    }

    /// An object, after its brace.
    fn map(&mut self, depth: usize) -> Option<Map> {
        let base = self.tree.base();
        let mut node = ROOT;
        if self.literal("}").is_some() {
            return Some(Map(self.tree.map(base, node)));
        }
        loop {
            node = self.key(node)?;
            let value = self.value(depth + 1)?;
            self.tree.push(value);
            if self.ends(b'}')? {
                return Some(Map(self.tree.map(base, node)));
            }
        }
    }

    /// A key and its colon: most often the one that followed the last time.
    fn key(&mut self, from: Node) -> Option<Node> {
        if let Some((guess, node)) = self.tree.guess(from) {
            let known = guess.len();
            let rest = self.rest();
            if rest.len() > known + 2
                && rest[0] == b'"'
                && rest[1..=known] == *guess.as_bytes()
                && rest[known + 1..known + 3] == *b"\":"
            {
                self.at += known + 3;
                return Some(node);
            }
        }
        let key = self.string()?;
        self.literal(":")?;
        self.tree.step(from, key)
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        match self.peek()? {
            b'"' => Some(Value::Str(self.string()?.into())),
            b'{' => {
                self.at += 1;
                self.map(depth).map(Value::Map)
            }
            b'[' => {
                self.at += 1;
                self.list(depth).map(Value::List)
            }
            b'n' => self.literal("null").map(|()| Value::Null),
            b't' => self.literal("true").map(|()| Value::Bool(true)),
            b'f' => self.literal("false").map(|()| Value::Bool(false)),
            _ => self.number(),
        }
    }

    fn list(&mut self, depth: usize) -> Option<std::sync::Arc<[Value]>> {
        let base = self.tree.base();
        if self.literal("]").is_some() {
            return Some(self.tree.list(base));
        }
        loop {
            let value = self.value(depth + 1)?;
            self.tree.push(value);
            if self.ends(b']')? {
                return Some(self.tree.list(base));
            }
        }
    }

    /// A whole number of at most 18 digits, or one with a fraction and no exponent.
    fn number(&mut self) -> Option<Value> {
        let rest = self.rest();
        let signed = usize::from(rest.first() == Some(&b'-'));
        let whole = digits(&rest[signed..]);
        let leading_zero = rest.get(signed) == Some(&b'0') && (whole > 1 || signed == 1);
        if whole == 0 || whole > 18 || leading_zero {
            return None;
        }
        let mut len = signed + whole;
        let fraction = if rest.get(len) == Some(&b'.') { digits(&rest[len + 1..]) } else { 0 };
        if fraction > 0 {
            len += 1 + fraction;
        }
        // A point without digits, an exponent: whatever follows, it is not the end of this number.
        if matches!(rest.get(len), Some(b'.' | b'e' | b'E')) {
            return None;
        }
        let text = self.text.get(self.at..self.at + len)?;
        self.at += len;
        if fraction > 0 { text.parse().ok().map(Value::Float) } else { text.parse().ok().map(Value::Int) }
    }
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// How many bytes stand before the first quote, backslash or control character; eight are looked at together.
pub(crate) fn plain_len(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // The lowest bit that is set marks the first byte that is zero, or below `least`; those above it may be false.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let below = |word: u64, least: u64| word.wrapping_sub(ONES * least) & !word & HIGH;
    let (words, rest) = bytes.as_chunks::<8>();
    for (nth, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\'))) | below(word, 0x20);
        if found != 0 {
            return nth * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let plain = rest.iter().take_while(|byte| **byte >= 0x20 && !matches!(byte, b'"' | b'\\')).count();
    words.len() * 8 + plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same(line: &str) -> bool {
        let parsed: Option<Resource> = serde_json::from_str(line).ok();
        match Resource::from_plain_line(line) {
            // NaN cannot come of JSON, so that equal resources compare as equal.
            Some(read) => {
                assert_eq!(Some(&read), parsed.as_ref(), "{line}");
                assert_eq!(serde_json::to_string(&read).unwrap(), serde_json::to_string(&parsed).unwrap());
                true
            }
            None => false,
        }
    }

    fn line(attributes: &str) -> String {
        format!(
            r#"{{"type":"T","id":"i","arn":null,"account":"1","region":"r","tags":{{"a":"b"}},"attributes":{attributes},"calls":["c-1","c-2"],"unread":{{"f":"g-1"}}}}"#
        )
    }

    #[test]
    fn the_lines_of_a_snapshot_are_read() {
        for attributes in [
            "{}",
            r#"{"a":1,"b":-2,"c":0,"d":0.5,"e":-10.25,"f":true,"g":false,"h":null,"i":"ä\u007f","j":[],"k":[1,[2]],"l":{}}"#,
            r#"{"a":123456789012345678,"b":"a text of more than twenty-four bytes: €"}"#,
        ] {
            let line = line(attributes).replace("\\u007f", "\u{7f}");
            assert!(same(&line), "{attributes}");
            let parsed: Resource = serde_json::from_str(&line).unwrap();
            assert_eq!(
                serde_json::to_string(&parsed).unwrap(),
                line,
                "lines are written in another way than they are read"
            );
        }
        for odd in ["[]", "{\"a\":1e3}", "{\"a\":-0}", "{\"a\":\"\\n\"}", "{\"b\":1,\"a\":2}", "{\"a\":1,\"a\":2}"] {
            assert!(!same(&line(odd)), "{odd}");
        }
        for wrong in
            ["{\"a\":01}", "{\"a\":1.}", "{\"a\":.5}", "{\"a\":-}", "{\"a\":1,}", "{,}", "{\"a\"}", "{\"a\":nul}"]
        {
            assert!(!same(&line(wrong)), "{wrong}");
        }
        // A key with a quote in it was met by the parser; the raw bytes of another, broken line must not be taken for it.
        serde_json::from_str::<Map>(r#"{"q\"u":1}"#).unwrap();
        assert!(!same(&line(r#"{"q"u":1}"#)));
    }

    #[test]
    fn the_end_of_a_plain_text_is_found() {
        for text in [
            "",
            "\"",
            "a\"",
            "abcdefgh\"",
            "abcdefg\"h",
            "ab\\cdefghij",
            "abcdefgh\u{1f}",
            "\u{80}\u{20ac}abcdef!\u{20}\"x",
        ] {
            let wanted = text.bytes().take_while(|byte| *byte >= 0x20 && !b"\"\\".contains(byte)).count();
            assert_eq!(plain_len(text.as_bytes()), wanted, "{text:?}");
        }
    }

    fn value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            (-1000_i64..1000).prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            "\\PC{0,40}".prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::btree_map("[a-z\"\\\\]{1,4}", inner, 0..6)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_reads_what_a_parser_reads(
            attributes in prop::collection::btree_map("[a-z]{1,4}", value(), 0..6),
            at in any::<prop::sample::Index>(),
            byte in prop_oneof![any::<u8>(), prop::sample::select(b"\"\\{}[],:0.-e ".to_vec())],
            removed in any::<bool>(),
        ) {
            let line = line(&serde_json::to_string(&attributes).unwrap());
            same(&line);
            let mut bytes = line.into_bytes();
            let at = at.index(bytes.len());
            if removed { bytes.remove(at); } else { bytes[at] = byte; }
            if let Ok(line) = String::from_utf8(bytes) {
                same(&line);
            }
        }

        #[test]
        fn the_end_is_found_wherever_it_is(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let wanted = bytes.iter().take_while(|byte| **byte >= 0x20 && !b"\"\\".contains(byte)).count();
            prop_assert_eq!(plain_len(&bytes), wanted);
        }
    }
}
