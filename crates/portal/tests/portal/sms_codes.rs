//! Codes by SMS: the number given and confirmed, a code asked for and entered, and the number removed.

use std::sync::atomic::Ordering;
use std::time::Duration;

use postern_keystore::SessionToken;
use postern_model::access::SecondFactorPolicy;
use postern_model::factor::SecondFactor;
use postern_model::phone::StoredNumber;
use postern_model::sent_code::{LIFETIME, PAUSE};
use serde_json::{Value, json};

use crate::harness::{Answer, Enrolled, Gate};

const ADA: &str = "ada@example.com";
const NUMBER: &str = "/postern/account/number";
const CODE: &str = "/postern/account/number/code";
const PAGE: &str = "/postern/verify?method=sms";

/// Types a number; the answer is the page that asks for a confirmation.
async fn typed(gate: &Gate, token: &SessionToken, number: &str) -> Answer {
    let page = gate.get(NUMBER, Some(token)).await;
    let csrf = page.field("csrf");
    gate.post(NUMBER, Some(token), &[("csrf", csrf.as_str()), ("number", number)]).await
}

/// Submits the confirmation of a page with a code of the app.
async fn confirmed(gate: &Gate, ada: &Enrolled, token: &SessionToken, page: &Answer) -> Answer {
    let (csrf, nonce, id, code) = (page.field("csrf"), page.field("nonce"), page.field("id"), gate.code(&ada.secret));
    gate.clock.advance(Duration::from_secs(30));
    let fields = [("csrf", csrf.as_str()), ("nonce", &nonce), ("id", &id), ("code", &code)];
    gate.post(NUMBER, Some(token), &fields).await
}

async fn enter_for_number(gate: &Gate, token: &SessionToken, code: &str) -> Answer {
    let csrf = gate.csrf(token).await;
    gate.post(CODE, Some(token), &[("csrf", csrf.as_str()), ("code", code)]).await
}

/// Submits the form of a page that was loaded before, as a double click does.
async fn enter_from(gate: &Gate, token: &SessionToken, page: &Answer, code: &str) -> Answer {
    let (csrf, nonce) = (page.field("csrf"), page.field("nonce"));
    gate.post(CODE, Some(token), &[("csrf", csrf.as_str()), ("nonce", &nonce), ("code", code)]).await
}

/// Ada, who has an app, and whose number waits for its code.
async fn begun(gate: &Gate) -> (Enrolled, SessionToken) {
    let ada = {
        let token = gate.sign_in_vouched(ADA).await;
        gate.enrol(&token).await
    };
    gate.clock.advance(Duration::from_secs(30));
    let page = typed(gate, &ada.token, "+49 151 2345612").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("+491512345612") && page.text.contains("Confirm first that it’s you"), "{}", page.text);
    let sent = confirmed(gate, &ada, &ada.token, &page).await;
    assert_eq!((sent.status.as_u16(), sent.location()), (303, CODE), "{}", sent.text);
    let token = sent.token().unwrap();
    (ada, token)
}

/// The same with a number that counts.
async fn with_number(gate: &Gate) -> (Enrolled, SessionToken) {
    let (ada, token) = begun(gate).await;
    let code = gate.texts.code();
    let done = enter_for_number(gate, &token, &code).await;
    assert_eq!((done.status.as_u16(), done.location()), (303, "/postern/account?done=number"), "{}", done.text);
    (ada, token)
}

async fn ask(gate: &Gate, token: &SessionToken) -> Answer {
    let csrf = gate.csrf(token).await;
    gate.post("/postern/verify/send", Some(token), &[("csrf", &csrf), ("method", "sms")]).await
}

async fn enter(gate: &Gate, token: &SessionToken, code: &str) -> Answer {
    let csrf = gate.csrf(token).await;
    let fields = [("csrf", csrf.as_str()), ("nonce", "n"), ("method", "sms"), ("code", code)];
    gate.post("/postern/verify", Some(token), &fields).await
}

