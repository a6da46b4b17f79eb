//! Setting up with a passkey and no authenticator app, and the pages of somebody who has none.

use std::time::Duration;

use postern_keystore::{SessionToken, ticket};
use postern_model::access::SecondFactorPolicy;
use postern_model::clock::Clock;
use postern_model::enrolment::LIFETIME;
use postern_model::store::FactorStore;
use postern_testkit::authenticator::Authenticator;
use postern_testkit::entropy::SeededEntropy;
use serde_json::json;

use crate::harness::{Answer, Gate, ORIGIN};
use crate::passkeys::options;

/// Somebody with a passkey, their session, and their backup codes.
pub(crate) struct Keyed {
    token: SessionToken,
    codes: Vec<String>,
}

fn key(seed: u8) -> Authenticator {
    Authenticator::new(ORIGIN, seed)
}

async fn start(gate: &Gate, token: &SessionToken, more: &[(&str, &str)]) -> Answer {
    let csrf = gate.csrf(token).await;
    let fields = [("csrf", csrf.as_str()), ("step", "start"), ("rd", "/reports")];
    gate.post("/postern/enrol", Some(token), &[&fields[..], more].concat()).await
}

/// The page that makes the passkey.
async fn page(gate: &Gate, token: &SessionToken) -> Answer {
    let begun = start(gate, token, &[("way", "passkey")]).await;
    assert_eq!((begun.status.as_u16(), begun.location()), (303, "/postern/enrol?step=passkey&rd=%2Freports"));
    let page = gate.get(begun.location(), Some(token)).await;
    assert_eq!(page.status, 200, "{}", page.text);
    page
}

/// The fields of its form, with this response.
fn form(page: &Answer, response: &str) -> Vec<(&'static str, String)> {
    let names = ["csrf", "nonce", "version", "step", "method", "challenge", "rd"];
    let mut fields: Vec<_> = names.iter().map(|name| (*name, page.field(name))).collect();
    fields.extend([("code", response.to_owned()), ("name", "My <b>phone</b>".to_owned())]);
    fields
}

async fn send(gate: &Gate, token: &SessionToken, fields: &[(&str, String)]) -> Answer {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    gate.post("/postern/enrol", Some(token), &fields).await
}

pub(crate) async fn keyed(gate: &Gate, key: &Authenticator) -> Keyed {
    let token = gate.sign_in("ada@example.com").await;
    let page = page(gate, &token).await;
    let done = send(gate, &token, &form(&page, &key.create(&options(&page)))).await;
    let token = done.token().unwrap();
    let view = gate.authn.session(&token).await.unwrap().unwrap();
    Keyed { codes: gate.authn.fresh_codes(&view).await.unwrap(), token }
}

