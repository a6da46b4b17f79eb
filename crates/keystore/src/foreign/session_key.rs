//! The secrets of backends whose sessions are made here.

use postern_model::{ExposeSecret, SecretString};

use crate::known_weak_keys::is_known_weak;

const KEY_MIN: usize = 16;
/// What `django-admin startproject` puts before a key that stands in the repository.
const NOT_FOR_PRODUCTION: &str = "django-insecure-";

/// Why a backend's secret is not taken. None of the messages repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionKeyError {
    /// Everybody knows it.
    #[error("this is a well-known default: anybody can forge the backend's sessions")]
    WellKnown,
    /// Shorter than 16 bytes.
    #[error("this is shorter than 16 bytes")]
    TooShort,
}

/// Refuses well-known and short secrets.
pub(crate) fn check(secret: &SecretString) -> Result<(), SessionKeyError> {
    let secret = secret.expose_secret();
    if is_known_weak(secret) || secret.starts_with(NOT_FOR_PRODUCTION) {
        return Err(SessionKeyError::WellKnown);
    }
    if secret.len() < KEY_MIN { Err(SessionKeyError::TooShort) } else { Ok(()) }
}
