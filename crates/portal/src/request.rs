//! A request as handlers see it, with its body already read.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::{HeaderMap, Method};
use postern_model::id::UserId;
use postern_model::session::Caller;
use postern_model::web::Origin;

/// Name-value pairs of a query or a form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Parses `application/x-www-form-urlencoded` text. Invalid UTF-8 becomes U+FFFD.
    pub(crate) fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// Returns the first value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Returns the value of a name that occurs once; `None` if it is repeated, which RFC 6749 §3.1 forbids.
    pub(crate) fn unique(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(found, _)| found == name);
        let value = values.next()?;
        values.next().is_none().then_some(value.1.as_str())
    }
}

/// Request to a handler.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Fields,
    pub(crate) headers: HeaderMap,
    pub(crate) caller: Caller,
    /// The host that it is for, if it is a host of the gateway other than the public one.
    pub(crate) other_host: Option<Origin>,
    /// Empty for anything but POST.
    pub(crate) body: Bytes,
    /// The user of its session, once one was looked up; for the request log.
    pub(crate) requester: Arc<OnceLock<UserId>>,
}

impl Request {
    /// Whether the method is safe (RFC 9110 §9.2.1).
    pub(crate) fn is_read(&self) -> bool {
        self.method != Method::POST
    }

    /// Parses the body as a form.
    pub(crate) fn form(&self) -> Fields {
        Fields::parse(&self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_counts_and_a_repeated_one_is_not_unique() {
        let fields = Fields::parse(b"a=1&a=2&b=%C3%A9+x&c&=d&%ff=%ff");
        assert_eq!((fields.get("a"), fields.unique("a")), (Some("1"), None));
        assert_eq!((fields.get("b"), fields.unique("b")), (Some("é x"), Some("é x")));
        assert_eq!((fields.get("c"), fields.get("d")), (Some(""), None));
    }
}
