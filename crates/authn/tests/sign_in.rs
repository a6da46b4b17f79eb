//! Sign-in from begin to session, and everything that must stop it.

#![cfg(test)]

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use http::HeaderMap;
use http::header::{COOKIE, HeaderValue};
use postern_authn::sign_in::{AccessPolicy, CallbackQuery, Destination, SignInError};
use postern_model::access::SecondFactorPolicy;
use postern_model::audit::AuditKind;
use postern_model::session::Caller;
use postern_model::store::{AuditStore, SessionStore, UserStore};
use serde_json::json;
use support::{World, jar, query};

#[tokio::test]
async fn a_sign_in_makes_a_first_factor_session_and_keeps_the_return_url() {
    let world = World::new().await;
    let signed_in = world.sign_in().await;
    assert_eq!(signed_in.view.user.email, "ada@example.com");
    assert_eq!(signed_in.view.session.second_factor, None);
    let Destination::Url(url) = signed_in.destination else { panic!("not a URL") };
    assert_eq!(url.as_str(), "/reports?day=1");
    let found = world.authn.session(&signed_in.token).await.unwrap().unwrap();
    assert_eq!(found.session.id, signed_in.view.session.id);
}

#[tokio::test]
async fn google_is_one_factor_whatever_amr_says() {
    let world = World::new().await;
    world.provider.lie.lock().unwrap().claims = Some(Box::new(|claims| claims["amr"] = json!(["mfa", "otp"])));
    assert_eq!(world.sign_in().await.view.session.second_factor, None);
}

#[tokio::test]
async fn the_same_subject_is_the_same_user_even_under_another_address() {
    let world = World::new().await;
    let first = world.sign_in().await.view.user.id;
    world.provider.lie.lock().unwrap().claims = Some(Box::new(|claims| claims["email"] = json!("new@example.com")));
    assert_eq!(world.sign_in().await.view.user.id, first);
}

