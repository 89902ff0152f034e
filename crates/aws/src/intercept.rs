//! The interceptor on every client of a unit: refuses what is not declared, and turns each execution into one call.

use std::sync::Arc;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_types::SigningName;

use crate::exchange::{self, Exchange};
use crate::operation::Operation;
use crate::unit::Core;

impl Storable for Exchange {
    type Storer = StoreReplace<Self>;
}

/// An operation was called that whoever called it does not declare; nothing was sent.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not among the operations that are declared; nothing was sent")]
pub struct Undeclared(String);

/// The operation that is about to be sent, if it is among those declared. For `read_before_serialization` of an interceptor: earlier, a
/// client's interceptors do not know the operation yet.
///
/// # Errors
/// With its name, where it is not.
pub fn declared(cfg: &ConfigBag, operations: &[Operation]) -> Result<Operation, Undeclared> {
    let service = cfg.load::<SigningName>().map_or("", |name| name.as_ref());
    let operation = cfg.load::<Metadata>().map_or("", Metadata::name);
    let found = operations.iter().find(|it| it.service == service && it.name == operation);
    found.copied().ok_or_else(|| Undeclared(format!("{service}:{operation}")))
}

/// Stands on every client that a unit makes.
#[derive(Clone, Debug)]
pub(crate) struct Watch(pub(crate) Arc<Core>);

#[dyn_dispatch_hint]
impl Intercept for Watch {
    fn name(&self) -> &'static str {
        "wellproof"
    }

    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let declared = declared(cfg, self.0.operations).inspect_err(|err| {
            exchange::note(|asked| asked.undeclared = Some(err.0.clone()));
        })?;
        exchange::note(|asked| asked.operation = Some(declared));
        cfg.interceptor_state().store_put(Exchange::of(declared));
        Ok(())
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(exchange) = cfg.load::<Exchange>() {
            context.request_mut().add_extension(exchange.clone());
        }
        Ok(())
    }

    fn read_after_execution(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // Retries are over: the last attempt is the answer.
        if let Some(attempt) = cfg.load::<Exchange>().and_then(Exchange::take) {
            let (call, before) = self.0.record(attempt);
            exchange::note(|asked| {
                asked.calls.push(call);
                asked.repeated |= before > 0;
            });
        }
        Ok(())
    }
}
