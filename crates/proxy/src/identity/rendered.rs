//! Rendered identities: one per session in use, and read by every request, so each is small and contiguous.

use std::fmt;
use std::sync::Arc;

use http::header::{HeaderName, HeaderValue};
use postern_model::clock::Timestamp;
use postern_model::session::Verified;
use triomphe::ThinArc;

use super::fields::{IdentityField, IdentityFields};
use super::header_template::{HeaderLines, HeaderTemplate};
use super::{ASSERTION_AGE_MAX, is_younger};
use crate::headers::names;
use postern_http::headers::decode as headers;

/// The identity of one session, rendered for one audience. Cheap to clone.
#[derive(Clone)]
pub struct RenderedIdentity(
    /// The field values in the order of [`IdentityField::ALL`], after their [`LENGTH`]s.
    ThinArc<Made, u8>,
);

/// Rendering parameters of an identity.
struct Made {
    template: Arc<HeaderTemplate>,
    /// How much of the assertion is in the shared part.
    alike: u16,
    second_factor: Option<Verified>,
    bridged: Option<Box<Bridged>>,
    made_at: Timestamp,
}

/// Bridged session, as cookies.
#[derive(Clone, Debug)]
pub(super) struct Bridged {
    pub(super) cookies: HeaderValue,
    pub(super) made_at: Timestamp,
}

const END: &str = "\r\n";

/// Size of a field's length.
const LENGTH: usize = size_of::<u16>();

impl RenderedIdentity {
    /// Takes the shared part, the fields, the second factor that they state, and the bridged session.
    pub(super) fn new(
        template: Arc<HeaderTemplate>,
        fields: &IdentityFields<'_>,
        second_factor: Option<Verified>,
        bridged: Option<Box<Bridged>>,
        made_at: Timestamp,
    ) -> Self {
        let (alike, rest) = template.split(fields.get(IdentityField::Assertion));
        let own =
            IdentityField::ALL.map(|field| if field == IdentityField::Assertion { rest } else { fields.get(field) });
        // `IdentityFields::get` returns no longer values.
        let lengths = own.map(|text| u16::try_from(text.len()).unwrap_or_default().to_le_bytes()).concat();
        let own = [&lengths, own.concat().as_bytes()].concat();
        Self(ThinArc::from_header_and_slice(Made { template, alike, second_factor, bridged, made_at }, &own))
    }

    /// Writes the lines with a value, each with its line end; with `blank` the empty ones too.
    pub(crate) fn write(&self, blank: bool, out: &mut Vec<u8>) {
        let Made { template, alike, .. } = self.made();
        let (start, fields) = (template.start(*alike), self.fields());
        for line in &*template.lines {
            let start = if line.field == IdentityField::Assertion { start } else { "" };
            let own = fields.get(line.field as usize).copied().unwrap_or_default();
            if blank || !start.is_empty() || !own.is_empty() {
                for part in [line.start.as_bytes(), start.as_bytes(), own, END.as_bytes()] {
                    out.extend_from_slice(part);
                }
            }
        }
    }

    /// Returns the lines with a value, as headers.
    pub(crate) fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let mut lines = Vec::new();
        self.write(false, &mut lines);
        let mark = |(name, mut value): (HeaderName, HeaderValue)| {
            value.set_sensitive(name == names::X_AUTH_ASSERTION);
            (name, value)
        };
        headers(&lines).map(mark).collect()
    }

    /// Returns the bridged session as a `Cookie` value.
    pub fn bridged(&self) -> Option<&HeaderValue> {
        self.made().bridged.as_ref().map(|bridged| &bridged.cookies)
    }

    /// Returns the bridged session for reuse in the next rendering with this mark; `None` if the second factor differs.
    pub(super) fn bridged_for(&self, second_factor: Option<Verified>, made_by: u64) -> Option<&Bridged> {
        let generation = self.made_by() >> 32 == made_by >> 32;
        let same = generation && self.made().second_factor == second_factor;
        self.made().bridged.as_deref().filter(|_| same)
    }

    /// Returns the mark that it was rendered with.
    pub(super) fn made_by(&self) -> u64 {
        self.made().template.made_by
    }

    /// Whether it states this second factor and is recent enough to be used.
    pub(super) fn holds(&self, second_factor: Option<Verified>, now: Timestamp) -> bool {
        self.made().second_factor == second_factor && is_younger(self.made().made_at, ASSERTION_AGE_MAX, now)
    }

    /// Whether it is too old for another request, so that its memory can be released. An identity with a bridged
    /// session is kept, since the next rendering reuses that session.
    pub(crate) fn is_stale(&self, now: Timestamp) -> bool {
        self.made().bridged.is_none() && !is_younger(self.made().made_at, ASSERTION_AGE_MAX, now)
    }

    /// Whether both are the same allocation.
    #[cfg(test)]
    pub(crate) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self.made(), other.made())
    }

    fn made(&self) -> &Made {
        &self.0.header.header
    }

    fn fields(&self) -> [&[u8]; IdentityField::ALL.len()] {
        let (lengths, mut rest) = self.0.slice.split_at_checked(LENGTH * IdentityField::ALL.len()).unwrap_or_default();
        let mut lengths = lengths.as_chunks().0.iter();
        IdentityField::ALL.map(|_| {
            let length = lengths.next().map_or(0, |length| u16::from_le_bytes(*length).into());
            let (field, after) = rest.split_at_checked(length).unwrap_or_default();
            rest = after;
            field
        })
    }
}