async fn stored(gate: &Gate, token: &SessionToken) -> Option<StoredNumber> {
    let view = gate.authn.session(token).await.unwrap().unwrap();
    gate.authn.number(&view).await.unwrap()
}

async fn failures(gate: &Gate, token: &SessionToken) -> u32 {
    use postern_model::store::FactorStore;
    let user = gate.authn.session(token).await.unwrap().unwrap().user.id;
    gate.store.lockout(user, SecondFactor::Sms).await.unwrap().unwrap().failures
}

fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[tokio::test]
async fn a_number_is_given_confirmed_and_used_without_a_script() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    let (_, token) = begun(&gate).await;
    let away = gate.get(NUMBER, Some(&token)).await;
    assert!(away.text.contains(&format!("href=\"{CODE}\"")), "a way back to the code: {}", away.text);
    let page = gate.get(CODE, Some(&token)).await;
    for needed in ["•••• 12", "one-time-code", "Confirm the number"] {
        assert!(page.text.contains(needed), "{needed} in {}", page.text);
    }
    assert!(!page.text.contains("2345612"), "{}", page.text);
    assert_eq!(stored(&gate, &token).await, Some(StoredNumber::Absent));
    let sent = gate.texts.take();
    assert_eq!((sent.len(), sent[0].0.as_str()), (1, "+491512345612"));
    let done = enter_from(&gate, &token, &page, &sent[0].1).await;
    assert_eq!(done.location(), "/postern/account?done=number", "{}", done.text);
    let again = enter_from(&gate, &token, &page, &sent[0].1).await;
    assert_eq!(again.location(), "/postern/account?done=number", "{}", again.text);
    let junk = enter_from(&gate, &token, &page, "000000").await;
    assert_eq!(junk.location(), "/postern/account/number?told=over", "that confirmed nothing: {}", junk.text);
    let account = gate.get(done.location(), Some(&token)).await;
    for needed in ["Your number is confirmed", "•••• 12", "Number for codes by SMS confirmed"] {
        assert!(account.text.contains(needed), "{needed} in {}", account.text);
    }
    assert!(!account.text.contains("2345612"), "{}", account.text);
    gate.clock.advance(PAUSE);

    let token = gate.sign_in_vouched(ADA).await;
    let page = gate.get("/postern/verify", Some(&token)).await;
    assert!(page.text.contains("Code by SMS"), "{}", page.text);
    let page = gate.get(PAGE, Some(&token)).await;
    assert!(page.text.contains("Send a code by SMS to •••• 12"), "{}", page.text);
    let asked = ask(&gate, &token).await;
    assert_eq!((asked.status.as_u16(), asked.location()), (303, PAGE));
    let page = gate.get(PAGE, Some(&token)).await;
    for needed in ["We sent a code to", "one-time-code", "Code from the SMS"] {
        assert!(page.text.contains(needed), "{needed} in {}", page.text);
    }
    assert!(gate.outbox.take().is_empty(), "nothing by mail");
    let done = enter(&gate, &token, &gate.texts.code()).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let view = gate.authn.session(&done.token().unwrap()).await.unwrap().unwrap();
    assert_eq!(view.session.second_factor.unwrap().method, SecondFactor::Sms);
}

#[tokio::test]
async fn what_is_no_number_is_told_and_sends_nothing() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    let token = gate.sign_in_vouched(ADA).await;
    let ada = gate.enrol(&token).await;
    for number in ["0151 2345612", "<script>", "+", "+49 151 x"] {
        let page = typed(&gate, &ada.token, number).await;
        assert_eq!(page.status, 400, "{number}");
        assert!(page.text.contains("isn’t a phone number with a country code"), "{}", page.text);
        assert!(!page.text.contains("<script>"), "{}", page.text);
    }
    let csrf = gate.csrf(&ada.token).await;
    let forged = [("csrf", csrf.as_str()), ("id", "+49 151"), ("code", "123456")];
    assert_eq!(gate.post(NUMBER, Some(&ada.token), &forged).await.location(), NUMBER);
    assert!(gate.texts.take().is_empty());
    assert_eq!(failures(&gate, &ada.token).await, 0);
}

