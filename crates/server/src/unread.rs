//! Bodies that nobody reads, because the answer is no. Then the answer has to say that the connection closes (RFC 9110
//! §10.1.1, RFC 9112 §9.6): else some send the body after all, and some use the connection again, for a request that then
//! finds it closed.
//!
//! That holds for the smallest body: hyper reads on only where it is there already, which nobody can know beforehand.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use http::header::{CONNECTION, HeaderValue};
use http::{Request, Response, Version};
use http_body::{Frame, SizeHint};
use http_body_util::Either;
use hyper::body::Body;

use crate::faces;

/// A body that tells whether it was read to its end.
pub(crate) struct Watched<B> {
    body: B,
    read: Arc<AtomicBool>,
}

/// What it tells.
pub(crate) struct Reading(Arc<AtomicBool>);

impl Reading {
    /// Whether something was left.
    pub(crate) fn left_some(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }
}

/// Watches the body of a request.
pub(crate) fn watched<B>(request: Request<B>) -> (Request<Watched<B>>, Reading) {
    let read = Arc::new(AtomicBool::new(false));
    let reading = Reading(Arc::clone(&read));
    (request.map(|body| Watched { body, read }), reading)
}

/// Whether the client will still have a body to send when it is told no at once.
pub(crate) fn may_be_left<B: Body>(request: &Request<B>) -> bool {
    request.version() == Version::HTTP_11 && !request.body().is_end_stream()
}

/// Announces the end of the connection where the answer is ours and says no.
pub(crate) fn close_after_refusal(response: &mut Response<faces::Body>) {
    let ours = !matches!(response.body(), Either::Right(postern_proxy::Body::Upstream(_)));
    if ours && response.status().as_u16() >= 300 {
        response.headers_mut().insert(CONNECTION, const { HeaderValue::from_static("close") });
    }
}

impl<B: Body + Unpin> Body for Watched<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_none() || (matches!(frame, Some(Ok(_))) && self.body.is_end_stream()) {
            self.read.store(true, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http_body_util::{BodyExt, Full, Limited, StreamBody};

    fn pieces(count: usize) -> impl Body<Data = Bytes, Error = std::io::Error> + Unpin {
        StreamBody::new(futures_util::stream::iter((0..count).map(|_| Ok(Frame::data(Bytes::from_static(b"piece"))))))
    }

    #[tokio::test]
    async fn a_body_is_read_when_its_end_was_seen() {
        let (request, reading) = watched(Request::new(pieces(2)));
        assert!(reading.left_some());
        let mut body = request.into_body();
        body.frame().await.unwrap().unwrap();
        assert!(reading.left_some());
        body.collect().await.unwrap();
        assert!(!reading.left_some());
        let (request, reading) = watched(Request::new(Full::new(Bytes::from_static(b"whole"))));
        request.into_body().frame().await.unwrap().unwrap();
        assert!(!reading.left_some(), "the last piece says that it is");
        let (request, reading) = watched(Request::new(pieces(9)));
        assert!(Limited::new(request.into_body(), 12).collect().await.is_err());
        assert!(reading.left_some());
    }
}
