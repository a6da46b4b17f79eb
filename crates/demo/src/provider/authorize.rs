//! The authorization endpoint (OpenID Connect Core §3.1.2, RFC 7636 §4.3).

use std::collections::HashMap;

use postern_model::clock::Timestamp;
use url::Url;

use super::accounts::Account;
use super::grants::Grant;

/// A checked authorization request.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) client_id: String,
    pub(super) redirect_uri: Url,
    pub(super) prompt: Option<String>,
    state: Option<String>,
    nonce: Option<String>,
    challenge: String,
}

/// Why an authorization request goes no further.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizeError {
    /// It is not clear who asks: told to the person, never redirected.
    #[error("{0}")]
    Untrusted(&'static str),
    /// Told to the client, by redirect to this URL.
    #[error("the client is told an error: {0}")]
    Redirect(Url),
}

impl Request {
    /// Checks the query of an authorization request from a known client.
    pub(super) fn parse(query: &str, client_id: &str) -> Result<Self, AuthorizeError> {
        let mut fields = HashMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if fields.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(AuthorizeError::Untrusted("A parameter of the request is given twice."));
            }
        }
        let mut take = |name: &str| fields.remove(name).filter(|value| !value.is_empty());
        if take("client_id").as_deref() != Some(client_id) {
            return Err(AuthorizeError::Untrusted("No client of this identifier is registered here."));
        }
        let redirect_uri = take("redirect_uri")
            .and_then(|uri| Url::parse(&uri).ok())
            .filter(is_loopback)
            .ok_or(AuthorizeError::Untrusted("The redirect URI does not lead back to this machine."))?;
        let request = Self {
            client_id: client_id.to_owned(),
            redirect_uri,
            prompt: take("prompt"),
            state: take("state"),
            nonce: take("nonce"),
            challenge: take("code_challenge").unwrap_or_default(),
        };
        let scope = take("scope").unwrap_or_default();
        if take("response_type").as_deref() != Some("code") {
            return Err(request.refused("unsupported_response_type"));
        }
        if !scope.split(' ').any(|scope| scope == "openid") {
            return Err(request.refused("invalid_scope"));
        }
        if take("code_challenge_method").as_deref() != Some("S256") || request.challenge.len() != 43 {
            return Err(request.refused("invalid_request"));
        }
        Ok(request)
    }

    /// The grant that an account's approval makes.
    pub(super) fn grant(&self, account: Account, now: Timestamp) -> Grant {
        Grant {
            client_id: self.client_id.clone(),
            redirect_uri: self.redirect_uri.to_string(),
            challenge: self.challenge.clone(),
            nonce: self.nonce.clone(),
            account,
            granted_at: now,
        }
    }

    /// Where the browser goes with a code (RFC 6749 §4.1.2; `iss`: RFC 9207).
    pub(super) fn approved(&self, code: &str, issuer: &str) -> Url {
        self.answer(&[("code", code), ("iss", issuer)])
    }

    /// Where the browser goes with an error (RFC 6749 §4.1.2.1).
    pub(super) fn refused(&self, error: &str) -> AuthorizeError {
        AuthorizeError::Redirect(self.answer(&[("error", error)]))
    }

    fn answer(&self, fields: &[(&str, &str)]) -> Url {
        let mut url = self.redirect_uri.clone();
        url.query_pairs_mut().extend_pairs(fields);
        if let Some(state) = &self.state {
            url.query_pairs_mut().append_pair("state", state);
        }
        url
    }
}

fn is_loopback(url: &Url) -> bool {
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    local && matches!(url.scheme(), "http" | "https") && url.fragment().is_none()
}
