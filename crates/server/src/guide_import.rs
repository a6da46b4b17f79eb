//! Authenticators that the 2FA guide's backend wrote. `serve` imports them when it has the key; without it, readiness names
//! those that wait, since none of their users' codes can be checked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use postern_authn::Authn;
use postern_keystore::FernetKey;
use postern_model::store::StoreError;

/// Users that are named; of more, the number is told.
const NAMED: usize = 5;

/// What to do about authenticators that wait.
pub const REMEDY: &str =
    "set legacy.totp_encryption_key to the backend's TOTP_ENCRYPTION_KEY (serve then imports them)";

/// Looks for authenticators of the guide, and imports them.
pub struct GuideImport {
    authn: Arc<Authn>,
    key: Option<Arc<FernetKey>>,
    done: AtomicBool,
}

impl GuideImport {
    /// Takes the operations, and the key where it is configured.
    pub fn new(authn: Arc<Authn>, key: Option<Arc<FernetKey>>) -> Self {
        Self { authn, key, done: AtomicBool::new(false) }
    }

    /// Imports what waits, where there is the key; importing again changes nothing. What cannot be imported is logged.
    pub async fn run(&self) {
        if let Some(key) = &self.key {
            match self.authn.import_netpilot(key).await {
                Ok(report) if report.imported > 0 || report.unreadable > 0 => {
                    tracing::info!(
                        imported = report.imported,
                        unchanged = report.unchanged,
                        unreadable = report.unreadable,
                        "authenticators of the 2FA guide imported"
                    );
                }
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "authenticators of the 2FA guide could not be imported"),
            }
        }
        match self.waiting().await {
            Ok(Some(reason)) => tracing::error!(reason, remedy = REMEDY, "authenticators wait for their import"),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "authenticators of the 2FA guide could not be looked for"),
        }
    }

    /// Why this process is not ready; `None` where nothing waits. Once nothing waits, it is not looked for again.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn waiting(&self) -> Result<Option<String>, StoreError> {
        if self.done.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let waiting = self.authn.waiting_for_import().await?;
        self.done.store(waiting.is_empty(), Ordering::Relaxed);
        Ok(describe(&waiting.iter().map(ToString::to_string).collect::<Vec<_>>()))
    }
}

fn describe(users: &[String]) -> Option<String> {
    let count = users.len();
    let named = users.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = if count > NAMED { ", …" } else { "" };
    (count > 0).then(|| format!("{count} rows of user_2fa_settings wait for the import (user_id {named}{more})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_wait_are_named_and_counted() {
        assert_eq!(describe(&[]), None);
        let users: Vec<String> = (0..7).map(|n| format!("u{n}")).collect();
        let text = describe(&users).unwrap();
        assert_eq!(text, "7 rows of user_2fa_settings wait for the import (user_id u0, u1, u2, u3, u4, …)");
    }
}
