//! What people see and do about their own account: factors, sessions, activity.

use postern_model::audit::{AuditEvent, AuditKind};
use postern_model::factor::Factors;
use postern_model::id::SessionId;
use postern_model::session::{Caller, Session, SessionView};
use postern_model::store::StoreError;

use crate::service::Authn;

/// Events shown.
const ACTIVITY: u32 = 20;

/// The account page's contents.
#[derive(Clone, Debug)]
pub struct Overview {
    /// What is enrolled.
    pub factors: Factors,
    /// Sessions that are not over, newest first.
    pub sessions: Vec<Session>,
    /// Newest first.
    pub activity: Vec<AuditEvent>,
    /// Whether the second factor may be switched off.
    pub may_disable: bool,
}

impl Authn {
    /// What the account page shows.
    pub async fn overview(&self, view: &SessionView) -> Result<Overview, StoreError> {
        let limits = &self.settings.policy.limits;
        let now = self.now();
        let alive = |session: &Session| {
            now < session.first_factor_at.after(limits.lifetime) && now < session.last_seen_at.after(limits.idle)
        };
        let mut sessions = self.store.sessions_of(view.user.id).await?;
        sessions.retain(alive);
        let activity = self.store.recent(view.user.id, ACTIVITY).await?;
        Ok(Overview { factors: view.factors, sessions, activity, may_disable: self.may_remove(view) })
    }

    /// Ends the session itself.
    pub async fn sign_out(&self, view: &SessionView, caller: &Caller) -> Result<(), StoreError> {
        let (user, session) = (view.user.id, view.session.id);
        if self.store.end_session(user, session).await? {
            self.audit(AuditKind::SignedOut, Some(user), Some(session), caller, None).await;
        }
        Ok(())
    }

    /// Ends another session of the same user. False: they have no such session.
    pub async fn revoke(&self, view: &SessionView, session: SessionId, caller: &Caller) -> Result<bool, StoreError> {
        let ended = self.store.end_session(view.user.id, session).await?;
        if ended {
            self.audit(AuditKind::SessionRevoked, Some(view.user.id), Some(session), caller, None).await;
        }
        Ok(ended)
    }

    /// Ends all sessions of the same user but this one; gives how many.
    pub async fn revoke_others(&self, view: &SessionView, caller: &Caller) -> Result<u64, StoreError> {
        let ended = self.store.end_sessions_of(view.user.id, Some(view.session.id)).await?;
        if ended > 0 {
            let session = Some(view.session.id);
            self.audit(AuditKind::SessionRevoked, Some(view.user.id), session, caller, Some("all others")).await;
        }
        Ok(ended)
    }
}
