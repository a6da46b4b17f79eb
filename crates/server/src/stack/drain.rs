//! Layer: reads request bodies that nothing else read, because the response is a refusal.
//!
//! A small body is read and discarded before the response goes out: Go's HTTP client aborts a response that comes before it
//! has sent its whole request. Where that would take too long, the response announces that the connection closes (RFC 9110
//! §10.1.1, RFC 9112 §9.6); otherwise some clients send the body after all, and some reuse a connection that then closes.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::Version;
use http::header::{CONNECTION, EXPECT, HeaderValue};
use http_body_util::{BodyExt, Either};
use hyper::body::Body;
use postern_model::web::Fields;
use tokio::time::timeout;
use tower::{Layer, Service};

use super::exchange::{Answered, Exchange, Response};

/// Time to read an unwanted body.
const TIME: Duration = Duration::from_secs(1);
/// Bytes of it to read, as many as Go's server reads.
const BYTES: u64 = 256 * 1024;

/// The state of a request body that may stay unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// No body, or HTTP/2, where it can be left unread.
    Nothing,
    /// The client sends it.
    Coming,
    /// The client waits for `100 Continue`.
    Waiting,
}

impl Unread {
    /// The state in a request.
    pub(crate) fn of<B: Body>(version: Version, fields: &impl Fields, body: Option<&B>) -> Self {
        if version != Version::HTTP_11 || body.is_none_or(Body::is_end_stream) {
            Self::Nothing
        } else if fields.has(EXPECT) {
            Self::Waiting
        } else {
            Self::Coming
        }
    }

    /// Reads the rest of the body if that is quickly done. Returns the state then.
    pub(crate) async fn read<B: Body + Unpin>(self, body: B) -> Self {
        let done = body.is_end_stream()
            || self == Self::Coming
                && body.size_hint().lower() <= BYTES
                && timeout(TIME, ends(body)).await.unwrap_or(false);
        if done { Self::Nothing } else { self }
    }

    /// Announces that the connection closes if a body is left and the response is a refusal of the gateway.
    pub(crate) fn close_after_refusal(self, response: &mut Response) {
        let ours = !matches!(response.body, Either::Right(postern_proxy::Body::Upstream(_)));
        if self != Self::Nothing && ours && response.status.as_u16() >= 300 {
            response.headers.insert(CONNECTION, const { HeaderValue::from_static("close") });
        }
    }
}

/// Makes [`WithDrain`].
pub(crate) struct DrainLayer;

/// Drains request bodies that the inner service left.
#[derive(Clone)]
pub(crate) struct WithDrain<S> {
    inner: S,
}

/// Awaits the response of the inner service, then drains the request body that it left unread.
pub(crate) struct Drained<F> {
    inner: F,
    unread: Unread,
    reading: Option<Reading>,
}

type Reading = Pin<Box<dyn Future<Output = (Unread, Response)> + Send>>;

impl<S> Layer<S> for DrainLayer {
    type Service = WithDrain<S>;

    fn layer(&self, inner: S) -> WithDrain<S> {
        WithDrain { inner }
    }
}

impl<S> Service<Exchange> for WithDrain<S>
where
    S: Service<Exchange, Response = Answered, Error = Infallible, Future: Unpin>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Drained<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, exchange: Exchange) -> Drained<S::Future> {
        let received = &exchange.received;
        let unread = Unread::of(received.version, &received.headers, received.body.as_ref());
        Drained { inner: self.inner.call(exchange), unread, reading: None }
    }
}

impl<F: Future<Output = Result<Answered, Infallible>> + Unpin> Future for Drained<F> {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        loop {
            if let Some(reading) = &mut this.reading {
                let (unread, mut response) = ready!(reading.as_mut().poll(cx));
                unread.close_after_refusal(&mut response);
                return Poll::Ready(Ok(response));
            }
            let Ok(Answered { mut response, left }) = ready!(Pin::new(&mut this.inner).poll(cx));
            let unread = this.unread;
            match left.filter(|_| unread != Unread::Nothing) {
                Some(body) => this.reading = Some(Box::pin(async move { (unread.read(body).await, response) })),
                None => {
                    unread.close_after_refusal(&mut response);
                    return Poll::Ready(Ok(response));
                }
            }
        }
    }
}

/// Whether the body came to its end within the limit.
async fn ends<B: Body + Unpin>(mut body: B) -> bool {
    let mut left = BYTES;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return false };
        let length = frame.data_ref().map_or(0, |data| bytes::Buf::remaining(data) as u64);
        let Some(rest) = left.checked_sub(length) else { return false };
        left = rest;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;
    use std::io;

    use bytes::Bytes;
    use futures_util::stream::{self, StreamExt};
    use http::HeaderMap;
    use http_body::Frame;
    use http_body_util::{Empty, Full, StreamBody};
    use tokio::time::Instant;

    fn pieces(count: usize, size: usize) -> impl Body + Unpin {
        StreamBody::new(stream::iter(
            (0..count).map(move |_| Ok::<_, Infallible>(Frame::data(Bytes::from(vec![0; size])))),
        ))
    }

    #[test]
    fn a_body_stands_in_the_way_over_http_1_1_alone() {
        let (plain, body) = (HeaderMap::new(), Full::new(Bytes::from_static(b"x")));
        assert_eq!(Unread::of(Version::HTTP_11, &plain, Some(&Empty::<Bytes>::new())), Unread::Nothing);
        assert_eq!(Unread::of(Version::HTTP_11, &plain, None::<&Empty<Bytes>>), Unread::Nothing);
        assert_eq!(Unread::of(Version::HTTP_2, &plain, Some(&body)), Unread::Nothing);
        assert_eq!(Unread::of(Version::HTTP_11, &plain, Some(&body)), Unread::Coming);
        let asking = HeaderMap::from_iter([(EXPECT, HeaderValue::from_static("100-continue"))]);
        assert_eq!(Unread::of(Version::HTTP_11, &asking, Some(&body)), Unread::Waiting);
    }

    #[tokio::test]
    async fn what_is_small_is_read_to_its_end() {
        assert_eq!(Unread::Coming.read(pieces(256, 1024)).await, Unread::Nothing);
        assert_eq!(Unread::Coming.read(pieces(257, 1024)).await, Unread::Coming, "more than is read on for");
        let large = Full::new(Bytes::from(vec![0; 256 * 1024 + 1]));
        assert_eq!(Unread::Coming.read(large).await, Unread::Coming, "said beforehand");
        let broken = StreamBody::new(stream::iter([Err::<Frame<Bytes>, _>(io::Error::other("gone"))]));
        assert_eq!(Unread::Coming.read(broken).await, Unread::Coming);
    }

    #[tokio::test]
    async fn who_waits_to_be_asked_is_not_asked() {
        assert_eq!(Unread::Waiting.read(pieces(1, 1)).await, Unread::Waiting);
        assert_eq!(Unread::Waiting.read(Empty::<Bytes>::new()).await, Unread::Nothing, "it was read already");
    }

    #[tokio::test(start_paused = true)]
    async fn who_dawdles_is_not_waited_for() {
        let begun = Instant::now();
        let first = stream::iter([Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"x")))]);
        assert_eq!(Unread::Coming.read(StreamBody::new(first.chain(stream::pending()))).await, Unread::Coming);
        assert_eq!(begun.elapsed(), TIME);
    }
}
