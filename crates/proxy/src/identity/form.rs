//! What the lines of a head that tell of people have in common, whoever they tell of. It is kept once, so that what is kept
//! for each session is little.

use std::iter::zip;
use std::sync::Arc;

use http::header::HeaderName;

use super::dialects::IdentityDialect;
use super::pieces::Piece;

/// Under which names what is told, in order.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) name: HeaderName,
    pub(super) piece: Piece,
    /// What is written before the piece: the name, with what separates the two.
    pub(super) start: Box<str>,
}

/// The lines of all dialects in use.
pub(super) type Lines = Arc<[Line]>;

/// What separates a name from what is told under it.
pub(super) const SEPARATOR: &str = ": ";

/// The lines, and an assertion with which all others of the same key, issuer and audience begin alike.
pub(super) struct Form {
    pub(super) lines: Lines,
    assertion: Box<str>,
    /// See [`super::Identities`]: what is made with another mark begins otherwise.
    pub(super) made_by: u64,
}

impl Form {
    /// Takes one of the assertions.
    pub(super) fn new(lines: &Lines, assertion: &str, made_by: u64) -> Self {
        Self { lines: Arc::clone(lines), assertion: assertion.into(), made_by }
    }

    /// How far this assertion begins like all others, and how it goes on.
    pub(super) fn split<'a>(&self, assertion: &'a str) -> (u16, &'a str) {
        let alike = zip(self.assertion.bytes(), assertion.bytes()).take_while(|(one, other)| one == other).count();
        let alike = u16::try_from(alike).unwrap_or(u16::MAX);
        // It is base64 and full stops; were it not, it would be kept whole.
        assertion.split_at_checked(alike.into()).map_or((0, assertion), |(_, rest)| (alike, rest))
    }

    /// What an assertion begins with that begins so far like all others.
    pub(super) fn start(&self, alike: u16) -> &str {
        self.assertion.get(..alike.into()).unwrap_or_default()
    }
}

/// The lines of these dialects, each name once.
pub(super) fn lines(dialects: Vec<IdentityDialect>) -> Lines {
    let mut lines: Vec<Line> = Vec::new();
    for (name, piece) in dialects.into_iter().flat_map(IdentityDialect::lines) {
        // Whoever names a dialect twice means it once.
        if lines.iter().all(|line| line.name != name || line.piece != piece) {
            let start = format!("{name}{SEPARATOR}").into();
            lines.push(Line { name, piece, start });
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
            let form = Form::new(&lines(Vec::new()), &one, 0);
            let (alike, rest) = form.split(&other);
            prop_assert_eq!(format!("{}{rest}", form.start(alike)), other);
        }
    }
}
