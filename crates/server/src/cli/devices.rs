//! The trusted devices of a user, for `postern sessions`.

use postern_model::audit::AuditKind;
use postern_model::clock::Timestamp;
use postern_model::id::TrustedDeviceId;
use postern_model::trusted_device::{DeviceSelection, TrustedDevice};
use postern_model::user::User;
use serde_json::{Value, json};

use super::context::{Change, Context};
use super::error::CommandError;
use super::output::{Output, table};

/// Returns the devices that are trusted now, each with the end of its trust.
pub(super) async fn trusted(context: &Context, user: &User) -> Result<Vec<(TrustedDevice, Timestamp)>, CommandError> {
    let Some(lifetime) = context.config.second_factor.trusted_devices else { return Ok(Vec::new()) };
    let now = context.clock.now();
    let listed = context.store.trusted_devices(user.id).await?.into_iter();
    let listed = listed.map(|device| (device.ends_at(lifetime), device)).filter(|(ends, _)| now < *ends);
    Ok(listed.map(|(ends, device)| (device, ends)).collect())
}

/// Lists the trusted devices of a user.
pub(super) async fn list(context: &Context, who: &str, output: &mut Output<'_>) -> Result<(), CommandError> {
    let user = context.user(who).await?;
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for (device, ends_at) in trusted(context, &user).await? {
        let used = device.last_used_at.map(|at| at.to_string());
        let address = device.caller.address.map(|address| address.to_string());
        let dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        rows.push(vec![
            device.id.to_string(),
            device.trusted_at.to_string(),
            ends_at.to_string(),
            dash(&used),
            dash(&address),
            dash(&device.caller.user_agent),
        ]);
        values.push(json!({
            "id": device.id.to_string(),
            "trusted_at": device.trusted_at.to_string(),
            "expires_at": ends_at.to_string(),
            "last_used_at": used,
            "address": address,
            "user_agent": device.caller.user_agent,
        }));
    }
    Ok(output.show(&Value::Array(values), |to| {
        table(to, &["ID", "TRUSTED", "UNTIL", "LAST USED", "ADDRESS", "BROWSER"], &rows)
    })?)
}

/// Ends the trust in one device of a user, or in all.
pub(super) async fn distrust(
    context: &Context,
    who: &str,
    device: Option<TrustedDeviceId>,
    output: &mut Output<'_>,
) -> Result<(), CommandError> {
    let user = context.user(who).await?;
    let which = device.map_or(DeviceSelection::All, DeviceSelection::One);
    let ended = context.store.forget_trusted_devices(user.id, which).await?;
    if let (Some(device), 0) = (device, ended) {
        return Err(CommandError::Failed(format!("{} has no trusted device {device}", user.email)));
    }
    if ended > 0 {
        let detail = format!("{ended} by an administrator");
        let change = Change { kind: AuditKind::DeviceTrustEnded, user: Some(user.id), session: None, detail: &detail };
        context.audit(change).await?;
    }
    let email = postern_config::printable(&user.email);
    let shown = json!({ "user": user.id.to_string(), "ended": ended });
    Ok(output.show(&shown, |to| writeln!(to, "{email}: {ended} no longer trusted"))?)
}
