//! Sends the mail that waits in the store. Every replica may run it: each mail is claimed by one at a time.

use std::sync::Arc;
use std::time::Duration;

use postern_mail::{Letter, Mailer, SendError};
use postern_model::clock::{Clock, Timestamp};
use postern_model::mail::{GIVEN_UP_AFTER, QueuedMail};
use postern_model::outage::{OutageLog, Told};
use postern_model::store::{Store, StoreError};
use postern_portal::language::Languages;
use postern_portal::letters::{self, Sender};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::config_error::ConfigError;
use crate::from_config::rules;
use crate::telemetry::MailCounts;
use postern_config::{Config, MailConfig};

/// Interval between two looks at the queue.
const POLL: Duration = Duration::from_secs(5);
/// How much longer than a delivery a claim lasts: within it, the mail that was sent can be deleted once the store is back.
const MARGIN: Duration = Duration::from_secs(300);
/// Wait before a deletion that failed is tried again.
const PAUSE: Duration = Duration::from_secs(2);
/// Longest wait for a server that cannot be used, unless `mail.retry_after` is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Sends what waits.
pub(crate) struct MailDelivery {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    counts: Arc<MailCounts>,
    mailer: Mailer,
    sender: Sender,
    retry_after: Duration,
    outage: OutageLog,
}

/// What came of one mail, or of all that were due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delivered {
    /// The next one can be tried.
    Next,
    /// The others would fail alike.
    Stop,
}

/// What becomes of a mail that was not sent.
#[derive(Debug, PartialEq, Eq)]
enum Unsent {
    /// Nobody tries it again.
    GivenUp,
    /// It is due again then, after so many attempts.
    Waits { due: Timestamp, attempts: u32, then: Delivered },
}

impl Unsent {
    fn of(mail: &QueuedMail, error: &SendError, now: Timestamp, retry_after: Duration) -> Self {
        match error {
            SendError::Permanent(_) => Self::GivenUp,
            SendError::Transient(_) => match mail.next_attempt(now, retry_after) {
                Some(due) => Self::Waits { due, attempts: mail.attempts, then: Delivered::Next },
                None => Self::GivenUp,
            },
            // It says nothing about the mail, which goes behind the others that are due, and out with them once the server works.
            SendError::Unreachable(_) => {
                Self::Waits { due: now, attempts: mail.attempts.saturating_sub(1), then: Delivered::Stop }
            }
        }
    }
}

/// Returns the wait until the next look at the queue, after so many looks in a row that found the server unusable.
fn pause(failures: u32, retry_after: Duration) -> Duration {
    match failures.checked_sub(1) {
        None => POLL,
        Some(doublings) => {
            retry_after.saturating_mul(2_u32.saturating_pow(doublings)).min(LONGEST_PAUSE.max(retry_after))
        }
    }
}

/// Constructs the mailer of a configuration.
///
/// # Errors
/// [`ConfigError`] for certificates that cannot be used.
pub(crate) fn mailer(config: &Config, mail: &MailConfig) -> Result<Mailer, ConfigError> {
    let (from, reply_to) = (mail.from.clone(), mail.reply_to.clone());
    Mailer::new(&mail.server, from, reply_to, config.public_url.host())
        .map_err(|error| ConfigError::new(format!("mail.root_certificates: {error}")))
}

/// Who writes, and where the links lead.
pub(crate) fn sender(config: &Config) -> Sender {
    let (origin, base) = (&config.public_url, &config.base_path);
    Sender {
        product: rules::product(config),
        provider: rules::provider_name(config),
        languages: Languages::new(&config.pages.languages),
        host: origin.host().to_owned(),
        account: format!("{origin}{base}/account"),
        not_me: format!("{origin}{base}/not-me"),
    }
}

impl MailDelivery {
    /// Takes the configuration and the ports. `None` if mail is off.
    ///
    /// # Errors
    /// As [`mailer`].
    pub(crate) fn new(
        config: &Config,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        counts: Arc<MailCounts>,
    ) -> Result<Option<Self>, ConfigError> {
        let Some(mail) = &config.mail else { return Ok(None) };
        Ok(Some(Self {
            store,
            clock,
            counts,
            mailer: mailer(config, mail)?,
            sender: sender(config),
            retry_after: mail.retry_after,
            outage: OutageLog::default(),
        }))
    }

    /// Sends until `stopping` is cancelled; a delivery under way is completed.
    pub(crate) async fn run(self, stopping: CancellationToken) {
        let mut failures = 0_u32;
        while !stopping.is_cancelled() {
            match self.deliver_due(&stopping).await {
                Ok(Delivered::Next) => failures = 0,
                Ok(Delivered::Stop) => failures = failures.saturating_add(1),
                // The maintenance task logs an outage of the store.
                Err(error) => tracing::debug!(%error, "waiting mail not read"),
            }
            tokio::select! {
                () = stopping.cancelled() => {}
                () = sleep(pause(failures, self.retry_after)) => {}
            }
        }
    }

