//! Connections for the pool, the listener and the migrations.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use postern_model::store::StoreError;
use postern_model::{ExposeSecret, SecretString};
use tokio::task::JoinHandle;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Connection, Socket};

use super::PostgresOptions;
use super::tls::{self, Check};
use super::tls_stream::Tls;

/// Connection whose owner must poll it for messages.
pub(super) type RawConnection = Connection<Socket, <Tls as MakeTlsConnect<Socket>>::Stream>;

/// Search path that keeps the backend's tables apart from ours. A role named `postern` would have our schema first in
/// its default search path (`"$user", public`), and `users` would then be created in the wrong schema.
const SEARCH_PATH: &str = "SELECT set_config('search_path', coalesce((SELECT string_agg(quote_ident(name), ', ' ORDER BY n) \
                           FROM unnest(current_schemas(false)) WITH ORDINALITY AS schemas (name, n) \
                           WHERE name <> 'postern'), 'public'), false)";

/// Time after which a dead network path is noticed on a connection that waits for a response.
const DEAD_AFTER: Duration = Duration::from_secs(15);

/// Connector for one database server.
#[derive(Clone)]
pub(super) struct Connector {
    pub(super) config: Config,
    tls: Tls,
    /// Session settings as a startup parameter; [`Connector::pooled`] tells whether the server accepts them.
    settings: String,
    pooled: Arc<AtomicBool>,
    timeout: Duration,
}

impl Connector {
    pub(super) fn new(url: &SecretString, options: &PostgresOptions) -> Result<Self, StoreError> {
        let mut config = parse(url.expose_secret())?;
        config.application_name("postern");
        config.connect_timeout(options.acquire_timeout);
        config.tcp_user_timeout(DEAD_AFTER);
        config.keepalives_idle(DEAD_AFTER);
        let roots = options.root_certificates.as_deref();
        let tls = tls::connector(Check::of(url.expose_secret(), roots.is_some()), roots)?;
        let timeout = options.operation_timeout;
        let millis = timeout.as_millis();
        let own = config.get_options().unwrap_or_default();
        let settings = format!(
            "{own} -c TimeZone=UTC -c statement_timeout={millis} -c idle_in_transaction_session_timeout={}",
            millis.saturating_mul(2)
        );
        Ok(Self { config, tls, settings, pooled: Arc::default(), timeout })
    }

    /// Whether a connection pooler (PgBouncer) responds instead of PostgreSQL. Known after the first connection.
    ///
    /// Behind a pooler many clients share a session, so nothing is set in it: our `SET` would affect other clients.
    pub(super) fn pooled(&self) -> bool {
        self.pooled.load(Ordering::Relaxed)
    }

    /// Connects; nothing happens on the connection unless its messages are read.
    ///
    /// Settings are sent with the start-up message. PgBouncer rejects settings that it cannot track, which identifies
    /// it.
    pub(super) async fn open(&self) -> Result<(Client, RawConnection), tokio_postgres::Error> {
        if !self.pooled() {
            let mut config = self.config.clone();
            config.options(self.settings.trim());
            match config.connect(self.tls.clone()).await {
                Err(error) if is_refused_parameter(&error) => {
                    tracing::info!(
                        "store.url leads to a connection pooler: no session settings, no prepared statements"
                    );
                    self.pooled.store(true, Ordering::Relaxed);
                }
                opened => return opened,
            }
        }
        self.config.connect(self.tls.clone()).await
    }

    /// Connects, and reads messages in a separate task.
    pub(super) async fn open_driven(&self) -> Result<(Client, JoinHandle<()>), tokio_postgres::Error> {
        let (client, connection) = self.open().await?;
        let task = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = %super::error::connection(&error), "PostgreSQL connection ended");
            }
        });
        Ok((client, task))
    }

    /// Connects for the migrations, with the search path that they need. Never uses a pooler.
    pub(super) async fn open_for_migrations(&self) -> Result<(Client, JoinHandle<()>), tokio_postgres::Error> {
        let (client, task) = self.open_driven().await?;
        // The connect timeout covers the socket only; a server that accepts and then hangs must not block us either.
        match tokio::time::timeout(self.timeout, client.batch_execute(SEARCH_PATH)).await {
            Ok(Ok(())) => Ok((client, task)),
            Ok(Err(error)) => {
                task.abort();
                Err(error)
            }
            Err(_) => {
                task.abort();
                // Waiting on an aborted connection returns the driver's own "connection closed".
                client.batch_execute("").await.map(|()| (client, task))
            }
        }
    }
}

