//! Heads that came in one piece, which nearly all do. They are read line by line instead of byte by byte, which costs a
//! fifth. Only what the machine of [`head`](super::head) would take is taken here, and with the same verdict; about
//! everything else (heads in pieces, anything odd, any coding or upgrade) that machine is asked.

use memchr::memchr2;

use super::framing::Limits;
use super::head::{BodyLength, METHOD_MAX, Seen};
use super::lines::{Field, is_token};

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

/// The length of the whole, plain head that a piece begins with, and how the body behind it is delimited. `None`: there is
/// none, or it takes a closer look.
pub(super) fn head(piece: &[u8], limits: &Limits) -> Option<(usize, BodyLength)> {
    let mut seen = Seen::default();
    let mut rest = request_line(piece)?;
    loop {
        if let Some(behind) = rest.strip_prefix(b"\r\n") {
            let length = piece.len() - behind.len();
            let body = seen.body().ok()?;
            let sound = length <= limits.head && has_no_controls(piece.get(..length)?);
            return sound.then_some((length, body));
        }
        rest = line(rest, &mut seen)?;
    }
}

/// What follows `METHOD SP target SP HTTP/1.1 CRLF`.
fn request_line(piece: &[u8]) -> Option<&[u8]> {
    let length = token_length(piece);
    let (method, rest) = piece.split_at_checked(length)?;
    if length > METHOD_MAX || matches!(method, b"" | b"PRI" | b"CONNECT") {
        return None;
    }
    let rest = rest.strip_prefix(b" ")?;
    let length = rest.iter().position(|byte| !byte.is_ascii_graphic() || *byte == b'#').filter(|length| *length > 0)?;
    rest.get(length..)?.strip_prefix(b" HTTP/1.1\r\n")
}

/// Takes one header line; what follows it.
fn line<'p>(rest: &'p [u8], seen: &mut Seen) -> Option<&'p [u8]> {
    let length = token_length(rest);
    let (name, rest) = rest.split_at_checked(length)?;
    if name.is_empty() {
        return None;
    }
    let rest = rest.strip_prefix(b":")?;
    let (value, rest) = rest.split_at_checked(memchr2(b'\r', b'\n', rest)?)?;
    let rest = rest.strip_prefix(b"\r\n")?;
    match Field::spelled(name) {
        Field::Other => {}
        field @ (Field::Host | Field::ContentLength) => seen.note(field, Some(value.trim_ascii())).ok()?,
        Field::TransferEncoding | Field::Upgrade | Field::Http2Settings => return None,
    }
    Some(rest)
}

/// Whether bytes hold no control characters but tabs and ends of lines. Without a way out half way, so that it compiles to
/// vector code.
fn has_no_controls(bytes: &[u8]) -> bool {
    let is_control = |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\r' | b'\n')) || byte == 0x7f;
    !bytes.iter().fold(false, |found, byte| found | is_control(*byte))
}

/// How many bytes at the beginning make a token.
fn token_length(bytes: &[u8]) -> usize {
    let is_other = |byte: &u8| !TOKEN.get(usize::from(*byte)).is_some_and(|token| *token);
    bytes.iter().position(is_other).unwrap_or(bytes.len())
}
