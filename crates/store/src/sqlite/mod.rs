//! The store in one SQLite file, for a single process: demonstrations, small deployments, tests.

mod actions;
mod attempts;
mod audit;
mod authenticators;
mod connection;
mod enrolment;
mod error;
mod factor_changes;
mod factors;
mod hand_over;
mod kept_posts;
mod keys;
mod listen;
mod mail;
mod passkeys;
mod replay;
mod schema;
mod sent_codes;
mod sessions;
mod settle;
mod sign_in;
mod stored_factors;
mod stored_passkeys;
mod tickets;
mod times;
mod trusted_devices;
mod users;
mod values;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use postern_model::clock::Clock;
use postern_model::entropy::Entropy;
use postern_model::invalidation::InvalidationSink;
use postern_model::mail::MailKinds;
use postern_model::store::{Store, StoreError};
use rusqlite::Connection;

use crate::mail::WantedMail;
use crate::sinks::Sinks;
use connection::Shared;

/// A [`Store`] in SQLite. Clones share the file and the subscribers.
#[derive(Clone)]
pub struct SqliteStore(Arc<Inner>);

struct Inner {
    writer: Shared,
    /// Reads bypass a writer that waits for the disk; an in-memory database has only one connection.
    reader: Option<Shared>,
    entropy: Arc<dyn Entropy>,
    sinks: Sinks,
    mail: WantedMail,
}

impl SqliteStore {
    /// Opens the file, or creates it readable by its owner only. `entropy` draws the identifiers of new users. The
    /// schema is not touched: call [`SqliteStore::migrate`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the file cannot be opened, made or written.
    pub fn open(path: &Path, entropy: Arc<dyn Entropy>) -> Result<Self, StoreError> {
        let (writer, reader) = connection::open_file(path)?;
        Ok(Self::new(writer, Some(reader), entropy))
    }

    /// Opens an in-memory store, which is lost when its last clone is dropped.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when SQLite cannot be set up.
    pub fn open_in_memory(entropy: Arc<dyn Entropy>) -> Result<Self, StoreError> {
        Ok(Self::new(connection::open_memory()?, None, entropy))
    }

    /// Adds a subscriber. It receives every change that this store (and its clones) made, after the commit; those of
    /// other processes while [`SqliteStore::listen`] runs.
    pub fn subscribe(&self, sink: Arc<dyn InvalidationSink>) {
        self.0.sinks.add(sink);
    }

    /// From now on queues mail of these kinds, and of no others, with the changes that it tells of.
    pub fn queue_mail(&self, kinds: MailKinds) {
        self.0.mail.set(kinds);
    }

    /// Looks for changes by other processes every `beat_every`, until the future is dropped, and tells the subscribers
    /// "everything" when there are some; otherwise, that no notice is missing. A database in memory has no others.
    pub async fn listen(&self, clock: Arc<dyn Clock>, beat_every: Duration) {
        match self.0.reader {
            Some(_) => listen::run(self.clone(), clock, beat_every).await,
            None => std::future::pending().await,
        }
    }

    /// Brings the schema up to date. Returns the names of the migrations that were applied now.
    ///
    /// # Errors
    /// [`StoreError::Schema`] when a migration failed.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        self.on_writer(schema::migrate).await
    }

    fn wanted_mail(&self) -> MailKinds {
        self.0.mail.get()
    }

    fn new(writer: Connection, reader: Option<Connection>, entropy: Arc<dyn Entropy>) -> Self {
        let (sinks, mail) = (Sinks::default(), WantedMail::default());
        let inner = Inner { writer: writer.into(), reader: reader.map(Shared::from), entropy, sinks, mail };
        Self(Arc::new(inner))
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn ready(&self) -> Result<(), StoreError> {
        self.read(schema::check).await
    }

    async fn concerns(&self) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }
}
