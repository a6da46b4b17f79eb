//! The types that pass through the stack: the request on the way down, its response or refusal on the way up.

use std::future::{Future, Ready, ready};
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::{HeaderValue, ORIGIN};
use http_body_util::{Either as EitherBody, Full};
use postern_http::{Peer, Request, RequestBody};
use postern_model::language::Wishes;
use postern_model::web::{Fields, Problem};
use postern_proxy::{EncodedHeaders, FaceFuture, FaceResponse, Reader, Rendering};

use super::endpoint::Endpoint;
use crate::wiring::Services;

/// The body of any response: the portal's, or the proxy's.
pub(crate) type Body = EitherBody<Full<Bytes>, postern_proxy::Body>;

/// A response of any face.
pub(crate) type Response = postern_http::Response<Body, EncodedHeaders>;

/// A request with the configuration that it is answered by.
pub(crate) struct Exchange {
    pub(crate) received: Box<Request>,
    pub(crate) peer: Arc<Peer>,
    pub(crate) services: Arc<Services>,
    pub(crate) endpoint: Endpoint,
}

/// A response, with the unread rest of the request's body.
pub(crate) struct Answered {
    pub(crate) response: Response,
    pub(crate) left: Option<RequestBody>,
}

/// The error of the inner layers: a request that is refused, with what rendering the refusal needs.
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) problem: Problem,
    pub(crate) rendering: Rendering,
    /// The origin of the page whose script reads the response.
    pub(crate) origin: Option<HeaderValue>,
    /// The language that its reader wants a page to be in.
    pub(crate) wishes: Wishes,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) services: Arc<Services>,
    pub(crate) left: Option<RequestBody>,
}

/// The result of the inner layers. Refusals are boxed, since they are rare and large.
pub(crate) type Outcome = Result<Answered, Box<Refusal>>;

/// The future of the inner layers.
pub(crate) enum OutcomeFuture {
    /// An outcome that nothing has to be awaited for.
    Ready(Ready<Outcome>),
    /// The response of a face. It boxes its futures itself, and does not box those of checks of cached sessions.
    Face(FaceFuture),
    /// Any other.
    Boxed(Pin<Box<dyn Future<Output = Outcome> + Send>>),
}

impl OutcomeFuture {
    /// Boxes a future that is neither ready nor a face's.
    pub(crate) fn boxed(future: impl Future<Output = Outcome> + Send + 'static) -> Self {
        Self::Boxed(Box::pin(future))
    }
}

impl Future for OutcomeFuture {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        match self.get_mut() {
            Self::Ready(ready) => Pin::new(ready).poll(cx),
            Self::Face(face) => Pin::new(face).poll(cx).map(|answered| {
                let FaceResponse { response, unread } = answered.unwrap_or_else(|never| match never {});
                Ok(Answered { response: response.map(EitherBody::Right), left: unread })
            }),
            Self::Boxed(boxed) => boxed.as_mut().poll(cx),
        }
    }
}

impl Exchange {
    /// The client's address as reported by trusted proxies, else the peer's.
    pub(crate) fn client(&self) -> IpAddr {
        let client = self.peer.client(&self.services.trusted, &self.received.headers);
        client.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    /// Refuses the request.
    pub(crate) fn refuse(self, status: StatusCode, problem: Problem, rendering: Rendering) -> Box<Refusal> {
        let origin = self.received.headers.all(ORIGIN).next().and_then(|value| HeaderValue::from_bytes(value).ok());
        let wishes = self.services.faces.core.renderer().wishes(&self.received.headers);
        let (services, left) = (self.services, self.received.body);
        Box::new(Refusal { status, problem, rendering, origin, wishes, retry_after: None, services, left })
    }
}

impl Refusal {
    /// The recipient of the response.
    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader { rendering: self.rendering, origin: self.origin.as_ref(), wishes: Some(&self.wishes) }
    }
}

/// A refusal as the future of a layer.
pub(crate) fn refused(refusal: Box<Refusal>) -> OutcomeFuture {
    OutcomeFuture::Ready(ready(Err(refusal)))
}
