//! The stand-in provider, driven as a relying party and a browser would.

use std::sync::OnceLock;

use crate::browser::{self, Browser, Reply};
use http::StatusCode;
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreProviderMetadata};
use openidconnect::{
    AccessToken, AccessTokenHash, ClientId, ClientSecret, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
};
use postern_demo::provider::{Account, Builder, Provider, ProviderKey, RunningProvider, Signature, Tamper};
use serde_json::{Value, json};
use url::Url;

const REDIRECT: &str = "http://localhost:8080/postern/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// One key for all tests: making one takes a while.
fn key() -> ProviderKey {
    static KEY: OnceLock<ProviderKey> = OnceLock::new();
    KEY.get_or_init(|| ProviderKey::generate().unwrap()).clone()
}

async fn provider() -> RunningProvider {
    Provider::builder().key(key()).start().await.unwrap()
}

/// An authorization request; `change` replaces parameters, an empty value leaves one out.
fn authorize_url(provider: &Provider, change: &[(&str, &str)]) -> Url {
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(VERIFIER.to_owned()));
    let mut url = Url::parse(&format!("{}/authorize", provider.issuer())).unwrap();
    let standard = [
        ("response_type", "code"),
        ("client_id", "demo"),
        ("redirect_uri", REDIRECT),
        ("scope", "openid email profile"),
        ("state", "state & more"),
        ("nonce", "n-0S6"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in standard {
        let value = change.iter().find(|(changed, _)| *changed == name).map_or(value, |(_, value)| *value);
        if !value.is_empty() {
            url.query_pairs_mut().append_pair(name, value);
        }
    }
    url
}

fn parameter(url: &Url, wanted: &str) -> Option<String> {
    url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}

fn ada() -> Account {
    Account::samples().remove(0)
}

/// A fresh code for Ada.
fn code(provider: &Provider) -> String {
    parameter(&provider.approve(&authorize_url(provider, &[]), &ada()).unwrap(), "code").unwrap()
}

/// Redeems a code; `change` as in [`authorize_url`].
async fn redeem(provider: &Provider, code: &str, change: &[(&str, &str)]) -> Reply {
    let standard = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("client_id", "demo"),
        ("client_secret", Builder::DEMO_SECRET),
    ];
    let fields = standard.map(|(name, value)| {
        (name, change.iter().find(|(changed, _)| *changed == name).map_or(value, |(_, value)| *value))
    });
    Browser::new().post_form(&format!("{}/token", provider.issuer()), &fields, None).await
}

