//! Sign-in transactions: state, nonce and PKCE verifier, sealed into one cookie per transaction. The store holds no
//! data of users who are not signed in, and several tabs can sign in at once.

use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use http::HeaderMap;
use http::header::HeaderValue;
use postern_keystore::{SealContext, SessionCookie, cookies};
use postern_model::ExposeSecret;
use postern_model::clock::Timestamp;
use postern_model::entropy::{Entropy, draw};
use postern_model::web::Site;
use serde::{Deserialize, Serialize};

use super::{Destination, SignInError};
use crate::service::Authn;

/// Maximum time that a user may spend at the provider.
const LIFETIME: Duration = Duration::from_secs(15 * 60);
/// Maximum number of open transactions per browser.
const MOST_OPEN: usize = 4;
/// Maximum total size of all transaction cookies in bytes, well within the 8 KiB that proxies allow for a header line.
const MOST_BYTES: usize = 5_000;
/// Number of leading characters of the state that name its cookie.
const NAME_LEN: usize = 12;

/// Sign-in in progress.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Transaction {
    /// Opaque value that the provider sends back (`state`).
    #[serde(rename = "s")]
    pub(super) state: String,
    /// Value that ties the ID token to this transaction (`nonce`).
    #[serde(rename = "n")]
    pub(super) nonce: String,
    /// PKCE code verifier (RFC 7636 §4.1).
    #[serde(rename = "v")]
    pub(super) verifier: String,
    /// Return URL; absent for the dashboard.
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    return_url: Option<String>,
    /// Expiry in seconds since the epoch.
    #[serde(rename = "e")]
    expires: i64,
}

impl Transaction {
    /// Draws a fresh transaction.
    pub(super) fn draw(entropy: &dyn Entropy, destination: &Destination, now: Timestamp) -> Self {
        let random = || BASE64URL_NOPAD.encode(&draw::<32>(entropy));
        let return_url = match destination {
            Destination::Url(url) => Some(url.as_str().to_owned()),
            Destination::Dashboard => None,
        };
        let expires = now.after(LIFETIME).as_secs();
        Self { state: random(), nonce: random(), verifier: random(), return_url, expires }
    }
}

/// Stores transactions in cookies.
pub(super) struct Transactions {
    cookie: SessionCookie,
    site: Arc<Site>,
}

impl Transactions {
    pub(super) fn new(cookie: SessionCookie, site: Arc<Site>) -> Self {
        Self { cookie, site }
    }

    /// Returns the `Set-Cookie` values that open `transaction` and drop the oldest of the transactions that the browser
    /// sent, so that their number stays bounded.
    pub(super) fn open(
        &self,
        authn: &Authn,
        transaction: &Transaction,
        headers: &HeaderMap,
    ) -> Result<Vec<HeaderValue>, SignInError> {
        let name = self.name(&transaction.state, transaction.expires);
        let plain = serde_json::to_vec(transaction).map_err(|_| SignInError::Sealing)?;
        let context = SealContext::transaction(&name);
        let sealed = authn.keyring.seal(authn.entropy.as_ref(), &context, &plain).map_err(|_| SignInError::Sealing)?;
        let mut room = MOST_BYTES.saturating_sub(name.len() + sealed.len());
        let mut set = vec![self.cookie.set_transaction(&name, &sealed, LIFETIME).ok_or(SignInError::Sealing)?];

        let prefix = self.cookie.transaction_prefix();
        let mut open: Vec<(&str, &str)> = cookies(headers).filter(|(name, _)| name.starts_with(prefix)).collect();
        open.sort_unstable_by(|a, b| b.0.cmp(a.0));
        for (index, (old, value)) in open.into_iter().enumerate() {
            let size = old.len() + value.len();
            if index + 1 < MOST_OPEN && size <= room {
                room -= size;
            } else {
                room = 0;
                set.extend(self.clear(old));
            }
        }
        Ok(set)
    }

    /// Returns the transaction with this state, and its return URL. It must be of this browser, unchanged, and not
    /// expired.
    pub(super) fn find(
        &self,
        authn: &Authn,
        state: &str,
        headers: &HeaderMap,
    ) -> Result<(Transaction, Destination), SignInError> {
        for (name, value) in self.candidates(state, headers) {
            let Ok(plain) = authn.keyring.open(&SealContext::transaction(name), value) else { continue };
            let Ok(found) = serde_json::from_slice::<Transaction>(plain.expose_secret()) else { continue };
            let in_time = authn.now() < Timestamp::from_secs(found.expires);
            // The cookie is sealed under its own name and the state inside is 256 random bits: a comparison in variable
            // time reveals no more to an attacker than the cookie that they hold.
            if found.state != state || !in_time {
                continue;
            }
            let destination = match &found.return_url {
                None => Destination::Dashboard,
                Some(url) => Destination::Url(self.site.return_url(url).unwrap_or_else(|| self.site.default_return())),
            };
            return Ok((found, destination));
        }
        Err(SignInError::UnknownTransaction)
    }

    /// Returns the `Set-Cookie` values that clear the transaction with this state.
    pub(super) fn close(&self, state: &str, headers: &HeaderMap) -> Vec<HeaderValue> {
        self.candidates(state, headers).filter_map(|(name, _)| self.clear(name)).collect()
    }

    fn candidates<'a>(&'a self, state: &'a str, headers: &'a HeaderMap) -> impl Iterator<Item = (&'a str, &'a str)> {
        let suffix = state.get(..NAME_LEN).filter(|_| state.len() > NAME_LEN);
        cookies(headers).filter(move |(name, _)| {
            let rest = name.strip_prefix(self.cookie.transaction_prefix()).and_then(|rest| rest.split_once('-'));
            suffix.is_some() && rest.map(|(_, id)| id) == suffix
        })
    }

    /// Names sort by age: the expiry in hexadecimal comes first.
    fn name(&self, state: &str, expires: i64) -> String {
        format!("{}{expires:010x}-{}", self.cookie.transaction_prefix(), state.get(..NAME_LEN).unwrap_or_default())
    }

    fn clear(&self, name: &str) -> Option<HeaderValue> {
        self.cookie.set_transaction(name, "", Duration::ZERO)
    }
}