#[tokio::test]
async fn a_code_for_a_number_is_counted_runs_out_and_is_told() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    let (ada, token) = begun(&gate).await;
    let code = gate.texts.code();
    let wrong = enter_for_number(&gate, &token, &other(&code)).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text.contains("2 attempts left"), "{}", wrong.text);
    assert_eq!(failures(&gate, &token).await, 1);
    let malformed = enter_for_number(&gate, &token, "12").await;
    assert!(malformed.status == 400 && malformed.text.contains("didn’t count as an attempt"), "{}", malformed.text);
    gate.clock.advance(LIFETIME);
    let over = enter_for_number(&gate, &token, &code).await;
    assert_eq!(over.location(), "/postern/account/number?told=over");
    let page = gate.get(over.location(), Some(&token)).await;
    assert!(page.text.contains("No code is waiting for this number"), "{}", page.text);
    assert_eq!(gate.get(CODE, Some(&token)).await.location(), "/postern/account/number?told=over");
    assert_eq!(failures(&gate, &token).await, 1);

    gate.texts.refuses.store(true, Ordering::Relaxed);
    let page = typed(&gate, &token, "+491512345613").await;
    let unsent = confirmed(&gate, &ada, &token, &page).await;
    assert_eq!(unsent.location(), "/postern/account/number?told=unsent", "{}", unsent.text);
    let page = gate.get(unsent.location(), unsent.token().as_ref()).await;
    assert!(page.text.contains("The code couldn’t be sent"), "{}", page.text);
}

#[tokio::test]
async fn wrong_codes_for_a_number_lock_and_the_page_says_what_is_locked() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    let (_, token) = begun(&gate).await;
    let code = gate.texts.code();
    for _ in 0..2 {
        assert_eq!(enter_for_number(&gate, &token, &other(&code)).await.status, 400);
    }
    for guess in [other(&code), code] {
        let locked = enter_for_number(&gate, &token, &guess).await;
        assert_eq!((locked.status.as_u16(), locked.reason), (403, Some("ACCOUNT_LOCKED")));
        assert!(locked.text.contains("Codes by SMS are locked for now"), "{}", locked.text);
    }
    assert_eq!(stored(&gate, &token).await, Some(StoredNumber::Absent));
}

#[tokio::test]
async fn a_number_is_removed_with_a_confirmation_and_only_then() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    let (ada, token) = with_number(&gate).await;
    let csrf = gate.csrf(&token).await;
    let bare = gate.post(NUMBER, Some(&token), &[("csrf", &csrf), ("id", "none")]).await;
    assert_eq!(bare.status, 400, "{}", bare.text);
    let present = gate.get(NUMBER, Some(&token)).await;
    assert!(present.text.contains("•••• 12"), "{}", present.text);
    let page = gate.get("/postern/account/number?id=none", Some(&token)).await;
    assert!(page.text.contains("Remove the number"), "{}", page.text);
    let removed = confirmed(&gate, &ada, &token, &page).await;
    assert_eq!(removed.location(), "/postern/account?done=number-removed", "{}", removed.text);
    let token = removed.token().unwrap();
    assert_eq!(stored(&gate, &token).await, Some(StoredNumber::Absent));
    assert_eq!(gate.get("/postern/account/number?id=none", Some(&token)).await.location(), "/postern/account");
}

