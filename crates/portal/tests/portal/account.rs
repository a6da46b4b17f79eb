//! The account page of somebody with many sessions and a long history.

use std::collections::BTreeSet;

use postern_model::access::SecondFactorPolicy;

use crate::harness::{Answer, Gate};

/// The values of a repeated part of a page.
fn all(page: &Answer, mark: &str) -> Vec<String> {
    page.text.split(mark).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// The link that contains `part`, if there is one.
fn link(page: &Answer, part: &str) -> Option<String> {
    let href = all(page, "href=\"").into_iter().find(|href| href.contains(part))?;
    Some(href.replace("&amp;", "&").split('#').next().unwrap().to_owned())
}

#[tokio::test]
async fn sessions_and_activity_are_shown_page_by_page() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let token = gate.sign_in("ada@example.com").await;
    for _ in 0..45 {
        gate.sign_in("ada@example.com").await;
    }
    let user = gate.authn.session(&token).await.unwrap().unwrap();
    for _ in 0..45 {
        let other = gate.sign_in("ada@example.com").await;
        let other = gate.authn.session(&other).await.unwrap().unwrap();
        gate.authn.revoke(&user, other.session.id, &Default::default()).await.unwrap();
    }
    let (mut path, mut sizes, mut seen) = (Some("/postern/account".to_owned()), Vec::new(), BTreeSet::new());
    while let Some(at) = path {
        let page = gate.get(&at, Some(&token)).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.text.matches("This device").count(), 1, "{at}");
        let shown = all(&page, "name=\"session\" value=\"");
        sizes.push(shown.iter().filter(|id| *id != "others").count());
        seen.extend(shown.into_iter().filter(|id| id != "others"));
        path = link(&page, "skip=");
    }
    assert_eq!((sizes, seen.len()), (vec![20, 20, 5], 45));
    let (mut path, mut events) = (Some("/postern/account".to_owned()), Vec::new());
    while let Some(at) = path {
        let page = gate.get(&at, Some(&token)).await;
        events.push(page.text.matches("<p class=\"what\">").count());
        path = link(&page, "before=");
    }
    assert_eq!(events, [20, 20, 5]);
    for odd in ["skip=-1", "skip=99999999999", "skip=x", "before=x", "before=", "skip=4294967295"] {
        assert_eq!(gate.get(&format!("/postern/account?{odd}"), Some(&token)).await.status, 200, "{odd}");
    }
}

#[tokio::test]
async fn what_was_done_is_told_in_words_of_our_own() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let token = gate.sign_in("ada@example.com").await;
    for (code, words) in [
        ("session", "That device is signed out."),
        ("others", "You are signed out everywhere else."),
        ("none", "That device was already signed out."),
        ("authenticator", "Your app is ready."),
        ("authenticator-renamed", "Your app has a new name."),
        ("authenticator-removed", "Codes of that app no longer work here."),
        ("authenticator-gone", "That app was already removed."),
        ("authenticator-only", "That is your only authenticator app."),
        ("authenticators-full", "You have as many authenticator apps as an account can hold."),
        ("device", "That device is no longer trusted."),
        ("devices", "No device is trusted any more."),
        ("device-gone", "That device was no longer trusted already."),
        ("passkey", "Your passkey is ready."),
        ("passkey-renamed", "Your passkey has a new name."),
        ("passkey-removed", "That passkey no longer works here."),
        ("passkey-gone", "That passkey was already removed."),
        ("mailed-on", "Codes by mail are on."),
        ("mailed-off", "Codes by mail are off."),
        ("number", "Your number is confirmed."),
        ("number-removed", "The number is removed."),
        ("disabled", "Two-factor authentication is off."),
    ] {
        let page = gate.get(&format!("/postern/account?done={code}"), Some(&token)).await;
        assert!(page.text.contains(words), "{code}: {}", page.text);
    }
    let plain = gate.get("/postern/account", Some(&token)).await;
    let odd = gate.get("/postern/account?done=You+are+hacked", Some(&token)).await;
    assert!(!odd.text.contains("You are hacked") && plain.status == 200);
}
