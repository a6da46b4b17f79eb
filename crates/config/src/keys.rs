//! `[keys]`: the master key, and previous ones that still decrypt.

use std::sync::Arc;

use postern_keystore::{KeyError, Keyring, MasterKey};
use postern_model::SecretString;

use crate::command;
use crate::secret;
use crate::table::Table;

/// Remedy for a missing or unusable master key.
const GENERATE: &str = "make one with `postern keys generate --out FILE` and name the file as keys.master_file";

/// Keys, derived and ready.
#[derive(Clone, Debug)]
pub struct KeysConfig {
    /// The active key and the previous ones.
    pub keyring: Arc<Keyring>,
}

pub(crate) fn read(table: &mut Table<'_>) -> Option<KeysConfig> {
    let (key, master) = master(table);
    table.secret("previous");
    let mut previous: Vec<SecretString> = table.list("previous").into_iter().map(SecretString::from).collect();
    let inline = previous.len();
    previous.extend(table.list_of("previous_files", |path| secret::from_file(path.as_ref())));
    let wrong = |key: &str, error: KeyError| {
        let what = match error {
            KeyError::Missing => "this is empty".to_owned(),
            KeyError::NotBase64 => "this is not base64".to_owned(),
            KeyError::Length(bytes) => format!("this has {bytes} bytes and needs 32"),
            KeyError::Weak(why) => format!("this key is weak: {why}"),
        };
        table.report(key, what, GENERATE);
    };
    let older: Vec<MasterKey> = previous
        .iter()
        .enumerate()
        .filter_map(|(index, text)| {
            let key = if index < inline { "previous" } else { "previous_files" };
            MasterKey::from_base64(text).map_err(|error| wrong(key, error)).ok()
        })
        .collect();
    let active = MasterKey::from_base64(&master?).map_err(|error| wrong(key, error)).ok()?;
    Some(KeysConfig { keyring: Arc::new(Keyring::new(active, older)) })
}

/// The master key as text, and the configuration key that it came from.
fn master(table: &mut Table<'_>) -> (&'static str, Option<SecretString>) {
    let by_file = table.given("master_file");
    let words = table.list("master_command");
    if words.is_empty() {
        return (if by_file { "master_file" } else { "master" }, secret::require(table, "master", GENERATE));
    }
    if by_file || table.given("master") {
        let what = "master_command is given beside master or master_file";
        table.report("master_command", what.to_owned(), "keep one of them");
        let _ = secret::read(table, "master");
        return ("master_command", None);
    }
    let _ = secret::read(table, "master");
    let printed = command::run(&words).map_err(|(what, remedy)| table.report("master_command", what, remedy));
    ("master_command", printed.ok())
}
