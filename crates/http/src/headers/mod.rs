//! The header block of a message (RFC 9110 §6.3): as lines in the buffer in which they were received, or as a map.
//!
//! A message that is received and sent over HTTP/1.1 keeps its lines. Building a map, which hashes every name, would cost more
//! than every question that is asked of it.

mod encode;
mod kind;
mod raw;

use either::Either;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use postern_model::web::Fields;

pub use encode::{EncodeHeaders, decode};
pub use kind::{HeaderKind, HeaderKinds};
pub use raw::{HeaderRef, RawHeaders};
pub(crate) use raw::{HeaderSpan, Span};

/// The headers of a request or response. Its form is a matter of this crate: read it with [`Fields`] or
/// [`HeaderBlock::for_each`].
///
/// ```
/// use http::header::{ACCEPT, HeaderValue};
/// use postern_http::headers::HeaderBlock;
/// use postern_model::web::Fields;
///
/// let mut headers = HeaderBlock::default();
/// headers.insert(ACCEPT, HeaderValue::from_static("text/html"));
/// assert_eq!(headers.all(ACCEPT).next(), Some(&b"text/html"[..]));
/// headers.retain(|header| header.name != b"accept");
/// assert!(headers.into_map().is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct HeaderBlock(Form);

#[derive(Clone, Debug)]
enum Form {
    /// Received over HTTP/1.1.
    Raw(RawHeaders),
    /// Received over HTTP/2, or made or changed here.
    Map(HeaderMap),
}

impl HeaderBlock {
    /// Whether headers of one of these kinds may be present. `false` is certain, `true` is not.
    pub fn may_contain(&self, kinds: HeaderKinds) -> bool {
        match &self.0 {
            Form::Raw(raw) => raw.may_contain(kinds),
            Form::Map(_) => true,
        }
    }

    /// Calls the closure with every header.
    pub fn for_each<'s>(&'s self, mut look: impl FnMut(HeaderRef<'s>)) {
        match &self.0 {
            Form::Raw(raw) => raw.for_each(look),
            Form::Map(map) => map.lines().for_each(|(name, value)| look(HeaderRef::new(name, value))),
        }
    }

    /// Keeps the headers for which the closure returns `true`.
    pub fn retain(&mut self, mut keep: impl FnMut(HeaderRef<'_>) -> bool) {
        match &mut self.0 {
            Form::Raw(raw) => raw.retain(keep),
            Form::Map(map) => {
                if map.lines().all(|(name, value)| keep(HeaderRef::new(name, value))) {
                    return;
                }
                let mut last = None;
                for (name, value) in std::mem::take(map) {
                    // `HeaderMap` yields a name once, with the first of its values.
                    last = name.or(last);
                    if let Some(name) =
                        last.as_ref().filter(|name| keep(HeaderRef::new(name.as_str().as_bytes(), value.as_bytes())))
                    {
                        map.append(name.clone(), value);
                    }
                }
            }
        }
    }

    /// Sets a header in place of all of this name. Turns the block into a map.
    pub fn insert(&mut self, name: HeaderName, value: HeaderValue) {
        self.edit(|map| {
            map.insert(name, value);
        });
    }

    /// Changes the block as a map. Lines are turned into a map first.
    pub fn edit(&mut self, edit: impl FnOnce(&mut HeaderMap)) {
        let mut map = std::mem::take(self).into_map();
        edit(&mut map);
        self.0 = Form::Map(map);
    }

    /// The block as a map.
    pub fn into_map(self) -> HeaderMap {
        match self.0 {
            Form::Raw(raw) => raw.to_map(),
            Form::Map(map) => map,
        }
    }

    /// Appends the lines of the headers for whose kind the closure returns `true`, each with CRLF.
    pub(crate) fn write(&self, out: &mut Vec<u8>, mut keep: impl FnMut(HeaderKind) -> bool) {
        match &self.0 {
            Form::Raw(raw) => raw.write(out, keep),
            Form::Map(map) => {
                for (name, value) in map {
                    if keep(HeaderKind::of(name.as_str().as_bytes())) {
                        crate::codec::write_line(out, name, value);
                    }
                }
            }
        }
    }
}

impl Default for HeaderBlock {
    fn default() -> Self {
        Self(Form::Raw(RawHeaders::default()))
    }
}

impl From<RawHeaders> for HeaderBlock {
    fn from(raw: RawHeaders) -> Self {
        Self(Form::Raw(raw))
    }
}

impl From<HeaderMap> for HeaderBlock {
    fn from(map: HeaderMap) -> Self {
        Self(Form::Map(map))
    }
}

impl Fields for HeaderBlock {
    fn lines(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        match &self.0 {
            Form::Raw(raw) => Either::Left(raw.lines()),
            Form::Map(map) => Either::Right(map.lines()),
        }
    }

    fn all(&self, name: HeaderName) -> impl Iterator<Item = &[u8]> {
        match &self.0 {
            Form::Raw(raw) => Either::Left(raw.all(name)),
            Form::Map(map) => Either::Right(map.all(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn listed(headers: &HeaderBlock) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut listed: Vec<_> = headers.lines().map(|(name, value)| (text(name), text(value))).collect();
        // A map keeps the order within a name only.
        listed.sort_by(|(one, _), (other, _)| one.cmp(other));
        listed
    }

    proptest! {
        #[test]
        fn lines_and_a_map_of_them_hold_the_same_headers(pairs in proptest::collection::vec(("[a-c]", "[a-c]{0,2}"), 0..9), odd in "[a-c]{0,2}") {
            let lines = HeaderBlock::from(RawHeaders::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))));
            let mut map = HeaderMap::new();
            for (name, value) in &pairs {
                map.append(HeaderName::try_from(name.as_str()).unwrap(), HeaderValue::try_from(value.as_str()).unwrap());
            }
            let map = HeaderBlock::from(map);
            prop_assert_eq!(listed(&lines), listed(&map));
            prop_assert_eq!(&lines.clone().into_map(), &map.clone().into_map());
            let name = HeaderName::from_static("a");
            prop_assert!(lines.all(name.clone()).eq(map.all(name)));
            let kept = |mut headers: HeaderBlock| {
                headers.retain(|line| line.name != b"b" && line.value != odd.as_bytes());
                listed(&headers)
            };
            prop_assert_eq!(kept(lines.clone()), kept(map));
            let mut made = lines.clone();
            made.edit(|_| ());
            prop_assert_eq!(listed(&made), listed(&lines));
        }
    }
}
