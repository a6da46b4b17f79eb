//! Sessions: opaque, server-side, with the time at which each factor was verified.

use std::net::IpAddr;

use crate::clock::Timestamp;
use crate::device_binding::BoundDevice;
use crate::factor::{Factors, SecondFactor};
use crate::id::{SessionId, UserId};
use crate::language::Language;
use crate::user::User;

/// SHA-256 of a session token, which stores and caches hold instead of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

/// Client of a request, for logs, mail and the account page. Never used to authorise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// Client address: the rightmost untrusted hop.
    pub address: Option<IpAddr>,
    /// `User-Agent`, cut to [`Caller::USER_AGENT_MAX`] characters.
    pub user_agent: Option<String>,
    /// Language of its pages. Stored with its sign-in and with mail about what it does, and read with none of them but that mail.
    pub language: Option<Language>,
}

impl Caller {
    /// Maximum length of a stored user agent, in characters.
    pub const USER_AGENT_MAX: usize = 400;

    /// Takes the address and a raw `User-Agent`; drops control characters and truncates the rest.
    pub fn new(address: Option<IpAddr>, user_agent: Option<&str>) -> Self {
        let user_agent =
            user_agent.map(|raw| raw.chars().filter(|c| !c.is_control()).take(Self::USER_AGENT_MAX).collect());
        Self { address, user_agent, language: None }
    }
}

/// Claims of the ID token that the provider vouched for when a session began. They never come from the backend's
/// columns, which others may write. Sessions from before these were recorded have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vouched {
    /// The verified address (`email` with `email_verified`).
    pub email: Option<String>,
    /// The Google Workspace domain (`hd`), in lower case; never the part of an address behind its `@`.
    pub hosted_domain: Option<String>,
    /// The given name (`given_name`), a label.
    pub given_name: Option<String>,
}

/// Verified second factor of a session, with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The factor.
    pub method: SecondFactor,
    /// Time of the verification.
    pub at: Timestamp,
}

/// A row of `postern.sessions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Identifier; stable across token rotation.
    pub id: SessionId,
    /// The user.
    pub user: UserId,
    /// Hash of the current token.
    pub token: TokenHash,
    /// Version of the row, which grows with every change; part of every cache key that is derived from it.
    pub version: i64,
    /// Time at which the provider's sign-in was completed: start of the session and time of the first factor.
    pub first_factor_at: Timestamp,
    /// The second factor that this session verified last, if any.
    pub second_factor: Option<Verified>,
    /// Expiry of the session's pending enrolment, if any: until then it waits for its second factor.
    pub set_up_until: Option<Timestamp>,
    /// Time of the last request; written in batches, so it may lag by the batch interval.
    pub last_seen_at: Timestamp,
    /// The client that signed in.
    pub caller: Caller,
    /// The claims that the provider vouched for.
    pub vouched: Vouched,
    /// The key of the device that the session is bound to, if it is.
    pub device: Option<BoundDevice>,
}

/// Session with all data that a decision needs, read in one query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// The session.
    pub session: Session,
    /// Its user, as stored now.
    pub user: User,
    /// The user's second factors.
    pub factors: Factors,
    /// Group names, sorted.
    pub groups: Vec<String>,
}

/// Part of a user's sessions, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionQuery {
    /// Leaves this session out.
    pub except: Option<SessionId>,
    /// Only sessions that began after this time.
    pub begun_after: Timestamp,
    /// Only sessions that were last seen after this time.
    pub seen_after: Timestamp,
    /// Number of sessions to skip.
    pub offset: u32,
    /// Maximum number of sessions to return.
    pub limit: u32,
}

/// Result of a [`SessionQuery`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionPage {
    /// The sessions, newest first.
    pub sessions: Vec<Session>,
    /// Number of sessions that meet the conditions, on this page or not.
    pub total: u64,
}

/// New session of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// Fresh identifier.
    pub id: SessionId,
    /// Hash of the fresh token.
    pub token: TokenHash,
    /// Time of the sign-in.
    pub at: Timestamp,
    /// The client.
    pub caller: Caller,
    /// The claims of the ID token.
    pub vouched: Vouched,
    /// The previous session of this browser; it is ended in the same transaction.
    pub replaces: Option<TokenHash>,
}

/// Change of a session's level: the second factor was verified, and the token is rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elevation {
    /// The session.
    pub session: SessionId,
    /// The token hash that it must still have (compare-and-set).
    pub from: TokenHash,
    /// Its new token hash.
    pub to: TokenHash,
    /// The verified factor, with its time.
    pub verified: Verified,
}

/// Binding of a session to a key of its device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceBinding {
    /// The session.
    pub session: SessionId,
    /// The token hash that it must still have (compare-and-set).
    pub token: TokenHash,
    /// The key.
    pub device: BoundDevice,
}

/// Result of a [`DeviceBinding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The session is bound to this key, by this binding or by the same one before.
    Done,
    /// The session is bound to another key.
    Otherwise,
    /// The session ended, or its token was rotated.
    SessionGone,
}
