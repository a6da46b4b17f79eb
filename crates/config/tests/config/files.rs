//! The configuration files that we ship name every key there is, with the default it has.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::common::{MASTER, sources};
use postern_authn::rules::PathComparison;
use postern_config::{Config, known_keys, load};
use tempfile::TempDir;

fn shipped(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// Whether a comment is a key that is commented out.
fn commented_key(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('#')?;
    let key = rest.split_once(" = ")?.0;
    key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit()).then_some(rest)
}

/// Writes a file that only its owner can read.
fn private(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// With secrets in files that exist.
fn load_text(text: &str) -> Config {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    private(&path("secret"), "a-client-secret-of-google");
    private(&path("master"), MASTER);
    let place = |name: &str| path(name).display().to_string();
    let text = text
        .replace("/etc/postern/google-client-secret", &place("secret"))
        .replace("/etc/postern/master-key", &place("master"));
    std::fs::write(path("postern.toml"), text).unwrap();
    let loaded = load(&sources(Some(path("postern.toml")), &[], &[])).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    loaded.config
}

#[test]
fn every_key_is_documented_and_every_documented_key_exists() {
    let mut documented = BTreeSet::new();
    let mut section = String::new();
    for line in shipped("postern.toml").lines() {
        if let Some(name) = line.strip_prefix('[').or(line.strip_prefix("#[[")) {
            section = format!("{}.", name.trim_matches(['[', ']']));
        }
        let key = commented_key(line).unwrap_or(line).split_once(" = ").map(|(key, _)| key.to_owned());
        if let Some(key) = key.filter(|key| !key.starts_with('#')) {
            documented.insert(format!("{section}{key}"));
        }
    }
    let sections: BTreeSet<String> =
        documented.iter().flat_map(|key| key.match_indices('.').map(|(end, _)| key[..end].to_owned())).collect();
    let known: BTreeSet<String> = known_keys().0.difference(&sections).cloned().collect();
    assert_eq!(documented, known);
}

#[test]
fn commented_keys_show_their_defaults() {
    let text = shipped("postern.toml");
    let as_shipped = format!("{:?}", load_text(&text));
    // A list whose header is commented out is empty by default, and has no defaults of its own to show.
    let mut absent = false;
    let uncommented: Vec<&str> = text
        .lines()
        .map(|line| {
            absent = line.starts_with("#[[") || (absent && !line.starts_with('['));
            commented_key(line).filter(|_| !absent).unwrap_or(line)
        })
        .collect();
    let uncommented = load_text(&uncommented.join("\n"));
    // A route without a host holds for every host; naming the only upstream is the same as naming none.
    let mut uncommented = uncommented;
    uncommented.routes.iter_mut().for_each(|route| route.upstream = None);
    // The comparison of paths that is shown is the one that an upstream without the key gets.
    for upstream in &mut uncommented.upstreams {
        assert_eq!(upstream.paths.take(), Some(PathComparison::default()));
    }
    assert_eq!(uncommented.check_paths.take(), Some(PathComparison::default()));
    let unfold = |text: String| text.split("/tmp/").map(|part| part.to_owned()).collect::<Vec<_>>().join("/");
    assert_eq!(unfold(format!("{uncommented:?}")), unfold(as_shipped));
}

#[test]
fn the_netpilot_file_works_with_the_backend_s_variables() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("master"), MASTER).unwrap();
    let text = shipped("netpilot.toml").replace("/etc/postern/master-key", &path("master").display().to_string());
    std::fs::write(path("netpilot.toml"), text).unwrap();
    let environment = [
        ("GOOGLE_CLIENT_ID", "id"),
        ("GOOGLE_CLIENT_SECRET", "a-client-secret-of-google"),
        ("SECRET_KEY", "0f8b6c1d2e3a4f5061728394a5b6c7d8"),
        ("DB_HOST", "127.0.0.1"),
        ("DB_PASSWORD", "secret"),
    ];
    let loaded = load(&sources(Some(path("netpilot.toml")), &environment, &[])).unwrap_or_else(|p| panic!("{p}"));
    assert_eq!(loaded.config.routes.len(), 2);
    assert!(loaded.config.netpilot.is_some());
    // Dashboards call port 5000; the page and the file agree on who has which.
    let (listens, forwards) = (loaded.config.listen.address.to_string(), loaded.config.upstreams[0].url.to_string());
    assert_eq!((listens.as_str(), forwards.as_str()), ("127.0.0.1:5000", "http://127.0.0.1:5001"));
    let page = shipped("../docs/netpilot.md");
    for line in [format!("`address = \"{listens}\"`"), format!("`url = \"{forwards}\"`")] {
        assert!(page.contains(&line), "docs/netpilot.md lacks {line}");
    }
}

#[test]
fn secrets_are_known_as_such() {
    let secrets: Vec<String> = known_keys().1.into_iter().collect();
    let expected = [
        "bridge.secret",
        "google.client_secret",
        "identity.signature_key",
        "keys.master",
        "keys.previous",
        "legacy.flask_secret_key",
        "legacy.totp_encryption_key",
        "mail.password",
        "sms.token",
        "store.listen_url",
        "store.url",
    ];
    assert_eq!(secrets, expected);
}

#[test]
fn the_demonstration_s_file_is_complete_but_for_state_and_key() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("demo.toml"), shipped("demo.toml")).unwrap();
    let environment = [("POSTERN_KEYS__MASTER", MASTER), ("POSTERN_STATE_DIR", "/nowhere")];
    let loaded = load(&sources(Some(folder.path().join("demo.toml")), &environment, &[]));
    assert!(loaded.unwrap_or_else(|problems| panic!("{problems}")).warnings.is_empty());
}