/// The form that confirms with a passkey on a page.
fn confirming(page: &Answer, key: &Authenticator) -> [(&'static str, String); 5] {
    let response = key.get(&options(page));
    [
        ("csrf", page.field("csrf")),
        ("nonce", page.field("nonce")),
        ("challenge", page.field("challenge")),
        ("code", response),
        ("method", "passkey".to_owned()),
    ]
}

async fn post(gate: &Gate, path: &str, token: &SessionToken, fields: &[(&str, String)]) -> Answer {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    gate.post(path, Some(token), &fields).await
}

#[tokio::test]
async fn somebody_sets_up_a_passkey_and_no_app() {
    let (gate, key) = (Gate::with_pages(SecondFactorPolicy::Required).await, key(1));
    let token = gate.sign_in("ada@example.com").await;
    let intro = gate.get("/postern/enrol?rd=%2Freports", Some(&token)).await;
    assert!(intro.text.contains("<div data-instead hidden>"), "{}", intro.text);
    assert!(intro.text.contains("name=\"way\" value=\"passkey\""));
    let page = page(&gate, &token).await;
    assert!(page.text.contains("10 more minutes"), "{}", page.text);
    let fields = form(&page, &key.create(&options(&page)));
    let done = send(&gate, &token, &fields).await;
    let codes = "/postern/codes?reason=enrolled&rd=%2Freports";
    assert_eq!((done.status.as_u16(), done.location()), (303, codes), "{}", done.text);
    let raised = done.token().unwrap();
    let shown = gate.get(codes, Some(&raised)).await;
    assert!(shown.text.contains("Save your backup codes") && shown.text.contains("<span>Create</span>"));
    assert_eq!(shown.text.matches("<li><code>").count(), 8);
    let account = gate.get("/postern/account", Some(&raised)).await;
    for words in ["You have none. Add one", "My &#60;b&#62;phone&#60;/b&#62;", "set up with a passkey", "8 left"] {
        assert!(account.text.contains(words), "{words}: {}", account.text);
    }
    assert!(!account.text.contains("passkeys/remove") && !account.text.contains("authenticators/remove"));
    assert_eq!(gate.get("/postern/account", Some(&token)).await.status, 303, "the former token is dead");
    let again = gate.get("/postern/enrol", Some(&raised)).await;
    assert_eq!(again.location(), "/postern/account/authenticators/add", "there is no app to replace");
}

#[tokio::test]
async fn a_double_click_a_lost_answer_and_back_are_answered_as_an_app_s_are() {
    let (gate, key) = (Gate::with_pages(SecondFactorPolicy::Required).await, key(1));
    let former = gate.sign_in("ada@example.com").await;
    let page = page(&gate, &former).await;
    let fields = form(&page, &key.create(&options(&page)));
    let first = send(&gate, &former, &fields).await;
    let second = send(&gate, &former, &fields).await;
    let token = first.token().unwrap();
    assert_eq!((second.location(), second.token().unwrap().to_text()), (first.location(), token.to_text()));
    let back = send(&gate, &token, &fields).await;
    assert_eq!(back.location(), "/postern/codes?reason=replaced", "the codes are not saved yet");
    let csrf = gate.csrf(&token).await;
    gate.post("/postern/codes", Some(&token), &[("csrf", &csrf)]).await;
    let back = send(&gate, &token, &fields).await;
    assert!(back.status == 200 && back.text.contains("This is done already"), "{}", back.text);
    let stranger = gate.sign_in("eve@example.com").await;
    assert_eq!(send(&gate, &stranger, &fields).await.status, 403, "the form is another session's");
}

#[tokio::test]
async fn a_refused_response_keeps_the_set_up_and_the_name() {
    let (gate, key) = (Gate::with_pages(SecondFactorPolicy::Required).await, key(1));
    let token = gate.sign_in("ada@example.com").await;
    let opened = page(&gate, &token).await;
    let elsewhere = Authenticator::new("https://evil.example", 1).create(&options(&opened));
    for bad in ["", "x", "{}", &elsewhere] {
        let refused = send(&gate, &token, &form(&opened, bad)).await;
        assert!(refused.status == 400 && refused.text.contains("Your passkey wasn’t accepted"), "{}", refused.text);
        assert!(refused.text.contains("value=\"My &#60;b&#62;phone&#60;/b&#62;\""), "{}", refused.text);
    }
    // Another tab began again, and an app was tried there meanwhile.
    assert_eq!(start(&gate, &token, &[]).await.location(), "/postern/enrol?step=scan&rd=%2Freports");
    let scan = gate.get("/postern/enrol?step=scan&rd=%2Freports", Some(&token)).await;
    assert!(scan.text.contains("data-instead hidden") && scan.text.contains("step=passkey&#38;rd=%2Freports"));
    let done = send(&gate, &token, &form(&opened, &key.create(&options(&opened)))).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert!(done.token().is_some());
}

#[tokio::test]
async fn a_set_up_that_is_over_begins_again() {
    let (gate, key) = (Gate::with_pages(SecondFactorPolicy::PerUser).await, key(1));
    let token = gate.sign_in("ada@example.com").await;
    assert_eq!(gate.get("/postern/enrol?step=passkey", Some(&token)).await.location(), "/postern/enrol?again=1");
    let opened = page(&gate, &token).await;
    gate.clock.advance(LIFETIME);
    let late = send(&gate, &token, &form(&opened, &key.create(&options(&opened)))).await;
    assert_eq!(late.location(), "/postern/enrol?again=1&rd=%2Freports");
}

#[tokio::test]
async fn where_passkeys_are_off_there_is_the_app_alone() {
    let gate = Gate::without_passkeys(SecondFactorPolicy::Required).await;
    let token = gate.sign_in("ada@example.com").await;
    let intro = gate.get("/postern/enrol", Some(&token)).await;
    assert!(intro.status == 200 && !intro.text.contains("passkey"), "{}", intro.text);
    let begun = start(&gate, &token, &[("way", "passkey")]).await;
    assert_eq!(begun.location(), "/postern/enrol?step=scan&rd=%2Freports");
    let csrf = gate.csrf(&token).await;
    let sent = gate.post("/postern/enrol", Some(&token), &[("csrf", &csrf), ("step", "passkey"), ("code", "{}")]).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    assert!(!gate.authn.session(&token).await.unwrap().unwrap().factors.enrolled());
}

#[tokio::test]
async fn the_ticket_is_asked_for_before_a_passkey_too() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    let token = gate.sign_in("ada@example.com").await;
    let user = gate.authn.session(&token).await.unwrap().unwrap().user.id;
    let text = ticket::generate(&SeededEntropy::new(5));
    let until = gate.clock.now().after(Duration::from_secs(3600));
    assert!(gate.store.issue_ticket(user, &ticket::hash(&text).unwrap(), until).await.unwrap());
    let missing = start(&gate, &token, &[("way", "passkey")]).await;
    assert!(missing.status == 400 && missing.text.contains("Enter your enrolment ticket."), "{}", missing.text);
    assert_eq!(gate.get("/postern/enrol?step=passkey", Some(&token)).await.location(), "/postern/enrol?again=1");
    let begun = start(&gate, &token, &[("way", "passkey"), ("ticket", &text)]).await;
    assert_eq!(begun.location(), "/postern/enrol?step=passkey&rd=%2Freports");
}

