//! JSON with the place of every value.
//!
//! A strict reader of RFC 8259, written here because a mistake in a lens is to be shown at its line: `serde_json`
//! keeps no places past parsing, and YAML readers, which do, take `NaN`, comments and single quotes for good.
//! It reads on past the mistakes that people make (`NaN`, a comma too many), so that one look shows all of them.

use std::ops::Range;

use crate::read::Problems;

/// How deep arrays and objects may nest; a lens needs nine.
const MAX_DEPTH: usize = 64;

/// A value and its place in bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) value: Json,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    /// Something that was reported and is not looked at again.
    Bad,
    Null,
    Bool,
    Number,
    String(String),
    Array(Vec<Node>),
    Object(Vec<Member>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    pub(crate) key: String,
    pub(crate) key_span: Range<usize>,
    pub(crate) value: Node,
}

impl Node {
    pub(crate) fn has(&self, key: &str) -> bool {
        matches!(&self.value, Json::Object(members) if members.iter().any(|member| member.key == key))
    }

    /// What it is, as a message says it.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Json::Bad => "a mistake",
            Json::Null => "null",
            Json::Bool => "a Boolean",
            Json::Number => "a number",
            Json::String(_) => "a string",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        }
    }

    /// Its first byte: where a message about the whole value points.
    pub(crate) fn start(&self) -> Range<usize> {
        self.span.start..(self.span.start + 1).min(self.span.end)
    }
}

/// Reads a document; `None` where reading could not go on.
pub(crate) fn parse(text: &str, problems: &mut Problems) -> Option<Node> {
    let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut parser = Parser { text, at, problems };
    let node = parser.value(0).ok()?;
    parser.blank();
    if parser.at < text.len() {
        let rest = parser.at..parser.at + parser.peek().map_or(0, char::len_utf8);
        parser.problems.error(rest, "there is more after the end of the document");
        return None;
    }
    Some(node)
}

/// Reported already; reading stops.
struct Stop;

struct Parser<'a, 'p> {
    text: &'a str,
    at: usize,
    problems: &'p mut Problems,
}

impl<'a> Parser<'a, '_> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn blank(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn eat(&mut self, letter: char) -> bool {
        let there = self.peek() == Some(letter);
        if there {
            self.at += letter.len_utf8();
        }
        there
    }

    fn here(&self) -> Range<usize> {
        self.at..self.at + self.peek().map_or(0, char::len_utf8)
    }

    fn stop<T>(&mut self, span: Range<usize>, message: impl AsRef<str>) -> Result<T, Stop> {
        self.problems.error(span, message);
        Err(Stop)
    }

    fn unexpected<T>(&mut self, expected: &str) -> Result<T, Stop> {
        let found = self.peek().map_or_else(|| "the end of the file".to_owned(), |letter| format!("`{letter}`"));
        if self.rest().starts_with("//") || self.rest().starts_with("/*") {
            let span = self.at..self.at + 2;
            return self.stop(span, "JSON has no comments");
        }
        self.stop(self.here(), format!("expected {expected}, found {found}"))
    }

    fn value(&mut self, depth: usize) -> Result<Node, Stop> {
        self.blank();
        let start = self.at;
        if depth > MAX_DEPTH {
            return self.stop(self.here(), format!("nested more than {MAX_DEPTH} deep"));
        }
        let value = match self.peek() {
            Some('{') => self.object(depth)?,
            Some('[') => self.array(depth)?,
            Some('"') => Json::String(self.string()?),
            Some('-' | '0'..='9') => self.number()?,
            Some(letter) if letter.is_ascii_alphabetic() => self.word()?,
            Some('\'') => return self.stop(self.here(), "a string stands between double quotes"),
            _ => return self.unexpected("a value"),
        };
        Ok(Node { span: start..self.at, value })
    }

    fn word(&mut self) -> Result<Json, Stop> {
        let rest = self.rest();
        let length = rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let span = self.at..self.at + length;
        self.at += length;
        match &rest[..length] {
            "null" => Ok(Json::Null),
            "true" | "false" => Ok(Json::Bool),
            word @ ("NaN" | "Infinity") => {
                self.not_json(span, word);
                Ok(Json::Bad)
            }
            word => {
                let message = format!("expected a value, found `{word}`");
                self.stop(span, message)
            }
        }
    }

    fn not_json(&mut self, span: Range<usize>, word: &str) {
        let help = "a program that writes missing values as `NaN` made this file; leave the field out";
        self.problems.error_with(span, format!("`{word}` is not JSON"), help);
    }

    fn number(&mut self) -> Result<Json, Stop> {
        let start = self.at;
        if self.rest().starts_with("-Infinity") {
            self.at += "-Infinity".len();
            self.not_json(start..self.at, "-Infinity");
            return Ok(Json::Bad);
        }
        let rest = self.rest();
        let length =
            rest.find(|letter: char| !matches!(letter, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')).unwrap_or(rest.len());
        self.at += length;
        // The grammar of numbers is not worth a second copy.
        if serde_json::from_str::<serde_json::Number>(&rest[..length]).is_err() {
            return self.stop(start..self.at, "this is no number");
        }
        Ok(Json::Number)
    }

    fn array(&mut self, depth: usize) -> Result<Json, Stop> {
        self.at += 1;
        let mut items = Vec::new();
        self.blank();
        if self.eat(']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.separated(']')? {
                return Ok(Json::Array(items));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, Stop> {
        self.at += 1;
        let mut members: Vec<Member> = Vec::new();
        self.blank();
        if self.eat('}') {
            return Ok(Json::Object(members));
        }
        loop {
            self.blank();
            let start = self.at;
            if self.peek() != Some('"') {
                return self.unexpected("a name in double quotes");
            }
            let key = self.string()?;
            let key_span = start..self.at;
            self.blank();
            if !self.eat(':') {
                return self.unexpected("`:`");
            }
            let value = self.value(depth + 1)?;
            members.push(Member { key, key_span, value });
            if self.separated('}')? {
                return Ok(Json::Object(members));
            }
        }
    }

    /// True at the end of an array or object, false before its next item.
    fn separated(&mut self, close: char) -> Result<bool, Stop> {
        self.blank();
        if self.eat(close) {
            return Ok(true);
        }
        let comma = self.here();
        if !self.eat(',') {
            return self.unexpected(&format!("`,` or `{close}`"));
        }
        self.blank();
        if self.eat(close) {
            self.problems.error(comma, format!("no comma stands before `{close}`"));
            return Ok(true);
        }
        Ok(false)
    }

    fn string(&mut self) -> Result<String, Stop> {
        let start = self.at;
        self.at += 1;
        loop {
            let rest = self.rest();
            let Some(plain) = rest.find(|letter: char| matches!(letter, '"' | '\\') || letter < ' ') else {
                return self.stop(start..start + 1, "this string is never closed");
            };
            self.at += plain;
            match self.peek() {
                Some('"') => break,
                // Whatever is escaped, it is no end of the string; serde_json looks closer below.
                Some('\\') => {
                    self.at += 1;
                    self.at += self.peek().map_or(0, char::len_utf8);
                }
                Some('\n' | '\r') => {
                    return self.stop(start..start + 1, "this string is not closed on its line");
                }
                _ => return self.stop(self.here(), "a control character in a string is written as an escape"),
            }
        }
        self.at += 1;
        let raw = &self.text[start..self.at];
        match serde_json::from_str(raw) {
            Ok(text) => Ok(text),
            Err(_) => self.stop(start..self.at, "this string has an escape that JSON does not know"),
        }
    }
}
