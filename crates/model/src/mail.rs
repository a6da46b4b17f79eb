//! Mail about changes to an account, which waits in the store until it is sent.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::attempt::Action;
use crate::clock::Timestamp;
use crate::enrolment_commit::EnrolmentCommit;
use crate::factor::SecondFactor;
use crate::id::{EventId, UserId};
use crate::language::Language;
use crate::lockout::{FREE_FAILURES, Lockout};
use crate::session::Caller;
use crate::store_error::StoreError;

/// Number of backup codes left at which their owner is told to make new ones.
pub const FEW_BACKUP_CODES: usize = 2;
/// Time after the change at which a mail that could not be sent is given up.
pub const GIVEN_UP_AFTER: Duration = Duration::from_secs(3 * 24 * 3600);
/// End of the detail of a factor that only an administrator unlocks.
pub const DISABLED: &str = "-disabled";
/// Longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(6 * 3600);

/// Kind of mail. The names are stored, and the configuration lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailKind {
    /// A passkey or an authenticator app was added, or the first one set up. The detail names the factor.
    FactorAdded,
    /// A passkey or an authenticator app was removed, or all of them. The detail names the factor.
    FactorRemoved,
    /// New backup codes replaced the old ones.
    BackupCodesReplaced,
    /// A backup code was used. The detail is the number of codes left.
    BackupCodeUsed,
    /// A backup code was used, and [`FEW_BACKUP_CODES`] or fewer are left. The detail is their number.
    FewBackupCodes,
    /// Wrong codes locked a factor for the first time since a correct one, or disabled it. The detail names the factor, with
    /// [`DISABLED`] behind it if it is disabled.
    Locked,
    /// A second factor was accepted from a browser and network that were not seen before.
    NewDevice,
    /// An administrator removed the second factor.
    FactorsReset,
}

impl MailKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::FactorAdded,
        Self::FactorRemoved,
        Self::BackupCodesReplaced,
        Self::BackupCodeUsed,
        Self::FewBackupCodes,
        Self::Locked,
        Self::NewDevice,
        Self::FactorsReset,
    ];

    /// Returns the stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::FactorAdded => "factor-added",
            Self::FactorRemoved => "factor-removed",
            Self::BackupCodesReplaced => "backup-codes-replaced",
            Self::BackupCodeUsed => "backup-code-used",
            Self::FewBackupCodes => "few-backup-codes",
            Self::Locked => "locked",
            Self::NewDevice => "new-device",
            Self::FactorsReset => "factors-reset",
        }
    }

    /// Parses the result of [`MailKind::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailKinds(u16);

impl MailKinds {
    /// Every kind.
    pub fn all() -> Self {
        MailKind::ALL.into_iter().collect()
    }

    /// Whether there is no kind.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the kind is in the set.
    pub fn contains(self, kind: MailKind) -> bool {
        self.0 & bit(kind) != 0
    }

    /// Returns the set as a number, for [`MailKinds::from_bits`].
    pub fn bits(self) -> u16 {
        self.0
    }

    /// Takes the result of [`MailKinds::bits`].
    pub fn from_bits(bits: u16) -> Self {
        Self(bits)
    }
}

impl FromIterator<MailKind> for MailKinds {
    fn from_iter<I: IntoIterator<Item = MailKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |bits, kind| bits | bit(kind)))
    }
}

fn bit(kind: MailKind) -> u16 {
    1 << (kind as u16)
}

/// A subject of mail: what happened, with its detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// The kind.
    pub kind: MailKind,
    /// What the kind says that it is; never client input.
    pub detail: Option<String>,
}

