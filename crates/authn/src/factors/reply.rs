//! Replies that are kept for a repeated submission, since a reply may be lost in transit. A form carries a nonce; an
//! identical submission (same former token, same nonce, same code) within a minute gets the reply to the first one.
//! Replies are stored sealed.

use std::net::IpAddr;

use postern_keystore::{BoundCookie, DeviceSecret, Purpose, SealContext, SessionToken};
use postern_model::replay::{ANSWER_LIFETIME, CODES_LIFETIME, FreshCodes, Replay, ReplayKey};
use postern_model::session::{SessionView, TokenHash};
use postern_model::store::StoreError;
use postern_model::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::typed_code::read;
use super::{DeviceCookie, FactorError};
use crate::service::Authn;
use postern_model::factor::SecondFactor;

/// Code as it was submitted. A plain text converts into a submission without a nonce.
#[derive(Clone, Copy)]
pub struct Submitted<'a> {
    /// The text as typed.
    pub code: &'a str,
    /// What identifies a repetition: the nonce of a form, or for a call of the API what it carries beside the code.
    pub nonce: Option<&'a str>,
    /// Whether the person wants their device to be trusted.
    pub trust: bool,
    /// Whether the nonce is of one form that was filled in, so that the same wrong code again is the same attempt. A call
    /// looks the same when somebody tries again, so its wrong codes count each time.
    pub of_form: bool,
    /// Repetitions are answered to this client address only; `None` for any. The nonce of a form is random; that of a call is
    /// not, so that an attacker with a former token and the code would get the session that its owner has just verified.
    pub client: Option<IpAddr>,
}

impl<'a> From<&'a str> for Submitted<'a> {
    fn from(code: &'a str) -> Self {
        Self { code, nonce: None, of_form: false, trust: false, client: None }
    }
}

impl<'a> From<&'a String> for Submitted<'a> {
    fn from(code: &'a String) -> Self {
        code.as_str().into()
    }
}

/// Contents of the reply to a submission.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Reply {
    /// The session's new token; absent where it was not rotated.
    #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<String>,
    /// The set-up token of an enrolment that was begun.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub(super) setup_token: Option<String>,
    /// Fresh backup codes.
    #[serde(rename = "c", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) backup_codes: Vec<String>,
    /// Identifier and secret of the device, if it is trusted from now on.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub(super) device: Option<String>,
}

impl Reply {
    pub(super) fn with_token(token: &SessionToken) -> Self {
        Self { token: Some(token.to_text()), ..Self::default() }
    }

    /// Identifier and secret of the device, if it is trusted from now on.
    pub(super) fn device_secret(&self) -> Option<DeviceSecret> {
        self.device.as_deref().and_then(DeviceSecret::parse)
    }

    /// The session's new token.
    pub(super) fn token(&self) -> Result<SessionToken, FactorError> {
        self.token.as_deref().and_then(SessionToken::parse).ok_or(FactorError::SignInRequired)
    }
}

/// Outcome of a correct code that was counted, used up and acted upon, or of a repeated submission of it.
pub(super) struct Done {
    pub(super) view: SessionView,
    pub(super) reply: Reply,
    /// Whether this is a repetition: the first submission wrote the events.
    pub(super) repeated: bool,
}

/// Reply to the first of several identical submissions, requested again after the session's token was rotated.
#[derive(Debug)]
pub struct Repeated {
    /// The session's new token.
    pub token: SessionToken,
    /// The session as it is now.
    pub view: SessionView,
    /// The backup codes that the submission made, if any.
    pub backup_codes: Vec<String>,
    /// The secret of the browser, if the submission had its device trusted.
    pub device: Option<DeviceCookie>,
}

impl Authn {
    /// Returns the reply to the first of several identical submissions. `former` is the token that came with the request, which is
    /// invalid by now, and `bound` the cookie of its device. The other arguments are the fields of the form. `None` if there was no
    /// identical submission within a minute, or if its session is bound to a device that the cookie does not prove; the token is
    /// then treated as any invalid token.
    ///
    /// Call it where a form with a code arrives and [`Authn::session`] finds no session for its token. The operations
    /// themselves recognise a repetition whose session still has its token.
    pub async fn repetition(
        &self,
        former: &SessionToken,
        bound: Option<&BoundCookie>,
        factor: SecondFactor,
        submitted: Submitted<'_>,
    ) -> Result<Option<Repeated>, FactorError> {
        let Ok(code) = read(factor, submitted.code) else { return Ok(None) };
        let Some(key) = self.replay_key(former.hash(), submitted, &code) else { return Ok(None) };
        let Some(sealed) = self.store.replayed(&key, self.now()).await? else { return Ok(None) };
        let reply = self.open_reply(&key, &sealed)?;
        let Ok(token) = reply.token() else { return Ok(None) };
        let view = self.session_of_own(&token).await?.filter(|view| self.is_usable(view, bound));
        let device = reply.device_secret().and_then(|secret| self.device_cookie(secret));
        Ok(view.map(|view| Repeated { token, view, backup_codes: reply.backup_codes, device }))
    }

