//! What was made for the requests of one session. There are as many of these as sessions in use, and every check reads one:
//! so it is little, and in few pieces.

use bytes::{BufMut, Bytes};
use http::header::{HeaderName, HeaderValue};
use memchr::memchr_iter;
use postern_model::clock::Timestamp;
use postern_model::session::Verified;

use super::{ASSERTION_AGE_MAX, is_younger};

/// What is ready to be put on requests of one session for one channel.
#[derive(Debug)]
pub struct Prepared {
    pub(super) values: Values,
    pub(super) bridged: Option<Box<Bridged>>,
    pub(super) second_factor: Option<Verified>,
    pub(super) made_at: Timestamp,
    pub(super) made_by: u64,
}

/// A session of a backend's own, as cookies.
#[derive(Clone, Debug)]
pub(super) struct Bridged {
    pub(super) cookies: HeaderValue,
    pub(super) made_at: Timestamp,
}

/// Values of headers whose names are known elsewhere, in one piece of memory.
///
/// Most are shorter than what a ready [`HeaderValue`] takes, so they are cut out when they are needed. Looking through the
/// long one for what no header may hold would cost more than all else, so that one is kept ready.
#[derive(Debug)]
pub(super) struct Values {
    /// One after the other, each with a line feed behind it, which no value holds.
    lines: Bytes,
    long: Option<HeaderValue>,
}

impl Prepared {
    /// The values of the identity headers, in the order of [`super::Identities::names`]; `None` where there is nothing to tell.
    pub(crate) fn values(&self) -> impl Iterator<Item = Option<HeaderValue>> {
        self.values.iter()
    }

    /// Whether it was made so long ago that the next request has it made anew. A backend's own session lasts longer than
    /// the rest and goes on into what is made then, so it keeps the whole.
    pub(crate) fn is_stale(&self, now: Timestamp) -> bool {
        self.bridged.is_none() && !is_younger(self.made_at, ASSERTION_AGE_MAX, now)
    }

    /// The session that the backend knows as its own, as it stands in a `Cookie` header.
    pub fn bridged(&self) -> Option<&HeaderValue> {
        self.bridged.as_ref().map(|bridged| &bridged.cookies)
    }
}

impl Values {
    /// Takes what is to be said under each name, and which of them is long. What cannot be a header is left out.
    pub(super) fn new<'n>(texts: impl Iterator<Item = (&'n HeaderName, String)>, long: &HeaderName) -> Self {
        let (mut lines, mut at) = (Vec::with_capacity(1024), None);
        for (name, text) in texts {
            let start = lines.len();
            if value(name, &text).is_some() {
                lines.put_slice(text.as_bytes());
                at = if name == long { Some(start..lines.len()) } else { at };
            }
            lines.put_u8(b'\n');
        }
        lines.shrink_to_fit();
        let lines = Bytes::from(lines);
        let long = at.and_then(|at| HeaderValue::from_maybe_shared(lines.slice(at)).ok()).map(|mut long| {
            long.set_sensitive(true);
            long
        });
        Self { lines, long }
    }

    fn iter(&self) -> impl Iterator<Item = Option<HeaderValue>> {
        let mut start = 0;
        memchr_iter(b'\n', &self.lines).map(move |end| {
            let line = start..end;
            start = end + 1;
            if line.is_empty() {
                return None;
            }
            // The same bytes, not only equal ones.
            let is_long = |long: &&HeaderValue| {
                self.lines.get(line.clone()).is_some_and(|line| std::ptr::eq(line, long.as_bytes()))
            };
            match self.long.as_ref().filter(is_long) {
                Some(long) => Some(long.clone()),
                None => HeaderValue::from_maybe_shared(self.lines.slice(line)).ok(),
            }
        })
    }
}

/// A text as the value of a header. None if it is empty, or cannot be one, which is logged.
pub(super) fn value(name: &HeaderName, text: &str) -> Option<HeaderValue> {
    match HeaderValue::from_str(text) {
        Ok(value) => Some(value).filter(|value| !value.is_empty()),
        Err(_) => {
            tracing::warn!(header = %name, "an identity value cannot be a header and was left out");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::{REMOTE, REMOTE_NAME};

    fn made(texts: [&str; 4]) -> Values {
        Values::new(REMOTE.iter().zip(texts.map(str::to_owned)), &REMOTE_NAME)
    }

    #[test]
    fn values_come_in_order_and_none_where_there_is_nothing() {
        for (texts, expected) in [
            (["a", "b@c", "A B", "x,y"], [Some("a"), Some("b@c"), Some("A B"), Some("x,y")]),
            (["", "b", "", "x"], [None, Some("b"), None, Some("x")]),
            (["a", "", "b", ""], [Some("a"), None, Some("b"), None]),
            (["b", "b", "b", "b"], [Some("b"); 4]),
            // What cannot be a header takes no other's place.
            (["a\nb", "\r", "c\n", "x"], [None, None, None, Some("x")]),
            (["", "", "", ""], [None; 4]),
        ] {
            let given: Vec<_> = made(texts).iter().collect();
            let given: Vec<_> = given.iter().map(|value| value.as_ref().map(|value| value.to_str().unwrap())).collect();
            assert_eq!(given, expected);
        }
    }

    #[test]
    fn the_long_one_is_ready_and_all_share_one_piece_of_memory() {
        let values = made(["b", "b", "b", "b"]);
        let given: Vec<_> = values.iter().flatten().collect();
        assert_eq!(given.iter().map(HeaderValue::is_sensitive).collect::<Vec<_>>(), [false, false, true, false]);
        let at = |value: &HeaderValue| value.as_bytes().as_ptr().addr();
        assert_eq!(given.iter().map(|value| at(value) - at(&given[0])).collect::<Vec<_>>(), [0, 2, 4, 6]);
    }

    #[test]
    fn what_is_kept_beside_the_values_fits_two_lines_of_a_processor_s_cache_with_its_counters() {
        assert!(size_of::<Prepared>() + 2 * size_of::<usize>() <= 128);
    }
}
