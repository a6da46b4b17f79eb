//! The chunked coding (RFC 9112 §7.1), read byte by byte. The validator of requests and the decoder of bodies both use this reader,
//! so that they cannot differ about where a chunk or a body ends.

use super::header_lines::{Event, Field, LineScanner, is_value};
use super::violation::{Limits, Violation};

/// Most hexadecimal digits of a chunk size: 2^48 bytes.
const SIZE_DIGITS: u8 = 12;
/// Most trailer lines.
pub(crate) const TRAILER_LINES_MAX: usize = 100;

/// Reads one chunked body.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ChunkedReader {
    at: Position,
    trailer_size: usize,
    trailers: LineScanner,
}

/// The limits of a chunked body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChunkedLimits {
    /// Bytes of the extensions of one chunk, and of the padding before them.
    pub(crate) extension: usize,
    /// Bytes of trailers.
    pub(crate) trailers: usize,
    /// Whether white space may follow a chunk size. Some old servers fill size lines up with it.
    pub(crate) padding: bool,
}

/// A part of a chunked body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Sizes, extensions, and ends of chunks.
    Framing,
    /// Data.
    Data,
    /// Trailers, of which more follow.
    Trailers,
    /// The last bytes of the trailers: the body is complete.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    Size { digits: u8, size: u64 },
    Padding { length: usize, size: u64 },
    Extension { length: usize, size: u64 },
    SizeEnd { size: u64 },
    Data { left: u64 },
    DataEnd,
    DataLineFeed,
    Trailers,
}

impl Default for Position {
    fn default() -> Self {
        Self::Size { digits: 0, size: 0 }
    }
}

impl From<&Limits> for ChunkedLimits {
    fn from(limits: &Limits) -> Self {
        Self { extension: limits.chunk_extension, trailers: limits.head, padding: false }
    }
}

impl ChunkedReader {
    /// Scans the part at the front of the bytes, which are not empty; returns its length and kind. A part may arrive in pieces.
    ///
    /// # Errors
    /// The number of valid bytes, and why the next one is invalid.
    pub(crate) fn next(&mut self, bytes: &[u8], limits: &ChunkedLimits) -> Result<(usize, Part), (usize, Violation)> {
        match self.at {
            Position::Data { left } => {
                let taken = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                let left = left - taken as u64;
                self.at = if left == 0 { Position::DataEnd } else { Position::Data { left } };
                Ok((taken, Part::Data))
            }
            Position::Trailers => self.trailers(bytes, limits),
            _ => self.framing(bytes, limits),
        }
    }

    fn framing(&mut self, bytes: &[u8], limits: &ChunkedLimits) -> Result<(usize, Part), (usize, Violation)> {
        let mut taken = 0;
        for byte in bytes {
            if matches!(self.at, Position::Data { .. } | Position::Trailers) {
                break;
            }
            self.at = self.at.next(*byte, limits).map_err(|violation| (taken, violation))?;
            taken += 1;
        }
        Ok((taken, Part::Framing))
    }

    fn trailers(&mut self, bytes: &[u8], limits: &ChunkedLimits) -> Result<(usize, Part), (usize, Violation)> {
        let room = limits.trailers.saturating_sub(self.trailer_size);
        let within = bytes.get(..room).unwrap_or(bytes);
        if within.is_empty() {
            return Err((0, Violation::TooLarge));
        }
        let (taken, event) = self.trailers.scan(within, TRAILER_LINES_MAX)?;
        self.trailer_size += taken;
        match event {
            Event::More | Event::Line(Field::Other, _) => Ok((taken, Part::Trailers)),
            // Framing cannot change after the fact (RFC 9110 §6.5.1).
            Event::Line(..) => Err((taken.saturating_sub(1), Violation::Chunk)),
            Event::End => Ok((taken, Part::End)),
        }
    }
}

impl Position {
    fn next(self, byte: u8, limits: &ChunkedLimits) -> Result<Self, Violation> {
        let is_padding = matches!(byte, b' ' | b'\t');
        match self {
            Self::Size { digits, size } => match (char::from(byte).to_digit(16), byte) {
                (Some(digit), _) if digits < SIZE_DIGITS => {
                    Ok(Self::Size { digits: digits + 1, size: size << 4 | u64::from(digit) })
                }
                _ if digits > 0 => Self::Padding { length: 0, size }.next(byte, limits),
                _ => Err(Violation::Chunk),
            },
            Self::Padding { size, .. } | Self::Extension { size, .. } if byte == b'\r' => Ok(Self::SizeEnd { size }),
            Self::Padding { length, .. } | Self::Extension { length, .. } if length >= limits.extension => {
                Err(Violation::TooLarge)
            }
            Self::Padding { length, size } if byte == b';' => Ok(Self::Extension { length: length + 1, size }),
            Self::Padding { length, size } if is_padding && limits.padding => {
                Ok(Self::Padding { length: length + 1, size })
            }
            Self::Extension { length, size } if is_value(byte) => Ok(Self::Extension { length: length + 1, size }),
            Self::SizeEnd { size: 0 } if byte == b'\n' => Ok(Self::Trailers),
            Self::SizeEnd { size } if byte == b'\n' => Ok(Self::Data { left: size }),
            Self::DataEnd if byte == b'\r' => Ok(Self::DataLineFeed),
            Self::DataLineFeed if byte == b'\n' => Ok(Self::default()),
            Self::Data { .. } | Self::Trailers => Ok(self),
            _ => Err(Violation::Chunk),
        }
    }
}
