//! Enrolment tickets: one-time secrets that an administrator hands to a person, without which their account takes no
//! first authenticator.
//!
//! After an administrator removed a second factor, the provider's sign-in alone would let anybody who has it enrol an
//! authenticator of their own. The ticket proves that the person who enrols is the one whom the administrator knows.
//!
//! A ticket is bound to an account, expires, and belongs to the first session that presents it: that session may begin
//! the set-up again until the ticket expires, no other session may use it. A completed enrolment deletes it.

use crate::clock::Timestamp;
use crate::id::SessionId;
use crate::lockout::{Lockout, Refused};
use crate::replay::ReplayKey;
use crate::session::TokenHash;

/// Policy of which first enrolments need a ticket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TicketPolicy {
    /// Those of accounts for which an administrator issued one; elsewhere the first sign-in enrols.
    #[default]
    OnDemand,
    /// The same, and an administrator's reset always issues one.
    AfterReset,
    /// All.
    Always,
}

/// A ticket that was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuedTicket {
    /// SHA-256 of the ticket.
    pub hash: TokenHash,
    /// Expiry.
    pub expires_at: Timestamp,
    /// The session that presented it first.
    pub session: Option<SessionId>,
}

/// The row of `postern.enrolment_tickets` of one user. A user without a row has the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TicketState {
    /// Whether an administrator demands a ticket for the next first enrolment.
    pub required: bool,
    /// The ticket.
    pub ticket: Option<IssuedTicket>,
    /// Counter of wrong tickets.
    pub lockout: Lockout,
}

/// What a session presents to begin its first enrolment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketCheck {
    /// The policy in force.
    pub policy: TicketPolicy,
    /// SHA-256 of the ticket, if one was presented.
    pub presented: Option<TokenHash>,
    /// Time of the presentation.
    pub at: Timestamp,
    /// Identifier of this ticket from this session. A wrong ticket is counted once within [`ANSWER_LIFETIME`]: a form that is sent
    /// twice is one attempt.
    ///
    /// [`ANSWER_LIFETIME`]: crate::replay::ANSWER_LIFETIME
    pub key: Option<ReplayKey>,
}

/// Reason why a first enrolment was refused for want of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketRefused {
    /// A ticket is needed, and none was presented.
    Missing,
    /// The account has no such ticket.
    Unknown,
    /// The ticket is one of another account.
    OtherAccount,
    /// The ticket has expired.
    Expired,
    /// Another session presented the ticket before.
    Used,
    /// Too many wrong tickets; this one was not looked at.
    Locked(Refused),
    /// The session presented the same wrong ticket just before; it is not counted again.
    Repeated,
}

impl TicketRefused {
    /// Returns the stable name of the reason, for logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::OtherAccount => "another account's",
            Self::Expired => "expired",
            Self::Used => "used before",
            Self::Locked(_) => "locked",
            Self::Repeated => "repeated",
        }
    }

    /// Whether the ticket was counted as a wrong one.
    pub fn is_counted(self) -> bool {
        matches!(self, Self::Unknown | Self::OtherAccount | Self::Expired | Self::Used)
    }
}

/// Result of beginning a first enrolment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnrolmentBegun {
    /// The enrolment is pending. True: a ticket was presented for it just now and accepted.
    Begun(bool),
    /// Nothing is pending.
    Refused(TicketRefused),
}

impl TicketState {
    /// Whether a session needs a ticket that it has not presented.
    pub fn lacks_ticket(&self, policy: TicketPolicy, session: SessionId, now: Timestamp) -> bool {
        let needed = match policy {
            TicketPolicy::OnDemand | TicketPolicy::AfterReset => self.required,
            TicketPolicy::Always => true,
        };
        let presented = self.ticket.is_some_and(|it| it.session == Some(session) && now < it.expires_at);
        needed && !presented
    }

