//! `postern users`.

use postern_model::access::SecondFactorPolicy;
use postern_model::audit::AuditEvent;
use postern_model::factor::SecondFactor;
use postern_model::phone::StoredNumber;
use postern_model::store::StoreError;
use postern_model::ticket::TicketPolicy;
use postern_model::user::User;
use serde_json::{Value, json};

use super::args::UsersCommand;
use super::confirm::confirm;
use super::context::{Change, Context};
use super::devices;
use super::error::CommandError;
use super::factors::Listed;
use super::groups;
use super::locks::Locks;
use super::operator::COMMAND_LINE;
use super::output::{Output, table};
use super::relink;
use super::report::tell;
use super::ticket;

/// Maximum number of listed users.
const LIST_MAX: u32 = 10_000;

/// Lists, shows and changes users.
pub(super) async fn run(context: &Context, command: UsersCommand, output: &mut Output<'_>) -> Result<(), CommandError> {
    match command {
        UsersCommand::List => list(context, output).await,
        UsersCommand::Show { user } => show(context, &user, output).await,
        UsersCommand::Require { user, off, by_choice } => {
            let user = context.user(&user).await?;
            let enforce = !off && !by_choice;
            context.store.require_second_factor(user.id, !off, enforce, context.clock.now()).await?;
            let done = match (off, enforce) {
                (true, _) => "a second factor is no longer required",
                (false, true) => "a second factor is required and cannot be switched off",
                (false, false) => "a second factor is required; the user may switch it off",
            };
            tell(context, &user, "second factor requirement", done, output).await
        }
        UsersCommand::Reset { user, ticket, yes } => {
            let user = context.user(&user).await?;
            let demanded = ticket || context.config.second_factor.enrolment != TicketPolicy::OnDemand;
            reset(context, &user, demanded, yes, output).await
        }
        UsersCommand::Ticket { user, valid } => ticket::run(context, &user, valid, output).await,
        UsersCommand::Groups { user, add, remove, exactly } => {
            groups::run(context, &user, groups::Wanted { add, remove, exactly }, output).await
        }
        UsersCommand::Relink { user, subject, yes } => relink::run(context, &user, &subject, yes, output).await,
        UsersCommand::Unlock { user } => {
            let user = context.user(&user).await?;
            if !context.store.unlock(user.id).await? {
                return Err(CommandError::Failed(format!("{} has no second factor", user.email)));
            }
            tell(context, &user, "unlocked", "the counters of failed attempts are reset", output).await
        }
        UsersCommand::Disable { user } => {
            let user = context.user(&user).await?;
            context.store.set_active(user.id, false).await?;
            tell(context, &user, "disabled", "may no longer sign in, all sessions are ended", output).await
        }
        UsersCommand::Enable { user } => {
            let user = context.user(&user).await?;
            context.store.set_active(user.id, true).await?;
            tell(context, &user, "enabled", "may sign in", output).await
        }
    }
}

/// Removes the second factor. With `demanded` the next one takes a ticket, which is issued before, so that at no moment
/// the provider's sign-in alone enrols one.
async fn reset(
    context: &Context,
    user: &User,
    demanded: bool,
    yes: bool,
    output: &mut Output<'_>,
) -> Result<(), CommandError> {
    let email = postern_config::printable(&user.email);
    let next = match demanded {
        true => "whoever has the ticket that is printed then",
        false => "the next sign-in to their account (with --ticket only whoever has a ticket)",
    };
    let what = format!("removes the second factor of {email} and ends all their sessions; {next} can enrol a new one");
    confirm(yes, &what, &user.email)?;
    let none = || CommandError::Failed(format!("{} has no second factor", user.email));
    // A damaged one is removed too.
    if matches!(stored(context, user).await?, Stored::Absent) {
        return Err(none());
    }
    let issued = match demanded {
        true => Some(ticket::issue(context, user, None).await?),
        false => None,
    };
    if !context.store.remove_factors(user.id, None, context.clock.now()).await? {
        return Err(none());
    }
    let (what, done) = ("second factor reset", "the second factor is removed, all sessions are ended");
    match issued {
        Some(issued) => {
            context.audit(Change::administered(Some(user.id), what)).await?;
            issued.show(user, Some(done), output)
        }
        None => tell(context, user, what, done, output).await,
    }
}

