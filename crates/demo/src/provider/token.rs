//! The token endpoint (RFC 6749 §4.1.3, RFC 7636 §4.6).

use std::collections::HashMap;

use bytes::Bytes;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use ring::digest::{SHA256, digest};
use serde_json::{Map, json};

use super::Provider;
use super::id_token;
use super::tamper::edited;
use crate::respond;
use crate::respond::Answer;

/// An error of RFC 6749 §5.2, with a description for developers.
struct Refused(&'static str, &'static str);

/// Answers a token request.
pub(super) fn answer(provider: &Provider, request: &Request<Bytes>) -> Answer {
    match redeem(provider, request) {
        Ok(answer) => answer,
        Err(Refused(error, description)) => {
            let status = if error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
            let mut answer = respond::json(status, &json!({ "error": error, "error_description": description }));
            if status == StatusCode::UNAUTHORIZED {
                answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"token\""));
            }
            answer
        }
    }
}

fn redeem(provider: &Provider, request: &Request<Bytes>) -> Result<Answer, Refused> {
    let is_form = |value: &HeaderValue| value.as_bytes().starts_with(b"application/x-www-form-urlencoded");
    if !request.headers().get(CONTENT_TYPE).is_some_and(is_form) {
        return Err(Refused("invalid_request", "the body must be a form"));
    }
    let mut fields = HashMap::new();
    for (name, value) in form_urlencoded::parse(request.body()) {
        if fields.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(Refused("invalid_request", "a field is given twice"));
        }
    }
    let inner = &provider.0;
    authenticate(request.headers(), &mut fields, &inner.client_id, &inner.client_secret)?;
    if fields.get("grant_type").map(String::as_str) != Some("authorization_code") {
        return Err(Refused("unsupported_grant_type", "only authorization_code is served"));
    }
    let field = |name| fields.get(name).map(String::as_str).unwrap_or_default();
    let now = inner.clock.now();
    let grant =
        inner.grants.take(field("code"), now).ok_or(Refused("invalid_grant", "unknown, used or expired code"))?;
    if grant.redirect_uri != field("redirect_uri") {
        return Err(Refused("invalid_grant", "another redirect_uri than in the authorization request"));
    }
    let hash = digest(&SHA256, field("code_verifier").as_bytes());
    if BASE64URL_NOPAD.encode(hash.as_ref()) != grant.challenge {
        return Err(Refused("invalid_grant", "the code_verifier does not fit the code_challenge"));
    }
    let access_token = inner.grants.access_token(inner.entropy.as_ref(), &grant.account, now);
    let tamper = provider.current_tamper();
    let claims = id_token::claims(&inner.issuer, &grant, &access_token, now);
    let mut body = Map::new();
    body.insert("id_token".to_owned(), json!(id_token::signed(&provider.signing_key(), claims, &tamper)));
    body.insert("access_token".to_owned(), json!(access_token));
    body.insert("token_type".to_owned(), json!("Bearer"));
    body.insert("expires_in".to_owned(), json!(id_token::LIFETIME));
    body.insert("scope".to_owned(), json!("openid email profile"));
    Ok(respond::json(StatusCode::OK, &edited(tamper.token.as_ref(), body)))
}

/// Checks the client by `client_secret_basic` or `client_secret_post`, one of them (RFC 6749 §2.3.1).
fn authenticate(
    headers: &HeaderMap,
    fields: &mut HashMap<String, String>,
    client_id: &str,
    client_secret: &str,
) -> Result<(), Refused> {
    let basic = headers
        .get(AUTHORIZATION)
        .map(|value| basic_credentials(value).ok_or(Refused("invalid_client", "unreadable credentials")));
    let given = match (basic.transpose()?, fields.remove("client_secret")) {
        (Some(_), Some(_)) => return Err(Refused("invalid_request", "the client authenticates in two ways")),
        (Some(pair), None) => pair,
        (None, Some(secret)) => (fields.remove("client_id").unwrap_or_default(), secret),
        (None, None) => return Err(Refused("invalid_client", "the client does not authenticate")),
    };
    if given == (client_id.to_owned(), client_secret.to_owned()) {
        Ok(())
    } else {
        Err(Refused("invalid_client", "unknown client or wrong secret"))
    }
}

fn basic_credentials(value: &HeaderValue) -> Option<(String, String)> {
    let encoded = value.to_str().ok()?.strip_prefix("Basic ")?;
    let text = String::from_utf8(BASE64.decode(encoded.as_bytes()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    // Both are form-encoded first.
    let decoded = |text: &str| {
        let field = format!("v={text}");
        form_urlencoded::parse(field.as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    Some((decoded(id)?, decoded(secret)?))
}
