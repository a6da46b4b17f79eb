//! The context that a sealed value is bound to. The value opens in this context only.

use postern_model::id::{EnrolmentId, SessionId, UserId};
use postern_model::replay::ReplayKey;
use postern_model::session::TokenHash;

/// Associated data of a sealed value: table, column, user and record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealContext<'a> {
    table: &'static str,
    column: &'static str,
    user: Option<UserId>,
    record: Record<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Record<'a> {
    Id([u8; 16]),
    Name(&'a str),
    Bytes(&'a [u8]),
}

impl<'a> SealContext<'a> {
    /// Context of the secret of a user's authenticator (`user_2fa_settings.totp_secret`).
    pub fn totp(user: UserId) -> Self {
        let record = Record::Id(user.0.into_bytes());
        Self { table: "user_2fa_settings", column: "totp_secret", user: Some(user), record }
    }

    /// Context of the secret of a pending enrolment (`pending_enrolments.sealed_secret`).
    pub fn enrolment(user: UserId, id: EnrolmentId) -> Self {
        let record = Record::Id(id.0.into_bytes());
        Self { table: "pending_enrolments", column: "sealed_secret", user: Some(user), record }
    }

    /// Context of the reply to a submission (`replays.sealed`).
    pub fn replay(key: &'a ReplayKey) -> Self {
        Self { table: "replays", column: "sealed", user: None, record: Record::Bytes(&key.0) }
    }

    /// Context of the fresh backup codes of a session (`fresh_codes.sealed`).
    pub fn fresh_codes(user: UserId, session: SessionId) -> Self {
        let record = Record::Id(session.0.into_bytes());
        Self { table: "fresh_codes", column: "sealed", user: Some(user), record }
    }

    /// Context of a kept form, by the hash of the token that names it (`kept_posts.sealed`).
    pub fn kept_post(user: UserId, id: &'a TokenHash) -> Self {
        Self { table: "kept_posts", column: "sealed", user: Some(user), record: Record::Bytes(&id.0) }
    }

    /// Context of a private signing key (`signing_keys.sealed_private`).
    pub fn signing_key(kid: &'a str) -> Self {
        Self { table: "signing_keys", column: "sealed_private", user: None, record: Record::Name(kid) }
    }

    /// Context of a sign-in transaction's cookie value, by the cookie's name.
    pub fn transaction(name: &'a str) -> Self {
        Self { table: TRANSACTIONS, column: "value", user: None, record: Record::Name(name) }
    }

    /// Context of the challenge of a passkey's registration, by the session's token hash. The page keeps it.
    pub fn passkey_creation(user: UserId, token: &'a [u8; 32]) -> Self {
        Self { table: CEREMONIES, column: "creation", user: Some(user), record: Record::Bytes(token) }
    }

    /// Context of the challenge of a passkey with which a user enrols, by the session's token hash. The page keeps it.
    pub fn passkey_set_up(user: UserId, token: &'a [u8; 32]) -> Self {
        Self { table: CEREMONIES, column: "set_up", user: Some(user), record: Record::Bytes(token) }
    }

    /// Context of the challenge of a passkey's use, by the session's token hash. The page keeps it.
    pub fn passkey_request(user: UserId, token: &'a [u8; 32]) -> Self {
        Self { table: CEREMONIES, column: "request", user: Some(user), record: Record::Bytes(token) }
    }

    /// Context of the sentinel that detects a wrong master key at start-up.
    pub fn sentinel() -> Self {
        Self { table: "sentinel", column: "value", user: None, record: Record::Name("") }
    }

    /// Context of the pepper of a removed master key, by that key's identifier (`meta.value`).
    pub fn pepper(master: &'a str) -> Self {
        Self { table: "pepper", column: "value", user: None, record: Record::Name(master) }
    }

    /// Whether the value is kept in a browser rather than in the store.
    pub(crate) fn is_kept_by_browser(&self) -> bool {
        matches!(self.table, TRANSACTIONS | CEREMONIES)
    }

    /// Returns the associated data: `head`, then each field preceded by its length, so that no two contexts encode
    /// alike.
    pub(crate) fn associated_data(&self, head: &[u8]) -> Vec<u8> {
        let user = self.user.map(|user| user.0.into_bytes());
        let record = match &self.record {
            Record::Id(id) => id.as_slice(),
            Record::Name(name) => name.as_bytes(),
            Record::Bytes(bytes) => bytes,
        };
        let fields = [self.table.as_bytes(), self.column.as_bytes(), user.as_ref().map_or(&[], |id| id), record];
        let mut data = head.to_vec();
        for field in fields {
            data.extend_from_slice(&(field.len() as u64).to_be_bytes());
            data.extend_from_slice(field);
        }
        data
    }
}

const TRANSACTIONS: &str = "sign_in_transactions";
const CEREMONIES: &str = "passkey_ceremonies";
