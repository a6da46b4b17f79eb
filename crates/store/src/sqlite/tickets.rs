//! Enrolment tickets.

use postern_model::clock::Timestamp;
use postern_model::id::UserId;
use postern_model::session::TokenHash;
use postern_model::ticket::TicketState;
use rusqlite::{Connection, params};

use super::connection::{End, first, run};
use super::error::Failure;
use super::times;
use crate::rows::tickets::{TICKET, fresh_ticket, ticket_state};

/// Issues a ticket in place of any other of the user.
pub(super) fn issue(
    db: &Connection,
    user: UserId,
    ticket: &TokenHash,
    expires_at: Timestamp,
) -> Result<End<bool>, Failure> {
    if first(db, "SELECT 1 FROM users WHERE id = ?1", [user.to_string()], |_| Ok(()))?.is_none() {
        return Ok(End::Nothing(false));
    }
    write(db, user, &fresh_ticket(ticket, expires_at))?;
    let sql = "DELETE FROM postern_pending_enrolments WHERE user_id = ?1 AND replaces = FALSE";
    run(db, sql, [user.to_string()])?;
    Ok(End::Commit(true, Vec::new()))
}

/// Reads the ticket of a user; the default where there is no row.
pub(super) fn read(db: &Connection, user: UserId) -> Result<TicketState, Failure> {
    let sql = format!("SELECT {TICKET} FROM postern_enrolment_tickets t WHERE t.user_id = ?1");
    Ok(first(db, &sql, [user.to_string()], ticket_state)?.unwrap_or_default())
}

/// Deletes the row of a user who enrolled.
pub(super) fn remove(db: &Connection, user: UserId) -> Result<(), Failure> {
    run(db, "DELETE FROM postern_enrolment_tickets WHERE user_id = ?1", [user.to_string()])?;
    Ok(())
}

/// Resets the counter of wrong tickets. False if the user has no row.
pub(super) fn unlock(db: &Connection, user: UserId) -> Result<bool, Failure> {
    let sql = "UPDATE postern_enrolment_tickets SET failures = 0, locked_until = NULL WHERE user_id = ?1";
    Ok(run(db, sql, [user.to_string()])? > 0)
}

/// Stores the state of a user's ticket.
pub(super) fn write(db: &Connection, user: UserId, state: &TicketState) -> Result<(), Failure> {
    let sql = "INSERT INTO postern_enrolment_tickets (user_id, required, ticket, expires_at, session_id, failures, \
               locked_until) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (user_id) DO UPDATE SET \
               required = excluded.required, ticket = excluded.ticket, expires_at = excluded.expires_at, \
               session_id = excluded.session_id, failures = excluded.failures, locked_until = excluded.locked_until";
    let ticket = state.ticket.map(|ticket| ticket.hash.0);
    let expires_at = state.ticket.map(|ticket| times::write(ticket.expires_at));
    let session = state.ticket.and_then(|ticket| ticket.session).map(|id| id.to_string());
    let locked_until = state.lockout.locked_until.map(times::write);
    let failures = state.lockout.failures;
    run(db, sql, params![user.to_string(), state.required, ticket, expires_at, session, failures, locked_until])?;
    Ok(())
}
