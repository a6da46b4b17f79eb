//! Sends the mail that waits in the store. Every replica may run it: each mail is claimed by one at a time.

use std::sync::Arc;
use std::time::Duration;

use postern_mail::{Letter, Mailer, SendError, Sender, render};
use postern_model::clock::Clock;
use postern_model::mail::{GIVEN_UP_AFTER, QueuedMail};
use postern_model::outage::{OutageLog, Told};
use postern_model::store::{Store, StoreError};
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use crate::config_error::ConfigError;
use crate::telemetry::MailCounts;
use postern_config::{Config, MailConfig};

/// Interval between two looks at the queue.
const POLL: Duration = Duration::from_secs(5);
/// How much longer than a delivery a claim lasts: within it, the mail that was sent can be deleted once the store is back.
const MARGIN: Duration = Duration::from_secs(300);
/// Wait before a deletion that failed is tried again.
const PAUSE: Duration = Duration::from_secs(2);

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

/// What came of one mail.
enum Delivered {
    /// The next one can be tried.
    Next,
    /// The others would fail alike.
    Stop,
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
        product: crate::from_config::rules::product(config),
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
        let mut poll = interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stopping.cancelled() => return,
                _ = poll.tick() => {}
            }
            if let Err(error) = self.deliver_due(&stopping).await {
                // The maintenance task logs an outage of the store.
                tracing::debug!(%error, "waiting mail not read");
            }
        }
    }

    async fn deliver_due(&self, stopping: &CancellationToken) -> Result<(), StoreError> {
        while !stopping.is_cancelled() {
            let now = self.clock.now();
            let until = now.after(self.mailer.timeout() + MARGIN);
            let Some(mail) = self.store.claim_mail(now, until).await? else { break };
            if let Delivered::Stop = self.deliver(&mail).await? {
                break;
            }
        }
        self.counts.set_waiting(self.store.waiting_mail().await?);
        Ok(())
    }

    async fn deliver(&self, mail: &QueuedMail) -> Result<Delivered, StoreError> {
        if self.clock.now() >= mail.at.after(GIVEN_UP_AFTER) {
            return self.give_up(mail, "it waited too long").await;
        }
        let error = match self.send(mail).await {
            Ok(()) => {
                self.counts.sent();
                if let Some(Told::Ended { failures, lasted }) = self.outage.worked(self.clock.now()) {
                    tracing::info!(failures, seconds = lasted.as_secs(), "mail is sent again");
                }
                tracing::info!(user.id = %mail.user, kind = mail.happening.kind.name(), attempts = mail.attempts, "mail sent");
                self.delete(mail).await;
                return Ok(Delivered::Next);
            }
            Err(error) => error,
        };
        self.counts.failed();
        if let SendError::Permanent(why) = &error {
            return self.give_up(mail, why).await;
        }
        let now = self.clock.now();
        let Some(due) = mail.next_attempt(now, self.retry_after) else {
            return self.give_up(mail, &error.to_string()).await;
        };
        self.store.postpone_mail(mail, due).await?;
        if let Some(Told::Failing { failures }) = self.outage.failed(now) {
            tracing::warn!(%error, failures, user.id = %mail.user, kind = mail.happening.kind.name(), "mail not sent; it is tried again");
        }
        Ok(if let SendError::Unreachable(_) = error { Delivered::Stop } else { Delivered::Next })
    }

    async fn send(&self, mail: &QueuedMail) -> Result<(), SendError> {
        let content = render(mail, &self.sender).map_err(|error| SendError::Permanent(error.to_string()))?;
        let id = format!("{}.{}", mail.event, mail.happening.kind.name());
        self.mailer.send(&Letter { to: mail.recipient.clone(), content, id, at: self.clock.now() }).await
    }

    async fn give_up(&self, mail: &QueuedMail, why: &str) -> Result<Delivered, StoreError> {
        self.counts.given_up();
        let (kind, attempts) = (mail.happening.kind.name(), mail.attempts);
        tracing::error!(user.id = %mail.user, kind, attempts, error = why, "mail given up: the user was not told");
        self.store.finish_mail(mail).await?;
        Ok(Delivered::Next)
    }

    /// Deletes a mail that was sent. While the store fails, that is tried again for as long as no other sender can claim it.
    async fn delete(&self, mail: &QueuedMail) {
        loop {
            match self.store.finish_mail(mail).await {
                Ok(true) => return,
                Ok(false) => break,
                Err(_) if self.clock.now().after(PAUSE) < mail.leased_until => sleep(PAUSE).await,
                Err(_) => break,
            }
        }
        tracing::warn!(user.id = %mail.user, kind = mail.happening.kind.name(), "sent mail not deleted in time: it may be sent twice");
    }
}
