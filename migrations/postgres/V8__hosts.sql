-- One sign-in for several hosts of the gateway (docs/hosts.md): codes that hand a session over, and the tokens that other
-- hosts have of it.

CREATE TABLE postern.hand_overs (
    -- SHA-256 of the code in the URL.
    code bytea PRIMARY KEY CHECK (octet_length(code) = 32),
    session_id uuid NOT NULL REFERENCES postern.sessions (id) ON DELETE CASCADE,
    -- The session's token when the code was made.
    session_token bytea NOT NULL CHECK (octet_length(session_token) = 32),
    host text NOT NULL,
    -- SHA-256 of the secret in the browser's binding cookie.
    binding bytea NOT NULL CHECK (octet_length(binding) = 32),
    return_url text NOT NULL,
    expires_at timestamp NOT NULL,
    used boolean NOT NULL DEFAULT false
);

CREATE INDEX hand_overs_session ON postern.hand_overs (session_id);
CREATE INDEX hand_overs_expiry ON postern.hand_overs (expires_at);

CREATE TABLE postern.host_tokens (
    -- SHA-256 of the token in the host's cookie and of the host's name.
    token bytea PRIMARY KEY CHECK (octet_length(token) = 32),
    session_id uuid NOT NULL REFERENCES postern.sessions (id) ON DELETE CASCADE,
    -- The session's token when the host got its own: another one since then makes this one void.
    session_token bytea NOT NULL CHECK (octet_length(session_token) = 32),
    host text NOT NULL,
    made_at timestamp NOT NULL,
    UNIQUE (session_id, host)
);

CREATE TRIGGER postern_host_token_changed AFTER UPDATE OR DELETE ON postern.host_tokens FOR EACH ROW
    EXECUTE FUNCTION postern.notify_session();
CREATE TRIGGER postern_host_tokens_truncated AFTER TRUNCATE ON postern.host_tokens
    EXECUTE FUNCTION postern.notify_everything();
