//! Mail that waits to be sent: queued by the transaction of the change, claimed by one sender at a time.

use async_trait::async_trait;
use postern_model::attempt_log::AttemptRecord;
use postern_model::clock::Timestamp;
use postern_model::known_device::is_known;
use postern_model::language::Language;
use postern_model::mail::{Happening, MailKind, MailKinds, MailStore, QueuedMail};
use postern_model::store::StoreError;
use rusqlite::{Connection, params};

use super::connection::{End, all, readable, run};
use super::error::Failure;
use super::{SqliteStore, times};
use crate::bounds;
use crate::mail::{CLIENTS_COMPARED, NewMail, former_client, known_kinds, queued_mail};

/// Columns of [`queued_mail`].
const MAIL: &str = "event_id, kind, user_id, recipient, detail, at, ip_address, user_agent, language, attempts, \
                    leased_until";

#[async_trait]
impl MailStore for SqliteStore {
    async fn claim_mail(&self, now: Timestamp, leased_until: Timestamp) -> Result<Option<QueuedMail>, StoreError> {
        let known = known_kinds().iter().map(|kind| format!("'{kind}'")).collect::<Vec<_>>().join(", ");
        let due = format!("due_at <= ?1 AND (leased_until IS NULL OR leased_until <= ?1) AND kind IN ({known})");
        // Other processes only read this table most of the time: without anything due nothing is written.
        let sql = format!("SELECT 1 FROM postern_mail_queue WHERE {due} LIMIT 1");
        let (at, until) = (times::write(now), times::write(leased_until));
        let when = at.clone();
        if self.read(move |db| all(db, &sql, [when], |_| Ok(()))).await?.is_empty() {
            return Ok(None);
        }
        let sql = format!(
            "UPDATE postern_mail_queue SET leased_until = ?2, attempts = attempts + 1 WHERE rowid = (\
             SELECT rowid FROM postern_mail_queue WHERE {due} ORDER BY due_at, event_id LIMIT 1) RETURNING {MAIL}"
        );
        self.write(move |db| {
            let claimed = readable(db, &sql, params![at, until], queued_mail)?;
            Ok(End::Commit(claimed.into_iter().next(), Vec::new()))
        })
        .await
    }

    async fn finish_mail(&self, mail: &QueuedMail) -> Result<bool, StoreError> {
        let sql = "DELETE FROM postern_mail_queue WHERE event_id = ?1 AND kind = ?2 AND leased_until = ?3";
        let (event, kind) = (mail.event.to_string(), mail.happening.kind.name());
        let lease = times::write(mail.leased_until);
        self.write(move |db| Ok(End::Commit(run(db, sql, params![event, kind, lease])? > 0, Vec::new()))).await
    }

    async fn postpone_mail(&self, mail: &QueuedMail, due: Timestamp, attempts: u32) -> Result<bool, StoreError> {
        let sql = "UPDATE postern_mail_queue SET due_at = ?4, leased_until = NULL, attempts = ?5 \
                   WHERE event_id = ?1 AND kind = ?2 AND leased_until = ?3";
        let (event, kind) = (mail.event.to_string(), mail.happening.kind.name());
        let (lease, due) = (times::write(mail.leased_until), times::write(due));
        self.write(move |db| Ok(End::Commit(run(db, sql, params![event, kind, lease, due, attempts])? > 0, Vec::new())))
            .await
    }

    async fn forget_mail(&self, before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "DELETE FROM postern_mail_queue WHERE at < ?1 AND (leased_until IS NULL OR leased_until <= ?2)";
        let (before, now) = (times::write(before), times::write(now));
        self.write(move |db| Ok(End::Commit(run(db, sql, [before, now])? as u64, Vec::new()))).await
    }

    async fn waiting_mail(&self) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM postern_mail_queue";
        let count = self.read(move |db| Ok(db.query_row(sql, [], |row| row.get::<_, i64>(0))?)).await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

/// Queues mail in the transaction of the change that it tells of, if its kind is wanted. The change holds though its mail cannot be
/// queued. Its language is that of the user's oldest session, which a thief's browser cannot choose; without one that of the page.
pub(super) fn queue(db: &Connection, wanted: MailKinds, mail: NewMail<'_>) -> Result<(), Failure> {
    if !wanted.contains(mail.happening.kind) {
        return Ok(());
    }
    let sql = "INSERT INTO postern_mail_queue (event_id, kind, user_id, recipient, detail, at, ip_address, user_agent, due_at, \
               language) SELECT ?1, ?2, u.id, u.email, ?4, ?5, ?6, ?7, ?5, coalesce((\
               SELECT s.language FROM postern_sessions s WHERE s.user_id = u.id AND s.language IS NOT NULL \
               ORDER BY s.first_factor_at, s.id LIMIT 1), ?8) FROM users u WHERE u.id = ?3 AND u.email <> '' \
               ON CONFLICT (event_id, kind) DO NOTHING";
    let (event, user) = (mail.event.to_string(), mail.user.to_string());
    let address = mail.caller.address.map(|address| address.to_string());
    let agent = bounds::text(mail.caller.user_agent.as_deref());
    let language = mail.caller.language.map(Language::tag);
    let Happening { kind, detail } = mail.happening;
    let queued = attempted(db, |db| {
        run(db, sql, params![event, kind.name(), user, detail, times::write(mail.at), address, agent, language])
    })?;
    if let Err(Failure(error)) = queued {
        tracing::error!(user.id = %mail.user, kind = kind.name(), %error, "mail not queued: its user is not told");
    }
    Ok(())
}

/// Does something in a transaction, and undoes it alone where it fails.
///
/// # Errors
/// [`Failure`] if SQLite gave the whole transaction up, as for a full disk.
fn attempted<T>(
    db: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, Failure>,
) -> Result<Result<T, Failure>, Failure> {
    db.execute_batch("SAVEPOINT mark")?;
    let done = work(db);
    let end = if done.is_ok() { "RELEASE mark" } else { "ROLLBACK TO mark; RELEASE mark" };
    db.execute_batch(end)?;
    Ok(done)
}

/// Queues what an attempt is told as.
pub(super) fn queue_of(
    db: &Connection,
    wanted: MailKinds,
    attempt: &AttemptRecord,
    happening: Option<Happening>,
) -> Result<(), Failure> {
    let Some(happening) = happening else { return Ok(()) };
    let AttemptRecord { id, user, at, caller, .. } = attempt;
    queue(db, wanted, NewMail { event: *id, user: *user, happening, at: *at, caller })
}

/// Queues mail about a second factor that was accepted from a client that was not seen before.
pub(super) fn queue_if_new_device(db: &Connection, wanted: MailKinds, attempt: &AttemptRecord) -> Result<(), Failure> {
    if !wanted.contains(MailKind::NewDevice) {
        return Ok(());
    }
    let sql = "SELECT ip_address, user_agent FROM user_2fa_attempts WHERE user_id = ?1 AND success = TRUE AND id <> ?2 \
               GROUP BY ip_address, user_agent ORDER BY max(created_at) DESC LIMIT ?3";
    let (user, id) = (attempt.user.to_string(), attempt.id.to_string());
    let seen = match attempted(db, |db| all(db, sql, params![user, id, CLIENTS_COMPARED], former_client))? {
        Ok(seen) => seen,
        Err(Failure(error)) => {
            tracing::error!(user.id = %attempt.user, %error, "former devices not read: no mail about a new one");
            return Ok(());
        }
    };
    let new = !is_known(&attempt.caller, &seen);
    queue_of(db, wanted, attempt, new.then(|| Happening::plain(MailKind::NewDevice)))
}
