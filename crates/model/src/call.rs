//! One API request and its final answer.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CallId, UnitId};

/// What makes two requests the same request: what replay looks an answer up by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct CallKey {
    /// The service's signing name, such as `guardduty`.
    pub service: String,
    /// The operation as the API spells it, such as `ListDetectors`.
    pub operation: String,
    /// The region that the request was signed for.
    pub region: String,
    /// The account that was asked.
    pub account: String,
    /// The HTTP method.
    pub method: String,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query string, its pairs sorted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// The request's body with sorted keys: JSON as JSON, form data as sorted pairs, CBOR as the JSON it stands for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub input: String,
}

/// How the bytes of a stored body stand in its NDJSON line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyEncoding {
    /// As UTF-8 text.
    #[default]
    Text,
    /// As base64, for CBOR.
    Base64,
}

/// One API request and its final answer, the last attempt where there were several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Call {
    /// Made of the key and of `nth`.
    pub id: CallId,
    /// The unit that asked.
    pub unit: UnitId,
    /// What was asked.
    #[serde(flatten)]
    pub key: CallKey,
    /// Which of the unit's calls of the same key this is, from 0.
    #[serde(default)]
    pub nth: u32,
    /// When the answer came, by this machine's clock.
    pub at: Timestamp,
    /// How many times it was sent.
    pub attempts: u32,
    /// The HTTP status; 0 when no answer came.
    pub status: u16,
    /// The error code that AWS answered with, or `NoAnswer` when no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// AWS's request id, by which `CloudTrail` knows the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The response headers that were kept, by lower-case name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// SHA-256 of the stored (redacted) body, in hexadecimal.
    pub sha256: String,
    /// Size of the stored body in bytes.
    pub size: u64,
    /// How the body is stored.
    #[serde(default)]
    pub encoding: BodyEncoding,
    /// Paths of members whose value was redacted before anything saw it; sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redacted: Vec<String>,
}

impl Call {
    /// The id of the `nth` call that `unit` made with `key`.
    pub fn id_of(unit: &UnitId, key: &CallKey, nth: u32) -> CallId {
        CallId::of(&[
            &unit.to_string(),
            &key.service,
            &key.operation,
            &key.region,
            &key.account,
            &key.method,
            &key.path,
            &key.query,
            &key.input,
            &nth.to_string(),
        ])
    }

    /// Whether AWS answered with the thing asked for.
    pub fn succeeded(&self) -> bool {
        self.error.is_none() && (200..300).contains(&self.status)
    }
}
