//! What the gateway says to an upstream beside what the client said.

use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::identity::{Piece, Prepared};
use crate::names;

/// Headers that go upstream beside the client's, which were cleaned of all these names. They stay apart until they are
/// written: a map would grow by them for every request.
#[derive(Debug, Default)]
pub(crate) struct Added<'i> {
    forwarded: [Option<(HeaderName, HeaderValue)>; 3],
    lines: &'i [(HeaderName, Piece)],
    identity: Option<&'i Prepared>,
}

impl<'i> Added<'i> {
    /// The host and scheme that the client asked for, the addresses that the request came through, and who asks.
    pub(crate) fn new(
        host: HeaderValue,
        scheme: &'static str,
        hops: Option<HeaderValue>,
        (lines, identity): (&'i [(HeaderName, Piece)], Option<&'i Prepared>),
    ) -> Self {
        let forwarded = [
            Some((names::X_FORWARDED_HOST, host)),
            Some((names::X_FORWARDED_PROTO, HeaderValue::from_static(scheme))),
            hops.map(|hops| (names::X_FORWARDED_FOR, hops)),
        ];
        Self { forwarded, lines, identity }
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        let forwarded = self.forwarded.iter().flatten().map(|(name, value)| (name, value));
        forwarded.chain(told(self.lines, self.identity))
    }

    /// Sets them among the client's.
    pub(crate) fn put_into(self, headers: &mut HeaderMap) {
        for (name, value) in self.forwarded.into_iter().flatten() {
            headers.insert(name, value);
        }
        for (name, value) in told(self.lines, self.identity) {
            headers.insert(name.clone(), value.clone());
        }
    }
}

/// What there is to tell of who asks.
fn told<'i>(
    lines: &'i [(HeaderName, Piece)],
    identity: Option<&'i Prepared>,
) -> impl Iterator<Item = (&'i HeaderName, &'i HeaderValue)> {
    let lines = identity.map(|identity| lines.iter().filter_map(|(name, piece)| Some((name, identity.piece(*piece)?))));
    lines.into_iter().flatten()
}
