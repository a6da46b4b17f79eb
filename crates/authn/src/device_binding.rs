//! Binding sessions to a key of their device (W3C Device Bound Session Credentials): offered when a second factor was verified,
//! registered once for each session, and proven every few minutes from then on.
//!
//! A challenge for a registration is made for one token, and is sent with the response that sets the token after a second
//! factor. Whoever copied an earlier token, or copies this one later, has no challenge to register a key of their own with.

use std::time::Duration;

use postern_keystore::{
    BoundCookie, ChallengeFor, ChallengeRefused, DeviceKey, ProofRefused, ReceivedProof, SessionToken,
};
use postern_model::clock::Timestamp;
use postern_model::device_binding::{BoundDevice, DeviceKeyId};
use postern_model::id::SessionId;
use postern_model::session::{Bound, Caller, DeviceBinding, SessionView};
use postern_model::store::StoreError;

use crate::access::{Standing, counts};
pub use crate::device_binding_settings::DeviceBindingSettings;
use crate::service::Authn;

/// Time for which a cookie is good beyond its lifetime in the browser: the skew of clocks that is allowed.
pub const LEEWAY: Duration = Duration::from_secs(30);

/// Cookie of a session whose device was just proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The session.
    pub session: SessionId,
    /// The cookie.
    pub cookie: BoundCookie,
    /// Its lifetime in the browser. It is good for [`LEEWAY`] longer.
    pub lifetime: Duration,
}

/// Answer to a browser that wants a new cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// Its proof was accepted.
    Proven(Proven),
    /// It is to sign this challenge: it sent no proof, or one that was not accepted.
    Challenge(SessionId, String),
    /// There is nothing to prove: the named session ended or is bound to no device. The browser's cookie is worth nothing.
    Ended,
    /// The named session is bound, but the token is none, as when it was rotated meanwhile: the browser keeps the binding, and
    /// tries again with the token that it has by then.
    Later,
    /// It asks for another session than the one of its token. Its cookie may be good.
    AnotherSession,
}

