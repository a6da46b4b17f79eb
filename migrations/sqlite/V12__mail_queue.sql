-- Mail about changes to accounts, which waits until it is sent.

CREATE TABLE postern_mail_queue (
    -- The attempt, passkey or, for a reset, the user that it tells of.
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    user_id TEXT NOT NULL COLLATE NOCASE REFERENCES users (id) ON DELETE CASCADE,
    -- The user's address when it happened: whoever takes an account over must not have its mail led elsewhere.
    recipient TEXT NOT NULL,
    detail TEXT,
    at TEXT NOT NULL,
    ip_address TEXT,
    user_agent TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at TEXT NOT NULL,
    -- Until when one sender has it.
    leased_until TEXT,
    -- One change is told once.
    PRIMARY KEY (event_id, kind)
);

CREATE INDEX postern_mail_queue_due ON postern_mail_queue (due_at);
CREATE INDEX postern_mail_queue_user ON postern_mail_queue (user_id);
