//! The locks of a user's second factors, for `postern users show`.

use postern_model::clock::Timestamp;
use postern_model::factor::SecondFactor;
use postern_model::lockout::Lockout;
use postern_model::store::StoreError;
use postern_model::user::User;
use serde_json::{Map, Value, json};

use super::context::Context;
use super::error::CommandError;

/// The counters of each factor that the user has.
pub(super) struct Locks {
    now: Timestamp,
    of: Vec<(SecondFactor, Lockout)>,
}

impl Locks {
    /// Reads them. A counter that cannot be read is left out.
    pub(super) async fn read(context: &Context, user: &User) -> Result<Self, CommandError> {
        let mut of = Vec::new();
        for factor in [SecondFactor::Totp, SecondFactor::Backup] {
            match context.store.lockout(user.id, factor).await {
                Ok(lockout) => of.extend(lockout.map(|lockout| (factor, lockout))),
                Err(error @ StoreError::Corrupt { .. }) => tracing::warn!(%error, "lock not shown: it cannot be read"),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Self { now: context.clock.now(), of })
    }

    /// A line for each factor: its title and its state.
    pub(super) fn lines(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.of.iter().map(|(factor, lockout)| {
            let title = match factor {
                SecondFactor::Totp => "lock of the authenticator app",
                SecondFactor::Backup => "lock of backup codes",
                SecondFactor::Passkey | SecondFactor::TrustedDevice | SecondFactor::Email | SecondFactor::Sms => {
                    "lock of another factor"
                }
            };
            let failures = lockout.failures;
            let state = match self.until(lockout) {
                _ if lockout.locked_until.is_some_and(Timestamp::is_forever) => "locked until users unlock".to_owned(),
                _ if lockout.is_disabled() => format!("disabled after {failures} failures in a row"),
                Some(until) => format!("locked until {until} after {failures} failures in a row"),
                None if failures > 0 => format!("none; {failures} failures in a row"),
                None => "none".to_owned(),
            };
            (title, state)
        })
    }

    /// `{"totp": {"failures", "locked_until", "disabled"}, "backup": …}`.
    pub(super) fn json(&self) -> Value {
        let each = self.of.iter().map(|(factor, lockout)| {
            let until = self.until(lockout).map(|until| until.to_string());
            let disabled = lockout.is_disabled();
            let value = json!({ "failures": lockout.failures, "locked_until": until, "disabled": disabled });
            (factor.name().to_owned(), value)
        });
        Value::Object(each.collect::<Map<_, _>>())
    }

    /// The end of a lock that is not over.
    fn until(&self, lockout: &Lockout) -> Option<Timestamp> {
        lockout.locked_until.filter(|until| *until > self.now && !until.is_forever())
    }
}
