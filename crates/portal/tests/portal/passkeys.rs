//! Passkeys on the pages: the forms with a software authenticator, and the routes as an attacker meets them.

use postern_keystore::SessionToken;
use postern_model::access::SecondFactorPolicy;
use postern_testkit::authenticator::Authenticator;

use crate::harness::{Answer, Enrolled, Gate, ORIGIN};

/// The routes that take forms, below `account/passkeys`.
const WRITES: [&str; 4] = ["", "/add", "/rename", "/remove"];

/// The options that a page passes to the browser.
pub(crate) fn options(page: &Answer) -> String {
    let options = page.text.split("data-options=\"").nth(1).unwrap().split('"').next().unwrap();
    options.replace("&#34;", "\"")
}

/// Adds a passkey; returns the session's token and the identifier of the passkey.
pub(crate) async fn add(gate: &Gate, user: &Enrolled, key: &Authenticator) -> (SessionToken, String) {
    let page = gate.get("/postern/account/passkeys/add", Some(&user.token)).await;
    let (csrf, code) = (page.field("csrf"), gate.code(&user.secret));
    let made = gate.post("/postern/account/passkeys/add", Some(&user.token), &[("csrf", &csrf), ("code", &code)]).await;
    let token = made.token().unwrap();
    let response = key.create(&options(&made));
    let (csrf, challenge) = (made.field("csrf"), made.field("challenge"));
    let fields = [("csrf", csrf.as_str()), ("challenge", &challenge), ("code", &response), ("name", "Phone")];
    let added = gate.post("/postern/account/passkeys", Some(&token), &fields).await;
    assert_eq!(added.location(), "/postern/account?done=passkey", "{}", added.text);
    let token = added.token().unwrap();
    let account = gate.get("/postern/account", Some(&token)).await;
    assert!(account.text.contains("Phone") && account.text.contains("Your account"));
    let id = account.text.split("id=\"name-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    (token, id)
}

#[tokio::test]
async fn a_passkey_is_added_and_signs_in() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await;
    let key = Authenticator::new(ORIGIN, 1);
    add(&gate, &ada, &key).await;

    let token = gate.sign_in("ada@example.com").await;
    let page = gate.get("/postern/verify?rd=%2Freports", Some(&token)).await;
    let (csrf, challenge, response) = (page.field("csrf"), page.field("challenge"), key.get(&options(&page)));
    let fields = |code| {
        let (csrf, challenge) = (csrf.as_str(), challenge.as_str());
        [("csrf", csrf), ("challenge", challenge), ("code", code), ("method", "passkey"), ("rd", "/reports")]
    };
    for bad in ["", "{}", "x"] {
        let refused = gate.post("/postern/verify", Some(&token), &fields(bad)).await;
        assert!(refused.status == 400 && refused.text.contains("Your passkey wasn’t accepted"), "{bad}");
    }
    let raised = gate.post("/postern/verify", Some(&token), &fields(&response)).await;
    assert_eq!((raised.status.as_u16(), raised.location()), (303, "/reports"));
    assert_eq!(gate.get("/postern/account", raised.token().as_ref()).await.status, 200);
}

#[tokio::test]
async fn guesses_that_locked_the_codes_do_not_lock_out_who_has_a_passkey() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await;
    let key = Authenticator::new(ORIGIN, 1);
    add(&gate, &ada, &key).await;
    let token = gate.sign_in("ada@example.com").await;
    let csrf = gate.csrf(&token).await;
    for (method, wrong) in [("totp", "000000"), ("backup", "ZZZZ-ZZZZ")] {
        for _ in 0..3 {
            let fields = [("csrf", csrf.as_str()), ("method", method), ("code", wrong), ("rd", "/reports")];
            gate.post("/postern/verify", Some(&token), &fields).await;
        }
        let page = gate.get(&format!("/postern/verify?method={method}&rd=%2Freports"), Some(&token)).await;
        assert!(page.status == 403 && page.text.contains("Use your passkey"), "{method}: {}", page.text);
    }
    let page = gate.get("/postern/verify?rd=%2Freports", Some(&token)).await;
    let (challenge, response) = (page.field("challenge"), key.get(&options(&page)));
    let fields = [("csrf", csrf.as_str()), ("challenge", &challenge), ("code", &response), ("method", "passkey")];
    let raised = gate.post("/postern/verify", Some(&token), &[&fields[..], &[("rd", "/reports")]].concat()).await;
    assert_eq!((raised.status.as_u16(), raised.location()), (303, "/reports"), "{}", raised.text);
}

