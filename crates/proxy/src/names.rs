//! Header names that say who a request is from, or where it came from. A client's are removed, always.

use http::header::HeaderName;

macro_rules! names {
    ($($constant:ident = $name:literal;)*) => {
        $(pub(crate) const $constant: HeaderName = HeaderName::from_static($name);)*
    };
}

names! {
    X_AUTH_USER = "x-auth-user";
    X_AUTH_EMAIL = "x-auth-email";
    X_AUTH_NAME = "x-auth-name";
    X_AUTH_GROUPS = "x-auth-groups";
    X_AUTH_METHODS = "x-auth-methods";
    X_AUTH_TIME = "x-auth-time";
    X_AUTH_ASSERTION = "x-auth-assertion";
    X_AUTH_REDIRECT = "x-auth-redirect";
    REMOTE_USER = "remote-user";
    REMOTE_EMAIL = "remote-email";
    REMOTE_NAME = "remote-name";
    REMOTE_GROUPS = "remote-groups";
    SIGNATURE = "signature";
    SIGNATURE_INPUT = "signature-input";
    X_FORWARDED_FOR = "x-forwarded-for";
    X_FORWARDED_HOST = "x-forwarded-host";
    X_FORWARDED_METHOD = "x-forwarded-method";
    X_FORWARDED_PROTO = "x-forwarded-proto";
    X_FORWARDED_URI = "x-forwarded-uri";
    X_ORIGINAL_METHOD = "x-original-method";
    X_ORIGINAL_URL = "x-original-url";
}

/// The names of the `x-auth` dialect.
pub(crate) static X_AUTH: [HeaderName; 7] =
    [X_AUTH_USER, X_AUTH_EMAIL, X_AUTH_NAME, X_AUTH_GROUPS, X_AUTH_METHODS, X_AUTH_TIME, X_AUTH_ASSERTION];

/// The names of the `remote` dialect.
pub(crate) static REMOTE: [HeaderName; 4] = [REMOTE_USER, REMOTE_EMAIL, REMOTE_NAME, REMOTE_GROUPS];

/// The names of the `oauth2-proxy` dialect: user, e-mail, groups, preferred name, in both families.
pub(crate) static OAUTH2_PROXY: [HeaderName; 8] = [
    HeaderName::from_static("x-forwarded-user"),
    HeaderName::from_static("x-forwarded-email"),
    HeaderName::from_static("x-forwarded-groups"),
    HeaderName::from_static("x-forwarded-preferred-username"),
    HeaderName::from_static("x-auth-request-user"),
    HeaderName::from_static("x-auth-request-email"),
    HeaderName::from_static("x-auth-request-groups"),
    HeaderName::from_static("x-auth-request-preferred-username"),
];

/// Every name of every dialect.
pub(crate) fn identity() -> impl Iterator<Item = &'static HeaderName> {
    X_AUTH.iter().chain(&REMOTE).chain(&OAUTH2_PROXY)
}

/// Whole families, so that a name added to a dialect later, or read by a backend that stood behind another gateway, is
/// protected from the start.
const FAMILIES: &[&str] = &[
    "x-auth-",
    "remote-",
    "x-remote-",
    "x-forwarded-",
    "x-original-",
    "x-postern-",
    "x-webauth-",
    "x-authentik-",
    "x-pomerium-",
    "x-goog-iap-",
    "x-goog-authenticated-",
    "cf-access-",
    "proxy-",
];

/// Names on their own: who the client is (`x-real-ip` and its kin), and what overrides path or method behind our back.
const SINGLES: &[&str] = &[
    "forwarded",
    "proxy",
    "x-auth",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "fastly-client-ip",
    "x-rewrite-url",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
];

/// Signatures of the whole message (RFC 9421 §4): the gateway's or none. A client's would not fit what is forwarded.
const SIGNATURES: &[&str] = &["signature", "signature-input"];

/// In a protected family, but by wide custom an API's own key, and no name of any dialect.
const EXEMPT: &str = "x-auth-token";

/// For each first letter, the third letters of the names above. Most names of a browser have others.
static THIRD_LETTERS: [u32; 26] = {
    let mut letters = [0; 26];
    let mut lists: &[&[&str]] = &[FAMILIES, SINGLES, SIGNATURES];
    while let [list, further @ ..] = lists {
        let mut names = *list;
        while let [name, others @ ..] = names {
            if let [first, _, third, ..] = name.as_bytes() {
                #[expect(clippy::indexing_slicing, reason = "worked out when compiling, where it would show")]
                {
                    letters[(*first - b'a') as usize] |= bit(*third);
                }
            }
            names = others;
        }
        lists = further;
    }
    letters
};

/// A bit for each letter, and one for all else.
const fn bit(byte: u8) -> u32 {
    if byte.is_ascii_lowercase() { 1 << (byte - b'a') } else { 1 << 26 }
}

/// Whether a client may not send this header on, whose name is in lower case.
///
/// Names with anything but letters, digits and `-` go too: WSGI and CGI fold `_`, some also `.`, into `-`, so
/// `X_Auth_User` would arrive as `X-Auth-User`. nginx drops them by default for the same reason.
pub(crate) fn is_protected(name: &[u8]) -> bool {
    if !name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-') {
        return true;
    }
    let [first, _, third, fourth, ..] = name else { return false };
    let letters = first.checked_sub(b'a').and_then(|letter| THIRD_LETTERS.get(usize::from(letter)));
    if letters.is_none_or(|letters| letters & bit(*third) == 0) {
        return false;
    }
    // Those that are left differ in their fourth letter, mostly.
    let near = |other: &&&str| other.as_bytes().get(3) == Some(fourth);
    let is = |other: &&str| other.as_bytes() == name;
    (FAMILIES.iter().filter(near).any(|family| name.starts_with(family.as_bytes())) && !is(&EXEMPT))
        || SINGLES.iter().filter(near).any(is)
        || SIGNATURES.iter().filter(near).any(is)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_every_dialect_is_protected_in_every_spelling() {
        for name in X_AUTH.iter().chain(&REMOTE).chain(&OAUTH2_PROXY) {
            assert!(is_protected(name.as_str().as_bytes()), "{name}");
            for spelling in [
                name.as_str().to_uppercase(),
                name.as_str().replace('-', "_"),
                name.as_str().replace('-', "."),
                name.as_str().replacen('-', "_", 1),
                format!("{name}_"),
                format!("{name}."),
            ] {
                assert!(is_protected(spelling.to_lowercase().as_bytes()), "{spelling}");
            }
        }
    }

    #[test]
    fn every_name_and_family_is_found() {
        for name in FAMILIES.iter().chain(SINGLES).chain(SIGNATURES) {
            let name = format!("{name}{}", if name.ends_with('-') { "x" } else { "" });
            assert!(is_protected(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn ordinary_headers_pass() {
        for name in [
            "accept",
            "accept-language",
            "authorization",
            "content-type",
            "alt-svc",
            "content-length",
            "cookie",
            "date",
            "expect",
            "host",
            "origin",
            "referer",
            "sec-fetch-mode",
            "signature-date",
            "user-agent",
            "x-requested-with",
            "x-csrf-token",
            "x-auth-token",
            "range",
            "x-api-key",
            "if-none-match",
            "cache-control",
            "set-cookie",
            "priority",
            "x-request-id",
            "traceparent",
        ] {
            assert!(!is_protected(name.as_bytes()), "{name}");
        }
    }
}