    async fn deliver_due(&self, stopping: &CancellationToken) -> Result<Delivered, StoreError> {
        let mut delivered = Delivered::Next;
        while !stopping.is_cancelled() && delivered == Delivered::Next {
            let now = self.clock.now();
            let until = now.after(self.mailer.timeout() + MARGIN);
            let Some(mail) = self.store.claim_mail(now, until).await? else { break };
            delivered = self.deliver(&mail).await?;
        }
        self.counts.set_waiting(self.store.waiting_mail().await?);
        Ok(delivered)
    }

    async fn deliver(&self, mail: &QueuedMail) -> Result<Delivered, StoreError> {
        if self.clock.now() >= mail.at.after(GIVEN_UP_AFTER) {
            self.give_up(mail, "it waited too long").await;
            return Ok(Delivered::Next);
        }
        let error = match self.send(mail).await {
            Ok(()) => {
                self.counts.sent();
                if let Some(Told::Ended { failures, lasted }) = self.outage.worked(self.clock.now()) {
                    tracing::info!(failures, seconds = lasted.as_secs(), "mail is sent again");
                }
                tracing::info!(user.id = %mail.user, kind = mail.happening.kind.name(), attempts = mail.attempts, "mail sent");
                if !self.delete(mail).await {
                    tracing::warn!(user.id = %mail.user, kind = mail.happening.kind.name(), "sent mail not deleted in time: it may be sent twice");
                }
                return Ok(Delivered::Next);
            }
            Err(error) => error,
        };
        self.counts.failed();
        let now = self.clock.now();
        let Unsent::Waits { due, attempts, then } = Unsent::of(mail, &error, now, self.retry_after) else {
            self.give_up(mail, &error.to_string()).await;
            return Ok(Delivered::Next);
        };
        self.store.postpone_mail(mail, due, attempts).await?;
        if let Some(Told::Failing { failures }) = self.outage.failed(now) {
            tracing::warn!(%error, failures, user.id = %mail.user, kind = mail.happening.kind.name(), "mail not sent; it is tried again");
        }
        Ok(then)
    }

    async fn send(&self, mail: &QueuedMail) -> Result<(), SendError> {
        let content = letters::notice(mail, &self.sender).map_err(|error| SendError::Permanent(error.to_string()))?;
        let id = format!("{}.{}", mail.event, mail.happening.kind.name());
        self.mailer.send(&Letter { to: mail.recipient.clone(), content, id, at: self.clock.now() }).await
    }

    /// Gives a mail up. It is counted only when it is deleted: one that stays comes back, and may yet be sent.
    async fn give_up(&self, mail: &QueuedMail, why: &str) {
        if self.delete(mail).await {
            self.counts.given_up();
            let (kind, attempts) = (mail.happening.kind.name(), mail.attempts);
            tracing::error!(user.id = %mail.user, kind, attempts, error = why, "mail given up: the user was not told");
        }
    }

    /// Deletes a claimed mail. While the store fails, that is tried again for as long as no other sender can claim it. False if it
    /// stays.
    async fn delete(&self, mail: &QueuedMail) -> bool {
        loop {
            match self.store.finish_mail(mail).await {
                Ok(deleted) => return deleted,
                Err(_) if self.clock.now().after(PAUSE) < mail.leased_until => sleep(PAUSE).await,
                Err(_) => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use postern_model::id::{EventId, UserId};
    use postern_model::mail::{Happening, MailKind};
    use postern_model::session::Caller;

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
    const MINUTE: Duration = Duration::from_secs(60);
    const ID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

    fn becomes(attempts: u32, error: fn(String) -> SendError) -> Unsent {
        let mail = QueuedMail {
            event: EventId(ID.parse().unwrap()),
            user: UserId(ID.parse().unwrap()),
            recipient: "ada@example.com".to_owned(),
            happening: Happening::plain(MailKind::FactorsReset),
            at: NOW,
            caller: Caller::default(),
            language: None,
            attempts,
            leased_until: NOW,
        };
        Unsent::of(&mail, &error("why".to_owned()), NOW, MINUTE)
    }

    #[test]
    fn an_outage_of_the_server_makes_no_mail_wait_longer() {
        let waits = Unsent::Waits { due: NOW, attempts: 8, then: Delivered::Stop };
        assert_eq!(becomes(9, SendError::Unreachable), waits);
        let waits = Unsent::Waits { due: NOW.after(4 * MINUTE), attempts: 3, then: Delivered::Next };
        assert_eq!(becomes(3, SendError::Transient), waits);
        assert_eq!(becomes(1, SendError::Permanent), Unsent::GivenUp);
    }

    #[test]
    fn a_server_that_is_away_is_tried_every_five_minutes_at_least() {
        let minutes: Vec<_> = (1..=6).map(|failures| pause(failures, MINUTE).as_secs() / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 5, 5, 5]);
        assert_eq!((pause(0, MINUTE), pause(u32::MAX, MINUTE)), (POLL, LONGEST_PAUSE));
        assert_eq!(pause(9, 10 * MINUTE), 10 * MINUTE);
    }
}
