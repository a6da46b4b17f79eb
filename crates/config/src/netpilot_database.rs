//! The database of a NetPilot backend, from its variables and with its defaults.
//!
//! The backend's engine is made from `DB_*` alone. A `DATABASE_URL` beside them is accepted where it names the same
//! database, and is the only source where no `DB_*` variable is set.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

use crate::problem::Problem;

const VARIABLES: [&str; 5] = ["DB_HOST", "DB_PORT", "DB_USERNAME", "DB_PASSWORD", "DB_NAME"];
const ALL: &str = "DB_HOST, DB_PORT, DB_USERNAME, DB_PASSWORD, DB_NAME";

/// The backend's own defaults.
const PORT: &str = "5432";
const USER: &str = "netpilot_user";
const NAME: &str = "netpilot_db";

/// The database that the backend uses.
pub(crate) struct Database {
    /// Value of `store.url`.
    pub(crate) url: String,
    /// The variables it comes from.
    pub(crate) variables: &'static str,
    pub(crate) warning: Option<Problem>,
}

/// Reads the database from the variables that `get` finds.
///
/// # Errors
/// A missing `DB_HOST`, no database at all, a `DB_PORT` that is none, or a `DATABASE_URL` that names another one. Messages hold no password.
pub(crate) fn read<'v>(get: &impl Fn(&str) -> Option<&'v str>) -> Result<Database, Problem> {
    let url = get("DATABASE_URL");
    if VARIABLES.iter().all(|name| get(name).is_none()) {
        let Some(url) = url else { return Err(missing()) };
        let what = "DB_HOST is not set: the backend's engine reads DB_* only and ignores this URL";
        let warning = problem("DATABASE_URL", what.to_owned(), "set DB_HOST and the other DB_* to the same database");
        return Ok(Database { url: url.to_owned(), variables: "DATABASE_URL", warning: Some(warning) });
    }
    let Some(host) = get("DB_HOST") else { return Err(missing()) };
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (port, name) = (get("DB_PORT").unwrap_or(PORT), get("DB_NAME").unwrap_or(NAME));
    if !port.parse::<u16>().is_ok_and(|port| port > 0) {
        let what = format!("{port:?} is no port");
        return Err(problem("DB_PORT", what, "write a number from 1 to 65535, or remove it for 5432"));
    }
    let query = match url {
        Some(url) => same_database(url, host, port, name)?,
        None => String::new(),
    };
    // The backend writes both into a URL as they are, and SQLAlchemy decodes them: a password with `@` is `%40` here.
    let credential = |text: &str| encoded(&percent_decode_str(text).decode_utf8_lossy());
    let user = credential(get("DB_USERNAME").unwrap_or(USER));
    let password = get("DB_PASSWORD").map(|password| format!(":{}", credential(password))).unwrap_or_default();
    // The host is not percent-encoded, because an IPv6 address has brackets.
    let url = format!("postgresql://{user}{password}@{host}:{port}/{}{query}", encoded(name));
    Ok(Database { url, variables: ALL, warning: None })
}

/// Compares a `DATABASE_URL` with the database of `DB_*`; returns its query (`?sslmode=…`).
fn same_database(text: &str, host: &str, port: &str, name: &str) -> Result<String, Problem> {
    let remedy = "remove DATABASE_URL, or correct it or DB_*; to use another database, set store.url";
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let url = Url::parse(&format!("postgresql://{rest}"));
    let url = url.map_err(|_| problem("DATABASE_URL", "invalid PostgreSQL URL".to_owned(), remedy))?;
    let bare = |host: &str| host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let url_host = bare(url.host_str().unwrap_or_default());
    let url_port = url.port().map_or_else(|| PORT.to_owned(), |port| port.to_string());
    let url_name = percent_decode_str(url.path().trim_start_matches('/')).decode_utf8_lossy().into_owned();
    if (url_host.as_str(), url_port.as_str(), url_name.as_str()) == (bare(host).as_str(), port, name) {
        return Ok(url.query().map(|query| format!("?{query}")).unwrap_or_default());
    }
    let what = format!(
        "database mismatch: this names {url_name:?} on {url_host}:{url_port}, but the backend uses {name:?} on \
         {host}:{port} (DB_HOST, DB_PORT, DB_NAME)"
    );
    Err(problem("DATABASE_URL", what, remedy))
}

fn missing() -> Problem {
    let what = "DB_HOST is not set, so the backend's database is unknown";
    let remedy = "set DB_HOST (with DB_PASSWORD, as the backend has it) in the .env or the environment, or set \
                  store.url; store.url = \"sqlite\" keeps a separate SQLite database in state_dir on purpose";
    problem("DB_HOST", what.to_owned(), remedy)
}

fn problem(variable: &str, what: String, remedy: &str) -> Problem {
    let key = format!("environment variable {variable}");
    Problem { key, origin: None, what, remedy: remedy.to_owned() }
}
