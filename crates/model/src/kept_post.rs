//! Forms whose submission met a missing step, kept until the step is done.
//!
//! The browser sends a kept form again, so that the application sees a submission of its own pages. Only a form that every browser
//! sends again byte for byte is kept.

use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Timestamp;
use crate::id::UserId;
use crate::session::TokenHash;
use crate::store_error::StoreError;

/// Time for which a form is kept.
pub const LIFETIME: Duration = Duration::from_secs(600);
/// Maximum number of forms that are kept of one user at a time.
pub const KEPT_MAX: i64 = 8;
/// Maximum size of a kept form in bytes, encoded.
pub const SIZE_MAX: usize = 16 * 1024;
/// Name of the field, or of the parameter of the query, with which a page asks for its form to be kept. Its value is `1`.
pub const ASKS: &str = "postern-keep";

/// Maximum number of fields: a page holds each of them as an element of its own.
const FIELDS_MAX: usize = 1000;

/// Stored form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPost {
    /// SHA-256 of the token that names it.
    pub id: TokenHash,
    /// The user whose session sent it.
    pub user: UserId,
    /// Its target and body, sealed.
    pub sealed: String,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// Port for kept forms.
#[async_trait]
pub trait KeptPostStore: Send + Sync {
    /// Stores a form, and deletes those that expired before `now`. False, with nothing stored, if [`KEPT_MAX`] of its user are kept,
    /// or if the user does not exist.
    async fn keep_post(&self, kept: &KeptPost, now: Timestamp) -> Result<bool, StoreError>;

    /// Returns a form unless it has expired.
    async fn kept_post(&self, id: &TokenHash, now: Timestamp) -> Result<Option<KeptPost>, StoreError>;

    /// Deletes a form. True for one caller only.
    async fn forget_post(&self, id: &TokenHash) -> Result<bool, StoreError>;
}

/// Whether a query or a form has the sign with which a page asks for its form to be kept.
pub fn asks(encoded: &[u8]) -> bool {
    form_urlencoded::parse(encoded).any(|(name, value)| name == ASKS && value == "1")
}

/// Returns the fields of a form if a page with these fields makes every browser send the same bytes again (HTML standard,
/// "constructing the entry list" and "URL-encoded form data"); `None` otherwise.
pub fn fields(body: &[u8]) -> Option<Vec<(String, String)>> {
    if body.is_empty() || body.len() > SIZE_MAX {
        return None;
    }
    let fields: Vec<(String, String)> =
        form_urlencoded::parse(body).take(FIELDS_MAX + 1).map(|(name, value)| (name.into(), value.into())).collect();
    let held = fields.len() <= FIELDS_MAX && fields.iter().all(|(name, value)| is_held(name, value));
    let again = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
    (held && again.as_bytes() == body).then_some(fields)
}

/// Whether a hidden field is sent as it is: browsers leave out fields without a name, fill in those named `_charset_`, turn every line
/// break into CR LF, and read NUL in a page as U+FFFD.
fn is_held(name: &str, value: &str) -> bool {
    let whole = |text: &str| {
        let without_breaks = text.replace("\r\n", "");
        !without_breaks.contains(['\r', '\n', '\0'])
    };
    !name.is_empty() && !name.eq_ignore_ascii_case("_charset_") && whole(name) && whole(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_as_browsers_encode_it_is_read_into_its_fields() {
        let read = |body: &str| fields(body.as_bytes());
        let pairs = |pairs: &[(&str, &str)]| {
            Some(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>())
        };
        assert_eq!(read("a=1&a=2&b="), pairs(&[("a", "1"), ("a", "2"), ("b", "")]));
        assert_eq!(
            read("text=one%0D%0Atwo+three&%C3%A9=%E2%82%AC%26%3D"),
            pairs(&[("text", "one\r\ntwo three"), ("é", "€&=")])
        );
    }

    #[test]
    fn a_form_that_browsers_would_send_otherwise_is_none() {
        for body in [
            "",
            // Another spelling of the same fields.
            "a",
            "a=b&",
            "&a=b",
            "a=%41",
            "a=%c3%a9",
            "a=x%20y",
            "a=\u{e9}",
            "a=~",
            "a=%2A",
            // No text.
            "a=%FF",
            "a=%00",
            // Line breaks that are changed.
            "a=x%0Ay",
            "a=x%0Dy",
            "x%0A=y",
            "a=%0D%0A%0A",
            // Fields that are left out or filled in.
            "=b",
            "_charset_=UTF-8",
            "_CHARSET_=",
        ] {
            assert_eq!(fields(body.as_bytes()), None, "{body}");
        }
        assert!(fields(format!("a={}", "x".repeat(SIZE_MAX - 2)).as_bytes()).is_some());
        assert_eq!(fields(format!("a={}", "x".repeat(SIZE_MAX - 1)).as_bytes()), None);
        let many = |count| ["a="].repeat(count).join("&");
        assert!(fields(many(FIELDS_MAX).as_bytes()).is_some());
        assert_eq!(fields(many(FIELDS_MAX + 1).as_bytes()), None);
    }

    #[test]
    fn a_page_asks_with_one_name_and_one_value() {
        for encoded in ["postern-keep=1", "a=b&postern-keep=1", "postern-keep=0&postern-keep=1"] {
            assert!(asks(encoded.as_bytes()), "{encoded}");
        }
        for encoded in ["", "postern-keep", "postern-keep=0", "postern-keep=on", "Postern-Keep=1", "a=postern-keep=1"] {
            assert!(!asks(encoded.as_bytes()), "{encoded}");
        }
    }
}
