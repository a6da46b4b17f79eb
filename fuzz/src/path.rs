//! Request paths: a canonical path has one reading, and a public path is public in every reading.

use http::Method;
use percent_encoding::percent_decode_str;
use postern_authn::rules::{EncodedCharacters, PathComparison, PathPattern, Route, RouteQuery, Rules};
use postern_model::access::Access;
use postern_proxy::{CanonicalPath, match_route};
use url::Url;

use crate::readings::{all_below, readings};

/// Takes the path of a request line.
pub fn verify(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    hold_encoded(text);
    let Ok(path) = CanonicalPath::parse(text, EncodedCharacters::NONE) else { return };
    assert_eq!(path.as_str(), text);
    assert_eq!(CanonicalPath::parse(path.as_str(), EncodedCharacters::ALL), Ok(path));
    assert!(text.starts_with('/') && !text.starts_with("//"));
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\#?".contains(&byte)), "{text}");

    let decoded = percent_decode_str(text).decode_utf8().expect("UTF-8 once decoded");
    assert!(!decoded.chars().any(|c| c.is_ascii_control() || "\\#?".contains(c)), "{text}");
    assert_eq!(decoded.matches(['/', ';']).count(), text.matches(['/', ';']).count(), "{text}");
    // Decoding again must not change its structure.
    for reading in readings(text) {
        assert!(!reading.split('/').any(|segment| matches!(segment, "." | "..")), "{text} reads {reading}");
    }
    // A browser's parser reads the same path; it only percent-encodes more.
    let url = Url::parse(&format!("https://example.com{text}")).expect("a URL");
    assert_eq!(percent_decode_str(url.path()).decode_utf8_lossy(), decoded, "{text}");

    let rules = Rules::new(vec![
        Route::new(PathPattern::parse("/public/private/*").expect("a pattern"), Access::Full),
        Route::new(PathPattern::parse("/public/*").expect("a pattern"), Access::Public),
    ]);
    let query = RouteQuery { host: "example.com", path: text, method: &Method::GET, client: None };
    if let Ok(ruled) = match_route(&rules, false, &path, &query)
        && ruled.access == Access::Public
    {
        assert!(all_below(text, "/public/"), "{text} reads as something that is not public");
        for reading in readings(text) {
            assert!(!reading.starts_with("/public/private/"), "{text} reads {reading}");
        }
    }
    // An upstream that ignores case and a trailing slash finds nothing open that it keeps closed under another
    // spelling.
    let rules = Rules::new(vec![
        Route::new(PathPattern::parse("/public/Straße").expect("a pattern"), Access::Deny),
        Route::new(PathPattern::parse("/public/closed/*").expect("a pattern"), Access::Deny),
        Route::new(PathPattern::parse("/public/*").expect("a pattern"), Access::Public),
    ])
    .with_comparisons(vec![PathComparison::LENIENT]);
    if let Ok(ruled) = match_route(&rules, false, &path, &query)
        && ruled.access != Access::Deny
    {
        for reading in readings(text) {
            let lower = reading.to_lowercase();
            let bare = lower.trim_end_matches('/');
            let closed = bare == "/public/straße" || bare == "/public/closed" || bare.starts_with("/public/closed/");
            assert!(!closed, "{text} reads {reading}");
        }
    }
}

/// Where routes allow encoded characters, a path is public only if it is so for servers that decode them, and for those
/// that do not.
fn hold_encoded(text: &str) {
    let route = |path: &str, access, encoded| Route {
        encoded,
        ..Route::new(PathPattern::parse(path).expect("a pattern"), access)
    };
    let rules = Rules::new(vec![
        route("/public/private/*", Access::Full, EncodedCharacters::ALL),
        route("/public/plain/*", Access::Public, EncodedCharacters::NONE),
        route("/public/*", Access::Public, EncodedCharacters::ALL),
        route("/closed/{id}/x", Access::Deny, EncodedCharacters::ALL),
    ]);
    let Ok(path) = CanonicalPath::parse(text, rules.encoded()) else { return };
    assert_eq!(path.as_str(), text);
    let query = RouteQuery { host: "example.com", path: text, method: &Method::GET, client: None };
    let Ok(ruled) = match_route(&rules, false, &path, &query) else { return };
    for reading in readings(text) {
        assert!(!reading.split('/').any(|segment| matches!(segment, "." | "..")), "{text} reads {reading}");
        if ruled.access == Access::Public {
            assert!(reading.starts_with("/public/"), "{text} reads {reading}");
            assert!(!reading.starts_with("/public/private/"), "{text} reads {reading}");
        }
        let closed = rules.find(&RouteQuery { path: &reading, ..query }).access == Access::Deny;
        assert!(!closed || ruled.access == Access::Deny, "{text} reads {reading}");
    }
    if text.starts_with("/public/plain/") || !text.starts_with("/public/") {
        assert!(path.encoded().is_empty() || ruled.access == Access::Deny, "{text} is of a route that allows nothing");
    }
}
