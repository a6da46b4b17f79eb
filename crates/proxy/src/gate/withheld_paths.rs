//! Paths of the NetPilot backend that are never forwarded.

/// Whether a path is neither forwarded nor permitted: the backend issues sessions under `/dev`, and the gateway
/// replaces its sign-in and second factor. Compared case-insensitively and without a trailing slash, so that no
/// spelling that some version of the backend accepts gets through.
pub(crate) fn is_withheld(path: &str) -> bool {
    const WHOLE: [&str; 4] = ["login", "authorize", "logout", "me"];
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let (first, second) = (segments.next().unwrap_or_default(), segments.next());
    let is = |segment: &str, name: &str| segment.eq_ignore_ascii_case(name);
    is(first, "dev")
        || (second.is_none() && WHOLE.iter().any(|name| is(first, name)))
        || (is(first, "api") && second.is_some_and(|second| is(second, "2fa")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_gateway_answers_itself_is_withheld_in_every_spelling() {
        for path in [
            "/dev",
            "/dev/",
            "/dev/create-session/x",
            "/DEV/create-session",
            "/dev//x",
            "/login",
            "/login/",
            "/Logout",
            "/authorize",
            "/me",
            "/api/2fa/verify",
            "/api/2FA",
            "/api//2fa/status",
        ] {
            assert!(is_withheld(path), "{path}");
        }
        for path in [
            "/",
            "/device",
            "/dev.js",
            "/api/dev",
            "/api/settings/me",
            "/menu",
            "/me/x",
            "/login.html",
            "/api",
            "/api/2",
        ] {
            assert!(!is_withheld(path), "{path}");
        }
    }
}