    /// Returns the backup codes that this session made in the last ten minutes, until [`Authn::codes_saved`] is called.
    pub async fn fresh_codes(&self, view: &SessionView) -> Result<Vec<String>, FactorError> {
        let Some(sealed) = self.store.fresh_codes(view.session.id, self.now()).await? else { return Ok(Vec::new()) };
        let context = SealContext::fresh_codes(view.user.id, view.session.id);
        let text = self.keyring.open_text(&context, &sealed).map_err(|_| FactorError::Secret("it cannot be opened"))?;
        serde_json::from_str(text.expose_secret()).map_err(|_| FactorError::Secret("it is no list of codes"))
    }

    /// Deletes the kept backup codes, once their owner has confirmed saving them.
    pub async fn codes_saved(&self, view: &SessionView) -> Result<(), StoreError> {
        self.store.forget_fresh_codes(view.session.id).await
    }

    /// Returns the identifier of a submission. `None` if it has no nonce, so that nothing tells a repetition.
    pub(super) fn replay_key(&self, from: TokenHash, submitted: Submitted<'_>, code: &str) -> Option<ReplayKey> {
        let nonce = submitted.nonce.filter(|nonce| !nonce.is_empty())?;
        let client = submitted.client.map(|client| client.to_string()).unwrap_or_default();
        let parts = [&from.0[..], nonce.as_bytes(), code.as_bytes(), client.as_bytes()];
        Some(ReplayKey(self.keyring.mac(Purpose::Replay, &parts)))
    }

    /// Builds the reply to keep for a submission.
    pub(super) fn replay(&self, key: Option<ReplayKey>, reply: &Reply) -> Result<Option<Replay>, FactorError> {
        let Some(key) = key else { return Ok(None) };
        let sealed = self.seal_json(&SealContext::replay(&key), reply)?;
        Ok(Some(Replay { key, sealed, remembers_wrong: true, expires_at: self.now().after(ANSWER_LIFETIME) }))
    }

    /// Builds the record of fresh backup codes that are to be shown again.
    pub(super) fn shown(&self, view: &SessionView, codes: &[String]) -> Result<FreshCodes, FactorError> {
        let session = view.session.id;
        let sealed = self.seal_json(&SealContext::fresh_codes(view.user.id, session), &codes)?;
        Ok(FreshCodes { session, sealed, expires_at: self.now().after(CODES_LIFETIME) })
    }

    /// Returns the outcome of a submission that was settled before, while its session still had its token.
    pub(super) async fn repeated(
        &self,
        view: &SessionView,
        key: Option<ReplayKey>,
        sealed: &str,
    ) -> Result<Done, FactorError> {
        let reply = self.open_reply(&key.ok_or(FactorError::SignInRequired)?, sealed)?;
        let token = match &reply.token {
            Some(_) => reply.token()?.hash(),
            None => view.session.token,
        };
        let view = self.store.session(&token).await?.ok_or(FactorError::SignInRequired)?;
        Ok(Done { view, reply, repeated: true })
    }

    /// Returns the sealed reply to an identical submission that was settled within a minute.
    pub(super) async fn replayed(&self, key: Option<&ReplayKey>) -> Result<Option<String>, StoreError> {
        match key {
            Some(key) => self.store.replayed(key, self.now()).await,
            None => Ok(None),
        }
    }

    fn open_reply(&self, key: &ReplayKey, sealed: &str) -> Result<Reply, FactorError> {
        let text = self
            .keyring
            .open_text(&SealContext::replay(key), sealed)
            .map_err(|_| FactorError::Secret("a kept answer cannot be opened"))?;
        serde_json::from_str(text.expose_secret()).map_err(|_| FactorError::Secret("a kept answer is not readable"))
    }

    fn seal_json(&self, context: &SealContext<'_>, value: &impl Serialize) -> Result<String, FactorError> {
        let text = serde_json::to_string(value).map_err(|_| FactorError::Secret("an answer cannot be written"))?;
        self.seal(context, &SecretString::from(text))
    }
}