/// The second factor of a user.
enum Stored {
    Absent,
    Enrolled {
        codes: usize,
    },
    /// It keeps the user out; the text names table, column and row.
    Damaged(String),
}

async fn stored(context: &Context, user: &User) -> Result<Stored, CommandError> {
    match context.store.factors(user.id).await {
        Ok(Some(factors)) => Ok(Stored::Enrolled { codes: factors.backup_codes.len() }),
        Ok(None) => Ok(Stored::Absent),
        Err(error @ StoreError::Corrupt { .. }) => Ok(Stored::Damaged(error.to_string())),
        Err(error) => Err(error.into()),
    }
}

async fn list(context: &Context, output: &mut Output<'_>) -> Result<(), CommandError> {
    let users = context.store.users(LIST_MAX).await?;
    let enrolled: Vec<_> = context.store.all_factors().await?.into_iter().map(|(user, _)| user).collect();
    let policy = context.config.second_factor.policy;
    let rows: Vec<Vec<String>> = users
        .iter()
        .map(|user| {
            vec![
                user.email.clone(),
                if user.is_active { "active" } else { "disabled" }.to_owned(),
                if enrolled.contains(&user.id) { "enrolled" } else { "-" }.to_owned(),
                requirement(user, policy).to_owned(),
                user.last_login.map_or_else(|| "-".to_owned(), |at| at.to_string()),
                user.id.to_string(),
            ]
        })
        .collect();
    let values: Vec<Value> = users.iter().map(|user| value(user, enrolled.contains(&user.id))).collect();
    Ok(output.show(&Value::Array(values), |to| {
        table(to, &["EMAIL", "STATE", "SECOND FACTOR", "REQUIRED", "LAST SIGN-IN", "ID"], &rows)
    })?)
}

/// Says whether a user has a number for codes by SMS, without the number.
fn sms_codes(number: &StoredNumber) -> String {
    match number {
        StoredNumber::Absent => "off".to_owned(),
        StoredNumber::Unconfirmed => "off: sms_phone is not confirmed by its owner".to_owned(),
        StoredNumber::Confirmed(number) => format!("on, to a number that ends in {}", number.ending()),
    }
}

