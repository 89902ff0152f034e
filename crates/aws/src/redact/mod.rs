//! Takes out of a response whatever its operation does not declare to keep, before anything sees it.
//!
//! A redacted text leaves its class in its place (`[redacted:aws_access_key]`), so that a rule on secrets still judges.
//! Numbers and truth values of JSON and CBOR stay, as do timestamps, which the SDK must be able to parse; of XML,
//! where all is text, a number that is not kept becomes 0. The shape of lists stays, so that redacted is not empty;
//! objects of which nothing is kept lose their keys, which may be data.

mod cbor;
mod json;
mod xml;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use regex::Regex;
use serde_json::Value;

/// A response that is safe to show to a collector and to a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redacted {
    /// The body that takes the original's place.
    pub(crate) body: Vec<u8>,
    /// The members that lost their text; sorted, each once.
    pub(crate) paths: Vec<String>,
}

/// The kinds of body that AWS answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Json,
    Xml,
    Cbor,
}

impl Wire {
    /// Tells the kind by the content type, else by the first byte.
    pub(crate) fn of(content_type: Option<&str>, body: &[u8]) -> Option<Self> {
        let content_type = content_type.unwrap_or_default();
        if content_type.contains("cbor") {
            return Some(Self::Cbor);
        }
        match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{' | b'[') => Some(Self::Json),
            Some(b'<') if !content_type.contains("html") => Some(Self::Xml),
            _ => None,
        }
    }
}

/// The members that an operation keeps, as a tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keep {
    children: BTreeMap<&'static str, Keep>,
    leaf: bool,
    everything: bool,
}

/// The members of an error reply, in every protocol's spelling. None of them holds what a resource holds.
pub(crate) const ERROR_MEMBERS: &[&str] = &[
    "__type",
    "code",
    "Code",
    "message",
    "Message",
    "Type",
    "RequestId",
    "RequestID",
    "Error.Code",
    "Error.Message",
    "Error.Type",
    "Errors.Error.Code",
    "Errors.Error.Message",
];

impl Keep {
    pub(crate) fn of(paths: &[&'static str]) -> Self {
        let mut root = Self::default();
        for path in paths {
            let mut at = &mut root;
            for segment in path.split('.') {
                if segment == "**" {
                    at.everything = true;
                    break;
                }
                at = at.children.entry(segment).or_default();
            }
            at.leaf = true;
        }
        root
    }

    fn child(&self, name: &str) -> Option<&Self> {
        if self.everything {
            return Some(self);
        }
        self.children.get(name).or_else(|| self.children.get("*"))
    }

    fn keeps_text(&self) -> bool {
        self.leaf || self.everything
    }

    /// What is kept of JSON that a text holds, and how the text holds it.
    fn embedded(&self) -> Option<(Embedded, &Self)> {
        [Embedded::Plain, Embedded::Uri].into_iter().find_map(|how| Some((how, self.children.get(how.step())?)))
    }

    fn keeps_role(&self) -> bool {
        self.children.contains_key("#role")
    }
}

/// How a text holds JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Embedded {
    /// As it is.
    Plain,
    /// Percent-encoded, as IAM writes policies.
    Uri,
}

/// What RFC 3986 leaves as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Embedded {
    /// The segment of a path that steps into the text.
    const fn step(self) -> &'static str {
        match self {
            Self::Plain => "#json",
            Self::Uri => "#uri-json",
        }
    }

    fn parse(self, text: &str) -> Option<Value> {
        match self {
            Self::Plain => serde_json::from_str(text).ok(),
            Self::Uri => serde_json::from_str(&percent_decode_str(text).decode_utf8().ok()?).ok(),
        }
    }

    fn write(self, value: &Value) -> String {
        match self {
            Self::Plain => value.to_string(),
            Self::Uri => utf8_percent_encode(&value.to_string(), UNRESERVED).to_string(),
        }
    }
}

