//! A user's own account: factors, sessions, activity.

use postern_model::audit::{AuditEvent, AuditKind};
use postern_model::factor::Factors;
use postern_model::id::SessionId;
use postern_model::session::{Caller, Session, SessionView};
use postern_model::store::StoreError;

use crate::service::Authn;

/// Maximum number of events shown.
const ACTIVITY: u32 = 20;

/// Contents of the account page.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The enrolled factors.
    pub factors: Factors,
    /// Live sessions, newest first.
    pub sessions: Vec<Session>,
    /// Recent account events, newest first.
    pub activity: Vec<AuditEvent>,
    /// Whether the user may remove the second factor.
    pub may_disable: bool,
}

impl Authn {
    /// Loads the contents of the account page.
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

    /// Ends this session.
    pub async fn sign_out(&self, view: &SessionView, caller: &Caller) -> Result<(), StoreError> {
        let (user, session) = (view.user.id, view.session.id);
        if self.store.end_session(user, session).await? {
            self.audit(AuditKind::SignedOut, Some(user), Some(session), caller, None).await;
        }
        Ok(())
    }

    /// Ends another session of the same user. Returns false if the user has no session with this identifier.
    pub async fn revoke(&self, view: &SessionView, session: SessionId, caller: &Caller) -> Result<bool, StoreError> {
        let ended = self.store.end_session(view.user.id, session).await?;
        if ended {
            self.audit(AuditKind::SessionRevoked, Some(view.user.id), Some(session), caller, None).await;
        }
        Ok(ended)
    }

    /// Ends all sessions of the same user except this one; returns their number.
    pub async fn revoke_others(&self, view: &SessionView, caller: &Caller) -> Result<u64, StoreError> {
        let ended = self.store.end_sessions_of(view.user.id, Some(view.session.id)).await?;
        if ended > 0 {
            let session = Some(view.session.id);
            self.audit(AuditKind::SessionRevoked, Some(view.user.id), session, caller, Some("all others")).await;
        }
        Ok(ended)
    }
}
