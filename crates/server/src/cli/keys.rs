//! `postern keys`.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use postern_keystore::{KeyId, Keyring, MasterKey};
use postern_model::ExposeSecret;
use postern_model::clock::Timestamp;
use postern_model::enrolment::LIFETIME;
use postern_model::signing_key::phases;
use serde_json::json;

use super::context::{Change, Context};
use super::error::CommandError;
use super::output::{Output, table};
use crate::signing;
use crate::system::SystemEntropy;

/// Generates a master key. A missing folder is created with mode 0700.
pub(super) fn generate(out: Option<&Path>, output: &mut Output<'_>, err: &mut dyn Write) -> Result<(), CommandError> {
    let key = MasterKey::generate(&SystemEntropy::default());
    let Some(path) = out else {
        writeln!(output.to, "{}", key.expose_secret())?;
        return Ok(());
    };
    let failed = |error| CommandError::Failed(format!("cannot create the key file {}: {error}", path.display()));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    if let Some(folder) = folder {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        writeln!(err, "Created the folder {} with mode 0700.", folder.display())?;
    }
    // Never overwrites an older key: what it sealed could not be opened any more.
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    writeln!(file, "{}", key.expose_secret()).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    writeln!(err, "A master key is in {}. Keep a copy: without it nothing that it sealed opens.", path.display())?;
    if let Ok(key) = MasterKey::from_base64(&key) {
        let id = Keyring::new(key, Vec::new()).active_id();
        writeln!(err, "Its identifier, which is no secret, is {id}.")?;
    }
    writeln!(err, "Write keys.master_file = {:?} into the configuration.", path.display().to_string())?;
    Ok(())
}

/// Shows the identifiers of the keys, and how many records are still sealed under older ones.
/// With `knows`, fails unless the configuration has that master key, as the active one or another.
pub(super) async fn status(
    context: &Context,
    knows: Option<&str>,
    output: &mut Output<'_>,
) -> Result<(), CommandError> {
    let keyring = &context.config.keys.keyring;
    let missing = knows.filter(|id| !KeyId::parse(id).is_some_and(|id| keyring.ids().any(|known| known == id)));
    if let Some(id) = missing {
        return Err(CommandError::Failed(format!(
            "the master key {id:?} is not configured here: add its file to keys.previous_files and restart, before any \
             replica makes it keys.master_file"
        )));
    }
    let stale = signing::stale(context.store.as_ref(), keyring, context.entropy.as_ref()).await?;
    let stored = context.store.signing_keys().await?;
    let phases = phases(&stored, context.clock.now(), context.config.identity.keys.keep_retired);
    let factors = context.store.all_factors().await?;
    let sealed = factors.iter().filter(|(_, stored)| postern_keystore::is_sealed(&stored.totp_secret)).count();
    let foreign = factors.len() - sealed;
    let dash = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), |at| at.to_string());
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (index, id) in keyring.ids().enumerate() {
        let state = if index == 0 { "active" } else { "opens only" };
        rows.push(vec![id.to_string(), "master".to_owned(), state.to_owned(), dash(None), dash(None)]);
    }
    for (key, phase) in stored.iter().zip(&phases) {
        let (since, until) = (phase.since.to_string(), dash(phase.until));
        rows.push(vec![key.kid.clone(), key.algorithm.clone(), phase.state.name().to_owned(), since, until]);
    }
    let shown = json!({
        "master": keyring.ids().map(|id| id.to_string()).collect::<Vec<_>>(),
        "signing": stored.iter().zip(&phases).map(|(key, phase)| json!({
            "kid": key.kid,
            "algorithm": key.algorithm,
            "state": phase.state.name(),
            "since": phase.since.to_string(),
            "until": phase.until.map(|at| at.to_string()),
        })).collect::<Vec<_>>(),
        "authenticators": { "sealed": sealed, "under_older_keys": stale.authenticators, "not_imported": foreign },
        "to_reseal": stale.total(),
    });
    Ok(output.show(&shown, |to| {
        table(to, &["KEY", "KIND", "STATE", "SINCE", "UNTIL"], &rows)?;
        writeln!(
            to,
            "\n{sealed} authenticators sealed, {} of them under older keys; {foreign} not imported",
            stale.authenticators
        )?;
        match stale.total() {
            0 => Ok(()),
            total => writeln!(to, "{total} records are not under the active master key: postern keys reseal"),
        }
    })?)
}

/// Creates the next signing key; with `revoke` it signs at once, and the named keys leave the key set.
pub(super) async fn rotate(
    context: &Context,
    revoke: Option<Vec<String>>,
    output: &mut Output<'_>,
) -> Result<(), CommandError> {
    let keyring = &context.config.keys.keyring;
    signing::check_sentinel(context.store.as_ref(), keyring, context.entropy.as_ref()).await?;
    let config = &context.config.identity.keys;
    let from = (context.clock.as_ref(), context.entropy.as_ref());
    let rotated = signing::rotate(context.store.as_ref(), keyring, from, config, revoke.as_deref()).await?;
    let revoked = match rotated.revoked.as_slice() {
        [] => String::new(),
        kids => format!(", revoked {}", kids.join(", ")),
    };
    let detail = format!("signing key rotated: {} added{revoked}", rotated.kid);
    context.audit(Change::administered(None, &detail)).await?;
    let shown = json!({
        "kid": rotated.kid,
        "algorithm": rotated.algorithm,
        "signs_from": rotated.signs_from.to_string(),
        "revoked": rotated.revoked,
    });
    let bound = config.refresh().as_secs_f32();
    Ok(output.show(&shown, |to| {
        let (kid, from) = (&rotated.kid, rotated.signs_from);
        match revoke.is_some() {
            false => writeln!(to, "{kid} is published, and signs from {from} on every replica")?,
            true => writeln!(to, "{kid} signs from now on, on every replica within {bound} s")?,
        }
        rotated.revoked.iter().try_for_each(|kid| writeln!(to, "{kid} is out of the key set"))
    })?)
}

/// Reseals everything with the active master key.
pub(super) async fn reseal(context: &Context, output: &mut Output<'_>) -> Result<(), CommandError> {
    let keyring = &context.config.keys.keyring;
    let done = signing::reseal(context.store.as_ref(), keyring, context.entropy.as_ref()).await?;
    let detail = format!("records sealed with master key {}", keyring.active_id());
    context.audit(Change::administered(None, &detail)).await?;
    let shown = json!({
        "authenticators": done.authenticators,
        "signing_keys": done.signing_keys,
        "peppers": done.peppers,
        "sentinel": done.sentinel,
    });
    Ok(output.show(&shown, |to| {
        writeln!(
            to,
            "{} authenticators, {} signing keys, {} peppers of backup codes sealed with {}",
            done.authenticators,
            done.signing_keys,
            done.peppers,
            keyring.active_id()
        )?;
        let minutes = LIFETIME.as_secs() / 60;
        writeln!(to, "Older master keys may go in {minutes} minutes, when sign-ins and set-ups under way are over.")
    })?)
}
