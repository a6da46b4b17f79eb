//! State that the provider's endpoints share: authorization codes and access tokens.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use postern_model::clock::Timestamp;
use postern_model::entropy::{Entropy, draw};

use super::accounts::Account;

/// How long a code can be redeemed (RFC 6749 §4.1.2 recommends at most ten minutes).
pub(super) const CODE_LIFETIME: Duration = Duration::from_secs(60);
const TOKEN_LIFETIME: Duration = Duration::from_secs(3600);
/// Most codes, and most access tokens, that are remembered.
const KEPT: usize = 1000;

/// An approved authorization request.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) nonce: Option<String>,
    pub(super) account: Account,
    pub(super) granted_at: Timestamp,
}

#[derive(Debug, Default)]
pub(super) struct Grants {
    codes: Mutex<HashMap<String, Grant>>,
    tokens: Mutex<HashMap<String, (Account, Timestamp)>>,
}

impl Grants {
    /// Remembers a grant under a fresh code.
    pub(super) fn add(&self, entropy: &dyn Entropy, grant: Grant) -> String {
        let now = grant.granted_at;
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        if codes.len() >= KEPT {
            codes.retain(|_, grant| grant.granted_at.after(CODE_LIFETIME) > now);
        }
        if codes.len() >= KEPT {
            codes.clear();
        }
        let code = random_text(entropy);
        codes.insert(code.clone(), grant);
        code
    }

    /// Takes the grant of a code. A second time, and after its time, there is none.
    pub(super) fn take(&self, code: &str, now: Timestamp) -> Option<Grant> {
        let grant = self.codes.lock().unwrap_or_else(PoisonError::into_inner).remove(code)?;
        (grant.granted_at.after(CODE_LIFETIME) > now).then_some(grant)
    }

    /// A fresh access token for an account.
    pub(super) fn access_token(&self, entropy: &dyn Entropy, account: &Account, now: Timestamp) -> String {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|_, (_, until)| *until > now);
        if tokens.len() >= KEPT {
            tokens.clear();
        }
        let token = random_text(entropy);
        tokens.insert(token.clone(), (account.clone(), now.after(TOKEN_LIFETIME)));
        token
    }

    /// Whose access token this is.
    pub(super) fn account(&self, token: &str, now: Timestamp) -> Option<Account> {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(token).filter(|(_, until)| *until > now).map(|(account, _)| account.clone())
    }
}

fn random_text(entropy: &dyn Entropy) -> String {
    BASE64URL_NOPAD.encode(&draw::<32>(entropy))
}
