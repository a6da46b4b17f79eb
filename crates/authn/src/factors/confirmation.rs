//! What confirms a change of factors: a code that is typed for it, or a passkey that is used for it.

use postern_model::factor::SecondFactor;
use postern_model::session::{Caller, SessionView};

use super::attempt::Purpose;
use super::reply::{Done, Submitted};
use super::typed_code::either;
use super::{Change, FactorError};
use crate::service::Authn;

/// Confirmation of one change. A plain text converts into a code.
#[derive(Clone, Copy)]
pub enum Confirmation<'a> {
    /// A code of an app, or a backup code.
    Code(Submitted<'a>),
    /// A passkey.
    Passkey {
        /// The response of the browser.
        response: Submitted<'a>,
        /// The sealed challenge that [`Authn::request_confirmation`] drew for this change.
        challenge: &'a str,
    },
}

impl<'a, T: Into<Submitted<'a>>> From<T> for Confirmation<'a> {
    fn from(code: T) -> Self {
        Self::Code(code.into())
    }
}

impl<'a> Confirmation<'a> {
    /// Returns what was submitted.
    pub fn submitted(self) -> Submitted<'a> {
        match self {
            Self::Code(submitted) | Self::Passkey { response: submitted, .. } => submitted,
        }
    }

    /// Returns the factor: a code is a backup code if it has the form of one.
    pub fn factor(self) -> SecondFactor {
        match self {
            Self::Code(submitted) => either(submitted.code),
            Self::Passkey { .. } => SecondFactor::Passkey,
        }
    }

    /// Returns the same with another nonce.
    pub(super) fn with_nonce(self, nonce: Option<&'a str>) -> Self {
        let with = |submitted: Submitted<'a>| Submitted { nonce, ..submitted };
        match self {
            Self::Code(code) => Self::Code(with(code)),
            Self::Passkey { response, challenge } => Self::Passkey { response: with(response), challenge },
        }
    }
}

impl Authn {
    /// Checks a confirmation and performs what it was given for.
    pub(super) async fn confirm(
        &self,
        view: &SessionView,
        change: Change,
        confirmation: Confirmation<'_>,
        purpose: Purpose<'_>,
        caller: &Caller,
    ) -> Result<Done, FactorError> {
        match confirmation {
            Confirmation::Code(submitted) => {
                let factor = if change.takes_backup_code() { confirmation.factor() } else { SecondFactor::Totp };
                self.submit(view, factor, submitted, purpose, caller).await
            }
            Confirmation::Passkey { response, challenge } => {
                self.submit_passkey(view, (response, challenge), Some(change), purpose, caller).await
            }
        }
    }
}
