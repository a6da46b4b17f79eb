//! Codes that are sent by mail or by SMS, to people who have another factor too: asked for by one session, and checked there. Mail
//! goes to the address that the provider vouched for at the sign-in of that session, never to one that a backend stored; an SMS
//! goes to a number that its owner confirmed.

use std::sync::Arc;
use std::time::Duration;

use postern_keystore::sent_code::{self, SentFor};
use postern_model::ExposeSecret;
use postern_model::audit::AuditKind;
use postern_model::clock::Timestamp;
use postern_model::factor::{CodeKind, SecondFactor};
use postern_model::id::{EventId, SessionId, UserId};
use postern_model::phone::{PhoneNumber, StoredNumber};
use postern_model::sent_code::{CodeBegun, CodeMessage, CodeSender, NewSentCode, PAUSE, SentCodes};
use postern_model::session::{Caller, SessionView};
use postern_model::store::StoreError;
use postern_model::web::RequestId;
use tracing::Instrument;

use super::attempt::{Purpose, refusal};
use super::{Change, Confirmation, Elevated, FactorError};
use crate::access::Standing;
use crate::service::Authn;

/// Longest wait for a delivery; it goes on afterwards.
const WAIT: Duration = Duration::from_secs(4);

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

/// Where codes go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// To a mail address.
    Address(String),
    /// By SMS to a number.
    Number(PhoneNumber),
}

impl Recipient {
    fn as_str(&self) -> &str {
        match self {
            Self::Address(address) => address,
            Self::Number(number) => number.as_str(),
        }
    }
}

