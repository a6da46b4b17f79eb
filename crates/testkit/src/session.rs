//! A made-up user of Google's, and her sessions.

use postern_model::clock::Timestamp;
use postern_model::factor::{Factors, SecondFactor};
use postern_model::id::{SessionId, UserId};
use postern_model::session::{Caller, NewSession, Session, SessionView, TokenHash, Verified, Vouched};
use postern_model::user::{ProviderIdentity, User};
use uuid::Uuid;

/// A session of `ada@example.com` with both factors, verified at `at`. She has three backup codes left, and no groups.
pub fn full_session(user: UserId, id: SessionId, token: TokenHash, at: Timestamp) -> SessionView {
    SessionView {
        session: Session {
            id,
            user,
            token,
            version: 1,
            first_factor_at: at,
            second_factor: Some(Verified { method: SecondFactor::Totp, at }),
            set_up_until: None,
            last_seen_at: at,
            caller: Caller::default(),
            vouched: Vouched::default(),
            device: None,
        },
        user: User {
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
        },
        factors: Factors { enabled: true, totp: true, email: false, sms: false, backup_codes_left: 3 },
        groups: Vec::new(),
    }
}

/// Google's identity of `ada@example.com`, without names and pictures. It may not adopt an existing row.
pub fn ada() -> ProviderIdentity {
    ProviderIdentity {
        issuer: "https://accounts.google.com".to_owned(),
        subject: "sub-ada".to_owned(),
        email: "ada@example.com".to_owned(),
        full_name: None,
        avatar_url: None,
        may_link: false,
    }
}

/// A session to sign in with, whose identifier consists of the byte `id`.
pub fn new_session(id: u8, token: TokenHash, at: Timestamp) -> NewSession {
    let id = SessionId(Uuid::from_bytes([id; 16]));
    NewSession { id, token, at, caller: Caller::default(), vouched: Vouched::default(), replaces: None }
}
