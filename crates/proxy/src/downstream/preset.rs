//! Answers whose heads are there as bytes, in part.

use bytes::Bytes;
use http::Response;
use http_body_util::{Either, Full};

use crate::identity::headers;

/// A body with which lines of its answer's head come ready: they are copied, not spelled out one by one.
pub trait Preset {
    /// The lines, each with its end, in two pieces.
    fn lines(&self) -> [&[u8]; 2] {
        [&[], &[]]
    }
}

impl Preset for Full<Bytes> {}

impl<L: Preset, R: Preset> Preset for Either<L, R> {
    fn lines(&self) -> [&[u8]; 2] {
        match self {
            Self::Left(left) => left.lines(),
            Self::Right(right) => right.lines(),
        }
    }
}

/// The same answer with those lines among its headers: for HTTP/2, where heads are no lines.
pub fn spelled_out<B: Preset>(response: Response<B>) -> Response<B> {
    let (mut parts, body) = response.into_parts();
    for (name, value) in body.lines().into_iter().flat_map(headers) {
        parts.headers.append(name, value);
    }
    Response::from_parts(parts, body)
}
