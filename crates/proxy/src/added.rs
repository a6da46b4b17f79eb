//! What the gateway says to an upstream beside what the client said.

use http::header::{HeaderMap, HeaderName, HeaderValue};
use smallvec::SmallVec;

use crate::identity::Prepared;
use crate::names;

/// Headers that go upstream beside the client's, which were cleaned of all these names. They stay apart until they are
/// written: a map would grow by them for every request.
#[derive(Debug, Default)]
pub(crate) struct Added<'i> {
    forwarded: [Option<(HeaderName, HeaderValue)>; 3],
    names: &'i [HeaderName],
    /// As many as names, or none; absent where there is nothing to tell. With room for those of the `x-auth` dialect.
    identity: SmallVec<[Option<HeaderValue>; 7]>,
}

impl<'i> Added<'i> {
    /// The host and scheme that the client asked for, the addresses that the request came through, and who asks.
    pub(crate) fn new(
        host: HeaderValue,
        scheme: &'static str,
        hops: Option<HeaderValue>,
        (names, identity): (&'i [HeaderName], Option<&Prepared>),
    ) -> Self {
        let forwarded = [
            Some((names::X_FORWARDED_HOST, host)),
            Some((names::X_FORWARDED_PROTO, HeaderValue::from_static(scheme))),
            hops.map(|hops| (names::X_FORWARDED_FOR, hops)),
        ];
        Self { forwarded, names, identity: identity.into_iter().flat_map(Prepared::values).collect() }
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        let identity = self.names.iter().zip(&self.identity);
        let identity = identity.filter_map(|(name, value)| Some((name, value.as_ref()?)));
        self.forwarded.iter().flatten().map(|(name, value)| (name, value)).chain(identity)
    }

    /// Sets them among the client's.
    pub(crate) fn put_into(self, headers: &mut HeaderMap) {
        for (name, value) in self.forwarded.into_iter().flatten() {
            headers.insert(name, value);
        }
        for (name, value) in self.names.iter().zip(self.identity) {
            if let Some(value) = value {
                headers.insert(name.clone(), value);
            }
        }
    }
}