async fn show(context: &Context, who: &str, output: &mut Output<'_>) -> Result<(), CommandError> {
    let user = context.user(who).await?;
    let stored = stored(context, &user).await?;
    let sessions = context.store.sessions_of(user.id).await?;
    let devices = devices::trusted(context, &user).await?.len();
    let listed = match &stored {
        Stored::Enrolled { .. } => Listed::read(context, &user).await?,
        Stored::Absent | Stored::Damaged(_) => Listed::none(),
    };
    // Codes by mail are checked for those who can be sent some.
    let email_codes = match &stored {
        Stored::Enrolled { .. } => context.store.checkable(user.id, SecondFactor::Email).await?.is_some(),
        Stored::Absent | Stored::Damaged(_) => false,
    };
    let number = context.store.number_of(user.id).await?;
    let (factor, codes) = match &stored {
        Stored::Absent => ("none".to_owned(), 0),
        Stored::Enrolled { codes } => (listed.kinds().to_owned(), *codes),
        Stored::Damaged(why) => {
            (format!("damaged, which keeps the user out ({why}): postern users reset removes it"), 0)
        }
    };
    let activity = context.store.recent(user.id, None, 20).await?;
    let locks = Locks::read(context, &user).await?;
    let ticket = ticket::state(context, &user).await?;
    let groups = context.store.groups_of(user.id).await?;
    let mut shown = value(&user, matches!(stored, Stored::Enrolled { .. }));
    if let Value::Object(fields) = &mut shown {
        fields.insert("backup_codes_left".to_owned(), json!(codes));
        fields.insert("email_codes".to_owned(), json!(email_codes));
        fields.insert("sms_codes".to_owned(), json!(matches!(number, StoredNumber::Confirmed(_))));
        fields.insert("authenticators".to_owned(), listed.authenticators_json());
        fields.insert("passkeys".to_owned(), listed.passkeys_json());
        fields.insert("sessions".to_owned(), json!(sessions.len()));
        fields.insert("trusted_devices".to_owned(), json!(devices));
        fields.insert("locks".to_owned(), locks.json());
        fields.insert("enrolment_ticket".to_owned(), json!(ticket));
        fields.insert("groups".to_owned(), json!(groups));
        fields.insert("activity".to_owned(), activity.iter().map(event).collect());
    }
    let line = |name: &str, value: String| vec![name.to_owned(), value];
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let mut rows = vec![
        line("email", user.email.clone()),
        line("name", text(&user.full_name)),
        line("id", user.id.to_string()),
        line("subject", text(&user.subject)),
        line("state", if user.is_active { "active" } else { "disabled" }.to_owned()),
        line("second factor", factor),
        line("backup codes left", codes.to_string()),
        line("codes by mail", if email_codes { "on" } else { "off" }.to_owned()),
        line("codes by SMS", sms_codes(&number)),
    ];
    rows.extend(listed.lines().map(|(title, text)| line(&title, text)));
    rows.extend([
        line("required", requirement(&user, context.config.second_factor.policy).to_owned()),
        line("sessions", sessions.len().to_string()),
        line("trusted devices", devices.to_string()),
        line("last sign-in", user.last_login.map_or_else(|| "-".to_owned(), |at| at.to_string())),
    ]);
    rows.push(line("groups", if groups.is_empty() { "-".to_owned() } else { groups.join(", ") }));
    rows.push(line("enrolment ticket", ticket));
    rows.extend(locks.lines().map(|(title, state)| line(title, state)));
    rows.extend(activity.iter().map(|event| line(&event.at.to_string(), described(event))));
    Ok(output.show(&shown, |to| table(to, &["WHAT", "VALUE"], &rows))?)
}

/// An event as JSON.
fn event(event: &AuditEvent) -> Value {
    json!({
        "at": event.at.to_string(),
        "event": event.kind.name(),
        "detail": event.detail,
        "address": event.caller.address.map(|address| address.to_string()),
        "by": event.caller.user_agent,
    })
}

/// An event on one line: its kind, its detail, and the administrator who made the change, if any.
fn described(event: &AuditEvent) -> String {
    let mut text = event.kind.name().to_owned();
    if let Some(detail) = &event.detail {
        text.push_str(&format!(": {detail}"));
    }
    let by_command = event.caller.user_agent.as_deref().filter(|agent| agent.starts_with(COMMAND_LINE));
    by_command.into_iter().for_each(|who| text.push_str(&format!(" ({who})")));
    text
}

fn requirement(user: &User, policy: SecondFactorPolicy) -> &'static str {
    match (policy, user.requires_second_factor, user.enforced_at.is_some()) {
        (_, _, true) => "enforced",
        (_, true, false) => "yes",
        (SecondFactorPolicy::Required, false, false) => "by policy",
        (SecondFactorPolicy::PerUser, false, false) => "no",
    }
}

fn value(user: &User, enrolled: bool) -> Value {
    json!({
        "id": user.id.to_string(),
        "email": user.email,
        "full_name": user.full_name,
        "subject": user.subject,
        "is_active": user.is_active,
        "second_factor": enrolled,
        "requires_2fa": user.requires_second_factor,
        "twofa_enforced_at": user.enforced_at.map(|at| at.to_string()),
        "last_login": user.last_login.map(|at| at.to_string()),
    })
}
