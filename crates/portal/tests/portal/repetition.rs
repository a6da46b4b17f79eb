//! Forms that arrive twice, and codes whose first response was lost.

use std::time::Duration;

use postern_keystore::SessionToken;
use postern_model::access::SecondFactorPolicy;

use crate::harness::{Answer, Gate};

/// A form of a page: its hidden fields and a code.
struct Form {
    path: &'static str,
    fields: Vec<(&'static str, String)>,
}

impl Form {
    async fn open(gate: &Gate, path: &'static str, token: &SessionToken, names: &[&'static str], code: &str) -> Self {
        let page = gate.get(path, Some(token)).await;
        let mut fields: Vec<_> = names.iter().map(|name| (*name, page.field(name))).collect();
        fields.push(("code", code.to_owned()));
        Self { path, fields }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.fields.retain(|(field, _)| *field != name);
        self.fields.push((name, value.to_owned()));
        self
    }

    async fn send(&self, gate: &Gate, token: &SessionToken) -> Answer {
        let fields: Vec<_> = self.fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        gate.post(self.path.split('?').next().unwrap(), Some(token), &fields).await
    }
}

fn is_dead(answer: &Answer) -> bool {
    answer.token().is_none() && answer.location().starts_with("/postern/sign-in")
}

#[tokio::test]
async fn a_double_click_on_verify_signs_in_once_and_nobody_out() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let secret = gate.enrolled("ada@example.com").await.secret;
    let former = gate.sign_in("ada@example.com").await;
    let form =
        Form::open(&gate, "/postern/verify?rd=/x", &former, &["csrf", "nonce", "method", "rd"], &gate.code(&secret))
            .await;
    let first = form.send(&gate, &former).await;
    let second = form.send(&gate, &former).await;
    for answer in [&first, &second] {
        assert_eq!((answer.status.as_u16(), answer.location()), (303, "/x"));
    }
    assert_eq!(first.token().unwrap().to_text(), second.token().unwrap().to_text());
    let token = first.token().unwrap();
    assert_eq!(gate.get("/postern/account", Some(&token)).await.status, 200);

    // Anything else with the former token is dead.
    let other = Form { path: form.path, fields: form.fields.clone() }.with("nonce", "another");
    assert!(is_dead(&other.send(&gate, &former).await));
    let other = Form { path: form.path, fields: form.fields.clone() }.with("code", "000000");
    assert!(is_dead(&other.send(&gate, &former).await));
    gate.clock.advance(Duration::from_secs(61));
    assert!(is_dead(&form.send(&gate, &former).await), "after a minute");
}

#[tokio::test]
async fn new_codes_can_be_loaded_again_until_they_are_saved() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let person = gate.enrolled("ada@example.com").await;
    let form = Form::open(
        &gate,
        "/postern/account/backup-codes",
        &person.token,
        &["csrf", "nonce", "version"],
        &gate.code(&person.secret),
    )
    .await;
    let made = form.send(&gate, &person.token).await;
    assert_eq!((made.status.as_u16(), made.location()), (303, "/postern/codes?reason=replaced"));
    // The first response was lost: the browser sends the form again.
    let again = form.send(&gate, &person.token).await;
    let token = again.token().unwrap();
    let shown = gate.get(again.location(), Some(&token)).await;
    assert_eq!(shown.text.matches("<li><code>").count(), 8);
    let reloaded = gate.get(again.location(), Some(&token)).await;
    let codes = |text: &str| text.split("<li><code>").skip(1).map(|part| part[..9].to_owned()).collect::<Vec<_>>();
    assert_eq!(codes(&shown.text), codes(&reloaded.text));

    let other = gate.sign_in("ada@example.com").await;
    assert_ne!(gate.get("/postern/codes", Some(&other)).await.status, 200, "of that session only");
    let saved = gate.post("/postern/codes", Some(&token), &[("csrf", &shown.field("csrf"))]).await;
    assert_eq!(saved.location(), "/postern/account");
    assert_eq!(gate.get("/postern/codes", Some(&token)).await.location(), "/postern/account");
}

#[tokio::test]
async fn codes_of_an_enrolment_are_gone_after_ten_minutes() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let fresh = gate.sign_in("ada@example.com").await;
    let token = gate.enrol(&fresh).await.token;
    for (reason, words) in [
        ("enrolled", "Two-factor authentication is on."),
        ("replaced", "Your old codes no longer work."),
        ("x", "Your old codes no longer work."),
    ] {
        let page = gate.get(&format!("/postern/codes?reason={reason}"), Some(&token)).await;
        assert!(page.status == 200 && page.text.contains(words), "{reason}: {}", page.text);
    }
    gate.clock.advance(Duration::from_secs(600));
    assert_eq!(gate.get("/postern/codes?reason=enrolled", Some(&token)).await.status, 303);
}

#[tokio::test]
async fn reloading_a_wrong_first_code_counts_it_once() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let token = gate.sign_in("ada@example.com").await;
    let csrf = gate.get("/postern/enrol", Some(&token)).await.field("csrf");
    gate.post("/postern/enrol", Some(&token), &[("csrf", &csrf), ("step", "start")]).await;
    let names = ["csrf", "nonce", "step"];
    for left in ["4", "3"] {
        let form = Form::open(&gate, "/postern/enrol?step=scan", &token, &names, "000000").await;
        for _ in 0..2 {
            let answer = form.send(&gate, &token).await;
            assert_eq!(answer.status, 400);
            assert!(answer.text.contains(&format!("{left} attempts left")), "{left}: {}", answer.text);
        }
    }
}