/// Messages of PgBouncer: "unsupported startup parameter: options", "unsupported startup parameter in options: …".
fn is_refused_parameter(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|error| error.message().contains("unsupported startup parameter"))
}

impl deadpool_postgres::Connect for Connector {
    fn connect(
        &self,
        _: &Config,
    ) -> Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), tokio_postgres::Error>> + Send + '_>> {
        Box::pin(self.open_driven())
    }
}

/// Parses a URL as libpq and SQLAlchemy write it.
fn parse(url: &str) -> Result<Config, StoreError> {
    let mut url = url.trim().to_owned();
    if let Some((scheme, rest)) = url.split_once("://")
        && let Some((dialect, _driver)) = scheme.split_once('+')
    {
        url = format!("{dialect}://{rest}");
    }
    for checked in ["sslmode=verify-full", "sslmode=verify-ca"] {
        url = url.replace(checked, "sslmode=require");
    }
    url = url.replace("sslmode=allow", "sslmode=prefer");
    let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
        let reason = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        StoreError::Refused(format!(
            "the store's URL is not of the form postgres://user:password@host:port/database ({reason})"
        ))
    })?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(StoreError::Refused("the store's URL names no host".to_owned()));
    }
    // The driver does no TLS without a name, not even where no name is checked.
    if config.get_hosts().is_empty() {
        for address in config.get_hostaddrs().to_vec() {
            config.host(address.to_string());
        }
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::SslMode;

    use super::*;

    #[test]
    fn urls_of_libpq_and_sqlalchemy_are_understood() {
        for url in [
            "postgres://u:p@db.example:5433/netpilot",
            "postgresql://u:p@db.example/netpilot?sslmode=disable",
            "postgresql+psycopg2://u:p@db.example/netpilot",
            "postgresql:///netpilot?host=/run/postgresql",
            "host=/run/postgresql user=u dbname=netpilot",
        ] {
            assert_eq!(parse(url).unwrap().get_dbname().unwrap_or("netpilot"), "netpilot", "{url}");
        }
    }

    #[test]
    fn ssl_modes_that_check_the_certificate_mean_require() {
        for (text, mode) in [
            ("verify-full", SslMode::Require),
            ("verify-ca", SslMode::Require),
            ("require", SslMode::Require),
            ("allow", SslMode::Prefer),
            ("disable", SslMode::Disable),
        ] {
            assert_eq!(parse(&format!("postgres://db/netpilot?sslmode={text}")).unwrap().get_ssl_mode(), mode);
        }
    }

    #[test]
    fn a_mode_checks_what_its_name_promises() {
        for (query, check) in [
            ("", Check::Nothing),
            ("?sslmode=disable", Check::Nothing),
            ("?sslmode=prefer", Check::Nothing),
            ("?sslmode=verify-ca", Check::Chain),
            ("?sslmode=require", Check::ChainAndName),
            ("?application_name=x&sslmode=verify-full", Check::ChainAndName),
        ] {
            assert_eq!(Check::of(&format!("postgres://db/netpilot{query}"), true), check, "{query}");
        }
    }

    #[test]
    fn the_public_authorities_never_vouch_without_a_name() {
        assert_eq!(Check::of("postgres://db/netpilot?sslmode=verify-ca", false), Check::ChainAndName);
    }

    #[test]
    fn a_url_that_cannot_be_read_is_refused_without_its_password() {
        for url in ["", "netpilot", "mysql://u:hunter2@db/netpilot", "postgres://u:hunter2@db/x?sslmode=maybe"] {
            let error = parse(url).unwrap_err().to_string();
            assert!(error.contains("URL") && !error.contains("hunter2"), "{error}");
        }
    }
}
