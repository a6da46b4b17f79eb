//! Fixtures for unit tests.

use postern_model::clock::Timestamp;
use postern_model::entropy::Entropy;
use postern_model::factor::{Factors, SecondFactor};
use postern_model::id::{SessionId, UserId};
use postern_model::session::{Caller, Session, SessionView, TokenHash, Verified, Vouched};
use postern_model::user::User;

pub(crate) const START: Timestamp = Timestamp::from_secs(1_800_000_000);

/// Always the same bytes.
pub(crate) struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

/// A session with both factors.
pub(crate) fn view() -> SessionView {
    let user = UserId::draw(&Zeros);
    let session = Session {
        id: SessionId::draw(&Zeros),
        user,
        token: TokenHash([0; 32]),
        version: 1,
        first_factor_at: START,
        second_factor: Some(Verified { method: SecondFactor::Totp, at: START }),
        set_up_until: None,
        last_seen_at: START,
        caller: Caller::default(),
        vouched: Vouched::default(),
    };
    let user = User {
        id: user,
        subject: Some("1234".to_owned()),
        email: "ada@example.com".to_owned(),
        full_name: None,
        avatar_url: None,
        is_active: true,
        requires_second_factor: true,
        enforced_at: None,
        last_login: None,
        created_at: None,
    };
    SessionView { session, user, factors: Factors { totp: true, backup_codes_left: 3 }, groups: Vec::new() }
}
