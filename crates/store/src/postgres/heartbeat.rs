//! Heartbeats: notices of a process to itself.

use std::sync::{Mutex, PoisonError};

use postern_model::clock::Timestamp;

use super::PostgresStore;
use super::error::Failure;

/// The channel of heartbeats. Apart from the one of changes, since an older version takes a notice that it cannot read for
/// the loss of all; the order in which notices are delivered is one for all channels of a database.
pub(super) const CHANNEL: &str = "postern_heartbeat";

/// The triggers that make notices of changes by SQL. While one of them is off, a heartbeat would prove nothing, so none is
/// sent.
const TRIGGERS: [&str; 12] = [
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
];

/// The heartbeats of one listening connection.
pub(super) struct Heartbeat<'s> {
    store: &'s PostgresStore,
    /// Tells those of this connection from those of others, in other processes too.
    nonce: u64,
    last: Mutex<Option<(u64, Timestamp)>>,
}

impl<'s> Heartbeat<'s> {
    pub(super) fn new(store: &'s PostgresStore) -> Self {
        let nonce = u64::from_ne_bytes(postern_model::entropy::draw(store.0.entropy.as_ref()));
        Self { store, nonce, last: Mutex::new(None) }
    }

    /// Commits a heartbeat. Where that fails, the proof just grows old.
    pub(super) async fn send(&self) {
        let Some(clock) = &self.store.0.clock else { return };
        let sent_at = clock.now();
        let number = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let number = last.map_or(0, |(number, _)| number.wrapping_add(1));
            *last = Some((number, sent_at));
            number
        };
        if let Err(error) = self.notify(number).await {
            tracing::debug!(%error, "heartbeat not sent");
        }
    }

    /// When the heartbeat was sent that was heard; `None` for one of somebody else, and for one that is not the last.
    pub(super) fn heard(&self, payload: &str) -> Option<Timestamp> {
        let (number, sent_at) = (*self.last.lock().unwrap_or_else(PoisonError::into_inner))?;
        (payload == self.payload(number)).then_some(sent_at)
    }

    async fn notify(&self, number: u64) -> Result<(), postern_model::store::StoreError> {
        let sql = "SELECT pg_notify($1::text, $2::text) WHERE (SELECT count(*) FROM pg_trigger \
                   WHERE tgname = ANY ($3::text[]) AND tgenabled IN ('O', 'A')) >= $4";
        let triggers: Vec<String> = TRIGGERS.iter().map(ToString::to_string).collect();
        let needed = i64::try_from(TRIGGERS.len()).unwrap_or(i64::MAX);
        let mut db = self.store.db().await?;
        db.run(sql, &[&CHANNEL, &self.payload(number), &triggers, &needed]).await.map_err(Failure::into).map(drop)
    }

    fn payload(&self, number: u64) -> String {
        format!("{:016x}:{number}", self.nonce)
    }
}
