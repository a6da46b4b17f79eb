//! Header lines that stay in the buffer in which they were received.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use postern_model::web::Fields;

use super::kind::{HeaderKind, HeaderKinds};

/// Maps each byte to lower case.
static LOWER: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        #[expect(clippy::indexing_slicing, reason = "evaluated at compile time, within bounds")]
        {
            table[byte] = (byte as u8).to_ascii_lowercase();
        }
        byte += 1;
    }
    table
};

/// A range of bytes in a head. Heads are shorter than 4 GiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    begin: u32,
    end: u32,
}

/// Header lines as received: a shared buffer and the position of each line in it. Names are in lower case; names and values were
/// validated before.
#[derive(Clone, Debug, Default)]
pub struct RawHeaders {
    head: Bytes,
    lines: Vec<HeaderSpan>,
    /// The kinds of all lines that were received; lines removed since are still counted.
    kinds: HeaderKinds,
}

/// The position of one header line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeaderSpan {
    name: Span,
    value: Span,
    /// Set by [`RawHeaders::new`].
    kind: HeaderKind,
}

/// One header, borrowed from a header block.
#[derive(Clone, Copy, Debug)]
pub struct HeaderRef<'s> {
    /// The header's kind.
    pub kind: HeaderKind,
    /// The name, in lower case.
    pub name: &'s [u8],
    /// The value, without surrounding white space.
    pub value: &'s [u8],
}

impl<'s> HeaderRef<'s> {
    /// Takes a name in lower case, and a value.
    pub fn new(name: &'s [u8], value: &'s [u8]) -> Self {
        Self { kind: HeaderKind::of(name), name, value }
    }
}

impl Span {
    /// The position of a slice within the buffer that it was taken from.
    pub(crate) fn of(buffer: &[u8], part: &[u8]) -> Option<Self> {
        let begin = (part.as_ptr() as usize).checked_sub(buffer.as_ptr() as usize)?;
        Some(Self { begin: u32::try_from(begin).ok()?, end: u32::try_from(begin + part.len()).ok()? })
    }

    /// The span as a range of indices.
    pub(crate) fn range(self) -> Range<usize> {
        self.begin as usize..self.end as usize
    }

    fn part(self, head: &[u8]) -> &[u8] {
        head.get(self.range()).unwrap_or_default()
    }
}

impl HeaderSpan {
    /// The position of a line whose name and value are slices of the buffer.
    pub(crate) fn of(buffer: &[u8], name: &[u8], value: &[u8]) -> Option<Self> {
        let (name, value) = (Span::of(buffer, name)?, Span::of(buffer, value)?);
        Some(Self { name, value, kind: HeaderKind::Other })
    }

    fn header(self, head: &[u8]) -> HeaderRef<'_> {
        HeaderRef { kind: self.kind, name: self.name.part(head), value: self.value.part(head) }
    }
}

impl RawHeaders {
    /// Takes a head and the positions of its lines. Names are put into lower case in place.
    pub(crate) fn new(mut head: BytesMut, mut lines: Vec<HeaderSpan>) -> Self {
        let mut kinds = HeaderKinds::default();
        for line in &mut lines {
            // Names are short: a byte at a time costs less than half of what the vectors of `make_ascii_lowercase` do.
            let name = head.get_mut(line.name.range()).unwrap_or_default();
            for byte in &mut *name {
                *byte = LOWER.get(usize::from(*byte)).copied().unwrap_or_default();
            }
            line.kind = HeaderKind::of(name);
            kinds = kinds.with(line.kind);
        }
        Self { head: head.freeze(), lines, kinds }
    }

    /// Makes header lines from names and values, for tests. Both must be valid; names may be in any case.
    pub fn from_pairs<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> Self {
        let (mut head, mut lines) = (String::new(), Vec::new());
        for (name, value) in pairs {
            let at = |begin: usize, length: usize| Span { begin: begin as u32, end: (begin + length) as u32 };
            let (name_at, value_at) = (at(head.len(), name.len()), at(head.len() + name.len() + 2, value.len()));
            lines.push(HeaderSpan { name: name_at, value: value_at, kind: HeaderKind::Other });
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        Self::new(BytesMut::from(head.as_str()), lines)
    }

    /// The whole head, which holds the request line or status line too.
    pub(crate) fn head(&self) -> &Bytes {
        &self.head
    }

    /// Whether headers of one of these kinds may be present.
    pub(crate) fn may_contain(&self, kinds: HeaderKinds) -> bool {
        self.kinds.intersects(kinds)
    }

    /// Calls the closure with every header.
    pub(crate) fn for_each<'s>(&'s self, look: impl FnMut(HeaderRef<'s>)) {
        self.lines.iter().map(|line| line.header(&self.head)).for_each(look);
    }

    /// Keeps the headers for which the closure returns `true`.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(HeaderRef<'_>) -> bool) {
        let head = &self.head;
        self.lines.retain(|line| keep(line.header(head)));
    }

