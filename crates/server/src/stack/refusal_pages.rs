//! Layer: renders the refusals of the layers below, as the faces render theirs.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::header::{HeaderValue, RETRY_AFTER};
use http_body_util::Either as EitherBody;
use tower::{Layer, Service};

use super::exchange::{Answered, Exchange, Outcome, Refusal};

/// Makes [`WithRefusalPages`].
pub(crate) struct RefusalPagesLayer;

/// Turns the errors of the inner service into responses.
#[derive(Clone)]
pub(crate) struct WithRefusalPages<S> {
    inner: S,
}

/// The outcome of the inner service, on its way to becoming a response.
pub(crate) struct Rendered<F> {
    inner: F,
}

impl<S> Layer<S> for RefusalPagesLayer {
    type Service = WithRefusalPages<S>;

    fn layer(&self, inner: S) -> WithRefusalPages<S> {
        WithRefusalPages { inner }
    }
}

impl<S> Service<Exchange> for WithRefusalPages<S>
where
    S: Service<Exchange, Response = Answered, Error = Box<Refusal>, Future: Unpin>,
{
    type Response = Answered;
    type Error = Infallible;
    type Future = Rendered<S::Future>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // The inner services are always ready; an error of theirs belongs to a request.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, exchange: Exchange) -> Rendered<S::Future> {
        Rendered { inner: self.inner.call(exchange) }
    }
}

impl<F: Future<Output = Outcome> + Unpin> Future for Rendered<F> {
    type Output = Result<Answered, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = ready!(Pin::new(&mut self.inner).poll(cx));
        Poll::Ready(Ok(outcome.unwrap_or_else(|refusal| render(*refusal))))
    }
}

fn render(refusal: Refusal) -> Answered {
    let renderer = refusal.services.faces.core.renderer();
    let mut response = renderer.problem(refusal.reader(), refusal.status, &refusal.problem);
    if let Some(wait) = refusal.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
    }
    Answered { response: response.map(EitherBody::Right).into(), left: refusal.left }
}
