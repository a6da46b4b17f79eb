use std::time::Duration;

use postern_model::attempt::Settled;
use postern_model::factor::{SecondFactor, Spend};
use postern_model::invalidation::Invalidation;
use postern_model::session::{NewSession, SessionQuery, Verified, Vouched};

use crate::harness::{Harness, NOW, OPEN, on_both_stores};

on_both_stores!(
    an_unknown_token_has_no_session,
    elevating_rotates_the_token_and_records_what_was_verified,
    a_token_that_rotated_cannot_be_elevated_again,
    sessions_are_listed_newest_first,
    a_session_is_ended_by_its_owner_only,
    all_sessions_but_one_are_ended,
    last_seen_moves_forward_only_and_tells_nobody,
    expired_sessions_and_enrolments_are_deleted,
    a_session_shows_its_user_s_groups_in_order,
    what_the_provider_vouched_for_is_kept_with_each_session,
    a_user_has_a_hundred_sessions_at_most_and_keeps_those_used_last,
    sessions_are_read_page_by_page_without_the_one_that_asks_and_those_that_ended,
);

async fn an_unknown_token_has_no_session(h: &Harness) {
    h.sign_in("ada").await;
    assert_eq!(h.store.session(&h.token()).await.unwrap(), None);
}

async fn elevating_rotates_the_token_and_records_what_was_verified(h: &Harness) {
    let (ada, _) = h.enrolled("ada").await;
    let (_, session) = h.sign_in("ada").await;
    h.heard.take();
    let verified = Verified { method: SecondFactor::Backup, at: NOW.after(Duration::from_micros(1_234_567)) };
    let before = h.store.session(&session.token).await.unwrap().unwrap();
    let mut submission = h.submission(&before, SecondFactor::Backup, Some(Spend::BackupCode("one".to_owned())));
    submission.elevation.verified = verified;
    let settled = h.store.settle(&submission).await.unwrap();
    let Settled::Right(view) = settled else { panic!("{settled:?}") };
    let elevation = submission.elevation;
    assert_eq!(view.session.second_factor, Some(verified));
    assert_eq!((view.session.id, view.session.token, view.user.id), (session.id, elevation.to, ada.id));
    assert_eq!(view.session.first_factor_at, NOW);
    assert!(view.session.version > before.session.version);
    assert_eq!(h.heard.take(), [Invalidation::User(ada.id), Invalidation::Token(session.token)]);
    assert_eq!(h.store.session(&session.token).await.unwrap(), None);
    assert_eq!(h.other.session(&elevation.to).await.unwrap(), Some(*view));
}

async fn a_token_that_rotated_cannot_be_elevated_again(h: &Harness) {
    h.enrolled("ada").await;
    let (_, session) = h.sign_in("ada").await;
    let view = h.store.session(&session.token).await.unwrap().unwrap();
    let submission = |step| h.submission(&view, SecondFactor::Totp, Some(Spend::Step(step)));
    let first = submission(101);
    assert!(matches!(h.store.settle(&first).await.unwrap(), Settled::Right(_)));
    h.heard.take();
    assert_eq!(h.store.settle(&submission(102)).await.unwrap(), Settled::SessionGone);
    assert_eq!(h.heard.take(), []);
    assert!(h.store.session(&first.elevation.to).await.unwrap().is_some());
}

async fn sessions_are_listed_newest_first(h: &Harness) {
    let (ada, first) = h.sign_in("ada").await;
    let later = NewSession { at: NOW.after(Duration::from_secs(1)), ..h.session() };
    h.store.sign_in(&crate::harness::identity("ada"), &later).await.unwrap();
    h.sign_in("bob").await;
    let listed: Vec<_> = h.store.sessions_of(ada.id).await.unwrap().into_iter().map(|session| session.id).collect();
    assert_eq!(listed, [later.id, first.id]);
}

