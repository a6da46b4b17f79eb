//! Making a connection, for the pool, the listener and the migrations alike.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use postern_model::ExposeSecret;
use postern_model::store::StoreError;
use tokio::task::JoinHandle;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Connection, Socket};

use super::PostgresOptions;
use super::tls::{self, Tls};

/// A connection whose messages its owner reads.
pub(super) type RawConnection = Connection<Socket, <Tls as MakeTlsConnect<Socket>>::Stream>;

/// Keeps the backend's tables apart from ours. A role named `postern` would have our schema first in its search path
/// (`"$user", public`), and then `users` would be looked for, and made, in the wrong place.
const SETTLE: &str = "SELECT set_config('search_path', coalesce((SELECT string_agg(quote_ident(name), ', ' ORDER BY n) \
                      FROM unnest(current_schemas(false)) WITH ORDINALITY AS schemas (name, n) \
                      WHERE name <> 'postern'), 'public'), false); SET TIME ZONE 'UTC'; ";

/// How long a dead network path goes unnoticed on a connection that waits for an answer.
const DEAD_AFTER: Duration = Duration::from_secs(15);

/// Knows how to connect.
#[derive(Clone)]
pub(super) struct Connector {
    pub(super) config: Config,
    tls: Tls,
    settle: String,
    timeout: Duration,
}

impl Connector {
    pub(super) fn new(options: &PostgresOptions) -> Result<Self, StoreError> {
        let mut config = parse(options.url.expose_secret())?;
        config.application_name("postern");
        config.connect_timeout(options.acquire_timeout);
        config.tcp_user_timeout(DEAD_AFTER);
        config.keepalives_idle(DEAD_AFTER);
        let tls = tls::connector(config.get_ssl_mode(), options.root_certificates.as_deref())?;
        let timeout = options.operation_timeout;
        let millis = timeout.as_millis();
        let settle = format!(
            "{SETTLE}SET statement_timeout = {millis}; SET idle_in_transaction_session_timeout = {}",
            millis.saturating_mul(2)
        );
        Ok(Self { config, tls, settle, timeout })
    }

    /// Connects; nothing happens on the connection unless its messages are read.
    pub(super) async fn open(&self) -> Result<(Client, RawConnection), tokio_postgres::Error> {
        self.config.connect(self.tls.clone()).await
    }

    /// Connects, reads messages in a task of its own, and settles the session.
    pub(super) async fn open_settled(&self) -> Result<(Client, JoinHandle<()>), tokio_postgres::Error> {
        let (client, connection) = self.open().await?;
        let task = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = %super::error::connection(&error), "a connection to PostgreSQL ended");
            }
        });
        // The connect timeout covers the socket only; a server that accepts and then hangs must not hold us either.
        match tokio::time::timeout(self.timeout, client.batch_execute(&self.settle)).await {
            Ok(Ok(())) => Ok((client, task)),
            Ok(Err(error)) => {
                task.abort();
                Err(error)
            }
            Err(_) => {
                task.abort();
                // Waiting on an aborted connection gives the driver's own "connection closed".
                client.batch_execute("").await.map(|()| (client, task))
            }
        }
    }
}

impl deadpool_postgres::Connect for Connector {
    fn connect(
        &self,
        _: &Config,
    ) -> Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), tokio_postgres::Error>> + Send + '_>> {
        Box::pin(self.open_settled())
    }
}

/// Reads the URL as libpq and SQLAlchemy write it.
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
    let config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
        let reason = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        StoreError::Refused(format!(
            "the store's URL is not of the form postgres://user:password@host:port/database ({reason})"
        ))
    })?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(StoreError::Refused("the store's URL names no host".to_owned()));
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
    fn a_url_that_cannot_be_read_is_refused_without_its_password() {
        for url in ["", "netpilot", "mysql://u:hunter2@db/netpilot", "postgres://u:hunter2@db/x?sslmode=maybe"] {
            let error = parse(url).unwrap_err().to_string();
            assert!(error.contains("URL") && !error.contains("hunter2"), "{error}");
        }
    }
}