#[tokio::test]
async fn another_subject_with_the_same_address_gets_nothing() {
    let world = World::new().await;
    let first = world.sign_in().await.view;
    world.provider.lie.lock().unwrap().claims = Some(Box::new(|claims| claims["sub"] = json!("sub-2")));
    assert!(matches!(world.try_sign_in().await.outcome, Err(SignInError::EmailTaken)));
    // The owner of the address sees it, and an administrator finds the subject for `postern users relink`.
    let events = world.store.recent(first.user.id, None, 10).await.unwrap();
    let details: Vec<_> = events.iter().filter_map(|event| event.detail.as_deref()).collect();
    assert_eq!(details, ["ACCOUNT_CONFLICT: ada@example.com (subject sub-2)"]);
    let user = world.store.user(first.user.id).await.unwrap().unwrap();
    assert_eq!(user.subject.as_deref(), Some("sub-1"));
    assert_eq!(world.store.sessions_of(first.user.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_new_sign_in_ends_the_session_that_the_browser_had() {
    let world = World::new().await;
    let first = world.sign_in().await;
    let begun = world.begin("/").await;
    let query = world.provider.authorize(&begun.location);
    let second = world.sign_in.finish(&query, &jar(&begun), &Caller::default(), Some(&first.token)).await;
    assert!(second.outcome.is_ok());
    assert!(world.authn.session(&first.token).await.unwrap().is_none());
}

#[tokio::test]
async fn a_switched_off_account_cannot_sign_in() {
    let world = World::new().await;
    let user = world.sign_in().await.view.user.id;
    world.store.set_active(user, false).await.unwrap();
    assert!(matches!(world.try_sign_in().await.outcome, Err(SignInError::Inactive)));
    assert!(world.store.sessions_of(user).await.unwrap().is_empty());
}

#[tokio::test]
async fn nobody_unlisted_is_made_a_user() {
    let world = World::with(SecondFactorPolicy::Required, AccessPolicy::default()).await;
    assert!(matches!(world.try_sign_in().await.outcome, Err(SignInError::NotAllowed)));
    assert!(world.store.users(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_refused_account_is_named_to_its_owner_and_in_the_audit() {
    let world = World::new().await;
    let user = world.sign_in().await.view.user.id;
    world.store.set_active(user, false).await.unwrap();
    let refused = world.try_sign_in().await;
    assert_eq!(refused.context.account.as_deref(), Some("ada@example.com"), "the page says who");
    assert!(matches!(&refused.context.destination, Some(Destination::Url(url)) if url.as_str() == "/reports?day=1"));
    let events = world.store.recent(user, None, 10).await.unwrap();
    let event = events.iter().find(|event| event.kind == AuditKind::SignInRefused).unwrap();
    assert!(event.detail.as_deref().unwrap().ends_with(": ada@example.com"), "{event:?}");
}

#[tokio::test]
async fn a_state_belongs_to_one_browser_and_to_one_transaction() {
    let world = World::new().await;
    let (ours, theirs) = (world.begin("/a").await, world.begin("/b").await);
    let answered = world.provider.authorize(&ours.location);
    // Another browser's cookies, none at all, and a state that was never given out.
    for headers in [jar(&theirs), HeaderMap::new()] {
        let finished = world.sign_in.finish(&answered, &headers, &Caller::default(), None).await;
        assert!(matches!(finished.outcome, Err(SignInError::UnknownTransaction)));
    }
    for state in ["", "x", "AAAAAAAAAAAA", &"A".repeat(43), "é".repeat(30).as_str()] {
        let finished = world.sign_in.finish(&query(state, "code-0"), &jar(&ours), &Caller::default(), None).await;
        assert!(matches!(finished.outcome, Err(SignInError::UnknownTransaction)), "{state}");
    }
    // The cookie is named after the first characters of the state; all of it counts.
    let state = answered.state.clone().unwrap();
    for kept in [12, 20, state.len() - 2] {
        let other = format!("{}{}", &state[..kept], "-".repeat(state.len() - kept));
        let forged = CallbackQuery { state: Some(other), ..answered.clone() };
        let finished = world.sign_in.finish(&forged, &jar(&ours), &Caller::default(), None).await;
        assert!(matches!(finished.outcome, Err(SignInError::UnknownTransaction)), "{kept} characters");
    }
    let finished = world.sign_in.finish(&answered, &jar(&ours), &Caller::default(), None).await;
    assert!(finished.outcome.is_ok());
    assert!(finished.set_cookies[0].to_str().unwrap().contains("Max-Age=0"), "the transaction's cookie goes");
}

#[tokio::test]
async fn a_code_is_taken_once() {
    let world = World::new().await;
    let begun = world.begin("/").await;
    let answered = world.provider.authorize(&begun.location);
    let finish = async || world.sign_in.finish(&answered, &jar(&begun), &Caller::default(), None).await.outcome;
    assert!(finish().await.is_ok());
    assert!(matches!(finish().await, Err(SignInError::CodeRefused(_))));
}

#[tokio::test]
async fn parallel_tabs_do_not_disturb_one_another() {
    let world = World::new().await;
    let tabs = [world.begin("/a").await, world.begin("/b").await, world.begin("/c").await];
    let all: Vec<String> = tabs.iter().map(|tab| jar(tab)[COOKIE].to_str().unwrap().to_owned()).collect();
    let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&all.join("; ")).unwrap())]);
    for (tab, path) in tabs.iter().zip(["/a", "/b", "/c"]).rev() {
        let answered = world.provider.authorize(&tab.location);
        let finished = world.sign_in.finish(&answered, &headers, &Caller::default(), None).await;
        let Destination::Url(url) = finished.outcome.unwrap().destination else { panic!("not a URL") };
        assert_eq!(url.as_str(), path);
    }
}

#[tokio::test]
async fn transactions_never_pile_up() {
    let world = World::new().await;
    let long = format!("/{}", "x".repeat(1400));
    for (path, kept) in [("/", 4), (long.as_str(), 2)] {
        let mut opened = Vec::new();
        let mut jar: Vec<(String, String)> = Vec::new();
        for _ in 0..12 {
            world.clock.advance(Duration::from_secs(1));
            let line = jar.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("; ");
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&line).unwrap())]);
            let destination = Destination::Url(world.site.return_url(path).unwrap());
            let begun = world.sign_in.begin(&destination, &headers).await.unwrap();
            for set in &begun.set_cookies {
                let (pair, attributes) = set.to_str().unwrap().split_once(';').unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                jar.retain(|(known, _)| known != name);
                if !attributes.contains("Max-Age=0") {
                    jar.push((name.to_owned(), value.to_owned()));
                }
                assert!(attributes.contains("HttpOnly") && attributes.contains("Secure"));
                assert!(name.starts_with("__Host-postern-"));
            }
            let size: usize = jar.iter().map(|(k, v)| k.len() + v.len()).sum();
            assert!(jar.len() <= 4 && size <= 5_000, "{} cookies, {size} bytes", jar.len());
            opened.push(jar.last().unwrap().0.clone());
        }
        let left: Vec<String> = jar.into_iter().map(|(name, _)| name).collect();
        assert_eq!(left, opened[opened.len() - kept..], "the newest stay, as many as there is room for");
    }
}

