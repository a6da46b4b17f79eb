//! `postern users groups`.

use postern_config::printable;
use serde_json::json;

use super::context::{Change, Context};
use super::error::CommandError;
use super::output::Output;

/// The requested changes to a user's groups.
pub(super) struct Wanted {
    pub(super) add: Vec<String>,
    pub(super) remove: Vec<String>,
    /// Exactly these, with commas between them.
    pub(super) exactly: Option<String>,
}

/// Applies the requested changes, then shows the user's groups.
pub(super) async fn run(
    context: &Context,
    who: &str,
    wanted: Wanted,
    output: &mut Output<'_>,
) -> Result<(), CommandError> {
    let user = context.user(who).await?;
    let before = context.store.groups_of(user.id).await?;
    let Wanted { mut add, mut remove, exactly } = wanted;
    if let Some(exactly) = exactly {
        add = exactly.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
        remove = before.iter().filter(|name| !add.contains(name)).cloned().collect();
    }
    add.iter().try_for_each(|name| check(name))?;
    if let Some(name) = add.iter().find(|name| remove.contains(name)) {
        return Err(CommandError::Failed(format!("the group {name:?} is both added and removed")));
    }
    if !add.is_empty() || !remove.is_empty() {
        if !context.store.change_groups(user.id, &add, &remove).await? {
            return Err(CommandError::Failed(format!("{} was deleted meanwhile", user.email)));
        }
        let signed =
            |sign: char, names: &[String]| names.iter().map(|name| format!("{sign}{name}")).collect::<Vec<_>>();
        let changes = [signed('+', &add), signed('-', &remove)].concat().join(" ");
        context.audit(Change::administered(Some(user.id), &format!("groups: {changes}"))).await?;
    }
    let groups = context.store.groups_of(user.id).await?;
    let shown = json!({ "user": user.id.to_string(), "email": user.email, "groups": groups });
    let listed = if groups.is_empty() { "no groups".to_owned() } else { printable(&groups.join(", ")) };
    Ok(output.show(&shown, |to| writeln!(to, "{}: {listed}", printable(&user.email)))?)
}

/// Checks a group's name. It may hold no comma, because upstreams get all names in one comma-separated field.
fn check(name: &str) -> Result<(), CommandError> {
    let sound = !name.is_empty() && name.trim() == name && !name.contains(',') && !name.chars().any(char::is_control);
    if sound && name.chars().count() <= 255 {
        return Ok(());
    }
    Err(CommandError::Failed(format!(
        "{name:?} is no name of a group: write 1 to 255 characters without commas, control characters and outer spaces"
    )))
}