#[tokio::test]
async fn nobody_without_an_app_is_asked_for_its_code() {
    let (gate, key) = (Gate::with_pages(SecondFactorPolicy::Required).await, key(1));
    let ada = keyed(&gate, &key).await;
    let token = gate.sign_in("ada@example.com").await;
    for path in ["/postern/verify?rd=%2Freports", "/postern/verify?method=totp", "/postern/verify?method=passkey"] {
        let page = gate.get(path, Some(&token)).await;
        assert!(page.text.contains("<h1>Use your passkey</h1>"), "{}", page.text);
        assert!(page.text.contains("Backup code</label>") && !page.text.contains("Six-digit"), "{}", page.text);
        assert!(!page.text.contains("Authenticator app") && page.text.contains("Passkeys need JavaScript"));
    }
    let csrf = gate.csrf(&token).await;
    let code = [("csrf", csrf.as_str()), ("method", "totp"), ("code", "123456"), ("rd", "/reports")];
    for _ in 0..4 {
        let refused = gate.post("/postern/verify", Some(&token), &code).await;
        assert!(refused.text.contains("no authenticator app"), "{}", refused.text);
        assert_eq!((refused.status.as_u16(), refused.reason), (400, Some("NO_AUTHENTICATOR_APP")));
    }
    let wrong = [("csrf", csrf.as_str()), ("method", "backup"), ("code", "ZZZZ-ZZZZ")];
    for _ in 0..3 {
        gate.post("/postern/verify", Some(&token), &wrong).await;
    }
    let locked = gate.get("/postern/verify", Some(&token)).await;
    assert!(locked.status == 403 && locked.text.contains("Backup codes are locked"), "{}", locked.text);
    assert!(locked.text.contains("Use your passkey") && !locked.text.contains("authenticator app"));
    let sent = confirming(&locked, &key);
    let raised = post(&gate, "/postern/verify", &token, &sent).await;
    assert_eq!(raised.status, 303, "{}", raised.text);
    assert!(gate.authn.session(&ada.token).await.unwrap().is_some());
}

