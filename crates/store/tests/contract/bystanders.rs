//! What is done to one user changes no row of another one who has all that a user can have.

use postern_model::attempt::{Action, Evidence, Settled, Submission};
use postern_model::audit::{AuditEvent, AuditKind};
use postern_model::authenticator::AuthenticatorAdded;
use postern_model::enrolment::{EnrolmentPurpose, PendingEnrolment};
use postern_model::factor::{SecondFactor, Spend};
use postern_model::id::{AuthenticatorId, UserId};
use postern_model::mail::MailKinds;
use postern_model::passkey::{PasskeyUse, Used};
use postern_model::replay::{CODES_LIFETIME, FreshCodes, Replay, ReplayKey};
use postern_model::session::{Bound, Caller, NewSession, SessionView};
use postern_model::ticket::{TicketCheck, TicketPolicy};
use postern_model::trusted_device::DeviceSelection;
use postern_model::user::{Relink, User};

use crate::harness::{Harness, NOW, OPEN, done, identity, on_both_stores};
use crate::{authenticators, device_binding, hand_over, kept_posts, passkeys, sent_codes, trusted_devices};

on_both_stores!(
    a_submission_changes_its_user_alone,
    a_removal_or_replacement_of_a_factor_changes_its_user_alone,
    the_only_app_that_a_passkey_removes_is_its_user_s,
    the_end_of_sessions_and_devices_changes_their_user_alone,
    an_administrator_changes_the_user_they_name_alone,
    a_reset_changes_its_user_alone,
    a_clean_up_before_anything_is_over_deletes_nothing,
);

/// The tables whose rows name their user, and those whose rows name a session.
const OF_USER: [&str; 14] = [
    "user_2fa_settings",
    "user_2fa_attempts",
    "sessions",
    "pending_enrolments",
    "replays",
    "passkeys",
    "authenticators",
    "trusted_devices",
    "sent_codes",
    "kept_posts",
    "mail_queue",
    "enrolment_tickets",
    "user_groups",
    "audit_events",
];
const OF_SESSION: [&str; 3] = ["fresh_codes", "hand_overs", "host_tokens"];

/// The lines of a table, each with all its columns.
async fn lines(h: &Harness, table: &str, condition: &str) -> Option<String> {
    let table = h.table(table);
    let (join, line) = if h.is_postgres() {
        ("string_agg", "t::text".to_owned())
    } else {
        let sql =
            format!("SELECT group_concat('quote(' || name || ')', ' || '','' || ') FROM pragma_table_info('{table}')");
        ("group_concat", h.value(&sql).await.unwrap())
    };
    let sql =
        format!("SELECT {join}(line, '; ') FROM (SELECT {line} AS line FROM {table} t WHERE {condition} ORDER BY 1) l");
    h.value(&sql).await
}

/// Every row of a user, by table.
async fn everything_of(h: &Harness, user: UserId) -> Vec<(&'static str, Option<String>)> {
    let mut found = vec![("users", lines(h, "users", &format!("id = '{user}'")).await)];
    for table in OF_USER {
        found.push((table, lines(h, table, &format!("user_id = '{user}'")).await));
    }
    let sessions = format!("session_id IN (SELECT id FROM {} WHERE user_id = '{user}')", h.table("sessions"));
    for table in OF_SESSION {
        found.push((table, lines(h, table, &sessions).await));
    }
    found
}

