//! Addresses that accept passkeys only, as people with and without one meet their page.

use postern_keystore::SessionToken;
use postern_model::access::SecondFactorPolicy;
use postern_model::factor::SecondFactor;
use postern_testkit::authenticator::Authenticator;

use crate::harness::{Answer, Gate, ORIGIN};
use crate::passkeys::{add, options};

/// Where the gate sends a browser that asks for `/vault/x`.
const STEP: &str = "/postern/verify?factor=phishing-resistant&rd=%2Fvault%2Fx";

/// The kind of the session's second factor.
async fn method(gate: &Gate, token: &SessionToken) -> SecondFactor {
    gate.authn.session(token).await.unwrap().unwrap().session.second_factor.unwrap().method
}

/// Answers the page with a response to its options, or with another text.
async fn answer(gate: &Gate, token: &SessionToken, page: &Answer, response: &str) -> Answer {
    let (csrf, challenge) = (page.field("csrf"), page.field("challenge"));
    let (method, factor, rd) = (page.field("method"), page.field("factor"), page.field("rd"));
    let fields = [
        ("csrf", csrf.as_str()),
        ("challenge", &challenge),
        ("method", &method),
        ("factor", &factor),
        ("rd", &rd),
        ("code", response),
    ];
    gate.post("/postern/verify", Some(token), &fields).await
}

#[tokio::test]
async fn whoever_has_no_passkey_adds_one_with_a_code_and_arrives() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await;
    let page = gate.get(STEP, Some(&ada.token)).await;
    assert!(page.status == 200 && page.text.contains("Add a passkey to continue"), "{}", page.text);
    assert!(page.text.contains("/vault/x</span> asks for a passkey"), "which address asks");
    assert!(page.text.contains("A code isn’t enough there, because"), "and why");
    assert!(!page.text.contains("name=\"code\""), "a code would lead back to this page");
    assert!(page.text.contains("href=\"http://localhost:5173/\">Go back without confirming"), "{}", page.text);
    let add = "/postern/account/passkeys/add?rd=%2Fvault%2Fx";
    assert!(page.text.contains(add), "{}", page.text);

    let ask = gate.get(add, Some(&ada.token)).await;
    let (csrf, rd, code) = (ask.field("csrf"), ask.field("rd"), gate.code(&ada.secret));
    for wrong in ["", "12345"] {
        let fields = [("csrf", csrf.as_str()), ("rd", &rd), ("code", wrong)];
        let again = gate.post("/postern/account/passkeys/add", Some(&ada.token), &fields).await;
        assert_eq!((again.status.as_u16(), again.field("rd").as_str()), (400, "/vault/x"));
    }
    let fields = [("csrf", csrf.as_str()), ("rd", &rd), ("code", &code)];
    let made = gate.post("/postern/account/passkeys/add", Some(&ada.token), &fields).await;
    let (token, key) = (made.token().unwrap(), Authenticator::new(ORIGIN, 1));
    let (csrf, challenge, rd) = (made.field("csrf"), made.field("challenge"), made.field("rd"));
    let response = key.create(&options(&made));
    let fields = [("csrf", csrf.as_str()), ("challenge", &challenge), ("rd", &rd), ("code", &response), ("name", "")];
    let added = gate.post("/postern/account/passkeys", Some(&token), &fields).await;
    assert_eq!((added.status.as_u16(), added.location()), (303, "/vault/x"), "{}", added.text);

    // The gate sends the browser here again, for the passkey that there is now.
    let token = added.token().unwrap();
    assert_eq!(method(&gate, &token).await, SecondFactor::Totp, "having added a passkey is not having used it");
    let page = gate.get(STEP, Some(&token)).await;
    assert!(page.text.contains("Confirm with your passkey") && page.text.contains("data-without-passkeys"));
    let raised = answer(&gate, &token, &page, &key.get(&options(&page))).await;
    assert_eq!((raised.status.as_u16(), raised.location()), (303, "/vault/x"), "{}", raised.text);
    assert_eq!(method(&gate, &raised.token().unwrap()).await, SecondFactor::Passkey);
}

#[tokio::test]
async fn a_refused_passkey_is_asked_for_again_and_never_a_code() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await;
    let (token, _) = add(&gate, &ada, &Authenticator::new(ORIGIN, 1)).await;
    // By the address alone, as a link may name it, and by the step alone, as for a call that has no page.
    for path in ["/postern/verify?rd=%2Fvault%2Fx", "/postern/verify?factor=phishing-resistant&rd=%2Freports"] {
        let page = gate.get(path, Some(&token)).await;
        for bad in ["", "{}", &Authenticator::new(ORIGIN, 2).get(&options(&page))] {
            let refused = answer(&gate, &token, &page, bad).await;
            assert_eq!(refused.status, 400, "{bad}");
            assert!(refused.text.contains("Your passkey wasn’t accepted") && !refused.text.contains("or use a code"));
            assert!(refused.text.contains("Confirm with your passkey"), "{}", refused.text);
            let unknown = refused.text.contains("data-signal=\"signalUnknownCredential\"");
            assert_eq!(unknown, bad.len() > 2, "the browser is told of a passkey that is not on the account");
        }
    }
}

#[tokio::test]
async fn a_session_that_waits_may_use_a_code_and_is_told_that_it_will_not_be_enough() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await;
    let waiting = gate.sign_in("ada@example.com").await;
    let page = gate.get(STEP, Some(&waiting)).await;
    assert!(page.text.contains("/vault/x</span> asks for a passkey. Sign in with a code first"), "{}", page.text);
    add(&gate, &ada, &Authenticator::new(ORIGIN, 1)).await;
    let page = gate.get(STEP, Some(&waiting)).await;
    assert!(page.text.contains("A code signs you in, but isn’t enough there") && page.text.contains("Six-digit code"));
    gate.clock.advance(std::time::Duration::from_secs(30));
    let (csrf, code) = (page.field("csrf"), gate.code(&ada.secret));
    let fields = [("csrf", csrf.as_str()), ("code", &code), ("rd", "/vault/x")];
    let raised = gate.post("/postern/verify", Some(&waiting), &fields).await;
    assert_eq!((raised.status.as_u16(), raised.location()), (303, "/vault/x"));
    let page = gate.get(STEP, raised.token().as_ref()).await;
    assert!(page.text.contains("Confirm with your passkey"), "the next thing asked for is the passkey");
}

#[tokio::test]
async fn whoever_has_no_second_factor_sets_one_up_first() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let token = gate.sign_in("ada@example.com").await;
    let page = gate.get(STEP, Some(&token)).await;
    assert_eq!((page.status.as_u16(), page.location()), (303, "/postern/enrol?rd=%2Fvault%2Fx"));
}
