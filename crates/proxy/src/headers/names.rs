//! Header names that carry an identity or the origin of a request. Clients' headers with these names are always
//! removed.

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

/// Header of a refused check: the names, in other spellings of protected ones, that arrived with it. They tell that the
/// proxy in front does not remove them, so that with a session they would arrive at the application.
pub const X_AUTH_ALIASES: HeaderName = HeaderName::from_static("x-auth-aliases");

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

/// The protected families that begin with this letter. Whole families, so that a name that a dialect adds later, or that a
/// backend from behind another gateway reads, is protected from the start.
const fn families(letter: u8) -> &'static [&'static str] {
    match letter {
        b'c' => &["cf-access-", "client-cert"],
        b'g' => &["gap-auth", "gap-signature"],
        b'i' => &["impersonate-"],
        b'k' => &["kubeflow-"],
        b'n' => &["ngrok-auth-"],
        b'o' => &["oidc-"],
        b'p' => &["proxy-"],
        b'r' => &["remote-"],
        b's' => &["shib-", "ssl-client-"],
        b't' => &["tailscale-", "teleport-"],
        b'x' => &[
            "x-amzn-mtls-",
            "x-amzn-oidc-",
            "x-apigateway-api-",
            "x-appengine-user-",
            "x-auth-",
            "x-authenticated-",
            "x-authentik-",
            "x-client-cert",
            "x-client-dn",
            "x-client-verify",
            "x-consumer-",
            "x-credential-",
            "x-endpoint-api-",
            "x-forwarded-",
            "x-goog-authenticated-",
            "x-goog-iap-",
            "x-kratos-",
            "x-ms-client-principal",
            "x-ms-token-",
            "x-original-",
            "x-pomerium-",
            "x-postern-",
            "x-remote-",
            "x-ssl-",
            "x-tls-client-",
            "x-userinfo",
            "x-vouch-",
            "x-webauth-",
        ],
        _ => &[],
    }
}

/// The protected single names that begin with this letter: the client's address (`x-real-ip` and others), headers that override
/// the path or the method, and signatures of the whole message (RFC 9421 §4), of which only the gateway's are forwarded: a
/// client's would not match the forwarded message.
const fn singles(letter: u8) -> &'static [&'static str] {
    match letter {
        b'c' => &["cf-connecting-ip", "cf-connecting-ipv6", "client-ip"],
        b'f' => &["fastly-client-ip", "forwarded", "forwarded-for", "front-end-https"],
        b'p' => &["proxy"],
        b's' => &["signature", "signature-input", "sm-universalid", "sm-user"],
        b't' => &["true-client-ip"],
        b'w' => &["wl-proxy-client-ip"],
        b'x' => &[
            "x-anonymous-consumer",
            "x-arr-clientcert",
            "x-auth",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-envoy-external-address",
            "x-envoy-original-host",
            "x-envoy-original-path",
            "x-forwarded",
            "x-host",
            "x-http-method",
            "x-http-method-override",
            "x-id-token",
            "x-jwt-assertion",
            "x-method-override",
            "x-real-ip",
            "x-rewrite-url",
            "x-token-subject",
            "x-token-user-email",
            "x-token-user-name",
            "x-url-scheme",
        ],
        _ => &[],
    }
}

/// In a protected family, but commonly an API key, and in no dialect.
const EXEMPT: &str = "x-auth-token";

/// Whether a header, with its name in lower case, must not pass from a client to an upstream.
///
/// Names with characters other than letters, digits and `-` are removed too: WSGI and CGI fold `_`, some also `.`, into
/// `-`, so `X_Auth_User` would arrive as `X-Auth-User`. nginx drops them by default for the same reason.
pub(crate) fn is_protected(name: &[u8]) -> bool {
    if !name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-') {
        return true;
    }
    let letter = name.first().copied().unwrap_or_default();
    families(letter).iter().any(|family| name.starts_with(family.as_bytes())) && name != EXEMPT.as_bytes()
        || singles(letter).iter().any(|single| name == single.as_bytes())
}

/// Whether a name, in lower case, is another spelling of a protected name: with `_` or `.` in place of `-`.
pub(crate) fn is_alias(name: &[u8]) -> bool {
    let dashed: Vec<u8> = name.iter().map(|byte| if matches!(byte, b'_' | b'.') { b'-' } else { *byte }).collect();
    dashed != name && is_protected(&dashed)
}

#[cfg(test)]
mod tests;
