//! Audit events.

use async_trait::async_trait;
use postern_model::audit::AuditEvent;
use postern_model::clock::Timestamp;
use postern_model::id::{EventId, UserId};
use postern_model::store::{AuditStore, StoreError};

use super::PostgresStore;
use super::clock::by_server;
use super::pool::Db;
use super::values::{Moment, PgColumns};
use crate::bounds;
use crate::clean_up::share;
use crate::rows;

#[async_trait]
impl AuditStore for PostgresStore {
    async fn append(&self, event: &AuditEvent) -> Result<(), StoreError> {
        let (user, session) = (event.user.map(|id| id.0), event.session.map(|id| id.0));
        let address = event.caller.address.map(|address| address.to_string());
        let agent = bounds::text(event.caller.user_agent.as_deref());
        let detail = bounds::text(event.detail.as_deref());
        let sql = "INSERT INTO postern.audit_events (id, at, kind, user_id, session_id, ip_address, user_agent, detail) \
                   VALUES ($1, $2, $3, $4, $5, $6::text::inet, $7, $8)";
        let (id, at, kind) = (&event.id.0, &Moment(event.at), event.kind.name());
        self.db().await?.run(sql, &[id, at, &kind, &user, &session, &address, &agent, &detail]).await?;
        Ok(())
    }

    async fn recent(&self, user: UserId, before: Option<EventId>, limit: u32) -> Result<Vec<AuditEvent>, StoreError> {
        let sql = "SELECT id, at, kind, user_id, session_id, host(ip_address), user_agent, detail \
                   FROM postern.audit_events WHERE user_id = $1 AND ($2::uuid IS NULL OR (at, id) < \
                   (SELECT e.at, e.id FROM postern.audit_events e WHERE e.id = $2 AND e.user_id = $1)) \
                   ORDER BY at DESC, id DESC LIMIT $3";
        let before = before.map(|id| id.0);
        let rows = self.db().await?.rows(sql, &[&user.0, &before, &i64::from(limit)]).await?;
        rows::readable(rows.iter().map(|row| rows::audit_event(&mut PgColumns::new(row))))
    }

    async fn forget_before(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut db = self.db().await?;
        let before = Moment(by_server(self, &mut db, before).await?);
        let events = sweep(&mut db, "postern.audit_events", "at", "", &before).await?;
        // Rows from before our first migration are the backend's history and must not be deleted here.
        let ours = "AND created_at >= (SELECT (applied_on::timestamptz AT TIME ZONE 'UTC') FROM postern.schema_history \
                    WHERE version = 1)";
        let attempts = sweep(&mut db, "user_2fa_attempts", "created_at", ours, &before).await?;
        if events + attempts > 0 {
            tracing::info!(audit_events = events, attempts, "old records deleted");
        }
        Ok(events + attempts)
    }
}

/// Deletes the rows of a table that are older than `before`, oldest first and at most [`share`] of all rows.
async fn sweep(
    db: &mut Db<'_>,
    table: &str,
    column: &str,
    condition: &str,
    before: &Moment,
) -> Result<u64, StoreError> {
    let old = format!("FROM {table} WHERE {column} < $1 {condition}");
    let row = db.row(&format!("SELECT count(*), (SELECT count(*) {old}) FROM {table}"), &[before]).await?;
    let count = |index| row.as_ref().and_then(|row| row.try_get::<_, i64>(index).ok()).unwrap_or(0);
    let (all, found) = (count(0), count(1));
    if found == 0 {
        return Ok(0);
    }
    let most = share(table, all, found);
    let sql = format!("DELETE FROM {table} WHERE id IN (SELECT id {old} ORDER BY {column} LIMIT $2)");
    Ok(db.run(&sql, &[before, &most]).await?)
}
