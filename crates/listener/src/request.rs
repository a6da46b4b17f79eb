//! The request that the listener passes to its service.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;

use bytes::Bytes;
use http_body::Body;
use postern_http::headers::EncodeHeaders;
use postern_http::{Peer, Response};
use tower::Service;

/// A request, with the peer at the other end of its connection.
pub struct Request {
    /// Head and body.
    pub received: Box<postern_http::Request>,
    /// The peer; all requests of a connection share it.
    pub peer: Arc<Peer>,
}

/// A [`tower::Service`] that answers requests and never fails. Implemented for every service of that shape.
///
/// The service is cloned for each connection, and for each request of HTTP/2, so clones have to be cheap.
pub trait HttpService:
    Service<Request, Response = Response<Self::Body, Self::Encoded>, Error = Infallible, Future: Send + 'static>
    + Clone
    + Send
    + 'static
{
    /// The body of its responses.
    type Body: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static;
    /// The encoded headers of its responses.
    type Encoded: EncodeHeaders + Send + 'static;
}

impl<S, B, E> HttpService for S
where
    S: Service<Request, Response = Response<B, E>, Error = Infallible, Future: Send + 'static> + Clone + Send + 'static,
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static,
    E: EncodeHeaders + Send + 'static,
{
    type Body = B;
    type Encoded = E;
}
