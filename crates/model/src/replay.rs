//! Replies that may have been lost in transit: a repeated submission of the same form gets the reply to the first one,
//! and fresh backup codes can be shown again until their owner has saved them.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::SessionId;

/// Time for which the reply to a submission is kept.
pub const ANSWER_LIFETIME: Duration = Duration::from_secs(60);
/// Time for which fresh backup codes can be shown again.
pub const CODES_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// Identifier of a submission: a keyed digest of the token that it came with, the form's nonce and the code. Only
/// identical submissions share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReplayKey(pub [u8; 32]);

/// Reply to a submission, which is written in the transaction that settles it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// The identifier of the submission.
    pub key: ReplayKey,
    /// The reply to a correct submission, sealed to the key.
    pub sealed: String,
    /// Whether a wrong code is remembered too, so that its repetition is not counted.
    pub remembers_wrong: bool,
    /// Expiry of the reply.
    pub expires_at: Timestamp,
}

impl Replay {
    /// The record of a wrong submission at this time: that it was wrong, and nothing else.
    pub fn of_wrong(key: ReplayKey, at: Timestamp) -> Self {
        Self { key, sealed: String::new(), remembers_wrong: true, expires_at: at.after(ANSWER_LIFETIME) }
    }
}

/// Fresh backup codes of a session, sealed to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreshCodes {
    /// The session that made them; no other can read them.
    pub session: SessionId,
    /// The codes, sealed.
    pub sealed: String,
    /// Time after which they are no longer shown.
    pub expires_at: Timestamp,
}
