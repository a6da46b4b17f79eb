//! Answers that may have been lost on their way: a repeated submission of the same form gets the first one's answer, and
//! fresh backup codes can be shown again until their owner has saved them.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::SessionId;

/// How long the answer to a submission is kept.
pub const ANSWER_LIFETIME: Duration = Duration::from_secs(60);
/// How long fresh backup codes can be shown again.
pub const CODES_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// Names one submission: a keyed digest of the token that it came with, the form's nonce and the code. Only an identical
/// submission has the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReplayKey(pub [u8; 32]);

/// The answer to a submission, to be written in the transaction that settles it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Names the submission.
    pub key: ReplayKey,
    /// The answer to a success, sealed to the key.
    pub sealed: String,
    /// The answer is void from then on.
    pub expires_at: Timestamp,
}

/// Freshly made backup codes of a session, sealed to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreshCodes {
    /// The session that made them; no other can read them.
    pub session: SessionId,
    /// The codes, sealed.
    pub sealed: String,
    /// They are not shown from then on.
    pub expires_at: Timestamp,
}
