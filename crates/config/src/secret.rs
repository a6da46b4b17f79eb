//! Secrets: given as a value, or as a file that holds it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use postern_model::SecretString;

use crate::bounded_file;
use crate::layers::Layer;
use crate::table::{Complaint, Table};

/// Reads a secret from `key`, or from the file that `key_file` names. Having both is a problem, except that the
/// gateway's own setting overrides one from the NetPilot environment.
pub(crate) fn read(table: &mut Table<'_>, key: &str) -> Option<SecretString> {
    let file_key = format!("{key}_file");
    table.secret(key);
    table.know(&file_key);
    if table.given(key) && table.given(&file_key) {
        if table.layer(key) == Some(Layer::Netpilot) {
            table.forget(key);
        } else {
            table.text(&file_key);
            table.take(key);
            let remedy = format!("keep one of {key} and {file_key}");
            table.report(key, format!("{key} and {file_key} are both given"), &remedy);
            return None;
        }
    }
    if table.layer(key) == Some(Layer::CommandLine) {
        table.take(key);
        let remedy = format!("use {file_key}, the environment or the configuration file");
        table.report(
            key,
            "a secret on the command line is visible to every process of this machine".to_owned(),
            &remedy,
        );
        return None;
    }
    if table.given(&file_key) {
        table.forget(key);
        let mut public = false;
        let secret = table.make(&file_key, |path| {
            public = is_world_readable(Path::new(path));
            from_file(Path::new(path))
        });
        if public {
            warn_world_readable(table, &file_key);
        }
        return secret;
    }
    table.forget(&file_key);
    table.text(key).map(SecretString::from)
}

/// Like [`read`]; absence is a problem too.
pub(crate) fn require(table: &mut Table<'_>, key: &str, remedy: &str) -> Option<SecretString> {
    if !table.given(key) && !table.given(&format!("{key}_file")) {
        read(table, key);
        table.report(key, "this is required and missing".to_owned(), remedy);
        return None;
    }
    read(table, key)
}

/// Whether every user of this machine can read a file.
pub(crate) fn is_world_readable(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o004 != 0)
}

/// Warns that every user of this machine can read the file of a key.
pub(crate) fn warn_world_readable(table: &Table<'_>, key: &str) {
    let what = "the file can be read by every user of this machine".to_owned();
    table.warn(key, what, "run chmod 600 on it, as the user that the gateway runs as");
}

/// Reads a secret from a file: its text without a byte order mark and without the newline at the end.
pub(crate) fn from_file(path: &Path) -> Result<SecretString, Complaint> {
    let name = path.display();
    let remedy = "name a file that holds the secret and that the gateway's user may read";
    let text =
        bounded_file::text(path).map_err(|error| (format!("the file {name} cannot be read: {error}"), remedy))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let secret = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    if secret.trim().is_empty() {
        return Err((format!("the file {name} is empty"), remedy));
    }
    Ok(SecretString::from(secret))
}