impl Authn {
    /// Returns the address that codes of this session's user can be sent to, whether they are switched on or not. `None` where
    /// none are sent, and for a session for which the provider vouched for no address.
    pub fn address_for_codes<'v>(&self, view: &'v SessionView) -> Option<&'v str> {
        self.code_sender.as_ref()?;
        view.session.vouched.email.as_deref().filter(|_| view.factors.enrolled())
    }

    /// Whether codes that verify this factor are sent to this session's user.
    pub fn offers_codes(&self, view: &SessionView, factor: SecondFactor) -> bool {
        match CodeKind::of(factor) {
            Some(CodeKind::Email) => self.address_for_codes(view).is_some() && view.factors.email,
            Some(CodeKind::Sms) => self.sms_sender.is_some() && view.factors.enrolled() && view.factors.sms,
            Some(CodeKind::NewNumber) | None => false,
        }
    }

    /// Returns where codes that verify this factor are sent for this session's user. `None` if none are.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn code_recipient(
        &self,
        view: &SessionView,
        factor: SecondFactor,
    ) -> Result<Option<Recipient>, StoreError> {
        if !self.offers_codes(view, factor) {
            return Ok(None);
        }
        if factor == SecondFactor::Email {
            return Ok(self.address_for_codes(view).map(|address| Recipient::Address(address.to_owned())));
        }
        Ok(match self.store.number_of(view.user.id).await? {
            StoredNumber::Confirmed(number) => Some(Recipient::Number(number)),
            StoredNumber::Absent | StoredNumber::Unconfirmed => None,
        })
    }

    /// Returns what this session can expect; an expired code is left out.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn sent_codes(&self, view: &SessionView, kind: CodeKind) -> Result<SentCodes, StoreError> {
        let now = self.now();
        let SentCodes { outstanding, next } = self.store.sent_codes(view.user.id, view.session.id, kind, now).await?;
        Ok(SentCodes { outstanding: outstanding.filter(|code| !code.is_over(now)), next })
    }

    /// Sends a code that verifies a factor for this session, in place of any other. Asked twice within [`PAUSE`], it sends one.
    ///
    /// # Errors
    /// [`FactorError::Locked`] and [`FactorError::Disabled`] while no code is accepted; [`FactorError::SignInRequired`];
    /// [`FactorError::NotEnrolled`] without a second factor; those of the store.
    pub async fn send_code(
        self: &Arc<Self>,
        view: &SessionView,
        factor: SecondFactor,
        caller: &Caller,
    ) -> Result<CodeRequested, FactorError> {
        if self.standing(view) == Standing::Over {
            return Err(FactorError::SignInRequired);
        }
        if !view.factors.enrolled() {
            return Err(FactorError::NotEnrolled);
        }
        match (CodeKind::of(factor), self.code_recipient(view, factor).await?) {
            (Some(kind), Some(recipient)) => self.send(view, kind, recipient, caller).await,
            _ => Ok(CodeRequested::NotOffered),
        }
    }

    /// Sends a code of a kind for this session.
    pub(super) async fn send(
        self: &Arc<Self>,
        view: &SessionView,
        kind: CodeKind,
        to: Recipient,
        caller: &Caller,
    ) -> Result<CodeRequested, FactorError> {
        let sender = match to {
            Recipient::Address(_) => self.code_sender.clone(),
            Recipient::Number(_) => self.sms_sender.clone(),
        };
        let Some(sender) = sender else { return Ok(CodeRequested::NotOffered) };
        let recipient = to.as_str().to_owned();
        let number = match to {
            Recipient::Address(_) => None,
            Recipient::Number(number) => Some(number),
        };
        let (user, session, at) = (view.user.id, view.session.id, self.now());
        let (id, code) = (EventId::draw(self.entropy.as_ref()), sent_code::generate(self.entropy.as_ref()));
        let confirms = number.as_ref().filter(|_| kind == CodeKind::NewNumber);
        // Should another number take its place until the code is entered, the code is of no use.
        let present = match (kind, &number) {
            (CodeKind::Sms, Some(number)) => Some(StoredNumber::Confirmed(number.clone())),
            _ => self.present_number(view, kind).await?,
        };
        let sent_for = SentFor { kind, user, session, confirms, present: present.as_ref() };
        let digest = sent_code::digest(&self.keyring, sent_for, code.expose_secret());
        let new = NewSentCode { id, kind, number, user, session, token: view.session.token, digest, at };
        match self.store.begin_code(&new).await? {
            CodeBegun::Begun => {}
            CodeBegun::TooMany { next } => return self.asked_again(view, &new, next).await,
            CodeBegun::Locked(refused) => return Err(refusal(refused)),
            CodeBegun::NotEnrolled => return Ok(CodeRequested::NotOffered),
            CodeBegun::SessionGone => return Err(FactorError::SignInRequired),
        }
        let message = CodeMessage { id, recipient, code, at, caller: caller.clone() };
        let (authn, factor) = (Arc::clone(self), kind.factor());
        let delivery = async move { authn.deliver(sender, message, factor, (user, session)).await };
        let delivery = RequestId::scope_of_current(Box::pin(delivery.in_current_span()));
        let delivery = self.deliveries.spawn(delivery);
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
    async fn asked_again(
        &self,
        view: &SessionView,
        new: &NewSentCode,
        next: Timestamp,
    ) -> Result<CodeRequested, FactorError> {
        let now = self.now();
        let outstanding = self.sent_codes(view, new.kind).await?.outstanding;
        // One that confirms another number is not the one that was asked for.
        let same = |number: &Option<PhoneNumber>| new.kind != CodeKind::NewNumber || *number == new.number;
        match outstanding.is_some_and(|code| now < code.sent_at.after(PAUSE) && same(&code.number)) {
            true => Ok(CodeRequested::Sent),
            false => Ok(CodeRequested::TooMany { next }),
        }
    }

    /// Sends a code; false if it was not accepted. It is then worth nothing.
    async fn deliver(
        &self,
        sender: Arc<dyn CodeSender>,
        message: CodeMessage,
        factor: SecondFactor,
        (user, session): (UserId, SessionId),
    ) -> bool {
        let sent = sender.send_code(&message).await;
        let kind = if sent.is_ok() { AuditKind::CodeSent } else { AuditKind::CodeNotSent };
        if let Err(error) = &sent {
            tracing::warn!(user.id = %user, session.id = %session, %factor, error, "code not sent");
            if let Err(error) = self.store.void_code(message.id).await {
                tracing::warn!(user.id = %user, %error, "code that was not sent is still valid");
            }
        }
        self.audit(kind, Some(user), Some(session), &message.caller, Some(factor.name())).await;
        sent.is_ok()
    }
}
