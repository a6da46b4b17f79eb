//! One sign-in for several hosts: the three steps of a hand-over, as a browser takes them, and everything else refused.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::header::{COOKIE, HOST, SET_COOKIE};
use http::{Request, StatusCode};
use http_body_util::Full;
use postern_keystore::SessionToken;
use postern_model::access::SecondFactorPolicy;

use crate::harness::{Answer, Gate};

const OTHER: &str = "http://b.localhost:8080";

/// A browser with a jar for each host.
#[derive(Clone, Default)]
struct Browser {
    jars: BTreeMap<String, BTreeMap<String, String>>,
}

impl Browser {
    fn with(token: &SessionToken) -> Self {
        let mut browser = Self::default();
        browser.jar("localhost").insert("postern".to_owned(), token.to_text());
        browser
    }

    fn jar(&mut self, host: &str) -> &mut BTreeMap<String, String> {
        self.jars.entry(host.to_owned()).or_default()
    }

    async fn open(&mut self, gate: &Gate, url: &str) -> Answer {
        self.send(gate, "GET", url, Full::default()).await
    }

    async fn send(&mut self, gate: &Gate, method: &str, url: &str, body: Full<Bytes>) -> Answer {
        let url: url::Url = url.parse().unwrap();
        let host = url.host_str().unwrap().to_owned();
        let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let cookies: Vec<_> = self.jar(&host).iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(&url[url::Position::BeforePath..])
            .header(HOST, authority)
            .header("origin", url.origin().ascii_serialization())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-mode", "navigate")
            .header(COOKIE, cookies.join("; "));
        let answer = gate.send(request.body(body).unwrap()).await;
        for set in answer.headers.get_all(SET_COOKIE) {
            let (pair, attributes) = set.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            assert!(!attributes.contains("Domain"), "{attributes}");
            match attributes.contains("Max-Age=0") {
                true => self.jar(&host).remove(name),
                false => self.jar(&host).insert(name.to_owned(), value.to_owned()),
            };
        }
        answer
    }

    /// Follows redirects until one leads to a page of the application, or no further.
    async fn follow(&mut self, gate: &Gate, url: &str) -> (String, Answer) {
        let mut url = url.to_owned();
        for _ in 0..20 {
            let answer = self.open(gate, &url).await;
            let Some(location) = answer.headers.get("location") else { return (url, answer) };
            url = url.parse::<url::Url>().unwrap().join(location.to_str().unwrap()).unwrap().into();
            if !url.contains("/postern/") {
                return (url, answer);
            }
        }
        panic!("redirects without end: {url}");
    }

    /// Goes as far as the URL with the code.
    async fn code(&mut self, gate: &Gate) -> String {
        let begun = self.open(gate, &format!("{OTHER}/postern/hand-over?rd=%2Fx")).await;
        let made = self.open(gate, begun.location()).await;
        assert!(made.location().starts_with(&format!("{OTHER}/postern/hand-over?code=")), "{made:?}");
        made.location().to_owned()
    }
}

async fn gate() -> (Gate, Browser) {
    let gate = Gate::with_hosts(SecondFactorPolicy::PerUser, &[OTHER]).await;
    let token = gate.sign_in("ada@example.com").await;
    let browser = Browser::with(&token);
    (gate, browser)
}

async fn is_refused(gate: &Gate, browser: &mut Browser, url: &str, code: &str) {
    let before = browser.jar("b.localhost").get("postern").cloned();
    let answer = browser.open(gate, url).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    assert!(answer.text.contains(code), "{code}: {}", answer.text);
    assert!(answer.headers.get("location").is_none() && !answer.text.contains("http-equiv"), "{answer:?}");
    assert_eq!(browser.jar("b.localhost").get("postern").cloned(), before);
}