/// A bystander, and everything that they had at the beginning.
struct Bystander(UserId, Vec<(&'static str, Option<String>)>);

impl Bystander {
    async fn of(h: &Harness) -> Self {
        let (bob, _) = furnished(h, "bob", 1).await;
        let before = everything_of(h, bob.id).await;
        let lacking: Vec<_> = before.iter().filter(|(_, rows)| rows.is_none()).map(|(table, _)| table).collect();
        assert!(lacking.is_empty(), "nothing in {lacking:?} would be missed");
        Self(bob.id, before)
    }

    async fn is_untouched(&self, h: &Harness, by: &str) {
        for (now, before) in everything_of(h, self.0).await.iter().zip(&self.1) {
            assert_eq!(now, before, "changed by {by}");
        }
    }
}

pub(crate) fn step(h: &Harness, view: &SessionView, step: i64, action: Action) -> Submission {
    Submission { action, ..h.submission(view, SecondFactor::Totp, Some(Spend::Step(step))) }
}

pub(crate) async fn right(h: &Harness, submission: &Submission) -> SessionView {
    match h.store.settle(submission).await.unwrap() {
        Settled::Right(view) => *view,
        other => panic!("{other:?}"),
    }
}

/// A set-up that a code of this step allows; the session keeps its token.
pub(crate) async fn begun(h: &Harness, view: &SessionView, at: i64, purpose: EnrolmentPurpose) -> PendingEnrolment {
    let pending = PendingEnrolment { purpose, ..h.pending_of(view.session.id, view.user.id) };
    let mut submission = step(h, view, at, Action::BeginEnrolment(pending.clone()));
    submission.elevation.to = submission.elevation.from;
    right(h, &submission).await;
    pending
}

/// A session as it was begun, with the token that it has now.
pub(crate) fn session_of(h: &Harness, view: &SessionView) -> NewSession {
    NewSession { id: view.session.id, token: view.session.token, ..h.session() }
}

/// A user with a row in every table; `number` tells the identifiers of two of them apart. Steps up to 103 are spent.
async fn furnished(h: &Harness, name: &str, number: u8) -> (User, SessionView) {
    h.queue_mail(MailKinds::all());
    let (user, view) = h.enrolled(name).await;
    let pending = begun(h, &view, 101, EnrolmentPurpose::Addition).await;
    let addition = authenticators::addition(h, &view, &pending, number);
    let AuthenticatorAdded::Done(view) = h.store.add_authenticator(&addition).await.unwrap() else { panic!() };
    let view = passkeys::register(h, &view, number).await;
    let digests = ["four", "five"].map(str::to_owned).to_vec();
    let expires_at = NOW.after(CODES_LIFETIME);
    let shown = FreshCodes { session: view.session.id, sealed: "codes".to_owned(), expires_at };
    let replay = Replay { key: ReplayKey([number; 32]), sealed: "reply".to_owned(), remembers_wrong: true, expires_at };
    let codes = step(h, &view, 102, Action::ReplaceBackupCodes { digests, shown });
    let view = right(h, &Submission { replay: Some(replay), ..codes }).await;
    assert!(trusted_devices::trust(h, &view, number).await);
    assert!(h.store.issue_ticket(user.id, &h.token(), expires_at).await.unwrap());
    assert!(h.store.change_groups(user.id, &["ops".to_owned()], &[]).await.unwrap());
    let (kind, caller) = (AuditKind::SignedIn, Caller::default());
    let event = AuditEvent { id: h.event(), at: NOW, kind, user: Some(user.id), session: None, caller, detail: None };
    h.store.append(&event).await.unwrap();
    hand_over::handed_over(h, &session_of(h, &view)).await;
    begun(h, &view, 103, EnrolmentPurpose::Replacement).await;
    h.sql(&format!("UPDATE user_2fa_settings SET email_2fa_enabled = TRUE WHERE user_id = '{}'", user.id)).await;
    sent_codes::begun(h, &view, number, NOW).await;
    assert!(h.store.keep_post(&kept_posts::kept(h, user.id), NOW).await.unwrap());
    // Counters that a reset would change, and a requirement that a removal would.
    h.guess(&view, SecondFactor::Totp).await;
    h.guess(&view, SecondFactor::Backup).await;
    let wrong = TicketCheck { policy: TicketPolicy::AfterReset, presented: Some(h.token()), at: NOW, key: None };
    h.store.begin_enrolment(&h.pending_of(view.session.id, user.id), &wrong).await.unwrap();
    assert!(h.store.require_second_factor(user.id, true, false, NOW).await.unwrap());
    (user, view)
}

pub(crate) async fn another_session(h: &Harness, name: &str) -> SessionView {
    let (_, session) = h.sign_in(name).await;
    h.store.session(&session.token).await.unwrap().unwrap()
}

async fn a_submission_changes_its_user_alone(h: &Harness) {
    let bob = Bystander::of(h).await;
    let (ada, view) = furnished(h, "ada", 2).await;
    bob.is_untouched(h, "all that a user can set up").await;
    for factor in [SecondFactor::Totp, SecondFactor::Backup] {
        for _ in 0..3 {
            h.guess(&view, factor).await;
        }
        bob.is_untouched(h, "wrong codes and a lock").await;
        assert!(h.store.unlock(ada.id).await.unwrap());
        bob.is_untouched(h, "unlocking").await;
    }
    let view = right(h, &step(h, &view, 104, Action::Elevate)).await;
    bob.is_untouched(h, "a code").await;
    let (authenticator, secret) = (Some(authenticators::id(2)), authenticators::secret(2));
    let evidence = Evidence { authenticator, secret, spend: Spend::Step(105) };
    let further = Submission { evidence: Some(evidence), ..h.submission(&view, SecondFactor::Totp, None) };
    let view = right(h, &further).await;
    bob.is_untouched(h, "a code of a further app").await;
    let backup = h.submission(&view, SecondFactor::Backup, Some(Spend::BackupCode("four".to_owned())));
    let view = right(h, &backup).await;
    bob.is_untouched(h, "a backup code").await;
    let view = right(h, &sent_codes::submission(h, &view, Some(2))).await;
    bob.is_untouched(h, "a code by mail").await;
    let form = kept_posts::kept(h, ada.id);
    assert!(h.store.keep_post(&form, NOW).await.unwrap() && h.store.forget_post(&form.id).await.unwrap());
    bob.is_untouched(h, "a kept form").await;
    let view = passkeys::use_it(h, &view, 2).await;
    bob.is_untouched(h, "a passkey").await;
    trusted_devices::use_it(h, &another_session(h, "ada").await, 2, 2, 3).await;
    bob.is_untouched(h, "a trusted device").await;
    assert_eq!(h.store.bind_device(&device_binding::binding(&view, 1)).await.unwrap(), Bound::Done);
    bob.is_untouched(h, "binding a session").await;
    h.store.record_seen(&[(view.session.id, NOW.after(CODES_LIFETIME))]).await.unwrap();
    bob.is_untouched(h, "use of a session").await;
    let from = h.store.factors(ada.id).await.unwrap().unwrap();
    let resealed = h.store.all_further_authenticators().await.unwrap();
    let hers = resealed.iter().find(|one| one.user == ada.id).unwrap();
    assert!(h.store.reseal(ada.id, &from, &from).await.unwrap());
    assert!(h.store.reseal_authenticator(hers, "resealed").await.unwrap());
    bob.is_untouched(h, "resealing").await;
}

fn removal(h: &Harness, view: &SessionView, of: AuthenticatorId, at: i64) -> Submission {
    step(h, view, at, Action::RemoveAuthenticator { id: of, unseen: "unseen".to_owned() })
}

async fn a_removal_or_replacement_of_a_factor_changes_its_user_alone(h: &Harness) {
    let bob = Bystander::of(h).await;
    let (ada, view) = furnished(h, "ada", 2).await;
    let first = h.store.authenticators(ada.id).await.unwrap()[0].id;
    assert!(h.store.rename_authenticator(ada.id, first, "Mine").await.unwrap());
    assert!(h.store.rename_authenticator(ada.id, authenticators::id(2), "Mine").await.unwrap());
    assert!(h.store.rename_passkey(ada.id, passkeys::passkey(ada.id, 2).id, "Mine").await.unwrap());
    bob.is_untouched(h, "new names").await;
    let pending = begun(h, &view, 104, EnrolmentPurpose::Replacement).await;
    let commit = h.commit(&pending, &session_of(h, &view));
    let view = done(h.store.commit_enrolment(&commit).await.unwrap());
    bob.is_untouched(h, "a replacement").await;
    let replaced = h.store.authenticators(ada.id).await.unwrap()[0].id;
    let view = right(h, &removal(h, &view, replaced, 105)).await;
    bob.is_untouched(h, "the removal of the first app").await;
    let passkey = passkeys::passkey(ada.id, 2).id;
    let mut submission = step(h, &view, 106, Action::RemovePasskey(passkey));
    submission.evidence =
        submission.evidence.map(|evidence| Evidence { secret: authenticators::secret(2), ..evidence });
    let view = right(h, &submission).await;
    bob.is_untouched(h, "the removal of a passkey").await;
    let mut submission = step(h, &view, 107, Action::RemoveFactors);
    submission.evidence =
        submission.evidence.map(|evidence| Evidence { secret: authenticators::secret(2), ..evidence });
    right(h, &submission).await;
    bob.is_untouched(h, "the removal of all of them").await;
}

async fn the_only_app_that_a_passkey_removes_is_its_user_s(h: &Harness) {
    let bob = Bystander::of(h).await;
    let (ada, view) = furnished(h, "ada", 2).await;
    let view = right(h, &removal(h, &view, authenticators::id(2), 104)).await;
    let only = h.store.authenticators(ada.id).await.unwrap()[0].id;
    let action = Action::RemoveAuthenticator { id: only, unseen: "unseen".to_owned() };
    let used = PasskeyUse { action, ..passkeys::usage(h, &view, 2, 5) };
    assert!(matches!(h.store.use_passkey(&used).await.unwrap(), Used::Done(_)));
    assert_eq!(h.store.authenticators(ada.id).await.unwrap(), []);
    assert_eq!(h.store.trusted_devices(ada.id).await.unwrap(), []);
    bob.is_untouched(h, "the removal of the only app").await;
}

async fn the_end_of_sessions_and_devices_changes_their_user_alone(h: &Harness) {
    let bob = Bystander::of(h).await;
    let (ada, view) = furnished(h, "ada", 2).await;
    h.store.forget_fresh_codes(view.session.id).await.unwrap();
    assert!(h.store.drop_enrolment(view.session.id).await.unwrap());
    assert!(!h.store.drop_enrolment(view.session.id).await.unwrap(), "once");
    bob.is_untouched(h, "dropping codes and a set-up").await;
    assert_eq!(h.store.forget_trusted_devices(ada.id, DeviceSelection::OfSession(view.session.id)).await.unwrap(), 1);
    for number in [3, 4] {
        assert!(trusted_devices::trust(h, &view, number).await);
    }
    let one = DeviceSelection::One(trusted_devices::id(3));
    assert_eq!(h.store.forget_trusted_devices(ada.id, one).await.unwrap(), 1);
    assert_eq!(h.store.forget_trusted_devices(ada.id, DeviceSelection::All).await.unwrap(), 1);
    bob.is_untouched(h, "forgetting devices").await;
    let (_, second) = h.sign_in("ada").await;
    assert!(h.store.end_session(ada.id, second.id).await.unwrap());
    let (_, third) = h.sign_in("ada").await;
    h.store.sign_in(&identity("ada"), &NewSession { replaces: Some(third.token), ..h.session() }).await.unwrap();
    assert_eq!(h.store.end_sessions_of(ada.id, Some(view.session.id)).await.unwrap(), 1);
    assert_eq!(h.store.end_sessions_of(ada.id, None).await.unwrap(), 1);
    bob.is_untouched(h, "the end of sessions").await;
}

async fn an_administrator_changes_the_user_they_name_alone(h: &Harness) {
    let bob = Bystander::of(h).await;
    let (ada, _) = furnished(h, "ada", 2).await;
    assert!(h.store.require_second_factor(ada.id, true, true, NOW).await.unwrap());
    bob.is_untouched(h, "a requirement").await;
    assert!(h.store.change_groups(ada.id, &["admins".to_owned()], &["ops".to_owned()]).await.unwrap());
    assert_eq!(h.store.groups_of(ada.id).await.unwrap(), ["admins"]);
    bob.is_untouched(h, "other groups").await;
    assert!(h.store.issue_ticket(ada.id, &h.token(), NOW).await.unwrap());
    bob.is_untouched(h, "a ticket").await;
    assert!(h.store.set_active(ada.id, false).await.unwrap());
    assert!(h.store.set_active(ada.id, true).await.unwrap());
    bob.is_untouched(h, "switching off and on").await;
    let relinked = h.store.relink(ada.id, "https://id.example", "another", NOW).await.unwrap();
    assert_eq!(relinked, Relink::Done);
    bob.is_untouched(h, "another subject").await;
}

async fn a_reset_changes_its_user_alone(h: &Harness) {
    let bob = Bystander::of(h).await;
    let (ada, _) = furnished(h, "ada", 2).await;
    assert!(h.store.remove_factors(ada.id, None, NOW).await.unwrap());
    bob.is_untouched(h, "a reset").await;
    let left = everything_of(h, ada.id).await;
    for gone in ["user_2fa_settings", "sessions", "authenticators", "passkeys", "trusted_devices", "fresh_codes"] {
        assert!(left.contains(&(gone, None)), "{gone} after a reset");
    }
    let (_, session) = h.sign_in("ada").await;
    let ticket = h.store.ticket_state(ada.id).await.unwrap();
    assert!(ticket.required, "the ticket outlives the reset that it was issued for");
    h.store.begin_enrolment(&h.pending(&session, ada.id), &OPEN).await.unwrap();
    bob.is_untouched(h, "a set-up after a reset").await;
}

async fn a_clean_up_before_anything_is_over_deletes_nothing(h: &Harness) {
    let bob = Bystander::of(h).await;
    let long_ago = NOW.before(CODES_LIFETIME);
    assert_eq!(h.store.delete_expired(NOW, NOW, NOW).await.unwrap(), 0);
    assert_eq!(h.store.delete_expired_devices(long_ago, NOW).await.unwrap(), 0);
    assert_eq!(h.store.forget_before(NOW).await.unwrap(), 0);
    assert_eq!(h.store.forget_mail(NOW, NOW).await.unwrap(), 0);
    bob.is_untouched(h, "clean-ups").await;
}
