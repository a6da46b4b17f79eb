//! Changes of factors that are confirmed with a passkey instead of a code.

use postern_keystore::SessionToken;
use postern_model::access::SecondFactorPolicy;
use postern_model::factor::SecondFactor;
use postern_testkit::authenticator::Authenticator;

use crate::harness::{Answer, Enrolled, Gate, ORIGIN};
use crate::passkeys::{add, options};

/// Somebody with an app and a passkey.
async fn equipped(policy: SecondFactorPolicy) -> (Gate, Enrolled, SessionToken, String, Authenticator) {
    let gate = Gate::new(policy).await;
    let ada = gate.enrolled("ada@example.com").await;
    let key = Authenticator::new(ORIGIN, 1);
    let (token, id) = add(&gate, &ada, &key).await;
    gate.clock.advance(std::time::Duration::from_secs(30));
    (gate, ada, token, id, key)
}

/// The form with a passkey of a page, as the page's script sends it. `further` are its other hidden fields.
async fn confirm(
    gate: &Gate,
    token: &SessionToken,
    (page, path): (&Answer, &str),
    response: &str,
    further: &[(&str, &str)],
) -> Answer {
    let (csrf, nonce, challenge) = (page.field("csrf"), page.field("nonce"), page.field("challenge"));
    assert_eq!(page.field("method"), "passkey", "{}", page.text);
    let fields = [("csrf", csrf.as_str()), ("nonce", &nonce), ("challenge", &challenge), ("method", "passkey")];
    gate.post(path, Some(token), &[&fields[..], &[("code", response)], further].concat()).await
}

/// Opens a page that asks for a confirmation, and confirms.
async fn open_and_confirm(gate: &Gate, token: &SessionToken, key: &Authenticator, path: &str) -> Answer {
    let page = gate.get(path, Some(token)).await;
    assert_eq!(page.status, 200, "{path}: {}", page.text);
    let target = path.split('?').next().unwrap();
    let further: &[(&str, &str)] = match path.split_once("id=") {
        Some((_, id)) => &[("id", id)],
        None if target == "/postern/enrol" => &[("step", "start")],
        None => &[],
    };
    confirm(gate, token, (&page, target), &key.get(&options(&page)), further).await
}

#[tokio::test]
async fn whoever_has_a_passkey_confirms_every_change_with_it() {
    let (gate, ada, token, first, key) = equipped(SecondFactorPolicy::PerUser).await;

    let made = open_and_confirm(&gate, &token, &key, "/postern/account/backup-codes").await;
    assert_eq!(made.location(), "/postern/codes?reason=replaced", "{}", made.text);
    let token = made.token().unwrap();
    let view = gate.authn.session(&token).await.unwrap().unwrap();
    assert_eq!(view.session.second_factor.unwrap().method, SecondFactor::Passkey, "which is a step-up, too");
    let codes = gate.authn.fresh_codes(&view).await.unwrap();
    assert!(!codes.is_empty() && codes != ada.codes);

    let begun = open_and_confirm(&gate, &token, &key, "/postern/account/authenticators/add").await;
    assert_eq!(begun.location(), "/postern/account/authenticators/new", "{}", begun.text);
    let token = begun.token().unwrap();
    assert_eq!(gate.get(begun.location(), Some(&token)).await.status, 200);

    let begun = open_and_confirm(&gate, &token, &key, "/postern/enrol").await;
    assert_eq!(begun.location(), "/postern/enrol?step=scan", "{}", begun.text);
    let token = begun.token().unwrap();
    assert!(gate.get(begun.location(), Some(&token)).await.text.contains("Set up your authenticator app"));

    let made = open_and_confirm(&gate, &token, &key, "/postern/account/passkeys/add").await;
    assert!(made.text.contains("Create your passkey"), "{}", made.text);
    let (token, second) = (made.token().unwrap(), Authenticator::new(ORIGIN, 2));
    let (csrf, challenge, response) = (made.field("csrf"), made.field("challenge"), second.create(&options(&made)));
    let fields = [("csrf", csrf.as_str()), ("challenge", &challenge), ("code", &response), ("name", "Ring")];
    let added = gate.post("/postern/account/passkeys", Some(&token), &fields).await;
    let token = added.token().unwrap();

    let path = format!("/postern/account/passkeys/remove?id={first}");
    let removed = open_and_confirm(&gate, &token, &second, &path).await;
    assert_eq!(removed.location(), "/postern/account?done=passkey-removed", "{}", removed.text);
    let token = removed.token().unwrap();
    let account = gate.get(removed.location(), Some(&token)).await;
    assert!(account.text.contains("Ring") && !account.text.contains(&first), "{}", account.text);

    let off = open_and_confirm(&gate, &token, &second, "/postern/account/disable").await;
    assert_eq!(off.location(), "/postern/account?done=disabled", "{}", off.text);
    let view = gate.authn.session(&off.token().unwrap()).await.unwrap().unwrap();
    assert!(!view.factors.enrolled());
}