impl Happening {
    /// A happening with a detail.
    pub fn new(kind: MailKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: Some(detail.into()) }
    }

    /// A happening without one.
    pub fn plain(kind: MailKind) -> Self {
        Self { kind, detail: None }
    }

    /// Returns what a confirmed action is told as. Setting an authenticator up is told when it is completed.
    pub fn of_action(action: &Action) -> Option<Self> {
        match action {
            Action::Elevate | Action::BeginEnrolment(_) => None,
            Action::ReplaceBackupCodes { .. } => Some(Self::plain(MailKind::BackupCodesReplaced)),
            Action::SetEmailCodes(true) => Some(Self::new(MailKind::FactorAdded, "email")),
            Action::SetEmailCodes(false) => Some(Self::new(MailKind::FactorRemoved, "email")),
            Action::SetNumber(Some(_)) => Some(Self::new(MailKind::FactorAdded, "sms")),
            Action::SetNumber(None) => Some(Self::new(MailKind::FactorRemoved, "sms")),
            Action::RemovePasskey(_) => Some(Self::new(MailKind::FactorRemoved, "passkey")),
            Action::RemoveAuthenticator { .. } => Some(Self::new(MailKind::FactorRemoved, "totp")),
            Action::RemoveFactors => Some(Self::new(MailKind::FactorRemoved, "all")),
        }
    }

    /// Returns what a completed enrolment is told as.
    pub fn of_enrolment(commit: &EnrolmentCommit) -> Self {
        let detail = match (&commit.passkey, commit.replaces) {
            (Some(_), _) => "passkey",
            (None, true) => "totp-replaced",
            (None, false) => "totp",
        };
        Self::new(MailKind::FactorAdded, detail)
    }

    /// Returns what the use of a backup code is told as, with `left` of them left: as few, if those are wanted.
    pub fn of_backup_code(left: usize, wanted: MailKinds) -> Self {
        let few = left <= FEW_BACKUP_CODES && wanted.contains(MailKind::FewBackupCodes);
        Self::new(if few { MailKind::FewBackupCodes } else { MailKind::BackupCodeUsed }, left.to_string())
    }

    /// Returns what a failure is told as that left the counter of a factor like this. Later locks of the same run are not told:
    /// whoever guesses could fill a mailbox.
    pub fn of_failure(factor: SecondFactor, after: Lockout) -> Option<Self> {
        let factor = factor.counted_as().name();
        match after.is_disabled() {
            true => Some(Self::new(MailKind::Locked, format!("{factor}{DISABLED}"))),
            false => (after.failures == FREE_FAILURES).then(|| Self::new(MailKind::Locked, factor)),
        }
    }
}

/// What a mail says.
#[derive(Clone, PartialEq, Eq)]
pub struct MailContent {
    /// Subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

impl fmt::Debug for MailContent {
    /// Shows the subject only: the text may hold a code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailContent").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// Mail that one sender has claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedMail {
    /// The change. With the kind it is unique, so that one change is told once.
    pub event: EventId,
    /// The user.
    pub user: UserId,
    /// The user's address when it happened.
    pub recipient: String,
    /// What happened.
    pub happening: Happening,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it, if that is known.
    pub caller: Caller,
    /// Language to write it in: that of the page on which it happened, else of the user's last sign-in. `None` if neither is known.
    pub language: Option<Language>,
    /// Number of attempts to send it, this one included.
    pub attempts: u32,
    /// Until when no other sender gets it. Identifies the claim.
    pub leased_until: Timestamp,
}

impl QueuedMail {
    /// Returns the time of the next attempt after one that failed at `now`: `first` later, doubled with every attempt, 6 h at
    /// most. `None`: it is given up.
    pub fn next_attempt(&self, now: Timestamp, first: Duration) -> Option<Timestamp> {
        let doubled = first.saturating_mul(2_u32.saturating_pow(self.attempts.saturating_sub(1)));
        let next = now.after(doubled.min(LONGEST_WAIT.max(first)));
        (next < self.at.after(GIVEN_UP_AFTER)).then_some(next)
    }
}

/// Port for mail that waits. What is to be told is written by the methods of the other ports, in the transaction of the change.
///
/// A mail is claimed by one sender at a time, for a limited time. A sender that dies between the server's acceptance and
/// [`MailStore::finish_mail`] has it sent twice.
#[async_trait]
pub trait MailStore: Send + Sync {
    /// Claims the mail that waits longest of those that are due and not claimed, counts the attempt, and keeps it from other
    /// senders until `leased_until`.
    async fn claim_mail(&self, now: Timestamp, leased_until: Timestamp) -> Result<Option<QueuedMail>, StoreError>;