#[tokio::test]
async fn without_a_complete_session_the_routes_lead_to_the_missing_step() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await;
    let waiting = gate.sign_in("ada@example.com").await;
    let csrf = gate.csrf(&waiting).await;
    for (token, step) in [(None, "/postern/sign-in"), (Some(&waiting), "/postern/verify")] {
        for path in WRITES {
            let path = format!("/postern/account/passkeys{path}");
            let code = gate.code(&ada.secret);
            let fields = [("csrf", csrf.as_str()), ("code", &code), ("id", "x"), ("name", "x")];
            let refused = gate.post(&path, token, &fields).await;
            assert!(refused.status == 303 && refused.location().starts_with(step), "{path}: {}", refused.location());
        }
        for path in ["/postern/account/passkeys/add", "/postern/account/passkeys/remove?id=x"] {
            let refused = gate.get(path, token).await;
            assert!(refused.status == 303 && refused.location().starts_with(step), "{path}: {}", refused.location());
        }
    }
}

#[tokio::test]
async fn a_passkey_of_another_user_is_as_unknown_as_any() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await;
    let (ada, id) = add(&gate, &ada, &Authenticator::new(ORIGIN, 1)).await;
    let eve = gate.enrolled("eve@example.com").await;
    let csrf = gate.csrf(&eve.token).await;
    for id in [id.as_str(), "6f9c2f0e-0000-4000-8000-000000000000", "x", ""] {
        let code = gate.code(&eve.secret);
        let fields = [("csrf", csrf.as_str()), ("code", &code), ("id", id), ("name", "Eve’s")];
        for path in ["/postern/account/passkeys/rename", "/postern/account/passkeys/remove"] {
            let refused = gate.post(path, Some(&eve.token), &fields).await;
            assert_eq!(refused.location(), "/postern/account?done=passkey-gone", "{path} {id}");
        }
        let asked = gate.get(&format!("/postern/account/passkeys/remove?id={id}"), Some(&eve.token)).await;
        assert_eq!(asked.location(), "/postern/account?done=passkey-gone", "{id}");
    }
    assert!(gate.get("/postern/account", Some(&ada)).await.text.contains("Phone"));
}

#[tokio::test]
async fn browsers_are_told_that_the_pages_may_use_the_passkeys_of_another_host() {
    let gate = Gate::with_hosts(SecondFactorPolicy::Required, &["http://b.localhost:8080"]).await;
    for host in ["localhost:8080", "b.localhost:8080"] {
        let request = http::Request::get("/.well-known/webauthn").header("host", host);
        let told = gate.send(request.body(Default::default()).unwrap()).await;
        assert_eq!((told.status.as_u16(), told.header("content-type")), (200, "application/json"), "{host}");
        assert_eq!(told.json(), serde_json::json!({ "origins": [ORIGIN] }), "the other host has no page that asks");
        assert_eq!(told.header("cache-control"), "public, max-age=300");
    }
    assert!(!Gate::new(SecondFactorPolicy::Required).await.portal.owns("/.well-known/webauthn"));
}

