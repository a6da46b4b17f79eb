//! What the gateway says to an upstream beside what the client said.

use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::http1::write_line;
use crate::identity::Prepared;
use crate::names;

/// Headers that go upstream beside the client's, which were cleaned of all these names. They stay apart until they are
/// written: a map would grow by them for every request.
#[derive(Debug, Default)]
pub(crate) struct Added<'i> {
    forwarded: [Option<(HeaderName, HeaderValue)>; 3],
    identity: Option<&'i Prepared>,
}

impl<'i> Added<'i> {
    /// The host and scheme that the client asked for, the addresses that the request came through, and who asks.
    pub(crate) fn new(
        host: HeaderValue,
        scheme: &'static str,
        hops: Option<HeaderValue>,
        identity: Option<&'i Prepared>,
    ) -> Self {
        let forwarded = [
            Some((names::X_FORWARDED_HOST, host)),
            Some((names::X_FORWARDED_PROTO, HeaderValue::from_static(scheme))),
            hops.map(|hops| (names::X_FORWARDED_FOR, hops)),
        ];
        Self { forwarded, identity }
    }

    /// Writes all of them as lines of a head.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        for (name, value) in self.forwarded.iter().flatten() {
            write_line(out, name, value);
        }
        if let Some(identity) = self.identity {
            identity.write(false, out);
        }
    }

    /// Sets them among the client's.
    pub(crate) fn put_into(self, headers: &mut HeaderMap) {
        let told = self.identity.iter().flat_map(|identity| identity.headers());
        for (name, value) in self.forwarded.into_iter().flatten().chain(told) {
            headers.insert(name, value);
        }
    }
}
