//! What every answer that is no has in common: an identifier that is told and logged, and why.

use std::sync::Arc;

use http::StatusCode;
use http_body_util::Full;
use postern_model::access::SecondFactorPolicy;
use postern_model::language::{Language, Wishes};
use postern_model::web::{Problem, RefusalPages, Refused, RequestId, Requester, Site};
use postern_portal::PortalRefusalPages;
use postern_portal::language::Languages;
use serde_json::{Value, json};

use crate::harness::{Answer, Gate, ORIGIN, request};

/// The identifier that an answer carries.
fn id(answer: &Answer) -> String {
    let id = answer.header("x-request-id");
    assert!(id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{answer:?}");
    id.to_owned()
}

/// What its page says of it, in words to pass on.
fn mention(code: &str, id: &str) -> String {
    format!("mention <code>{code}</code> and request <code class=\"nobr\">{id}</code>")
}

#[tokio::test]
async fn a_page_that_says_no_says_which_request_and_why() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let enrolled = gate.enrolled("ada@example.com").await;
    let token = Some(&enrolled.token);
    for (answer, status, code) in [
        (gate.get("/postern/nothing", None).await, 404, "NOT_FOUND"),
        (gate.get("/postern/callback?state=x&code=y", None).await, 400, "SIGN_IN_EXPIRED"),
        (gate.get("/postern/account/disable", token).await, 403, "ENFORCED"),
        (gate.post("/postern/verify", token, &[("code", "000000"), ("csrf", "x")]).await, 403, "FORM_EXPIRED"),
    ] {
        assert_eq!(answer.status, status, "{code}: {answer:?}");
        assert!(answer.text.contains(&mention(code, &id(&answer))), "{code}");
    }
    let (first, second) = (gate.get("/postern/nothing", None).await, gate.get("/postern/nothing", None).await);
    assert_ne!(id(&first), id(&second));
}

#[tokio::test]
async fn the_locked_page_says_it_too() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    gate.enrolled("ada@example.com").await;
    let token = gate.sign_in("ada@example.com").await;
    let csrf = gate.get("/postern/verify", Some(&token)).await.field("csrf");
    let mut answers = Vec::new();
    for _ in 0..4 {
        let fields = [("code", "000000"), ("method", "totp"), ("csrf", &csrf)];
        answers.push(gate.post("/postern/verify", Some(&token), &fields).await);
    }
    let locked = answers.pop().unwrap();
    assert!(locked.text.contains(&mention("ACCOUNT_LOCKED", &id(&locked))));
    assert_eq!(answers[0].header("x-request-id"), "", "a typing error is not a case for support");
}

#[tokio::test]
async fn what_is_told_is_what_the_log_line_gets() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    for (method, path, code) in [
        ("GET", "/postern/nothing", "NOT_FOUND"),
        ("GET", "/api/2fa/status", "SIGN_IN_REQUIRED"),
        ("GET", "/postern/account", "SIGN_IN_REQUIRED"),
        ("PUT", "/api/2fa/verify", "METHOD_NOT_ALLOWED"),
    ] {
        let request = request(method, path, None).header("sec-fetch-mode", "navigate").body(Full::default()).unwrap();
        let response = gate.respond(request).await;
        let refused = response.extensions().get::<Refused>().unwrap();
        assert_eq!((refused.code, &refused.id.value()), (code, &response.headers()["x-request-id"]), "{path}");
    }
    let welcome = gate.get("/postern/sign-in", None).await;
    assert_eq!(welcome.header("x-request-id"), "", "only what is refused");
}

#[tokio::test]
async fn programs_find_it_in_the_header() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let token = gate.sign_in("ada@example.com").await;
    for (path, token, body) in [("verify", Some(&token), json!({ "code": 1 })), ("status", None, Value::Null)] {
        let answer = gate.call("POST", &format!("/api/2fa/{path}"), token, body).await;
        assert_eq!(answer.json()["success"], false);
        id(&answer);
    }
}

#[test]
fn too_many_cookies_are_not_called_a_missing_sign_in() {
    let site = Site::new(ORIGIN.parse().unwrap(), "/postern", Vec::new(), None);
    let pages = PortalRefusalPages::new(&site, "NetPilot", "Google", Arc::default(), Languages::default(), false);
    let heading = |code| {
        let page = pages
            .page(StatusCode::UNAUTHORIZED, &Problem::new(code, "…"), RequestId::from(1), &Wishes::default())
            .into_body();
        let heading = page.split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap().to_owned();
        (heading, page.contains("/postern/sign-in"))
    };
    assert_eq!(heading("SIGN_IN_REQUIRED"), ("Please sign in again".to_owned(), true));
    assert_eq!(heading("COOKIES_TOO_LARGE"), ("Your browser sends too many cookies".to_owned(), false));
}

#[test]
fn a_refusal_in_front_of_the_application_is_told_in_its_reader_s_language() {
    let site = Site::new(ORIGIN.parse().unwrap(), "/postern", Vec::new(), None);
    let pages = |offered: &[Language]| {
        let languages = Languages::new(offered);
        PortalRefusalPages::new(&site, "NetPilot", "Google", Arc::default(), languages, false)
    };
    let told = |pages: &PortalRefusalPages, chosen, accepted: &str| {
        let wishes = Wishes { chosen, accepted: http::HeaderValue::try_from(accepted).ok() };
        let problem = Problem::new("FORBIDDEN", "Your account may not use this address.");
        pages.page(StatusCode::FORBIDDEN, &problem, RequestId::from(1), &wishes).into_body()
    };
    let all = pages(&Language::ALL);
    let english = told(&all, None, "xx");
    assert!(english.contains("<html lang=\"en\"") && english.contains("Your account may not use this address."));
    let german = told(&all, None, "de-CH, fr;q=0.5");
    assert!(german.contains("<html lang=\"de\"") && !german.contains("Your account"), "{german}");
    assert!(told(&all, Some(Language::Arabic), "de").contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert!(told(&pages(&[Language::Japanese]), None, "de").contains("<html lang=\"ja\""), "the first of the list");
}

#[tokio::test]
async fn a_refused_form_is_logged_with_its_reason_its_user_and_one_identifier() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    gate.enrolled("ada@example.com").await;
    let token = gate.sign_in("ada@example.com").await;
    let user = gate.authn.session(&token).await.unwrap().unwrap().user.id;
    let csrf = gate.get("/postern/verify", Some(&token)).await.field("csrf");
    let mut codes = Vec::new();
    for number in 1..=4 {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("csrf", csrf.as_str()), ("code", "000000")])
            .finish();
        let form = request("POST", "/postern/verify", Some(&token))
            .header("origin", ORIGIN)
            .header("sec-fetch-mode", "navigate")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Full::from(body))
            .unwrap();
        // Forms are handled in a task of their own, which belongs to the request too.
        let response = RequestId::from(number).scope(Box::pin(gate.respond(form))).await;
        let refused = response.extensions().get::<Refused>().unwrap();
        assert_eq!(refused.id, RequestId::from(number), "{}", refused.code);
        assert_eq!(response.extensions().get::<Requester>(), Some(&Requester(user)));
        codes.push(refused.code);
    }
    assert_eq!(codes[..2], ["INVALID_CODE"; 2]);
    assert_eq!(codes[3], "ACCOUNT_LOCKED");
}