#[tokio::test]
async fn a_transaction_expires() {
    let world = World::new().await;
    let begun = world.begin("/").await;
    let answered = world.provider.authorize(&begun.location);
    world.clock.advance(Duration::from_secs(15 * 60));
    let finished = world.sign_in.finish(&answered, &jar(&begun), &Caller::default(), None).await;
    assert!(matches!(finished.outcome, Err(SignInError::UnknownTransaction)));
}

#[tokio::test]
async fn what_the_provider_answers_is_told_apart() {
    let world = World::new().await;
    let begun = world.begin("/").await;
    let good = world.provider.authorize(&begun.location);
    let finish = async |query: CallbackQuery| {
        world.sign_in.finish(&query, &jar(&begun), &Caller::default(), None).await.outcome.unwrap_err().code()
    };
    let error = |error: &str| CallbackQuery { code: None, error: Some(error.to_owned()), ..good.clone() };
    assert_eq!(finish(error("access_denied")).await, "SIGN_IN_CANCELLED");
    assert_eq!(finish(error("server_error")).await, "SIGN_IN_FAILED");
    assert_eq!(finish(CallbackQuery { code: None, ..good.clone() }).await, "SIGN_IN_EXPIRED");
    let mixed_up = CallbackQuery { iss: Some("https://evil.example".to_owned()), ..good.clone() };
    assert_eq!(finish(mixed_up).await, "SIGN_IN_FAILED", "RFC 9207");
    let named = CallbackQuery { iss: Some("https://accounts.google.com".to_owned()), code: None, ..good.clone() };
    assert_eq!(finish(named).await, "SIGN_IN_EXPIRED", "the issuer is ours; the code is missing");
    assert_eq!(finish(CallbackQuery { code: Some(String::new()), ..good.clone() }).await, "SIGN_IN_EXPIRED");
    *world.provider.down.lock().unwrap() = true;
    assert_eq!(finish(good).await, "PROVIDER_UNAVAILABLE");
}

#[tokio::test]
async fn a_failed_callback_changes_nothing() {
    let world = World::new().await;
    let before = world.sign_in().await;
    world.provider.lie.lock().unwrap().claims = Some(Box::new(|claims| claims["nonce"] = json!("another")));
    let begun = world.begin("/").await;
    let answered = world.provider.authorize(&begun.location);
    let finished = world.sign_in.finish(&answered, &jar(&begun), &Caller::default(), Some(&before.token)).await;
    assert!(finished.outcome.is_err());
    assert_eq!(world.authn.session(&before.token).await.unwrap(), Some(before.view));
}

#[tokio::test]
async fn keys_rotate_and_unknown_keys_cannot_flood_the_provider() {
    let world = World::new().await;
    world.sign_in().await;
    let fetches = || world.provider.key_fetches.load(Ordering::Relaxed);
    assert_eq!(fetches(), 1);
    world.provider.lie.lock().unwrap().header = Some(Box::new(|header| header["kid"] = json!("b")));
    world.provider.lie.lock().unwrap().sign_with_other_key = true;
    for _ in 0..20 {
        assert!(world.try_sign_in().await.outcome.is_err(), "not published yet");
    }
    assert_eq!(fetches(), 1, "too soon after the last fetch");
    world.provider.publish(&["a", "b"], true);
    world.clock.advance(Duration::from_secs(29));
    assert!(world.try_sign_in().await.outcome.is_err(), "too soon still");
    world.clock.advance(Duration::from_secs(1));
    assert!(world.try_sign_in().await.outcome.is_ok());
    assert_eq!(fetches(), 2);
}

