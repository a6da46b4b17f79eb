//! Enrolment tickets.

use postern_model::clock::Timestamp;
use postern_model::id::UserId;
use postern_model::session::TokenHash;
use postern_model::store::StoreError;
use postern_model::ticket::TicketState;

use super::PostgresStore;
use super::locks::lock_user;
use super::pool::Db;
use super::values::{Moment, PgColumns};
use crate::rows::tickets::{TICKET, fresh_ticket, ticket_state};

/// Issues a ticket in place of any other of the user.
pub(super) async fn issue(
    store: &PostgresStore,
    user: UserId,
    ticket: &TokenHash,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let mut db = store.db().await?;
    db.begin().await?;
    if !lock_user(&mut db, user).await? {
        db.rollback().await?;
        return Ok(false);
    }
    write(&mut db, user, &fresh_ticket(ticket, expires_at)).await?;
    let sql = "DELETE FROM postern.pending_enrolments WHERE user_id = $1 AND NOT replaces";
    db.run(sql, &[&user.0]).await?;
    db.commit(&[]).await?;
    Ok(true)
}

/// Reads the ticket of a user; the default where there is no row.
pub(super) async fn read(db: &mut Db<'_>, user: UserId) -> Result<TicketState, StoreError> {
    let sql = format!("SELECT {TICKET} FROM postern.enrolment_tickets t WHERE t.user_id = $1");
    let row = db.row(&sql, &[&user.0]).await?;
    Ok(row.map(|row| ticket_state(&mut PgColumns::new(&row))).transpose()?.unwrap_or_default())
}

/// Deletes the row of a user who enrolled.
pub(super) async fn remove(db: &mut Db<'_>, user: UserId) -> Result<(), StoreError> {
    db.run("DELETE FROM postern.enrolment_tickets WHERE user_id = $1", &[&user.0]).await?;
    Ok(())
}

/// Resets the counter of wrong tickets. False if the user has no row.
pub(super) async fn unlock(db: &mut Db<'_>, user: UserId) -> Result<bool, StoreError> {
    let sql = "UPDATE postern.enrolment_tickets SET failures = 0, locked_until = NULL WHERE user_id = $1";
    Ok(db.run(sql, &[&user.0]).await? > 0)
}

/// Stores the state of a user's ticket.
pub(super) async fn write(db: &mut Db<'_>, user: UserId, state: &TicketState) -> Result<(), StoreError> {
    let sql = "INSERT INTO postern.enrolment_tickets (user_id, required, ticket, expires_at, session_id, failures, \
               locked_until) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (user_id) DO UPDATE SET \
               required = excluded.required, ticket = excluded.ticket, expires_at = excluded.expires_at, \
               session_id = excluded.session_id, failures = excluded.failures, locked_until = excluded.locked_until";
    let ticket = state.ticket.map(|ticket| ticket.hash.0.to_vec());
    let expires_at = state.ticket.map(|ticket| Moment(ticket.expires_at));
    let session = state.ticket.and_then(|ticket| ticket.session).map(|id| id.0);
    let failures = i32::try_from(state.lockout.failures).unwrap_or(i32::MAX);
    let locked_until = state.lockout.locked_until.map(Moment);
    db.run(sql, &[&user.0, &state.required, &ticket, &expires_at, &session, &failures, &locked_until]).await?;
    Ok(())
}
