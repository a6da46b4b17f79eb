-- The same `users` and `user_2fa_*` tables as in PostgreSQL, so that the same SQL serves administrators.
-- Timestamps are UTC text, 'YYYY-MM-DD HH:MM:SS.ffffff', of which CURRENT_TIMESTAMP is a prefix; booleans are 0 and 1;
-- backup codes are a JSON array; identifiers are lower-case UUID text.

CREATE TABLE users (
    id TEXT PRIMARY KEY NOT NULL COLLATE NOCASE,
    google_id TEXT UNIQUE,
    email TEXT NOT NULL UNIQUE,
    full_name TEXT,
    avatar_url TEXT,
    last_login TEXT,
    created_at TEXT DEFAULT CURRENT_TIMESTAMP,
    updated_at TEXT DEFAULT CURRENT_TIMESTAMP,
    is_active BOOLEAN DEFAULT TRUE,
    requires_2fa BOOLEAN DEFAULT FALSE,
    twofa_enforced_at TEXT,
    -- NULL means https://accounts.google.com.
    oidc_issuer TEXT
);

CREATE INDEX postern_users_email ON users (lower(email));

CREATE TABLE user_2fa_settings (
    id TEXT PRIMARY KEY NOT NULL COLLATE NOCASE,
    user_id TEXT UNIQUE COLLATE NOCASE REFERENCES users (id) ON DELETE CASCADE,
    is_enabled BOOLEAN DEFAULT FALSE,
    totp_secret TEXT,
    backup_codes TEXT,
    sms_phone TEXT,
    email_2fa_enabled BOOLEAN DEFAULT FALSE,
    created_at TEXT DEFAULT CURRENT_TIMESTAMP,
    updated_at TEXT DEFAULT CURRENT_TIMESTAMP,
    last_used_at TEXT,
    setup_token TEXT,
    setup_expires_at TEXT,
    failed_attempts INTEGER DEFAULT 0,
    locked_until TEXT,
    totp_last_step INTEGER,
    backup_failed_attempts INTEGER DEFAULT 0,
    backup_locked_until TEXT
);

CREATE TABLE user_2fa_attempts (
    id TEXT PRIMARY KEY NOT NULL COLLATE NOCASE,
    user_id TEXT COLLATE NOCASE REFERENCES users (id) ON DELETE CASCADE,
    attempt_type TEXT NOT NULL,
    success BOOLEAN NOT NULL,
    ip_address TEXT,
    user_agent TEXT,
    created_at TEXT DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX idx_2fa_attempts_user_time ON user_2fa_attempts (user_id, created_at);
CREATE INDEX idx_2fa_attempts_failed ON user_2fa_attempts (user_id, success, created_at);