    /// Deletes a claimed mail, because it was sent or given up. False if the claim is over.
    async fn finish_mail(&self, mail: &QueuedMail) -> Result<bool, StoreError>;

    /// Ends the claim; the mail is due again at `due`, after so many `attempts`. False if the claim is over.
    async fn postpone_mail(&self, mail: &QueuedMail, due: Timestamp, attempts: u32) -> Result<bool, StoreError>;

    /// Deletes the mail about what happened before `before` that no sender has claimed at `now`; returns their number. Senders give
    /// mail up themselves: this is for what they leave, because mail is switched off or because a newer version queued it.
    async fn forget_mail(&self, before: Timestamp, now: Timestamp) -> Result<u64, StoreError>;

    /// Returns the number of mails that wait, claimed ones included.
    async fn waiting_mail(&self) -> Result<u64, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
    const MINUTE: Duration = Duration::from_secs(60);

    fn mail(attempts: u32) -> QueuedMail {
        QueuedMail {
            event: EventId(uuid::Uuid::nil()),
            user: UserId(uuid::Uuid::nil()),
            recipient: "ada@example.com".to_owned(),
            happening: Happening::plain(MailKind::NewDevice),
            at: NOW,
            caller: Caller::default(),
            language: None,
            attempts,
            leased_until: NOW,
        }
    }

    #[test]
    fn names_of_kinds_read_back_and_sets_hold_what_was_put_in() {
        for kind in MailKind::ALL {
            assert_eq!(MailKind::from_name(kind.name()), Some(kind));
            let one = MailKinds::from_bits([kind].into_iter().collect::<MailKinds>().bits());
            assert!(MailKind::ALL.into_iter().all(|other| one.contains(other) == (other == kind)));
        }
        assert_eq!(MailKind::from_name("codes"), None);
        assert!(MailKinds::default().is_empty());
    }

    #[test]
    fn attempts_grow_apart_up_to_six_hours_and_end_after_three_days() {
        let waits: Vec<_> = (1..=11)
            .map(|attempts| mail(attempts).next_attempt(NOW, MINUTE).unwrap().since(NOW).as_secs() / 60)
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
        assert_eq!(mail(u32::MAX).next_attempt(NOW, MINUTE), Some(NOW.after(LONGEST_WAIT)));
        assert_eq!(mail(1).next_attempt(NOW.after(GIVEN_UP_AFTER), MINUTE), None);
        assert_eq!(mail(20).next_attempt(NOW.after(GIVEN_UP_AFTER - LONGEST_WAIT), MINUTE), None);
    }

    #[test]
    fn only_the_first_lock_and_the_last_are_told() {
        let told: Vec<_> = (1..=100)
            .filter_map(|failures| {
                let told = Happening::of_failure(SecondFactor::Totp, Lockout { failures, locked_until: None })?;
                Some((failures, told.detail.unwrap()))
            })
            .collect();
        assert_eq!(told, [(3, "totp".to_owned()), (100, "totp-disabled".to_owned())]);
    }

    #[test]
    fn few_codes_are_told_as_few_only_if_that_is_wanted() {
        let kind = |left, wanted| Happening::of_backup_code(left, wanted).kind;
        assert_eq!(kind(3, MailKinds::all()), MailKind::BackupCodeUsed);
        assert_eq!(kind(2, MailKinds::all()), MailKind::FewBackupCodes);
        assert_eq!(kind(0, [MailKind::BackupCodeUsed].into_iter().collect()), MailKind::BackupCodeUsed);
    }
}
