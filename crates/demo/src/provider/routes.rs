//! Which endpoint answers what.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Method, Request, StatusCode};
use serde_json::{Map, Value, json};
use url::Url;

use super::accounts::Account;
use super::authorize::{self, AuthorizeError};
use super::tamper::edited;
use super::{Provider, pages, token};
use crate::respond::Answer;
use crate::{authenticator, respond};

impl Provider {
    /// Answers a request.
    pub fn handle(&self, request: &Request<Bytes>) -> Answer {
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/") => pages::home(&self.0.issuer, &self.0.accounts),
            (&Method::GET, "/.well-known/openid-configuration") => self.discovery(),
            (&Method::GET, "/jwks.json") => self.jwks(),
            (&Method::GET, "/authorize") => self.show_accounts(request),
            (&Method::POST, "/authorize") => self.account_picked(request),
            (&Method::POST, "/token") => {
                self.0.hits.token.fetch_add(1, Ordering::Relaxed);
                token::answer(self, request)
            }
            (&Method::GET | &Method::POST, "/userinfo") => self.userinfo(request),
            (&Method::GET, "/authenticator") => {
                authenticator::page(request.uri().query().unwrap_or_default(), self.0.clock.now())
            }
            (&Method::GET, "/demo.css") => respond::css(include_str!("../../assets/demo.css")),
            (_, "/" | "/authorize" | "/token" | "/userinfo" | "/authenticator" | "/jwks.json") => {
                pages::problem(StatusCode::METHOD_NOT_ALLOWED, "This address is used in another way.")
            }
            _ => pages::problem(StatusCode::NOT_FOUND, "There is nothing at this address."),
        }
    }

    fn discovery(&self) -> Answer {
        self.0.hits.discovery.fetch_add(1, Ordering::Relaxed);
        let issuer = &self.0.issuer;
        let document = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "userinfo_endpoint": format!("{issuer}/userinfo"),
            "jwks_uri": format!("{issuer}/jwks.json"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "claims_supported": ["aud", "email", "email_verified", "exp", "family_name", "given_name", "hd", "iat", "iss", "name", "sub"],
            "code_challenge_methods_supported": ["S256"],
            "grant_types_supported": ["authorization_code"],
            "authorization_response_iss_parameter_supported": true,
        });
        respond::json(StatusCode::OK, &edited(self.current_tamper().discovery.as_ref(), object(document)))
    }

    fn jwks(&self) -> Answer {
        self.0.hits.jwks.fetch_add(1, Ordering::Relaxed);
        let keys: Vec<Value> = self.keys().iter().map(super::ProviderKey::jwk).collect();
        respond::json(StatusCode::OK, &edited(self.current_tamper().jwks.as_ref(), object(json!({ "keys": keys }))))
    }

    fn show_accounts(&self, request: &Request<Bytes>) -> Answer {
        let query = request.uri().query().unwrap_or_default();
        match authorize::Request::parse(query, &self.0.client_id) {
            // The provider keeps no sessions, so `prompt=none` cannot succeed.
            Ok(asked) if asked.prompt.as_deref() == Some("none") => refuse(asked.refused("login_required")),
            Ok(asked) => pages::pick(&self.0.accounts, &asked, query),
            Err(error) => refuse(error),
        }
    }

    fn account_picked(&self, request: &Request<Bytes>) -> Answer {
        let query = request.uri().query().unwrap_or_default();
        let asked = match authorize::Request::parse(query, &self.0.client_id) {
            Ok(asked) => asked,
            Err(error) => return refuse(error),
        };
        let fields: Vec<(String, String)> = form_urlencoded::parse(request.body()).into_owned().collect();
        let field = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.trim());
        if field("cancel").is_some() {
            return refuse(asked.refused("access_denied"));
        }
        let account = match (field("account"), field("email")) {
            (Some(picked), _) => self.0.accounts.iter().find(|account| account.subject == picked).cloned(),
            (None, Some(email)) if email.contains('@') && email.len() <= 200 => {
                let name: String = field("name").unwrap_or_default().chars().take(100).collect();
                Some(Account::of_address(email, &name, field("verified").is_some()))
            }
            _ => None,
        };
        let Some(account) = account else {
            return pages::problem(StatusCode::BAD_REQUEST, "Pick an account, or write a whole e-mail address.");
        };
        let approved =
            Url::parse(&format!("{}/authorize?{query}", self.0.issuer)).map(|url| self.approve(&url, &account));
        match approved {
            Ok(Ok(url)) => respond::see_other(url.as_str()),
            Ok(Err(error)) => refuse(error),
            Err(_) => refuse(AuthorizeError::Untrusted("The request cannot be read.")),
        }
    }

    fn userinfo(&self, request: &Request<Bytes>) -> Answer {
        let bearer =
            request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        match bearer.and_then(|token| self.0.grants.account(token, self.0.clock.now())) {
            Some(account) => {
                respond::json(StatusCode::OK, &edited(self.current_tamper().userinfo.as_ref(), account.claims()))
            }
            None => respond::json(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid_token" })),
        }
    }
}

fn refuse(error: AuthorizeError) -> Answer {
    match error {
        AuthorizeError::Untrusted(message) => pages::problem(StatusCode::BAD_REQUEST, message),
        AuthorizeError::Redirect(url) => respond::see_other(url.as_str()),
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
