//! Audit events.

use async_trait::async_trait;
use postern_model::audit::AuditEvent;
use postern_model::clock::Timestamp;
use postern_model::id::{EventId, UserId};
use postern_model::store::{AuditStore, StoreError};
use rusqlite::{Connection, params};

use super::SqliteStore;
use super::connection::{End, readable, run};
use super::error::Failure;
use super::times;
use crate::bounds;
use crate::clean_up::share;
use crate::rows;

#[async_trait]
impl AuditStore for SqliteStore {
    async fn append(&self, event: &AuditEvent) -> Result<(), StoreError> {
        let event = event.clone();
        let sql = "INSERT INTO postern_audit_events (id, at, kind, user_id, session_id, ip_address, user_agent, detail) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.write(move |db| {
            let (user, session) = (event.user.map(|id| id.to_string()), event.session.map(|id| id.to_string()));
            let address = event.caller.address.map(|address| address.to_string());
            let agent = bounds::text(event.caller.user_agent.as_deref());
            let detail = bounds::text(event.detail.as_deref());
            let (id, at, kind) = (event.id.to_string(), times::write(event.at), event.kind.name());
            run(db, sql, params![id, at, kind, user, session, address, agent, detail])?;
            Ok(End::Commit((), Vec::new()))
        })
        .await
    }

    async fn recent(&self, user: UserId, before: Option<EventId>, limit: u32) -> Result<Vec<AuditEvent>, StoreError> {
        let sql = "SELECT id, at, kind, user_id, session_id, ip_address, user_agent, detail \
                   FROM postern_audit_events WHERE user_id = ?1 AND (?2 IS NULL OR (at, id) < \
                   (SELECT e.at, e.id FROM postern_audit_events e WHERE e.id = ?2 AND e.user_id = ?1)) \
                   ORDER BY at DESC, id DESC LIMIT ?3";
        let before = before.map(|id| id.to_string());
        self.read(move |db| readable(db, sql, params![user.to_string(), before, limit], rows::audit_event)).await
    }

    async fn forget_before(&self, before: Timestamp) -> Result<u64, StoreError> {
        let swept = self.write(move |db| {
            let before = times::write(before);
            let events = sweep(db, "postern_audit_events", "at", &before)?;
            let attempts = sweep(db, "user_2fa_attempts", "created_at", &before)?;
            Ok(End::Commit((events, attempts), Vec::new()))
        });
        let (events, attempts) = swept.await?;
        if events + attempts > 0 {
            tracing::info!(audit_events = events, attempts, "old records deleted");
        }
        Ok(events + attempts)
    }
}

/// Deletes the rows of a table that are older than `before`, oldest first and at most [`share`] of all rows. Our first
/// migration created the file, so all its rows are ours.
fn sweep(db: &Connection, table: &str, column: &str, before: &str) -> Result<u64, Failure> {
    let old = format!("FROM {table} WHERE {column} < ?1");
    let sql = format!("SELECT (SELECT count(*) FROM {table}), (SELECT count(*) {old})");
    let (all, found) = db.query_row(&sql, [before], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let most = share(table, all, found);
    let sql = format!("DELETE FROM {table} WHERE id IN (SELECT id {old} ORDER BY {column} LIMIT ?2)");
    Ok(run(db, &sql, params![before, most])? as u64)
}
