//! The connector that stands between the SDK and AWS, or between the SDK and a recording.
//!
//! It is the one place where the bytes of an answer exist before redaction, and it lets none of them pass.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use jiff::Timestamp;
use wellproof_model::{BodyEncoding, Call, CallKey};

use crate::canonical;
use crate::exchange::{Answer, Attempt, Exchange};
use crate::pace::Pace;
use crate::redact::{self, ERROR_MEMBERS, Keep, Redacted, Wire};

/// Response headers that are kept: what the SDK needs to understand a body, and what names the call.
const HEADERS: [&str; 7] = [
    "content-type",
    "smithy-protocol",
    "x-amz-request-id",
    "x-amzn-errortype",
    "x-amzn-query-error",
    "x-amzn-request-id",
    "x-amzn-requestid",
];

/// Far beyond what any listing takes. Who waits for a turn has not asked yet.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where answers come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// AWS, at the pace it allows.
    Live(Live),
    /// A recording.
    Replay(Arc<Recording>),
}

/// AWS itself.
#[derive(Clone, Debug)]
pub struct Live {
    /// The HTTP client beneath the recording one.
    pub http: SharedHttpClient,
    /// How often each operation may be asked.
    pub pace: Arc<Pace>,
    /// The difference between this machine's clock and AWS's, once the first answer came.
    pub skew: Arc<Mutex<Option<i64>>>,
    /// How long one answer may take, from when it is asked for to its last byte.
    pub patience: Duration,
}

impl Live {
    /// AWS as it is reached through `http`.
    pub fn over(http: SharedHttpClient) -> Self {
        Self { http, pace: Arc::default(), skew: Arc::default(), patience: PATIENCE }
    }
}

/// The recorded calls of one unit, which answer in AWS's place.
#[derive(Debug, Default)]
pub struct Recording {
    answers: Mutex<HashMap<CallKey, Queue>>,
    /// Waits this long before each answer: for benchmarks of how a scan overlaps its calls.
    latency: Duration,
}

/// The answers to one request, in the order in which they came.
type Queue = VecDeque<(Call, Vec<u8>)>;

impl Recording {
    /// A recording of these calls with their bodies, each key's calls in the order in which they were made.
    pub fn of(calls: impl IntoIterator<Item = (Call, Vec<u8>)>) -> Self {
        let mut answers: HashMap<CallKey, Queue> = HashMap::new();
        for (call, body) in calls {
            answers.entry(call.key.clone()).or_default().push_back((call, body));
        }
        for queue in answers.values_mut() {
            queue.make_contiguous().sort_by_key(|(call, _)| call.nth);
        }
        Self { answers: Mutex::new(answers), latency: Duration::ZERO }
    }

    /// The same recording, answering late.
    pub fn with_latency(self, latency: Duration) -> Self {
        Self { latency, ..self }
    }

    fn answer(&self, key: &CallKey) -> Option<(Call, Vec<u8>)> {
        let mut answers = self.answers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        answers.get_mut(key)?.pop_front()
    }
}

/// A request that the recording does not hold.
#[derive(Debug, thiserror::Error)]
#[error("{service}:{operation} with this input is not in the recording")]
pub(crate) struct NotRecorded {
    service: String,
    operation: String,
}

/// An answer that says it succeeded and that is none of AWS's, or that nobody can read.
///
/// To the SDK an empty JSON body is an object without members, and so is a gateway's own object: an empty page, and the last
/// one. All of AWS's answers name their request.
#[derive(Debug, thiserror::Error)]
#[error("the answer has status {0} and is not one of AWS's that can be read")]
pub(crate) struct Unreadable(u16);

/// What a call's record calls an answer that never came.
pub(crate) const NO_ANSWER: &str = "NoAnswer";
/// What a call's record calls an [`Unreadable`] answer.
const UNREADABLE: &str = "UnreadableAnswer";

/// The HTTP client of one unit.
#[derive(Clone, Debug)]
pub(crate) struct UnitHttp {
    pub(crate) source: Source,
    pub(crate) account: String,
}

impl HttpClient for UnitHttp {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = match &self.source {
            Source::Live(live) => Some(live.http.http_connector(settings, components)),
            Source::Replay(_) => None,
        };
        SharedHttpConnector::new(UnitConnector { inner, http: self.clone() })
    }
}

#[derive(Clone, Debug)]
struct UnitConnector {
    /// `None` in replay.
    inner: Option<SharedHttpConnector>,
    http: UnitHttp,
}

impl HttpConnector for UnitConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move {
            let exchange = request
                .extension::<Exchange>()
                .cloned()
                .ok_or_else(|| ConnectorError::other("a request without its operation".into(), None))?;
            let key = key_of(&request, &exchange, &this.http.account)?;
            match (&this.http.source, &this.inner) {
                (Source::Live(live), Some(inner)) => ask(live, inner, request, key, &exchange).await,
                (Source::Replay(recording), _) => replay(recording, key, &exchange).await,
                (Source::Live(_), None) => Err(ConnectorError::other("a live unit without a connector".into(), None)),
            }
        })
    }
}

