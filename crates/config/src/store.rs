//! `[store]`: PostgreSQL, or SQLite in the state directory.

use std::path::Path;
use std::time::Duration;

use postern_model::{ExposeSecret, SecretString};

use crate::bounded_file;
use crate::database_url::{self, DatabaseUrl};
use crate::secret;
use crate::table::{Complaint, Table};

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
    let url = secret::read(table, "url").filter(|url| url.expose_secret() != SQLITE);
    let url = url.and_then(|url| check(table, "url", &url));
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
    let root_certificates = table.make("root_certificates", certificates);
    // Authorities of the URLs; both connections lead to one database.
    let named = [("url", &url), ("listen_url", &listen_url)];
    let named = named.into_iter().filter_map(|(key, url)| Some((key, url.as_ref()?.authorities.as_deref()?)));
    let root_certificates = named.fold(root_certificates, |roots, (key, path)| match (certificates(path), roots) {
        (Err((what, remedy)), roots) => {
            table.report(key, format!("sslrootcert: {what}"), remedy);
            roots
        }
        (Ok(other), Some(roots)) if roots != other => {
            let what = "sslrootcert names other authorities than the rest of the store's settings".to_owned();
            table.report(key, what, "put all authorities into one file, and name it in store.root_certificates only");
            Some(roots)
        }
        (Ok(roots), _) => Some(roots),
    });
    let (url, listen_url) = (url.map(|url| url.url), listen_url.map(|url| url.url));
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

fn check(table: &Table<'_>, key: &str, url: &SecretString) -> Option<DatabaseUrl> {
    database_url::parse(url.expose_secret()).map_err(|(what, remedy)| table.report(key, what, remedy)).ok()
}

/// Reads a file of authorities.
pub(crate) fn certificates(path: &str) -> Result<String, Complaint> {
    let remedy = "name a readable PEM file with certificates of authorities";
    match bounded_file::text(Path::new(path)) {
        Ok(pem) if pem.contains("-----BEGIN CERTIFICATE-----") => Ok(pem),
        Ok(_) => Err((format!("the file {path} holds no certificate"), remedy)),
        Err(error) => Err((format!("the file {path} cannot be read: {error}"), remedy)),
    }
}
