//! The part of identity header lines that all sessions share. It is stored once, to save memory per session.

use std::iter::zip;
use std::sync::Arc;

use http::header::HeaderName;

use super::dialects::IdentityDialect;
use super::fields::IdentityField;

/// Header line: its name and the field that is its value.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) name: HeaderName,
    pub(super) field: IdentityField,
    /// The text before the value: the name and the separator.
    pub(super) start: Box<str>,
}

/// Lines of all dialects in use.
pub(super) type HeaderLines = Arc<[Line]>;

/// The separator between name and value.
pub(super) const SEPARATOR: &str = ": ";

/// Lines of an audience, with one assertion: all others of the same key, issuer and audience share its beginning.
pub(super) struct HeaderTemplate {
    pub(super) lines: HeaderLines,
    assertion: Box<str>,
    /// Mark of [`super::Identities`]: assertions with another mark begin differently.
    pub(super) made_by: u64,
}

impl HeaderTemplate {
    /// Takes one of the assertions.
    pub(super) fn new(lines: &HeaderLines, assertion: &str, made_by: u64) -> Self {
        Self { lines: Arc::clone(lines), assertion: assertion.into(), made_by }
    }

    /// Splits an assertion into the length of the shared beginning and the rest.
    pub(super) fn split<'a>(&self, assertion: &'a str) -> (u16, &'a str) {
        let alike = zip(self.assertion.bytes(), assertion.bytes()).take_while(|(one, other)| one == other).count();
        let alike = u16::try_from(alike).unwrap_or(u16::MAX);
        // An assertion is base64 and full stops; text in any other form would be stored whole.
        assertion.split_at_checked(alike.into()).map_or((0, assertion), |(_, rest)| (alike, rest))
    }

    /// Returns the first `length` bytes of the shared beginning.
    pub(super) fn start(&self, alike: u16) -> &str {
        self.assertion.get(..alike.into()).unwrap_or_default()
    }
}

/// Returns the lines of these dialects, each name once.
pub(super) fn lines(dialects: Vec<IdentityDialect>) -> HeaderLines {
    let mut lines: Vec<Line> = Vec::new();
    for (name, field) in dialects.into_iter().flat_map(IdentityDialect::lines) {
        // A dialect that is listed twice counts once.
        if lines.iter().all(|line| line.name != name || line.field != field) {
            let start = format!("{name}{SEPARATOR}").into();
            lines.push(Line { name, field, start });
        }
    }
    lines.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_dialect_that_is_named_twice_is_told_once() {
        use IdentityDialect::{Remote, XAuth};
        let names = |dialects| lines(dialects).iter().map(|line| line.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(vec![XAuth, Remote, XAuth]), names(vec![XAuth, Remote]));
    }

    proptest! {
        #[test]
        fn an_assertion_is_what_it_was_whatever_the_others_begin_with(one in "[a-c.]{0,20}", other in ".{0,20}") {
            let template = HeaderTemplate::new(&lines(Vec::new()), &one, 0);
            let (alike, rest) = template.split(&other);
            prop_assert_eq!(format!("{}{rest}", template.start(alike)), other);
        }
    }
}
