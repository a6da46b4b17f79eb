//! Enrolment tickets as rows.

use postern_model::clock::Timestamp;
use postern_model::id::SessionId;
use postern_model::lockout::Lockout;
use postern_model::session::TokenHash;
use postern_model::store::StoreError;
use postern_model::ticket::{IssuedTicket, TicketState};

use super::{Columns, Reading, Table};

/// Columns of [`ticket_state`], from `enrolment_tickets t`.
pub(crate) const TICKET: &str =
    "t.user_id, t.required, t.ticket, t.expires_at, t.session_id, t.failures, t.locked_until";

/// Reads [`TICKET`].
pub(crate) fn ticket_state(columns: &mut dyn Columns) -> Result<TicketState, StoreError> {
    let (mut row, _) = Reading::identified(columns, Table::Tickets, "user_id")?;
    let required = row.required("required", |row| row.flag())?;
    let ticket = row.optional("ticket", |row| row.bytes())?;
    let hash =
        ticket.map(|bytes| bytes.try_into().map(TokenHash).map_err(|_| row.corrupt("ticket", "is not 32 bytes long")));
    let (hash, expires_at) = (hash.transpose()?, row.optional("expires_at", |row| row.time())?);
    let session = row.optional("session_id", |row| row.uuid())?.map(SessionId);
    let ticket = match (hash, expires_at) {
        (Some(hash), Some(expires_at)) => Some(IssuedTicket { hash, expires_at, session }),
        (None, None) => None,
        _ => return Err(row.corrupt("expires_at", "does not go with ticket")),
    };
    let lockout =
        Lockout { failures: row.count("failures")?, locked_until: row.optional("locked_until", |row| row.time())? };
    Ok(TicketState { required, ticket, lockout })
}

/// Returns the state after a ticket was issued.
pub(crate) fn fresh_ticket(hash: &TokenHash, expires_at: Timestamp) -> TicketState {
    let ticket = IssuedTicket { hash: *hash, expires_at, session: None };
    TicketState { required: true, ticket: Some(ticket), lockout: Lockout::default() }
}
