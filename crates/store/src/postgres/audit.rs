//! Audit events.

use async_trait::async_trait;
use postern_model::audit::AuditEvent;
use postern_model::clock::Timestamp;
use postern_model::id::UserId;
use postern_model::store::{AuditStore, StoreError};

use super::PostgresStore;
use super::values::{Moment, PgColumns};
use crate::bounds;
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

    async fn recent(&self, user: UserId, limit: u32) -> Result<Vec<AuditEvent>, StoreError> {
        let sql = "SELECT id, at, kind, user_id, session_id, host(ip_address), user_agent, detail \
                   FROM postern.audit_events WHERE user_id = $1 ORDER BY at DESC, id DESC LIMIT $2";
        let rows = self.db().await?.rows(sql, &[&user.0, &i64::from(limit)]).await?;
        rows.iter().map(|row| rows::audit_event(&mut PgColumns::new(row))).collect()
    }

    async fn forget_before(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut db = self.db().await?;
        let events = db.run("DELETE FROM postern.audit_events WHERE at < $1", &[&Moment(before)]).await?;
        let attempts = db.run("DELETE FROM user_2fa_attempts WHERE created_at < $1", &[&Moment(before)]).await?;
        Ok(events + attempts)
    }
}