/// Redacts `body`. A body of no known kind keeps nothing.
pub(crate) fn redact(wire: Option<Wire>, body: &[u8], keep: &Keep) -> Redacted {
    let mut lost = Lost::default();
    let body = match wire {
        Some(Wire::Json) => json::redact(body, keep, &mut lost),
        Some(Wire::Xml) => xml::redact(body, keep, &mut lost),
        Some(Wire::Cbor) => cbor::redact(body, keep, &mut lost),
        None => None,
    };
    let body = body.unwrap_or_else(|| {
        // Neither the SDK nor a person can read it, so there is nothing to keep; an empty body stays what it is.
        lost.paths.insert("**".to_owned());
        Vec::new()
    });
    Redacted { body, paths: lost.paths.into_iter().collect() }
}

/// Where a walk stands, and which members lost their text so far.
#[derive(Default)]
struct Lost {
    at: Vec<String>,
    paths: BTreeSet<String>,
}

impl Lost {
    fn enter(&mut self, name: &str) {
        self.at.push(name.to_owned());
    }

    fn leave(&mut self) {
        self.at.pop();
    }

    fn here(&mut self) {
        let path = self.at.join(".");
        if !self.paths.contains(&path) {
            self.paths.insert(path);
        }
    }

    /// What stands for `text` where the operation keeps this member.
    fn kept<'a>(&mut self, text: &'a str) -> std::borrow::Cow<'a, str> {
        if ACCESS_KEY.is_match(text) {
            self.here();
            return "[redacted:aws_access_key]".into();
        }
        text.into()
    }

    /// What stands for the ARN of a principal whose session is not to be known.
    fn kept_role(&mut self, arn: &str) -> String {
        match arn.rsplit_once('/') {
            Some((role, session)) if role.contains(":assumed-role/") => {
                if !MARKER.is_match(session) {
                    self.here();
                }
                format!("{}/[redacted:opaque]", self.kept(role))
            }
            _ => self.kept(arn).into_owned(),
        }
    }

    /// What stands for `text` where it does not.
    fn dropped(&mut self, text: &str) -> String {
        if text.is_empty() || TIMESTAMP.is_match(text) {
            return text.to_owned();
        }
        self.here();
        // Redacting twice, as a replay does, changes nothing.
        if MARKER.is_match(text) {
            return text.to_owned();
        }
        format!("[redacted:{}]", class_of(text))
    }
}

#[expect(clippy::unwrap_used, reason = "the patterns are constants")]
static ACCESS_KEY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(^|[^A-Z0-9])(AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}($|[^A-Z0-9])").unwrap());

#[expect(clippy::unwrap_used, reason = "the patterns are constants")]
static TIMESTAMP: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})$").unwrap());

#[expect(clippy::unwrap_used, reason = "the patterns are constants")]
static MARKER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\[redacted:(aws_access_key|arn|secret_reference|link|opaque)\]$").unwrap());

fn class_of(text: &str) -> &'static str {
    if ACCESS_KEY.is_match(text) {
        "aws_access_key"
    } else if text.starts_with("arn:") {
        "arn"
    } else if text.contains("{{resolve:secretsmanager") || text.contains("{{resolve:ssm-secure") {
        "secret_reference"
    } else if text.contains("https://") || text.contains("http://") {
        // Whether a description names a runbook is a fact; what it says is not.
        "link"
    } else {
        "opaque"
    }
}

#[cfg(test)]
mod tests {
    use ciborium::cbor;

    use super::*;

