//! `postern keys`.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use postern_keystore::MasterKey;
use postern_model::ExposeSecret;
use serde_json::json;

use super::core::Core;
use super::failure::Failure;
use super::output::{Output, table};
use crate::os::SystemEntropy;
use crate::signing;

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

/// Shows the keys by their identifiers, and how much is still sealed under older ones.
pub(super) async fn status(core: &Core, output: &mut Output<'_>) -> Result<(), Failure> {
    let keyring = &core.config.keys.keyring;
    signing::check_sentinel(core.store.as_ref(), keyring, core.entropy.as_ref()).await?;
    let signing = signing::stored_keys(core.store.as_ref(), keyring).await?;
    let factors = core.store.all_factors().await?;
    let sealed = factors.iter().filter(|(_, stored)| postern_keystore::is_sealed(&stored.totp_secret)).count();
    let stale = factors.iter().filter(|(_, stored)| keyring.needs_reseal(&stored.totp_secret)).count();
    let foreign = factors.len() - sealed;
    let row = |name: String, what: &str| vec![name, what.to_owned()];
    let mut rows: Vec<Vec<String>> = keyring
        .ids()
        .enumerate()
        .map(|(index, id)| row(id.to_string(), if index == 0 { "master, active" } else { "master, opens only" }))
        .collect();
    rows.extend(signing.iter().map(|key| row(key.kid().to_owned(), "signs assertions")));
    let shown = json!({
        "master": keyring.ids().map(|id| id.to_string()).collect::<Vec<_>>(),
        "signing": signing.iter().map(|key| key.kid()).collect::<Vec<_>>(),
        "authenticators": { "sealed": sealed, "under_older_keys": stale, "not_imported": foreign },
    });
    Ok(output.show(&shown, |to| {
        table(to, &["KEY", "USE"], &rows)?;
        writeln!(to, "\n{sealed} authenticators sealed, {stale} of them under older keys; {foreign} not imported")
    })?)
}
