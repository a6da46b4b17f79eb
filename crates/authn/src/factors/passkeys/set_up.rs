//! Enrolling with a passkey and no authenticator app. The set-up is begun as for an app
//! ([`Authn::begin_enrolment`](crate::Authn::begin_enrolment)), with the same ticket, time limit and rules, and completed with a
//! passkey instead of a first code.

use postern_model::clock::Timestamp;
use postern_model::enrolment::{EnrolmentPurpose, EnrolmentTry};
use postern_model::factor::NO_APP;
use postern_model::session::{Caller, SessionView};

use super::challenge::{Kind, PasskeyOptions};
use crate::factors::enrol::Proven;
use crate::factors::reply::Submitted;
use crate::factors::{Enrolled, FactorError, totp};
use crate::service::Authn;

/// Ceremony that completes a set-up.
#[derive(Debug)]
pub struct PasskeySetUp {
    /// What the page passes to the browser.
    pub options: PasskeyOptions,
    /// Time at which the set-up expires.
    pub expires_at: Timestamp,
}

impl Authn {
    /// Returns the ceremony that completes the pending first enrolment of this session. `None` if there is none, and if
    /// passkeys are switched off.
    pub async fn passkey_set_up(&self, view: &SessionView) -> Result<Option<PasskeySetUp>, FactorError> {
        self.may_enrol(view)?;
        if !self.passkeys_enabled() || view.factors.enrolled() {
            return Ok(None);
        }
        let pending = self.store.pending_enrolment(view.session.id, self.now()).await?;
        let Some(pending) = pending.filter(|pending| pending.purpose == EnrolmentPurpose::First) else {
            return Ok(None);
        };
        let options = self.passkey_options(view, Kind::SetUp, None, &[])?;
        Ok(Some(PasskeySetUp { options, expires_at: pending.expires_at }))
    }

    /// Completes the first enrolment of this session with the passkey that the browser made with the options of
    /// [`Authn::passkey_set_up`]. `submitted` is its response, `challenge` the sealed challenge that came with the options.
    ///
    /// A response that is refused counts as no try: it cannot be guessed.
    pub async fn enrol_with_passkey(
        &self,
        view: &SessionView,
        submitted: Submitted<'_>,
        challenge: &str,
        name: &str,
        caller: &Caller,
    ) -> Result<Enrolled, FactorError> {
        self.passkey_settings()?;
        self.may_enrol(view)?;
        let key = self.replay_key(view.session.token, submitted, submitted.code);
        let pending = match self.store.open_enrolment(view.session.id, None, self.now()).await? {
            EnrolmentTry::Counted(pending) => pending,
            EnrolmentTry::Expired => return Err(FactorError::TokenExpired),
            // An identical submission may have completed the set-up since this one read its session.
            EnrolmentTry::Unknown | EnrolmentTry::Exhausted | EnrolmentTry::Repeated(_) => {
                return self.completed_before(view, key).await;
            }
        };
        match pending.purpose {
            EnrolmentPurpose::First if view.factors.enrolled() => return Err(FactorError::StepUpRequired),
            EnrolmentPurpose::First => {}
            EnrolmentPurpose::Addition | EnrolmentPurpose::Replacement => return Err(FactorError::InvalidToken),
        }
        let passkey = self.created_passkey(view, Kind::SetUp, (submitted.code, challenge), name)?;
        // Not the secret of the pending enrolment: that one may have been shown.
        let secret = totp::draw_secret(self.entropy.as_ref());
        let proven = Proven { secret: &secret, step: NO_APP, passkey: Some(passkey), key };
        self.commit(view, &pending, proven, caller).await
    }
}
