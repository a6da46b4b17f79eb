//! Reads a request body, bounded in size and time. JSON routes require `Content-Type: application/json`, which a
//! cross-site form cannot send.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::error::PortalError;
use crate::media_type::MediaType;

/// Maximum body size in bytes. The largest form holds a return URL, a code and a token.
pub(crate) const BODY_MAX: usize = 16 * 1024;
/// Time limit for receiving a body.
const BODY_TIME: Duration = Duration::from_secs(10);

/// Reads the whole body of a `POST`.
///
/// # Errors
/// [`PortalError`] for a body that is too large, too slow, incomplete, or of another media type.
pub(crate) async fn read<B>(body: B, headers: &HeaderMap, media_type: MediaType) -> Result<Bytes, PortalError>
where
    B: Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if body.size_hint().lower() > BODY_MAX as u64 {
        return Err(PortalError::BodyTooLarge);
    }
    let collected = tokio::time::timeout(BODY_TIME, Limited::new(body, BODY_MAX).collect());
    let bytes = match collected.await {
        Err(_) => return Err(PortalError::BodyTooSlow),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(PortalError::BodyTooLarge),
        Ok(Err(_)) => return Err(PortalError::BodyBroken),
        Ok(Ok(collected)) => collected.to_bytes(),
    };
    if (bytes.is_empty() && media_type == MediaType::Json) || media_type.matches(headers) {
        Ok(bytes)
    } else {
        Err(PortalError::UnsupportedMediaType(media_type))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use http::header::CONTENT_TYPE;
    use http_body_util::Full;

    async fn read_as(
        content_type: &[&'static str],
        body: &'static str,
        media_type: MediaType,
    ) -> Result<Bytes, PortalError> {
        let headers = content_type.iter().map(|value| (CONTENT_TYPE, HeaderValue::from_static(value))).collect();
        read(Full::new(Bytes::from_static(body.as_bytes())), &headers, media_type).await
    }

    #[tokio::test]
    async fn the_media_type_must_be_the_one() {
        assert!(read_as(&["application/json"], "{}", MediaType::Json).await.is_ok());
        assert!(read_as(&["Application/JSON; charset=utf-8"], "{}", MediaType::Json).await.is_ok());
        assert!(read_as(&[], "", MediaType::Json).await.is_ok());
        for refused in [&["text/plain"][..], &[], &["application/jsonx"], &["application/json", "application/json"]] {
            let answer = read_as(refused, "{}", MediaType::Json).await;
            assert!(matches!(answer, Err(PortalError::UnsupportedMediaType(_))), "{refused:?}");
        }
        assert!(read_as(&[], "", MediaType::Form).await.is_err());
        assert!(read_as(&["multipart/form-data; boundary=x"], "", MediaType::Form).await.is_err());
    }

    #[tokio::test]
    async fn a_large_body_is_refused() {
        let body = Full::new(Bytes::from(vec![b' '; BODY_MAX + 1]));
        assert!(matches!(read(body, &HeaderMap::new(), MediaType::Json).await, Err(PortalError::BodyTooLarge)));
    }

    #[tokio::test]
    async fn a_body_of_the_greatest_size_is_read_and_one_without_a_length_is_cut_off_beyond_it() {
        let json = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        let whole = Full::new(Bytes::from(vec![b' '; BODY_MAX]));
        assert_eq!(read(whole, &json, MediaType::Json).await.unwrap().len(), BODY_MAX);
        // The size hint of a body that arrives in chunks tells nothing.
        let chunked = |size| Unsized(Full::new(Bytes::from(vec![b' '; size])));
        assert_eq!(read(chunked(BODY_MAX), &json, MediaType::Json).await.unwrap().len(), BODY_MAX);
        let refused = read(chunked(BODY_MAX + 1), &json, MediaType::Json).await;
        assert!(matches!(refused, Err(PortalError::BodyTooLarge)), "{refused:?}");
        let broken = read(Broken, &json, MediaType::Json).await;
        assert!(matches!(broken, Err(PortalError::BodyBroken)), "{broken:?}");
    }

    /// A body that does not know its length.
    struct Unsized(Full<Bytes>);

    impl Body for Unsized {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            context: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
            std::pin::Pin::new(&mut self.0).poll_frame(context)
        }
    }

    /// A body whose connection breaks.
    struct Broken;

    impl Body for Broken {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
            std::task::Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into())))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_arrives_times_out() {
        let body = http_body_util::StreamBody::new(futures_util::stream::pending::<
            Result<http_body::Frame<Bytes>, std::io::Error>,
        >());
        assert!(matches!(read(body, &HeaderMap::new(), MediaType::Json).await, Err(PortalError::BodyTooSlow)));
    }
}
