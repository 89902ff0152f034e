//! One stored body, as a line.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use wellproof_model::BodyEncoding;

#[derive(Serialize)]
struct Written<'a> {
    call: &'a str,
    body: &'a str,
}

/// A line of a bodies file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BodyLine {
    /// The call's id.
    pub(crate) call: String,
    body: String,
}

impl BodyLine {
    /// The bytes that the hash covers.
    pub(crate) fn bytes(self, encoding: BodyEncoding) -> Result<Vec<u8>, String> {
        match encoding {
            BodyEncoding::Text => Ok(self.body.into_bytes()),
            BodyEncoding::Base64 => STANDARD.decode(&self.body).map_err(|err| format!("the body is not base64: {err}")),
        }
    }
}

/// The line for a body, without its newline.
pub(crate) fn line(call: &str, body: &[u8], encoding: BodyEncoding) -> Result<Vec<u8>, String> {
    let coded;
    let text = match encoding {
        BodyEncoding::Text => {
            std::str::from_utf8(body).map_err(|_| "the body is said to be text and is not UTF-8".to_owned())?
        }
        BodyEncoding::Base64 => {
            coded = STANDARD.encode(body);
            &coded
        }
    };
    serde_json::to_vec(&Written { call, body: text }).map_err(|err| err.to_string())
}

/// Whether a line is surely about another call than `id`. Saves parsing a large body to find the next one.
pub(crate) fn is_other(line: &[u8], id: &str) -> bool {
    let Some(rest) = line.strip_prefix(br#"{"call":""#) else { return false };
    !rest.starts_with(id.as_bytes())
}
