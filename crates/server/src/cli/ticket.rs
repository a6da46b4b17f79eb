//! `postern users ticket`: enrolment tickets.

use std::time::Duration;

use postern_config::printable;
use postern_keystore::ticket;
use postern_model::clock::Timestamp;
use postern_model::ticket::TicketPolicy;
use postern_model::user::User;
use serde_json::json;

use super::context::{Change, Context};
use super::error::CommandError;
use super::output::Output;

/// Issues a ticket for a user without a second factor.
pub(super) async fn run(
    context: &Context,
    who: &str,
    valid: Option<Duration>,
    output: &mut Output<'_>,
) -> Result<(), CommandError> {
    let user = context.user(who).await?;
    let email = printable(&user.email);
    if context.store.factors(user.id).await?.is_some() {
        let why = format!("{email} has a second factor; run postern users reset {email} --ticket");
        return Err(CommandError::Failed(why));
    }
    issue(context, &user, valid).await?.show(&user, None, output)
}

/// An issued ticket, which is shown once.
pub(super) struct Issued {
    ticket: String,
    until: Timestamp,
}

/// Issues a ticket: from now on the user's next first enrolment takes it.
pub(super) async fn issue(context: &Context, user: &User, valid: Option<Duration>) -> Result<Issued, CommandError> {
    let ticket = ticket::generate(context.entropy.as_ref());
    let hash = ticket::hash(&ticket).ok_or_else(|| CommandError::Failed("no ticket could be drawn".to_owned()))?;
    let until = context.clock.now().after(valid.unwrap_or(context.config.second_factor.ticket_lifetime));
    if !context.store.issue_ticket(user.id, &hash, until).await? {
        return Err(CommandError::Failed(format!("{} was deleted meanwhile", printable(&user.email))));
    }
    let detail = format!("enrolment ticket issued, valid until {until}");
    context.audit(Change::administered(Some(user.id), &detail)).await?;
    Ok(Issued { ticket, until })
}

impl Issued {
    /// Prints the ticket, after `done` if the command did something else too.
    pub(super) fn show(&self, user: &User, done: Option<&str>, output: &mut Output<'_>) -> Result<(), CommandError> {
        let (email, ticket, until) = (printable(&user.email), &self.ticket, self.until);
        let what = if done.is_some() { "second factor reset" } else { "enrolment ticket issued" };
        let shown = json!({
            "user": user.id.to_string(), "email": user.email, "done": what, "ticket": ticket,
            "valid_until": until.to_string(),
        });
        Ok(output.show(&shown, |to| {
            if let Some(done) = done {
                writeln!(to, "{email}: {done}")?;
            }
            writeln!(to, "{email}: enrolment ticket, valid until {until}, not shown again:\n\n    {ticket}\n")?;
            writeln!(to, "Hand it to them in person or by a channel that you trust; the set-up page asks for it.")
        })?)
    }
}

/// Describes the state of a user's ticket.
pub(super) async fn state(context: &Context, user: &User) -> Result<String, CommandError> {
    let state = context.store.ticket_state(user.id).await?;
    let demanded = state.required || context.config.second_factor.enrolment == TicketPolicy::Always;
    let now = context.clock.now();
    let ticket = match state.ticket {
        Some(ticket) if ticket.expires_at <= now => format!("one expired at {}", ticket.expires_at),
        Some(ticket) if ticket.session.is_some() => "one was presented, the set-up is not complete".to_owned(),
        Some(ticket) => format!("one is valid until {}", ticket.expires_at),
        None => "none was issued".to_owned(),
    };
    let lock = match state.lockout.locked_until.filter(|until| *until > now) {
        Some(until) => format!("; locked until {until} after {} wrong tickets", state.lockout.failures),
        None => String::new(),
    };
    Ok(if demanded { format!("needed for the next set-up; {ticket}{lock}") } else { "not needed".to_owned() })
}