#[tokio::test]
async fn whoever_signs_in_with_a_code_is_led_to_a_passkey_for_the_next_time_if_they_like() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await;
    let token = gate.sign_in("ada@example.com").await;
    let page = gate.get("/postern/verify?rd=%2Freports", Some(&token)).await;
    assert!(page.text.contains("data-passkey-offer hidden"), "a script shows it: {}", page.text);
    let backup = gate.get("/postern/verify?method=backup", Some(&token)).await;
    assert!(!backup.text.contains("data-passkey-offer"), "whoever lost their phone has other worries");
    let (csrf, code) = (page.field("csrf"), gate.code(&ada.secret));
    let fields =
        |code| [("csrf", csrf.as_str()), ("nonce", "n"), ("rd", "/reports"), ("then", "passkey"), ("code", code)];
    let wrong = gate.post("/postern/verify", Some(&token), &fields("000000")).await;
    assert!(wrong.status == 400 && wrong.text.contains("2 attempts left"), "{}", wrong.text);
    assert!(wrong.text.contains("value=\"passkey\" checked") && !page.text.contains(" checked"), "the choice is kept");
    let verified = gate.post("/postern/verify", Some(&token), &fields(&code)).await;
    let add = "/postern/account/passkeys/add?rd=%2Freports";
    assert_eq!(verified.location(), add, "{}", verified.text);
    let again = gate.post("/postern/verify", Some(&token), &fields(&code)).await;
    assert_eq!((again.location(), again.token().is_some()), (add, true), "a double click leads there, too");
    let token = verified.token().unwrap();
    assert_eq!(gate.get("/postern/account", Some(&token)).await.status, 200, "signed in, whatever becomes of it");

    // The code of the sign-in adds nothing.
    let page = gate.get(add, Some(&token)).await;
    assert!(
        page.text.contains("wait for the next") && page.text.contains("href=\"/reports\">Not now"),
        "{}",
        page.text
    );
    let (csrf, rd) = (page.field("csrf"), page.field("rd"));
    let fields = |code| [("csrf", csrf.as_str()), ("rd", rd.as_str()), ("code", code)];
    let used = gate.post("/postern/account/passkeys/add", Some(&token), &fields(&code)).await;
    assert!(used.status == 400 && used.text.contains("already used"), "{}", used.text);
    gate.clock.advance(std::time::Duration::from_secs(30));
    let code = gate.code(&ada.secret);
    let made = gate.post("/postern/account/passkeys/add", Some(&token), &fields(&code)).await;
    assert!(made.text.contains("href=\"/reports\">Not now"), "{}", made.text);
    let (token, key) = (made.token().unwrap(), Authenticator::new(ORIGIN, 1));
    let (csrf, challenge, response) = (made.field("csrf"), made.field("challenge"), key.create(&options(&made)));
    let fields = [("csrf", csrf.as_str()), ("challenge", &challenge), ("rd", "/reports"), ("code", &response)];
    let added = gate.post("/postern/account/passkeys", Some(&token), &fields).await;
    assert_eq!(added.location(), "/reports", "{}", added.text);

    // Whoever has a passkey is offered none, and a form that asks for one all the same leads on.
    let next = gate.sign_in("ada@example.com").await;
    let page = gate.get("/postern/verify?rd=%2Freports", Some(&next)).await;
    assert!(!page.text.contains("data-passkey-offer") && page.text.contains("Use your passkey"), "{}", page.text);
    gate.clock.advance(std::time::Duration::from_secs(30));
    let (csrf, code) = (page.field("csrf"), gate.code(&ada.secret));
    let fields = [("csrf", csrf.as_str()), ("rd", "/reports"), ("then", "passkey"), ("code", &code)];
    assert_eq!(gate.post("/postern/verify", Some(&next), &fields).await.location(), "/reports");
}

#[tokio::test]
async fn pages_have_the_script_of_passkeys_where_they_are_switched_on() {
    let on = Gate::new(SecondFactorPolicy::Required).await;
    let off = Gate::without_passkeys(SecondFactorPolicy::Required).await;
    for (gate, expected) in [(&on, true), (&off, false)] {
        let ada = gate.enrolled("ada@example.com").await;
        for path in ["verify", "enrol", "account", "account/backup-codes"] {
            let page = gate.get(&format!("/postern/{path}"), Some(&ada.token)).await;
            assert_eq!(page.status, 200, "{path}");
            assert_eq!(page.text.contains("/assets/passkeys"), expected, "{path}: {}", page.text);
        }
        let csrf = gate.csrf(&ada.token).await;
        for _ in 0..3 {
            gate.post("/postern/verify", Some(&ada.token), &[("csrf", &csrf), ("code", "000000")]).await;
        }
        let locked = gate.get("/postern/verify", Some(&ada.token)).await;
        assert!(locked.status == 403 && locked.text.contains("/assets/passkeys") == expected, "{}", locked.text);
    }
}

#[tokio::test]
async fn a_passkey_that_is_known_already_is_logged_as_that() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await;
    let key = Authenticator::new(ORIGIN, 1);
    let (token, _) = add(&gate, &ada, &key).await;
    gate.clock.advance(std::time::Duration::from_secs(30));
    let (csrf, code) = (gate.csrf(&token).await, gate.code(&ada.secret));
    let made = gate.post("/postern/account/passkeys/add", Some(&token), &[("csrf", &csrf), ("code", &code)]).await;
    let (challenge, response) = (made.field("challenge"), key.create(&options(&made)));
    let fields = [("csrf", csrf.as_str()), ("challenge", &challenge), ("code", &response), ("name", "Phone")];
    let known = gate.post("/postern/account/passkeys", made.token().as_ref(), &fields).await;
    assert_eq!((known.status.as_u16(), known.reason), (400, Some("PASSKEY_KNOWN")), "{}", known.text);
}

#[tokio::test]
async fn switched_off_nobody_is_led_to_a_first_passkey() {
    let off = Gate::without_passkeys(SecondFactorPolicy::Required).await;
    let ada = off.enrolled("ada@example.com").await;
    let next = off.sign_in("ada@example.com").await;
    let (csrf, code) = (off.csrf(&next).await, off.code(&ada.secret));
    let fields = [("csrf", csrf.as_str()), ("rd", "/reports"), ("then", "passkey"), ("code", &code)];
    assert_eq!(off.post("/postern/verify", Some(&next), &fields).await.location(), "/reports");
}