async fn a_session_is_ended_by_its_owner_only(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let (bob, _) = h.sign_in("bob").await;
    h.heard.take();
    assert!(!h.store.end_session(bob.id, session.id).await.unwrap());
    assert_eq!(h.heard.take(), []);
    assert!(h.store.end_session(ada.id, session.id).await.unwrap());
    assert_eq!(h.heard.take(), [Invalidation::Token(session.token)]);
    assert_eq!(h.store.session(&session.token).await.unwrap(), None);
    assert!(!h.store.end_session(ada.id, session.id).await.unwrap());
}

async fn all_sessions_but_one_are_ended(h: &Harness) {
    let (ada, first) = h.sign_in("ada").await;
    let (_, second) = h.sign_in("ada").await;
    let (_, third) = h.sign_in("ada").await;
    let (_, bobs) = h.sign_in("bob").await;
    h.heard.take();
    assert_eq!(h.store.end_sessions_of(ada.id, Some(second.id)).await.unwrap(), 2);
    let heard = h.heard.take();
    assert!(
        heard.contains(&Invalidation::Token(first.token)) && heard.contains(&Invalidation::Token(third.token)),
        "{heard:?}"
    );
    assert!(!heard.contains(&Invalidation::Token(second.token)), "{heard:?}");
    assert!(h.store.session(&second.token).await.unwrap().is_some());
    assert_eq!(h.store.end_sessions_of(ada.id, None).await.unwrap(), 1);
    assert_eq!(h.store.sessions_of(ada.id).await.unwrap(), []);
    assert!(h.store.session(&bobs.token).await.unwrap().is_some());
}

async fn last_seen_moves_forward_only_and_tells_nobody(h: &Harness) {
    let (_, first) = h.sign_in("ada").await;
    let (_, second) = h.sign_in("ada").await;
    h.heard.take();
    let later = NOW.after(Duration::from_secs(30));
    let earlier = NOW.before(Duration::from_secs(30));
    let unknown = postern_model::id::SessionId(h.event().0);
    let batch = [(first.id, NOW), (first.id, later), (first.id, NOW), (second.id, earlier), (unknown, later)];
    h.store.record_seen(&batch).await.unwrap();
    h.store.record_seen(&[]).await.unwrap();
    let seen = async |token| h.store.session(token).await.unwrap().unwrap().session;
    assert_eq!(seen(&first.token).await.last_seen_at, later);
    assert_eq!(seen(&second.token).await.last_seen_at, NOW);
    assert_eq!(h.heard.take(), []);
}

