//! Enrolment tickets: demanded before a first authenticator is set up, see [`postern_model::ticket`].

use postern_keystore::{Purpose, ticket};
use postern_model::audit::AuditKind;
use postern_model::enrolment::PendingEnrolment;
use postern_model::lockout::Refused;
use postern_model::replay::ReplayKey;
use postern_model::session::{Caller, SessionView, TokenHash};
use postern_model::store::StoreError;
use postern_model::ticket::{EnrolmentBegun, TicketCheck, TicketRefused};

use super::FactorError;
use crate::service::Authn;

impl Authn {
    /// Whether a first enrolment of this session needs a ticket that the session has not presented yet.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn needs_ticket(&self, view: &SessionView) -> Result<bool, StoreError> {
        let policy = self.settings.tickets;
        if view.factors.enrolled() {
            return Ok(false);
        }
        let state = self.store.ticket_state(view.user.id).await?;
        Ok(state.lacks_ticket(policy, view.session.id, self.now()))
    }

    /// Stores a pending first enrolment if the session needs no ticket, or presents one that is valid.
    pub(super) async fn begin_with_ticket(
        &self,
        view: &SessionView,
        pending: &PendingEnrolment,
        typed: Option<&str>,
        caller: &Caller,
    ) -> Result<(), FactorError> {
        let typed = typed.filter(|typed| !typed.trim().is_empty());
        let presented = typed.and_then(ticket::hash);
        let key = presented.map(|hash| self.ticket_key(view, &hash));
        let check = TicketCheck { policy: self.settings.tickets, presented, at: self.now(), key };
        let refused = match self.store.begin_enrolment(pending, &check).await? {
            EnrolmentBegun::Begun(accepted) => {
                if accepted {
                    self.audit_ticket(AuditKind::TicketAccepted, view, caller, None).await;
                }
                return Ok(());
            }
            EnrolmentBegun::Refused(refused) => refused,
        };
        let reason = match (refused, typed) {
            (TicketRefused::Missing, None) => return Err(FactorError::TicketRequired),
            (TicketRefused::Repeated, _) => return Err(FactorError::TicketInvalid),
            // A malformed ticket cannot be right, so it is not counted as a guess.
            (TicketRefused::Missing, Some(_)) => "not a ticket",
            (refused, _) => refused.name(),
        };
        self.audit_ticket(AuditKind::TicketRefused, view, caller, Some(reason)).await;
        Err(match refused {
            TicketRefused::Locked(Refused::Locked { until }) => FactorError::Locked { until },
            TicketRefused::Locked(Refused::Disabled) => FactorError::Disabled,
            _ => FactorError::TicketInvalid,
        })
    }

    /// Returns the identifier of a ticket that this session presents.
    fn ticket_key(&self, view: &SessionView, ticket: &TokenHash) -> ReplayKey {
        ReplayKey(self.keyring.mac(Purpose::Replay, &[&view.session.token.0[..], b"ticket", &ticket.0[..]]))
    }

    async fn audit_ticket(&self, kind: AuditKind, view: &SessionView, caller: &Caller, reason: Option<&str>) {
        self.audit(kind, Some(view.user.id), Some(view.session.id), caller, reason).await;
    }
}
