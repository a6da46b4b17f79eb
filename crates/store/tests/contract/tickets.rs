use std::time::Duration;

use postern_model::clock::Timestamp;
use postern_model::enrolment::{EnrolmentPurpose, PendingEnrolment};
use postern_model::lockout::Refused;
use postern_model::replay::ReplayKey;
use postern_model::session::{NewSession, TokenHash};
use postern_model::ticket::{EnrolmentBegun, TicketCheck, TicketPolicy, TicketRefused, TicketState};
use postern_model::user::User;

use crate::harness::{Harness, NOW, OPEN, done, on_both_stores};

on_both_stores!(
    after_a_reset_an_enrolment_takes_the_ticket_of_this_account_once,
    wrong_tickets_lock_and_a_new_one_or_an_administrator_unlocks,
    a_wrong_ticket_that_is_sent_twice_counts_once_for_a_minute,
    an_expired_ticket_begins_nothing,
    of_two_sessions_with_one_ticket_one_begins,
    issuing_a_ticket_ends_set_ups_that_were_begun_without_it,
    replacing_an_authenticator_uses_up_no_ticket,
    nobody_s_ticket_is_not_issued,
);

fn check(presented: Option<TokenHash>, at: Timestamp) -> TicketCheck {
    TicketCheck { policy: TicketPolicy::AfterReset, presented, at, key: None }
}

fn hour() -> Timestamp {
    NOW.after(Duration::from_secs(3600))
}

/// Begins an enrolment of a session with a ticket or without.
async fn begin(h: &Harness, user: &User, session: &NewSession, ticket: Option<TokenHash>) -> EnrolmentBegun {
    h.store.begin_enrolment(&h.pending(session, user.id), &check(ticket, NOW)).await.unwrap()
}

fn refused(why: TicketRefused) -> EnrolmentBegun {
    EnrolmentBegun::Refused(why)
}

async fn after_a_reset_an_enrolment_takes_the_ticket_of_this_account_once(h: &Harness) {
    let (ada, _) = h.enrolled("ada").await;
    assert_eq!(h.store.ticket_state(ada.id).await.unwrap(), TicketState::default());
    let (bob, _) = h.sign_in("bob").await;
    let (hers, his) = (h.token(), h.token());
    // As the command does it: no moment is without both.
    assert!(h.store.issue_ticket(ada.id, &hers, hour()).await.unwrap());
    assert!(h.store.remove_factors(ada.id, None, NOW).await.unwrap());
    assert!(h.store.ticket_state(ada.id).await.unwrap().required);
    let (_, session) = h.sign_in("ada").await;
    assert_eq!(begin(h, &ada, &session, None).await, refused(TicketRefused::Missing));
    assert!(h.store.issue_ticket(bob.id, &his, hour()).await.unwrap());
    h.heard.take();
    assert_eq!(begin(h, &ada, &session, Some(his)).await, refused(TicketRefused::OtherAccount));
    assert_eq!(begin(h, &ada, &session, Some(h.token())).await, refused(TicketRefused::Unknown));
    assert_eq!(h.store.pending_enrolment(session.id, NOW).await.unwrap(), None);
    assert_eq!(h.heard.take(), []);
    let pending = h.pending(&session, ada.id);
    assert_eq!(h.store.begin_enrolment(&pending, &check(Some(hers), NOW)).await.unwrap(), EnrolmentBegun::Begun(true));
    let state = h.other.ticket_state(ada.id).await.unwrap();
    assert_eq!((state.ticket.unwrap().session, state.lockout.failures), (Some(session.id), 0));
    let (_, other) = h.sign_in("ada").await;
    assert_eq!(begin(h, &ada, &other, Some(hers)).await, refused(TicketRefused::Used));
    done(h.store.commit_enrolment(&h.commit(&pending, &session)).await.unwrap());
    assert_eq!(h.store.ticket_state(ada.id).await.unwrap(), TicketState::default(), "an enrolment ends it");
    assert_eq!(h.count("enrolment_tickets").await, "1", "the other account's is untouched");
}