    /// Appends the lines for whose kind the closure returns `true`, each with CRLF.
    pub(super) fn write(&self, out: &mut Vec<u8>, mut keep: impl FnMut(HeaderKind) -> bool) {
        // Adjacent lines, which nearly all are, are copied in one piece.
        let mut run = 0..0;
        for HeaderSpan { name, value, kind } in &self.lines {
            if !keep(*kind) {
                continue;
            }
            let line = name.begin as usize..value.end as usize + 2;
            let plain = value.begin == name.end + 2
                && self.head.get(name.end as usize) == Some(&b':')
                && self.head.get(name.end as usize + 1) == Some(&b' ')
                && self.head.get(value.end as usize..line.end) == Some(b"\r\n");
            if plain && line.start == run.end {
                run.end = line.end;
                continue;
            }
            out.extend_from_slice(self.head.get(run).unwrap_or_default());
            run = if plain { line } else { 0..0 };
            if !plain {
                out.extend_from_slice(name.part(&self.head));
                out.extend_from_slice(b": ");
                out.extend_from_slice(value.part(&self.head));
                out.extend_from_slice(b"\r\n");
            }
        }
        out.extend_from_slice(self.head.get(run).unwrap_or_default());
    }

    /// The headers as a map. Values share the buffer.
    pub(super) fn to_map(&self) -> HeaderMap {
        let headers = self.lines.iter().filter_map(|HeaderSpan { name, value, .. }| {
            let name = HeaderName::from_bytes(name.part(&self.head));
            let value = HeaderValue::from_maybe_shared(self.head.slice(value.range()));
            // Neither fails: both were validated.
            name.ok().zip(value.ok())
        });
        let mut map = HeaderMap::with_capacity(self.lines.len());
        map.extend(headers);
        map
    }
}

impl Fields for RawHeaders {
    fn lines(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.lines.iter().map(|line| line.header(&self.head)).map(|header| (header.name, header.value))
    }

    fn all(&self, name: HeaderName) -> impl Iterator<Item = &[u8]> {
        // Kinds are compared first: they are numbers, and differ for most lines.
        let kind = HeaderKind::of(name.as_str().as_bytes());
        let lines = self.lines.iter().filter(move |line| line.kind == kind).map(|line| line.header(&self.head));
        lines.filter(move |header| header.name == name.as_str().as_bytes()).map(|header| header.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(lines: &RawHeaders, keep: impl FnMut(HeaderKind) -> bool) -> String {
        let mut out = Vec::new();
        lines.write(&mut out, keep);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn kept_lines_are_written_in_order() {
        let lines = RawHeaders::from_pairs([("A", "1"), ("te", ""), ("C", "x y"), ("TE", "2"), ("d", "4")]);
        assert_eq!(written(&lines, |_| true), "a: 1\r\nte: \r\nc: x y\r\nte: 2\r\nd: 4\r\n");
        assert_eq!(written(&lines, |kind| kind != HeaderKind::Te), "a: 1\r\nc: x y\r\nd: 4\r\n");
        assert_eq!(written(&lines, |kind| kind == HeaderKind::Te), "te: \r\nte: 2\r\n");
        assert_eq!(written(&lines, |_| false), "");
        assert_eq!(written(&RawHeaders::default(), |_| true), "");
    }

    #[test]
    fn headers_of_one_kind_are_told_apart_by_name() {
        let lines = RawHeaders::from_pairs([
            ("Keep-Alive", "1"),
            ("Proxy-Connection", "2"),
            ("X", "3"),
            ("keep-alive", "4"),
            ("Y", "5"),
        ]);
        let all = |name| lines.all(HeaderName::from_static(name)).collect::<Vec<_>>();
        assert_eq!(all("keep-alive"), [b"1", b"4"]);
        assert_eq!(all("proxy-connection"), [b"2"]);
        assert_eq!(all("y"), [b"5"]);
        assert!(all("te").is_empty());
    }

    #[test]
    fn white_space_around_values_is_not_written() {
        let head = "GET / HTTP/1.1\r\nA:1\r\nB:\t2 \r\nC: 3\r\nD: 4 \r\nE: 5\r\nf: 6\n\r\n";
        let part = |text: &str| &head.as_bytes()[head.find(text).unwrap()..][..1];
        let lines = [("A:", "1\r"), ("B:", "2 "), ("C:", "3"), ("D:", "4 "), ("E:", "5"), ("f:", "6\n")];
        let place = |(name, value): (&str, &str)| HeaderSpan::of(head.as_bytes(), part(name), part(value)).unwrap();
        let lines = RawHeaders::new(BytesMut::from(head), lines.map(place).to_vec());
        assert_eq!(written(&lines, |_| true), "a: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\ne: 5\r\nf: 6\r\n");
    }
}