#[tokio::test]
async fn a_session_is_handed_over_and_the_wanted_page_is_reached() {
    let (gate, mut browser) = gate().await;
    let start = "http://localhost:8080/postern/sign-in?rd=http%3A%2F%2Fb.localhost%3A8080%2Fx%3Fy%3Dz%2523";
    let (url, answer) = browser.follow(&gate, start).await;
    assert_eq!(url, format!("{OTHER}/x?y=z%23"));
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let token = browser.jar("b.localhost").get("postern").cloned().unwrap();
    let token = SessionToken::parse(&token).unwrap();
    let view = gate.authn.session_at(&token, "b.localhost", None).await.unwrap().unwrap();
    assert_eq!(view.user.email, "ada@example.com");
    // It is of this host alone.
    for host in ["localhost", "c.localhost", ""] {
        assert_eq!(gate.authn.session_at(&token, host, None).await.unwrap(), None, "{host}");
    }
    assert_eq!(gate.authn.session(&token).await.unwrap(), None);
}

#[tokio::test]
async fn a_code_is_good_once() {
    let (gate, mut browser) = gate().await;
    let code = browser.code(&gate).await;
    assert_eq!(browser.open(&gate, &code).await.location(), format!("{OTHER}/x"));
    is_refused(&gate, &mut browser, &code, "HAND_OVER_USED").await;
}

#[tokio::test]
async fn a_code_of_another_browser_is_refused_and_used_up() {
    let (gate, mut browser) = gate().await;
    let code = browser.code(&gate).await;
    // Somebody who has the URL, or a victim whom it is sent to: with a binding of their own, and without any.
    let mut victim = Browser::default();
    victim.open(&gate, &format!("{OTHER}/postern/hand-over?rd=%2F")).await;
    is_refused(&gate, &mut victim, &code, "HAND_OVER_OTHER_BROWSER").await;
    is_refused(&gate, &mut browser, &code, "HAND_OVER_USED").await;
    let code = browser.code(&gate).await;
    is_refused(&gate, &mut Browser::default(), &code, "HAND_OVER_NO_BINDING").await;
}

#[tokio::test]
async fn a_code_expires_and_is_not_to_be_changed() {
    let (gate, mut browser) = gate().await;
    let code = browser.code(&gate).await;
    for (url, expected) in [
        (format!("{code}x"), "HAND_OVER_MALFORMED"),
        (format!("{OTHER}/postern/hand-over?code="), "HAND_OVER_MALFORMED"),
        (format!("{code}&code=2"), "HAND_OVER_MALFORMED"),
        (format!("{OTHER}/postern/hand-over?code={}", "A".repeat(43)), "HAND_OVER_UNKNOWN"),
        (format!("{OTHER}/postern/hand-over?code=h.{}", "A".repeat(43)), "HAND_OVER_UNKNOWN"),
    ] {
        is_refused(&gate, &mut browser, &url, expected).await;
    }
    gate.clock.advance(Duration::from_secs(60));
    is_refused(&gate, &mut browser, &code, "HAND_OVER_EXPIRED").await;
}

#[tokio::test]
async fn a_code_for_another_host_is_refused() {
    let gate = Gate::with_hosts(SecondFactorPolicy::PerUser, &[OTHER, "http://c.localhost:8080"]).await;
    let mut browser = Browser::with(&gate.sign_in("ada@example.com").await);
    let code = browser.code(&gate).await.replace("b.localhost", "c.localhost");
    browser.open(&gate, "http://c.localhost:8080/postern/hand-over?rd=%2F").await;
    is_refused(&gate, &mut browser, &code, "HAND_OVER_OTHER_HOST").await;
}

#[tokio::test]
async fn blocked_cookies_end_on_a_page() {
    let (gate, browser) = gate().await;
    let begun = browser.clone().open(&gate, &format!("{OTHER}/postern/hand-over?rd=%2F")).await;
    let made = browser.clone().open(&gate, begun.location()).await;
    is_refused(&gate, &mut browser.clone(), made.location(), "HAND_OVER_NO_BINDING").await;
    // The binding is kept, and the session's cookie is not.
    let mut browser = browser;
    let mut opened = 0;
    let answer = loop {
        browser.jar("b.localhost").remove("postern");
        let (url, answer) = browser.follow(&gate, &format!("{OTHER}/postern/hand-over?rd=%2F")).await;
        if url != format!("{OTHER}/") {
            break answer;
        }
        opened += 1;
        assert!(opened < 20);
    };
    assert!(answer.text.contains("HAND_OVER_LOOPS"), "{}", answer.text);
}