async fn expired_sessions_and_enrolments_are_deleted(h: &Harness) {
    let at = |secs| NOW.after(Duration::from_secs(secs));
    let (ada, idle) = h.sign_in("ada").await;
    let old = NewSession { at: NOW.before(Duration::from_secs(10)), ..h.session() };
    h.store.sign_in(&crate::harness::identity("ada"), &old).await.unwrap();
    let (_, live) = h.sign_in("ada").await;
    h.store.record_seen(&[(live.id, at(100)), (old.id, at(100))]).await.unwrap();
    let pending = h.pending(&live, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    h.heard.take();

    assert_eq!(h.store.delete_expired(NOW, at(50), at(60)).await.unwrap(), 2);
    let heard = h.heard.take();
    assert!(
        heard.contains(&Invalidation::Token(idle.token)) && heard.contains(&Invalidation::Token(old.token)),
        "{heard:?}"
    );
    assert!(h.store.session(&live.token).await.unwrap().is_some());
    assert_eq!(h.count("pending_enrolments").await, "1");

    assert_eq!(h.store.delete_expired(NOW, at(50), pending.expires_at).await.unwrap(), 0);
    assert_eq!(h.count("pending_enrolments").await, "0");
}

async fn a_session_shows_its_user_s_groups_in_order(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    for group in ["ops", "Admins", "ärzte"] {
        h.sql(&format!("INSERT INTO {} (user_id, name) VALUES ('{}', '{group}')", h.table("user_groups"), ada.id))
            .await;
    }
    let view = h.store.session(&session.token).await.unwrap().unwrap();
    assert_eq!(view.groups, ["Admins", "ops", "ärzte"]);
    assert_eq!(h.store.groups_of(ada.id).await.unwrap(), view.groups);
    let (bob, _) = h.sign_in("bob").await;
    assert_eq!(h.store.groups_of(bob.id).await.unwrap(), [""; 0]);
}

async fn what_the_provider_vouched_for_is_kept_with_each_session(h: &Harness) {
    let (ada, first) = h.sign_in("ada").await;
    let long =
        Vouched { email: Some("x".repeat(300)), hosted_domain: Some(String::new()), given_name: Some("\0".to_owned()) };
    let later = NewSession { vouched: long, ..h.session() };
    h.store.sign_in(&crate::harness::identity("ada"), &later).await.unwrap();
    let vouched = async |token| h.store.session(token).await.unwrap().unwrap().session.vouched;
    assert_eq!(vouched(&first.token).await, first.vouched);
    // What does not fit its column was not vouched for.
    assert_eq!(vouched(&later.token).await, Vouched::default());
    // The backend's columns change nothing of it.
    h.sql(&format!("UPDATE users SET email = 'boss@example.com' WHERE id = '{}'", ada.id)).await;
    assert_eq!(vouched(&first.token).await, first.vouched);
    let kept = h.enrol(ada.id, &first).await;
    assert_eq!(kept.session.vouched, first.vouched);
}

async fn a_user_has_a_hundred_sessions_at_most_and_keeps_those_used_last(h: &Harness) {
    let mut made = Vec::new();
    for seconds in 0..102 {
        let session = NewSession { at: NOW.after(Duration::from_secs(seconds)), ..h.session() };
        h.store.sign_in(&crate::harness::identity("ada"), &session).await.unwrap();
        made.push(session);
    }
    assert_eq!(h.count("sessions").await, "100");
    for (index, session) in made.iter().enumerate() {
        assert_eq!(h.store.session(&session.token).await.unwrap().is_some(), index >= 2, "{index}");
    }
}

async fn sessions_are_read_page_by_page_without_the_one_that_asks_and_those_that_ended(h: &Harness) {
    let (ada, own) = h.sign_in("ada").await;
    h.sign_in("bob").await;
    let mut made = Vec::new();
    for seconds in 1..6 {
        let session = NewSession { at: NOW.after(Duration::from_secs(seconds)), ..h.session() };
        h.store.sign_in(&crate::harness::identity("ada"), &session).await.unwrap();
        made.insert(0, session.id);
    }
    let after = |seconds: u64| NOW.before(Duration::from_secs(60)).after(Duration::from_secs(seconds));
    let query = SessionQuery { except: Some(own.id), begun_after: after(0), seen_after: after(0), offset: 0, limit: 2 };
    for (offset, expected) in [(0, &made[..2]), (2, &made[2..4]), (4, &made[4..]), (6, &made[..0])] {
        let page = h.store.session_page(ada.id, &SessionQuery { offset, ..query }).await.unwrap();
        let ids: Vec<_> = page.sessions.iter().map(|session| session.id).collect();
        assert_eq!((ids.as_slice(), page.total), (expected, 5), "{offset}");
    }
    let full = SessionQuery { limit: 100, ..query };
    for ended in [SessionQuery { begun_after: after(63), ..full }, SessionQuery { seen_after: after(63), ..full }] {
        let page = h.store.session_page(ada.id, &ended).await.unwrap();
        assert_eq!((page.sessions.len(), page.total), (2, 2), "those of the seconds 4 and 5");
    }
    let all = SessionQuery { except: None, limit: 100, ..query };
    assert_eq!(h.store.session_page(ada.id, &all).await.unwrap().sessions.len(), 6);
}
