//! Performs what a correct code, or a passkey, was given for.

use postern_model::attempt::Action;
use postern_model::attempt_log::AttemptRecord;
use postern_model::invalidation::Invalidation;
use postern_model::mail::Happening;
use postern_model::session::Elevation;
use postern_model::store::StoreError;

use super::pool::Db;
use super::sessions::{rotate, view_of};
use super::{authenticators, enrolment, factor_changes, mail, replay};
use crate::actions::{Acted, AllowedBy};

/// Performs an action of a user whose row is locked.
pub(super) async fn act(
    db: &mut Db<'_>,
    attempt: &AttemptRecord,
    elevation: &Elevation,
    by: AllowedBy,
    action: &Action,
) -> Result<Acted, StoreError> {
    let (user, at) = (attempt.user, attempt.at);
    let mut changes = Vec::new();
    match action {
        Action::Elevate => {
            raise(db, elevation, by).await?;
            changes.push(Invalidation::Token(elevation.from));
        }
        Action::ReplaceBackupCodes { digests, shown } => {
            raise(db, elevation, by).await?;
            factor_changes::replace_codes(db, user, digests, at).await?;
            replay::show(db, Some(shown)).await?;
            changes.extend([Invalidation::Token(elevation.from), Invalidation::User(user)]);
        }
        Action::BeginEnrolment(pending) => {
            if let AllowedBy::Passkey(_) = by {
                raise(db, elevation, by).await?;
                changes.push(Invalidation::Token(elevation.from));
            }
            enrolment::write_pending(db, pending).await?;
            changes.push(Invalidation::Session(elevation.session));
        }
        Action::RemovePasskey(id) => {
            raise(db, elevation, by).await?;
            if !factor_changes::remove_passkey(db, user, *id).await? {
                return Ok(Acted::NotEnrolled);
            }
            changes.extend([Invalidation::Token(elevation.from), Invalidation::User(user)]);
        }
        Action::RemoveAuthenticator { id, unseen } => {
            raise(db, elevation, by).await?;
            if !authenticators::remove(db, user, *id, (by, unseen), at).await? {
                return Ok(Acted::NotEnrolled);
            }
            changes.extend([Invalidation::Token(elevation.from), Invalidation::User(user)]);
        }
        Action::SetEmailCodes(on) => {
            raise(db, elevation, by).await?;
            if !factor_changes::set_email_codes(db, user, *on, at).await? {
                return Ok(Acted::NotEnrolled);
            }
            changes.extend([Invalidation::Token(elevation.from), Invalidation::User(user)]);
        }
        Action::SetNumber(number) => {
            // A code that confirms a number verifies nothing: the session stays as it is.
            if number.is_none() {
                raise(db, elevation, by).await?;
                changes.push(Invalidation::Token(elevation.from));
            }
            if !factor_changes::set_number(db, user, number.as_ref(), at).await? {
                return Ok(Acted::NotEnrolled);
            }
            changes.push(Invalidation::User(user));
        }
        Action::RemoveFactors => {
            let keep = (elevation.session, elevation.from, elevation.to);
            match factor_changes::remove(db, user, Some(keep), at).await? {
                Some(removed) => changes.extend(removed),
                None => return Ok(Acted::SessionGone),
            }
        }
    }
    mail::queue_of(db, attempt, Happening::of_action(action)).await?;
    mail::queue_if_new_device(db, attempt).await?;
    let view = view_of(db, elevation.session).await?;
    Ok(view.map_or(Acted::SessionGone, |view| Acted::Done(Box::new(view), changes)))
}

/// Raises the session with the factor, and records which of several it is.
async fn raise(db: &mut Db<'_>, elevation: &Elevation, by: AllowedBy) -> Result<(), StoreError> {
    rotate(db, elevation).await?;
    let (column, id) = match by {
        AllowedBy::Code => return Ok(()),
        AllowedBy::Further(id) => ("second_factor_authenticator", id.0),
        AllowedBy::Passkey(id) => ("second_factor_passkey", id.0),
    };
    db.run(&format!("UPDATE postern.sessions SET {column} = $2 WHERE id = $1"), &[&elevation.session.0, &id]).await?;
    Ok(())
}