async fn wrong_tickets_lock_and_a_new_one_or_an_administrator_unlocks(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let mut ticket = h.token();
    for unlock in [false, true] {
        assert!(h.store.issue_ticket(ada.id, &ticket, hour()).await.unwrap());
        for _ in 0..3 {
            assert_eq!(begin(h, &ada, &session, Some(h.token())).await, refused(TicketRefused::Unknown));
        }
        let until = NOW.after(Duration::from_secs(300));
        let locked = refused(TicketRefused::Locked(Refused::Locked { until }));
        assert_eq!(begin(h, &ada, &session, Some(ticket)).await, locked);
        if unlock {
            assert!(h.store.unlock(ada.id).await.unwrap());
        } else {
            ticket = h.token();
            assert!(h.store.issue_ticket(ada.id, &ticket, hour()).await.unwrap());
        }
        assert_eq!(begin(h, &ada, &session, Some(ticket)).await, EnrolmentBegun::Begun(true));
    }
}

async fn a_wrong_ticket_that_is_sent_twice_counts_once_for_a_minute(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    assert!(h.store.issue_ticket(ada.id, &h.token(), hour()).await.unwrap());
    let (wrong, key, other) = (h.token(), Some(ReplayKey([7; 32])), Some(ReplayKey([8; 32])));
    for (seconds, key, why, failures) in [
        (0, key, TicketRefused::Unknown, 1),
        (59, key, TicketRefused::Repeated, 1),
        (59, other, TicketRefused::Unknown, 2),
        (60, key, TicketRefused::Unknown, 3),
    ] {
        let check = TicketCheck { key, ..check(Some(wrong), NOW.after(Duration::from_secs(seconds))) };
        let begun = h.store.begin_enrolment(&h.pending(&session, ada.id), &check).await.unwrap();
        assert_eq!(begun, refused(why), "{seconds} {key:?}");
        assert_eq!(h.store.ticket_state(ada.id).await.unwrap().lockout.failures, failures, "{seconds} {key:?}");
    }
}

async fn an_expired_ticket_begins_nothing(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let ticket = h.token();
    assert!(h.store.issue_ticket(ada.id, &ticket, hour()).await.unwrap());
    let late = check(Some(ticket), hour());
    let begun = h.store.begin_enrolment(&h.pending(&session, ada.id), &late).await.unwrap();
    assert_eq!(begun, refused(TicketRefused::Expired));
}

async fn of_two_sessions_with_one_ticket_one_begins(h: &Harness) {
    let (ada, one) = h.sign_in("ada").await;
    let (_, two) = h.sign_in("ada").await;
    let ticket = h.token();
    assert!(h.store.issue_ticket(ada.id, &ticket, hour()).await.unwrap());
    let now = check(Some(ticket), NOW);
    let (first, second) = (h.pending(&one, ada.id), h.pending(&two, ada.id));
    let begun = tokio::join!(h.store.begin_enrolment(&first, &now), h.other.begin_enrolment(&second, &now));
    let begun = [begun.0.unwrap(), begun.1.unwrap()];
    assert!(begun.contains(&EnrolmentBegun::Begun(true)), "{begun:?}");
    assert!(begun.contains(&refused(TicketRefused::Used)), "{begun:?}");
    assert_eq!(h.count("pending_enrolments").await, "1");
}

async fn issuing_a_ticket_ends_set_ups_that_were_begun_without_it(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    assert_eq!(begin(h, &ada, &session, None).await, EnrolmentBegun::Begun(false));
    assert!(h.store.issue_ticket(ada.id, &h.token(), hour()).await.unwrap());
    assert_eq!(h.store.pending_enrolment(session.id, NOW).await.unwrap(), None);
    assert_eq!(begin(h, &ada, &session, None).await, refused(TicketRefused::Missing));
}

async fn replacing_an_authenticator_uses_up_no_ticket(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let session = NewSession { id: view.session.id, token: view.session.token, ..h.session() };
    let pending = PendingEnrolment { purpose: EnrolmentPurpose::Replacement, ..h.pending(&session, ada.id) };
    assert_eq!(h.store.begin_enrolment(&pending, &OPEN).await.unwrap(), EnrolmentBegun::Begun(false));
    assert!(h.store.issue_ticket(ada.id, &h.token(), hour()).await.unwrap());
    done(h.store.commit_enrolment(&h.commit(&pending, &session)).await.unwrap());
    assert!(h.store.ticket_state(ada.id).await.unwrap().required, "the reset that follows finds it");
}

async fn nobody_s_ticket_is_not_issued(h: &Harness) {
    let nobody = postern_model::id::UserId(h.event().0);
    assert!(!h.store.issue_ticket(nobody, &h.token(), hour()).await.unwrap());
    assert!(!h.store.unlock(nobody).await.unwrap());
    assert_eq!(h.count("enrolment_tickets").await, "0");
}
