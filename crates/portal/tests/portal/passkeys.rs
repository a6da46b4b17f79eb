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

    // A change of factors takes a code, which a passkey does not replace.
    let token = raised.token().unwrap();
    let csrf = gate.csrf(&token).await;
    let fields = [("csrf", csrf.as_str()), ("code", "000000")];
    let locked = gate.post("/postern/account/backup-codes", Some(&token), &fields).await;
    assert!(locked.status == 403 && !locked.text.contains("Use your passkey"), "{}", locked.text);
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
