//! The store in PostgreSQL, for deployments with any number of replicas.

mod actions;
mod attempts;
mod audit;
mod authenticators;
mod clock;
mod connect;
mod enrolment;
mod error;
mod factor_changes;
mod factors;
mod hand_over;
mod heartbeat;
mod kept_posts;
mod keys;
mod listen;
mod locks;
mod mail;
mod migrations;
mod params;
mod passkeys;
mod pool;
mod replay;
mod schema;
mod sent_codes;
mod sessions;
mod settle;
mod sign_in;
mod stored_passkeys;
mod tables;
mod tickets;
mod tls;
mod tls_stream;
mod trusted_devices;
mod users;
mod values;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use postern_model::SecretString;
use postern_model::clock::Clock;
use postern_model::entropy::Entropy;
use postern_model::invalidation::InvalidationSink;
use postern_model::mail::MailKinds;
use postern_model::store::{Store, StoreError};

use crate::mail::WantedMail;
use crate::sinks::Sinks;
pub use clock::CLOCK_TOLERANCE;
use connect::Connector;
use deadpool_postgres::Pool;

/// Connection settings for PostgreSQL.
#[derive(Clone)]
pub struct PostgresOptions {
    /// `postgres://user:password@host:port/database?sslmode=…`; SQLAlchemy's `postgresql+psycopg2://` is understood,
    /// and so is a directory as host (`?host=/run/postgresql`) for a Unix socket.
    ///
    /// `sslmode`: `disable`; `prefer` (default: encrypted where the server offers it, its certificate is not checked,
    /// so this protects against listeners only); `require`, `verify-ca`, `verify-full` (encrypted, certificate checked
    /// against the public authorities or `root_certificates`).
    pub url: SecretString,
    /// PEM text of the certificate authorities that `require` trusts instead of the public ones.
    pub root_certificates: Option<String>,
    /// Maximum number of connections; one more listens for notices.
    pub pool_size: usize,
    /// Maximum time to wait for a connection.
    pub acquire_timeout: Duration,
    /// Time limit for one operation, all its statements together.
    pub operation_timeout: Duration,
    /// Direct URL of the same database, for a `url` that leads to a connection pooler: listening for notices and
    /// migrating do not work through a pooler.
    pub listen_url: Option<SecretString>,
    /// The clock of this process, which is compared with the server's. With it, the server's clock decides what a
    /// clean-up may delete, and the store is not ready while the two differ by more than [`CLOCK_TOLERANCE`]. Without
    /// it (tests with their own clock), times are used as given.
    pub clock: Option<Arc<dyn Clock>>,
}

impl PostgresOptions {
    /// Returns the defaults: 10 connections, 2 s to get one, 5 s for an operation.
    pub fn new(url: SecretString) -> Self {
        Self {
            url,
            root_certificates: None,
            pool_size: 10,
            acquire_timeout: Duration::from_secs(2),
            operation_timeout: Duration::from_secs(5),
            listen_url: None,
            clock: None,
        }
    }
}

/// A [`Store`] in PostgreSQL. Clones share the pool and the subscribers.
#[derive(Clone)]
pub struct PostgresStore(Arc<Inner>);

struct Inner {
    pool: Pool,
    connector: Connector,
    /// Connects directly, where `connector` leads to a pooler.
    direct: Option<Connector>,
    operation_timeout: Duration,
    entropy: Arc<dyn Entropy>,
    clock: Option<Arc<dyn Clock>>,
    sinks: Sinks,
    mail: WantedMail,
}

impl PostgresStore {
    /// Prepares the pool. Connections are opened when needed, so while a server is down, operations return
    /// [`StoreError::Unavailable`]. `entropy` draws the identifiers of new users. Must be called inside a tokio
    /// runtime.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a URL or certificates that cannot be read.
    pub fn connect(options: &PostgresOptions, entropy: Arc<dyn Entropy>) -> Result<Self, StoreError> {
        let connector = Connector::new(&options.url, options)?;
        let direct = options.listen_url.as_ref().map(|url| Connector::new(url, options)).transpose()?;
        let pool = pool::build(&connector, options)?;
        let operation_timeout = options.operation_timeout;
        let (clock, sinks) = (options.clock.clone(), Sinks::default());
        let mail = WantedMail::default();
        Ok(Self(Arc::new(Inner { pool, connector, direct, operation_timeout, entropy, clock, sinks, mail })))
    }

    /// Adds a subscriber. It receives this store's own changes after their commit, and other replicas' changes while
    /// [`PostgresStore::listen`] runs (this store's own changes then twice).
    pub fn subscribe(&self, sink: Arc<dyn InvalidationSink>) {
        self.0.sinks.add(sink);
    }

    /// From now on queues mail of these kinds, and of no others, with the changes that it tells of.
    pub fn queue_mail(&self, kinds: MailKinds) {
        self.0.mail.set(kinds);
    }

    /// Forwards the notices of all replicas to the subscribers until it is dropped; spawn it as a task. Reconnects by
    /// itself, and sends [`Invalidation::Everything`](postern_model::invalidation::Invalidation::Everything) after
    /// every (re)connect.
    ///
    /// Every `beat_every` it proves that no notice is missing
    /// ([`InvalidationSink::complete_until`](postern_model::invalidation::InvalidationSink::complete_until)); take a fraction of the time in
    /// which a change has to be noticed. Needs [`PostgresOptions::clock`].
    pub fn listen(&self, beat_every: Duration) -> impl Future<Output = ()> + Send + 'static {
        listen::run(self.clone(), beat_every)
    }

    /// Brings the schema up to date, under an advisory lock, so that replicas may call it concurrently. Returns the
    /// names of the migrations that were applied now.
    ///
    /// Tables that were found are mended too: columns of other types or widths, missing ones, unique indexes.
    ///
    /// # Errors
    /// [`StoreError::Unsuitable`], before anything is changed, for tables that somebody has to correct first; also when a
    /// migration failed.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        schema::migrate(self).await
    }

    /// Checks, without changing anything, that [`migrate`](Self::migrate) would succeed.
    ///
    /// # Errors
    /// As [`migrate`](Self::migrate); also for a role that owns too little.
    pub async fn may_migrate(&self) -> Result<(), StoreError> {
        schema::may_migrate(self).await
    }

    /// Whether a connection pooler answers and there is no [`PostgresOptions::listen_url`]. Known after the first connection.
    pub fn hears_no_notices(&self) -> bool {
        self.0.direct.is_none() && self.0.connector.pooled()
    }

    /// Returns the number of connections of the pool, and how many of them are idle.
    pub fn pool_status(&self) -> (usize, usize) {
        let status = self.0.pool.status();
        (status.size, status.available)
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn ready(&self) -> Result<(), StoreError> {
        let mut db = self.db().await?;
        schema::check(&mut db).await?;
        schema::check_writable(&mut db).await?;
        clock::check(self, &mut db).await
    }

    async fn concerns(&self) -> Result<Vec<String>, StoreError> {
        schema::concerns(&mut self.db().await?).await
    }
}