#[tokio::test]
async fn a_passkey_confirms_what_it_was_asked_for_and_nothing_else() {
    let (gate, _, token, id, key) = equipped(SecondFactorPolicy::PerUser).await;
    let pages = ["verify", "account/backup-codes", "account/passkeys/add", "account/disable", "enrol"];
    for source in pages {
        let page = gate.get(&format!("/postern/{source}"), Some(&token)).await;
        let response = key.get(&options(&page));
        for target in pages.into_iter().filter(|target| *target != source) {
            let path = format!("/postern/{target}");
            let refused = confirm(&gate, &token, (&page, &path), &response, &[("step", "start")]).await;
            assert!(refused.status == 400 && refused.token().is_none(), "{source} for {target}: {}", refused.text);
            assert!(refused.text.contains("That took too long, or the page was open twice"), "{}", refused.text);
        }
        for bad in ["", "{}", &Authenticator::new(ORIGIN, 2).get(&options(&page))] {
            let path = format!("/postern/{source}");
            let refused = confirm(&gate, &token, (&page, &path), bad, &[("step", "start")]).await;
            assert!(refused.status == 400 && refused.text.contains("wasn’t accepted"), "{source}: {}", refused.text);
            assert!(refused.text.contains("data-passkey"), "{source}: the passkey can be tried again");
        }
    }
    // The only passkey cannot confirm its own removal: a code does.
    let page = gate.get(&format!("/postern/account/passkeys/remove?id={id}"), Some(&token)).await;
    assert!(page.status == 200 && !page.text.contains("data-passkey"), "{}", page.text);
}

#[tokio::test]
async fn none_of_two_passkeys_confirms_its_own_removal() {
    let (gate, _, token, first, key) = equipped(SecondFactorPolicy::Required).await;
    let made = open_and_confirm(&gate, &token, &key, "/postern/account/passkeys/add").await;
    let (token, second) = (made.token().unwrap(), Authenticator::new(ORIGIN, 2));
    let (csrf, challenge, response) = (made.field("csrf"), made.field("challenge"), second.create(&options(&made)));
    let fields = [("csrf", csrf.as_str()), ("challenge", &challenge), ("code", &response), ("name", "Ring")];
    let token = gate.post("/postern/account/passkeys", Some(&token), &fields).await.token().unwrap();

    // Its page names the other one only; a browser that is told nothing better answers with the first all the same.
    let path = format!("/postern/account/passkeys/remove?id={first}");
    let refused = open_and_confirm(&gate, &token, &key, &path).await;
    assert_eq!((refused.status.as_u16(), refused.token()), (400, None), "{}", refused.text);
    assert!(refused.text.contains("Your passkey wasn’t accepted"), "{}", refused.text);
    let account = gate.get("/postern/account", Some(&token)).await;
    assert!(account.text.contains(&first) && account.text.contains("Ring"), "both are there still");
    let removed = open_and_confirm(&gate, &token, &second, &path).await;
    assert_eq!(removed.location(), "/postern/account?done=passkey-removed", "{}", removed.text);
}

#[tokio::test]
async fn a_confirmation_that_is_sent_twice_is_answered_alike() {
    let (gate, _, token, _, key) = equipped(SecondFactorPolicy::PerUser).await;
    let mut token = token;
    for (path, further, next) in [
        ("/postern/account/backup-codes", &[][..], "/postern/codes?reason=replaced"),
        ("/postern/account/authenticators/add", &[][..], "/postern/account/authenticators/new"),
        ("/postern/enrol", &[("step", "start")][..], "/postern/enrol?step=scan"),
        ("/postern/account/disable", &[][..], "/postern/account?done=disabled"),
    ] {
        let page = gate.get(path, Some(&token)).await;
        let response = key.get(&options(&page));
        let first = confirm(&gate, &token, (&page, path), &response, further).await;
        let again = confirm(&gate, &token, (&page, path), &response, further).await;
        assert_eq!((first.location(), again.location()), (next, next), "{path}: {}", again.text);
        let (first, again) = (first.token().unwrap(), again.token().unwrap());
        assert_eq!(first.hash(), again.hash(), "{path}");
        token = again;
    }
}

#[tokio::test]
async fn guesses_that_locked_the_codes_leave_the_passkey_for_changes() {
    let (gate, ada, token, _, key) = equipped(SecondFactorPolicy::Required).await;
    let csrf = gate.csrf(&token).await;
    for path in ["/postern/account/backup-codes", "/postern/enrol"] {
        for _ in 0..3 {
            let fields = [("csrf", csrf.as_str()), ("code", "000000"), ("step", "start")];
            gate.post(path, Some(&token), &fields).await;
        }
        let code = gate.code(&ada.secret);
        let fields = [("csrf", csrf.as_str()), ("code", code.as_str()), ("step", "start")];
        let locked = gate.post(path, Some(&token), &fields).await;
        assert!(locked.status == 403 && locked.text.contains("codes are locked for"), "{}", locked.text);
        assert_eq!((locked.reason, locked.header("retry-after")), (Some("ACCOUNT_LOCKED"), "301"), "{path}");
        assert!(locked.text.contains("Use your passkey"), "{}", locked.text);
    }
    let made = open_and_confirm(&gate, &token, &key, "/postern/account/backup-codes").await;
    assert_eq!(made.location(), "/postern/codes?reason=replaced", "{}", made.text);
}
