-- Mail about changes to accounts, which waits until it is sent.

CREATE TABLE postern.mail_queue (
    -- The attempt, passkey or, for a reset, the user that it tells of.
    event_id uuid NOT NULL,
    kind text NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The user's address when it happened: whoever takes an account over must not have its mail led elsewhere.
    recipient text NOT NULL,
    detail text,
    at timestamp NOT NULL,
    ip_address inet,
    user_agent text,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamp NOT NULL,
    -- Until when one sender has it.
    leased_until timestamp,
    -- One change is told once.
    PRIMARY KEY (event_id, kind)
);

CREATE INDEX mail_queue_due ON postern.mail_queue (due_at);
CREATE INDEX mail_queue_user ON postern.mail_queue (user_id);
