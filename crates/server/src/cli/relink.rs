//! `postern users relink`.

use postern_config::printable;
use postern_model::user::Relink;

use super::confirm::confirm;
use super::context::Context;
use super::error::CommandError;
use super::output::Output;
use super::report::tell;

/// Links a user to another account of the provider. The operator names the account, so that it is not simply the next
/// one to sign in. The second factor stays, so the new account alone gains nothing that the former did not have.
pub(super) async fn run(
    context: &Context,
    who: &str,
    subject: &str,
    yes: bool,
    output: &mut Output<'_>,
) -> Result<(), CommandError> {
    let user = context.user(who).await?;
    let sound = (1..=255).contains(&subject.len()) && subject.bytes().all(|byte| byte.is_ascii_graphic());
    if !sound {
        return Err(CommandError::Failed(format!(
            "{subject:?} is no subject: 1 to 255 ASCII characters without spaces"
        )));
    }
    let (email, former) = (printable(&user.email), user.subject.as_deref().unwrap_or("none"));
    let what = format!(
        "gives {email} the provider's account {subject} in place of {}, and ends all their sessions",
        printable(former)
    );
    confirm(yes, &what, &user.email)?;
    // In the form that sign-ins store (OpenID Connect Discovery 1.0, section 4.1: without the slash).
    let issuer = context.config.google.issuer.as_str().trim_end_matches('/');
    match context.store.relink(user.id, issuer, subject, context.clock.now()).await? {
        Relink::Done => {
            let detail = format!("relinked: subject {subject} in place of {former}");
            tell(context, &user, &detail, "has the new account, all sessions are ended", output).await
        }
        Relink::Taken => {
            Err(CommandError::Failed(format!("another user has the subject {subject}; nothing was changed")))
        }
        Relink::Unknown => Err(CommandError::Failed(format!("{email} was deleted meanwhile"))),
    }
}
