//! `postern import`.

use std::sync::Arc;

use postern_authn::Authn;
use serde_json::json;

use super::context::Context;
use super::error::CommandError;
use super::output::Output;
use crate::from_config::rules;

/// Imports the authenticators that the 2FA guide's backend wrote.
pub(super) async fn netpilot(context: &Context, output: &mut Output<'_>) -> Result<(), CommandError> {
    let key = context.config.netpilot.as_ref().and_then(|profile| profile.fernet.clone()).ok_or_else(|| {
        CommandError::Failed(
            "no decryption key: set legacy.profile = \"netpilot\" and legacy.totp_encryption_key (or \
             TOTP_ENCRYPTION_KEY in the environment or --env-file)"
                .to_owned(),
        )
    })?;
    let keyring = Arc::clone(&context.config.keys.keyring);
    crate::signing::check_sentinel(context.store.as_ref(), &keyring, context.entropy.as_ref()).await?;
    let settings = rules::settings(&context.config);
    let ports = (Arc::clone(&context.store), Arc::clone(&context.clock), Arc::clone(&context.entropy));
    let authn = Authn::new(ports.0, keyring, ports.1, ports.2, settings);
    let report = authn.import_netpilot(&key).await.map_err(|error| CommandError::Failed(error.to_string()))?;
    let shown = json!({ "imported": report.imported, "unchanged": report.unchanged, "unreadable": report.unreadable });
    output.show(&shown, |to| writeln!(to, "{} imported, {} already imported", report.imported, report.unchanged))?;
    match report.unreadable {
        0 => Ok(()),
        count => Err(CommandError::Failed(format!(
            "{count} do not open under legacy.totp_encryption_key and stay as they are: is it the key of the backend \
             that wrote them?"
        ))),
    }
}
