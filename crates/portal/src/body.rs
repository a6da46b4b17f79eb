//! Reading a request body: bounded in size and in time, and of a kind that a cross-site form could not send by chance.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::trouble::Trouble;

/// Most bytes of a body. The longest form holds a return URL, a code and a token.
pub(crate) const BODY_MAX: usize = 16 * 1024;
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);

/// What a body has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `application/json`; nothing at all also does.
    Json,
}

/// Reads the whole body of a write.
pub(crate) async fn read<B>(body: B, headers: &HeaderMap, kind: Kind) -> Result<Bytes, Trouble>
where
    B: Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if body.size_hint().lower() > BODY_MAX as u64 {
        return Err(Trouble::BodyTooLarge);
    }
    let collected = tokio::time::timeout(BODY_TIME, Limited::new(body, BODY_MAX).collect());
    let bytes = match collected.await {
        Err(_) => return Err(Trouble::BodyTooSlow),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(Trouble::BodyTooLarge),
        Ok(Err(_)) => return Err(Trouble::BodyBroken),
        Ok(Ok(collected)) => collected.to_bytes(),
    };
    let wanted = match kind {
        Kind::Json if bytes.is_empty() => return Ok(bytes),
        Kind::Json => "application/json",
        Kind::Form => "application/x-www-form-urlencoded",
    };
    if media_type(headers).is_some_and(|given| given.eq_ignore_ascii_case(wanted)) {
        Ok(bytes)
    } else {
        Err(Trouble::UnsupportedMediaType(kind))
    }
}

/// The one `Content-Type`, without parameters.
fn media_type(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    value.split(';').next().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use http_body_util::Full;

    async fn kind(content_type: &[&'static str], body: &'static str, kind: Kind) -> Result<Bytes, Trouble> {
        let headers = content_type.iter().map(|value| (CONTENT_TYPE, HeaderValue::from_static(value))).collect();
        read(Full::new(Bytes::from_static(body.as_bytes())), &headers, kind).await
    }

    #[tokio::test]
    async fn the_media_type_must_be_the_one() {
        assert!(kind(&["application/json"], "{}", Kind::Json).await.is_ok());
        assert!(kind(&["Application/JSON; charset=utf-8"], "{}", Kind::Json).await.is_ok());
        assert!(kind(&[], "", Kind::Json).await.is_ok());
        for refused in [&["text/plain"][..], &[], &["application/jsonx"], &["application/json", "application/json"]] {
            let answer = kind(refused, "{}", Kind::Json).await;
            assert!(matches!(answer, Err(Trouble::UnsupportedMediaType(_))), "{refused:?}");
        }
        assert!(kind(&[], "", Kind::Form).await.is_err());
        assert!(kind(&["multipart/form-data; boundary=x"], "", Kind::Form).await.is_err());
    }

    #[tokio::test]
    async fn a_large_body_is_refused() {
        let body = Full::new(Bytes::from(vec![b' '; BODY_MAX + 1]));
        assert!(matches!(read(body, &HeaderMap::new(), Kind::Json).await, Err(Trouble::BodyTooLarge)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_arrives_is_given_up() {
        let body = http_body_util::StreamBody::new(futures_util::stream::pending::<
            Result<http_body::Frame<Bytes>, std::io::Error>,
        >());
        assert!(matches!(read(body, &HeaderMap::new(), Kind::Json).await, Err(Trouble::BodyTooSlow)));
    }
}
