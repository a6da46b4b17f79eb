//! Decoding of message bodies (RFC 9112 §6, §7.1).

use bytes::{Buf, Bytes, BytesMut};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http_body::Frame;
use httparse::{EMPTY_HEADER, Status};

use crate::validate::{ChunkedLimits, ChunkedReader, Part, TRAILER_LINES_MAX};

/// The limits of responses. Requests have passed those of their validator before, which are narrower.
const LIMITS: ChunkedLimits = ChunkedLimits { extension: 4096, trailers: 64 * 1024, padding: true };

/// A chunk or a trailer is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid chunk in the body")]
pub(crate) struct InvalidChunk;

/// Decodes one body. Holds how much of it is still to be received.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Decoder {
    /// The body is complete.
    #[default]
    Done,
    /// `Content-Length`: the bytes still to come.
    Length(u64),
    /// The chunked coding. Boxed, since it is large and most bodies have a length.
    Chunked(Box<Chunked>),
    /// The body ends when the peer closes the connection.
    UntilClose,
    /// The chunked coding was invalid. Bytes behind an invalid one belong to nothing, so every further frame is that error again.
    Invalid,
}

/// The position in a chunked body.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Chunked {
    reader: ChunkedReader,
    /// Bytes of the trailers at the front of the buffer that were read.
    trailers: usize,
}

impl Decoder {
    /// Decodes a body of this length.
    pub(crate) fn length(length: u64) -> Self {
        if length == 0 { Self::Done } else { Self::Length(length) }
    }

    /// Decodes the chunked coding.
    pub(crate) fn chunked() -> Self {
        Self::Chunked(Box::default())
    }

    /// Whether the body is complete.
    pub(crate) fn is_done(&self) -> bool {
        *self == Self::Done
    }

    /// Bytes still to come, if the length is known.
    pub(crate) fn remaining(&self) -> Option<u64> {
        match self {
            Self::Done => Some(0),
            Self::Length(left) => Some(*left),
            Self::Chunked(_) | Self::UntilClose | Self::Invalid => None,
        }
    }

    /// Notes that the peer closed the connection. Returns whether the body is complete.
    pub(crate) fn close(&mut self) -> bool {
        if *self == Self::UntilClose {
            *self = Self::Done;
        }
        self.is_done()
    }

    /// Takes the next frame from the front of the buffer. `None`: the body is complete, or more bytes are needed.
    ///
    /// # Errors
    /// [`InvalidChunk`] if the chunked coding is invalid, then and from then on; the connection cannot be used further.
    pub(crate) fn take(&mut self, buffer: &mut BytesMut) -> Result<Option<Frame<Bytes>>, InvalidChunk> {
        match self {
            Self::Done => Ok(None),
            Self::Length(left) => {
                let data = take_data(buffer, left);
                if *left == 0 {
                    *self = Self::Done;
                }
                Ok(data.map(Frame::data))
            }
            Self::UntilClose => Ok((!buffer.is_empty()).then(|| Frame::data(buffer.split().freeze()))),
            Self::Invalid => Err(InvalidChunk),
            Self::Chunked(chunked) => match chunked.take(buffer) {
                Ok(Taken::Nothing) => Ok(None),
                Ok(Taken::Data(data)) => Ok(Some(Frame::data(data))),
                Ok(Taken::End(trailers)) => {
                    *self = Self::Done;
                    Ok((!trailers.is_empty()).then(|| Frame::trailers(trailers)))
                }
                Err(error) => {
                    *self = Self::Invalid;
                    Err(error)
                }
            },
        }
    }
}

enum Taken {
    Nothing,
    Data(Bytes),
    End(HeaderMap),
}

impl Chunked {
    fn take(&mut self, buffer: &mut BytesMut) -> Result<Taken, InvalidChunk> {
        // Trailers stay in the buffer until they are complete.
        while let Some(bytes) = buffer.get(self.trailers..).filter(|bytes| !bytes.is_empty()) {
            let (length, part) = self.reader.next(bytes, &LIMITS).map_err(|_| InvalidChunk)?;
            match part {
                Part::Framing => buffer.advance(length),
                Part::Data => return Ok(Taken::Data(buffer.split_to(length).freeze())),
                Part::Trailers => self.trailers += length,
                Part::End => return trailers(&buffer.split_to(self.trailers + length)).map(Taken::End),
            }
        }
        Ok(Taken::Nothing)
    }
}

