//! The lock state of an authenticator, reported before a code is typed.

use postern_model::clock::Timestamp;
use postern_model::factor::SecondFactor;
use postern_model::lockout::Refused;
use postern_model::session::SessionView;
use postern_model::store::StoreError;

use crate::service::Authn;

/// Lock of an authenticator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Time from which codes are accepted for checking again.
    Until(Timestamp),
    /// Locked until an administrator unlocks it.
    UntilUnlocked,
}

impl Authn {
    /// Returns the lock of a factor of the session's user; `None` if a code may be tried. Counts no attempt.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn lock(&self, view: &SessionView, factor: SecondFactor) -> Result<Option<Lock>, StoreError> {
        let lockout = self.store.lockout(view.user.id, factor).await?;
        Ok(match lockout.map(|lockout| lockout.reserve(self.now())) {
            Some(Err(Refused::Locked { until })) => Some(Lock::Until(until)),
            Some(Err(Refused::Disabled)) => Some(Lock::UntilUnlocked),
            Some(Ok(_)) | None => None,
        })
    }
}
