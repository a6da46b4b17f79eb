//! The identifier of a request, and its scope.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{HeaderName, HeaderValue};

use crate::entropy::{Entropy, draw};

thread_local! {
    static CURRENT: Cell<Option<RequestId>> = const { Cell::new(None) };
}

/// Identifies a request in the log and in refusals: 64 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(u64);

impl RequestId {
    /// The response header of refusals that carries it.
    pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

    /// Draws a fresh one.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(u64::from_be_bytes(draw(entropy)))
    }

    /// The identifier as a header value.
    pub fn value(self) -> HeaderValue {
        // Hexadecimal digits are always valid.
        HeaderValue::try_from(self.to_string()).unwrap_or(HeaderValue::from_static(""))
    }

    /// Returns the request that this thread is working on, which [`RequestId::scope`] sets, similar to a tracing span.
    pub fn current() -> Option<Self> {
        CURRENT.get()
    }

    /// Runs a function in the scope of this request.
    pub fn in_scope<T>(self, run: impl FnOnce() -> T) -> T {
        enter(Some(self), run)
    }

    /// Wraps a future so that every poll runs in the scope of this request.
    pub fn scope<F>(self, future: F) -> InScope<F> {
        InScope { id: Some(self), future }
    }

    /// Wraps a future so that every poll runs in the scope of the current request. For tasks that are spawned for a
    /// request and outlive its response.
    pub fn scope_of_current<F>(future: F) -> InScope<F> {
        InScope { id: Self::current(), future }
    }
}

impl From<u64> for RequestId {
    fn from(bits: u64) -> Self {
        Self(bits)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

fn enter<T>(id: Option<RequestId>, run: impl FnOnce() -> T) -> T {
    let _restore = Restore(CURRENT.replace(id));
    run()
}

/// Restores the outer scope, also when the scope ends in a panic.
struct Restore(Option<RequestId>);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// A future in the scope of a request. See [`RequestId::scope`].
#[derive(Debug)]
pub struct InScope<F> {
    id: Option<RequestId>,
    future: F,
}

impl<F: Future + Unpin> Future for InScope<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        enter(this.id, || Pin::new(&mut this.future).poll(cx))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{poll_fn, ready};
    use std::task::Waker;

    #[test]
    fn a_scope_holds_during_each_poll_and_ends_with_it() {
        let (outer, inner) = (RequestId::from(1), RequestId::from(2));
        let mut seen = Vec::new();
        outer.in_scope(|| {
            let mut future = inner.scope(poll_fn(|_| Poll::Ready(RequestId::current())));
            seen.push(RequestId::current());
            let polled = Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop()));
            assert_eq!(polled, Poll::Ready(Some(inner)));
            seen.push(RequestId::current());
        });
        assert_eq!(seen, [Some(outer), Some(outer)]);
        assert_eq!(RequestId::current(), None);
        let _unpolled = inner.scope(ready(()));
        assert_eq!(RequestId::current(), None);
    }

    #[test]
    fn a_future_keeps_the_request_that_was_current_when_it_was_made() {
        let poll = |mut future: InScope<_>| Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop()));
        let current = || poll_fn(|_| Poll::Ready(RequestId::current()));
        let (first, second) = (RequestId::from(1), RequestId::from(2));
        let made = first.in_scope(|| RequestId::scope_of_current(current()));
        assert_eq!(second.in_scope(|| poll(made)), Poll::Ready(Some(first)));
        let outside = RequestId::scope_of_current(current());
        assert_eq!(second.in_scope(|| poll(outside)), Poll::Ready(None));
    }
}