#[tokio::test]
async fn with_codes_by_sms_off_a_number_can_be_removed_and_nothing_else() {
    let on = Gate::with_pages(SecondFactorPolicy::Required).await;
    let (ada, token) = with_number(&on).await;
    on.clock.advance(PAUSE);
    let page = typed(&on, &token, "+491512345613").await;
    let token = confirmed(&on, &ada, &token, &page).await.token().unwrap();
    let pending = on.texts.code();

    let off = on.without_codes(SecondFactorPolicy::Required);
    let account = off.get("/postern/account", Some(&token)).await;
    for needed in ["A phone number is still stored for you", "account/number?id=none"] {
        assert!(account.text.contains(needed), "{needed} in {}", account.text);
    }
    assert!(!account.text.contains("account/number\"") && !account.text.contains("•••• 12"), "{}", account.text);
    for path in [NUMBER, CODE] {
        assert_eq!(off.get(path, Some(&token)).await.location(), "/postern/account", "{path}");
    }
    let csrf = off.csrf(&token).await;
    for field in [("number", "+491512345614"), ("id", "+491512345614")] {
        let fields = [("csrf", csrf.as_str()), field, ("code", &off.code(&ada.secret))];
        assert_eq!(off.post(NUMBER, Some(&token), &fields).await.location(), "/postern/account", "{field:?}");
    }
    assert_eq!(enter_for_number(&off, &token, &pending).await.location(), "/postern/account");
    assert!(
        matches!(stored(&off, &token).await, Some(StoredNumber::Confirmed(number)) if number.as_str().ends_with("12"))
    );

    let page = off.get("/postern/account/number?id=none", Some(&token)).await;
    let removed = confirmed(&off, &ada, &token, &page).await;
    assert_eq!(removed.location(), "/postern/account?done=number-removed", "{}", removed.text);
    let token = removed.token().unwrap();
    assert_eq!(stored(&off, &token).await, None);
    let account = off.get("/postern/account", Some(&token)).await;
    assert!(!account.text.contains("account/number"), "{}", account.text);
    assert_eq!(stored(&on, &token).await, Some(StoredNumber::Absent));
}

#[tokio::test]
async fn a_code_by_sms_changes_nothing_on_the_account_and_opens_no_vault() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    let (_, token) = with_number(&gate).await;
    gate.clock.advance(PAUSE);
    ask(&gate, &token).await;
    let sent = gate.texts.code();
    for (path, id) in [("/postern/account/disable", None), (NUMBER, Some("+491512345666")), (NUMBER, Some("none"))] {
        let csrf = gate.csrf(&token).await;
        let mut fields = vec![("csrf", csrf.as_str()), ("code", sent.as_str()), ("method", "sms")];
        fields.extend(id.map(|id| ("id", id)));
        let refused = gate.post(path, Some(&token), &fields).await;
        assert!(matches!(refused.status.as_u16(), 400 | 403), "{path}: {}", refused.status);
    }
    assert!(matches!(stored(&gate, &token).await, Some(StoredNumber::Confirmed(_))));
}

#[tokio::test]
async fn dashboards_ask_for_a_code_and_enter_it() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let call = async |token: &SessionToken, path: &str, body: Value| gate.call("POST", path, Some(token), body).await;
    let first = gate.sign_in_vouched(ADA).await;
    let ada = gate.enrol(&first).await;
    let off = call(&ada.token, "/api/2fa/send-code", json!({ "method": "sms" })).await;
    assert_eq!((off.status.as_u16(), &off.json()["error"]["code"]), (400, &json!("METHOD_NOT_AVAILABLE")));
    gate.clock.advance(Duration::from_secs(30));
    let page = typed(&gate, &ada.token, "+491512345612").await;
    let begun = confirmed(&gate, &ada, &ada.token, &page).await;
    enter_for_number(&gate, &begun.token().unwrap(), &gate.texts.code()).await;
    gate.clock.advance(PAUSE);

    let token = gate.sign_in_vouched(ADA).await;
    let status = gate.call("GET", "/api/2fa/status", Some(&token), Value::Null).await;
    assert_eq!(status.json()["data"]["methods_available"], json!(["totp", "backup", "sms"]));
    let sent = call(&token, "/api/2fa/send-code", json!({ "method": "sms" })).await;
    let data = &sent.json()["data"];
    assert_eq!((&data["method"], &data["sent_to"]), (&json!("sms"), &json!("•••• 12")), "{}", sent.text);
    let code = gate.texts.code();
    let as_mail = call(&token, "/api/2fa/verify", json!({ "method": "email", "code": code })).await;
    assert_eq!(as_mail.status, 400, "{}", as_mail.text);
    let done = call(&token, "/api/2fa/verify", json!({ "method": "sms", "code": code })).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert!(done.token().is_some());
}
