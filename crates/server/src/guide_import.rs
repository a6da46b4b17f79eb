//! Import of authenticators that the 2FA guide's backend wrote. `serve` imports them if it has the key. `/readyz` and
//! `check` report those not imported yet, because their users' codes cannot be checked.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use postern_authn::Authn;
use postern_config::Config;
use postern_keystore::FernetKey;
use postern_model::clock::Clock;
use postern_model::entropy::Entropy;
use postern_model::store::{Store, StoreError};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::from_config::rules;

/// Maximum number of users that are named; further ones are counted.
const NAMED: usize = 5;

/// Interval between two queries for rows that are not imported yet.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// The remedy for authenticators that are not imported yet.
const NO_KEY: &str = "set legacy.totp_encryption_key to the backend's TOTP_ENCRYPTION_KEY (serve then imports them)";
/// What becomes of those that the key decrypts.
const IMPORTED: &str = "serve imports them";
/// The remedy for those that it does not decrypt, where the key is configured.
const OTHER_KEY: &str = "legacy.totp_encryption_key is set and does not fit them: it is not the TOTP_ENCRYPTION_KEY with which \
                         the backend wrote these rows, or they are damaged; set the right one, or have those users enrol again \
                         (postern users reset)";

/// Rows that are not imported yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    rows: String,
    remedy: &'static str,
}

impl Waiting {
    /// Whether somebody has to do something.
    pub fn is_stuck(&self) -> bool {
        self.remedy != IMPORTED
    }
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rows, self.remedy)
    }
}

/// Finds and imports the guide's authenticators.
pub struct GuideImport {
    authn: Arc<Authn>,
    key: Option<Arc<FernetKey>>,
    /// The time and result of the last query for rows that are not imported yet.
    looked: Mutex<Option<(Instant, Option<Waiting>)>>,
}

impl GuideImport {
    /// Makes one from the configuration. It has its own [`Authn`], because it runs before the services are built.
    pub(crate) fn of(
        config: &Config,
        store: &Arc<dyn Store>,
        clock: &Arc<dyn Clock>,
        entropy: &Arc<dyn Entropy>,
    ) -> Self {
        let (keyring, settings) = (Arc::clone(&config.keys.keyring), rules::settings(config));
        let authn = Authn::new(Arc::clone(store), keyring, Arc::clone(clock), Arc::clone(entropy), settings);
        Self::new(Arc::new(authn), config.netpilot.as_ref().and_then(|profile| profile.fernet.clone()))
    }

    /// Takes the operations on accounts, and the guide's key if it is configured.
    pub fn new(authn: Arc<Authn>, key: Option<Arc<FernetKey>>) -> Self {
        Self { authn, key, looked: Mutex::new(None) }
    }

    /// Imports the remaining rows if the key is configured. Repeating it changes nothing. Failures are logged.
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
            Ok(Some(Waiting { rows: reason, remedy })) => {
                tracing::error!(reason, remedy, "authenticators wait for their import")
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "authenticators of the 2FA guide could not be looked for"),
        }
    }

    /// Describes the rows that are not imported yet; `None` if there are none. Queries at most once in [`LOOK_EVERY`].
    ///
    /// # Errors
    /// Those of the store.
    pub async fn waiting(&self) -> Result<Option<Waiting>, StoreError> {
        let mut looked = self.looked.lock().await;
        if let Some((at, found)) = &*looked
            && at.elapsed() < LOOK_EVERY
        {
            return Ok(found.clone());
        }
        let stuck = match &self.key {
            Some(key) => self.authn.not_decrypted_by(key).await?,
            None => Vec::new(),
        };
        let (users, remedy) = match (&self.key, stuck.is_empty()) {
            (None, _) => (self.authn.waiting_for_import().await?, NO_KEY),
            (Some(_), true) => (self.authn.waiting_for_import().await?, IMPORTED),
            (Some(_), false) => (stuck, OTHER_KEY),
        };
        let rows = describe(&users.iter().map(ToString::to_string).collect::<Vec<_>>());
        let found = rows.map(|rows| Waiting { rows, remedy });
        *looked = Some((Instant::now(), found.clone()));
        Ok(found)
    }
}

fn describe(users: &[String]) -> Option<String> {
    let count = users.len();
    let named = users.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = if count > NAMED { ", …" } else { "" };
    let wait = if count == 1 { "row of user_2fa_settings waits" } else { "rows of user_2fa_settings wait" };
    (count > 0).then(|| format!("{count} {wait} for the import (user_id {named}{more})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_wait_are_named_and_counted() {
        assert_eq!(describe(&[]), None);
        let one = describe(&["u0".to_owned()]).unwrap();
        assert_eq!(one, "1 row of user_2fa_settings waits for the import (user_id u0)");
        let users: Vec<String> = (0..7).map(|n| format!("u{n}")).collect();
        let text = describe(&users).unwrap();
        assert_eq!(text, "7 rows of user_2fa_settings wait for the import (user_id u0, u1, u2, u3, u4, …)");
    }
}