#[tokio::test]
async fn somebody_whose_backup_codes_are_locked_goes_on_by_mail_and_reads_what_is_locked() {
    let (gate, key) = (Gate::with_pages(SecondFactorPolicy::Required).await, key(1));
    keyed(&gate, &key).await;
    let token = gate.sign_in_vouched("ada@example.com").await;
    let page = gate.get("/postern/verify", Some(&token)).await;
    let complete = post(&gate, "/postern/verify", &token, &confirming(&page, &key)).await.token().unwrap();
    let ask = gate.get("/postern/account/email-codes", Some(&complete)).await;
    let fields = [&confirming(&ask, &key)[..], &[("id", "on".to_owned())]].concat();
    let on = post(&gate, "/postern/account/email-codes", &complete, &fields).await;
    assert_eq!(on.location(), "/postern/account?done=mailed-on", "{}", on.text);

    let token = gate.sign_in_vouched("ada@example.com").await;
    let csrf = gate.csrf(&token).await;
    let guess = async |method: &str, code: &str| {
        let fields = [("csrf", csrf.as_str()), ("method", method), ("code", code), ("rd", "/reports")];
        gate.post("/postern/verify", Some(&token), &fields).await
    };
    for _ in 0..3 {
        guess("backup", "ZZZZ-ZZZZ").await;
    }
    let locked = gate.get("/postern/verify?rd=%2Freports", Some(&token)).await;
    assert!(locked.status == 403 && locked.text.contains("Backup codes are locked"), "{}", locked.text);
    let link = "href=\"/postern/verify?method=email&#38;rd=%2Freports\">Use a code by mail</a>";
    assert!(locked.text.contains(link), "{}", locked.text);
    let page = gate.get("/postern/verify?method=email&rd=%2Freports", Some(&token)).await;
    assert!(page.status == 200 && page.text.contains("Send a code to"), "{}", page.text);

    let sent = gate.post("/postern/verify/send", Some(&token), &[("csrf", &csrf), ("method", "email")]).await;
    assert_eq!(sent.status, 303);
    let wrong = format!("{:06}", (gate.outbox.code().parse::<u32>().unwrap() + 1) % 1_000_000);
    for _ in 0..2 {
        guess("email", &wrong).await;
    }
    let locked = guess("email", &wrong).await;
    assert!(locked.status == 403 && locked.text.contains("Codes by mail are locked for now"), "{}", locked.text);
    assert!(!locked.text.contains("uthenticator") && !locked.text.contains("Use a "), "{}", locked.text);
    let locked = gate.get("/postern/verify", Some(&token)).await;
    assert!(!locked.text.contains("Use a code by mail"), "that is locked, too: {}", locked.text);
}

#[tokio::test]
async fn without_codes_left_the_passkey_is_all_that_is_asked_for() {
    let (gate, key) = (Gate::with_pages(SecondFactorPolicy::Required).await, key(1));
    let Keyed { codes, .. } = keyed(&gate, &key).await;
    for code in &codes {
        let token = gate.sign_in("ada@example.com").await;
        let csrf = gate.csrf(&token).await;
        let fields = [("csrf", csrf.as_str()), ("method", "backup"), ("code", code)];
        assert_eq!(gate.post("/postern/verify", Some(&token), &fields).await.status, 303);
    }
    let token = gate.sign_in("ada@example.com").await;
    let page = gate.get("/postern/verify", Some(&token)).await;
    assert!(page.text.contains("You have no backup codes left. If you lost your passkey too"), "{}", page.text);
    assert!(!page.text.contains("id=\"code\"") && !page.text.contains("or enter a code"), "{}", page.text);
    let raised = post(&gate, "/postern/verify", &token, &confirming(&page, &key)).await;
    let token = raised.token().unwrap();
    let page = gate.get("/postern/account/passkeys/add", Some(&token)).await;
    assert!(!page.text.contains("id=\"code\"") && page.text.contains("Use your passkey"), "{}", page.text);
}

