//! Codes that are sent by mail: switched on by their owner beside another factor, asked for by one session, and checked there.
//! They go to the address that the provider vouched for at the sign-in of that session, never to one that a backend stored.

use std::sync::Arc;
use std::time::Duration;

use postern_keystore::sent_code;
use postern_model::ExposeSecret;
use postern_model::audit::AuditKind;
use postern_model::clock::Timestamp;
use postern_model::factor::SecondFactor;
use postern_model::id::{EventId, SessionId, UserId};
use postern_model::sent_code::{CodeBegun, CodeMessage, CodeSender, NewSentCode, PAUSE, SentCodes};
use postern_model::session::{Caller, SessionView};
use postern_model::store::StoreError;
use tracing::Instrument;

use super::attempt::{Purpose, refusal};
use super::{Change, Confirmation, Elevated, FactorError};
use crate::access::Standing;
use crate::service::Authn;

/// Longest wait for a delivery; it goes on afterwards.
const WAIT: Duration = Duration::from_secs(4);
/// The factor.
const EMAIL: SecondFactor = SecondFactor::Email;

/// What came of asking for a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeRequested {
    /// It was sent, or is on its way; or one was, less than [`PAUSE`] ago.
    Sent,
    /// It was not accepted for delivery.
    NotSent,
    /// Too many were sent.
    TooMany {
        /// When the next one can be asked for.
        next: Timestamp,
    },
    /// This session's user is sent no codes.
    NotOffered,
}

impl Authn {
    /// Returns the address that codes of this session's user can be sent to, whether they are switched on or not. `None` where
    /// none are sent, and for a session for which the provider vouched for no address.
    pub fn address_for_codes<'v>(&self, view: &'v SessionView) -> Option<&'v str> {
        self.code_sender.as_ref()?;
        view.session.vouched.email.as_deref().filter(|_| view.factors.enrolled())
    }

    /// Returns the address that codes of this session's user are sent to. `None` if none are.
    pub fn code_address<'v>(&self, view: &'v SessionView) -> Option<&'v str> {
        self.address_for_codes(view).filter(|_| view.factors.email)
    }

    /// Returns what this session can expect; an expired code is left out.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn sent_codes(&self, view: &SessionView) -> Result<SentCodes, StoreError> {
        let now = self.now();
        let SentCodes { outstanding, next } = self.store.sent_codes(view.user.id, view.session.id, EMAIL, now).await?;
        Ok(SentCodes { outstanding: outstanding.filter(|code| now < code.expires_at()), next })
    }

    /// Sends a code for this session, in place of any other. Asked twice within [`PAUSE`], it sends one.
    ///
    /// # Errors
    /// [`FactorError::Locked`] and [`FactorError::Disabled`] while no code is accepted; [`FactorError::SignInRequired`];
    /// [`FactorError::NotEnrolled`] without a second factor; those of the store.
    pub async fn send_code(
        self: &Arc<Self>,
        view: &SessionView,
        caller: &Caller,
    ) -> Result<CodeRequested, FactorError> {
        if self.standing(view) == Standing::Over {
            return Err(FactorError::SignInRequired);
        }
        if !view.factors.enrolled() {
            return Err(FactorError::NotEnrolled);
        }
        let (Some(sender), Some(recipient)) = (self.code_sender.clone(), self.code_address(view)) else {
            return Ok(CodeRequested::NotOffered);
        };
        let (user, session, at) = (view.user.id, view.session.id, self.now());
        let (id, code) = (EventId::draw(self.entropy.as_ref()), sent_code::generate(self.entropy.as_ref()));
        let digest = sent_code::digest(&self.keyring, EMAIL, (user, session), code.expose_secret());
        let new = NewSentCode { id, factor: EMAIL, user, session, token: view.session.token, digest, at };
        match self.store.begin_code(&new).await? {
            CodeBegun::Begun => {}
            CodeBegun::TooMany { next } => return self.asked_again(view, next).await,
            CodeBegun::Locked(refused) => return Err(refusal(refused)),
            CodeBegun::NotEnrolled => return Ok(CodeRequested::NotOffered),
            CodeBegun::SessionGone => return Err(FactorError::SignInRequired),
        }
        let message = CodeMessage { id, recipient: recipient.to_owned(), code, at, caller: caller.clone() };
        let authn = Arc::clone(self);
        let delivery = async move { authn.deliver(sender, message, (user, session)).await };
        let delivery = self.deliveries.spawn(delivery.in_current_span());
        // Without an answer in time it counts as sent: a code that the server refuses later is void, and can be asked for again.
        Ok(match tokio::time::timeout(WAIT, delivery).await {
            Ok(Ok(true)) | Err(_) => CodeRequested::Sent,
            Ok(Ok(false) | Err(_)) => CodeRequested::NotSent,
        })
    }

    /// Switches codes by mail on or off. Needs a full session and a fresh confirmation of its own, which a code by mail is not.
    ///
    /// # Errors
    /// As of every change of factors; [`FactorError::NotEnrolled`] if they are to be switched on where none can be sent.
    pub async fn set_email_codes<'c>(
        &self,
        view: &SessionView,
        on: bool,
        confirmation: impl Into<Confirmation<'c>>,
        caller: &Caller,
    ) -> Result<Elevated, FactorError> {
        self.check_enrolled(view)?;
        if on && self.address_for_codes(view).is_none() {
            return Err(FactorError::NotEnrolled);
        }
        let (change, purpose) = (Change::EmailCodes(on), Purpose::SetEmailCodes(on));
        let done = self.confirm(view, change, confirmation.into(), purpose, caller).await?;
        if !done.repeated {
            let kind = if on { AuditKind::EmailCodesOn } else { AuditKind::EmailCodesOff };
            self.audit(kind, Some(view.user.id), Some(view.session.id), caller, None).await;
        }
        Ok(Elevated { token: done.reply.token()?, view: done.view, device: None })
    }

    /// A form that was submitted twice, or a person who asks for more than there is.
    async fn asked_again(&self, view: &SessionView, next: Timestamp) -> Result<CodeRequested, FactorError> {
        let now = self.now();
        let outstanding = self.sent_codes(view).await?.outstanding;
        match outstanding.is_some_and(|code| now < code.sent_at.after(PAUSE)) {
            true => Ok(CodeRequested::Sent),
            false => Ok(CodeRequested::TooMany { next }),
        }
    }

    /// Sends a code; false if it was not accepted. It is then worth nothing.
    async fn deliver(
        &self,
        sender: Arc<dyn CodeSender>,
        message: CodeMessage,
        (user, session): (UserId, SessionId),
    ) -> bool {
        let sent = sender.send_code(&message).await;
        let kind = if sent.is_ok() { AuditKind::CodeSent } else { AuditKind::CodeNotSent };
        if let Err(error) = &sent {
            tracing::warn!(user.id = %user, session.id = %session, error, "code not sent");
            if let Err(error) = self.store.void_code(message.id).await {
                tracing::warn!(user.id = %user, %error, "code that was not sent is still valid");
            }
        }
        self.audit(kind, Some(user), Some(session), &message.caller, Some(EMAIL.name())).await;
        sent.is_ok()
    }
}
