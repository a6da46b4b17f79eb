//! Forms that were kept while a step was missing: who is offered to send one, and what is sent.

use std::time::Duration;

use http_body_util::Full;
use postern_authn::kept_posts::FormPost;
use postern_keystore::SessionToken;
use postern_model::access::SecondFactorPolicy;
use postern_model::kept_post::LIFETIME;

use crate::harness::{Answer, Gate, ORIGIN, request};

const BODY: &str = "name=Router+%227%22&notes=one%0D%0A%3Ctwo%3E&postern-keep=1";

/// Keeps a form of a session's user; its token.
async fn keep(gate: &Gate, session: &SessionToken, target: &str) -> String {
    let user = gate.authn.session(session).await.unwrap().unwrap().user.id;
    let form = FormPost { target: target.to_owned(), body: BODY.as_bytes().to_vec() };
    gate.authn.kept_posts().keep(user, &form).await.unwrap().unwrap()
}

async fn show(gate: &Gate, session: &SessionToken, form: &str) -> Answer {
    gate.get(&format!("/postern/kept?form={form}"), Some(session)).await
}

async fn send(gate: &Gate, session: &SessionToken, form: &str, body: &str) -> Answer {
    let ask = request("POST", &format!("/postern/kept/send?form={form}"), Some(session))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", ORIGIN)
        .header("sec-fetch-mode", "navigate");
    gate.send(ask.body(Full::from(body.to_owned())).unwrap()).await
}

/// The fields of the first form of a page, encoded as browsers do.
fn encoded(page: &str) -> String {
    let form = page.split("data-kept").nth(1).unwrap().split("</form>").next().unwrap();
    let unescaped =
        |text: &str| text.replace("&#34;", "\"").replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&");
    let mut fields = form_urlencoded::Serializer::new(String::new());
    for input in form.split("<input type=\"hidden\" name=\"").skip(1) {
        let (name, rest) = input.split_once("\" value=\"").unwrap();
        fields.append_pair(&unescaped(name), &unescaped(rest.split("\">").next().unwrap()));
    }
    fields.finish()
}

#[tokio::test]
async fn a_form_is_offered_to_its_user_and_sent_once_as_it_was() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await.token;
    let form = keep(&gate, &ada, "/devices/7?x=1&y=%20").await;
    let page = show(&gate, &ada, &form).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("localhost:8080/devices/7<") && !page.text.contains("<two>"), "{}", page.text);
    assert_eq!(encoded(&page.text), BODY);
    let sent = send(&gate, &ada, &form, BODY).await;
    assert_eq!((sent.status.as_u16(), sent.location()), (307, "http://localhost:8080/devices/7?x=1&y=%20"));
    assert_eq!(sent.header("cache-control"), "private, no-store");
    for again in [send(&gate, &ada, &form, BODY).await, show(&gate, &ada, &form).await] {
        assert_eq!((again.status.as_u16(), again.reason), (404, Some("NO_KEPT_FORM")), "{}", again.text);
    }
}

#[tokio::test]
async fn a_target_with_two_slashes_names_no_other_host() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await.token;
    let form = keep(&gate, &ada, "//evil.example/x").await;
    let sent = send(&gate, &ada, &form, BODY).await;
    assert_eq!(sent.location(), "http://localhost:8080//evil.example/x");
}

#[tokio::test]
async fn what_was_not_kept_is_not_sent_and_the_form_stays() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await.token;
    let form = keep(&gate, &ada, "/devices/7").await;
    for body in ["", "name=Router", &format!("{BODY}&more=1"), &BODY.replace("%0D%0A", "%0A")] {
        let changed = send(&gate, &ada, &form, body).await;
        assert_eq!((changed.status.as_u16(), changed.reason), (404, Some("KEPT_FORM_CHANGED")), "{body}");
        assert_eq!(changed.location(), "");
    }
    assert_eq!(send(&gate, &ada, &form, BODY).await.status, 307);
}

