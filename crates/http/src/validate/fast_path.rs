//! Heads that came in one piece, which nearly all do. They are read line by line instead of byte by byte, which costs a
//! fifth. Only what the machine of [`head`](super::head) would take is taken here, and with the same verdict; about
//! everything else (heads in pieces, anything odd, any coding or upgrade) that machine is asked.

use memchr::memchr2;

use super::head::{BodyLength, METHOD_MAX, Seen};
use super::header_lines::{Field, KEPT, is_token};
use super::validator::Limits;
use crate::headers::{Place, Span};

/// Whether a byte may stand in a token.
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

/// Lines that there is room for between requests.
const LINES_KEPT: usize = 128;

/// Where the parts of a head are, so that it need not be read a second time.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) method: Span,
    pub(crate) target: Span,
    pub(crate) lines: Vec<Place>,
}

/// The length of the whole, plain head that a piece begins with, and how the body behind it is delimited. `None`: there is
/// none, or it takes a closer look. Where its parts are is noted in `marks`.
pub(super) fn head(piece: &[u8], limits: &Limits, marks: &mut Marks) -> Option<(usize, BodyLength)> {
    let piece = piece.get(..limits.head).unwrap_or(piece);
    let mut seen = Seen::default();
    marks.lines.clear();
    marks.lines.shrink_to(LINES_KEPT);
    let mut rest = request_line(piece, marks)?;
    loop {
        if let Some(behind) = rest.strip_prefix(b"\r\n") {
            let length = piece.len() - behind.len();
            let body = seen.body().ok()?;
            return has_no_controls(piece.get(..length)?).then_some((length, body));
        }
        rest = line(piece, rest, &mut seen, marks)?;
    }
}

/// What follows `METHOD SP target SP HTTP/1.1 CRLF`.
fn request_line<'p>(piece: &'p [u8], marks: &mut Marks) -> Option<&'p [u8]> {
    let length = token_length(piece);
    let (method, rest) = piece.split_at_checked(length)?;
    if length > METHOD_MAX || matches!(method, b"" | b"PRI" | b"CONNECT") {
        return None;
    }
    let rest = rest.strip_prefix(b" ")?;
    marks.method = Span::of(piece, method)?;
    let length = rest.iter().position(|byte| !byte.is_ascii_graphic() || *byte == b'#').filter(|length| *length > 0)?;
    let (target, rest) = rest.split_at_checked(length)?;
    marks.target = Span::of(piece, target)?;
    rest.strip_prefix(b" HTTP/1.1\r\n")
}

/// Takes one header line; what follows it.
fn line<'p>(piece: &[u8], rest: &'p [u8], seen: &mut Seen, marks: &mut Marks) -> Option<&'p [u8]> {
    let (name, padded, rest) = plain_line(rest)?;
    let value = padded.trim_ascii();
    match Field::spelled(name) {
        Field::Other => {}
        // Of these the machine keeps so much, white space and all.
        _ if padded.len() > KEPT => return None,
        field @ (Field::Host | Field::ContentLength) => seen.note(field, Some(value)).ok()?,
        Field::TransferEncoding | Field::Upgrade | Field::Http2Settings => return None,
    }
    marks.lines.push(Place::of(piece, name, value)?);
    Some(rest)
}

/// Name and value of the plain header line that a piece begins with, and what follows it. The value may still have white space
/// around it, and hold control characters.
pub(crate) fn plain_line(piece: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (name, rest) = piece.split_at_checked(token_length(piece))?;
    if name.is_empty() {
        return None;
    }
    let rest = rest.strip_prefix(b":")?;
    let (value, rest) = rest.split_at_checked(memchr2(b'\r', b'\n', rest)?)?;
    Some((name, value, rest.strip_prefix(b"\r\n")?))
}

/// Whether bytes hold no control characters but tabs and ends of lines. Without a way out half way, so that it compiles to
/// vector code.
pub(crate) fn has_no_controls(bytes: &[u8]) -> bool {
    let is_control = |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\r' | b'\n')) || byte == 0x7f;
    !bytes.iter().fold(false, |found, byte| found | is_control(*byte))
}

/// How many bytes at the beginning make a token.
fn token_length(bytes: &[u8]) -> usize {
    let is_other = |byte: &u8| !TOKEN.get(usize::from(*byte)).is_some_and(|token| *token);
    bytes.iter().position(is_other).unwrap_or(bytes.len())
}
