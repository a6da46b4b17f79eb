//! Which language a request is answered in, and choosing another one.

use http_body_util::Full;
use postern_model::access::SecondFactorPolicy;
use postern_model::language::Language;
use postern_portal::language::complete;

use crate::harness::{Answer, Gate, ORIGIN, request};

const SIGN_IN: &str = "/postern/sign-in?rd=%2Fdashboard";

async fn page(gate: &Gate, headers: &[(&str, &str)]) -> Answer {
    let mut ask = request("GET", SIGN_IN, None).header("accept", "text/html");
    for (name, value) in headers {
        ask = ask.header(*name, *value);
    }
    gate.send(ask.body(Full::default()).unwrap()).await
}

fn is_in(answer: &Answer, language: Language) -> bool {
    answer.text.contains(&format!("<html lang=\"{}\"", language.tag()))
}

#[tokio::test]
async fn a_browser_gets_the_language_that_it_asks_for() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    for language in complete() {
        let wanted = format!("xx, {}-ZZ;q=0.9, en;q=0.1", language.tag());
        assert!(is_in(&page(&gate, &[("accept-language", &wanted)]).await, language), "{wanted}");
    }
    for other in ["", "xx", "*", ";;;", "q=1", "\u{1}"] {
        assert!(is_in(&page(&gate, &[("accept-language", other.trim_matches('\u{1}'))]).await, Language::English));
    }
}

#[tokio::test]
async fn a_choice_is_kept_and_leads_back_to_the_same_page() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    for language in complete() {
        let answer = gate.post("/postern/language", None, &[("language", language.tag()), ("back", SIGN_IN)]).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (303, SIGN_IN));
        let set = answer.header("set-cookie");
        let cookie = format!("postern-language={}", language.tag());
        assert_eq!(set, format!("{cookie}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000"));
        let other = if language == Language::English { "de" } else { "en" };
        let shown = page(&gate, &[("cookie", &cookie), ("accept-language", other)]).await;
        assert!(is_in(&shown, language), "{language:?}: the choice counts more than the browser's wish");
    }
}

#[tokio::test]
async fn the_form_of_a_page_names_the_page() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let shown = page(&gate, &[]).await;
    let choice = complete().count() > 1;
    let field = "<input type=\"hidden\" name=\"back\" value=\"/postern/sign-in?rd=%2Fdashboard\">";
    assert_eq!(shown.text.contains(field), choice, "{}", shown.text);
    let token = gate.enrolled("ada@example.com").await.token;
    let csrf = gate.csrf(&token).await;
    let fields = [("csrf", csrf.as_str()), ("method", "backup"), ("rd", "/x?a=b"), ("code", "1")];
    let refused = gate.post("/postern/verify", Some(&token), &fields).await;
    assert_eq!(refused.status, 400);
    let field = "name=\"back\" value=\"/postern/verify?method=backup&#38;rd=%2Fx%3Fa%3Db\"";
    assert_eq!(refused.text.contains(field), choice, "after a form, too: {}", refused.text);
}

#[tokio::test]
async fn a_choice_leads_to_no_other_site_and_to_no_address_that_acts() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    for back in [
        "",
        "//evil.example",
        "https://evil.example/postern/verify",
        "/\\evil.example",
        "/postern/../x",
        "/x",
        "javascript:x",
        "/postern/callback?code=1&state=2",
        "/postern/language",
        "/postern/account/sessions",
        "/postern/api/session",
        "/postern/\u{0}x",
        "verify",
        "/postern/hand-over?rd=/",
    ] {
        let answer = gate.post("/postern/language", None, &[("language", "en"), ("back", back)]).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (303, "/postern/account"), "{back}");
    }
    for back in ["/postern/verify", "/postern/sign-in?rd=https%3A%2F%2Fx.example#top", "/postern/account?skip=5"] {
        let answer = gate.post("/postern/language", None, &[("language", "en"), ("back", back)]).await;
        assert_eq!(answer.location(), back);
    }
}

#[tokio::test]
async fn what_is_no_language_is_not_kept() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    for language in ["", "xx", "en; Domain=example.com", "en\r\nX: y", "de-DE"] {
        let answer = gate.post("/postern/language", None, &[("language", language), ("back", SIGN_IN)]).await;
        assert_eq!((answer.header("set-cookie"), answer.location()), ("", SIGN_IN), "{language}");
    }
}

#[tokio::test]
async fn a_choice_made_on_another_site_is_refused() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    for origin in ["https://evil.example", "null"] {
        let ask = request("POST", "/postern/language", None)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", origin);
        let answer = gate.send(ask.body(Full::from("language=en")).unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (403, ""), "{origin}");
    }
    let get = gate.get("/postern/language?language=en", None).await;
    assert_eq!((get.status.as_u16(), get.header("allow")), (405, "POST"), "{ORIGIN}");
}

#[tokio::test]
async fn programs_are_answered_in_english() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    for language in complete() {
        let ask = request("GET", "/postern/api/session", None).header("accept-language", language.tag());
        let answer = gate.send(ask.body(Full::default()).unwrap()).await;
        assert_eq!(answer.json()["error"]["message"], "You’re not signed in, or your session has ended.");
    }
}
