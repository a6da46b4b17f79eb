//! Errors of a sign-in: a code for users, a reason for the log.

use postern_model::store::StoreError;

/// Error of a sign-in. `Display` is the internal reason, for logs; users see a text of the portal's catalogues, and [`SignInError::code`].
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The user cancelled at the provider.
    #[error("cancelled at the provider")]
    Cancelled,
    /// The provider returned another error.
    #[error("the provider answered with an error")]
    ProviderRefused,
    /// No transaction cookie of this browser matches the state: it expired, was used already, or belongs to another
    /// browser.
    #[error("no open transaction of this browser has this state")]
    UnknownTransaction,
    /// The callback is malformed: a provider would not send it.
    #[error("malformed callback: {0}")]
    Malformed(&'static str),
    /// The provider is unreachable or its response is invalid.
    #[error("the provider is unavailable: {0}")]
    ProviderUnavailable(String),
    /// The token endpoint refused the code.
    #[error("the token endpoint refused the code: {0}")]
    CodeRefused(String),
    /// The ID token, or a value bound to it, did not verify.
    #[error("the ID token is not acceptable: {0}")]
    InvalidToken(String),
    /// The provider does not vouch for the address.
    #[error("the address is not verified")]
    EmailUnverified,
    /// The access policy does not admit this user.
    #[error("the access policy does not admit this person")]
    NotAllowed,
    /// The account is deactivated.
    #[error("the account is switched off")]
    Inactive,
    /// The address belongs to another identity.
    #[error("the address belongs to another identity")]
    EmailTaken,
    /// A transaction could not be sealed.
    #[error("the transaction could not be sealed")]
    Sealing,
    /// A record of the account cannot be read.
    #[error("a record of the account cannot be read: {0}")]
    Unreadable(StoreError),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Corrupt { .. } => Self::Unreadable(error),
            error => Self::Store(error),
        }
    }
}

impl SignInError {
    /// Returns the stable error code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Cancelled => "SIGN_IN_CANCELLED",
            Self::UnknownTransaction | Self::Malformed(_) => "SIGN_IN_EXPIRED",
            Self::ProviderRefused | Self::CodeRefused(_) | Self::InvalidToken(_) => "SIGN_IN_FAILED",
            Self::ProviderUnavailable(_) => "PROVIDER_UNAVAILABLE",
            Self::EmailUnverified => "EMAIL_NOT_VERIFIED",
            Self::NotAllowed => "NOT_ALLOWED",
            Self::Inactive => "ACCOUNT_DISABLED",
            Self::EmailTaken => "ACCOUNT_CONFLICT",
            Self::Unreadable(_) => "ACCOUNT_UNREADABLE",
            Self::Sealing | Self::Store(_) => "STORE_UNAVAILABLE",
        }
    }

    /// Whether the user was identified and refused, as opposed to a technical error.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::EmailUnverified | Self::NotAllowed | Self::Inactive | Self::EmailTaken | Self::Unreadable(_)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_of_a_person_whom_the_provider_named() {
        for (error, refuses) in [
            (SignInError::EmailUnverified, true),
            (SignInError::NotAllowed, true),
            (SignInError::Inactive, true),
            (SignInError::EmailTaken, true),
            (SignInError::Cancelled, false),
            (SignInError::ProviderRefused, false),
            (SignInError::Sealing, false),
        ] {
            assert_eq!(error.is_refusal(), refuses, "{error:?}");
        }
    }
}
