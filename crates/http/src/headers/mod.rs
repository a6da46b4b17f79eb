//! The header section of a message (RFC 9110 §6.3), as it goes through: lines that stay where they came, or a map.
//!
//! What came over HTTP/1.1 and goes on over HTTP/1.1 is never made into a map: building one, hashing every name, costs more
//! than all that is asked of it.

mod encode;
mod kind;
mod raw;

use either::Either;
use http::header::{HeaderMap, HeaderName};
use postern_model::web::Fields;

pub use encode::{EncodeHeaders, decode};
pub use kind::{Kind, Kinds};
pub use raw::{Line, Lines};
pub(crate) use raw::{Place, Span};

/// A header section.
#[derive(Clone, Debug)]
pub enum Section {
    /// Of a message that came over HTTP/1.1.
    Lines(Lines),
    /// Of one that came over HTTP/2, or that was made here.
    Map(HeaderMap),
}

impl Section {
    /// Whether lines of one of these kinds may be in it. That none are is certain.
    pub fn may_hold(&self, kinds: Kinds) -> bool {
        match self {
            Self::Lines(lines) => lines.may_hold(kinds),
            Self::Map(_) => true,
        }
    }

    /// Looks at every line.
    pub fn each<'s>(&'s self, mut look: impl FnMut(Line<'s>)) {
        match self {
            Self::Lines(lines) => lines.each(look),
            Self::Map(map) => map.lines().for_each(|(name, value)| look(Line::new(name, value))),
        }
    }

    /// Removes the lines that are not to be kept.
    pub fn retain(&mut self, mut keep: impl FnMut(Line<'_>) -> bool) {
        match self {
            Self::Lines(lines) => lines.retain(keep),
            Self::Map(map) => {
                if map.lines().all(|(name, value)| keep(Line::new(name, value))) {
                    return;
                }
                let mut last = None;
                for (name, value) in std::mem::take(map) {
                    // Further values of one name come without it.
                    last = name.or(last);
                    if let Some(name) =
                        last.as_ref().filter(|name| keep(Line::new(name.as_str().as_bytes(), value.as_bytes())))
                    {
                        map.append(name.clone(), value);
                    }
                }
            }
        }
    }

    /// Changes the section as a map, which it is from then on.
    pub fn change(&mut self, change: impl FnOnce(&mut HeaderMap)) {
        let mut map = std::mem::take(self).into_map();
        change(&mut map);
        *self = Self::Map(map);
    }

    /// The section as a map.
    pub fn into_map(self) -> HeaderMap {
        match self {
            Self::Lines(lines) => lines.to_map(),
            Self::Map(map) => map,
        }
    }
}

impl Default for Section {
    fn default() -> Self {
        Self::Lines(Lines::default())
    }
}

impl Fields for Section {
    fn lines(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        match self {
            Self::Lines(lines) => Either::Left(lines.lines()),
            Self::Map(map) => Either::Right(map.lines()),
        }
    }

    fn all(&self, name: HeaderName) -> impl Iterator<Item = &[u8]> {
        match self {
            Self::Lines(lines) => Either::Left(lines.all(name)),
            Self::Map(map) => Either::Right(map.all(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn told(section: &Section) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut told: Vec<_> = section.lines().map(|(name, value)| (text(name), text(value))).collect();
        // A map keeps the order within a name only.
        told.sort_by(|(one, _), (other, _)| one.cmp(other));
        told
    }

    proptest! {
        #[test]
        fn lines_and_a_map_of_them_tell_the_same(pairs in proptest::collection::vec(("[a-c]", "[a-c]{0,2}"), 0..9), odd in "[a-c]{0,2}") {
            let lines = Section::Lines(Lines::of(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))));
            let mut map = HeaderMap::new();
            for (name, value) in &pairs {
                map.append(HeaderName::try_from(name.as_str()).unwrap(), HeaderValue::try_from(value.as_str()).unwrap());
            }
            let map = Section::Map(map);
            prop_assert_eq!(told(&lines), told(&map));
            prop_assert_eq!(&lines.clone().into_map(), &map.clone().into_map());
            let name = HeaderName::from_static("a");
            prop_assert!(lines.all(name.clone()).eq(map.all(name)));
            let kept = |mut section: Section| {
                section.retain(|line| line.name != b"b" && line.value != odd.as_bytes());
                told(&section)
            };
            prop_assert_eq!(kept(lines.clone()), kept(map));
            let mut made = lines.clone();
            made.change(|_| ());
            prop_assert_eq!(told(&made), told(&lines));
        }
    }
}
