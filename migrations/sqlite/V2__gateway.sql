-- What only the gateway reads; in PostgreSQL these tables live in schema `postern`.

CREATE TABLE postern_sessions (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL COLLATE NOCASE REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the token in the cookie.
    token BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    first_factor_at TEXT NOT NULL,
    second_factor TEXT,
    second_factor_at TEXT,
    last_seen_at TEXT NOT NULL,
    ip_address TEXT,
    user_agent TEXT,
    CHECK ((second_factor IS NULL) = (second_factor_at IS NULL))
);

CREATE INDEX postern_sessions_user ON postern_sessions (user_id, first_factor_at);
CREATE INDEX postern_sessions_begun ON postern_sessions (first_factor_at);
CREATE INDEX postern_sessions_seen ON postern_sessions (last_seen_at);

CREATE TABLE postern_pending_enrolments (
    id TEXT PRIMARY KEY NOT NULL,
    session_id TEXT NOT NULL UNIQUE REFERENCES postern_sessions (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL COLLATE NOCASE REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the set-up token.
    token BLOB NOT NULL,
    sealed_secret TEXT NOT NULL,
    replaces BOOLEAN NOT NULL,
    tries INTEGER NOT NULL,
    expires_at TEXT NOT NULL
);

CREATE INDEX postern_pending_enrolments_user ON postern_pending_enrolments (user_id);
CREATE INDEX postern_pending_enrolments_expiry ON postern_pending_enrolments (expires_at);

CREATE TABLE postern_signing_keys (
    kid TEXT PRIMARY KEY NOT NULL,
    algorithm TEXT NOT NULL,
    sealed_private TEXT NOT NULL,
    created_at TEXT NOT NULL
);

-- Events outlive the accounts that they speak of, so nothing is referenced.
CREATE TABLE postern_audit_events (
    id TEXT PRIMARY KEY NOT NULL,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    user_id TEXT COLLATE NOCASE,
    session_id TEXT,
    ip_address TEXT,
    user_agent TEXT,
    detail TEXT
);

CREATE INDEX postern_audit_events_user ON postern_audit_events (user_id, at);
CREATE INDEX postern_audit_events_at ON postern_audit_events (at);

CREATE TABLE postern_user_groups (
    user_id TEXT NOT NULL COLLATE NOCASE REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    PRIMARY KEY (user_id, name)
);

CREATE TABLE postern_meta (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);
