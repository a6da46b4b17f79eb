//! `postern sessions`.

use postern_model::audit::AuditKind;
use postern_model::id::SessionId;
use postern_model::trusted_device::DeviceSelection;
use serde_json::{Value, json};

use super::args::SessionsCommand;
use super::confirm::confirm;
use super::context::{Change, Context};
use super::devices;
use super::error::CommandError;
use super::output::{Output, table};

/// Lists and ends the sessions and the trusted devices of a user.
pub(super) async fn run(
    context: &Context,
    command: SessionsCommand,
    output: &mut Output<'_>,
) -> Result<(), CommandError> {
    match command {
        SessionsCommand::List { user } => list(context, &user, output).await,
        SessionsCommand::Devices { user } => devices::list(context, &user, output).await,
        SessionsCommand::Distrust { user, device } => devices::distrust(context, &user, device, output).await,
        SessionsCommand::Revoke { all: true, yes, .. } => revoke_all(context, yes, output).await,
        SessionsCommand::Revoke { user, user_option, session, .. } => {
            let who = user.or(user_option).unwrap_or_default();
            revoke(context, &who, session, output).await
        }
    }
}

async fn list(context: &Context, who: &str, output: &mut Output<'_>) -> Result<(), CommandError> {
    let user = context.user(who).await?;
    let sessions = context.store.sessions_of(user.id).await?;
    let mut rows = Vec::new();
    let mut values = Vec::new();
    for session in &sessions {
        let second = session.second_factor.map(|verified| verified.at.to_string());
        let address = session.caller.address.map(|address| address.to_string());
        let dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        rows.push(vec![
            session.id.to_string(),
            session.first_factor_at.to_string(),
            dash(&second),
            if session.device.is_some() { "yes" } else { "-" }.to_owned(),
            session.last_seen_at.to_string(),
            dash(&address),
            dash(&session.caller.user_agent),
        ]);
        values.push(json!({
            "id": session.id.to_string(),
            "signed_in_at": session.first_factor_at.to_string(),
            "second_factor_at": second,
            "bound_at": session.device.as_ref().map(|device| device.at.to_string()),
            "last_seen_at": session.last_seen_at.to_string(),
            "address": address,
            "user_agent": session.caller.user_agent,
        }));
    }
    Ok(output.show(&Value::Array(values), |to| {
        table(to, &["ID", "SIGNED IN", "SECOND FACTOR", "BOUND", "LAST SEEN", "ADDRESS", "BROWSER"], &rows)
    })?)
}

async fn revoke(
    context: &Context,
    who: &str,
    session: Option<SessionId>,
    output: &mut Output<'_>,
) -> Result<(), CommandError> {
    let user = context.user(who).await?;
    let ended = match session {
        Some(session) => {
            context.store.forget_trusted_devices(user.id, DeviceSelection::OfSession(session)).await?;
            u64::from(context.store.end_session(user.id, session).await?)
        }
        None => context.store.end_sessions_of(user.id, None).await?,
    };
    if let (Some(session), 0) = (session, ended) {
        return Err(CommandError::Failed(format!("{} has no session {session}", user.email)));
    }
    let detail =
        if session.is_some() { "by an administrator".to_owned() } else { format!("all {ended} by an administrator") };
    context.audit(Change { kind: AuditKind::SessionRevoked, user: Some(user.id), session, detail: &detail }).await?;
    let email = postern_config::printable(&user.email);
    let shown = json!({ "user": user.id.to_string(), "ended": ended });
    tell(context, &email, ended, &shown, output)
}

async fn revoke_all(context: &Context, yes: bool, output: &mut Output<'_>) -> Result<(), CommandError> {
    confirm(yes, "ends every session of every user", "all")?;
    let ended = context.store.end_all_sessions().await?;
    let detail = format!("all {ended} sessions of all users ended");
    context.audit(Change { kind: AuditKind::SessionRevoked, user: None, session: None, detail: &detail }).await?;
    tell(context, "everybody", ended, &json!({ "user": null, "ended": ended }), output)
}

fn tell(
    context: &Context,
    whose: &str,
    ended: u64,
    shown: &Value,
    output: &mut Output<'_>,
) -> Result<(), CommandError> {
    let bound = context.config.session.revocation_bound.as_secs_f32();
    Ok(output.show(shown, |to| writeln!(to, "{whose}: {ended} ended; on every replica within {bound} s"))?)
}
