//! What stands on every client: one interceptor refuses what was not declared, another keeps what proves a reply.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use sha2::{Digest, Sha256};
use wellproof_aws::Operation;

/// Refuses every operation but those declared, before anything is sent.
#[derive(Clone, Debug)]
pub(crate) struct Guard(pub(crate) Arc<[Operation]>);

#[dyn_dispatch_hint]
impl Intercept for Guard {
    fn name(&self) -> &'static str {
        "wellproof-watool"
    }

    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        wellproof_aws::declared(cfg, &self.0)?;
        Ok(())
    }
}

/// What a reply is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) request_id: Option<String>,
    pub(crate) sha256: String,
}

/// Keeps the last reply of the one call that it is put on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen(Arc<Mutex<Option<Reply>>>);

impl Seen {
    pub(crate) fn take(&self) -> Option<Reply> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[dyn_dispatch_hint]
impl Intercept for Seen {
    fn name(&self) -> &'static str {
        "wellproof-watool-seen"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let reply = Reply {
            request_id: response.headers().get("x-amzn-requestid").map(str::to_owned),
            sha256: hex::encode(Sha256::digest(response.body().bytes().unwrap_or_default())),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(reply);
        Ok(())
    }
}
