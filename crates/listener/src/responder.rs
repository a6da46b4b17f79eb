//! The service of one HTTP/1.1 connection: the listener's, with the peer, and with a count of what is in flight.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use postern_http::{Peer, Response};
use tower::Service;

use crate::idle_timeouts::{Activity, RequestGuard};
use crate::request::{HttpService, Request};
use crate::tracked_body::TrackedBody;

/// Passes the requests of a connection on, and counts each as in flight until its response is sent.
pub(crate) struct Responder<S> {
    service: S,
    peer: Arc<Peer>,
    activity: Arc<Activity>,
}

impl<S> Responder<S> {
    pub(crate) fn new(service: S, peer: Arc<Peer>, activity: Arc<Activity>) -> Self {
        Self { service, peer, activity }
    }
}

impl<S: HttpService> Service<Box<postern_http::Request>> for Responder<S> {
    type Response = Response<TrackedBody<S::Body>, S::Encoded>;
    type Error = Infallible;
    type Future = Responding<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, received: Box<postern_http::Request>) -> Responding<S::Future> {
        let guard = Some(RequestGuard::new(&self.activity));
        Responding { response: self.service.call(Request { received, peer: Arc::clone(&self.peer) }), guard }
    }
}

pin_project! {
    /// The response of a [`Responder`].
    pub(crate) struct Responding<F> {
        #[pin]
        response: F,
        // `None` once the response was given.
        guard: Option<RequestGuard>,
    }
}

impl<F, B, E> Future for Responding<F>
where
    F: Future<Output = Result<Response<B, E>, Infallible>>,
{
    type Output = Result<Response<TrackedBody<B>, E>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Ok(response) = ready!(this.response.poll(cx));
        match this.guard.take() {
            Some(guard) => Poll::Ready(Ok(response.map(|body| TrackedBody::new(Some(body), guard)))),
            None => Poll::Pending,
        }
    }
}
