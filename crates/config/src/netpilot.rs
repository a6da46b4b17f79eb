//! What an existing NetPilot deployment already says in its environment or `.env`, as a layer below our own settings.

use std::collections::BTreeMap;
use std::path::Path;

use figment::value::Dict;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::dotenv;
use crate::layers::{Layer, Values, insert};
use crate::problem::Problem;

/// The variables that become one key each, unchanged.
const PLAIN: [(&str, &str); 6] = [
    ("GOOGLE_CLIENT_ID", "google.client_id"),
    ("GOOGLE_CLIENT_SECRET", "google.client_secret"),
    ("SECRET_KEY", "legacy.flask_secret_key"),
    ("FRONTEND_URL", "legacy.frontend_url"),
    ("TOTP_ENCRYPTION_KEY", "legacy.totp_encryption_key"),
    ("CORS_ORIGINS", "cors.origins"),
];

/// The layer, which variable each key came from, and what the operator should know.
pub(crate) struct Netpilot {
    pub(crate) values: Values,
    pub(crate) origins: BTreeMap<String, String>,
    pub(crate) warnings: Vec<Problem>,
    pub(crate) problems: Vec<Problem>,
    /// `USE_HTTPS` or `SECURE_COOKIES` is on.
    pub(crate) https: bool,
}

/// Translates the variables of a deployment.
pub(crate) fn translate(variables: &BTreeMap<String, String>) -> Netpilot {
    let mut layer = Netpilot {
        values: Values { layer: Layer::Netpilot, values: Dict::new() },
        origins: BTreeMap::new(),
        warnings: Vec::new(),
        problems: Vec::new(),
        https: false,
    };
    let get = |name: &str| variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
    for (name, key) in PLAIN {
        if let Some(value) = get(name) {
            layer.set(key, name, value);
        }
    }
    match get("DATABASE_URL") {
        Some(url) => layer.set("store.url", "DATABASE_URL", url),
        None => {
            if let Some(name) = get("DB_NAME").or(get("DB_HOST")) {
                let encoded = |name: &str, default: &str| {
                    utf8_percent_encode(get(name).unwrap_or(default), NON_ALPHANUMERIC).to_string()
                };
                // An address in brackets must stay as it is.
                let host = get("DB_HOST").unwrap_or("localhost");
                let port = get("DB_PORT").unwrap_or("5432");
                let password = get("DB_PASSWORD").map(|_| format!(":{}", encoded("DB_PASSWORD", "")));
                let (user, database) = (encoded("DB_USERNAME", "postgres"), encoded("DB_NAME", name));
                let url = format!("postgresql://{user}{}@{host}:{port}/{database}", password.unwrap_or_default());
                layer.set("store.url", "DB_HOST, DB_PORT, DB_USERNAME, DB_PASSWORD, DB_NAME", &url);
            }
        }
    }
    if let Some(hours) = get("SESSION_2FA_TIMEOUT_HOURS") {
        match hours.parse::<u32>() {
            Ok(1..) => layer.set("session.second_factor", "SESSION_2FA_TIMEOUT_HOURS", &format!("{hours}h")),
            _ => layer.problems.push(note("SESSION_2FA_TIMEOUT_HOURS", "this is no number of hours", "write 8")),
        }
    }
    if get("RATE_LIMITING_ENABLED").is_some_and(is_off) {
        layer.set("limits.requests_per_address", "RATE_LIMITING_ENABLED", "off");
    }
    if get("AUDIT_LOGGING_ENABLED").is_some_and(is_off) {
        let what = "this is false, but events and attempts are always recorded";
        layer.warnings.push(note("AUDIT_LOGGING_ENABLED", what, "set log.retention to keep them for less time"));
    }
    layer.https = ["USE_HTTPS", "SECURE_COOKIES"].iter().any(|name| get(name).is_some_and(is_on));
    layer
}

impl Netpilot {
    fn set(&mut self, key: &str, variable: &str, value: &str) {
        insert(&mut self.values.values, key, value);
        self.origins.insert(key.to_owned(), variable.to_owned());
    }
}

/// Reads a `.env`. A syntax error names the line and never quotes it.
pub(crate) fn env_file(
    path: &Path,
    environment: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Problem> {
    let problem = |what: String, remedy: &str| Problem {
        key: "legacy.env_file".to_owned(),
        origin: Some(path.display().to_string()),
        what,
        remedy: remedy.to_owned(),
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        problem(format!("the file cannot be read: {error}"), "name the .env of the NetPilot backend, or remove the key")
    })?;
    dotenv::parse(&text, environment)
        .map_err(|line| problem(format!("line {line} is not NAME=value"), "correct the line, or close its quotes"))
}

fn is_on(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "true" | "1" | "yes" | "on")
}

fn is_off(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "false" | "0" | "no" | "off")
}

fn note(variable: &str, what: &str, remedy: &str) -> Problem {
    let key = format!("environment variable {variable}");
    Problem { key, origin: None, what: what.to_owned(), remedy: remedy.to_owned() }
}