#[tokio::test]
async fn return_urls_stay_on_the_host() {
    let (gate, mut browser) = gate().await;
    for rd in [
        "https%3A%2F%2Fevil.example%2F",
        "%2F%2Fevil.example",
        "http%3A%2F%2Flocalhost%3A8080%2Fx",
        "%2Fpostern%2Fhand-over",
    ] {
        let (url, _) = browser.follow(&gate, &format!("{OTHER}/postern/hand-over?rd={rd}")).await;
        assert_eq!(url, format!("{OTHER}/"), "{rd}");
    }
    let public = "http://localhost:8080/postern/hand-over";
    let binding = "0".repeat(64);
    for query in [
        String::new(),
        "rd=%2Fx".to_owned(),
        format!("rd=%2Fx&binding={binding}"),
        format!("rd=https%3A%2F%2Fevil.example%2F&binding={binding}"),
        "rd=http%3A%2F%2Fb.localhost%3A8080%2F&binding=x".to_owned(),
        format!("rd=http%3A%2F%2Fb.localhost%3A8080%2F&binding={binding}&binding={binding}"),
    ] {
        is_refused(&gate, &mut browser, &format!("{public}?{query}"), "HAND_OVER_MALFORMED").await;
    }
}

#[tokio::test]
async fn other_pages_of_another_host_lead_to_the_public_one() {
    let (gate, mut browser) = gate().await;
    for (path, location) in [
        ("/postern/account", "http://localhost:8080/postern/account"),
        ("/postern/", "http://localhost:8080/postern/"),
        ("/postern/verify?rd=%2Fx", "http://localhost:8080/postern/verify?rd=http%3A%2F%2Fb.localhost%3A8080%2Fx"),
        ("/postern/sign-in?rd=https%3A%2F%2Fevil.example", "http://localhost:8080/postern/sign-in"),
    ] {
        assert_eq!(browser.open(&gate, &format!("{OTHER}{path}")).await.location(), location);
    }
    let refused = browser.send(&gate, "POST", &format!("{OTHER}/postern/verify"), Full::from("code=1")).await;
    assert_eq!(refused.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn signing_out_at_any_host_ends_the_session_at_all() {
    for host in [OTHER, "http://localhost:8080"] {
        let (gate, mut browser) = gate().await;
        let code = browser.code(&gate).await;
        browser.open(&gate, &code).await;
        let (ours, theirs) = (browser.jar("localhost").clone(), browser.jar("b.localhost").clone());
        let csrf = browser.open(&gate, &format!("{host}/postern/sign-out")).await.field("csrf");
        let out =
            browser.send(&gate, "POST", &format!("{host}/postern/sign-out"), Full::from(format!("csrf={csrf}"))).await;
        assert_eq!((out.status, out.location()), (StatusCode::SEE_OTHER, "/postern/sign-out"));
        for (jar, at) in [(ours, "localhost"), (theirs, "b.localhost")] {
            let token = SessionToken::parse(&jar["postern"]).unwrap();
            assert_eq!(gate.authn.session_at(&token, at, None).await.unwrap(), None, "{host} {at}");
        }
    }
}

#[tokio::test]
async fn a_cookie_that_hosts_share_is_not_handed_over() {
    let gate = Gate::sharing(SecondFactorPolicy::PerUser, &[OTHER]).await;
    let token = gate.sign_in("ada@example.com").await;
    let there = "http%3A%2F%2Fb.localhost%3A8080%2Fx";
    let onward = gate.get(&format!("/postern/sign-in?rd={there}"), Some(&token)).await;
    assert_eq!(onward.location(), format!("{OTHER}/x"));
    let binding = "0".repeat(64);
    let page = gate.get(&format!("/postern/hand-over?rd={there}&binding={binding}"), Some(&token)).await;
    assert_eq!(page.status, 404, "{}", page.text);
}

#[tokio::test]
async fn without_other_hosts_there_is_nothing_to_hand_over() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let token = gate.sign_in("ada@example.com").await;
    for path in
        ["/postern/hand-over", "/postern/hand-over?rd=http%3A%2F%2Fb.localhost%3A8080%2F", "/postern/hand-over?code=x"]
    {
        assert_eq!(gate.get(path, Some(&token)).await.status, 404, "{path}");
    }
}
