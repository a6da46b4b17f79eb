//! Bodies of forwarded requests.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use crate::headers::sanitize::clean_trailers;
use crate::sessions::Activity;

/// Body of a forwarded request. Trailers are sanitised like headers: some servers merge them into the headers, where
/// they could forge an identity.
#[derive(Debug)]
pub(crate) struct Forwarded<B> {
    body: Option<B>,
    progress: Progress,
}

/// Progress of a body. Empty for requests without a body, the usual case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress(Option<Arc<Reading>>);

#[derive(Debug, Default)]
struct Reading {
    moved: AtomicBool,
    ended: AtomicBool,
    activity: Option<Activity>,
}

impl Progress {
    /// Whether any of the body was read since the last call.
    pub(crate) fn made(&self) -> bool {
        self.0.as_ref().is_some_and(|reading| reading.moved.swap(false, Ordering::Relaxed))
    }

    /// Whether all of the body was read.
    pub(crate) fn has_ended(&self) -> bool {
        self.0.as_ref().is_none_or(|reading| reading.ended.load(Ordering::Relaxed))
    }
}

impl<B> Forwarded<B> {
    /// Returns an empty body.
    pub(crate) fn empty() -> Self {
        Self { body: None, progress: Progress::default() }
    }

    /// Returns the observer of the body's progress.
    pub(crate) fn progress(&self) -> Progress {
        self.progress.clone()
    }
}

impl<B: HttpBody> Forwarded<B> {
    /// Wraps a client's body. `activity` notes when parts of it come.
    pub(crate) fn new(body: B, activity: Option<Activity>) -> Self {
        let progress = Progress((!body.is_end_stream()).then(|| Arc::new(Reading { activity, ..Reading::default() })));
        Self { body: Some(body), progress }
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for Forwarded<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = match ready!(Pin::new(&mut *body).poll_frame(cx)) {
            Some(Ok(frame)) => frame,
            other => {
                if let (Some(reading), None) = (&self.progress.0, &other) {
                    reading.ended.store(true, Ordering::Relaxed);
                }
                return Poll::Ready(other);
            }
        };
        let ended = frame.is_trailers() || body.is_end_stream();
        if let Some(reading) = &self.progress.0 {
            reading.moved.store(true, Ordering::Relaxed);
            reading.ended.fetch_or(ended, Ordering::Relaxed);
            if let Some(activity) = &reading.activity {
                activity.record();
            }
        }
        Poll::Ready(match frame.into_trailers() {
            Err(data) => Some(Ok(data)),
            Ok(mut trailers) => {
                clean_trailers(&mut trailers);
                // Nothing comes after trailers.
                (!trailers.is_empty()).then(|| Ok(Frame::trailers(trailers)))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use http::{HeaderMap, HeaderName, HeaderValue};
    use http_body_util::{BodyExt, StreamBody};

    async fn trailers(names: &[&'static str]) -> Vec<String> {
        let value = HeaderValue::from_static("evil");
        let trailers: HeaderMap = names.iter().map(|name| (HeaderName::from_static(name), value.clone())).collect();
        let frames: [Result<_, std::convert::Infallible>; 2] =
            [Ok(Frame::data(Bytes::from_static(b"a"))), Ok(Frame::trailers(trailers))];
        let body = Forwarded::new(StreamBody::new(stream::iter(frames)), None).collect().await.unwrap();
        let mut names: Vec<_> =
            body.trailers().into_iter().flat_map(HeaderMap::keys).map(ToString::to_string).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn trailers_spell_no_identity_no_host_and_no_framing() {
        for name in ["host", "x-auth-user", "x_auth_user", "remote-user", "cookie", "content-length", "connection"] {
            assert_eq!(trailers(&[name]).await, [""; 0], "{name}");
        }
        assert_eq!(trailers(&["x-auth-user", "digest", "grpc-status"]).await, ["digest", "grpc-status"]);
    }

    #[tokio::test]
    async fn no_body_is_none() {
        let body = Forwarded::<http_body_util::Full<Bytes>>::empty();
        assert!(body.is_end_stream());
        assert_eq!(body.size_hint().exact(), Some(0));
    }
}
