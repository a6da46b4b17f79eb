//! Import of the legacy backend's factors: TOTP secrets under Fernet, backup codes as bare SHA-256.
//!
//! Secrets are decrypted once and sealed in our envelope; digests are wrapped (the new hash over the old), so that the
//! bare SHA-256 is gone afterwards. A second import has no effect and revives no used code.

use std::sync::Arc;

use postern_keystore::{FernetKey, SealContext, backup};
use postern_model::ExposeSecret;
use postern_model::factor::StoredFactors;
use postern_model::id::UserId;
use postern_model::store::StoreError;

use crate::factors::FactorError;
use crate::service::Authn;

/// Result of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Number of authenticators imported.
    pub imported: u32,
    /// Number of authenticators that were imported or made here before.
    pub unchanged: u32,
    /// Authenticators whose secret the key does not decrypt; they stay unchanged.
    pub unreadable: u32,
}

impl Authn {
    /// Imports every enabled authenticator that is in the legacy format.
    pub async fn import_netpilot(&self, key: &FernetKey) -> Result<ImportReport, FactorError> {
        let mut report = ImportReport::default();
        for (user, stored) in self.store.all_factors().await? {
            match self.import_one(key, user, stored).await? {
                Imported::Done => report.imported += 1,
                Imported::Unchanged => report.unchanged += 1,
                Imported::Unreadable => report.unreadable += 1,
            }
        }
        Ok(report)
    }

    /// Returns the users whose authenticator is not imported yet: until then none of their codes can be checked.
    pub async fn waiting_for_import(&self) -> Result<Vec<UserId>, StoreError> {
        let waits = |stored: &StoredFactors| {
            !postern_keystore::is_sealed(&stored.totp_secret)
                || stored.backup_codes.iter().any(|code| is_bare_sha256(code))
        };
        let all = self.store.all_factors().await?;
        Ok(all.into_iter().filter(|(_, stored)| waits(stored)).map(|(user, _)| user).collect())
    }

    /// Returns those whose secret `key` does not decrypt.
    pub async fn not_decrypted_by(&self, key: &FernetKey) -> Result<Vec<UserId>, StoreError> {
        let stuck = |stored: &StoredFactors| {
            !postern_keystore::is_sealed(&stored.totp_secret) && key.open(&stored.totp_secret).is_err()
        };
        let all = self.store.all_factors().await?;
        Ok(all.into_iter().filter(|(_, stored)| stuck(stored)).map(|(user, _)| user).collect())
    }

    async fn import_one(&self, key: &FernetKey, user: UserId, stored: StoredFactors) -> Result<Imported, FactorError> {
        let (bare, kept): (Vec<String>, Vec<String>) =
            stored.backup_codes.iter().cloned().partition(|code| is_bare_sha256(code));
        let sealed = postern_keystore::is_sealed(&stored.totp_secret);
        if sealed && bare.is_empty() {
            return Ok(Imported::Unchanged);
        }
        let totp_secret = if sealed {
            stored.totp_secret.clone()
        } else {
            let Ok(secret) = key.open(&stored.totp_secret) else {
                tracing::warn!(user.id = %user, "TOTP secret not decrypted: legacy.totp_encryption_key does not fit");
                return Ok(Imported::Unreadable);
            };
            self.seal(&SealContext::totp(user), &secret.expose_secret().trim().to_owned().into())?
        };
        let (keyring, entropy) = (Arc::clone(&self.keyring), Arc::clone(&self.entropy));
        let wrapped = self
            .hash(move || backup::wrap_legacy(&keyring, entropy.as_ref(), user, &bare))
            .await?
            .map_err(|_| FactorError::Secret("backup codes cannot be hashed"))?;
        let backup_codes = kept.into_iter().chain(wrapped).collect();
        let to = StoredFactors { totp_secret, last_step: stored.last_step, backup_codes };
        // Changed meanwhile: the user used a code or enrolled again; the next run reads the new row.
        Ok(if self.store.reseal(user, &stored, &to).await? { Imported::Done } else { Imported::Unchanged })
    }
}

enum Imported {
    Done,
    Unchanged,
    Unreadable,
}

fn is_bare_sha256(code: &str) -> bool {
    code.len() == 64 && code.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_digest_is_64_hexadecimal_digits() {
        assert!(is_bare_sha256(&"aF".repeat(32)));
        for other in ["a".repeat(63), "a".repeat(65), "g".repeat(64), format!("${}", "a".repeat(63)), String::new()] {
            assert!(!is_bare_sha256(&other), "{other}");
        }
    }
}
