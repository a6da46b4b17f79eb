-- What only the gateway reads. The schema itself is made before the first migration, for the history table.

CREATE TABLE postern.sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the token in the cookie.
    token bytea NOT NULL UNIQUE CHECK (octet_length(token) = 32),
    version bigint NOT NULL,
    first_factor_at timestamp NOT NULL,
    second_factor varchar(20),
    second_factor_at timestamp,
    last_seen_at timestamp NOT NULL,
    ip_address inet,
    user_agent text,
    CHECK ((second_factor IS NULL) = (second_factor_at IS NULL))
);

CREATE INDEX sessions_user ON postern.sessions (user_id, first_factor_at);
CREATE INDEX sessions_begun ON postern.sessions (first_factor_at);
CREATE INDEX sessions_seen ON postern.sessions (last_seen_at);

CREATE TABLE postern.pending_enrolments (
    id uuid PRIMARY KEY,
    session_id uuid NOT NULL UNIQUE REFERENCES postern.sessions (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the set-up token.
    token bytea NOT NULL CHECK (octet_length(token) = 32),
    sealed_secret text NOT NULL,
    replaces boolean NOT NULL,
    tries integer NOT NULL,
    expires_at timestamp NOT NULL
);

CREATE INDEX pending_enrolments_user ON postern.pending_enrolments (user_id);
CREATE INDEX pending_enrolments_expiry ON postern.pending_enrolments (expires_at);

CREATE TABLE postern.signing_keys (
    kid varchar(255) PRIMARY KEY,
    algorithm varchar(20) NOT NULL,
    sealed_private text NOT NULL,
    created_at timestamp NOT NULL
);

-- Events outlive the accounts that they speak of, so nothing is referenced.
CREATE TABLE postern.audit_events (
    id uuid PRIMARY KEY,
    at timestamp NOT NULL,
    kind varchar(60) NOT NULL,
    user_id uuid,
    session_id uuid,
    ip_address inet,
    user_agent text,
    detail text
);

CREATE INDEX audit_events_user ON postern.audit_events (user_id, at);
CREATE INDEX audit_events_at ON postern.audit_events (at);

CREATE TABLE postern.user_groups (
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name varchar(255) NOT NULL,
    PRIMARY KEY (user_id, name)
);

CREATE TABLE postern.meta (
    key varchar(60) PRIMARY KEY,
    value text NOT NULL
);
