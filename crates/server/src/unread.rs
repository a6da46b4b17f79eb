//! Bodies that nobody reads, because the answer is no. Then the answer has to say that the connection closes (RFC 9110
//! §10.1.1, RFC 9112 §9.6): else some send the body after all, and some use the connection again.

use http::header::{CONNECTION, EXPECT, HeaderValue};
use http::{Request, Response, Version};
use http_body_util::Either;
use hyper::body::Body;

use crate::faces;

/// The longest body that is read to its end, if need be, so that a connection can be used again.
const DRAINED: u64 = 8 * 1024;

/// Whether the client will still have a body to send when it is told no at once.
pub(crate) fn may_be_left<B: Body>(request: &Request<B>) -> bool {
    let body = request.body();
    request.version() == Version::HTTP_11
        && !body.is_end_stream()
        && (request.headers().contains_key(EXPECT) || body.size_hint().exact().is_none_or(|size| size > DRAINED))
}

/// Announces the end of the connection where the answer is ours and says no.
pub(crate) fn close_after_refusal(response: &mut Response<faces::Body>) {
    let ours = !matches!(response.body(), Either::Right(postern_proxy::Body::Upstream(_)));
    if ours && response.status().as_u16() >= 300 {
        response.headers_mut().insert(CONNECTION, const { HeaderValue::from_static("close") });
    }
}
