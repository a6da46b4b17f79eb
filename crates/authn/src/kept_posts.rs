//! Forms whose submission met a missing step: kept sealed, and given back to their user alone.

use std::sync::Arc;

use postern_keystore::{Keyring, SealContext, SessionToken};
use postern_model::ExposeSecret;
use postern_model::clock::Clock;
use postern_model::entropy::Entropy;
use postern_model::id::UserId;
use postern_model::kept_post::{KeptPost, KeptPostStore, LIFETIME};
use postern_model::session::TokenHash;
use postern_model::store::StoreError;

/// A submission of a form by `POST`, URL-encoded.
#[derive(Clone, PartialEq, Eq)]
pub struct FormPost {
    /// Path and query that it was sent to, byte for byte.
    pub target: String,
    /// The encoded fields.
    pub body: Vec<u8>,
}

/// What was found of a kept form.
#[derive(Clone, PartialEq, Eq)]
pub enum Found {
    /// The form.
    Form(FormPost),
    /// There is none: it expired, or was sent or given up.
    Nothing,
    /// It was another user's. It is deleted now.
    OfAnother,
}

/// The forms that are kept.
pub struct KeptPosts {
    store: Arc<dyn KeptPostStore>,
    keyring: Arc<Keyring>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl KeptPosts {
    /// Takes the ports.
    pub fn new(
        store: Arc<dyn KeptPostStore>,
        keyring: Arc<Keyring>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { store, keyring, clock, entropy }
    }

    /// Keeps a form of a user; returns the token that names it. `None` if too many of the user are kept already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep(&self, user: UserId, form: &FormPost) -> Result<Option<String>, StoreError> {
        let (token, now) = (SessionToken::draw(self.entropy.as_ref()), self.clock.now());
        let id = token.hash();
        // A target contains no line break.
        let text = [form.target.as_bytes(), b"\n", &form.body].concat();
        let Ok(sealed) = self.keyring.seal(self.entropy.as_ref(), &SealContext::kept_post(user, &id), &text) else {
            return Ok(None);
        };
        let kept = KeptPost { id, user, sealed, expires_at: now.after(LIFETIME) };
        Ok(self.store.keep_post(&kept, now).await?.then(|| token.to_text()))
    }

    /// Returns a kept form to its user. A form of another user is deleted instead: its URL has come into the
    /// wrong hands.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find(&self, user: UserId, token: &str) -> Result<Found, StoreError> {
        let Some(id) = named(token) else { return Ok(Found::Nothing) };
        let Some(kept) = self.store.kept_post(&id, self.clock.now()).await? else { return Ok(Found::Nothing) };
        if kept.user != user {
            self.store.forget_post(&id).await?;
            return Ok(Found::OfAnother);
        }
        let opened = self.keyring.open(&SealContext::kept_post(user, &id), &kept.sealed);
        let form = match opened {
            Ok(text) => parse(text.expose_secret()),
            Err(error) => {
                tracing::error!(user.id = %user, %error, "kept form cannot be opened");
                None
            }
        };
        Ok(form.map_or(Found::Nothing, Found::Form))
    }

    /// Deletes a kept form. True for one caller only, which may send it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn take(&self, token: &str) -> Result<bool, StoreError> {
        match named(token) {
            Some(id) => self.store.forget_post(&id).await,
            None => Ok(false),
        }
    }
}

/// Returns the identifier of the form that a token names. A token that is bound to a host names none.
fn named(token: &str) -> Option<TokenHash> {
    SessionToken::parse(token).map(|token| token.hash_at("kept forms"))
}

fn parse(text: &[u8]) -> Option<FormPost> {
    let end = text.iter().position(|byte| *byte == b'\n')?;
    let (target, rest) = text.split_at_checked(end)?;
    Some(FormPost { target: String::from_utf8(target.to_vec()).ok()?, body: rest.get(1..)?.to_vec() })
}