#[tokio::test]
async fn discovery_outlives_an_outage_once_it_is_known() {
    let world = World::new().await;
    *world.provider.down.lock().unwrap() = true;
    let destination = Destination::Url(world.site.default_return());
    let probed = world.sign_in.probe().await;
    assert!(matches!(probed, Err(SignInError::ProviderUnavailable(_))));
    *world.provider.down.lock().unwrap() = false;
    let kept = world.sign_in.begin(&destination, &HeaderMap::new()).await;
    assert!(matches!(kept, Err(SignInError::ProviderUnavailable(_))), "a failure is kept for some seconds");
    world.clock.advance(Duration::from_secs(3));
    assert!(world.sign_in.probe().await.is_ok());
    *world.provider.down.lock().unwrap() = true;
    world.clock.advance(Duration::from_secs(2 * 3600));
    assert!(world.sign_in.begin(&destination, &HeaderMap::new()).await.is_ok());
}

#[tokio::test]
async fn a_provider_that_hangs_holds_up_no_sign_in_once_it_is_known() {
    let world = World::new().await;
    let destination = Destination::Url(world.site.default_return());
    assert!(world.sign_in.begin(&destination, &HeaderMap::new()).await.is_ok());
    let before = world.provider.requests.load(Ordering::Relaxed);
    world.provider.hangs.store(true, Ordering::Relaxed);
    world.clock.advance(Duration::from_secs(2 * 3600));
    for _ in 0..12 {
        let headers = HeaderMap::new();
        let begun = world.sign_in.begin(&destination, &headers);
        let begun = tokio::time::timeout(Duration::from_secs(20), begun).await.expect("no wait for the provider");
        assert!(begun.is_ok());
        tokio::task::yield_now().await;
    }
    assert_eq!(world.provider.requests.load(Ordering::Relaxed), before + 1, "one refresh is under way");
}

#[tokio::test]
async fn a_failure_of_the_provider_is_shared_by_the_sign_ins_that_wait_for_it() {
    let world = World::new().await;
    *world.provider.down.lock().unwrap() = true;
    let destination = Destination::Url(world.site.default_return());
    for _ in 0..12 {
        let refused = world.sign_in.begin(&destination, &HeaderMap::new()).await;
        assert!(matches!(refused, Err(SignInError::ProviderUnavailable(_))));
    }
    assert_eq!(world.provider.requests.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn userinfo_fills_in_an_address_only_for_the_same_subject() {
    let world = World::new().await;
    let strip = |claims: &mut serde_json::Value| {
        claims.as_object_mut().unwrap().remove("email");
    };
    world.provider.lie.lock().unwrap().claims = Some(Box::new(strip));
    let info = |sub: &str| Some(json!({ "sub": sub, "email": "ada@example.com", "email_verified": true }));
    *world.provider.userinfo.lock().unwrap() = info("sub-2");
    assert!(matches!(world.try_sign_in().await.outcome, Err(SignInError::InvalidToken(_))));
    *world.provider.userinfo.lock().unwrap() = info("sub-1");
    assert_eq!(world.sign_in().await.view.user.email, "ada@example.com");
}

#[tokio::test]
async fn endpoints_without_https_are_refused_of_a_provider_with_https() {
    for endpoint in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"] {
        let world = World::new().await;
        let plain = move |document: &mut serde_json::Value| {
            let url = document[endpoint].as_str().unwrap().replace("https://", "http://");
            document[endpoint] = json!(url);
        };
        *world.provider.discovery.lock().unwrap() = Some(Box::new(plain));
        let destination = Destination::Url(world.site.default_return());
        let refused = world.sign_in.begin(&destination, &HeaderMap::new()).await.unwrap_err();
        assert!(refused.to_string().contains("without https"), "{endpoint}: {refused}");
    }
}

#[tokio::test]
async fn a_refused_sign_in_is_an_event_that_names_the_account() {
    let world = World::new().await;
    let user = world.sign_in().await.view.user.id;
    assert_eq!(world.events(AuditKind::SignInRefused), 0);
    world.store.set_active(user, false).await.unwrap();
    assert!(world.try_sign_in().await.outcome.is_err());
    let expected = (AuditKind::SignInRefused, Some("ACCOUNT_DISABLED: ada@example.com".to_owned()));
    assert!(world.events_of(user).await.contains(&expected));

    let world = World::with(SecondFactorPolicy::Required, AccessPolicy::default()).await;
    assert!(world.try_sign_in().await.outcome.is_err());
    assert_eq!(world.events(AuditKind::SignInRefused), 1, "of a stranger too");
}

#[tokio::test]
async fn a_sign_in_closes_its_own_transaction_and_no_other() {
    let world = World::new().await;
    let (first, second) = (world.begin("/a").await, world.begin("/b").await);
    let query = world.provider.authorize(&first.location);
    let [own, other] = [&first, &second].map(|begun| jar(begun)[COOKIE].to_str().unwrap().to_owned());
    let line = format!("{own}; {other}; another=x");
    let both = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&line).unwrap())]);
    let finished = world.sign_in.finish(&query, &both, &Caller::default(), None).await;
    assert!(finished.outcome.is_ok());
    let names: Vec<_> = finished.set_cookies.iter().map(|cookie| cookie.to_str().unwrap().split('=').next()).collect();
    assert_eq!(names, [own.split('=').next()]);
}

