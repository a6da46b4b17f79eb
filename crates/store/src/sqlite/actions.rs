//! Performs what a correct code, or a passkey, was given for.

use postern_model::attempt::Action;
use postern_model::attempt_log::AttemptRecord;
use postern_model::invalidation::Invalidation;
use postern_model::mail::{Happening, MailKinds};
use postern_model::session::Elevation;
use rusqlite::Connection;

use super::connection::run;
use super::error::Failure;
use super::sessions::{rotate, view_of};
use super::{authenticators, enrolment, factor_changes, mail, replay};
use crate::actions::{Acted, AllowedBy};

/// Performs an action of a user.
pub(super) fn act(
    db: &Connection,
    wanted: MailKinds,
    attempt: &AttemptRecord,
    elevation: &Elevation,
    by: AllowedBy,
    action: &Action,
) -> Result<Acted, Failure> {
    let (user, at) = (attempt.user, attempt.at);
    let mut changes = Vec::new();
    match action {
        Action::Elevate => {
            raise(db, elevation, by)?;
            changes.push(Invalidation::Token(elevation.from));
        }
        Action::ReplaceBackupCodes { digests, shown } => {
            raise(db, elevation, by)?;
            factor_changes::replace_codes(db, user, digests, at)?;
            replay::show(db, Some(shown))?;
            changes.extend([Invalidation::Token(elevation.from), Invalidation::User(user)]);
        }
        Action::BeginEnrolment(pending) => {
            if let AllowedBy::Passkey(_) = by {
                raise(db, elevation, by)?;
                changes.push(Invalidation::Token(elevation.from));
            }
            enrolment::write_pending(db, pending)?;
            changes.push(Invalidation::Session(elevation.session));
        }
        Action::RemovePasskey(id) => {
            raise(db, elevation, by)?;
            if !factor_changes::remove_passkey(db, user, *id)? {
                return Ok(Acted::NotEnrolled);
            }
            changes.extend([Invalidation::Token(elevation.from), Invalidation::User(user)]);
        }
        Action::RemoveAuthenticator { id, unseen } => {
            raise(db, elevation, by)?;
            if !authenticators::remove(db, user, *id, (by, unseen), at)? {
                return Ok(Acted::NotEnrolled);
            }
            changes.extend([Invalidation::Token(elevation.from), Invalidation::User(user)]);
        }
        Action::SetEmailCodes(on) => {
            raise(db, elevation, by)?;
            if !factor_changes::set_email_codes(db, user, *on, at)? {
                return Ok(Acted::NotEnrolled);
            }
            changes.extend([Invalidation::Token(elevation.from), Invalidation::User(user)]);
        }
        Action::SetNumber(number) => {
            // A code that confirms a number verifies nothing: the session stays as it is.
            if number.is_none() {
                raise(db, elevation, by)?;
                changes.push(Invalidation::Token(elevation.from));
            }
            if !factor_changes::set_number(db, user, number.as_ref(), at)? {
                return Ok(Acted::NotEnrolled);
            }
            changes.push(Invalidation::User(user));
        }
        Action::RemoveFactors => {
            let keep = (elevation.session, elevation.from, elevation.to);
            match factor_changes::remove(db, user, Some(keep), at)? {
                Some(removed) => changes.extend(removed),
                None => return Ok(Acted::SessionGone),
            }
        }
    }
    mail::queue_of(db, wanted, attempt, Happening::of_action(action))?;
    mail::queue_if_new_device(db, wanted, attempt)?;
    let view = view_of(db, elevation.session)?;
    Ok(view.map_or(Acted::SessionGone, |view| Acted::Done(Box::new(view), changes)))
}

/// Raises the session with the factor, and records which of several it is.
fn raise(db: &Connection, elevation: &Elevation, by: AllowedBy) -> Result<(), Failure> {
    rotate(db, elevation)?;
    let (column, id) = match by {
        AllowedBy::Code => return Ok(()),
        AllowedBy::Further(id) => ("second_factor_authenticator", id.to_string()),
        AllowedBy::Passkey(id) => ("second_factor_passkey", id.to_string()),
    };
    let sql = format!("UPDATE postern_sessions SET {column} = ?2 WHERE id = ?1");
    run(db, &sql, [elevation.session.to_string(), id])?;
    Ok(())
}
