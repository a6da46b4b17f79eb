//! Mail that waits to be sent: which kinds a store queues, what a row holds. Shared by both stores.

use std::sync::atomic::{AtomicU16, Ordering};

use postern_model::clock::Timestamp;
use postern_model::id::{EventId, UserId};
use postern_model::language::Language;
use postern_model::mail::{Happening, MailKind, MailKinds, QueuedMail};
use postern_model::session::Caller;
use postern_model::store::StoreError;
use uuid::Uuid;

use crate::rows::{Columns, Reading, Table};

/// The kinds that a store queues; none at first.
#[derive(Default)]
pub(crate) struct WantedMail(AtomicU16);

impl WantedMail {
    /// Queues these kinds from now on.
    pub(crate) fn set(&self, kinds: MailKinds) {
        self.0.store(kinds.bits(), Ordering::Relaxed);
    }

    /// Returns the kinds.
    pub(crate) fn get(&self) -> MailKinds {
        MailKinds::from_bits(self.0.load(Ordering::Relaxed))
    }
}

/// Mail to queue.
pub(crate) struct NewMail<'a> {
    pub(crate) event: EventId,
    pub(crate) user: UserId,
    pub(crate) happening: Happening,
    pub(crate) at: Timestamp,
    pub(crate) caller: &'a Caller,
}

impl<'a> NewMail<'a> {
    /// Tells of a reset by an administrator, which has no event of its own: user and time identify it. With the same identifier for
    /// every reset, mailboxes would hide the later ones as copies.
    pub(crate) fn reset(user: UserId, at: Timestamp, nobody: &'a Caller) -> Self {
        let happening = Happening::plain(MailKind::FactorsReset);
        let event = EventId(Uuid::from_u128(user.0.as_u128() ^ u128::from(at.as_micros().unsigned_abs())));
        Self { event, user, happening, at, caller: nobody }
    }
}

/// Number of former clients that a client is compared with, newest first.
pub(crate) const CLIENTS_COMPARED: i64 = 200;

/// Reads address and user agent of a former client, from columns that may be the backend's: an address that cannot be read is
/// none.
pub(crate) fn former_client(columns: &mut dyn Columns) -> Result<Caller, StoreError> {
    let address = columns.text().ok().flatten();
    let address = address.as_deref().and_then(|text| text.split('/').next()).and_then(|text| text.parse().ok());
    Ok(Caller { address, user_agent: columns.text().ok().flatten(), language: None })
}

/// Names of the kinds that this version can tell; a newer one may queue others.
pub(crate) fn known_kinds() -> Vec<String> {
    MailKind::ALL.map(|kind| kind.name().to_owned()).to_vec()
}

/// Reads event, kind, user, recipient, detail, time, address, user agent, language, attempts and lease.
pub(crate) fn queued_mail(columns: &mut dyn Columns) -> Result<QueuedMail, StoreError> {
    let (mut row, event) = Reading::identified(columns, Table::Mail, "event_id")?;
    let kind = row.required("kind", |row| {
        let name = row.text()?;
        name.map(|name| MailKind::from_name(&name).ok_or_else(|| "is no kind of mail".to_owned())).transpose()
    })?;
    let user = UserId(row.required("user_id", |row| row.uuid())?);
    let recipient = row.required("recipient", |row| row.text())?;
    let detail = row.optional("detail", |row| row.text())?;
    Ok(QueuedMail {
        event: EventId(event),
        user,
        recipient,
        happening: Happening { kind, detail },
        at: row.required("at", |row| row.time())?,
        caller: row.caller()?,
        // One that only a newer version writes in is as good as none.
        language: row.optional("language", |row| row.text())?.and_then(|tag| Language::from_tag(&tag)),
        attempts: row.count("attempts")?,
        leased_until: row.required("leased_until", |row| row.time())?,
    })
}
