//! The state directory: the gateway's database, its master key and its configuration.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use postern_keystore::MasterKey;
use postern_model::ExposeSecret;
use postern_model::entropy::{Entropy, draw};

/// A directory for this user alone. A temporary one is removed when dropped.
#[derive(Debug)]
pub(super) struct State {
    directory: PathBuf,
    temporary: bool,
}

impl State {
    /// Uses `directory`, or a fresh temporary one; makes a master key unless there is one from before.
    pub(super) fn open(directory: Option<PathBuf>, entropy: &dyn Entropy) -> anyhow::Result<Self> {
        let state = match directory {
            Some(directory) => {
                let made = DirBuilder::new().recursive(true).mode(0o700).create(&directory);
                made.with_context(|| format!("the state directory {} cannot be made", directory.display()))?;
                Self { directory: fs::canonicalize(directory)?, temporary: false }
            }
            None => {
                let name = format!("postern-demo-{:016x}", u64::from_be_bytes(draw(entropy)));
                let directory = std::env::temp_dir().join(name);
                // Not recursive: fails if somebody made it before us.
                let made = DirBuilder::new().mode(0o700).create(&directory);
                made.with_context(|| format!("the temporary directory {} cannot be made", directory.display()))?;
                Self { directory, temporary: true }
            }
        };
        state.ensure_key(entropy)?;
        Ok(state)
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn is_temporary(&self) -> bool {
        self.temporary
    }

    /// The file with the master key.
    pub(super) fn key_file(&self) -> PathBuf {
        self.directory.join("master.key")
    }

    /// Writes a file and gives its path.
    pub(super) fn write(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
        let path = self.directory.join(name);
        fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(path)
    }

    fn ensure_key(&self, entropy: &dyn Entropy) -> anyhow::Result<()> {
        let path = self.key_file();
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => Ok(writeln!(file, "{}", MasterKey::generate(entropy).expose_secret())?),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => bail!("the master key {} cannot be written: {error}", path.display()),
        }
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if self.temporary {
            // Best effort: nothing in it is of use without the key that goes with it.
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::SystemEntropy;
    use postern_model::SecretString;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_temporary_state_is_private_and_goes_away() {
        let state = State::open(None, &SystemEntropy::default()).unwrap();
        let directory = state.directory().to_owned();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&directory), mode(&state.key_file())), (0o700, 0o600));
        let key = SecretString::from(fs::read_to_string(state.key_file()).unwrap());
        assert!(MasterKey::from_base64(&key).is_ok());
        drop(state);
        assert!(!directory.exists());
    }

    #[test]
    fn a_named_state_stays_and_keeps_its_key() {
        let parent = tempfile::tempdir().unwrap();
        let open = || State::open(Some(parent.path().join("a/b")), &SystemEntropy::default()).unwrap();
        let first = fs::read(open().key_file()).unwrap();
        assert_eq!(fs::read(open().key_file()).unwrap(), first);
    }
}
