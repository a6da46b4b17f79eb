//! `[keys]`: the master key, and older ones that still open what they sealed.

use std::sync::Arc;

use postern_keystore::{KeyError, Keyring, MasterKey};
use postern_model::SecretString;

use super::secret;
use super::table::Table;

/// What to do where there is no usable master key.
const GENERATE: &str = "make one with `postern keys generate --out FILE` and name the file as keys.master_file";

/// Keys, derived and ready.
#[derive(Clone, Debug)]
pub struct KeysConfig {
    /// The active key and those that still open.
    pub keyring: Arc<Keyring>,
}

pub(super) fn read(table: &mut Table<'_>) -> Option<KeysConfig> {
    let key = if table.given("master_file") { "master_file" } else { "master" };
    let master = secret::require(table, "master", GENERATE);
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
        table.wrong(key, what, GENERATE);
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
