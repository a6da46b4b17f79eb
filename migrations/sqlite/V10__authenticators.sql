-- Further authenticator apps of a user. The first one stays the row of user_2fa_settings.

CREATE TABLE postern_authenticators (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL COLLATE NOCASE REFERENCES users (id) ON DELETE CASCADE,
    -- The row of user_2fa_settings during whose enrolment it was added; with any other it does not count.
    factor_id TEXT NOT NULL COLLATE NOCASE,
    -- Sealed as user_2fa_settings.totp_secret is, so that it can take its place.
    totp_secret TEXT NOT NULL,
    last_step INTEGER,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL
);

CREATE INDEX postern_authenticators_user ON postern_authenticators (user_id);

-- Identifier of the first one where it took the place of another, and its name.
ALTER TABLE user_2fa_settings ADD COLUMN totp_id TEXT;
ALTER TABLE user_2fa_settings ADD COLUMN totp_name TEXT;

ALTER TABLE postern_pending_enrolments ADD COLUMN adds BOOLEAN NOT NULL DEFAULT FALSE;

-- The authenticator with which the second factor was verified, NULL for the first. No reference: once the row is gone, so is the
-- second factor, and NULL would make it the first's.
ALTER TABLE postern_sessions ADD COLUMN second_factor_authenticator TEXT;
