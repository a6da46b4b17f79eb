//! Validation of the chunked coding (RFC 9112 §7.1).

use super::header_lines::{Event, Field, LineScanner, is_value};
use super::violation::{Limits, Violation};

/// Most hexadecimal digits of a chunk size: 2^48 bytes.
const SIZE_DIGITS: u8 = 12;

/// Validates one chunked body.
#[derive(Debug, Default)]
pub(super) struct ChunkedValidator {
    at: Position,
    trailer_size: usize,
    trailers: LineScanner,
}

#[derive(Clone, Copy, Debug)]
enum Position {
    Size { digits: u8, size: u64 },
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

impl ChunkedValidator {
    /// Takes bytes until the part or the body ends. Returns how many, and whether the body ended.
    pub(super) fn scan(&mut self, piece: &[u8], limits: &Limits) -> Result<(usize, bool), (usize, Violation)> {
        let mut index = 0;
        while let Some(&byte) = piece.get(index) {
            match self.at {
                Position::Data { left } => {
                    let rest = piece.len() - index;
                    let taken = usize::try_from(left).unwrap_or(usize::MAX).min(rest);
                    let left = left - taken as u64;
                    self.at = if left == 0 { Position::DataEnd } else { Position::Data { left } };
                    index += taken;
                }
                Position::Trailers => {
                    let rest = piece.get(index..).unwrap_or_default();
                    let (taken, ended) = self.trailers(rest, limits).map_err(|(taken, why)| (index + taken, why))?;
                    index += taken;
                    if ended {
                        return Ok((index, true));
                    }
                }
                at => {
                    self.at = at.next(byte, limits).map_err(|violation| (index, violation))?;
                    index += 1;
                }
            }
        }
        Ok((piece.len(), false))
    }

    fn trailers(&mut self, piece: &[u8], limits: &Limits) -> Result<(usize, bool), (usize, Violation)> {
        let room = limits.head.saturating_sub(self.trailer_size);
        let within = piece.get(..room).unwrap_or(piece);
        if within.is_empty() {
            return Err((0, Violation::TooLarge));
        }
        let (taken, event) = self.trailers.scan(within)?;
        self.trailer_size += taken;
        match event {
            Event::More | Event::Line(Field::Other, _) => Ok((taken, false)),
            // Framing cannot change after the fact (RFC 9110 §6.5.1).
            Event::Line(..) => Err((taken.saturating_sub(1), Violation::Chunk)),
            Event::End => Ok((taken, true)),
        }
    }
}

impl Position {
    fn next(self, byte: u8, limits: &Limits) -> Result<Self, Violation> {
        match self {
            Self::Size { digits, size } => match (char::from(byte).to_digit(16), byte) {
                (Some(digit), _) if digits < SIZE_DIGITS => {
                    Ok(Self::Size { digits: digits + 1, size: size << 4 | u64::from(digit) })
                }
                (_, b'\r') if digits > 0 => Ok(Self::SizeEnd { size }),
                (_, b';') if digits > 0 => Ok(Self::Extension { length: 1, size }),
                _ => Err(Violation::Chunk),
            },
            Self::Extension { size, .. } if byte == b'\r' => Ok(Self::SizeEnd { size }),
            Self::Extension { length, .. } if length >= limits.chunk_extension => Err(Violation::TooLarge),
            Self::Extension { length, size } if is_value(byte) => Ok(Self::Extension { length: length + 1, size }),
            Self::SizeEnd { size: 0 } if byte == b'\n' => Ok(Self::Trailers),
            Self::SizeEnd { size } if byte == b'\n' => Ok(Self::Data { left: size }),
            Self::DataEnd if byte == b'\r' => Ok(Self::DataLineFeed),
            Self::DataLineFeed if byte == b'\n' => Ok(Self::default()),
            Self::Data { .. } | Self::Trailers => Ok(self),
            Self::Extension { .. } | Self::SizeEnd { .. } | Self::DataEnd | Self::DataLineFeed => Err(Violation::Chunk),
        }
    }
}
