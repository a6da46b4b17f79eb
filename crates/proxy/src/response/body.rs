//! Response bodies.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use postern_http::headers::EncodeHeaders;

use crate::identity::RenderedIdentity;
use crate::response::no_store::{GATE, NO_STORE};
use crate::upstream::{ResponseBodyError, UpstreamBody};

/// Response of a face.
pub type Response = postern_http::Response<Body, EncodedHeaders>;

/// Body of a response: the gateway's own bytes, or an upstream's stream.
#[derive(Debug, Default)]
pub enum Body {
    /// No body.
    #[default]
    Empty,
    /// Bytes; `None` after they were sent.
    Full(Option<Bytes>),
    /// An upstream's body. Boxed, since responses are moved several times and most have none.
    Upstream(Box<UpstreamBody>),
}

impl Body {
    /// Builds a body of these bytes.
    pub fn full(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        if bytes.is_empty() { Self::Empty } else { Self::Full(Some(bytes)) }
    }
}

/// Response headers whose lines are already encoded.
#[derive(Clone, Debug, Default)]
pub struct EncodedHeaders(Repr);

#[derive(Clone, Debug, Default)]
enum Repr {
    #[default]
    None,
    /// Lines that are known at compile time.
    Fixed(&'static [u8]),
    /// The identity headers of an allowed check.
    Identity(RenderedIdentity),
    /// The identity headers of an allowed check without an identity: all of them, empty.
    NoIdentity(Arc<[u8]>),
}

impl EncodedHeaders {
    /// Returns the lines.
    pub(crate) fn fixed(lines: &'static [u8]) -> Self {
        Self(Repr::Fixed(lines))
    }

    /// Returns the headers of an allowed check with this identity.
    pub(crate) fn identity(identity: RenderedIdentity) -> Self {
        Self(Repr::Identity(identity))
    }

    /// Returns the headers of an allowed check without an identity.
    pub(crate) fn no_identity(lines: &Arc<[u8]>) -> Self {
        Self(Repr::NoIdentity(Arc::clone(lines)))
    }
}

impl EncodeHeaders for EncodedHeaders {
    fn encode(&self, out: &mut Vec<u8>) {
        match &self.0 {
            Repr::None => return,
            Repr::Fixed(lines) => return out.extend_from_slice(lines),
            Repr::Identity(identity) => identity.write(true, out),
            Repr::NoIdentity(lines) => out.extend_from_slice(lines),
        }
        out.extend_from_slice(GATE);
        out.extend_from_slice(NO_STORE);
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = ResponseBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ResponseBodyError>>> {
        match &mut *self {
            Self::Empty => Poll::Ready(None),
            Self::Full(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Upstream(body) => Pin::new(body.as_mut()).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty | Self::Full(None) => true,
            Self::Full(Some(_)) => false,
            Self::Upstream(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty | Self::Full(None) => SizeHint::with_exact(0),
            Self::Full(Some(bytes)) => SizeHint::with_exact(bytes.len() as u64),
            Self::Upstream(body) => body.size_hint(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    #[tokio::test]
    async fn bytes_at_hand_are_sent_once() {
        assert!(Body::full("").is_end_stream());
        let body = Body::full("abc");
        assert_eq!(body.size_hint().exact(), Some(3));
        assert_eq!(body.collect().await.unwrap().to_bytes(), "abc");
    }
}