fn key_of(request: &HttpRequest, exchange: &Exchange, account: &str) -> Result<CallKey, ConnectorError> {
    let headers = request.headers();
    let scope = headers.get("authorization").and_then(signing_scope);
    let (region, service) = scope.unwrap_or_default();
    let bytes =
        request.body().bytes().ok_or_else(|| ConnectorError::other("a request whose body is a stream".into(), None))?;
    let uri: http::Uri =
        request.uri().parse().map_err(|err: http::uri::InvalidUri| ConnectorError::other(err.into(), None))?;
    Ok(CallKey {
        service: if service.is_empty() { exchange.operation.service.to_owned() } else { service },
        operation: exchange.operation.name.to_owned(),
        region,
        account: account.to_owned(),
        method: request.method().to_owned(),
        path: uri.path().to_owned(),
        query: canonical::query(uri.query().unwrap_or_default()),
        input: canonical::body(headers.get("content-type"), bytes),
    })
}

/// Region and service of `Credential=AKID/date/region/service/aws4_request`.
fn signing_scope(authorization: &str) -> Option<(String, String)> {
    let credential = authorization.split("Credential=").nth(1)?.split(',').next()?;
    let mut parts = credential.split('/').skip(2);
    Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
}

async fn ask(
    live: &Live,
    inner: &SharedHttpConnector,
    request: HttpRequest,
    key: CallKey,
    exchange: &Exchange,
) -> Result<HttpResponse, ConnectorError> {
    exchange.begin(&key);
    let _turn = live.pace.turn(&key, &exchange.operation).await;
    let answered = tokio::time::timeout(live.patience, async {
        let response = inner.call(request).await?;
        note_skew(live, &response);
        let (status, headers) = (response.status().as_u16(), kept_headers(&response));
        let body = ByteStream::new(response.into_body()).collect().await;
        Ok((status, headers, body.map_err(|err| ConnectorError::io(err.into()))?))
    });
    let (status, headers, body) = answered.await.map_err(|late| ConnectorError::timeout(late.into()))??;
    let answer = redacted(status, headers, &body.into_bytes(), exchange);
    // The attempt was counted when it began.
    exchange.put(Attempt { key, answer: answer.clone(), attempts: 0, at: Timestamp::now() });
    to_response(&answer)
}

/// How far this machine's clock is ahead of AWS's `Date`, in seconds.
fn note_skew(live: &Live, response: &HttpResponse) {
    let Some(date) = response.headers().get("date") else { return };
    let Ok(theirs) = jiff::fmt::rfc2822::parse(date) else { return };
    let mut skew = live.skew.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    skew.get_or_insert_with(|| Timestamp::now().as_second() - theirs.timestamp().as_second());
}

async fn replay(recording: &Recording, key: CallKey, exchange: &Exchange) -> Result<HttpResponse, ConnectorError> {
    if !recording.latency.is_zero() {
        tokio::time::sleep(recording.latency).await;
    }
    let Some((call, body)) = recording.answer(&key) else {
        let missing = NotRecorded { service: key.service, operation: key.operation };
        return Err(ConnectorError::other(missing.into(), None));
    };
    if call.status == 0 {
        let answer = Answer { error: Some(NO_ANSWER.to_owned()), ..Answer::default() };
        exchange.put(Attempt { key, answer, attempts: call.attempts, at: call.at });
        return Err(ConnectorError::io("no answer came when this was recorded".into()));
    }
    // A recording is outside input: what it holds passes the same redaction as what AWS says.
    let mut answer = redacted(call.status, call.headers.clone(), &body, exchange);
    answer.redacted = call.redacted.iter().cloned().chain(answer.redacted).collect();
    answer.redacted.sort();
    answer.redacted.dedup();
    exchange.put(Attempt { key, answer: answer.clone(), attempts: call.attempts, at: call.at });
    to_response(&answer)
}

fn kept_headers(response: &HttpResponse) -> BTreeMap<String, String> {
    let kept = HEADERS.iter().filter_map(|name| Some(((*name).to_owned(), response.headers().get(name)?.to_owned())));
    kept.collect()
}

fn redacted(status: u16, headers: BTreeMap<String, String>, body: &[u8], exchange: &Exchange) -> Answer {
    let wire = Wire::of(headers.get("content-type").map(String::as_str), body);
    let refused = status >= 400;
    let keep = Keep::of(if refused { ERROR_MEMBERS } else { exchange.operation.keeps });
    let nothing = body.is_empty();
    let Redacted { body, paths } = match body {
        [] => Redacted { body: Vec::new(), paths: Vec::new() },
        body => redact::redact(wire, body, &keep),
    };
    let is_read = !body.is_empty() || (nothing && exchange.operation.may_be_empty);
    let error = if refused {
        Some(error_code(&headers, wire, &body).unwrap_or_else(|| format!("HTTP {status}")))
    } else {
        (!is_read || request_id(&headers, &body).is_none()).then(|| UNREADABLE.to_owned())
    };
    let encoding = match std::str::from_utf8(&body) {
        Ok(_) if wire != Some(Wire::Cbor) => BodyEncoding::Text,
        _ => BodyEncoding::Base64,
    };
    Answer { status, error, headers, body, encoding, redacted: paths }
}

