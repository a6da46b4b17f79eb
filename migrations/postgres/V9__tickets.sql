-- Enrolment tickets: without one, an account takes no first authenticator after an administrator's reset.

CREATE TABLE postern.enrolment_tickets (
    user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- Whether the next first enrolment needs a ticket.
    required boolean NOT NULL,
    -- SHA-256 of the ticket; NULL: none was issued.
    ticket bytea CHECK (octet_length(ticket) = 32),
    expires_at timestamp,
    -- The session that presented the ticket. Not a reference: when it ends, the ticket stays used.
    session_id uuid,
    -- Counter of wrong tickets.
    failures integer NOT NULL DEFAULT 0,
    locked_until timestamp,
    CHECK ((ticket IS NULL) = (expires_at IS NULL))
);

CREATE INDEX enrolment_tickets_ticket ON postern.enrolment_tickets (ticket);
