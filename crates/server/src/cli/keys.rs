//! `postern keys`.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use postern_keystore::MasterKey;
use postern_model::ExposeSecret;

use super::failure::Failure;
use super::output::Output;
use crate::os::SystemEntropy;

/// Draws a master key.
pub(super) fn generate(out: Option<&Path>, output: &mut Output<'_>, err: &mut dyn Write) -> Result<(), Failure> {
    let key = MasterKey::generate(&SystemEntropy::default());
    let Some(path) = out else {
        writeln!(output.to, "{}", key.expose_secret())?;
        return Ok(());
    };
    let failed = |error| Failure::Failed(format!("the key file {} cannot be made: {error}", path.display()));
    // Never over an older key: what it sealed could not be opened any more.
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    writeln!(file, "{}", key.expose_secret()).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    writeln!(err, "A master key is in {}. Keep a copy: without it nothing that it sealed opens.", path.display())?;
    writeln!(err, "Write keys.master_file = {:?} into the configuration.", path.display().to_string())?;
    Ok(())
}
