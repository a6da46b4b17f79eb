//! Bodies that nobody reads, because the answer is no.
//!
//! What is small is read to its end and thrown away before the answer goes out: proxies made with Go end an answer in its
//! middle when it comes before they have passed the whole request on. Where that would take too long, the answer has to
//! say that the connection closes (RFC 9110 §10.1.1, RFC 9112 §9.6): else some send the body after all, and some use the
//! connection again, for a request that then finds it closed.

use std::time::Duration;

use http::Version;
use http::header::{CONNECTION, EXPECT, HeaderValue};
use http_body_util::{BodyExt, Either};
use hyper::body::Body;
use postern_model::web::Fields;
use tokio::time::timeout;

use crate::faces;

/// How long a body is read that nobody wants.
const TIME: Duration = Duration::from_secs(1);
/// How much of it. As much as Go's server reads on for an answer that comes early.
const BYTES: u64 = 256 * 1024;

/// How a request's body stands before it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// There is none, or leaving it is nobody's trouble, as with HTTP/2.
    Nothing,
    /// It is under way.
    Coming,
    /// The client waits to be asked for it.
    Waiting,
}

impl Unread {
    /// How it stands with this request.
    pub(crate) fn of<B: Body>(version: Version, fields: &impl Fields, body: Option<&B>) -> Self {
        if version != Version::HTTP_11 || body.is_none_or(Body::is_end_stream) {
            Self::Nothing
        } else if fields.has(EXPECT) {
            Self::Waiting
        } else {
            Self::Coming
        }
    }

    /// Reads the rest of a body that nobody wants any more, where that is soon done. Says how it stands then.
    pub(crate) async fn read<B: Body + Unpin>(self, body: B) -> Self {
        let done = body.is_end_stream()
            || self == Self::Coming
                && body.size_hint().lower() <= BYTES
                && timeout(TIME, ends(body)).await.unwrap_or(false);
        if done { Self::Nothing } else { self }
    }

    /// Announces the end of the connection where something is left, the answer is ours, and it says no.
    pub(crate) fn close_after_refusal(self, response: &mut faces::Answer) {
        let ours = !matches!(response.body, Either::Right(postern_proxy::Body::Upstream(_)));
        if self != Self::Nothing && ours && response.status.as_u16() >= 300 {
            response.headers.insert(CONNECTION, const { HeaderValue::from_static("close") });
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
