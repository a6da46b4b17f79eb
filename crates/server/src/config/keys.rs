//! `[keys]`: the master key, and older ones that still open what they sealed.

use postern_model::SecretString;

use super::secret;
use super::table::Table;

/// What to do where there is no usable master key.
const GENERATE: &str = "make one with `postern keys generate --out FILE` and name it as keys.master_file";

/// Master keys, newest first.
#[derive(Clone, Debug)]
pub struct KeysConfig {
    /// Seals and opens.
    pub master: SecretString,
    /// Only open.
    pub previous: Vec<SecretString>,
}

pub(super) fn read(table: &mut Table<'_>) -> Option<KeysConfig> {
    let master = secret::require(table, "master", GENERATE);
    table.secret("previous");
    let mut previous: Vec<SecretString> = table.list("previous").into_iter().map(SecretString::from).collect();
    previous.extend(table.list_of("previous_files", |path| secret::from_file(path.as_ref())));
    Some(KeysConfig { master: master?, previous })
}