#[tokio::test]
async fn another_user_s_form_is_neither_shown_nor_sent_and_is_deleted() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let (ada, bob) = (gate.enrolled("ada@example.com").await.token, gate.enrolled("bob@example.com").await.token);
    for by in ["show", "send", "give up"] {
        let form = keep(&gate, &ada, "/devices/7").await;
        let refused = match by {
            "show" => show(&gate, &bob, &form).await,
            "send" => send(&gate, &bob, &form, BODY).await,
            _ => {
                let csrf = gate.csrf(&bob).await;
                gate.post("/postern/kept", Some(&bob), &[("csrf", &csrf), ("form", &form)]).await
            }
        };
        if by != "give up" {
            assert_eq!((refused.status.as_u16(), refused.reason), (404, Some("FORM_OF_ANOTHER_ACCOUNT")), "{by}");
        }
        assert!(!refused.text.contains("Router") && !refused.text.contains("/devices/7"), "{by}: {}", refused.text);
        assert_eq!(show(&gate, &ada, &form).await.reason, Some("NO_KEPT_FORM"), "{by}");
    }
}

#[tokio::test]
async fn a_form_that_is_given_up_or_too_old_is_not_sent() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await.token;
    let (given_up, old) = (keep(&gate, &ada, "/a").await, keep(&gate, &ada, "/b").await);
    let csrf = gate.csrf(&ada).await;
    let gone = gate.post("/postern/kept", Some(&ada), &[("csrf", &csrf), ("form", &given_up)]).await;
    assert_eq!((gone.status.as_u16(), gone.location()), (303, "http://localhost:5173/"));
    assert_eq!(send(&gate, &ada, &given_up, BODY).await.reason, Some("NO_KEPT_FORM"));
    gate.clock.advance(LIFETIME - Duration::from_secs(1));
    assert_eq!(show(&gate, &ada, &old).await.status, 200);
    gate.clock.advance(Duration::from_secs(1));
    let late = send(&gate, &ada, &old, BODY).await;
    assert!(late.reason == Some("NO_KEPT_FORM") && late.text.contains("it was not sent"), "{}", late.text);
}

#[tokio::test]
async fn a_token_that_was_altered_or_cut_names_no_form() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await.token;
    let form = keep(&gate, &ada, "/a").await;
    let other = form.replacen(&form[..1], if form.starts_with('A') { "B" } else { "A" }, 1);
    for token in ["", "x", &form[1..], &format!("{form}x"), &format!("h.{form}"), &other] {
        assert_eq!(send(&gate, &ada, token, BODY).await.reason, Some("NO_KEPT_FORM"), "{token}");
    }
    assert_eq!(send(&gate, &ada, &form, BODY).await.status, 307);
}

#[tokio::test]
async fn a_session_that_lacks_a_step_takes_it_first_and_comes_back() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await;
    let form = keep(&gate, &ada.token, "/devices/7").await;
    let back = format!("rd=%2Fpostern%2Fkept%3Fform%3D{form}");
    let stranger = gate.get(&format!("/postern/kept?form={form}"), None).await;
    assert_eq!(stranger.location(), format!("/postern/sign-in?{back}"));
    let waiting = gate.sign_in("ada@example.com").await;
    for asked in [show(&gate, &waiting, &form).await, send(&gate, &waiting, &form, BODY).await] {
        assert_eq!(asked.location(), format!("/postern/verify?{back}"), "{}", asked.text);
    }
    gate.clock.advance(Duration::from_secs(30));
    let (csrf, code, rd) = (gate.csrf(&waiting).await, gate.code(&ada.secret), format!("/postern/kept?form={form}"));
    let fields = [("csrf", csrf.as_str()), ("code", &code), ("rd", &rd)];
    let raised = gate.post("/postern/verify", Some(&waiting), &fields).await;
    assert_eq!(raised.location(), rd);
    assert_eq!(send(&gate, &raised.token().unwrap(), &form, BODY).await.status, 307);
}

#[tokio::test]
async fn no_other_site_sends_a_form_and_none_is_given_up_without_the_token_of_its_session() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await.token;
    let form = keep(&gate, &ada, "/devices/7").await;
    for (origin, site) in
        [(Some("https://evil.example"), None), (Some("null"), None), (Some(ORIGIN), Some("cross-site")), (None, None)]
    {
        let mut ask = request("POST", &format!("/postern/kept/send?form={form}"), Some(&ada))
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
            if let Some(value) = value {
                ask = ask.header(name, value);
            }
        }
        let refused = gate.send(ask.body(Full::from(BODY)).unwrap()).await;
        assert_eq!((refused.status.as_u16(), refused.reason), (403, Some("ORIGIN_REFUSED")), "{origin:?} {site:?}");
    }
    let refused = gate.post("/postern/kept", Some(&ada), &[("csrf", "x"), ("form", &form)]).await;
    assert_eq!(refused.reason, Some("FORM_EXPIRED"));
    assert_eq!(send(&gate, &ada, &form, BODY).await.status, 307);
}
