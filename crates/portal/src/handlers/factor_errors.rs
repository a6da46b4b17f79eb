//! Maps factor errors to a message beside the field, the locked page, or a [`PortalError`].

use std::time::Duration;

use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};
use postern_authn::access::{Standing, Step};
use postern_authn::factors::FactorError;
use postern_model::clock::Timestamp;
use postern_model::factor::SecondFactor;
use postern_model::session::SessionView;

use crate::error::PortalError;
use crate::language::Text;
use crate::pages::{ExactTime, LockedPage, Problem, wait};
use crate::portal::Portal;
use crate::response::{self, Response};

/// One text for every reason, so that it tells nothing about tickets of other accounts; the log has the reason.
const TICKET_INVALID: &str = "factor-ticket-invalid";

/// Reason of a form that was refused because codes, or tickets, are locked.
const LOCKED: &str = "ACCOUNT_LOCKED";

/// How a page shows an error.
pub(crate) enum Refusal {
    /// Show this message beside the field.
    Retry(Problem),
    /// Show the locked page; `None` if only an administrator can unlock it.
    Locked(Option<Timestamp>),
    /// Any other error.
    Other(FactorError),
}

impl Refusal {
    /// Classifies an error.
    pub(crate) fn of(error: FactorError, factor: SecondFactor) -> Self {
        match error {
            FactorError::MissingCode => Self::retry(Text::new("factor-code-missing")),
            FactorError::MalformedCode => Self::retry(Text::new(malformed(factor))),
            FactorError::InvalidCode { locked_until: Some(until), .. } | FactorError::Locked { until } => {
                Self::Locked(Some(until))
            }
            FactorError::Disabled => Self::Locked(None),
            FactorError::TicketRequired => Self::retry(Text::new("factor-ticket-missing")),
            FactorError::TicketInvalid => Self::retry(Text::new(TICKET_INVALID)),
            FactorError::NoAuthenticator => {
                Self::Retry(Problem::from(Text::new("factor-no-app")).because("NO_AUTHENTICATOR_APP"))
            }
            FactorError::NotOffered => {
                let text =
                    if factor == SecondFactor::Sms { "factor-sms-not-offered" } else { "factor-mail-not-offered" };
                Self::Retry(Problem::from(Text::new(text)).because("METHOD_NOT_AVAILABLE"))
            }
            FactorError::InvalidCode { attempts_left, .. } => Self::retry(wrong(factor, attempts_left)),
            other => Self::Other(other),
        }
    }

    fn retry(text: Text) -> Self {
        Self::Retry(text.into())
    }
}

/// What a page says about the response of a browser that was refused. Every reason for which a response is refused has the
/// same text, unless the passkey was removed; the log has the reason.
pub(super) fn passkey_problem(error: &FactorError) -> Option<Problem> {
    let problem = |id| Problem::from(Text::new(id));
    Some(match error {
        FactorError::PasskeyExpired => problem("factor-passkey-expired"),
        FactorError::PasskeyRefused | FactorError::MalformedCode | FactorError::MissingCode => {
            problem("factor-passkey-refused")
        }
        FactorError::PasskeyUnknown { signal } => problem("factor-passkey-unknown").signalling(signal.clone()),
        FactorError::PasskeyKnown => problem("factor-passkey-known").because("PASSKEY_KNOWN"),
        FactorError::PasskeysFull => problem("factor-passkeys-full").because("PASSKEYS_FULL"),
        _ => return None,
    })
}

/// Returns the message for a text that cannot be a code. It was not counted.
fn malformed(factor: SecondFactor) -> &'static str {
    match factor {
        SecondFactor::Totp => "factor-code-malformed",
        SecondFactor::Backup => "factor-backup-malformed",
        SecondFactor::Email => "factor-mail-malformed",
        SecondFactor::Sms => "factor-sms-malformed",
        SecondFactor::Passkey | SecondFactor::TrustedDevice => "factor-passkey-or-code",
    }
}

/// Returns the message for a wrong code.
fn wrong(factor: SecondFactor, attempts_left: u32) -> Text {
    let why = Text::new(match factor {
        SecondFactor::Totp => "factor-code-wrong",
        SecondFactor::Backup => "factor-backup-wrong",
        SecondFactor::Email | SecondFactor::Sms => "factor-mail-wrong",
        SecondFactor::Passkey | SecondFactor::TrustedDevice => "factor-passkey-wrong",
    });
    match attempts_left {
        0 => why,
        left => Text::new("factor-attempts-left").with("why", why).with("count", left),
    }
}

/// Says when a lock ends, if it does by itself.
fn retry_after(response: &mut Response, left: Option<Duration>) {
    if let Some(left) = left {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(left.as_secs() + 1));
    }
}

