//! A configuration that is right, to be spoilt one key at a time.

use std::path::PathBuf;

use postern_config::{Loaded, Problems, Sources, load};
use tempfile::TempDir;

/// 32 random bytes, drawn for these tests only.
pub(crate) const MASTER: &str = "pJ6vL0o1xkW7dQ9mTt2yZ3b8uRrC4nEeHhGgKkXwB5s=";

/// Everything that is required and nothing else.
pub(crate) fn minimal() -> String {
    format!(
        r#"public_url = "https://netpilot.example.com"
        [google]
        client_id = "client-1"
        client_secret = "canary-client-secret"
        [access]
        domains = ["example.com"]
        [keys]
        master = "{MASTER}"
        "#
    )
}

/// Reads a configuration from text, variables and overrides.
pub(crate) fn read(text: &str, environment: &[(&str, &str)], overrides: &[(&str, &str)]) -> Result<Loaded, Problems> {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("postern.toml");
    std::fs::write(&file, text).unwrap();
    load(&sources(Some(file), environment, overrides))
}

/// Where to read from.
pub(crate) fn sources(file: Option<PathBuf>, environment: &[(&str, &str)], overrides: &[(&str, &str)]) -> Sources {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    Sources {
        file,
        environment: environment.iter().map(owned).collect(),
        overrides: overrides.iter().map(owned).collect(),
    }
}