    /// Judges what a session presents. Changes the state, which the caller stores in the same transaction: a wrong
    /// ticket is counted as a wrong code is, unless it is `repeated`; an accepted one becomes the session's.
    pub fn judge(&mut self, check: &TicketCheck, session: SessionId, repeated: bool) -> EnrolmentBegun {
        if !self.lacks_ticket(check.policy, session, check.at) {
            return EnrolmentBegun::Begun(false);
        }
        let Some(presented) = check.presented else { return EnrolmentBegun::Refused(TicketRefused::Missing) };
        let counted = match self.lockout.reserve(check.at) {
            Ok(counted) => counted,
            Err(refused) => return EnrolmentBegun::Refused(TicketRefused::Locked(refused)),
        };
        let refused = match &mut self.ticket {
            Some(ticket) if ticket.hash != presented => TicketRefused::Unknown,
            None => TicketRefused::Unknown,
            Some(ticket) if ticket.session.is_some_and(|former| former != session) => TicketRefused::Used,
            Some(ticket) if ticket.expires_at <= check.at => TicketRefused::Expired,
            Some(ticket) => {
                ticket.session = Some(session);
                self.lockout = Lockout::default();
                return EnrolmentBegun::Begun(true);
            }
        };
        if repeated {
            return EnrolmentBegun::Refused(TicketRefused::Repeated);
        }
        self.lockout = counted;
        EnrolmentBegun::Refused(refused)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
    const RIGHT: TokenHash = TokenHash([1; 32]);
    const WRONG: TokenHash = TokenHash([2; 32]);
    const ONE: SessionId = SessionId(Uuid::from_u128(1));
    const OTHER: SessionId = SessionId(Uuid::from_u128(2));

    fn issued() -> TicketState {
        let ticket = IssuedTicket { hash: RIGHT, expires_at: NOW.after(Duration::from_secs(60)), session: None };
        TicketState { required: true, ticket: Some(ticket), lockout: Lockout::default() }
    }

    fn check(presented: Option<TokenHash>, seconds: u64) -> TicketCheck {
        let at = NOW.after(Duration::from_secs(seconds));
        TicketCheck { policy: TicketPolicy::AfterReset, presented, at, key: None }
    }

    fn refused(why: TicketRefused) -> EnrolmentBegun {
        EnrolmentBegun::Refused(why)
    }

    #[test]
    fn only_a_ticket_that_was_compared_is_counted() {
        use TicketRefused::{Expired, Locked, Missing, OtherAccount, Repeated, Unknown, Used};
        assert!([Unknown, OtherAccount, Expired, Used].into_iter().all(TicketRefused::is_counted));
        let locked = Locked(Refused::Locked { until: NOW });
        assert!(![Missing, Repeated, locked].into_iter().any(TicketRefused::is_counted));
    }

    #[test]
    fn a_ticket_belongs_to_the_session_that_presents_it_first_until_it_expires() {
        let mut state = issued();
        assert_eq!(state.judge(&check(None, 0), ONE, false), refused(TicketRefused::Missing));
        assert_eq!(state, issued(), "that counts nothing");
        assert_eq!(state.judge(&check(Some(RIGHT), 0), ONE, false), EnrolmentBegun::Begun(true));
        assert_eq!(
            state.judge(&check(None, 59), ONE, false),
            EnrolmentBegun::Begun(false),
            "the set-up is begun again"
        );
        assert_eq!(state.judge(&check(Some(RIGHT), 1), OTHER, false), refused(TicketRefused::Used));
        assert_eq!(state.judge(&check(None, 60), ONE, false), refused(TicketRefused::Missing));
        assert_eq!(state.judge(&check(Some(RIGHT), 60), ONE, false), refused(TicketRefused::Expired));
    }

    #[test]
    fn wrong_tickets_lock_as_wrong_codes_do_and_the_right_one_is_not_looked_at_then() {
        let mut state = issued();
        for _ in 0..3 {
            assert_eq!(state.judge(&check(Some(WRONG), 0), ONE, false), refused(TicketRefused::Unknown));
        }
        let until = NOW.after(Duration::from_secs(300));
        let locked = refused(TicketRefused::Locked(Refused::Locked { until }));
        assert_eq!(state.judge(&check(Some(RIGHT), 1), ONE, false), locked);
        assert_eq!(state.lockout.failures, 3);
    }

    #[test]
    fn a_wrong_ticket_that_is_presented_again_is_not_counted_again() {
        let mut state = issued();
        assert_eq!(state.judge(&check(Some(WRONG), 0), ONE, false), refused(TicketRefused::Unknown));
        assert_eq!(state.judge(&check(Some(WRONG), 0), ONE, true), refused(TicketRefused::Repeated));
        assert_eq!(state.lockout.failures, 1);
        assert_eq!(
            state.judge(&check(Some(RIGHT), 1), ONE, true),
            EnrolmentBegun::Begun(true),
            "it was issued meanwhile"
        );
    }

    #[test]
    fn an_accepted_ticket_resets_the_counter() {
        let mut state = issued();
        state.judge(&check(Some(WRONG), 0), ONE, false);
        assert_eq!(state.judge(&check(Some(RIGHT), 1), ONE, false), EnrolmentBegun::Begun(true));
        assert_eq!(state.lockout, Lockout::default());
    }

    #[test]
    fn the_policy_says_who_needs_one() {
        for (policy, free, held) in [
            (TicketPolicy::OnDemand, false, true),
            (TicketPolicy::AfterReset, false, true),
            (TicketPolicy::Always, true, true),
        ] {
            assert_eq!(TicketState::default().lacks_ticket(policy, ONE, NOW), free, "{policy:?}");
            assert_eq!(issued().lacks_ticket(policy, ONE, NOW), held, "{policy:?}");
        }
        let mut nobody = TicketState::default();
        let always = TicketCheck { policy: TicketPolicy::Always, ..check(Some(RIGHT), 0) };
        assert_eq!(nobody.judge(&always, ONE, false), refused(TicketRefused::Unknown));
        assert_eq!(nobody.lockout.failures, 1);
    }
}