/// AWS's request id: a header in most protocols, an element of the body in the `ec2` and `query` ones.
pub(crate) fn request_id(headers: &BTreeMap<String, String>, body: &[u8]) -> Option<String> {
    let header = ["x-amzn-requestid", "x-amzn-request-id", "x-amz-request-id"]
        .iter()
        .find_map(|name| headers.get(*name).cloned());
    header.or_else(|| {
        let text = std::str::from_utf8(body).ok()?;
        ["requestId", "RequestId", "RequestID"].iter().find_map(|name| {
            let inner = text.split(&format!("<{name}>")).nth(1)?.split('<').next()?;
            Some(inner.to_owned())
        })
    })
}

/// The error's code, from wherever the protocol puts it, without its namespace or trailing address.
fn error_code(headers: &BTreeMap<String, String>, wire: Option<Wire>, body: &[u8]) -> Option<String> {
    let tidy = |code: &str| {
        let code = code.split(':').next().unwrap_or(code);
        code.rsplit('#').next().unwrap_or(code).to_owned()
    };
    if let Some(code) = headers.get("x-amzn-query-error").and_then(|it| it.split(';').next()) {
        return Some(code.to_owned());
    }
    if let Some(code) = headers.get("x-amzn-errortype") {
        return Some(tidy(code));
    }
    let members = match wire? {
        Wire::Json => serde_json::from_slice::<serde_json::Value>(body).ok()?,
        Wire::Cbor => canonical::json_of(ciborium::from_reader(body).ok()?),
        Wire::Xml => {
            let text = std::str::from_utf8(body).ok()?;
            let code = text.split("<Code>").nth(1)?.split("</Code>").next()?;
            return Some(code.to_owned());
        }
    };
    let code = members.get("__type").or_else(|| members.get("code")).or_else(|| members.get("Code"))?;
    code.as_str().map(tidy)
}

fn to_response(answer: &Answer) -> Result<HttpResponse, ConnectorError> {
    if answer.error.as_deref() == Some(UNREADABLE) {
        return Err(ConnectorError::other(Unreadable(answer.status).into(), None));
    }
    let status = StatusCode::try_from(answer.status).map_err(|err| ConnectorError::other(err.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(answer.body.clone()));
    for (name, value) in &answer.headers {
        response
            .headers_mut()
            .try_append(name.clone(), value.clone())
            .map_err(|err| ConnectorError::other(err.into(), None))?;
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;
    use crate::{Operation, sdk};

    /// A server that answers every connection with these bytes, and then holds the line.
    fn server(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let open: Vec<_> = listener
                .incoming()
                .map(|stream| {
                    let mut stream = stream.unwrap();
                    let _request = stream.read(&mut [0; 1024]);
                    stream.write_all(answer.as_bytes()).unwrap();
                    stream
                })
                .collect();
            drop(open);
        });
        address
    }

    /// Asks once, and says what the call's record will be made of.
    async fn asked(answer: &'static str) -> (Result<HttpResponse, ConnectorError>, Answer) {
        let live = Live { patience: Duration::from_millis(300), ..Live::over(sdk::http()) };
        let inner = SharedHttpConnector::new(aws_smithy_http_client::Connector::builder().build_http());
        let exchange = Exchange::of(Operation::new("guardduty", "ListDetectors", "guardduty:ListDetectors"));
        let mut request = HttpRequest::empty();
        request.set_uri(server(answer)).unwrap();
        let key = key_of(&request, &exchange, "111122223333").unwrap();
        let result = ask(&live, &inner, request, key, &exchange).await;
        (result, exchange.take().unwrap().answer)
    }

    #[tokio::test]
    async fn an_answer_that_never_ends_is_none() {
        let silent = "";
        let stuck =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{\"detectorIds\": [";
        for answer in [silent, stuck] {
            let (result, recorded) = asked(answer).await;
            assert!(result.unwrap_err().is_timeout(), "{answer}");
            assert_eq!((recorded.status, recorded.error.as_deref()), (0, Some(NO_ANSWER)));
        }
    }

    #[tokio::test]
    async fn an_answer_in_time_is_one() {
        let whole =
            "HTTP/1.1 200 OK\r\nx-amzn-requestid: a1\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
        let (result, recorded) = asked(whole).await;
        assert_eq!(result.unwrap().status().as_u16(), 200);
        assert_eq!((recorded.status, recorded.error), (200, None));
    }
}
