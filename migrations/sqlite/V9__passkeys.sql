-- Passkeys (WebAuthn credentials) as second factors, beside the authenticator app.

CREATE TABLE postern_passkeys (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL COLLATE NOCASE REFERENCES users (id) ON DELETE CASCADE,
    -- The row of user_2fa_settings during whose enrolment it was registered; with any other it does not count.
    factor_id TEXT NOT NULL COLLATE NOCASE,
    credential BLOB NOT NULL UNIQUE,
    -- COSE form.
    public_key BLOB NOT NULL,
    counter INTEGER NOT NULL,
    backup_eligible BOOLEAN NOT NULL,
    backed_up BOOLEAN NOT NULL,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_used_at TEXT
);

CREATE INDEX postern_passkeys_user ON postern_passkeys (user_id);

-- The passkey with which the second factor was verified. Once that is gone, so is the second factor.
ALTER TABLE postern_sessions ADD COLUMN second_factor_passkey TEXT REFERENCES postern_passkeys (id) ON DELETE SET NULL;

CREATE INDEX postern_sessions_passkey ON postern_sessions (second_factor_passkey);
