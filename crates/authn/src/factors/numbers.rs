//! The telephone number that codes are sent to by SMS. Its owner gives it with a confirmation of their own, and a code that is sent
//! to it makes it count. One that was written to the store without that counts for nothing.

use std::sync::Arc;

use postern_keystore::SessionToken;
use postern_model::attempt::{Action, Settled, Submission};
use postern_model::audit::AuditKind;
use postern_model::factor::{CodeKind, SecondFactor};
use postern_model::phone::{PhoneNumber, StoredNumber};
use postern_model::replay::Replay;
use postern_model::session::{Caller, Elevation, SessionView, Verified};
use postern_model::store::StoreError;

use super::attempt::{Purpose, TRIES, invalid, refusal};
use super::reply::{Reply, Submitted};
use super::typed_code::read;
use super::{Change, CodeRequested, Confirmation, Elevated, FactorError, Recipient};
use crate::service::Authn;

/// The factor as which attempts are logged and counted.
const SMS: SecondFactor = SecondFactor::Sms;

/// Number whose owner confirmed that they want to add it.
#[derive(Debug)]
pub struct NumberBegun {
    /// The session with its new token.
    pub raised: Elevated,
    /// What came of the code that confirms the number.
    pub requested: CodeRequested,
}

impl Authn {
    /// Whether numbers are taken: where codes are sent by SMS.
    pub fn takes_numbers(&self) -> bool {
        self.sms_sender.is_some()
    }

    /// Returns the number of this session's user. `None` without a second factor, and where no codes are sent by SMS, unless a number
    /// is still stored, which its owner can remove.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn number(&self, view: &SessionView) -> Result<Option<StoredNumber>, StoreError> {
        if !view.factors.enrolled() {
            return Ok(None);
        }
        let stored = self.store.number_of(view.user.id).await?;
        Ok((self.takes_numbers() || stored != StoredNumber::Absent).then_some(stored))
    }

    /// Sends a code to a number that is to count as the user's, and changes nothing yet. Needs a full session and a fresh
    /// confirmation of its own, which a code by SMS is not.
    ///
    /// # Errors
    /// As of every change of factors; [`FactorError::NotOffered`] where no codes are sent by SMS.
    pub async fn begin_number<'c>(
        self: &Arc<Self>,
        view: &SessionView,
        number: PhoneNumber,
        confirmation: impl Into<Confirmation<'c>>,
        caller: &Caller,
    ) -> Result<NumberBegun, FactorError> {
        self.check_enrolled(view)?;
        if !self.takes_numbers() {
            return Err(FactorError::NotOffered);
        }
        let purpose = Purpose::Elevate { trust: false };
        let done = self.confirm(view, Change::SetNumber, confirmation.into(), purpose, caller).await?;
        // The session has a new token by now, which an error would lose.
        let sent = self.send(&done.view, CodeKind::NewNumber, Recipient::Number(number), caller).await;
        let requested = sent.unwrap_or_else(|error| {
            tracing::warn!(user.id = %view.user.id, %error, "code for a new number not sent");
            CodeRequested::NotSent
        });
        let raised = Elevated { token: done.reply.token()?, view: done.view, device: None };
        Ok(NumberBegun { raised, requested })
    }

    /// Takes the code that was sent to a number: from now on it is the user's. The session keeps its token and its factor.
    ///
    /// # Errors
    /// [`FactorError::InvalidCode`], [`FactorError::Locked`] and [`FactorError::Disabled`] as for every code;
    /// [`FactorError::InvalidToken`] if no code is outstanding, and [`FactorError::TokenExpired`] if it has expired;
    /// [`FactorError::NotOffered`] where no codes are sent by SMS; those of every change of factors.
    pub async fn confirm_number<'c>(
        &self,
        view: &SessionView,
        code: impl Into<Submitted<'c>>,
        caller: &Caller,
    ) -> Result<(), FactorError> {
        self.check_enrolled(view)?;
        if !self.takes_numbers() {
            return Err(FactorError::NotOffered);
        }
        let user = view.user.id;
        let submitted = code.into();
        let code = read(SMS, submitted.code)?;
        let key = self.replay_key(view.session.token, submitted, &code);
        for _ in 0..TRIES {
            let now = self.now();
            // Read as for an app, whose counter it is: the number does not count yet.
            let checkable = self.store.checkable(user, SMS.counted_as()).await?.ok_or(FactorError::NotEnrolled)?;
            checkable.lockout.reserve(now).map_err(refusal)?;
            let (kind, session) = (CodeKind::NewNumber, &view.session);
            let Some(sent) = self.store.sent_codes(user, session.id, kind, now).await?.outstanding else {
                let repeated = self.replayed(key.as_ref()).await?.is_some();
                return if repeated { Ok(()) } else { Err(FactorError::InvalidToken) };
            };
            if sent.is_over(now) {
                return Err(FactorError::TokenExpired);
            }
            let present = self.present_number(view, kind).await?;
            let evidence = self.compare_sent(view, (kind, &sent, present), &code, checkable.stored.totp_secret);
            let number = sent.number.ok_or(FactorError::InvalidToken)?;
            let replay = self.replay(key, &Reply::default())?;
            let submission = Submission {
                elevation: Elevation {
                    session: session.id,
                    from: session.token,
                    to: SessionToken::draw(self.entropy.as_ref()).hash(),
                    verified: Verified { method: SMS, at: now },
                },
                attempt: self.attempt(user, SMS, false, caller),
                evidence,
                action: Action::SetNumber(Some(number)),
                replay: replay.map(|replay| Replay { remembers_wrong: submitted.of_form, ..replay }),
            };
            return match self.store.settle(&submission).await? {
                Settled::Right(_) => {
                    self.audit(AuditKind::SmsNumberConfirmed, Some(user), Some(session.id), caller, None).await;
                    Ok(())
                }
                Settled::Wrong(lockout) => Err(self.failed(view, SMS, lockout, caller).await),
                Settled::Refused(refused) => Err(refusal(refused)),
                Settled::NotEnrolled => Err(FactorError::NotEnrolled),
                Settled::SessionGone => Err(FactorError::SignInRequired),
                Settled::Repeated(_) => Ok(()),
                Settled::RepeatedWrong(lockout) => Err(invalid(lockout)),
                Settled::Changed => continue,
            };
        }
        Err(FactorError::Busy)
    }

    /// Removes the number. Needs a full session and a fresh confirmation of its own.
    ///
    /// # Errors
    /// As of every change of factors.
    pub async fn remove_number<'c>(
        &self,
        view: &SessionView,
        confirmation: impl Into<Confirmation<'c>>,
        caller: &Caller,
    ) -> Result<Elevated, FactorError> {
        self.check_enrolled(view)?;
        let done = self.confirm(view, Change::RemoveNumber, confirmation.into(), Purpose::RemoveNumber, caller).await?;
        if !done.repeated {
            self.audit(AuditKind::SmsNumberRemoved, Some(view.user.id), Some(view.session.id), caller, None).await;
        }
        Ok(Elevated { token: done.reply.token()?, view: done.view, device: None })
    }
}
