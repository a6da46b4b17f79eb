//! Layer: draws the identifier of a request, and sets its scope for everything below.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use postern_model::entropy::{Entropy, draw};
use postern_model::web::{InScope, RequestId};
use tower::{Layer, Service};

/// Makes [`WithRequestId`].
pub(crate) struct RequestIdLayer {
    ids: Arc<RequestIds>,
}

/// Source of identifiers: a counter with a random start, scrambled. Identifiers are unique but not secret, and drawing
/// each of them would cost a system call per request.
struct RequestIds {
    next: AtomicU64,
}

impl RequestIds {
    fn new(entropy: &dyn Entropy) -> Self {
        Self { next: AtomicU64::new(u64::from_be_bytes(draw(entropy))) }
    }

    /// Scrambles the counter with the finalizer of SplitMix64 (Steele, Lea, Flood 2014), which maps no two values to one.
    fn next(&self) -> RequestId {
        let mut bits = self.next.fetch_add(1, Ordering::Relaxed);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        RequestId::from(bits ^ (bits >> 31))
    }
}

/// Runs the inner service in the scope of a fresh [`RequestId`].
#[derive(Clone)]
pub(crate) struct WithRequestId<S> {
    inner: S,
    ids: Arc<RequestIds>,
}

impl RequestIdLayer {
    pub(crate) fn new(entropy: &dyn Entropy) -> Self {
        Self { ids: Arc::new(RequestIds::new(entropy)) }
    }
}

impl<S> Layer<S> for RequestIdLayer {
    type Service = WithRequestId<S>;

    fn layer(&self, inner: S) -> WithRequestId<S> {
        WithRequestId { inner, ids: Arc::clone(&self.ids) }
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
        let id = self.ids.next();
        id.scope(id.in_scope(|| self.inner.call(request)))
    }
}
