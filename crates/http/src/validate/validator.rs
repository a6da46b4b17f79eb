//! The incremental validator of a client's byte stream.

use super::chunked::{ChunkedReader, Part};
use super::fast_path::{self, HeadSpans};
use super::head::{BodyLength, HeadValidator};
use super::violation::{Limits, Violation};

/// Validates the requests on one connection as their bytes arrive. The verdict does not depend on how the stream is split into
/// reads.
///
/// ```
/// use postern_http::validate::{Limits, RequestValidator, Violation};
///
/// let mut validator = RequestValidator::new(Limits::default());
/// let scan = validator.scan(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\n");
/// assert_eq!((scan.clean, scan.violation), (41, Some(Violation::LineEnd)));
/// assert_eq!(validator.heads(), 1);
/// ```
#[derive(Debug)]
pub struct RequestValidator {
    limits: Limits,
    state: State,
    heads: u32,
    /// The last head that arrived in one read.
    last_head: LastHead,
}

/// The part of a request that the client is sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// None: the next byte begins a request.
    Between,
    /// A head; the number counts the heads before it on the connection.
    Head(u32),
    /// A body.
    Body,
}

/// The last head that arrived in one read.
#[derive(Debug, Default)]
struct LastHead {
    spans: HeadSpans,
    /// Its number, counted from one; 0 for none.
    number: u32,
    length: usize,
}

#[derive(Debug)]
enum State {
    Head(HeadValidator),
    Length(u64),
    Chunked(ChunkedReader),
    Refused(Violation),
}

/// The result of [`RequestValidator::scan`] for one part of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The number of valid bytes: all of them, or those before the violation.
    pub clean: usize,
    /// The index of the last byte of the last head that ended in this part.
    pub head_end: Option<usize>,
    /// Why the byte after the valid ones is invalid.
    pub violation: Option<Violation>,
    /// Whether the violation is in a body; its head was valid.
    pub in_body: bool,
}

impl RequestValidator {
    /// Begins at the start of a connection.
    pub fn new(limits: Limits) -> Self {
        Self { limits, state: State::Head(HeadValidator::default()), heads: 0, last_head: LastHead::default() }
    }

    /// Takes the next part of the stream. After a violation no byte is valid.
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

    /// The number of complete heads so far. Wraps.
    pub fn heads(&self) -> u32 {
        self.heads
    }

    /// The positions in the head with this number, counted from one, and its length. `None` if it did not arrive in one read.
    pub(crate) fn head_spans(&self, number: u32) -> Option<(&HeadSpans, usize)> {
        let LastHead { spans, number: last, length } = &self.last_head;
        (*last == number && number > 0).then_some((spans, *length))
    }

    /// The part of a request that the client is sending. After a violation none is expected.
    pub fn phase(&self) -> Phase {
        match &self.state {
            State::Head(head) if head.has_begun() => Phase::Head(self.heads),
            State::Head(_) | State::Refused(_) => Phase::Between,
            State::Length(_) | State::Chunked(_) => Phase::Body,
        }
    }

    /// Takes at least one byte. Returns how many it took, and whether a head ended with the last of them.
    fn step(&mut self, rest: &[u8]) -> Result<(usize, bool), (usize, Violation)> {
        match &mut self.state {
            State::Head(head) => {
                // The spans are overwritten from here on.
                self.last_head.number = 0;
                let one_read = if head.has_begun() {
                    None
                } else {
                    fast_path::head(rest, &self.limits, &mut self.last_head.spans)
                };
                let (taken, body) = match one_read {
                    Some((taken, body)) => (taken, Some(body)),
                    None => head.scan(rest, &self.limits)?,
                };
                let ended = body.is_some();
                self.heads = self.heads.wrapping_add(u32::from(ended));
                if one_read.is_some() {
                    (self.last_head.number, self.last_head.length) = (self.heads, taken);
                }
                match body {
                    None => {}
                    // The fast path left the state as it was.
                    Some(BodyLength::Known(0)) if !head.has_begun() => {}
                    Some(BodyLength::Known(0)) => self.state = State::Head(HeadValidator::default()),
                    Some(BodyLength::Known(length)) => self.state = State::Length(length),
                    Some(BodyLength::Chunked) => self.state = State::Chunked(ChunkedReader::default()),
                }
                Ok((taken, ended))
            }
            State::Length(left) => {
                let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                *left -= taken as u64;
                if *left == 0 {
                    self.state = State::Head(HeadValidator::default());
                }
                Ok((taken, false))
            }
            State::Chunked(chunked) => {
                let (taken, part) = chunked.next(rest, &(&self.limits).into())?;
                if part == Part::End {
                    self.state = State::Head(HeadValidator::default());
                }
                Ok((taken, false))
            }
            State::Refused(violation) => Err((0, *violation)),
        }
    }
}