impl Portal {
    /// Renders the locked page.
    pub(crate) async fn locked(
        &self,
        view: &SessionView,
        method: SecondFactor,
        until: Option<Timestamp>,
        rd: Option<&str>,
    ) -> Result<Response, PortalError> {
        self.locked_as(view, self.asked(view, method), until, rd).await
    }

    /// Renders the locked page for a kind of code, whether it is offered or not.
    pub(super) async fn locked_as(
        &self,
        view: &SessionView,
        method: SecondFactor,
        until: Option<Timestamp>,
        rd: Option<&str>,
    ) -> Result<Response, PortalError> {
        let left = until.map(|until| until.since(self.authn.now()));
        // A passkey confirms a change on the page that asks for it; a code by mail or SMS confirms none.
        let complete = self.authn.standing(view) == Standing::Complete;
        let verifies = rd.is_some_and(|rd| self.demands(rd)) || !complete;
        let other = self.instead_of(view, method, verifies).await?;
        let passkey = match verifies {
            true => self
                .authn
                .request_passkey(view)
                .await
                .map_err(|error| self.factor_error(error, self.home().as_str()))?,
            false => None,
        };
        let refused = self.refused(LOCKED);
        let page = LockedPage {
            shell: self.shell(Some(view)),
            method,
            rd: rd.map(str::to_owned),
            wait: left.map(wait),
            until: until.map(ExactTime::end),
            other,
            passkey,
            complete,
            refused,
        };
        let mut response = response::page(StatusCode::FORBIDDEN, &page)?;
        refused.mark(&mut response);
        retry_after(&mut response, left);
        Ok(response)
    }

    /// Returns a kind of code to go on with, where one kind is locked. Two locked pages must not link to each other.
    async fn instead_of(
        &self,
        view: &SessionView,
        locked: SecondFactor,
        verifies: bool,
    ) -> Result<Option<SecondFactor>, PortalError> {
        let app = view.factors.totp.then_some(SecondFactor::Totp);
        let backup = (view.factors.backup_codes_left > 0).then_some(SecondFactor::Backup);
        let sent = |factor| (verifies && self.authn.offers_codes(view, factor)).then_some(factor);
        let others = match locked {
            SecondFactor::Totp | SecondFactor::Email | SecondFactor::Sms => [backup, None, None],
            SecondFactor::Backup | SecondFactor::Passkey | SecondFactor::TrustedDevice => {
                [app, sent(SecondFactor::Email), sent(SecondFactor::Sms)]
            }
        };
        for other in others.into_iter().flatten() {
            if self.authn.lock(view, other).await?.is_none() {
                return Ok(Some(other));
            }
        }
        Ok(None)
    }

    /// Turns the response of a page that was made for a form with a code or a ticket into the refusal of a lock.
    pub(super) fn mark_locked(&self, mut response: Response, until: Option<Timestamp>) -> Response {
        *response.status_mut() = StatusCode::FORBIDDEN;
        self.refused(LOCKED).mark(&mut response);
        retry_after(&mut response, until.map(|until| until.since(self.authn.now())));
        response
    }

    /// Marks the response of a page that was made for a form, if it says what was wrong with another reason than that a code,
    /// passkey or ticket was not accepted.
    pub(super) fn mark_reason(&self, mut response: Response, reason: Option<&'static str>) -> Response {
        if let Some(reason) = reason {
            self.refused(reason).mark(&mut response);
        }
        response
    }

    /// Converts the errors for which pages have no message.
    pub(crate) fn factor_error(&self, error: FactorError, back: &str) -> PortalError {
        match error {
            FactorError::Store(error) => error.into(),
            FactorError::Unreadable(_) => PortalError::unreadable(&error),
            FactorError::Secret(_) => PortalError::internal("a factor cannot be used", &error),
            FactorError::Busy => PortalError::Busy,
            FactorError::StepUpRequired => self.step(Step::StepUp, back),
            FactorError::NotEnrolled => self.step(Step::Enrol, back),
            FactorError::SignInRequired => self.step(Step::SignIn, back),
            FactorError::Enforced => PortalError::refused(
                StatusCode::FORBIDDEN,
                "ENFORCED",
                "A second factor is required for your account, so it cannot be switched off.",
            ),
            FactorError::MissingCode
            | FactorError::MalformedCode
            | FactorError::InvalidCode { .. }
            | FactorError::Locked { .. }
            | FactorError::Disabled
            | FactorError::InvalidToken
            | FactorError::TicketRequired
            | FactorError::TicketInvalid
            | FactorError::TokenExpired
            | FactorError::AuthenticatorsFull
            | FactorError::NoAuthenticator
            | FactorError::NotOffered
            | FactorError::LastAuthenticator
            | FactorError::LastPasskey
            | FactorError::PasskeyRefused
            | FactorError::PasskeyUnknown { .. }
            | FactorError::PasskeyExpired
            | FactorError::PasskeyKnown
            | FactorError::PasskeysFull => PortalError::FormRefused,
        }
    }
}
