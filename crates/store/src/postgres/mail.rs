//! Mail that waits to be sent: queued by the transaction of the change, claimed by one sender at a time.

use async_trait::async_trait;
use postern_model::attempt_log::AttemptRecord;
use postern_model::clock::Timestamp;
use postern_model::id::EventId;
use postern_model::known_device::is_known;
use postern_model::language::Language;
use postern_model::mail::{Happening, MailKind, MailStore, QueuedMail};
use postern_model::store::StoreError;

use super::PostgresStore;
use super::clock::by_server;
use super::pool::Db;
use super::values::{Moment, PgColumns};
use crate::bounds;
use crate::mail::{CLIENTS_COMPARED, NewMail, former_client, known_kinds, queued_mail};
use crate::rows;

/// Columns of [`queued_mail`].
const MAIL: &str = "q.event_id, q.kind, q.user_id, q.recipient, q.detail, q.at, host(q.ip_address), q.user_agent, q.language, \
                    q.attempts, q.leased_until";

#[async_trait]
impl MailStore for PostgresStore {
    async fn claim_mail(&self, now: Timestamp, leased_until: Timestamp) -> Result<Option<QueuedMail>, StoreError> {
        let sql = format!(
            "UPDATE postern.mail_queue q SET leased_until = $2, attempts = q.attempts + 1 FROM (\
             SELECT event_id, kind FROM postern.mail_queue WHERE due_at <= $1 \
             AND (leased_until IS NULL OR leased_until <= $1) AND kind = ANY ($3::text[]) \
             ORDER BY due_at, event_id LIMIT 1 FOR UPDATE SKIP LOCKED) AS due \
             WHERE q.event_id = due.event_id AND q.kind = due.kind RETURNING {MAIL}"
        );
        let rows = self.db().await?.rows(&sql, &[&Moment(now), &Moment(leased_until), &known_kinds()]).await?;
        let mail = rows::readable(rows.iter().map(|row| queued_mail(&mut PgColumns::new(row))))?;
        Ok(mail.into_iter().next())
    }

    async fn finish_mail(&self, mail: &QueuedMail) -> Result<bool, StoreError> {
        let sql = "DELETE FROM postern.mail_queue WHERE event_id = $1 AND kind = $2 AND leased_until = $3";
        let (event, kind, lease) = (&mail.event.0, mail.happening.kind.name(), &Moment(mail.leased_until));
        Ok(self.db().await?.run(sql, &[event, &kind, lease]).await? > 0)
    }

    async fn postpone_mail(&self, mail: &QueuedMail, due: Timestamp, attempts: u32) -> Result<bool, StoreError> {
        let sql = "UPDATE postern.mail_queue SET due_at = $4, leased_until = NULL, attempts = $5 \
                   WHERE event_id = $1 AND kind = $2 AND leased_until = $3";
        let (event, kind, lease) = (&mail.event.0, mail.happening.kind.name(), &Moment(mail.leased_until));
        let attempts = i32::try_from(attempts).unwrap_or(i32::MAX);
        Ok(self.db().await?.run(sql, &[event, &kind, lease, &Moment(due), &attempts]).await? > 0)
    }

    async fn forget_mail(&self, before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "DELETE FROM postern.mail_queue WHERE at < $1 AND (leased_until IS NULL OR leased_until <= $2)";
        let mut db = self.db().await?;
        let before = Moment(by_server(self, &mut db, before).await?);
        Ok(db.run(sql, &[&before, &Moment(now)]).await?)
    }

    async fn waiting_mail(&self) -> Result<u64, StoreError> {
        let row = self.db().await?.row("SELECT count(*) FROM postern.mail_queue", &[]).await?;
        Ok(row.and_then(|row| row.try_get::<_, i64>(0).ok()).and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
    }
}

/// Queues mail in the transaction of the change that it tells of, if its kind is wanted. The change holds though its mail cannot be
/// queued. Its language is that of the user's oldest session, which a thief's browser cannot choose; without one that of the page.
pub(super) async fn queue(db: &mut Db<'_>, mail: NewMail<'_>) -> Result<(), StoreError> {
    if !db.wanted_mail().contains(mail.happening.kind) {
        return Ok(());
    }
    let sql = "INSERT INTO postern.mail_queue (event_id, kind, user_id, recipient, detail, at, ip_address, user_agent, due_at, \
               language) SELECT $1, $2, u.id, u.email, $4, $5, $6::text::inet, $7, $5, coalesce((\
               SELECT s.language FROM postern.sessions s WHERE s.user_id = u.id AND s.language IS NOT NULL \
               ORDER BY s.first_factor_at, s.id LIMIT 1), $8) FROM users u WHERE u.id = $3 AND u.email <> '' \
               ON CONFLICT (event_id, kind) DO NOTHING";
    let (event, kind, user) = (&mail.event.0, mail.happening.kind.name(), &mail.user.0);
    let address = mail.caller.address.map(|address| address.to_string());
    let agent = bounds::text(mail.caller.user_agent.as_deref());
    let (detail, at, language) = (&mail.happening.detail, &Moment(mail.at), mail.caller.language.map(Language::tag));
    db.mark().await?;
    let queued = db.run(sql, &[event, &kind, user, detail, at, &address, &agent, &language]).await;
    if let Err(error) = queued {
        db.rollback_to_mark().await?;
        tracing::error!(user.id = %mail.user, kind, error = %StoreError::from(error), "mail not queued: its user is not told");
    }
    Ok(())
}

/// Queues what an attempt is told as.
pub(super) async fn queue_of(
    db: &mut Db<'_>,
    attempt: &AttemptRecord,
    happening: Option<Happening>,
) -> Result<(), StoreError> {
    let Some(happening) = happening else { return Ok(()) };
    let AttemptRecord { id, user, at, caller, .. } = attempt;
    queue(db, NewMail { event: *id, user: *user, happening, at: *at, caller }).await
}

/// Queues mail about a second factor that was accepted from a client that was not seen before.
pub(super) async fn queue_if_new_device(db: &mut Db<'_>, attempt: &AttemptRecord) -> Result<(), StoreError> {
    if !db.wanted_mail().contains(MailKind::NewDevice) {
        return Ok(());
    }
    let sql = "SELECT ip_address::text, user_agent FROM user_2fa_attempts WHERE user_id = $1 AND success = TRUE AND id <> $2 \
               GROUP BY ip_address::text, user_agent ORDER BY max(created_at) DESC LIMIT $3";
    let EventId(id) = attempt.id;
    db.mark().await?;
    let rows = match db.rows(sql, &[&attempt.user.0, &id, &CLIENTS_COMPARED]).await {
        Ok(rows) => rows,
        Err(error) => {
            db.rollback_to_mark().await?;
            tracing::error!(user.id = %attempt.user, error = %StoreError::from(error), "former devices not read: no mail about a new one");
            return Ok(());
        }
    };
    let seen = rows.iter().map(|row| former_client(&mut PgColumns::new(row))).collect::<Result<Vec<_>, _>>()?;
    let new = !is_known(&attempt.caller, &seen);
    queue_of(db, attempt, new.then(|| Happening::plain(MailKind::NewDevice))).await
}
