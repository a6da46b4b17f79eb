//! Response bodies.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use postern_http::headers::Lines;
use postern_http::server::Preset;

use crate::identity::RenderedIdentity;
use crate::response::no_store::{GATE, NO_STORE};
use crate::upstream::{BrokenOff, UpstreamBody};

/// The body of a response: the gateway's own bytes, or an upstream's stream.
#[derive(Debug, Default)]
pub enum Body {
    /// No body.
    #[default]
    Empty,
    /// Bytes; `None` once they were sent.
    Full(Option<Bytes>),
    /// Empty body of an allowed check; its identity headers are already encoded.
    Yes(Yes),
    /// An upstream's body. Boxed, since responses are moved several times and most have none.
    Upstream(Box<Passing>),
}

/// An upstream's response: its remaining header lines and its body.
#[derive(Debug)]
pub struct Passing {
    lines: Lines,
    further: &'static [u8],
    body: UpstreamBody,
}

impl Passing {
    /// Takes the sanitised lines of the upstream, further lines of the gateway, and the body.
    pub(crate) fn new(lines: Lines, further: &'static [u8], body: UpstreamBody) -> Self {
        Self { lines, further, body }
    }
}

impl Body {
    /// A body of these bytes.
    pub fn full(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        if bytes.is_empty() { Self::Empty } else { Self::Full(Some(bytes)) }
    }
}

/// The encoded identity headers of an allowed check.
#[derive(Clone, Debug)]
pub struct Yes(Whom);

#[derive(Clone, Debug)]
enum Whom {
    Somebody(RenderedIdentity),
    /// The lines.
    Nobody(Arc<[u8]>),
}

impl Yes {
    pub(crate) fn somebody(identity: RenderedIdentity) -> Self {
        Self(Whom::Somebody(identity))
    }

    pub(crate) fn nobody(lines: &Arc<[u8]>) -> Self {
        Self(Whom::Nobody(Arc::clone(lines)))
    }
}

impl Preset for Body {
    fn take_lines(&mut self) -> Lines {
        match self {
            Self::Upstream(passing) => std::mem::take(&mut passing.lines),
            _ => Lines::default(),
        }
    }

    fn write_lines(&self, out: &mut Vec<u8>) {
        match self {
            Self::Yes(Yes(whom)) => {
                match whom {
                    Whom::Somebody(identity) => identity.write(true, out),
                    Whom::Nobody(lines) => out.extend_from_slice(lines),
                }
                out.extend_from_slice(GATE);
                out.extend_from_slice(NO_STORE);
            }
            Self::Upstream(passing) => out.extend_from_slice(passing.further),
            Self::Empty | Self::Full(_) => {}
        }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        match &mut *self {
            Self::Empty | Self::Yes(_) => Poll::Ready(None),
            Self::Full(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Upstream(passing) => Pin::new(&mut passing.body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty | Self::Yes(_) | Self::Full(None) => true,
            Self::Full(Some(_)) => false,
            Self::Upstream(passing) => passing.body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty | Self::Yes(_) | Self::Full(None) => SizeHint::with_exact(0),
            Self::Full(Some(bytes)) => SizeHint::with_exact(bytes.len() as u64),
            Self::Upstream(passing) => passing.body.size_hint(),
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
