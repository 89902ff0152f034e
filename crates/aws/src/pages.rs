//! Pages of operations for which the SDK has no paginator.

use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_async::future::pagination_stream::fn_stream::FnStream;
use aws_smithy_runtime_api::client::result::SdkError;

/// The pages of an operation for which the SDK has no paginator, for [`crate::Unit::page`] and [`crate::Unit::list`].
///
/// `ask` makes the request for a page by the token that the page before it told, and `next` finds that token in an answer.
pub fn pages<O, E, R, F>(
    ask: impl Fn(Option<String>) -> F + Send + 'static,
    next: fn(&O) -> Option<&str>,
) -> PaginationStream<Result<O, SdkError<E, R>>>
where
    O: Send + 'static,
    E: Send + 'static,
    R: Send + 'static,
    F: Future<Output = Result<O, SdkError<E, R>>> + Send + 'static,
{
    PaginationStream::new(FnStream::new(move |to| {
        Box::pin(async move {
            let mut token = None;
            loop {
                let answer = ask(token.take()).await;
                let following = answer.as_ref().ok().and_then(next).filter(|it| !it.is_empty()).map(str::to_owned);
                let is_last = following.is_none();
                if to.send(answer).await.is_err() || is_last {
                    return;
                }
                token = following;
            }
        })
    }))
}