#[tokio::test]
async fn a_provider_that_fails_is_an_outage_at_each_of_its_endpoints() {
    for endpoint in ["/.well-known/openid-configuration", "/keys", "/token", "/userinfo"] {
        let world = World::new().await;
        let failing = endpoint == "/token" || endpoint == "/userinfo";
        if endpoint == "/userinfo" {
            let strip = |claims: &mut serde_json::Value| {
                claims.as_object_mut().unwrap().remove("email");
            };
            world.provider.lie.lock().unwrap().claims = Some(Box::new(strip));
        }
        *world.provider.overloaded.lock().unwrap() = Some(endpoint);
        let error = if failing {
            world.try_sign_in().await.outcome.unwrap_err()
        } else {
            let destination = Destination::Url(world.site.default_return());
            world.sign_in.begin(&destination, &HeaderMap::new()).await.unwrap_err()
        };
        assert_eq!(error.code(), "PROVIDER_UNAVAILABLE", "{endpoint}");
        let expected = format!("accounts.google.com{endpoint}: answered with 503 Service Unavailable");
        assert!(error.to_string().ends_with(&expected), "{error}");
    }
}

#[tokio::test]
async fn a_failed_discovery_says_why() {
    let why = async |change: Option<fn(&mut serde_json::Value)>| {
        let world = World::new().await;
        match change {
            Some(change) => *world.provider.discovery.lock().unwrap() = Some(Box::new(change)),
            None => *world.provider.down.lock().unwrap() = true,
        }
        let destination = Destination::Url(world.site.default_return());
        world.sign_in.begin(&destination, &HeaderMap::new()).await.unwrap_err().to_string()
    };
    assert_eq!(why(None).await, "the provider is unavailable: discovery: connection refused");
    // Another tenant's document, whole or not.
    let other: fn(&mut serde_json::Value) = |document| document["issuer"] = json!("https://evil\n.example");
    let short: fn(&mut serde_json::Value) = |document| *document = json!({ "issuer": "https://evil\n.example" });
    for change in [other, short] {
        let expected = r#"is of the issuer "https://evil\n.example", expected "https://accounts.google.com""#;
        let why = why(Some(change)).await;
        assert!(why.ends_with(expected), "{why}");
    }
    let why = why(Some(|document| drop(document.as_object_mut().unwrap().remove("jwks_uri")))).await;
    assert!(why.contains("missing field `jwks_uri`"), "{why}");
}
