//! A database of its own for each test, on the server that `scripts/with-postgres` starts.

#![expect(clippy::panic, reason = "a test that cannot have its database must fail, and say why")]

use std::collections::hash_map::DefaultHasher;
use std::fmt::Display;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::sync::Arc;

use postern_model::SecretString;
use postern_store::{PostgresOptions, PostgresStore};
use tokio_postgres::{Client, Config, NoTls};

use crate::entropy::SeededEntropy;

const VARIABLE: &str = "POSTERN_TEST_DATABASE_URL";
/// The advisory lock under which one test process makes the template.
const LOCK: i64 = 0x7465_6d70_6c61_7465;

/// A database that exists as long as this value does.
pub struct TestDatabase {
    name: String,
    url: String,
}

impl TestDatabase {
    /// An empty database.
    pub async fn empty() -> Self {
        Self::create("template0").await
    }

    /// A database with the current schema, copied from a template that is migrated once for each server.
    pub async fn migrated() -> Self {
        let template = format!("postern_template_{:016x}", migrations_hash());
        let admin = connect(&server_url()).await;
        or_fail("locking the template", admin.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await);
        let exists = admin.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&template]).await;
        if or_fail("looking for the template", exists).is_none() {
            let making = format!("{template}_making");
            // What an interrupted run left behind is made again.
            run(&admin, &format!("DROP DATABASE IF EXISTS {making}")).await;
            run(&admin, &format!("CREATE DATABASE {making} TEMPLATE template0")).await;
            or_fail("migrating the template", store_at(&with_database(&making)).migrate().await);
            // The server forgets the migrating connection a moment after it is closed.
            let others = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1";
            or_fail("leaving the template", admin.query(others, &[&making]).await);
            run(&admin, &format!("ALTER DATABASE {making} RENAME TO {template}")).await;
        }
        or_fail("unlocking the template", admin.execute("SELECT pg_advisory_unlock($1)", &[&LOCK]).await);
        Self::create(&template).await
    }

    /// The URL of the database, as a superuser.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name of the database.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Options for a [`PostgresStore`] on this database, with a pool that is small: tests run many at once.
    pub fn options(&self) -> PostgresOptions {
        options(&self.url)
    }

    /// A store on this database. Each call makes another pool, as another replica would.
    pub fn store(&self) -> PostgresStore {
        store_at(&self.url)
    }

    /// A plain connection, for what administrators do with SQL.
    pub async fn client(&self) -> Client {
        connect(&self.url).await
    }

    async fn create(template: &str) -> Self {
        let admin = connect(&server_url()).await;
        let row = admin.query_one("SELECT 'postern_test_' || replace(gen_random_uuid()::text, '-', '')", &[]).await;
        let name: String = or_fail("naming a database", row).get(0);
        run(&admin, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        Self { url: with_database(&name), name }
    }
}

impl Drop for TestDatabase {
    /// Drops the database and closes its connections. Best effort: the server goes away with the test run anyway.
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let url = server_url();
        let dropping = std::thread::spawn(move || {
            if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
                runtime.block_on(async { connect(&url).await.batch_execute(&sql).await.ok() });
            }
        });
        dropping.join().ok();
    }
}

/// The URL of the server for tests, as a superuser.
pub fn server_url() -> String {
    match std::env::var(VARIABLE) {
        Ok(url) if !url.is_empty() => url,
        _ => panic!(
            "{VARIABLE} is not set: run the tests as `scripts/with-postgres cargo nextest run …`, or `make test`"
        ),
    }
}

fn options(url: &str) -> PostgresOptions {
    PostgresOptions { pool_size: 4, ..PostgresOptions::new(SecretString::from(url)) }
}

fn store_at(url: &str) -> PostgresStore {
    or_fail("preparing a store", PostgresStore::connect(&options(url), Arc::new(SeededEntropy::new(seed()))))
}

/// Another seed for each store of a process: two replicas never draw the same identifiers.
fn seed() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn with_database(name: &str) -> String {
    let url = server_url();
    let (before, query) = url.split_once('?').map_or((url.as_str(), None), |(url, query)| (url, Some(query)));
    let server = before.rsplit_once('/').map_or(before, |(server, _)| server);
    query.map_or_else(|| format!("{server}/{name}"), |query| format!("{server}/{name}?{query}"))
}

/// Changes with every migration, so that a server that outlives a run gives no stale template.
fn migrations_hash() -> u64 {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/postgres");
    let entries = or_fail("reading the migrations", std::fs::read_dir(folder));
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        or_fail("reading a migration", std::fs::read(&file)).hash(&mut hasher);
    }
    hasher.finish()
}

async fn connect(url: &str) -> Client {
    let config: Config = or_fail("reading the URL of the test server", url.parse());
    let (client, connection) = or_fail("connecting to the test server", config.connect(NoTls).await);
    tokio::spawn(connection);
    client
}

async fn run(client: &Client, sql: &str) {
    or_fail(sql, client.batch_execute(sql).await);
}

fn or_fail<T, E: Display + std::error::Error>(doing: &str, result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| {
        let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        panic!("{doing}: {error}{cause}")
    })
}
