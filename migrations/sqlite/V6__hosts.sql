-- One sign-in for several hosts of the gateway (docs/hosts.md): codes that hand a session over, and the tokens that other
-- hosts have of it.

CREATE TABLE postern_hand_overs (
    -- SHA-256 of the code in the URL.
    code BLOB PRIMARY KEY NOT NULL,
    session_id TEXT NOT NULL REFERENCES postern_sessions (id) ON DELETE CASCADE,
    -- The session's token when the code was made.
    session_token BLOB NOT NULL,
    host TEXT NOT NULL,
    -- SHA-256 of the secret in the browser's binding cookie.
    binding BLOB NOT NULL,
    return_url TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE INDEX postern_hand_overs_session ON postern_hand_overs (session_id);
CREATE INDEX postern_hand_overs_expiry ON postern_hand_overs (expires_at);

CREATE TABLE postern_host_tokens (
    -- SHA-256 of the token in the host's cookie and of the host's name.
    token BLOB PRIMARY KEY NOT NULL,
    session_id TEXT NOT NULL REFERENCES postern_sessions (id) ON DELETE CASCADE,
    -- The session's token when the host got its own: another one since then makes this one void.
    session_token BLOB NOT NULL,
    host TEXT NOT NULL,
    made_at TEXT NOT NULL,
    UNIQUE (session_id, host)
);
