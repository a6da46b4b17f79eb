//! The pieces of an identity that go into headers, ready to copy.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;
use http::header::HeaderValue;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use postern_authn::access::Identity;
use postern_model::session::Verified;

/// What may be told of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// The user's identifier.
    User,
    /// The address.
    Email,
    /// The display name.
    Name,
    /// Group names, separated by commas.
    Groups,
    /// What this session did to prove who it is, separated by spaces.
    Methods,
    /// When the newest factor was verified, in seconds since 1970.
    Time,
    /// All of it, signed.
    Assertion,
}

/// The pieces of one identity. All of them lie in one piece of memory, one behind the other.
#[derive(Debug)]
pub(super) struct Pieces {
    user: Option<HeaderValue>,
    email: Option<HeaderValue>,
    name: Option<HeaderValue>,
    groups: Option<HeaderValue>,
    time: Option<HeaderValue>,
    assertion: Option<HeaderValue>,
    second_factor: Option<Verified>,
}

/// What sessions do is one of few things, so it is there once for all of them.
static FIRST_FACTOR: HeaderValue = HeaderValue::from_static("google");
static BOTH_FACTORS: HeaderValue = HeaderValue::from_static("google otp");

/// What is encoded in a name: all that is not visible ASCII, and `%` so that decoding gives the name back.
const NAME: &AsciiSet = &CONTROLS.add(b'%');
/// In a list the separator too.
const ITEM: &AsciiSet = &NAME.add(b',');

impl Pieces {
    /// Takes an assertion, where it is one of them.
    pub(super) fn new(identity: Identity<'_>, groups: &[String], assertion: Option<&str>) -> Self {
        let person = identity.person();
        let texts: [(Piece, &str); 6] = [
            (Piece::User, &person.id.to_string()),
            (Piece::Email, &encoded(person.email, NAME)),
            (Piece::Name, &encoded(person.full_name.unwrap_or_default(), NAME)),
            (Piece::Groups, &list(groups)),
            (Piece::Time, &identity.auth_time().as_secs().to_string()),
            (Piece::Assertion, assertion.unwrap_or_default()),
        ];
        // Of the right size from the start: an allocator need not take back what is left over.
        let mut block = Vec::with_capacity(texts.iter().map(|(_, text)| text.len()).sum());
        let places = texts.map(|(piece, text)| add(&mut block, piece, text));
        let block = Bytes::from(block);
        let value = |place: Option<Range<usize>>| HeaderValue::from_maybe_shared(block.slice(place?)).ok();
        let [user, email, name, groups, time, mut assertion] = places.map(value);
        if let Some(assertion) = &mut assertion {
            assertion.set_sensitive(true);
        }
        Self { user, email, name, groups, time, assertion, second_factor: identity.second_factor() }
    }

    /// What there is to tell, if anything.
    pub(super) fn get(&self, piece: Piece) -> Option<&HeaderValue> {
        match piece {
            Piece::User => self.user.as_ref(),
            Piece::Email => self.email.as_ref(),
            Piece::Name => self.name.as_ref(),
            Piece::Groups => self.groups.as_ref(),
            Piece::Methods => Some(methods(self.second_factor)),
            Piece::Time => self.time.as_ref(),
            Piece::Assertion => self.assertion.as_ref(),
        }
    }

    /// The second factor that counted when they were made.
    pub(super) fn second_factor(&self) -> Option<Verified> {
        self.second_factor
    }
}

fn methods(second_factor: Option<Verified>) -> &'static HeaderValue {
    if second_factor.is_some() { &BOTH_FACTORS } else { &FIRST_FACTOR }
}

/// Adds a text and gives its place. An empty one has none; nor has one that cannot be a header, which is logged.
fn add(block: &mut Vec<u8>, piece: Piece, text: &str) -> Option<Range<usize>> {
    match HeaderValue::from_str(text) {
        Ok(_) if text.is_empty() => None,
        Ok(_) => {
            let start = block.len();
            block.extend_from_slice(text.as_bytes());
            Some(start..block.len())
        }
        Err(_) => {
            tracing::warn!(?piece, "an identity value cannot be a header and was left out");
            None
        }
    }
}

/// Text with everything beyond visible ASCII percent-encoded. A control character makes it unfit for a header: it is
/// kept, so that the value is dropped rather than a spelling invented for an attack.
fn encoded<'t>(text: &'t str, set: &'static AsciiSet) -> Cow<'t, str> {
    if text.contains(char::is_control) { Cow::Borrowed(text) } else { utf8_percent_encode(text, set).into() }
}

fn list(items: &[String]) -> String {
    items.iter().map(|item| encoded(item, ITEM)).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::testing::{START, view};
    use postern_authn::access::{Decision, Demand, Policy, decide};
    use postern_model::access::Access;
    use postern_model::session::SessionView;

    fn with_identity<T>(view: &SessionView, look: impl FnOnce(Identity<'_>) -> T) -> T {
        let demand = Demand { access: Access::FirstFactor, who: None };
        let Decision::Permit(permit) = decide(demand, Some(view), &Policy::default(), START) else { panic!() };
        look(permit.identity().unwrap())
    }

    fn told(pieces: &Pieces, piece: Piece) -> Option<&str> {
        pieces.get(piece).map(|value| value.to_str().unwrap())
    }

    #[test]
    fn each_piece_is_told_and_what_is_not_there_or_fits_no_header_is_not() {
        let mut view = view();
        view.user.full_name = Some("Ada\u{7f}Lovelace".to_owned());
        view.user.email = "ädä%@example.com".to_owned();
        let groups = ["ops".to_owned(), "r,d".to_owned()];
        with_identity(&view, |identity| {
            let pieces = Pieces::new(identity, &groups, Some("a.b.c"));
            let id = view.user.id.to_string();
            for (piece, expected) in [
                (Piece::User, Some(id.as_str())),
                (Piece::Email, Some("%C3%A4d%C3%A4%25@example.com")),
                (Piece::Name, None),
                (Piece::Groups, Some("ops,r%2Cd")),
                (Piece::Methods, Some("google otp")),
                (Piece::Time, Some("1800000000")),
                (Piece::Assertion, Some("a.b.c")),
            ] {
                assert_eq!(told(&pieces, piece), expected, "{piece:?}");
            }
            assert!(pieces.get(Piece::Assertion).unwrap().is_sensitive());
            let without = Pieces::new(identity, &[], None);
            assert_eq!([Piece::Groups, Piece::Assertion].map(|piece| told(&without, piece)), [None, None]);
        });
    }

    #[test]
    fn the_methods_are_those_of_the_session() {
        let mut view = view();
        for second_factor in [view.session.second_factor, None] {
            view.session.second_factor = second_factor;
            with_identity(&view, |identity| {
                let expected = identity.methods().collect::<Vec<_>>().join(" ");
                assert_eq!(told(&Pieces::new(identity, &[], None), Piece::Methods), Some(expected.as_str()));
            });
        }
    }

    #[test]
    fn all_lie_in_one_piece_of_memory() {
        with_identity(&view(), |identity| {
            let pieces = Pieces::new(identity, &[], Some("a.b.c"));
            let [email, time, assertion] = [Piece::Email, Piece::Time, Piece::Assertion]
                .map(|piece| pieces.get(piece).unwrap().as_bytes().as_ptr_range());
            assert_eq!((email.end, time.end), (time.start, assertion.start));
        });
    }
}
