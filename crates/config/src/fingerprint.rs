//! Digests of configuration values, to compare two configurations key by key without keeping a value.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use figment::value::{Dict, Value};
use ring::digest::{Context, Digest, SHA256};

use crate::bounded_file;

/// Keys that name files although their names do not end with `_file` or `_files`.
const FILES: [&str; 6] = ["root_certificates", "ca", "client_certificate", "client_key", "logo", "logo_dark"];

/// A digest of every value of every layer, including the contents of files that values name.
#[derive(Clone, Default)]
pub struct Fingerprint {
    values: BTreeMap<String, [u8; 32]>,
    /// The files that values name.
    pub(crate) files: BTreeSet<PathBuf>,
}

impl Fingerprint {
    /// Takes all values of the merged layers.
    pub(crate) fn of(values: &Dict) -> Self {
        let mut print = Self::default();
        for (key, value) in values {
            print.add(key.clone(), key, value);
        }
        print
    }

    /// The files that values name.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.iter()
    }

    /// Keys that differ. A list of tables whose length changed is named once, because its indices moved.
    pub fn changed(&self, other: &Self) -> Vec<String> {
        let keys: BTreeSet<&String> = self.values.keys().chain(other.values.keys()).collect();
        let changed: Vec<&String> =
            keys.into_iter().filter(|key| self.values.get(*key) != other.values.get(*key)).collect();
        let resized: Vec<String> = changed.iter().filter_map(|key| Some(key.strip_suffix("[]")?.to_owned())).collect();
        let mut keys: Vec<String> = changed
            .into_iter()
            .filter(|key| {
                !resized.iter().any(|list| key.strip_prefix(list.as_str()).is_some_and(|rest| rest.starts_with('[')))
            })
            .cloned()
            .collect();
        keys.extend(resized);
        keys.sort();
        keys
    }

    fn add(&mut self, path: String, key: &str, value: &Value) {
        match value {
            Value::Dict(_, inner) => {
                for (key, value) in inner {
                    self.add(format!("{path}.{key}"), key, value);
                }
            }
            Value::Array(_, items) if items.iter().any(|item| matches!(item, Value::Dict(..))) => {
                self.values.insert(format!("{path}[]"), digest(&[&items.len().to_be_bytes()]));
                for (index, item) in items.iter().enumerate() {
                    self.add(format!("{path}[{index}]"), key, item);
                }
            }
            _ => {
                let mut context = Context::new(&SHA256);
                self.feed(&mut context, names_files(key), value);
                self.values.insert(path, bytes(&context.finish()));
            }
        }
    }

    /// Adds a value and the contents of files that it names. Length prefixes keep items distinct.
    fn feed(&mut self, context: &mut Context, is_file: bool, value: &Value) {
        if let Value::Array(_, items) = value {
            context.update(&items.len().to_be_bytes());
            items.iter().for_each(|item| self.feed(context, is_file, item));
            return;
        }
        let text = value.as_str().map_or_else(|| format!("{:?}", plain(value)), str::to_owned);
        context.update(&text.len().to_be_bytes());
        context.update(text.as_bytes());
        if is_file && !text.is_empty() {
            let path = PathBuf::from(text);
            context.update(&contents(&path));
            self.files.insert(path);
        }
    }
}

impl fmt::Debug for Fingerprint {
    /// Shows keys only: the digest of a weak secret can be guessed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// Digest of the contents of a file, or of the error if it cannot be read.
pub fn contents(path: &Path) -> [u8; 32] {
    match bounded_file::bytes(path) {
        Ok(held) => digest(&[b"file", &held]),
        Err(error) => digest(&[b"none", error.kind().to_string().as_bytes()]),
    }
}

fn names_files(key: &str) -> bool {
    key.ends_with("_file") || key.ends_with("_files") || FILES.contains(&key)
}

/// A boolean or numeric value without figment's tag, which names the value's origin.
fn plain(value: &Value) -> (Option<bool>, Option<i128>, Option<f64>) {
    (value.to_bool(), value.to_i128(), value.to_f64())
}

fn digest(pieces: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    pieces.iter().for_each(|piece| context.update(piece));
    bytes(&context.finish())
}

fn bytes(digest: &Digest) -> [u8; 32] {
    digest.as_ref().try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(text: &str) -> Fingerprint {
        Fingerprint::of(&toml::from_str(text).unwrap())
    }

    fn changed(one: &str, other: &str) -> Vec<String> {
        print(one).changed(&print(other))
    }

    #[test]
    fn changed_keys_are_named_whether_they_came_went_or_differ() {
        let one = "a = 1\n[s]\nx = 'y'\nlist = ['p', 'q']\non = true";
        assert_eq!(changed(one, one), [""; 0]);
        assert_eq!(changed(one, "a = 2\n[s]\nx = 'y'\nlist = ['p', 'q']\non = false"), ["a", "s.on"]);
        assert_eq!(changed(one, "b = 1\n[s]\nx = 'z'\nlist = ['pq']\non = true"), ["a", "b", "s.list", "s.x"]);
    }

    #[test]
    fn tables_of_a_list_are_named_by_number_unless_their_number_changed() {
        let one = "[[route]]\npath = '/a'\n[[route]]\npath = '/b'";
        assert_eq!(changed(one, "[[route]]\npath = '/a'\n[[route]]\npath = '/c'"), ["route[1].path"]);
        assert_eq!(changed(one, "[[route]]\npath = '/b'"), ["route"]);
        assert_eq!(changed("", one), ["route"]);
    }

    #[test]
    fn what_a_named_file_holds_counts_as_the_value() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let text = format!("[google]\nclient_secret_file = '{0}'\nother = '{0}'", path.display());
        let absent = print(&text);
        std::fs::write(&path, "one").unwrap();
        let one = print(&text);
        std::fs::write(&path, "two").unwrap();
        assert_eq!(absent.changed(&one), ["google.client_secret_file"]);
        assert_eq!(one.changed(&print(&text)), ["google.client_secret_file"]);
        assert_eq!(one.files().collect::<Vec<_>>(), [&path]);
    }
}
