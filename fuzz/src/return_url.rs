//! Return URLs: with every accepted one, a browser ends on an allowed origin.

use http::HeaderValue;
use postern_model::web::{ChallengeUi, LegacySite, Origin, Site};
use url::Url;

const ORIGIN: &str = "https://example.com";
const ALLOWED: [&str; 3] = [ORIGIN, "https://app.example.com", "http://localhost:5173"];

/// Takes a return URL as a client sends it.
pub fn verify(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let legacy = LegacySite {
        frontend_url: "http://localhost:5173".parse().expect("a URL"),
        second_factor: ChallengeUi::Dashboard,
    };
    let more = vec!["https://app.example.com".parse().expect("an origin")];
    let site = Site::new(ORIGIN.parse().expect("an origin"), "/postern", more, Some(legacy))
        .returning_below(vec![".apps.example".to_owned()]);
    let Some(kept) = site.return_url(text) else { return };
    let kept = kept.as_str();

    HeaderValue::from_str(kept).expect("a value for Location");
    assert!(kept.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\'), "{kept}");
    for base in ["/postern/callback?code=x", "/authorize", "/"] {
        let landed = Url::parse(ORIGIN).and_then(|url| url.join(base)).and_then(|url| url.join(kept)).expect("a URL");
        let origin = Origin::of(&landed).expect("an origin");
        let host = landed.host_str().unwrap_or_default();
        let below = host.strip_suffix(".apps.example").is_some_and(|label| !label.is_empty() && !label.contains('.'))
            && landed.scheme() == "https"
            && landed.port().is_none();
        assert!(ALLOWED.contains(&origin.as_str()) || below, "{text:?} leads to {landed}");
        assert!(landed.username().is_empty() && landed.password().is_none(), "{kept}");
        assert!(origin.as_str() != ORIGIN || landed.path() != "/postern/sign-in", "{kept} would loop");
    }
    // Without a URL parser: a path that cannot be a host, or an origin of the list and then a slash.
    let rooted = kept.starts_with('/') && !kept[1..].starts_with(['/', '\\']);
    let listed = ALLOWED.iter().any(|origin| kept.strip_prefix(origin).is_some_and(|rest| rest.starts_with('/')));
    let after_scheme = kept.strip_prefix("https://").and_then(|rest| rest.split_once('/'));
    let below = after_scheme.is_some_and(|(host, _)| host.ends_with(".apps.example"));
    assert!(rooted || listed || below, "{kept}");
    if kept.len() <= 1500 {
        assert_eq!(site.return_url(kept).as_ref().map(|again| again.as_str()), Some(kept), "what is clean stays");
    }
}
