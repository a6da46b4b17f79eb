//! Codes that are sent to a person, by mail or by SMS, each for one session. They are weaker than the other factors: whoever reads
//! the mailbox or gets hold of the number has them. So they stand beside another factor only
//! (`user_2fa_settings.email_2fa_enabled`, `sms_phone`), and confirm no change of factors.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::clock::Timestamp;
use crate::factor::{CodeDigest, CodeKind};
use crate::id::{EventId, SessionId, UserId};
use crate::lockout::Refused;
use crate::phone::{PhoneNumber, StoredNumber};
use crate::session::{Caller, TokenHash};
use crate::store_error::StoreError;

/// Time for which a code is valid.
pub const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// Time between two codes of one user and factor.
pub const PAUSE: Duration = Duration::from_secs(30);
/// Period of [`SENT_MAX`].
pub const PERIOD: Duration = Duration::from_secs(60 * 60);
/// Number of codes of one user and factor in a [`PERIOD`].
pub const SENT_MAX: usize = 5;

/// Code that is about to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSentCode {
    /// Identifier.
    pub id: EventId,
    /// What it is good for.
    pub kind: CodeKind,
    /// The number that it goes to by SMS: the user's own, or the one that it confirms.
    pub number: Option<PhoneNumber>,
    /// The user.
    pub user: UserId,
    /// The session; the code is worth nothing in any other.
    pub session: SessionId,
    /// The token that the session must still have.
    pub token: TokenHash,
    /// Digest.
    pub digest: CodeDigest,
    /// Time of sending.
    pub at: Timestamp,
}

/// Result of [`SentCodeStore::begin_code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeBegun {
    /// The code is stored, in place of any other of its session and kind, and can be sent.
    Begun,
    /// Too many were sent; nothing was written.
    TooMany {
        /// When the next one can be sent.
        next: Timestamp,
    },
    /// Codes are locked; nothing was written.
    Locked(Refused),
    /// The user has no second factor, is sent no codes, or has another number; nothing was written.
    NotEnrolled,
    /// The session no longer has the token; nothing was written.
    SessionGone,
}

/// Code that was sent and not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentCode {
    /// Digest.
    pub digest: CodeDigest,
    /// The number that it confirms.
    pub number: Option<PhoneNumber>,
    /// Time of sending.
    pub sent_at: Timestamp,
}

impl SentCode {
    /// Returns the time from which it is invalid.
    pub fn expires_at(&self) -> Timestamp {
        self.sent_at.after(LIFETIME)
    }

    /// Whether it is good no longer. One that was sent at a time yet to come is not either, since nobody knows when that was.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at() <= now || self.sent_at.is_yet_to_come(now)
    }
}

/// What a session can expect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SentCodes {
    /// The session's newest code that was not used, valid or expired.
    pub outstanding: Option<SentCode>,
    /// When the user can be sent another one; `None`: now.
    pub next: Option<Timestamp>,
}

/// Returns when a user can be sent another code, by the times at which codes were sent, newest first. `None`: at `now`.
pub fn next_code(sent: &[Timestamp], now: Timestamp) -> Option<Timestamp> {
    let pause = sent.first().map(|at| at.after(PAUSE));
    let period = sent.get(SENT_MAX - 1).map(|at| at.after(PERIOD));
    pause.into_iter().chain(period).max().filter(|next| now < *next)
}

/// Message with a code.
#[derive(Clone)]
pub struct CodeMessage {
    /// Identifier.
    pub id: EventId,
    /// Where it goes: a mail address, or a telephone number.
    pub recipient: String,
    /// The code.
    pub code: SecretString,
    /// Time of sending.
    pub at: Timestamp,
    /// Who asked for it.
    pub caller: Caller,
}

/// Port for sending codes.
#[async_trait]
pub trait CodeSender: Send + Sync {
    /// Sends a code; returns once it was accepted.
    ///
    /// # Errors
    /// Why it was not, for the log: without the code, and without a whole telephone number.
    async fn send_code(&self, message: &CodeMessage) -> Result<(), String>;
}

/// Port for codes that were sent.
#[async_trait]
pub trait SentCodeStore: Send + Sync {
    /// Stores a code in place of any other of its session and kind, in one transaction under the user's lock, unless
    /// [`next_code`] says for its factor that it is too early, or the counter of wrong codes has locked.
    async fn begin_code(&self, code: &NewSentCode) -> Result<CodeBegun, StoreError>;

    /// Returns what a session of a user can expect.
    async fn sent_codes(
        &self,
        user: UserId,
        session: SessionId,
        kind: CodeKind,
        now: Timestamp,
    ) -> Result<SentCodes, StoreError>;

    /// Returns the number of a user.
    async fn number_of(&self, user: UserId) -> Result<StoredNumber, StoreError>;

    /// Makes a code worthless that was not sent. It counts as sent for [`next_code`].
    async fn void_code(&self, id: EventId) -> Result<(), StoreError>;
}

#[cfg(test)]
mod tests {
    use crate::clock::CLOCK_SKEW;

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn ago(seconds: &[u64]) -> Vec<Timestamp> {
        seconds.iter().map(|seconds| NOW.before(Duration::from_secs(*seconds))).collect()
    }

    #[test]
    fn one_code_in_half_a_minute_and_five_an_hour_are_sent() {
        assert_eq!(next_code(&[], NOW), None);
        assert_eq!(next_code(&ago(&[29]), NOW), Some(NOW.after(Duration::from_secs(1))));
        assert_eq!(next_code(&ago(&[30]), NOW), None);
        assert_eq!(next_code(&ago(&[40, 80, 120, 160]), NOW), None);
        let full = ago(&[40, 80, 120, 160, 3000]);
        assert_eq!(next_code(&full, NOW), Some(NOW.after(Duration::from_secs(600))));
        assert_eq!(next_code(&full, NOW.after(Duration::from_secs(600))), None);
        assert_eq!(next_code(&ago(&[1, 40, 80, 120, 3599]), NOW), Some(NOW.after(Duration::from_secs(29))));
    }

    #[test]
    fn a_code_is_good_for_its_time_and_not_before_it_can_have_been_sent() {
        let sent_at = Timestamp::from_secs(1_800_000_000);
        let code = SentCode { digest: CodeDigest([1; 32]), number: None, sent_at };
        let early = sent_at.before(CLOCK_SKEW);
        assert!(!code.is_over(sent_at) && !code.is_over(early) && code.is_over(code.expires_at()));
        assert!(code.is_over(early.before(Duration::from_micros(1))), "nobody's clock is that wrong");
    }
}
