//! Secrets of backends for which the gateway mints session cookies.

use postern_model::{ExposeSecret, SecretString};

use crate::known_weak_keys::is_known_weak;

const KEY_MIN: usize = 16;
/// Prefix that `django-admin startproject` gives to a key that is checked in to a repository.
const NOT_FOR_PRODUCTION: &str = "django-insecure-";

/// Error of a backend's secret that is rejected. No message repeats the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionKeyError {
    /// The secret is publicly known.
    #[error("this is a well-known default: anybody can forge the backend's sessions")]
    WellKnown,
    /// The secret is shorter than 16 bytes.
    #[error("this is shorter than 16 bytes")]
    TooShort,
}

/// Rejects well-known and short secrets.
pub(crate) fn check(secret: &SecretString) -> Result<(), SessionKeyError> {
    let secret = secret.expose_secret();
    if is_known_weak(secret) || secret.starts_with(NOT_FOR_PRODUCTION) {
        return Err(SessionKeyError::WellKnown);
    }
    if secret.len() < KEY_MIN { Err(SessionKeyError::TooShort) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bytes_are_enough_and_fifteen_are_not() {
        assert_eq!(check(&"Zq8vT1mWx4LpB7rK".into()), Ok(()));
        assert_eq!(check(&"Zq8vT1mWx4LpB7r".into()), Err(SessionKeyError::TooShort));
    }
}
