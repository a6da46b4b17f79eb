//! Every lie that an ID token can tell: refused, each with its own reason in the log and the same page for people.

#![cfg(test)]

mod support;

use std::collections::HashSet;

use postern_authn::sign_in::SignInError;
use serde_json::{Value, json};
use support::World;
use support::provider::Lie;

fn claims(change: impl Fn(&mut Value) + Send + 'static) -> Lie {
    Lie { claims: Some(Box::new(change)), ..Lie::default() }
}

fn header(change: impl Fn(&mut Value) + Send + 'static) -> Lie {
    Lie { header: Some(Box::new(change)), ..Lie::default() }
}

fn token(change: impl Fn(String) -> String + Send + 'static) -> Lie {
    Lie { token: Some(Box::new(change)), ..Lie::default() }
}

fn without(name: &'static str) -> Lie {
    claims(move |claims| {
        claims.as_object_mut().unwrap().remove(name);
    })
}

/// Runs one lie; gives the internal reason.
async fn reason(lie: Lie) -> String {
    let world = World::new().await;
    *world.provider.lie.lock().unwrap() = lie;
    let error = world.try_sign_in().await.outcome.unwrap_err();
    assert_eq!(error.code(), "SIGN_IN_FAILED", "{error}");
    assert!(matches!(error, SignInError::InvalidToken(_)), "{error}");
    error.to_string()
}

#[tokio::test]
async fn every_wrong_claim_is_refused() {
    let now = 1_800_000_000_i64;
    let cases: Vec<(&str, Lie)> = vec![
        ("another issuer", claims(|c| c["iss"] = json!("https://evil.example"))),
        ("another audience", claims(|c| c["aud"] = json!("client-2"))),
        ("another audience", claims(|c| c["aud"] = json!([]))),
        ("another audience", claims(|c| c["aud"] = json!(["client-1", "client-2"]))),
        ("another party", claims(|c| c["azp"] = json!("client-2"))),
        ("nonce", claims(|c| c["nonce"] = json!("another"))),
        ("nonce", without("nonce")),
        ("at_hash", claims(|c| c["at_hash"] = json!("AAAAAAAAAAAAAAAAAAAAAA"))),
        ("expired", claims(move |c| c["exp"] = json!(now - 60))),
        ("in the future", claims(move |c| c["iat"] = json!(now + 61))),
        ("in the future", claims(move |c| c["nbf"] = json!(now + 61))),
        ("too long ago", claims(move |c| c["iat"] = json!(now - 601))),
        ("lacks a required member", without("sub")),
        ("lacks a required member", without("iat")),
        ("lacks a required member", without("aud")),
        ("lacks a required member", without("exp")),
        ("lacks a required member", without("iss")),
        ("lacks a required member", claims(|c| c["sub"] = json!(7))),
        ("larger than", claims(|c| c["pad"] = json!("x".repeat(16 * 1024)))),
        ("unusable sub", claims(|c| c["sub"] = json!(""))),
        ("unusable sub", claims(|c| c["sub"] = json!("x".repeat(256)))),
        ("unusable email", claims(|c| c["email"] = json!("a@evil@corp.com"))),
    ];
    for (expected, lie) in cases {
        let reason = reason(lie).await;
        assert!(reason.contains(expected), "{reason} should tell of {expected}");
    }
}

#[tokio::test]
async fn every_wrong_header_and_signature_is_refused() {
    let unsigned = |token: String| format!("{}.", token.rsplit_once('.').unwrap().0);
    let cut = |token: String| token[..token.len() - 4].to_owned();
    let cases: Vec<(&str, Lie)> = vec![
        ("not signed with RS256", header(|h| h["alg"] = json!("none"))),
        ("not signed with RS256", header(|h| h["alg"] = json!("HS256"))),
        ("not signed with RS256", header(|h| h["alg"] = json!("ES256"))),
        ("not signed with RS256", header(|h| h["alg"] = json!("rs256"))),
        ("carries crit", header(|h| h["crit"] = json!(["exp"]))),
        ("carries jku", header(|h| h["jku"] = json!("https://evil.example/keys"))),
        ("carries jwk", header(|h| h["jwk"] = json!({"kty": "RSA"}))),
        ("carries x5u", header(|h| h["x5u"] = json!("https://evil.example/x"))),
        ("carries x5c", header(|h| h["x5c"] = json!(["MIIB"]))),
        ("does not publish", header(|h| h["kid"] = json!("z"))),
        ("signature is wrong", Lie { sign_with_other_key: true, ..Lie::default() }),
        ("signature is wrong", token(unsigned)),
        ("signature", token(cut)),
        ("not readable", token(|_| "a.b.c".to_owned())),
        ("not readable", token(|_| String::new())),
        ("not readable", token(|token| format!("{token}.x"))),
    ];
    let mut reasons = HashSet::new();
    for (expected, lie) in cases {
        let reason = reason(lie).await;
        assert!(reason.contains(expected), "{reason} should tell of {expected}");
        reasons.insert(reason);
    }
    assert!(reasons.len() >= 8, "reasons are told apart: {reasons:?}");
}

#[tokio::test]
async fn a_token_that_names_no_key_is_accepted_only_where_there_is_one() {
    let nameless = || {
        header(|header| {
            header.as_object_mut().unwrap().remove("kid");
        })
    };
    let world = World::new().await;
    *world.provider.lie.lock().unwrap() = nameless();
    assert!(world.try_sign_in().await.outcome.is_ok());
    let world = World::new().await;
    *world.provider.lie.lock().unwrap() = nameless();
    world.provider.publish(&["a", "b"], false);
    let error = world.try_sign_in().await.outcome.unwrap_err();
    assert!(error.to_string().contains("names no key"), "{error}");
}

#[tokio::test]
async fn a_key_that_is_published_for_encryption_signs_nothing() {
    let world = World::new().await;
    world.provider.published.lock().unwrap()[0]["use"] = json!("enc");
    let error = world.try_sign_in().await.outcome.unwrap_err();
    assert!(error.to_string().contains("does not publish"), "{error}");
}

#[tokio::test]
async fn both_spellings_of_google_and_a_minute_of_skew_are_accepted() {
    let now = 1_800_000_000_i64;
    for lie in [
        claims(|c| c["iss"] = json!("accounts.google.com")),
        claims(move |c| c["exp"] = json!(now - 59)),
        claims(move |c| c["iat"] = json!(now + 60)),
        claims(move |c| c["iat"] = json!(now - 600)),
        claims(|c| c["aud"] = json!(["client-1"])),
        claims(|c| c["azp"] = json!("client-1")),
        without("at_hash"),
    ] {
        let world = World::new().await;
        *world.provider.lie.lock().unwrap() = lie;
        let finished = world.try_sign_in().await;
        assert!(finished.outcome.is_ok(), "{:?}", finished.outcome);
    }
}

#[tokio::test]
async fn an_unverified_address_is_refused_and_text_is_not_a_yes() {
    for value in [json!(false), json!("true"), json!(1), Value::Null] {
        let world = World::new().await;
        *world.provider.lie.lock().unwrap() = claims(move |c| c["email_verified"] = value.clone());
        assert!(matches!(world.try_sign_in().await.outcome, Err(SignInError::EmailUnverified)));
    }
}
