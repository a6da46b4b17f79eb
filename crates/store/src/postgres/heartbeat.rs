//! Heartbeats: notices that a process sends to itself.

use std::sync::{Mutex, MutexGuard, PoisonError};

use postern_model::clock::Timestamp;
use postern_model::store::StoreError;

use super::PostgresStore;

/// Channel of heartbeats. It is separate from that of changes, since an older version treats a notice that it cannot
/// parse as a loss of all notices. PostgreSQL delivers the notices of all channels of a database in one order.
pub(super) const CHANNEL: &str = "postern_heartbeat";

/// Triggers that send notices of changes made by SQL. While one of them is off, a heartbeat would prove nothing, so
/// none is sent.
const TRIGGERS: [&str; 14] = [
    "postern_user_changed",
    "postern_user_deleted",
    "postern_profile_changed",
    "postern_users_truncated",
    "postern_factors_changed",
    "postern_factors_made",
    "postern_factors_truncated",
    "postern_groups_changed",
    "postern_groups_truncated",
    "postern_session_changed",
    "postern_session_deleted",
    "postern_sessions_truncated",
    "postern_host_token_changed",
    "postern_host_tokens_truncated",
];

/// Heartbeats of one listening connection.
pub(super) struct Heartbeat<'s> {
    store: &'s PostgresStore,
    /// Distinguishes this connection's heartbeats from those of other connections and processes.
    nonce: u64,
    last: Mutex<Last>,
}

#[derive(Default)]
struct Last {
    /// Number of the newest heartbeat, and the time at which it was begun.
    sent: Option<(u64, Timestamp)>,
    /// State of the triggers as the newest received heartbeat found them.
    triggers: Option<String>,
}

/// Heartbeat that was received.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Heard {
    /// Every change that was committed before this time was received too.
    pub(super) sent_at: Timestamp,
    /// Whether triggers were altered since the previous heartbeat; if so, changes made while they were off are missing.
    pub(super) triggers_altered: bool,
}

impl<'s> Heartbeat<'s> {
    pub(super) fn new(store: &'s PostgresStore) -> Self {
        let nonce = u64::from_ne_bytes(postern_model::entropy::draw(store.0.entropy.as_ref()));
        Self { store, nonce, last: Mutex::default() }
    }

    /// Commits a heartbeat. If that fails, the last proof merely grows older.
    pub(super) async fn send(&self) {
        let Some(clock) = &self.store.0.clock else { return };
        let sent_at = clock.now();
        let number = {
            let mut last = self.last();
            let number = last.sent.map_or(0, |(number, _)| number.wrapping_add(1));
            last.sent = Some((number, sent_at));
            number
        };
        if let Err(error) = self.notify(number).await {
            tracing::debug!(%error, "heartbeat not sent");
        }
    }

    /// Parses a heartbeat. `None` for one of another process, and for one that is not the newest.
    pub(super) fn heard(&self, payload: &str) -> Option<Heard> {
        let mut last = self.last();
        let (number, sent_at) = last.sent?;
        let triggers = payload.strip_prefix(&self.prefix(number))?;
        let triggers_altered = last.triggers.as_deref() != Some(triggers);
        last.triggers = Some(triggers.to_owned());
        Some(Heard { sent_at, triggers_altered })
    }

    /// Sends nothing while a trigger is missing or off. The versions of the triggers' rows (`xmin`) are included: they
    /// reveal triggers that were switched off and on again between two heartbeats.
    async fn notify(&self, number: u64) -> Result<(), StoreError> {
        let sql = "SELECT pg_notify($1::text, $2::text || md5(found.versions)) FROM (SELECT \
                   string_agg(concat_ws(' ', tgrelid, tgname, xmin), ',' ORDER BY tgrelid, tgname) AS versions, \
                   count(*) FILTER (WHERE tgenabled IN ('O', 'A')) AS enabled FROM pg_trigger \
                   WHERE tgname = ANY ($3::text[])) AS found WHERE found.enabled >= $4";
        let triggers: Vec<String> = TRIGGERS.iter().map(ToString::to_string).collect();
        let needed = i64::try_from(TRIGGERS.len()).unwrap_or(i64::MAX);
        let mut db = self.store.db().await?;
        db.run(sql, &[&CHANNEL, &self.prefix(number), &triggers, &needed]).await?;
        Ok(())
    }

    fn prefix(&self, number: u64) -> String {
        format!("{:016x}:{number}:", self.nonce)
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use postern_model::SecretString;
    use postern_testkit::entropy::SeededEntropy;

    use super::super::PostgresOptions;
    use super::*;

    #[tokio::test]
    async fn only_the_newest_heartbeat_of_this_connection_proves_anything() {
        let options = PostgresOptions::new(SecretString::from("postgres://u@127.0.0.1:1/none"));
        let store = PostgresStore::connect(&options, Arc::new(SeededEntropy::default())).unwrap();
        let (own, other) = (Heartbeat::new(&store), Heartbeat::new(&store));
        let sent_at = Timestamp::from_secs(1_800_000_000);
        for heartbeat in [&own, &other] {
            heartbeat.last().sent = Some((7, sent_at));
        }
        let payload = |heartbeat: &Heartbeat<'_>, number| format!("{}triggers", heartbeat.prefix(number));
        assert_eq!(own.heard(&payload(&other, 7)), None, "that of another connection");
        assert_eq!(own.heard(&payload(&own, 6)), None, "an older one");
        assert_eq!(own.heard("triggers"), None);
        for triggers_altered in [true, false] {
            assert_eq!(own.heard(&payload(&own, 7)), Some(Heard { sent_at, triggers_altered }));
        }
    }
}
