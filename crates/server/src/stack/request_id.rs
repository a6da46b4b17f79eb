//! Layer: draws the identifier of a request, and sets its scope for everything below.

use std::sync::Arc;
use std::task::{Context, Poll};

use postern_model::entropy::Entropy;
use postern_model::web::{InScope, RequestId};
use tower::{Layer, Service};

/// Makes [`WithRequestId`].
pub(crate) struct RequestIdLayer {
    entropy: Arc<dyn Entropy>,
}

/// Runs the inner service in the scope of a fresh [`RequestId`].
#[derive(Clone)]
pub(crate) struct WithRequestId<S> {
    inner: S,
    entropy: Arc<dyn Entropy>,
}

impl RequestIdLayer {
    pub(crate) fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self { entropy }
    }
}

impl<S> Layer<S> for RequestIdLayer {
    type Service = WithRequestId<S>;

    fn layer(&self, inner: S) -> WithRequestId<S> {
        WithRequestId { inner, entropy: Arc::clone(&self.entropy) }
    }
}

impl<S: Service<R, Future: Unpin>, R> Service<R> for WithRequestId<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = InScope<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> InScope<S::Future> {
        let id = RequestId::draw(self.entropy.as_ref());
        id.scope(id.in_scope(|| self.inner.call(request)))
    }
}