/// Prints no field, because the assertion is a credential.
impl fmt::Debug for RenderedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RenderedIdentity").field("made_at", &self.made().made_at).finish_non_exhaustive()
    }
}

/// Returns the lines of all names with empty values.
pub(super) fn blank(lines: &HeaderLines) -> Vec<u8> {
    lines.iter().flat_map(|line| [&*line.start, END].concat().into_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::header_template::lines;
    use super::*;
    use crate::identity::IdentityDialect;
    use crate::sessions::testing::{START, view};
    use postern_authn::access::{Decision, Demand, Policy, decide};
    use postern_model::access::Access;
    use postern_model::session::SessionView;

    fn written(rendered: &RenderedIdentity, blank: bool) -> String {
        let mut out = Vec::new();
        rendered.write(blank, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn rendered(
        template: &Arc<HeaderTemplate>,
        view: &SessionView,
        groups: &[String],
        assertion: Option<&str>,
    ) -> RenderedIdentity {
        let demand = Demand::new(Access::FirstFactor);
        let Decision::Permit(permit) = decide(demand, Some(view), None, &Policy::default(), START) else { panic!() };
        let fields = IdentityFields::new(permit.identity().unwrap(), groups, assertion);
        RenderedIdentity::new(Arc::clone(template), &fields, None, None, START)
    }

    #[test]
    fn what_is_prepared_takes_little_beside_its_pieces() {
        let with_counter_and_length = size_of::<Made>() + 2 * size_of::<usize>();
        assert!(with_counter_and_length <= 64, "{with_counter_and_length}");
    }

    #[test]
    fn every_name_has_a_line_and_upstreams_get_those_that_tell_something() {
        let template = Arc::new(HeaderTemplate::new(&lines(vec![IdentityDialect::Remote]), "", 0));
        let mut view = view();
        view.user.email = "ada@example.com".to_owned();
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
            let rendered = rendered(&template, &view, groups, None);
            let known = format!("remote-user: {}\r\nremote-email: ada@example.com\r\n", view.user.id);
            assert_eq!(written(&rendered, true), format!("{known}{}", expected.concat()));
            let full: String = expected.into_iter().filter(|line| !line.ends_with(": \r\n")).collect();
            let full = format!("{known}{full}");
            assert_eq!(written(&rendered, false), full);
            let headers = rendered.headers();
            let line = |(name, value): &(HeaderName, HeaderValue)| format!("{name}: {}\r\n", value.to_str().unwrap());
            assert_eq!(headers.iter().map(line).collect::<String>(), full);
        }
    }

    #[test]
    fn an_assertion_is_told_whole_however_much_of_it_all_others_have() {
        let template = Arc::new(HeaderTemplate::new(&lines(vec![IdentityDialect::XAuth]), "key.issuer-and.signed", 0));
        for assertion in
            ["key.issuer-and.signed", "key.issuer-and.other", "key.", "other", "key.issuer-and.signed-more"]
        {
            let rendered = rendered(&template, &view(), &[], Some(assertion));
            let header = rendered.headers().into_iter().find(|(name, _)| *name == names::X_AUTH_ASSERTION).unwrap();
            assert_eq!(header.1, assertion);
            assert!(header.1.is_sensitive());
        }
    }

    #[test]
    fn of_nobody_nothing_is_told_under_any_name() {
        let lines = blank(&lines(vec![IdentityDialect::XAuth]));
        let blank: Vec<_> = headers(&lines).collect();
        assert_eq!(blank.len(), names::X_AUTH.len());
        assert!(blank.iter().all(|(_, value)| value.is_empty()));
    }
}
