//! Audit events.

use async_trait::async_trait;
use postern_model::audit::AuditEvent;
use postern_model::clock::Timestamp;
use postern_model::id::UserId;
use postern_model::store::{AuditStore, StoreError};
use rusqlite::params;

use super::SqliteStore;
use super::connection::{End, all, run};
use super::times;
use crate::bounds;
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

    async fn recent(&self, user: UserId, limit: u32) -> Result<Vec<AuditEvent>, StoreError> {
        let sql = "SELECT id, at, kind, user_id, session_id, ip_address, user_agent, detail \
                   FROM postern_audit_events WHERE user_id = ?1 ORDER BY at DESC, id DESC LIMIT ?2";
        self.read(move |db| all(db, sql, params![user.to_string(), limit], rows::audit_event)).await
    }

    async fn forget_before(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.write(move |db| {
            let before = times::write(before);
            let events = run(db, "DELETE FROM postern_audit_events WHERE at < ?1", [&before])?;
            let attempts = run(db, "DELETE FROM user_2fa_attempts WHERE created_at < ?1", [&before])?;
            Ok(End::Commit((events + attempts) as u64, Vec::new()))
        })
        .await
    }
}