#[tokio::test]
async fn a_browser_picks_an_account_and_the_client_gets_a_token_that_verifies() {
    let provider = provider().await;
    let browser = Browser::new();
    let issuer = provider.issuer();

    let metadata = browser.get(&format!("{issuer}/.well-known/openid-configuration")).await;
    let metadata: CoreProviderMetadata = serde_json::from_str(&metadata.body).unwrap();
    assert_eq!(metadata.issuer().as_str(), issuer);

    let asked = authorize_url(&provider, &[]);
    let page = browser.get(asked.as_str()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Ada Lovelace") && page.body.contains("ada@example.com"));
    assert!(page.header("content-security-policy").contains("form-action 'self' http://localhost:8080"));
    let picked = browser.post_form(asked.as_str(), &[("account", &ada().subject)], None).await;
    assert_eq!(picked.status, StatusCode::SEE_OTHER);
    let back = Url::parse(&picked.header("location")).unwrap();
    assert!(back.as_str().starts_with(REDIRECT));
    assert_eq!(parameter(&back, "state").as_deref(), Some("state & more"));
    assert_eq!(parameter(&back, "iss").as_deref(), Some(issuer));

    let body = redeem(&provider, &parameter(&back, "code").unwrap(), &[]).await.json();
    let keys = browser.get(metadata.jwks_uri().as_str()).await;
    let keys: CoreJsonWebKeySet = serde_json::from_str(&keys.body).unwrap();
    let verifier = CoreIdTokenVerifier::new_confidential_client(
        ClientId::new("demo".to_owned()),
        ClientSecret::new(Builder::DEMO_SECRET.to_owned()),
        IssuerUrl::new(issuer.to_owned()).unwrap(),
        keys,
    );
    let token: CoreIdToken = body["id_token"].as_str().unwrap().parse().unwrap();
    let claims = token.claims(&verifier, &Nonce::new("n-0S6".to_owned())).unwrap();
    assert_eq!(claims.subject().as_str(), ada().subject);
    assert_eq!(claims.email_verified(), Some(true));
    assert!(claims.auth_time().is_some());
    let access_token = AccessToken::new(body["access_token"].as_str().unwrap().to_owned());
    let (algorithm, key) = (token.signing_alg().unwrap(), token.signing_key(&verifier).unwrap());
    assert_eq!(claims.access_token_hash(), Some(&AccessTokenHash::from_token(&access_token, algorithm, key).unwrap()));

    let url = format!("{issuer}/userinfo");
    let userinfo = async |token: &str| browser.get_with(&url, &[("authorization", &format!("Bearer {token}"))]).await;
    let ada = userinfo(access_token.secret()).await.json();
    assert_eq!((ada["hd"].as_str(), ada["name"].as_str()), (Some("example.com"), Some("Ada Lovelace")));
    assert_eq!(userinfo("other").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_code_serves_once_and_only_whom_it_was_made_for() {
    let provider = provider().await;
    let first = code(&provider);
    assert_eq!(redeem(&provider, &first, &[]).await.status, StatusCode::OK);
    let wrong = [
        (first, ("grant_type", "authorization_code"), "invalid_grant"),
        (code(&provider), ("redirect_uri", "http://localhost:8080/other"), "invalid_grant"),
        (code(&provider), ("code_verifier", "another"), "invalid_grant"),
        (code(&provider), ("grant_type", "password"), "unsupported_grant_type"),
        (code(&provider), ("client_secret", "guess"), "invalid_client"),
        (code(&provider), ("client_id", "other"), "invalid_client"),
        ("made-up".to_owned(), ("grant_type", "authorization_code"), "invalid_grant"),
    ];
    for (code, change, error) in wrong {
        let reply = redeem(&provider, &code, &[change]).await;
        assert!(reply.status.is_client_error(), "{change:?}");
        assert_eq!(reply.json()["error"], error, "{change:?}");
    }
    let tried = code(&provider);
    redeem(&provider, &tried, &[("code_verifier", "another")]).await;
    assert_eq!(redeem(&provider, &tried, &[]).await.json()["error"], "invalid_grant", "a failed try uses it up");
}

#[tokio::test]
async fn the_client_may_authenticate_by_header_but_not_twice() {
    let provider = provider().await;
    let url = format!("{}/token", provider.issuer());
    let redeem = async |secret: &str, extra: &[(&str, &str)]| {
        let code = code(&provider);
        let mut fields = vec![("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", REDIRECT)];
        fields.push(("code_verifier", VERIFIER));
        fields.extend(extra);
        Browser::new().post_form(&url, &fields, Some(("demo", secret))).await
    };
    assert_eq!(redeem(Builder::DEMO_SECRET, &[]).await.status, StatusCode::OK);
    assert_eq!(redeem("guess", &[]).await.status, StatusCode::UNAUTHORIZED);
    let both = redeem(Builder::DEMO_SECRET, &[("client_secret", Builder::DEMO_SECRET)]).await;
    assert_eq!(both.json()["error"], "invalid_request");
}

#[tokio::test]
async fn a_request_from_who_knows_whom_is_never_redirected() {
    let provider = provider().await;
    let browser = Browser::new();
    for change in
        [("client_id", "other"), ("redirect_uri", "https://evil.example/cb"), ("redirect_uri", "javascript:x")]
    {
        let reply = browser.get(authorize_url(&provider, &[change]).as_str()).await;
        assert_eq!((reply.status, reply.header("location").as_str()), (StatusCode::BAD_REQUEST, ""), "{change:?}");
    }
    let doubled = format!("{}&client_id=demo", authorize_url(&provider, &[]));
    assert_eq!(browser.get(&doubled).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_known_client_is_told_what_is_wrong() {
    let provider = provider().await;
    let browser = Browser::new();
    for (change, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "email"), "invalid_scope"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
    ] {
        let reply = browser.get(authorize_url(&provider, &[change]).as_str()).await;
        let back = Url::parse(&reply.header("location")).unwrap();
        assert_eq!(parameter(&back, "error").as_deref(), Some(error), "{change:?}");
        assert_eq!(parameter(&back, "state").as_deref(), Some("state & more"));
    }
    let asked = authorize_url(&provider, &[]);
    let cancelled = browser.post_form(asked.as_str(), &[("cancel", "1")], None).await;
    assert!(cancelled.header("location").contains("error=access_denied"));
    let silent = browser.get(&format!("{asked}&prompt=none")).await;
    assert!(silent.header("location").contains("error=login_required"));
}

#[tokio::test]
async fn any_other_address_can_be_used_and_always_is_the_same_person() {
    let provider = provider().await;
    let asked = authorize_url(&provider, &[]);
    let mut subjects = Vec::new();
    for fields in
        [&[("email", "Zoë@example.com"), ("name", "Zoë"), ("verified", "on")][..], &[("email", "Zoë@example.com")]]
    {
        let reply = Browser::new().post_form(asked.as_str(), fields, None).await;
        let back = Url::parse(&reply.header("location")).unwrap();
        let body = redeem(&provider, &parameter(&back, "code").unwrap(), &[]).await.json();
        let claims = browser::claims(body["id_token"].as_str().unwrap());
        assert_eq!(claims["email_verified"], fields.len() == 3);
        subjects.push(claims["sub"].clone());
    }
    assert_eq!(subjects[0], subjects[1]);
    for bad in [&[("email", "nobody")][..], &[("account", "0")], &[]] {
        assert_eq!(Browser::new().post_form(asked.as_str(), bad, None).await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_test_can_make_it_misbehave_and_behave_again() {
    let provider = provider().await;
    let token = async |tamper: Tamper| {
        provider.set_tamper(tamper);
        let body = redeem(&provider, &code(&provider), &[]).await.json();
        body["id_token"].as_str().unwrap().to_owned()
    };
    let edited = Tamper::default()
        .claims(|claims| drop(claims.insert("aud".to_owned(), json!("another"))))
        .header(|header| drop(header.remove("kid")));
    let edited = token(edited).await;
    assert_eq!(browser::claims(&edited)["aud"], "another");
    assert_eq!(browser::header(&edited), json!({"alg": "RS256", "typ": "JWT"}));
    let none = token(Tamper::default().signature(Signature::Absent)).await;
    assert!(none.ends_with('.') && browser::header(&none)["alg"] == "none");
    let hmac = token(Tamper::default().signature(Signature::Hmac(b"n".to_vec()))).await;
    assert_eq!(browser::header(&hmac)["alg"], "HS256");
    provider.set_tamper(Tamper::default().jwks(|set| drop(set.insert("keys".to_owned(), json!([])))));
    let jwks = format!("{}/jwks.json", provider.issuer());
    assert_eq!(Browser::new().get(&jwks).await.json(), json!({"keys": []}));
    assert_eq!(browser::claims(&token(Tamper::default()).await)["aud"], "demo");
    assert_eq!(provider.jwks_hits(), 1);
    assert_eq!(provider.token_hits(), 4);
}

#[tokio::test]
async fn a_rotated_key_signs_while_the_old_one_stays_published() {
    let provider = provider().await;
    let fresh = ProviderKey::generate().unwrap();
    provider.rotate_key(fresh.clone(), true);
    let body = redeem(&provider, &code(&provider), &[]).await.json();
    assert_eq!(browser::header(body["id_token"].as_str().unwrap())["kid"], fresh.kid());
    let set = Browser::new().get(&format!("{}/jwks.json", provider.issuer())).await.json();
    let kids: Vec<&Value> = set["keys"].as_array().unwrap().iter().map(|key| &key["kid"]).collect();
    assert_eq!(kids, [fresh.kid(), key().kid()]);
}
