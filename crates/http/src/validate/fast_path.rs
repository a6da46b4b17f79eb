//! Heads that arrive in one read, as nearly all do. They are validated line by line instead of byte by byte, which costs a fifth.
//! This path accepts only what [`head`](super::head) accepts, with the same result; heads in several reads, unusual forms, codings
//! and upgrades are left to it. A property test holds the two to one verdict.

use memchr::memchr2;

use super::head::{BodyLength, FramingHeaders, METHOD_MAX};
use super::header_lines::{Field, PREFIX_MAX, is_token};
use super::violation::Limits;
use crate::headers::{HeaderSpan, Span};

/// Whether a byte is valid in a token.
static TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        #[expect(clippy::indexing_slicing, reason = "worked out when compiling, within its bounds")]
        {
            table[byte as usize] = is_token(byte);
        }
        byte += 1;
    }
    table
};

/// Capacity for header lines that is kept between requests.
const LINES_KEPT: usize = 128;

/// The positions of the parts of a head, so that it is read only once.
#[derive(Debug, Default)]
pub(crate) struct HeadSpans {
    pub(crate) method: Span,
    pub(crate) target: Span,
    pub(crate) lines: Vec<HeaderSpan>,
}

/// Validates the head at the front of a piece: its length, and how its body is delimited. The positions of its parts are written to
/// `spans`. `None`: the head is incomplete, invalid, or of a form that this path does not read.
pub(super) fn head(piece: &[u8], limits: &Limits, spans: &mut HeadSpans) -> Option<(usize, BodyLength)> {
    let piece = piece.get(..limits.head).unwrap_or(piece);
    let mut seen = FramingHeaders::default();
    spans.lines.clear();
    spans.lines.shrink_to(LINES_KEPT);
    let mut rest = request_line(piece, spans)?;
    loop {
        if let Some(behind) = rest.strip_prefix(b"\r\n") {
            let length = piece.len() - behind.len();
            let body = seen.body().ok()?;
            return has_no_controls(piece.get(..length)?).then_some((length, body));
        }
        rest = line(piece, rest, &mut seen, spans)?;
    }
}

/// Reads `METHOD SP target SP HTTP/1.1 CRLF`; returns the rest.
fn request_line<'p>(piece: &'p [u8], spans: &mut HeadSpans) -> Option<&'p [u8]> {
    let length = token_length(piece);
    let (method, rest) = piece.split_at_checked(length)?;
    if length > METHOD_MAX || matches!(method, b"" | b"PRI" | b"CONNECT") {
        return None;
    }
    let rest = rest.strip_prefix(b" ")?;
    spans.method = Span::of(piece, method)?;
    let length = rest.iter().position(|byte| !byte.is_ascii_graphic() || *byte == b'#').filter(|length| *length > 0)?;
    let (target, rest) = rest.split_at_checked(length)?;
    spans.target = Span::of(piece, target)?;
    rest.strip_prefix(b" HTTP/1.1\r\n")
}

/// Reads one header line; returns the rest.
fn line<'p>(piece: &[u8], rest: &'p [u8], seen: &mut FramingHeaders, spans: &mut HeadSpans) -> Option<&'p [u8]> {
    let (name, padded, rest) = plain_line(rest)?;
    let value = padded.trim_ascii();
    match Field::spelled(name) {
        Field::Other => {}
        // The byte-wise validator keeps this many bytes, with white space.
        _ if padded.len() > PREFIX_MAX => return None,
        field @ (Field::Host | Field::ContentLength) => seen.note(field, Some(value)).ok()?,
        Field::TransferEncoding | Field::Upgrade | Field::Http2Settings => return None,
    }
    spans.lines.push(HeaderSpan::of(piece, name, value)?);
    Some(rest)
}

/// Reads a header line in its usual form: name, value, and the rest. The value may have white space around it, and may contain
/// control characters.
pub(crate) fn plain_line(piece: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (name, rest) = piece.split_at_checked(token_length(piece))?;
    if name.is_empty() {
        return None;
    }
    let rest = rest.strip_prefix(b":")?;
    let (value, rest) = rest.split_at_checked(memchr2(b'\r', b'\n', rest)?)?;
    Some((name, value, rest.strip_prefix(b"\r\n")?))
}

/// Whether bytes contain no control characters except tab and line ends. Without an early exit, so that it compiles to vector
/// code.
pub(crate) fn has_no_controls(bytes: &[u8]) -> bool {
    let is_control = |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\r' | b'\n')) || byte == 0x7f;
    !bytes.iter().fold(false, |found, byte| found | is_control(*byte))
}

/// The length of the token at the front.
fn token_length(bytes: &[u8]) -> usize {
    let is_other = |byte: &u8| !TOKEN.get(usize::from(*byte)).is_some_and(|token| *token);
    bytes.iter().position(is_other).unwrap_or(bytes.len())
}
