//! Where one request ends and the next begins.

use super::chunked::Chunked;
use super::fast_path::{self, Marks};
use super::head::{BodyLength, Head};

/// Why a byte stream is refused. Each is a way in which two servers have read one request differently, or a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Violation {
    /// The request line is not `method SP target SP HTTP/1.x CRLF`.
    #[error("the request line is malformed")]
    RequestLine,
    /// The target holds `#`, a control character, a space or a byte beyond ASCII.
    #[error("the request target holds a byte that does not belong there")]
    Target,
    /// `CONNECT`, or the preface of HTTP/2.
    #[error("this method is not served")]
    Method,
    /// A line feed without carriage return, or a carriage return without line feed (RFC 9112 §2.2).
    #[error("a line does not end in CRLF")]
    LineEnd,
    /// A header line that begins with white space (RFC 9112 §5.2).
    #[error("a header is folded")]
    ObsFold,
    /// A byte that no header name may hold; white space before the colon is one (RFC 9112 §5.1).
    #[error("a header name holds a byte that does not belong there")]
    HeaderName,
    /// A control character in a header value.
    #[error("a header value holds a control character")]
    HeaderValue,
    /// `Host` missing, or there more than once, even with one value.
    #[error("there must be exactly one Host")]
    Host,
    /// `Content-Length` that is no number, or there more than once, even with one value.
    #[error("Content-Length is not one number")]
    ContentLength,
    /// `Transfer-Encoding` that is not exactly `chunked`, or with HTTP/1.0, or beside `Content-Length`.
    #[error("Transfer-Encoding is not exactly chunked, or not alone")]
    TransferEncoding,
    /// An upgrade to HTTP/2 in clear text.
    #[error("an upgrade to h2c is not served")]
    Upgrade,
    /// A chunk whose size, extension or end is malformed (RFC 9112 §7.1).
    #[error("a chunk of the body is malformed")]
    Chunk,
    /// Head, trailers or chunk extensions above their limit.
    #[error("the head of the request is too large")]
    TooLarge,
}

/// How much is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of request line and headers, and of trailers.
    pub head: usize,
    /// Bytes of the extensions of one chunk.
    pub chunk_extension: usize,
}

impl Default for Limits {
    /// 32 KiB: room for what browsers send to one site (a jar of cookies above 16 KiB is refused later anyway).
    fn default() -> Self {
        Self { head: 32 * 1024, chunk_extension: 256 }
    }
}

/// An incremental validator of the requests on one connection. Its verdict does not depend on how the stream is cut.
#[derive(Debug)]
pub struct Framing {
    limits: Limits,
    state: State,
    heads: u32,
    /// Of the last head that came in one piece, its number, and its length.
    marks: (Marks, u32, usize),
}

/// What the stream is in the middle of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing: the next byte begins a request.
    Between,
    /// A head, told apart from earlier ones of the connection by its number.
    Head(u32),
    /// A body.
    Body,
}

#[derive(Debug)]
enum State {
    Head(Head),
    Length(u64),
    Chunked(Chunked),
    Refused(Violation),
}

/// What [`Framing::scan`] found in a piece of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan {
    /// Bytes that may go on: all of the piece, or those before the violation.
    pub clean: usize,
    /// Where the last head that ended in this piece has its last byte.
    pub head_end: Option<usize>,
    /// What is wrong with the byte after the clean ones.
    pub violation: Option<Violation>,
    /// Whether the violation lies in a body, whose head has gone on already.
    pub in_body: bool,
}

impl Framing {
    /// At the start of a connection.
    pub fn new(limits: Limits) -> Self {
        Self { limits, state: State::Head(Head::default()), heads: 0, marks: (Marks::default(), 0, 0) }
    }

    /// Takes the next piece of the stream. After a violation nothing is clean any more.
    pub fn scan(&mut self, piece: &[u8]) -> Scan {
        let mut scan = Scan { clean: 0, head_end: None, violation: None, in_body: false };
        while let Some(rest) = piece.get(scan.clean..).filter(|rest| !rest.is_empty()) {
            match self.step(rest) {
                Ok((taken, ended_head)) => {
                    scan.clean += taken;
                    if ended_head {
                        scan.head_end = Some(scan.clean - 1);
                    }
                }
                Err((taken, violation)) => {
                    scan.clean += taken;
                    scan.violation = Some(violation);
                    scan.in_body = matches!(self.state, State::Chunked(_));
                    self.state = State::Refused(violation);
                    break;
                }
            }
        }
        scan
    }

    /// How many heads have ended.
    pub fn heads(&self) -> u32 {
        self.heads
    }

    /// Where the parts of the head with this number are, counted from one, and how long it is; `None` where that was not
    /// noted.
    pub(crate) fn marks(&self, number: u32) -> Option<(&Marks, usize)> {
        let (marks, of, length) = &self.marks;
        (*of == number && number > 0).then_some((marks, *length))
    }

    /// What the stream is in the middle of. After a violation nothing more is expected.
    pub fn phase(&self) -> Phase {
        match &self.state {
            State::Head(head) if head.has_begun() => Phase::Head(self.heads),
            State::Head(_) | State::Refused(_) => Phase::Between,
            State::Length(_) | State::Chunked(_) => Phase::Body,
        }
    }

    /// Moves on by at least one byte. Gives how many bytes were taken and whether a head ended with the last of them.
    fn step(&mut self, rest: &[u8]) -> Result<(usize, bool), (usize, Violation)> {
        match &mut self.state {
            State::Head(head) => {
                // The marks of an earlier head are gone from here on.
                self.marks.1 = 0;
                let whole =
                    if head.has_begun() { None } else { fast_path::head(rest, &self.limits, &mut self.marks.0) };
                let (taken, body) = match whole {
                    Some((taken, body)) => (taken, Some(body)),
                    None => head.scan(rest, &self.limits)?,
                };
                let ended = body.is_some();
                self.heads = self.heads.wrapping_add(u32::from(ended));
                if whole.is_some() {
                    (self.marks.1, self.marks.2) = (self.heads, taken);
                }
                match body {
                    None => {}
                    // A head that was read in one piece left the machine as it was.
                    Some(BodyLength::Known(0)) if !head.has_begun() => {}
                    Some(BodyLength::Known(0)) => self.state = State::Head(Head::default()),
                    Some(BodyLength::Known(length)) => self.state = State::Length(length),
                    Some(BodyLength::Chunked) => self.state = State::Chunked(Chunked::default()),
                }
                Ok((taken, ended))
            }
            State::Length(left) => {
                let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                *left -= taken as u64;
                if *left == 0 {
                    self.state = State::Head(Head::default());
                }
                Ok((taken, false))
            }
            State::Chunked(chunked) => {
                let (taken, ended) = chunked.scan(rest, &self.limits)?;
                if ended {
                    self.state = State::Head(Head::default());
                }
                Ok((taken, false))
            }
            State::Refused(violation) => Err((0, *violation)),
        }
    }
}
