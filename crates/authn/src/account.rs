//! A user's own account: factors, sessions, activity.

use std::time::Duration;

use postern_model::audit::{AuditEvent, AuditKind};
use postern_model::factor::Factors;
use postern_model::id::{EventId, SessionId};
use postern_model::session::{Caller, Session, SessionPage, SessionQuery, SessionView};
use postern_model::store::StoreError;
use postern_model::trusted_device::DeviceSelection;

use crate::access::counts;
use crate::service::Authn;

/// Number of events on a page.
const ACTIVITY: u32 = 20;
/// How long a verified second factor counts as fresh where all other sessions are to be ended.
const LATELY: Duration = Duration::from_secs(5 * 60);
/// Number of other sessions on a page.
pub const SESSIONS: u32 = 20;

/// Part of the account page that is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct OverviewPage {
    /// Number of other sessions to skip.
    pub skip_sessions: u32,
    /// Only events older than this one.
    pub before: Option<EventId>,
}

/// Contents of the account page.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The enrolled factors.
    pub factors: Factors,
    /// Live sessions other than the one of this request, newest first, at most [`SESSIONS`].
    pub others: Vec<Session>,
    /// Number of live sessions other than the one of this request, listed or not.
    pub others_total: u64,
    /// Recent account events, newest first.
    pub activity: Vec<AuditEvent>,
    /// The last event listed, if there are older ones.
    pub older_than: Option<EventId>,
    /// Whether the user may remove the second factor.
    pub may_disable: bool,
}

impl Authn {
    /// Loads the contents of the account page.
    pub async fn overview(&self, view: &SessionView, page: OverviewPage) -> Result<Overview, StoreError> {
        let limits = &self.settings.policy.limits;
        let now = self.now();
        let query = SessionQuery {
            except: Some(view.session.id),
            begun_after: now.before(limits.lifetime),
            seen_after: now.before(limits.idle),
            offset: page.skip_sessions,
            limit: SESSIONS,
        };
        let SessionPage { sessions, total } = self.store.session_page(view.user.id, &query).await?;
        // One more than is shown tells whether there are older ones.
        let mut activity = self.store.recent(view.user.id, page.before, ACTIVITY + 1).await?;
        let more = activity.len() > ACTIVITY as usize;
        activity.truncate(ACTIVITY as usize);
        let older_than = activity.last().filter(|_| more).map(|event| event.id);
        Ok(Overview {
            factors: view.factors,
            others: sessions,
            others_total: total,
            activity,
            older_than,
            may_disable: self.may_remove(view),
        })
    }

    /// Ends this session. Its device stays trusted: that is what the person asked for.
    pub async fn sign_out(&self, view: &SessionView, caller: &Caller) -> Result<(), StoreError> {
        let (user, session) = (view.user.id, view.session.id);
        if self.store.end_session(user, session).await? {
            self.audit(AuditKind::SignedOut, Some(user), Some(session), caller, None).await;
        }
        Ok(())
    }

    /// Ends another session of the same user, and the trust in its device: a person who ends a session from elsewhere does
    /// not trust the device that has it. Returns false if the user has no session with this identifier.
    pub async fn revoke(&self, view: &SessionView, session: SessionId, caller: &Caller) -> Result<bool, StoreError> {
        self.forget_devices(view, DeviceSelection::OfSession(session), caller).await?;
        let ended = self.store.end_session(view.user.id, session).await?;
        if ended {
            self.audit(AuditKind::SessionRevoked, Some(view.user.id), Some(session), caller, None).await;
        }
        Ok(ended)
    }

    /// Ends all sessions of the same user except this one, and the trust in all devices except this one; returns the number of
    /// sessions.
    pub async fn revoke_others(&self, view: &SessionView, caller: &Caller) -> Result<u64, StoreError> {
        let ended = self.store.end_sessions_of(view.user.id, Some(view.session.id)).await?;
        if ended > 0 {
            let session = Some(view.session.id);
            self.audit(AuditKind::SessionRevoked, Some(view.user.id), session, caller, Some("all others")).await;
        }
        Ok(ended)
    }

    /// Whether this session verified a second factor itself, at most [`LATELY`] ago.
    pub fn confirmed_lately(&self, view: &SessionView) -> bool {
        counts(view, LATELY, self.now()).is_some_and(|verified| verified.method.proves_presence())
    }

    /// Ends all sessions of the same user except this one, and the trust in all devices, this one included; returns the number
    /// of sessions.
    pub async fn end_everything_else(&self, view: &SessionView, caller: &Caller) -> Result<u64, StoreError> {
        self.forget_devices(view, DeviceSelection::All, caller).await?;
        self.revoke_others(view, caller).await
    }
}
