//! Header lines that stay where they came.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use postern_model::web::Fields;

use super::kind::{Kind, Kinds};

/// Bytes in lower case.
static LOWER: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        #[expect(clippy::indexing_slicing, reason = "worked out when compiling, within its bounds")]
        {
            table[byte] = (byte as u8).to_ascii_lowercase();
        }
        byte += 1;
    }
    table
};

/// A part of a head: where it begins, and where it ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    begin: u32,
    end: u32,
}

/// Header lines, each of which is a name in lower case and a value that were judged already, and where in a piece of memory
/// they stand.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    head: Bytes,
    lines: Vec<Place>,
    /// What they are; it may be that some were removed.
    kinds: Kinds,
}

/// Where a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    name: Span,
    value: Span,
    /// Found out when the lines are made.
    kind: Kind,
}

/// A header line.
#[derive(Clone, Copy, Debug)]
pub struct Line<'s> {
    /// What it is.
    pub kind: Kind,
    /// In lower case.
    pub name: &'s [u8],
    /// Without white space around.
    pub value: &'s [u8],
}

impl<'s> Line<'s> {
    /// Of this name and value.
    pub fn new(name: &'s [u8], value: &'s [u8]) -> Self {
        Self { kind: Kind::of(name), name, value }
    }
}

impl Span {
    /// Where in a piece a part of it is.
    pub(crate) fn of(piece: &[u8], part: &[u8]) -> Option<Self> {
        let begin = (part.as_ptr() as usize).checked_sub(piece.as_ptr() as usize)?;
        Some(Self { begin: u32::try_from(begin).ok()?, end: u32::try_from(begin + part.len()).ok()? })
    }

    /// The part of a head.
    pub(crate) fn range(self) -> Range<usize> {
        self.begin as usize..self.end as usize
    }

    fn part(self, head: &[u8]) -> &[u8] {
        head.get(self.range()).unwrap_or_default()
    }
}

impl Place {
    /// Of a line with this name and value in a piece of memory.
    pub(crate) fn of(piece: &[u8], name: &[u8], value: &[u8]) -> Option<Self> {
        Some(Self { name: Span::of(piece, name)?, value: Span::of(piece, value)?, kind: Kind::Other })
    }

    fn line(self, head: &[u8]) -> Line<'_> {
        Line { kind: self.kind, name: self.name.part(head), value: self.value.part(head) }
    }
}

impl Lines {
    /// Takes a head, and where its lines are. The names are made lower case where they stand.
    pub(crate) fn new(mut head: BytesMut, mut lines: Vec<Place>) -> Self {
        let mut kinds = Kinds::default();
        for place in &mut lines {
            // Names are short: a byte at a time is less than half of what the vectors of `make_ascii_lowercase` cost.
            let name = head.get_mut(place.name.range()).unwrap_or_default();
            for byte in &mut *name {
                *byte = LOWER.get(usize::from(*byte)).copied().unwrap_or_default();
            }
            place.kind = Kind::of(name);
            kinds = kinds.with(place.kind);
        }
        Self { head: head.freeze(), lines, kinds }
    }

    /// All of the head, beyond its lines too.
    pub fn head(&self) -> &Bytes {
        &self.head
    }

    /// Whether lines of one of these kinds may be among them.
    pub fn may_hold(&self, kinds: Kinds) -> bool {
        self.kinds.meet(kinds)
    }

    /// Looks at every line.
    pub fn each<'s>(&'s self, look: impl FnMut(Line<'s>)) {
        self.lines.iter().map(|place| place.line(&self.head)).for_each(look);
    }

    /// Removes the lines that are not to be kept.
    pub fn retain(&mut self, mut keep: impl FnMut(Line<'_>) -> bool) {
        let head = &self.head;
        self.lines.retain(|place| keep(place.line(head)));
    }

    /// Writes the lines that are to be kept, each with its end.
    pub fn write(&self, out: &mut Vec<u8>, mut keep: impl FnMut(Kind) -> bool) {
        // What stands side by side, as nearly all lines do, is copied at once.
        let mut run = 0..0;
        for Place { name, value, kind } in &self.lines {
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

    /// The lines as headers, whose values stay where they are.
    pub fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        self.lines.iter().filter_map(|Place { name, value, .. }| {
            let name = HeaderName::from_bytes(name.part(&self.head));
            let value = HeaderValue::from_maybe_shared(self.head.slice(value.range()));
            // Neither fails: both were judged.
            name.ok().zip(value.ok())
        })
    }

    /// The lines as a map.
    pub fn to_map(&self) -> HeaderMap {
        let mut map = HeaderMap::with_capacity(self.lines.len());
        map.extend(self.headers());
        map
    }
}

impl Fields for Lines {
    fn lines(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.lines.iter().map(|place| place.line(&self.head)).map(|line| (line.name, line.value))
    }

    fn all(&self, name: HeaderName) -> impl Iterator<Item = &[u8]> {
        self.lines().filter_map(move |(other, value)| (other == name.as_str().as_bytes()).then_some(value))
    }
}

impl Lines {
    /// Lines as a client would send them.
    pub fn of<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> Self {
        let (mut head, mut lines) = (String::new(), Vec::new());
        for (name, value) in pairs {
            let at = |begin: usize, length: usize| Span { begin: begin as u32, end: (begin + length) as u32 };
            let (name_at, value_at) = (at(head.len(), name.len()), at(head.len() + name.len() + 2, value.len()));
            lines.push(Place { name: name_at, value: value_at, kind: Kind::Other });
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        Self::new(BytesMut::from(head.as_str()), lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(lines: &Lines, keep: impl FnMut(Kind) -> bool) -> String {
        let mut out = Vec::new();
        lines.write(&mut out, keep);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_kept_is_written_in_order_and_the_rest_left_out() {
        let lines = Lines::of([("A", "1"), ("te", ""), ("C", "x y"), ("TE", "2"), ("d", "4")]);
        assert_eq!(written(&lines, |_| true), "a: 1\r\nte: \r\nc: x y\r\nte: 2\r\nd: 4\r\n");
        assert_eq!(written(&lines, |kind| kind != Kind::Te), "a: 1\r\nc: x y\r\nd: 4\r\n");
        assert_eq!(written(&lines, |kind| kind == Kind::Te), "te: \r\nte: 2\r\n");
        assert_eq!(written(&lines, |_| false), "");
        assert_eq!(written(&Lines::default(), |_| true), "");
    }

    #[test]
    fn white_space_around_values_is_not_written() {
        let head = "GET / HTTP/1.1\r\nA:1\r\nB:\t2 \r\nC: 3\r\nD: 4 \r\nE: 5\r\nf: 6\n\r\n";
        let part = |text: &str| &head.as_bytes()[head.find(text).unwrap()..][..1];
        let lines = [("A:", "1\r"), ("B:", "2 "), ("C:", "3"), ("D:", "4 "), ("E:", "5"), ("f:", "6\n")];
        let place = |(name, value): (&str, &str)| Place::of(head.as_bytes(), part(name), part(value)).unwrap();
        let lines = Lines::new(BytesMut::from(head), lines.map(place).to_vec());
        assert_eq!(written(&lines, |_| true), "a: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\ne: 5\r\nf: 6\r\n");
    }
}
