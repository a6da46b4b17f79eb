//! Validation of request heads byte by byte: request line and headers (RFC 9112 §3, §5, §6).

use super::header_lines::{Event, Field, LineScanner, is_token};
use super::violation::{Limits, Violation};

/// Longest method; the longest registered one is `UPDATEREDIRECTREF`.
pub(super) const METHOD_MAX: usize = 24;

/// How the body that follows a head is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyLength {
    Known(u64),
    Chunked,
}

/// Validates one head.
#[derive(Debug, Default)]
pub(super) struct HeadValidator {
    size: usize,
    at: Position,
    lines: LineScanner,
    seen: FramingHeaders,
}

/// The position in the head; `length` counts the bytes of the current part.
#[derive(Clone, Copy, Debug)]
enum Position {
    Method { length: usize, bytes: [u8; METHOD_MAX] },
    Target { length: usize },
    Version { length: usize },
    Headers,
}

impl Default for Position {
    fn default() -> Self {
        Self::Method { length: 0, bytes: [0; METHOD_MAX] }
    }
}

/// The headers that framing depends on, as far as they were received.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FramingHeaders {
    old_version: bool,
    host: bool,
    content_length: Option<u64>,
    chunked: bool,
}

/// `HTTP/1.1 CRLF`; the digit at index 7 may be `0` too.
const VERSION: &[u8; 10] = b"HTTP/1.1\r\n";
/// Most digits of a length: always within 64 bits.
const LENGTH_DIGITS: usize = 18;

impl HeadValidator {
    /// Whether a byte of the head was received.
    pub(super) fn has_begun(&self) -> bool {
        self.size > 0
    }

    /// Takes bytes until the part or the head ends. Returns how many, and how the body is delimited once the head has ended.
    pub(super) fn scan(
        &mut self,
        piece: &[u8],
        limits: &Limits,
    ) -> Result<(usize, Option<BodyLength>), (usize, Violation)> {
        let room = limits.head.saturating_sub(self.size);
        let (within, cut) = match piece.get(..room) {
            Some(within) if within.len() < piece.len() => (within, true),
            _ => (piece, false),
        };
        let (taken, body) = self.scan_within(within)?;
        self.size += taken;
        match body {
            None if cut => Err((taken, Violation::TooLarge)),
            body => Ok((taken, body)),
        }
    }

    fn scan_within(&mut self, piece: &[u8]) -> Result<(usize, Option<BodyLength>), (usize, Violation)> {
        let mut index = 0;
        while let Some(&byte) = piece.get(index) {
            match &mut self.at {
                Position::Headers => {
                    let rest = piece.get(index..).unwrap_or_default();
                    let (taken, event) =
                        self.lines.scan(rest, usize::MAX).map_err(|(taken, violation)| (index + taken, violation))?;
                    let before_last = index + taken.saturating_sub(1);
                    index += taken;
                    match event {
                        Event::More => break,
                        Event::Line(field, value) => {
                            self.seen.note(field, value).map_err(|violation| (before_last, violation))?;
                        }
                        Event::End => {
                            let body = self.seen.body().map_err(|violation| (before_last, violation))?;
                            return Ok((index, Some(body)));
                        }
                    }
                }
                at => {
                    *at = at.next(byte, &mut self.seen).map_err(|violation| (index, violation))?;
                    index += 1;
                }
            }
        }
        Ok((piece.len(), None))
    }
}

impl Position {
    /// Takes one byte of the request line.
    fn next(self, byte: u8, seen: &mut FramingHeaders) -> Result<Self, Violation> {
        match self {
            Self::Method { length, bytes } if byte == b' ' => match bytes.get(..length) {
                Some(b"" | b"PRI" | b"CONNECT") | None => Err(Violation::Method),
                Some(_) => Ok(Self::Target { length: 0 }),
            },
            Self::Method { length, mut bytes } => match bytes.get_mut(length) {
                Some(slot) if is_token(byte) => {
                    *slot = byte;
                    Ok(Self::Method { length: length + 1, bytes })
                }
                _ => Err(Violation::RequestLine),
            },
            Self::Target { length: 0 } if byte == b' ' => Err(Violation::RequestLine),
            Self::Target { .. } if byte == b' ' => Ok(Self::Version { length: 0 }),
            Self::Target { length } if byte.is_ascii_graphic() && byte != b'#' => {
                Ok(Self::Target { length: length + 1 })
            }
            Self::Target { .. } if matches!(byte, b'\r' | b'\n') => Err(Violation::RequestLine),
            Self::Target { .. } => Err(Violation::Target),
            Self::Version { length } => {
                let expected = VERSION.get(length).copied();
                let old = length == 7 && byte == b'0';
                match expected {
                    Some(expected) if byte == expected || old => {
                        seen.old_version |= old;
                        let last = length + 1 == VERSION.len();
                        Ok(if last { Self::Headers } else { Self::Version { length: length + 1 } })
                    }
                    Some(b'\r' | b'\n') => Err(Violation::LineEnd),
                    _ => Err(Violation::RequestLine),
                }
            }
            Self::Headers => Ok(Self::Headers),
        }
    }
}

impl FramingHeaders {
    /// Takes a header. The value is in lower case; `None` if it is too long to keep.
    pub(super) fn note(&mut self, field: Field, value: Option<&[u8]>) -> Result<(), Violation> {
        match field {
            Field::Host if self.host => Err(Violation::Host),
            Field::Host => {
                self.host = true;
                Ok(())
            }
            Field::ContentLength => {
                match (self.content_length, value.filter(|value| value.len() <= LENGTH_DIGITS).and_then(decimal)) {
                    (None, Some(length)) => {
                        self.content_length = Some(length);
                        Ok(())
                    }
                    _ => Err(Violation::ContentLength),
                }
            }
            Field::TransferEncoding if self.chunked || value != Some(b"chunked") => Err(Violation::TransferEncoding),
            Field::TransferEncoding => {
                self.chunked = true;
                Ok(())
            }
            Field::Upgrade if value.is_none_or(|value| value.windows(2).any(|two| two == b"h2")) => {
                Err(Violation::Upgrade)
            }
            Field::Http2Settings => Err(Violation::Upgrade),
            Field::Upgrade | Field::Other => Ok(()),
        }
    }

    /// How the body is delimited, at the end of the head.
    pub(super) fn body(&self) -> Result<BodyLength, Violation> {
        if !self.host && !self.old_version {
            return Err(Violation::Host);
        }
        match (self.chunked, self.content_length) {
            (true, Some(_)) => Err(Violation::TransferEncoding),
            (true, None) if self.old_version => Err(Violation::TransferEncoding),
            (true, None) => Ok(BodyLength::Chunked),
            (false, length) => Ok(BodyLength::Known(length.unwrap_or(0))),
        }
    }
}

/// Reads a number of ASCII digits only: servers differ about signs and spaces. `None` beyond 64 bits too.
pub(crate) fn decimal(text: &[u8]) -> Option<u64> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let add = |sum: u64, digit: &u8| sum.checked_mul(10)?.checked_add(u64::from(digit - b'0'));
    if digits { text.iter().try_fold(0, add) } else { None }
}
