//! Sessions: opaque, server-side, and precise about when each factor was verified.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::factor::{Factors, SecondFactor};
use crate::id::{SessionId, UserId};
use crate::user::User;

/// SHA-256 of a session token: what stores and caches hold instead of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

/// Who is at the other end, for logs and the account page. Never used to authorise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// Client address: the rightmost untrusted hop.
    pub address: Option<IpAddr>,
    /// `User-Agent`, cut to [`Caller::USER_AGENT_MAX`] characters.
    pub user_agent: Option<String>,
}

impl Caller {
    /// Longest user agent kept, in characters.
    pub const USER_AGENT_MAX: usize = 400;

    /// Takes the address and a raw `User-Agent`; control characters are dropped, the rest is cut to size.
    pub fn new(address: Option<IpAddr>, user_agent: Option<&str>) -> Self {
        let user_agent =
            user_agent.map(|raw| raw.chars().filter(|c| !c.is_control()).take(Self::USER_AGENT_MAX).collect());
        Self { address, user_agent }
    }
}

/// What the provider vouched for when a session began: claims of its ID token, never the backend's columns, which
/// others may write. Sessions from before this was recorded have neither.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vouched {
    /// The verified address (`email` with `email_verified`).
    pub email: Option<String>,
    /// The Google Workspace domain (`hd`), in lower case; never the part of an address behind its `@`.
    pub hosted_domain: Option<String>,
}

/// A second factor that this session did, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Which factor.
    pub method: SecondFactor,
    /// When.
    pub at: Timestamp,
}

/// A row of `postern.sessions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Identifier; stable across token rotation.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// Hash of the current token.
    pub token: TokenHash,
    /// Grows with every change of this row; part of every cache key that is derived from it.
    pub version: i64,
    /// When the provider's sign-in was completed: start of the session and time of the first factor.
    pub first_factor_at: Timestamp,
    /// The second factor that this session did last, if any.
    pub second_factor: Option<Verified>,
    /// The end of the set-up that the session has begun, if any: until then it waits for its second factor.
    pub set_up_until: Option<Timestamp>,
    /// Last request seen; written in batches, so it may lag by the batch interval.
    pub last_seen_at: Timestamp,
    /// Who signed in.
    pub caller: Caller,
    /// What the provider said of them.
    pub vouched: Vouched,
}

/// Everything a decision needs, read in one query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// The session.
    pub session: Session,
    /// Its user, as of now.
    pub user: User,
    /// Which second factors the user owns.
    pub factors: Factors,
    /// Group names, sorted.
    pub groups: Vec<String>,
}

/// A session to be made at sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// Fresh identifier.
    pub id: SessionId,
    /// Hash of the fresh token.
    pub token: TokenHash,
    /// Now.
    pub at: Timestamp,
    /// Who.
    pub caller: Caller,
    /// What the ID token said of them.
    pub vouched: Vouched,
    /// The session that this browser had before; ended in the same transaction.
    pub replaces: Option<TokenHash>,
}

/// A change of level: the second factor was verified, the token rotates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elevation {
    /// Which session.
    pub session: SessionId,
    /// The token hash it must still have (compare-and-set).
    pub from: TokenHash,
    /// The token hash it gets.
    pub to: TokenHash,
    /// What was verified, and when.
    pub verified: Verified,
}
