//! Answers whose heads are there as bytes, in part.

use bytes::Bytes;
use http::Response;
use http_body_util::{Either, Full};

use crate::headers::{Lines, decode};

/// A body with which lines of its answer's head come ready: they are copied, not spelled out one by one.
pub trait Preset {
    /// Takes the lines that are to stand in the head, but for what concerns the connection and the length.
    fn take_lines(&mut self) -> Lines;

    /// Writes further lines, each with its end.
    fn write_lines(&self, out: &mut Vec<u8>);
}

impl Preset for Full<Bytes> {
    fn take_lines(&mut self) -> Lines {
        Lines::default()
    }

    fn write_lines(&self, _out: &mut Vec<u8>) {}
}

impl<L: Preset, R: Preset> Preset for Either<L, R> {
    fn take_lines(&mut self) -> Lines {
        match self {
            Self::Left(left) => left.take_lines(),
            Self::Right(right) => right.take_lines(),
        }
    }

    fn write_lines(&self, out: &mut Vec<u8>) {
        match self {
            Self::Left(left) => left.write_lines(out),
            Self::Right(right) => right.write_lines(out),
        }
    }
}

/// The same answer with those lines among its headers: for HTTP/2, where heads are no lines.
pub fn spelled_out<B: Preset>(response: Response<B>) -> Response<B> {
    let (mut parts, mut body) = response.into_parts();
    parts.headers.extend(body.take_lines().headers());
    let mut lines = Vec::new();
    body.write_lines(&mut lines);
    parts.headers.extend(decode(&lines));
    Response::from_parts(parts, body)
}
