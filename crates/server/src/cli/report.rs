//! What a command tells of a change that it made to a user.

use postern_model::user::User;
use serde_json::json;

use super::context::{Change, Context};
use super::error::CommandError;
use super::output::Output;

/// Writes down that an administrator changed an account, and says so.
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
