//! Configuration files: every text is accepted or refused, and no error contains a secret.

use std::io::Write;

use postern_config::{Sources, load};
use tempfile::NamedTempFile;

/// The values of secrets in the seeds.
const CANARIES: [&str; 2] = ["canary-client-secret", "pJ6vL0o1xkW7dQ9mTt2yZ3b8uRrC4nEeHhGgKkXwB5s="];

/// Takes a configuration file; lines that begin with `+ KEY=VALUE` are overrides of the command line.
pub fn verify(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // Inputs must not read files of this machine or run commands.
    if ["_file", "command", "unix:"].iter().any(|word| text.contains(word)) {
        return;
    }
    // A secret in the place of another value is not treated as one.
    let placed = |line: &str| line.starts_with("client_secret = \"") || line.starts_with("master = \"");
    let hidden = |line: &str| CANARIES.iter().all(|canary| !line.contains(canary)) || placed(line);
    if !text.lines().all(hidden) || text.contains("\"\"\"") || text.contains("'''") {
        return;
    }
    let (overrides, lines): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("+ "));
    let overrides = overrides.iter().filter_map(|line| line[2..].split_once('='));
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(lines.join("\n").as_bytes()).expect("a written file");
    let sources = Sources {
        file: Some(file.path().to_owned()),
        overrides: overrides.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        ..Sources::default()
    };
    match load(&sources) {
        Ok(loaded) => {
            let config = &loaded.config;
            let origin = config.public_url.as_str();
            let loopback =
                ["http://localhost", "http://127.", "http://[::1]"].iter().any(|own| origin.starts_with(own));
            assert!(origin.starts_with("https://") || loopback || origin.contains(".localhost"), "{origin}");
            assert!(config.base_path.starts_with('/') && !config.base_path.ends_with('/'), "{}", config.base_path);
            assert!(config.trusted_proxies.iter().all(|network| network.prefix_len() > 0), "everybody is trusted");
            told(&format!("{:?} {:?}", loaded.config, loaded.warnings));
        }
        Err(problems) => {
            assert!(!problems.0.is_empty(), "refused, and nobody is told why");
            told(&problems.to_string());
        }
    }
}

fn told(text: &str) {
    for canary in CANARIES {
        assert!(!text.contains(canary), "a secret is told: {text}");
    }
}
