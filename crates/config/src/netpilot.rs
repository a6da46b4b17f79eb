//! Translates the environment or `.env` of a NetPilot backend into the lowest configuration layer.

use std::collections::BTreeMap;
use std::path::Path;

use figment::value::Dict;

use crate::bounded_file;
use crate::dotenv;
use crate::layers::{Layer, Values, insert};
use crate::netpilot_database::{self, Database};
use crate::problem::Problem;

/// Variables that map to one key each, unchanged.
const PLAIN: [(&str, &str); 6] = [
    ("GOOGLE_CLIENT_ID", "google.client_id"),
    ("GOOGLE_CLIENT_SECRET", "google.client_secret"),
    ("SECRET_KEY", "legacy.flask_secret_key"),
    ("FRONTEND_URL", "legacy.frontend_url"),
    ("TOTP_ENCRYPTION_KEY", "legacy.totp_encryption_key"),
    ("CORS_ORIGINS", "cors.origins"),
];

/// Variables that are true or false, and what holds whatever else they say.
const FLAGS: [(&str, &str); 4] = [
    ("RATE_LIMITING_ENABLED", "the rate limit stays on"),
    ("AUDIT_LOGGING_ENABLED", "events and attempts are recorded"),
    ("USE_HTTPS", "cookies follow public_url"),
    ("SECURE_COOKIES", "cookies follow public_url"),
];

/// The backend's own default of `CORS_ORIGINS`.
const CORS_ORIGINS: &str = "http://localhost:3000,http://localhost:5173";

/// The translated layer and its findings.
pub(crate) struct Netpilot {
    pub(crate) values: Values,
    /// Key → variable.
    pub(crate) origins: BTreeMap<String, String>,
    pub(crate) warnings: Vec<Problem>,
    pub(crate) problems: Vec<Problem>,
    /// `USE_HTTPS` or `SECURE_COOKIES` is on.
    pub(crate) https: bool,
}

/// Translates the variables of a deployment. If `has_store`, the gateway's own settings name a store, and the backend's
/// database variables are ignored.
pub(crate) fn translate(variables: &BTreeMap<String, String>, has_store: bool) -> Netpilot {
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
    if get("CORS_ORIGINS").is_none() {
        layer.set("cors.origins", "CORS_ORIGINS (not set; the backend's default)", CORS_ORIGINS);
    }
    if !has_store {
        match netpilot_database::read(&get) {
            Ok(Database { url, variables, warning }) => {
                layer.set("store.url", variables, &url);
                layer.warnings.extend(warning);
            }
            Err(problem) => layer.problems.push(problem),
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
    for (name, holds) in FLAGS {
        if let Some(text) = get(name).filter(|text| !is_on(text) && !is_off(text)) {
            let what = format!("{text:?} is neither true nor false, and is ignored: {holds}");
            layer.warnings.push(note(name, &what, "write true or false, or remove it"));
        }
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
    let text = bounded_file::text(path).map_err(|error| {
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
