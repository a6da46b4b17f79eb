//! Enrolment tickets: after an administrator's reset, access to the provider's account is not enough to enrol.

#![cfg(test)]

mod support;

use std::time::Duration;

use postern_authn::factors::FactorError;
use postern_keystore::ticket;
use postern_model::audit::AuditKind;
use postern_model::clock::Clock;
use postern_model::id::UserId;
use postern_model::session::SessionView;
use postern_model::store::FactorStore;
use postern_testkit::entropy::SeededEntropy;
use support::World;
use support::app::{caller, enrolled};

const HOUR: Duration = Duration::from_secs(3600);

/// Issues a ticket as the command line does.
async fn issue(world: &World, user: UserId, seed: u64) -> String {
    let text = ticket::generate(&SeededEntropy::new(seed));
    let hash = ticket::hash(&text).unwrap();
    assert!(world.store.issue_ticket(user, &hash, world.clock.now().after(HOUR)).await.unwrap());
    text
}

/// Signs a user in whose factor an administrator reset, issuing a ticket for the next enrolment.
async fn reset() -> (World, SessionView, String) {
    let (world, _, enrolled) = enrolled().await;
    let ticket = issue(&world, enrolled.view.user.id, 1).await;
    assert!(world.store.remove_factors(enrolled.view.user.id, None, world.clock.now()).await.unwrap());
    let view = world.sign_in().await.view;
    (world, view, ticket)
}

async fn begin(world: &World, view: &SessionView, typed: Option<&str>) -> Result<(), FactorError> {
    world.authn.begin_enrolment(view, typed, &caller()).await.map(drop)
}

#[tokio::test]
async fn after_a_reset_the_set_up_takes_the_ticket_and_the_log_has_the_reason_of_each_refusal() {
    let (world, view, right) = reset().await;
    assert!(world.authn.needs_ticket(&view).await.unwrap());
    assert!(matches!(begin(&world, &view, None).await, Err(FactorError::TicketRequired)));
    assert!(matches!(begin(&world, &view, Some("  ")).await, Err(FactorError::TicketRequired)));
    let other = ticket::generate(&SeededEntropy::new(2));
    for wrong in ["ABCD-2345", other.as_str()] {
        assert!(matches!(begin(&world, &view, Some(wrong)).await, Err(FactorError::TicketInvalid)), "{wrong}");
        world.clock.advance(Duration::from_secs(1));
    }
    begin(&world, &view, Some(&right.to_lowercase().replace('-', " "))).await.unwrap();
    assert!(!world.authn.needs_ticket(&view).await.unwrap());
    begin(&world, &view, None).await.unwrap();
    // The clock moves on between events, since their order is that of their times.
    world.clock.advance(Duration::from_secs(1));
    let second = world.sign_in().await.view;
    assert!(matches!(begin(&world, &second, Some(&right)).await, Err(FactorError::TicketInvalid)));
    let stale = issue(&world, view.user.id, 3).await;
    world.clock.advance(HOUR);
    let late = world.sign_in().await.view;
    assert!(matches!(begin(&world, &late, Some(&stale)).await, Err(FactorError::TicketInvalid)));
    let events = world.events_of(view.user.id).await;
    let of = |kind: AuditKind| -> Vec<Option<String>> {
        events.iter().filter(|(found, _)| *found == kind).map(|(_, detail)| detail.clone()).collect()
    };
    let reasons = ["expired", "used before", "unknown", "not a ticket"].map(|reason| Some(reason.to_owned()));
    assert_eq!(of(AuditKind::TicketRefused), reasons);
    assert_eq!(of(AuditKind::TicketAccepted), [None]);
}

#[tokio::test]
async fn a_wrong_ticket_that_is_sent_twice_is_one_attempt() {
    let (world, view, right) = reset().await;
    for seed in 10..12 {
        let wrong = ticket::generate(&SeededEntropy::new(seed));
        for _ in 0..2 {
            assert!(matches!(begin(&world, &view, Some(&wrong)).await, Err(FactorError::TicketInvalid)));
        }
    }
    assert_eq!(world.events(AuditKind::TicketRefused), 2);
    begin(&world, &view, Some(&right)).await.unwrap();
}

#[tokio::test]
async fn three_wrong_tickets_lock_and_the_right_one_is_not_looked_at() {
    let (world, view, right) = reset().await;
    for seed in 10..13 {
        let wrong = ticket::generate(&SeededEntropy::new(seed));
        assert!(matches!(begin(&world, &view, Some(&wrong)).await, Err(FactorError::TicketInvalid)));
    }
    let until = world.clock.now().after(Duration::from_secs(300));
    let locked = begin(&world, &view, Some(&right)).await;
    assert!(matches!(locked, Err(FactorError::Locked { until: found }) if found == until), "{locked:?}");
    world.clock.advance(Duration::from_secs(300));
    begin(&world, &view, Some(&right)).await.unwrap();
}

#[tokio::test]
async fn a_first_enrolment_that_no_administrator_reset_takes_none() {
    let world = World::new().await;
    let view = world.sign_in().await.view;
    assert!(!world.authn.needs_ticket(&view).await.unwrap());
    begin(&world, &view, Some("whatever")).await.unwrap();
}

#[tokio::test]
async fn a_hundred_wrong_tickets_in_a_row_are_for_the_administrator() {
    const DAY: Duration = Duration::from_secs(86_400);
    let (world, view, _) = reset().await;
    let right = ticket::generate(&SeededEntropy::new(4));
    let end = world.clock.now().after(200 * DAY);
    assert!(world.store.issue_ticket(view.user.id, &ticket::hash(&right).unwrap(), end).await.unwrap());
    for seed in 1000..1100 {
        let wrong = ticket::generate(&SeededEntropy::new(seed));
        let view = world.sign_in().await.view;
        assert!(matches!(begin(&world, &view, Some(&wrong)).await, Err(FactorError::TicketInvalid)), "{seed}");
        world.clock.advance(DAY);
    }
    let view = world.sign_in().await.view;
    let disabled = begin(&world, &view, Some(&right)).await;
    assert!(matches!(disabled, Err(FactorError::Disabled)), "{disabled:?}");
}
