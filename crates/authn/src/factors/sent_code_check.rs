//! Checks codes that were sent by mail, without any effect.

use postern_keystore::sent_code;
use postern_model::attempt::Evidence;
use postern_model::factor::{SecondFactor, Spend};
use postern_model::session::SessionView;

use super::FactorError;
use crate::service::Authn;

/// The factor.
const EMAIL: SecondFactor = SecondFactor::Email;

/// What a submitted code is compared with.
pub(super) enum Compared {
    /// With a code; the evidence if it is that one.
    With(Option<Evidence>),
    /// With nothing, for this reason.
    Nothing(&'static str),
    /// With nothing: this session's user is sent none.
    NotOffered,
}

impl Authn {
    /// Compares a code with the one that was sent for this session. `secret` is the sealed one of the enrolment.
    pub(super) async fn match_sent(
        &self,
        view: &SessionView,
        code: &str,
        secret: String,
    ) -> Result<Compared, FactorError> {
        if self.code_address(view).is_none() {
            return Ok(Compared::NotOffered);
        }
        let (user, session, now) = (view.user.id, view.session.id, self.now());
        let Some(sent) = self.store.sent_codes(user, session, EMAIL, now).await?.outstanding else {
            return Ok(Compared::Nothing("none was sent for this session, or it was used or replaced"));
        };
        if sent.expires_at() <= now {
            return Ok(Compared::Nothing("it has expired"));
        }
        let right = sent_code::matches(&self.keyring, EMAIL, (user, session), code, &sent.digest);
        let spend = Spend::SentCode { session, digest: sent.digest };
        Ok(Compared::With(right.then_some(Evidence { authenticator: None, secret, spend })))
    }

    /// Returns the error for a code that could not be right: it looks like that for a wrong one, and is not counted.
    pub(super) async fn uncounted(&self, view: &SessionView, reason: &'static str) -> Result<FactorError, FactorError> {
        let lockout = self.store.lockout(view.user.id, EMAIL).await?.unwrap_or_default();
        let (user, session) = (view.user.id, view.session.id);
        tracing::info!(user.id = %user, session.id = %session, reason, "code by mail refused, and not counted");
        Ok(FactorError::InvalidCode { attempts_left: lockout.attempts_left(), locked_until: None })
    }

    /// Returns the error for a code of somebody who is sent none.
    pub(super) fn not_offered(view: &SessionView) -> FactorError {
        let (user, session, reason) = (view.user.id, view.session.id, "this session's user is sent no codes");
        tracing::info!(user.id = %user, session.id = %session, reason, "code by mail refused, and not counted");
        FactorError::NotOffered
    }
}