/// Reason why a device is not registered. The client is told none of them.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Device binding is not offered.
    #[error("device binding is off")]
    Off,
    /// The token is of no session.
    #[error("there is no session of this token")]
    NoSession,
    /// The session verified no second factor, or too long ago.
    #[error("the session has no second factor")]
    NotVerified,
    /// The session is bound to another key.
    #[error("the session is bound to another key")]
    Bound,
    /// The proof is refused.
    #[error(transparent)]
    Proof(#[from] ProofRefused),
    /// The challenge is refused.
    #[error(transparent)]
    Challenge(#[from] ChallengeRefused),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Authn {
    /// Returns the challenge with which the browser of a session may bind it. Send it with the response that sets the session's
    /// new token after a second factor was verified, and nowhere else. `None` if binding is not offered, if the session has no
    /// second factor, or if it is bound.
    pub fn device_challenge(&self, view: &SessionView) -> Option<String> {
        let session = &view.session;
        let offered = self.settings.device_binding.offer && session.device.is_none() && self.has_second_factor(view);
        offered
            .then(|| self.keyring.device_challenge(session.id, ChallengeFor::Registration(session.token), self.now()))
    }

    /// Binds the session of a token, presented at a host, to the key that a proof brings. `url` is the one that the proof was
    /// sent to. The same registration again gets the same answer, since the first may have been lost.
    ///
    /// # Errors
    /// [`BindError`].
    pub async fn bind_device(
        &self,
        (token, host): (&SessionToken, &str),
        proof: &str,
        url: &str,
        caller: &Caller,
    ) -> Result<Proven, BindError> {
        let bound = self.bind(token, host, proof, url, caller).await;
        // Without a session it tells of nobody's device: anyone can send it.
        let ours = |reason: &BindError| !matches!(reason, BindError::Off | BindError::NoSession | BindError::Store(_));
        if bound.as_ref().is_err_and(ours) {
            self.device_counts.refused();
        }
        bound
    }

    async fn bind(
        &self,
        token: &SessionToken,
        host: &str,
        proof: &str,
        url: &str,
        caller: &Caller,
    ) -> Result<Proven, BindError> {
        if !self.settings.device_binding.offer {
            return Err(BindError::Off);
        }
        let view = self.session_of_any_device(token, host).await?.ok_or(BindError::NoSession)?;
        if !self.has_second_factor(&view) {
            return Err(BindError::NotVerified);
        }
        let (session, now) = (&view.session, self.now());
        // The challenge first: it costs a thousandth of a signature, and who has none of ours is not worth one.
        let proof = ReceivedProof::parse(proof)?;
        let used = ChallengeFor::Registration(session.token);
        self.keyring.check_device_challenge(proof.challenge(), session.id, used, now)?;
        let key = proof.verify_with_new_key(url)?;
        let device = BoundDevice { id: key.id(), key: key.canonical().to_owned(), at: now };
        let (id, known) = (device.id, session.device.as_ref().map(|device| device.id));
        match self.store.bind_device(&DeviceBinding { session: session.id, token: session.token, device }).await? {
            Bound::Done => {}
            Bound::Otherwise => return Err(BindError::Bound),
            Bound::SessionGone => return Err(BindError::NoSession),
        }
        if known.is_none() {
            self.device_counts.bound();
            let (user, address) = (view.user.id, caller.address.map(tracing::field::display));
            tracing::info!(session.id = %session.id, user.id = %user, client.address = address, "session bound to its device");
        }
        Ok(self.proven(session.id, id, now))
    }

    /// Answers a browser that wants a new cookie for the session of a token, presented at a host; without one if the request has
    /// no readable token. `named` is the identifier by
    /// which it names the session; `url` is the one that the proof was sent to. Counts as no use of the session, since browsers
    /// refresh by themselves.
    ///
    /// # Errors
    /// [`StoreError`]: the browser keeps what it has, and tries again.
    pub async fn refresh_device(
        &self,
        (token, host): (Option<&SessionToken>, &str),
        named: &str,
        proof: Option<&str>,
        url: &str,
    ) -> Result<Refresh, StoreError> {
        let view = match token {
            Some(token) => self.session_of_any_device(token, host).await?,
            None => None,
        };
        let Some(view) = view else { return self.without_session(named).await };
        let (id, now) = (view.session.id, self.now());
        if named != id.to_string() {
            return Ok(Refresh::AnotherSession);
        }
        let Some(device) = &view.session.device else { return Ok(Refresh::Ended) };
        let Some(key) = DeviceKey::parse(&device.key).filter(|key| key.id() == device.id) else {
            tracing::error!(session.id = %id, "sessions.device_key cannot be read");
            return Ok(Refresh::Ended);
        };
        let challenge =
            || Refresh::Challenge(id, self.keyring.device_challenge(id, ChallengeFor::Refresh(device.id), now));
        let Some(proof) = proof else { return Ok(challenge()) };
        match self.check_refresh(&key, id, proof, url) {
            Ok(()) => {
                self.device_counts.refreshed();
                Ok(Refresh::Proven(self.proven(id, device.id, now)))
            }
            Err(error) => {
                self.device_counts.refused();
                tracing::info!(session.id = %id, %error, "proof of a device refused");
                Ok(challenge())
            }
        }
    }

    async fn without_session(&self, named: &str) -> Result<Refresh, StoreError> {
        let Ok(id) = named.parse() else { return Ok(Refresh::Ended) };
        Ok(if self.store.is_bound(id).await? { Refresh::Later } else { Refresh::Ended })
    }

    fn check_refresh(&self, key: &DeviceKey, session: SessionId, proof: &str, url: &str) -> Result<(), BindError> {
        let proof = ReceivedProof::parse(proof)?;
        let used = ChallengeFor::Refresh(key.id());
        self.keyring.check_device_challenge(proof.challenge(), session, used, self.now())?;
        Ok(proof.verify_of_key(key, url, &session.to_string())?)
    }

    /// Returns the session of a token whether or not its device is proven: a proof may be answered for it, and it may be ended.
    pub async fn session_of_any_device(
        &self,
        token: &SessionToken,
        host: &str,
    ) -> Result<Option<SessionView>, StoreError> {
        let view = self.store.session(&token.hash_at(host)).await?;
        Ok(view.filter(|view| self.standing(view) != Standing::Over))
    }

    fn has_second_factor(&self, view: &SessionView) -> bool {
        counts(view, self.policy().limits.second_factor, self.now()).is_some()
    }

    fn proven(&self, session: SessionId, key: DeviceKeyId, now: Timestamp) -> Proven {
        let lifetime = self.settings.device_binding.lifetime;
        // Browsers count from the arrival of the answer, and the clocks of replicas differ.
        let until = now.after(lifetime).after(LEEWAY);
        Proven { session, cookie: self.keyring.bound_cookie(session, key, until), lifetime }
    }
}
