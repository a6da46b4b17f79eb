-- Enrolment tickets: without one, an account takes no first authenticator after an administrator's reset.

CREATE TABLE postern_enrolment_tickets (
    user_id TEXT PRIMARY KEY NOT NULL COLLATE NOCASE REFERENCES users (id) ON DELETE CASCADE,
    -- Whether the next first enrolment needs a ticket.
    required BOOLEAN NOT NULL,
    -- SHA-256 of the ticket; NULL: none was issued.
    ticket BLOB,
    expires_at TEXT,
    -- The session that presented the ticket. Not a reference: when it ends, the ticket stays used.
    session_id TEXT,
    -- Counter of wrong tickets.
    failures INTEGER NOT NULL DEFAULT 0,
    locked_until TEXT,
    CHECK ((ticket IS NULL) = (expires_at IS NULL))
);

CREATE INDEX postern_enrolment_tickets_ticket ON postern_enrolment_tickets (ticket);
