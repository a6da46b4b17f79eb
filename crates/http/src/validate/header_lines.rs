//! Validation of header lines byte by byte, with fixed storage.

use super::violation::Violation;

/// Bytes that are kept of a name or value: enough for `transfer-encoding`, and for a list of upgrades.
pub(super) const PREFIX_MAX: usize = 48;

/// The first bytes of a text, in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefix {
    bytes: [u8; PREFIX_MAX],
    length: usize,
}

impl Prefix {
    const EMPTY: Self = Self { bytes: [0; PREFIX_MAX], length: 0 };

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.length) {
            *slot = byte.to_ascii_lowercase();
        }
        self.length = self.length.saturating_add(1);
    }

    /// The text; `None` if it was too long to keep.
    fn get(&self) -> Option<&[u8]> {
        self.bytes.get(..self.length)
    }
}

/// The position in a header block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    LineStart,
    Name,
    Value,
    ValueEnd,
    SectionEnd,
}

/// Scans a header block: lines, and the empty line at its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LineScanner {
    /// Lines that were begun.
    lines: usize,
    at: Position,
    name: Prefix,
    value: Prefix,
    field: Field,
}

/// A header that framing depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Host,
    ContentLength,
    TransferEncoding,
    Upgrade,
    Http2Settings,
    Other,
}

/// The result of scanning a part of a header block.
pub(super) enum Event<'a> {
    /// The part ended within a line, or behind an unimportant one.
    More,
    /// A header that framing depends on ended. The value is in lower case; `None` if it is too long to keep.
    Line(Field, Option<&'a [u8]>),
    /// The header block ended.
    End,
}

impl Default for LineScanner {
    fn default() -> Self {
        Self { lines: 0, at: Position::LineStart, name: Prefix::EMPTY, value: Prefix::EMPTY, field: Field::Other }
    }
}

impl LineScanner {
    /// Takes bytes up to the next event. Returns how many it took.
    pub(super) fn scan(&mut self, piece: &[u8], lines_max: usize) -> Result<(usize, Event<'_>), (usize, Violation)> {
        let mut index = 0;
        while let Some(&byte) = piece.get(index) {
            let violation = |violation| Err((index, violation));
            match self.at {
                Position::LineStart => match byte {
                    b'\r' => self.at = Position::SectionEnd,
                    b' ' | b'\t' => return violation(Violation::ObsFold),
                    b'\n' => return violation(Violation::LineEnd),
                    b':' => return violation(Violation::HeaderName),
                    _ if is_token(byte) => {
                        if self.lines == lines_max {
                            return violation(Violation::TooLarge);
                        }
                        self.lines += 1;
                        self.name = Prefix::EMPTY;
                        self.name.push(byte);
                        self.at = Position::Name;
                    }
                    _ => return violation(Violation::HeaderName),
                },
                Position::Name => match byte {
                    b':' => {
                        self.field = self.name.get().map_or(Field::Other, Field::spelled);
                        self.value = Prefix::EMPTY;
                        self.at = Position::Value;
                    }
                    _ if is_token(byte) => self.name.push(byte),
                    b'\r' | b'\n' => return violation(Violation::LineEnd),
                    _ => return violation(Violation::HeaderName),
                },
                Position::Value => {
                    if self.field == Field::Other {
                        index += plain_length(piece.get(index..).unwrap_or_default());
                        match piece.get(index) {
                            None => break,
                            Some(b'\r') => self.at = Position::ValueEnd,
                            Some(b'\n') => return Err((index, Violation::LineEnd)),
                            Some(_) => return Err((index, Violation::HeaderValue)),
                        }
                    } else {
                        match byte {
                            b'\r' => self.at = Position::ValueEnd,
                            b'\n' => return violation(Violation::LineEnd),
                            _ if is_value(byte) => self.value.push(byte),
                            _ => return violation(Violation::HeaderValue),
                        }
                    }
                }
                Position::ValueEnd => match byte {
                    b'\n' => {
                        self.at = Position::LineStart;
                        if self.field != Field::Other {
                            let value = self.value.get().map(<[u8]>::trim_ascii);
                            return Ok((index + 1, Event::Line(self.field, value)));
                        }
                    }
                    _ => return violation(Violation::LineEnd),
                },
                Position::SectionEnd => match byte {
                    b'\n' => return Ok((index + 1, Event::End)),
                    _ => return violation(Violation::LineEnd),
                },
            }
            index += 1;
        }
        Ok((piece.len(), Event::More))
    }
}

impl Field {
    /// The field with this name, in any case.
    pub(super) fn spelled(name: &[u8]) -> Self {
        let is = |other: &[u8]| name.eq_ignore_ascii_case(other);
        match name.len() {
            4 if is(b"host") => Self::Host,
            7 if is(b"upgrade") => Self::Upgrade,
            14 if is(b"content-length") => Self::ContentLength,
            14 if is(b"http2-settings") => Self::Http2Settings,
            17 if is(b"transfer-encoding") => Self::TransferEncoding,
            _ => Self::Other,
        }
    }
}

/// Whether a byte is valid in a token (RFC 9110 §5.6.2).
pub(super) const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        )
}

/// Whether a byte is valid in a header value (RFC 9110 §5.5): visible, beyond ASCII, space or tab.
pub(super) fn is_value(byte: u8) -> bool {
    (byte >= b' ' && byte != 0x7f) || byte == b'\t'
}

/// The number of bytes at the front that are valid in a header value. Sixteen at a time, which compiles to vector code.
fn plain_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    for block in bytes.chunks_exact(16) {
        if block.iter().fold(false, |odd, byte| odd | (*byte < b' ') | (*byte == 0x7f)) {
            break;
        }
        length += 16;
    }
    let rest = bytes.get(length..).unwrap_or_default();
    length + rest.iter().position(|byte| !is_value(*byte)).unwrap_or(rest.len())
}