/// Takes up to `left` bytes.
fn take_data(buffer: &mut BytesMut, left: &mut u64) -> Option<Bytes> {
    let length = usize::try_from(*left).unwrap_or(usize::MAX).min(buffer.len());
    *left -= length as u64;
    let data = buffer.split_to(length).freeze();
    (length > 0).then_some(data)
}

/// Parses complete trailers. A function of its own, since its line buffer is large and rarely needed.
#[inline(never)]
fn trailers(block: &[u8]) -> Result<HeaderMap, InvalidChunk> {
    let mut lines = [EMPTY_HEADER; TRAILER_LINES_MAX];
    let Ok(Status::Complete((_, lines))) = httparse::parse_headers(block, &mut lines) else { return Err(InvalidChunk) };
    let mut trailers = HeaderMap::with_capacity(lines.len());
    for line in lines {
        let name = HeaderName::from_bytes(line.name.as_bytes()).map_err(|_| InvalidChunk)?;
        trailers.append(name, HeaderValue::from_bytes(line.value).map_err(|_| InvalidChunk)?);
    }
    Ok(trailers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::{Limits, Phase, RequestValidator};
    use proptest::prelude::*;

    /// Decodes a body that arrives in pieces of this size: data, trailers, and the bytes behind it.
    fn received(mut body: Decoder, bytes: &[u8], size: usize) -> Result<(Vec<u8>, HeaderMap, Vec<u8>), InvalidChunk> {
        let (mut buffer, mut data, mut trailers) = (BytesMut::new(), Vec::new(), HeaderMap::new());
        for piece in bytes.chunks(size) {
            buffer.extend_from_slice(piece);
            while let Some(frame) = body.take(&mut buffer)? {
                match frame.into_data() {
                    Ok(more) => data.extend_from_slice(&more),
                    Err(frame) => trailers = frame.into_trailers().unwrap_or_default(),
                }
            }
        }
        assert!(body.close(), "{body:?}");
        Ok((data, trailers, buffer.to_vec()))
    }

    #[test]
    fn a_body_is_the_same_in_pieces_of_any_size() {
        let chunked = b"5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nDigest: x\r\nA: 1\r\n\r\nmore";
        for size in 1..chunked.len() {
            let (data, trailers, rest) = received(Decoder::chunked(), chunked, size).unwrap();
            assert_eq!((&data[..], &rest[..]), (&b"hello world"[..], &b"more"[..]), "{size}");
            assert_eq!((trailers.len(), &trailers["digest"]), (2, &HeaderValue::from_static("x")));
            let (data, _, rest) = received(Decoder::length(11), b"hello worldmore", size).unwrap();
            assert_eq!((&data[..], &rest[..]), (&b"hello world"[..], &b"more"[..]), "{size}");
            let (data, _, rest) = received(Decoder::UntilClose, b"hello world", size).unwrap();
            assert_eq!((&data[..], &rest[..]), (&b"hello world"[..], &b""[..]), "{size}");
        }
    }

    #[test]
    fn a_truncated_body_is_not_complete() {
        for (mut body, bytes) in [
            (Decoder::length(3), &b"ab"[..]),
            (Decoder::chunked(), b"3\r\nab"),
            (Decoder::chunked(), b"3\r\nabc\r\n"),
            (Decoder::chunked(), b"0\r\n"),
        ] {
            let mut buffer = BytesMut::from(bytes);
            while body.take(&mut buffer).unwrap().is_some() {}
            assert!(!body.close(), "{bytes:?}");
        }
    }

    #[test]
    fn what_follows_an_invalid_chunk_is_never_data() {
        for bytes in [
            &b"2\r\nok\r\n3\x07\r\nyes\r\n0\r\n\r\n"[..],
            b"2\r\nok\r\n33;\n\r\nyes\r\n0\r\n\r\n",
            b"2\r\nok\rX3\r\nyes\r\n0\r\n\r\n",
            b"2\r\nok\r\n0\r\nA : 1\r\n\r\n3\r\nyes\r\n0\r\n\r\n",
        ] {
            let (mut body, mut buffer) = (Decoder::chunked(), BytesMut::from(bytes));
            let data = body.take(&mut buffer).unwrap().unwrap().into_data().unwrap();
            assert_eq!(&data[..], b"ok", "{bytes:?}");
            for _ in 0..4 {
                assert_eq!(body.take(&mut buffer).unwrap_err(), InvalidChunk, "{bytes:?}");
            }
            assert!(!body.close(), "{bytes:?}");
        }
    }

    #[test]
    fn invalid_chunks_are_rejected() {
        for bytes in [
            &b"x\r\n"[..],
            b"\r\n",
            b"-1\r\n",
            b"3\r\nabcd\r\n",
            b"3\r\nabc\n0\r\n",
            b"11111111111111111\r\n",
            b"0\r\nA : 1\r\n\r\n",
            b"0\r\n a\r\n\r\n",
            // Forms that other recipients read differently: a line feed alone, and framing after the fact.
            b"1;a\nb\r\nx\r\n0\r\n\r\n",
            b"0\r\nA: 1\n\r\n",
            b"0\r\nA: 1\n\n",
            b"0\r\nContent-Length: 5\r\n\r\n",
        ] {
            assert_eq!(received(Decoder::chunked(), bytes, 64).unwrap_err(), InvalidChunk, "{bytes:?}");
        }
        let endless = [b"1;".to_vec(), vec![b'a'; LIMITS.extension]].concat();
        assert_eq!(received(Decoder::chunked(), &endless, 64).unwrap_err(), InvalidChunk);
        let lines = |count: usize| format!("0\r\n{}\r\n", "A:\r\n".repeat(count)).into_bytes();
        assert!(received(Decoder::chunked(), &lines(TRAILER_LINES_MAX), 64).is_ok());
        assert_eq!(received(Decoder::chunked(), &lines(TRAILER_LINES_MAX + 1), 64).unwrap_err(), InvalidChunk);
        let endless = [b"0\r\nA: ".to_vec(), vec![b'a'; LIMITS.trailers]].concat();
        assert_eq!(received(Decoder::chunked(), &endless, 1024).unwrap_err(), InvalidChunk);
    }

    proptest! {
        #[test]
        fn what_the_validator_accepts_is_decoded_up_to_the_same_byte(
            bytes in "([1-9a]|[0-3];[a-z=\"]{0,3}|0{1,13})\\r\\n([a-z]{1,4}|\\r\\n|0\\r\\n|[1-3]\\r\\n|[A-Za-c]: ?[a-z]{0,3}\\r\\n|[ \\t\\n]){0,16}(0\\r\\n\\r\\n)?",
            size in 1_usize..8,
        ) {
            let head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
            let mut validator = RequestValidator::new(Limits::default());
            prop_assert_eq!(validator.scan(head).violation, None);
            let (mut clean, mut valid) = (0, true);
            for byte in bytes.as_bytes() {
                let scan = validator.scan(std::slice::from_ref(byte));
                clean += scan.clean;
                valid = scan.violation.is_none();
                if !valid || validator.phase() != Phase::Body {
                    break;
                }
            }
            let whole = outcome(Decoder::chunked(), &bytes.as_bytes()[..clean], size);
            prop_assert!(whole.2, "the decoder refuses what the validator accepted");
            prop_assert_eq!(whole.1.is_some(), valid && validator.phase() != Phase::Body);
        }

        #[test]
        fn no_bytes_panic_and_the_verdict_does_not_depend_on_how_they_are_cut(
            bytes in "([0-3]|\\r\\n|[a;: \\r\\n])(\\r\\n|[0-3a;: \\r\\n]|0\\r\\n){0,24}",
            size in 1_usize..8,
        ) {
            let whole = outcome(Decoder::chunked(), bytes.as_bytes(), bytes.len());
            prop_assert_eq!(outcome(Decoder::chunked(), bytes.as_bytes(), size), whole);
        }
    }

    /// The data of a body, and how it ended: complete, truncated, or invalid.
    fn outcome(mut body: Decoder, bytes: &[u8], size: usize) -> (Vec<u8>, Option<Vec<u8>>, bool) {
        let (mut buffer, mut data) = (BytesMut::new(), Vec::new());
        for piece in bytes.chunks(size) {
            buffer.extend_from_slice(piece);
            loop {
                match body.take(&mut buffer) {
                    Ok(Some(frame)) => data.extend(frame.into_data().unwrap_or_default()),
                    Ok(None) => break,
                    Err(_) => return (data, None, false),
                }
            }
        }
        (data, Some(buffer.to_vec()).filter(|_| body.is_done()), true)
    }
}
