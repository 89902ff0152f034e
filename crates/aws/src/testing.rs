//! A unit over `aws-smithy-mocks`, for the tests of collectors.

use std::sync::{Arc, Mutex};

use aws_smithy_mocks::{MockResponseInterceptor, Rule, RuleMode, create_mock_http_client};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::shared::IntoShared;
use jiff::Timestamp;
use wellproof_model::{Call, Listing, ListingState, Resource, UnitId};

use crate::collector::Collector;
use crate::connect::{Live, Source};
use crate::operation::Operation;
use crate::redact::{self, Keep, Wire};
use crate::sdk;
use crate::unit::{Finished, Sink, Unit};

/// The account of all fixtures.
pub const ACCOUNT: &str = "111122223333";

/// Keeps what a unit records in memory.
#[derive(Debug, Default)]
pub struct Memory(Mutex<(Vec<Call>, Vec<Resource>)>);

impl Sink for Memory {
    fn call(&self, call: &Call, _: &[u8]) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).0.push(call.clone());
    }

    fn resource(&self, resource: &Resource) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).1.push(resource.clone());
    }
}

/// Names the request in every answer that succeeds, as AWS does, so that tests need not.
#[derive(Clone, Debug)]
struct Named<T>(T);

impl HttpClient for Named<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        Named(self.0.http_connector(settings, components)).into_shared()
    }
}

impl HttpConnector for Named<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let mut answer = answer.await?;
            if answer.status().as_u16() < 400 && answer.headers().get("x-amzn-requestid").is_none() {
                answer.headers_mut().insert("x-amzn-requestid", "22222222-3333-4444-5555-666666666666");
            }
            Ok(answer)
        })
    }
}

/// What a collector made of mocked answers.
#[derive(Debug)]
pub struct Collected {
    /// In the order in which they were made.
    pub calls: Vec<Call>,
    /// In the snapshot's order.
    pub resources: Vec<Resource>,
    /// Listings, gaps.
    pub finished: Finished,
}

impl Collected {
    /// All resources of a type.
    pub fn of(&self, kind: &str) -> Vec<&Resource> {
        self.resources.iter().filter(|resource| resource.kind == kind).collect()
    }

    /// The listing of a type.
    ///
    /// # Panics
    /// When the collector does not declare the type.
    pub fn listing(&self, kind: &str) -> &Listing {
        let found = self.finished.listings.iter().find(|listing| listing.kind == kind);
        found.unwrap_or_else(|| panic!("no listing of {kind}"))
    }

    /// How far the listing of a type got.
    pub fn state(&self, kind: &str) -> ListingState {
        self.listing(kind).state
    }
}

/// Runs a collector, in `us-east-1` of [`ACCOUNT`] with the clock at 2026-11-20T12:00:00Z, against mocked answers.
///
/// A rule answers every request that it matches, in any order; a request that no rule matches fails the test.
pub async fn collect(collector: &Collector, rules: &[&Rule]) -> Collected {
    let mut answers = MockResponseInterceptor::new().rule_mode(RuleMode::MatchAny);
    for rule in rules {
        answers = answers.with_rule(rule);
    }
    let memory = Arc::new(Memory::default());
    let http = Named(create_mock_http_client()).into_shared();
    let source = Source::Live(Live::over(http));
    let id = UnitId::new(collector.name, ACCOUNT, "us-east-1");
    let clock: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap_or_default();
    let base = sdk::in_region(&sdk::replay(), "us-east-1");
    let sink: Arc<dyn Sink> = Arc::clone(&memory) as Arc<dyn Sink>;
    let unit = Unit::new(id, collector.operations, clock, &base, source, sink).mocked(answers);
    (collector.run)(unit.clone()).await;
    let finished = unit.finish(collector.types);
    let (calls, mut resources) =
        std::mem::take(&mut *memory.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    resources.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    Collected { calls, resources, finished }
}

/// What is left of an answer once it is redacted: the bytes that collectors and disks see.
pub fn redacted(operation: &Operation, content_type: &str, body: &[u8]) -> Vec<u8> {
    redact::redact(Wire::of(Some(content_type), body), body, &Keep::of(operation.keeps)).body
}