    fn redacted(wire: Wire, body: &str, keeps: &[&'static str]) -> (String, Vec<String>) {
        let redacted = redact(Some(wire), body.as_bytes(), &Keep::of(keeps));
        (String::from_utf8(redacted.body).unwrap(), redacted.paths)
    }

    #[test]
    fn keeps_what_is_declared_and_classes_the_rest() {
        let body = r#"{"Name":"a","Secret":"s","Key":"AKIAIOSFODNN7EXAMPLE","Role":"arn:aws:iam::1:role/x","N":3}"#;
        let (text, paths) = redacted(Wire::Json, body, &["Name"]);
        assert_eq!(
            text,
            r#"{"Key":"[redacted:aws_access_key]","N":3,"Name":"a","Role":"[redacted:arn]","Secret":"[redacted:opaque]"}"#
        );
        assert_eq!(paths, ["Key", "Role", "Secret"]);
    }

    #[test]
    fn an_access_key_in_a_kept_member_goes() {
        let (text, _) = redacted(Wire::Json, r#"{"Tags":[{"Key":"k","Value":"AKIAIOSFODNN7EXAMPLE"}]}"#, &["Tags.**"]);
        assert_eq!(text, r#"{"Tags":[{"Key":"k","Value":"[redacted:aws_access_key]"}]}"#);
    }

    #[test]
    fn an_object_of_which_nothing_is_kept_loses_its_keys_and_a_list_keeps_its_length() {
        let (text, _) = redacted(Wire::Json, r#"{"Env":{"PASSWORD":"x"},"L":["a","b"],"M":[{"k":"v"}]}"#, &[]);
        assert_eq!(text, r#"{"Env":{},"L":["[redacted:opaque]","[redacted:opaque]"],"M":[{}]}"#);
    }

    #[test]
    fn json_in_text_is_walked() {
        let body = r#"{"E":[{"CloudTrailEvent":"{\"userAgent\":\"tf\",\"secret\":\"x\"}"}]}"#;
        let (text, paths) = redacted(Wire::Json, body, &["E.CloudTrailEvent.#json.userAgent"]);
        assert_eq!(text, r#"{"E":[{"CloudTrailEvent":"{\"secret\":\"[redacted:opaque]\",\"userAgent\":\"tf\"}"}]}"#);
        assert_eq!(paths, ["E.CloudTrailEvent.#json.secret"]);
    }

    #[test]
    fn json_in_a_cbor_text_is_walked() {
        let body = cbor!({"Body" => r#"{"widgets":[{"type":"text","markdown":"see https://wiki"}]}"#, "N" => 80.0});
        let mut bytes = Vec::new();
        ciborium::into_writer(&body.unwrap(), &mut bytes).unwrap();
        let once = redact(Some(Wire::Cbor), &bytes, &Keep::of(&["Body.#json.widgets.type"]));
        let value: ciborium::Value = ciborium::from_reader(once.body.as_slice()).unwrap();
        let text = value.as_map().unwrap()[0].1.as_text().unwrap();
        assert_eq!(text, r#"{"widgets":[{"markdown":"[redacted:link]","type":"text"}]}"#);
        assert_eq!(once.paths, ["Body.#json.widgets.markdown"]);
    }

    #[test]
    fn xml_keeps_its_shape() {
        let body = "<DescribeXResponse><requestId>r</requestId><set><item><id>i-1</id><n>42</n><on>true</on>\
                    <at>2026-01-01T00:00:00Z</at><secret>x &amp; y</secret></item></set></DescribeXResponse>";
        let (text, paths) = redacted(Wire::Xml, body, &["set.id"]);
        assert_eq!(
            text,
            "<DescribeXResponse><requestId>r</requestId><set><item><id>i-1</id><n>0</n><on>true</on>\
             <at>2026-01-01T00:00:00Z</at><secret>[redacted:opaque]</secret></item></set></DescribeXResponse>"
        );
        assert_eq!(paths, ["set.n", "set.secret"]);
    }

    #[test]
    fn of_a_map_in_xml_only_the_named_keys_stay() {
        let body = "<R><XResult><Attributes><entry><key>Pending</key><value>3</value></entry>\
                    <entry><key>Policy</key><value>{}</value></entry><entry><key>Owner</key><value>111122223333</value></entry>\
                    </Attributes></XResult></R>";
        let (text, paths) = redacted(Wire::Xml, body, &["Attributes.Pending"]);
        assert_eq!(
            text,
            "<R><XResult><Attributes><entry><key>Pending</key><value>3</value></entry>\
             <entry><key>[redacted:opaque]</key><value>[redacted:opaque]</value></entry>\
             <entry><key>[redacted:opaque]</key><value>0</value></entry></Attributes></XResult></R>"
        );
        assert_eq!(paths, ["Attributes.entry.key", "Attributes.entry.value"]);
        let again = redacted(Wire::Xml, &text, &["Attributes.Pending"]);
        assert_eq!(again.0, text);
        let (whole, paths) = redacted(Wire::Xml, body, &["Attributes.*"]);
        assert_eq!((whole.as_str(), paths.len()), (body, 0));
    }

    #[test]
    fn json_in_the_text_of_xml_is_walked() {
        let body = "<R><set><item><policy>{&quot;S&quot;:[{&quot;P&quot;:&quot;*&quot;,&quot;C&quot;:{&quot;k&quot;:&quot;v&quot;}}]}</policy></item></set></R>";
        let (text, paths) = redacted(Wire::Xml, body, &["set.policy.#json.S.P"]);
        assert_eq!(
            text,
            "<R><set><item><policy>{&quot;S&quot;:[{&quot;C&quot;:{},&quot;P&quot;:&quot;*&quot;}]}</policy></item></set></R>"
        );
        assert_eq!(paths, ["set.policy.#json.S.C"]);
    }

    #[test]
    fn percent_encoded_json_is_walked_and_encoded_again() {
        let keeps = ["Roles.Policy.#uri-json.S.P", "Roles.Policy.#uri-json.S.P.AWS.#role"];
        let policy = "%7B%22S%22%3A%5B%7B%22P%22%3A%7B%22AWS%22%3A%22arn%3Aaws%3Asts%3A%3A1%3Aassumed-role%2Fr%2Feve%22%7D%2C%20%22C%22%3A%7B%22k%22%3A%22v%22%7D%7D%5D%7D";
        let body = format!("<R><Roles><member><Policy>{policy}</Policy></member></Roles></R>");
        let (text, paths) = redacted(Wire::Xml, &body, &keeps);
        let policy = text.strip_prefix("<R><Roles><member><Policy>").unwrap().split('<').next().unwrap();
        assert_eq!(
            percent_decode_str(policy).decode_utf8().unwrap(),
            r#"{"S":[{"C":{},"P":{"AWS":"arn:aws:sts::1:assumed-role/r/[redacted:opaque]"}}]}"#
        );
        assert!(policy.starts_with("%7B%22S%22%3A%5B"), "{policy}");
        assert_eq!(paths, ["Roles.Policy.#uri-json.S.C", "Roles.Policy.#uri-json.S.P.AWS"]);
        assert_eq!(redacted(Wire::Xml, &text, &keeps).0, text);
    }

    #[test]
    fn a_text_that_holds_no_json_is_not_kept_for_it() {
        let (text, _) = redacted(Wire::Json, r#"{"Policy":"%7Bsecret"}"#, &["Policy.#uri-json.S"]);
        assert_eq!(text, r#"{"Policy":"[redacted:opaque]"}"#);
    }

    #[test]
    fn redacting_twice_changes_nothing() {
        let keep = Keep::of(&["Name"]);
        let once = redact(Some(Wire::Json), br#"{"Name":"n","Role":"arn:aws:iam::1:role/x","Env":{"A":"b"}}"#, &keep);
        let twice = redact(Some(Wire::Json), &once.body, &keep);
        assert_eq!(once.body, twice.body);
    }

    #[test]
    fn what_cannot_be_read_is_not_kept() {
        let redacted = redact(None, b"<html>secret</html>", &Keep::default());
        assert_eq!(redacted.body, b"");
        let broken = redact(Some(Wire::Json), b"{\"a\": secret", &Keep::default());
        assert_eq!(broken.body, b"");
    }
}
