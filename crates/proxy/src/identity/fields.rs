//! The fields of an identity that become header values.

use std::borrow::Cow;

use http::header::HeaderValue;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use postern_authn::access::Identity;

/// Field of an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdentityField {
    /// The user's identifier.
    User,
    /// The address.
    Email,
    /// The display name.
    Name,
    /// Group names, separated by commas.
    Groups,
    /// The authentication methods of the session, separated by spaces.
    Methods,
    /// When the newest factor was verified, in seconds since 1970.
    Time,
    /// The signed assertion.
    Assertion,
}

impl IdentityField {
    /// All fields, each at the index of its discriminant.
    pub(super) const ALL: [Self; 7] =
        [Self::User, Self::Email, Self::Name, Self::Groups, Self::Methods, Self::Time, Self::Assertion];
}

/// The values of the fields of one identity.
#[derive(Debug)]
pub(super) struct IdentityFields<'i> {
    user: String,
    email: Cow<'i, str>,
    name: Cow<'i, str>,
    groups: String,
    methods: String,
    time: String,
    assertion: &'i str,
}

/// Characters that are encoded in a name: all except visible ASCII, and `%`, so that decoding restores the name.
const NAME: &AsciiSet = &CONTROLS.add(b'%');
/// Characters that are encoded in a list item.
const ITEM: &AsciiSet = &NAME.add(b',');

impl<'i> IdentityFields<'i> {
    /// Takes the identity, its groups, and the assertion where the dialects carry one.
    pub(super) fn new(identity: Identity<'i>, groups: &[String], assertion: Option<&'i str>) -> Self {
        let person = identity.person();
        Self {
            user: person.id.to_string(),
            email: encoded(person.email, NAME),
            name: encoded(person.full_name.unwrap_or_default(), NAME),
            groups: list(groups),
            methods: identity.methods().collect::<Vec<_>>().join(" "),
            time: identity.auth_time().as_secs().to_string(),
            assertion: assertion.unwrap_or_default(),
        }
    }

    /// Returns the value of a field. Empty if it is longer than 64 KiB or cannot be a header value, which is logged.
    pub(super) fn get(&self, field: IdentityField) -> &str {
        let text = match field {
            IdentityField::User => &self.user,
            IdentityField::Email => &*self.email,
            IdentityField::Name => &self.name,
            IdentityField::Groups => &self.groups,
            IdentityField::Methods => &self.methods,
            IdentityField::Time => &self.time,
            IdentityField::Assertion => self.assertion,
        };
        if u16::try_from(text.len()).is_ok() && HeaderValue::from_str(text).is_ok() {
            return text;
        }
        tracing::warn!(?field, "identity header left out: its value cannot be a header");
        ""
    }
}

/// Percent-encodes all characters beyond visible ASCII. A control character is kept, so that the value is invalid and
/// therefore dropped, instead of being forwarded in an encoded form.
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
    use postern_model::factor::SecondFactor;
    use postern_model::session::{SessionView, Verified};

    fn with_identity<T>(view: &SessionView, look: impl FnOnce(Identity<'_>) -> T) -> T {
        let demand = Demand::new(Access::FirstFactor);
        let Decision::Permit(permit) = decide(demand, Some(view), None, &Policy::default(), START) else { panic!() };
        look(permit.identity().unwrap())
    }

    #[test]
    fn each_piece_is_told_and_what_is_not_there_or_fits_no_header_is_not() {
        let mut view = view();
        view.user.full_name = Some("Ada\u{7f}Lovelace".to_owned());
        view.user.email = "ädä%@example.com".to_owned();
        let groups = ["ops".to_owned(), "r,d".to_owned()];
        with_identity(&view, |identity| {
            let fields = IdentityFields::new(identity, &groups, Some("a.b.c"));
            let id = view.user.id.to_string();
            for (field, expected) in [
                (IdentityField::User, id.as_str()),
                (IdentityField::Email, "%C3%A4d%C3%A4%25@example.com"),
                (IdentityField::Name, ""),
                (IdentityField::Groups, "ops,r%2Cd"),
                (IdentityField::Methods, "google otp"),
                (IdentityField::Time, "1800000000"),
                (IdentityField::Assertion, "a.b.c"),
            ] {
                assert_eq!(fields.get(field), expected, "{field:?}");
            }
            let without = IdentityFields::new(identity, &[], None);
            assert_eq!([IdentityField::Groups, IdentityField::Assertion].map(|field| without.get(field)), ["", ""]);
            let long = ["g".repeat(0xffff), "g".repeat(0x1_0000)];
            let longest = long
                .clone()
                .map(|group| IdentityFields::new(identity, &[group], None).get(IdentityField::Groups).len());
            assert_eq!(longest, [0xffff, 0]);
        });
    }

    #[test]
    fn every_piece_has_its_place() {
        assert!(IdentityField::ALL.into_iter().enumerate().all(|(index, field)| field as usize == index));
    }

    #[test]
    fn the_methods_are_those_of_the_session() {
        let mut view = view();
        let verified = |method| Some(Verified { method, at: START });
        for (second_factor, expected) in [
            (verified(SecondFactor::Totp), "google otp"),
            (verified(SecondFactor::Backup), "google otp"),
            (verified(SecondFactor::Passkey), "google swk"),
            (verified(SecondFactor::TrustedDevice), "google trusted-device"),
            (None, "google"),
        ] {
            view.session.second_factor = second_factor;
            with_identity(&view, |identity| {
                assert_eq!(IdentityFields::new(identity, &[], None).get(IdentityField::Methods), expected);
            });
        }
    }
}
