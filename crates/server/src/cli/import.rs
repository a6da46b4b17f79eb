//! `postern import`.

use std::sync::Arc;

use postern_authn::Authn;
use serde_json::json;

use super::core::Core;
use super::failure::Failure;
use super::output::Output;
use crate::rules;

/// Takes over the authenticators that the guide's backend wrote.
pub(super) async fn netpilot(core: &Core, output: &mut Output<'_>) -> Result<(), Failure> {
    let key = core.config.netpilot.as_ref().and_then(|profile| profile.fernet.clone()).ok_or_else(|| {
        Failure::Failed(
            "there is no key to read them with: set legacy.profile = \"netpilot\" and legacy.totp_encryption_key (or \
             TOTP_ENCRYPTION_KEY in the environment or --env-file)"
                .to_owned(),
        )
    })?;
    let keyring = Arc::clone(&core.config.keys.keyring);
    crate::signing::check_sentinel(core.store.as_ref(), &keyring, core.entropy.as_ref()).await?;
    let settings = rules::settings(&core.config);
    let ports = (Arc::clone(&core.store), Arc::clone(&core.clock), Arc::clone(&core.entropy));
    let authn = Authn::new(ports.0, keyring, ports.1, ports.2, settings);
    let report = authn.import_netpilot(&key).await.map_err(|error| Failure::Failed(error.to_string()))?;
    let shown = json!({ "imported": report.imported, "unchanged": report.unchanged, "unreadable": report.unreadable });
    output.show(&shown, |to| writeln!(to, "{} imported, {} were ours already", report.imported, report.unchanged))?;
    match report.unreadable {
        0 => Ok(()),
        count => Err(Failure::Failed(format!(
            "{count} do not open under legacy.totp_encryption_key and stay as they are: is it the key of the backend \
             that wrote them?"
        ))),
    }
}
