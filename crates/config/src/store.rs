//! `[store]`: PostgreSQL, or SQLite in the state directory.

use std::time::Duration;

use postern_model::{ExposeSecret, SecretString};
use url::Url;

use crate::secret;
use crate::table::Table;

/// Value of `store.url` that chooses SQLite explicitly.
const SQLITE: &str = "sqlite";

/// The database of sessions, factors and users.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// PostgreSQL; `None`: SQLite in the state directory, also spelled `"sqlite"`.
    pub url: Option<SecretString>,
    /// URL of a direct connection for `LISTEN` and migrations, if `url` leads to a connection pooler.
    pub listen_url: Option<SecretString>,
    /// PEM text of the authorities that verify PostgreSQL's certificate, in place of the public ones.
    pub root_certificates: Option<String>,
    /// Maximum connections to PostgreSQL.
    pub pool_size: u32,
    /// Deadline for connecting, or for waiting for a pooled connection.
    pub connect_timeout: Duration,
    /// Deadline of a query.
    pub query_timeout: Duration,
    /// Whether `serve` migrates the schema before it starts.
    pub migrate: bool,
}

pub(crate) fn read(table: &mut Table<'_>) -> StoreConfig {
    let url = secret::read(table, "url").and_then(|url| check(table, "url", &url));
    let listen_url = secret::read(table, "listen_url").and_then(|url| check(table, "listen_url", &url));
    if listen_url.is_some() && url.is_none() {
        let remedy = "set store.url too, or remove store.listen_url";
        table.report("listen_url", "this counts only beside store.url".to_owned(), remedy);
    }
    let migrate = table.make("migrate", |text| match text {
        "auto" => Ok(true),
        "off" => Ok(false),
        other => {
            Err((format!("{other:?} is neither auto nor off"), "write \"auto\", or \"off\" and run postern migrate"))
        }
    });
    let root_certificates = table.make("root_certificates", |path| {
        let remedy = "name a readable PEM file with certificates of authorities";
        match std::fs::read_to_string(path) {
            Ok(pem) if pem.contains("-----BEGIN CERTIFICATE-----") => Ok(pem),
            Ok(_) => Err((format!("the file {path} holds no certificate"), remedy)),
            Err(error) => Err((format!("the file {path} cannot be read: {error}"), remedy)),
        }
    });
    StoreConfig {
        url,
        listen_url,
        root_certificates,
        pool_size: table.count("pool_size", 10, 1..=1000),
        connect_timeout: table.duration("connect_timeout", Duration::from_secs(5)),
        query_timeout: table.duration("query_timeout", Duration::from_secs(10)),
        migrate: migrate.unwrap_or(true),
    }
}

/// Checks a URL. It also accepts SQLAlchemy's form (`postgresql+psycopg2://`), and returns `postgresql://`.
fn check(table: &Table<'_>, key: &str, url: &SecretString) -> Option<SecretString> {
    let text = url.expose_secret();
    if key == "url" && text == SQLITE {
        return None;
    }
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    if let Some((problem, remedy)) = unsupported(rest) {
        table.report(key, problem, remedy);
        return None;
    }
    let known = matches!(scheme.split('+').next(), Some("postgres" | "postgresql"));
    let usable = known && hosts(rest).iter().all(|url| Url::parse(url).is_ok());
    if !usable {
        let remedy = "write postgresql://user:password@host:5432/database with special characters percent-encoded, or \
                      remove it for SQLite in state_dir";
        table.report(key, "this is no PostgreSQL URL".to_owned(), remedy);
        return None;
    }
    Some(SecretString::from(format!("postgresql://{rest}")))
}

/// Splits a URL into one for each host: libpq separates hosts by commas, which URL parsers take for a part of the port.
fn hosts(rest: &str) -> Vec<String> {
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (user, hosts) = authority.rsplit_once('@').map_or(("", authority), |(user, hosts)| (user, hosts));
    let user = if user.is_empty() { String::new() } else { format!("{user}@") };
    hosts.split(',').map(|host| format!("postgresql://{user}{host}{tail}")).collect()
}

/// Finds a libpq parameter that the driver does not support. Returns the problem and the remedy.
fn unsupported(rest: &str) -> Option<(String, &'static str)> {
    let (_, query) = rest.split_once('?')?;
    form_urlencoded::parse(query.as_bytes()).find_map(|(name, value)| {
        let remedy = match (name.as_ref(), value.as_ref()) {
            ("sslrootcert", "system") => "remove sslrootcert: the public authorities are trusted by default",
            ("sslrootcert", _) => "name this file in store.root_certificates and remove sslrootcert from the URL",
            ("sslcert" | "sslkey" | "sslpassword" | "sslcrl" | "sslcrldir", _) => {
                "remove it: client certificates and revocation lists are not supported; sign in with a password"
            }
            ("service" | "servicefile" | "passfile", _) => {
                "write the host, user, password and database themselves, or name a file in store.url_file"
            }
            ("target_session_attrs", "primary") => "write target_session_attrs=read-write",
            ("target_session_attrs", "standby" | "prefer-standby" | "read-only") => {
                "write target_session_attrs=read-write: sessions are written to the store"
            }
            _ => return None,
        };
        Some((format!("the parameter {name} of this URL cannot be used"), remedy))
    })
}
