//! Reports a command's change to a user.

use postern_model::user::User;
use serde_json::json;

use super::context::{Change, Context};
use super::error::CommandError;
use super::output::Output;

/// Records an administrator's change of an account in the audit log, and prints it.
pub(super) async fn tell(
    context: &Context,
    user: &User,
    what: &str,
    done: &str,
    output: &mut Output<'_>,
) -> Result<(), CommandError> {
    context.audit(Change::administered(Some(user.id), what)).await?;
    let shown = json!({ "user": user.id.to_string(), "email": user.email, "done": what });
    let email = postern_config::printable(&user.email);
    Ok(output.show(&shown, |to| writeln!(to, "{email}: {done}"))?)
}
