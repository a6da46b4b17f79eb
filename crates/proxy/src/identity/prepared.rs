//! What was made for the requests of one session. There are as many of these as sessions in use, and every request reads
//! one: so it is little, and lies together.

use http::header::{HeaderName, HeaderValue};
use postern_model::clock::Timestamp;
use postern_model::session::Verified;

use super::pieces::Pieces;
use super::{ASSERTION_AGE_MAX, Lines, is_younger};
use crate::names;

/// What is ready to be put on requests of one session for one channel.
#[derive(Debug)]
pub struct Prepared {
    pub(super) told: Told,
    pub(super) second_factor: Option<Verified>,
    pub(super) bridged: Option<Box<Bridged>>,
    pub(super) made_at: Timestamp,
    pub(super) made_by: u64,
}

/// A session of a backend's own, as cookies.
#[derive(Clone, Debug)]
pub(super) struct Bridged {
    pub(super) cookies: HeaderValue,
    pub(super) made_at: Timestamp,
}

impl Prepared {
    /// What is told of somebody.
    pub(crate) fn told(&self) -> &Told {
        &self.told
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

/// What is told of somebody, as lines of a head, ready to be copied: most requests are checks, and most of what they do is
/// that.
#[derive(Debug)]
pub(crate) struct Told {
    /// First those that tell something, then those that are empty.
    lines: Box<[u8]>,
    /// Where the empty ones begin.
    told: usize,
}

impl Told {
    /// A line for every name, empty where there is nothing to tell.
    pub(super) fn new(lines: &Lines, pieces: Option<&Pieces<'_>>) -> Self {
        let texts = lines.iter().map(|(name, piece)| (name, pieces.map_or("", |pieces| pieces.get(*piece))));
        let (told, blank): (Vec<_>, Vec<_>) = texts.partition(|(_, text)| !text.is_empty());
        let length =
            |(name, text): &(&HeaderName, &str)| name.as_str().len() + SEPARATOR.len() + text.len() + END.len();
        // Of the right size from the start: an allocator need not take back what is left over.
        let mut out = Vec::with_capacity(told.iter().chain(&blank).map(length).sum());
        for (name, text) in told.iter().chain(&blank) {
            for part in [name.as_str(), SEPARATOR, text, END] {
                out.extend_from_slice(part.as_bytes());
            }
        }
        Self { lines: out.into(), told: told.iter().map(length).sum() }
    }

    /// All lines, those that tell nothing too.
    pub(crate) fn all(&self) -> &[u8] {
        &self.lines
    }

    /// The lines that tell something.
    pub(crate) fn lines(&self) -> &[u8] {
        self.lines.get(..self.told).unwrap_or_default()
    }

    /// The same as headers.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        headers(self.lines()).map(|(name, mut value)| {
            value.set_sensitive(name == names::X_AUTH_ASSERTION);
            (name, value)
        })
    }
}

const SEPARATOR: &str = ": ";
const END: &str = "\r\n";

/// Lines that were written here, as headers.
pub(crate) fn headers(lines: &[u8]) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    lines.split(|byte| *byte == b'\n').filter_map(|line| {
        let line = line.strip_suffix(b"\r")?;
        let (name, value) = line.split_at_checked(line.iter().position(|byte| *byte == b':')?)?;
        let value = HeaderValue::from_bytes(value.strip_prefix(SEPARATOR.as_bytes())?);
        Some((HeaderName::from_bytes(name).ok()?, value.ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::IdentityDialect;
    use crate::sessions::testing::{START, view};
    use postern_authn::access::{Decision, Demand, Policy, decide};
    use postern_model::access::Access;

    #[test]
    fn what_is_prepared_is_small() {
        let with_counters = size_of::<Prepared>() + 2 * size_of::<usize>();
        assert!(with_counters <= 112, "{with_counters}");
    }

    #[test]
    fn every_name_has_a_line_and_upstreams_get_those_that_tell_something() {
        let lines: Lines = IdentityDialect::Remote.lines().collect();
        let mut view = view();
        view.user.email = "ada@example.com".to_owned();
        let demand = Demand { access: Access::FirstFactor, who: None };
        for (name, groups, expected) in [
            (
                Some("Ada: L"),
                &["a".to_owned(), "b".to_owned()][..],
                ["remote-name: Ada: L\r\n", "remote-groups: a,b\r\n"],
            ),
            (None, &["a".to_owned()], ["remote-name: \r\n", "remote-groups: a\r\n"]),
            (None, &[], ["remote-name: \r\n", "remote-groups: \r\n"]),
        ] {
            view.user.full_name = name.map(str::to_owned);
            let Decision::Permit(permit) = decide(demand, Some(&view), &Policy::default(), START) else { panic!() };
            let pieces = Pieces::new(permit.identity().unwrap(), groups, None);
            let told = Told::new(&lines, Some(&pieces));
            let known = format!("remote-user: {}\r\nremote-email: ada@example.com\r\n", view.user.id);
            let (blank, full): (Vec<_>, Vec<_>) = expected.into_iter().partition(|line| line.ends_with(": \r\n"));
            let full = format!("{known}{}", full.concat());
            assert_eq!(std::str::from_utf8(told.lines()).unwrap(), full);
            assert_eq!(std::str::from_utf8(told.all()).unwrap(), format!("{full}{}", blank.concat()));
            let headers: String =
                told.headers().map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap())).collect();
            assert_eq!(headers, full);
        }
    }

    #[test]
    fn of_nobody_nothing_is_told_under_any_name() {
        let told = Told::new(&IdentityDialect::XAuth.lines().collect(), None);
        let blank: Vec<_> = headers(told.all()).collect();
        assert_eq!(blank.len(), names::X_AUTH.len());
        assert!(blank.iter().all(|(_, value)| value.is_empty()) && told.lines().is_empty());
    }
}