#[tokio::test]
async fn an_app_is_added_later_and_removed_while_the_passkey_stays() {
    let (gate, key) = (Gate::with_pages(SecondFactorPolicy::PerUser).await, key(1));
    let Keyed { token, .. } = keyed(&gate, &key).await;
    let ask = gate.get("/postern/account/backup-codes", Some(&token)).await;
    assert!(!ask.text.contains("id=\"code\""), "a backup code makes no new ones: {}", ask.text);
    let made = post(&gate, "/postern/account/backup-codes", &token, &confirming(&ask, &key)).await;
    let token = made.token().unwrap();

    let ask = gate.get("/postern/account/authenticators/add", Some(&token)).await;
    assert!(ask.text.contains("Backup code</label>"), "{}", ask.text);
    let begun = post(&gate, "/postern/account/authenticators/add", &token, &confirming(&ask, &key)).await;
    let token = begun.token().unwrap();
    let scan = gate.get("/postern/account/authenticators/new", Some(&token)).await;
    assert!(!scan.text.contains("data-instead"), "{}", scan.text);
    let secret = scan.text.split("secret=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let code = gate.code(&secret);
    let fields = [("csrf", scan.field("csrf")), ("code", code), ("name", "Tablet".to_owned())];
    let added = post(&gate, "/postern/account/authenticators/new", &token, &fields).await;
    assert_eq!(added.location(), "/postern/account?done=authenticator", "{}", added.text);
    let token = added.token().unwrap();
    gate.clock.advance(Duration::from_secs(30));
    let other = gate.sign_in("ada@example.com").await;
    assert!(gate.get("/postern/verify", Some(&other)).await.text.contains("Six-digit"));

    let account = gate.get("/postern/account", Some(&token)).await;
    assert!(account.text.contains("Remove Tablet") && account.text.contains("Remove My"), "{}", account.text);
    let link = account.text.split("authenticators/remove?id=").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/postern/account/authenticators/remove?id={link}");
    let ask = gate.get(&path, Some(&token)).await;
    assert!(ask.text.contains("asked for your passkey") && !ask.text.contains("id=\"code\""), "{}", ask.text);
    let id = ("id", link.to_owned());
    let code = [("csrf", ask.field("csrf")), ("code", gate.code(&secret)), id.clone()];
    let refused = post(&gate, "/postern/account/authenticators/remove", &token, &code).await;
    assert_eq!(refused.location(), "/postern/account?done=authenticator-only", "{}", refused.text);
    let fields = [&confirming(&ask, &key)[..], &[id]].concat();
    let removed = post(&gate, "/postern/account/authenticators/remove", &token, &fields).await;
    assert_eq!(removed.location(), "/postern/account?done=authenticator-removed", "{}", removed.text);
    assert!(gate.get("/postern/verify", Some(&other)).await.text.contains("Use your passkey"));
}

#[tokio::test]
async fn the_last_factor_is_not_removed_but_everything_can_be_switched_off() {
    let (gate, key) = (Gate::with_pages(SecondFactorPolicy::PerUser).await, key(1));
    let Keyed { token, codes } = keyed(&gate, &key).await;
    let view = gate.authn.session(&token).await.unwrap().unwrap();
    let id = gate.authn.passkeys(&view).await.unwrap()[0].id.to_string();
    let only = "/postern/account?done=passkey-only";
    let page = gate.get(&format!("/postern/account/passkeys/remove?id={id}"), Some(&token)).await;
    assert_eq!(page.location(), only);
    let csrf = gate.csrf(&token).await;
    let fields = [("csrf", csrf.as_str()), ("id", &id), ("code", &codes[0])];
    let refused = gate.post("/postern/account/passkeys/remove", Some(&token), &fields).await;
    assert_eq!(refused.location(), only, "{}", refused.text);
    assert!(gate.get(only, Some(&token)).await.text.contains("That passkey is all you have."));
    let ask = gate.get("/postern/account/disable", Some(&token)).await;
    assert!(!ask.text.contains("id=\"code\""), "{}", ask.text);
    let off = post(&gate, "/postern/account/disable", &token, &confirming(&ask, &key)).await;
    assert_eq!(off.location(), "/postern/account?done=disabled", "{}", off.text);
    let account = gate.get("/postern/account", off.token().as_ref()).await;
    assert!(account.text.contains("Set up") && !account.text.contains("passkey-row"), "{}", account.text);
}

#[tokio::test]
async fn a_dashboard_s_calls_tell_the_truth_and_where_a_passkey_is_taken() {
    let (gate, key) = (Gate::new(SecondFactorPolicy::Required).await, key(1));
    let Keyed { codes, .. } = keyed(&gate, &key).await;
    let token = gate.sign_in("ada@example.com").await;
    let me = gate.call("GET", "/me", Some(&token), json!(null)).await.json();
    assert_eq!((&me["has_2fa_enabled"], &me["is_2fa_verified"]), (&json!(true), &json!(false)));
    let status = gate.call("GET", "/api/2fa/status", Some(&token), json!(null)).await.json();
    assert_eq!(
        (&status["data"]["is_enabled"], &status["data"]["methods_available"]),
        (&json!(true), &json!(["backup"]))
    );
    let refused = gate.call("POST", "/api/2fa/verify", Some(&token), json!({ "code": "123456" })).await;
    let body = refused.json();
    assert_eq!((refused.status.as_u16(), &body["error"]["code"]), (400, &json!("INVALID_CODE")));
    let url = "http://localhost:8080/postern/verify?rd=http%3A%2F%2Flocalhost%3A5173%2F";
    assert_eq!(body["error"]["details"]["url"], url);
    assert!(body["message"].as_str().unwrap().contains("no authenticator app"), "{body}");
    let started = gate.call("POST", "/api/2fa/setup/start", Some(&token), json!(null)).await;
    assert_eq!(started.status, 403, "one factor adds none: {}", started.text);
    let by_code = json!({ "code": codes[0], "method": "backup" });
    let raised = gate.call("POST", "/api/2fa/verify", Some(&token), by_code).await;
    assert_eq!(raised.status, 200, "{}", raised.text);
}

#[tokio::test]
async fn whoever_has_no_app_and_no_codes_by_mail_is_asked_for_a_backup_code() {
    let (gate, key) = (Gate::with_pages(SecondFactorPolicy::Required).await, key(1));
    keyed(&gate, &key).await;
    let waiting = gate.sign_in("ada@example.com").await;
    for method in ["email", "sms", "totp", "backup"] {
        let page = gate.get(&format!("/postern/verify?method={method}"), Some(&waiting)).await;
        assert!(page.text.contains("name=\"method\" value=\"backup\""), "{method}: {}", page.text);
        assert!(!page.text.contains("name=\"method\" value=\"totp\""), "{method}: {}", page.text);
    }
    let csrf = gate.csrf(&waiting).await;
    for wrong in ["0000-0000", "0000-0001", "0000-0002"] {
        let fields = [("csrf", csrf.as_str()), ("method", "backup"), ("code", wrong)];
        gate.post("/postern/verify", Some(&waiting), &fields).await;
    }
    for method in ["email", "sms", "totp", "backup"] {
        let page = gate.get(&format!("/postern/verify?method={method}"), Some(&waiting)).await;
        assert_eq!((page.status.as_u16(), page.reason), (403, Some("ACCOUNT_LOCKED")), "{method}");
    }
}
