-- What administrators read and write: `users` and the two tables of the NetPilot guide.
--
-- Works on an empty database, on NetPilot's (where `users` exists without the second-factor columns), and where the
-- guide's own migration already ran. Nothing is dropped or narrowed; columns of other owners keep their defaults and
-- their NULLs. Names are unqualified on purpose: they belong to the schema in which the backend keeps its tables.

CREATE TABLE IF NOT EXISTS users (
    id uuid PRIMARY KEY,
    google_id varchar(255) UNIQUE,
    email varchar(255) NOT NULL UNIQUE,
    full_name varchar(255),
    avatar_url varchar(500),
    last_login timestamp,
    created_at timestamp,
    updated_at timestamp,
    is_active boolean DEFAULT true
);

ALTER TABLE users
    ADD COLUMN IF NOT EXISTS requires_2fa boolean DEFAULT false,
    ADD COLUMN IF NOT EXISTS twofa_enforced_at timestamp,
    -- NULL means https://accounts.google.com.
    ADD COLUMN IF NOT EXISTS oidc_issuer varchar(255);

CREATE INDEX IF NOT EXISTS postern_users_email ON users (lower(email));

CREATE TABLE IF NOT EXISTS user_2fa_settings (
    id uuid PRIMARY KEY,
    user_id uuid UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    is_enabled boolean DEFAULT false,
    totp_secret varchar(255),
    backup_codes text[],
    sms_phone varchar(20),
    email_2fa_enabled boolean DEFAULT false,
    created_at timestamp DEFAULT (now() AT TIME ZONE 'UTC'),
    updated_at timestamp DEFAULT (now() AT TIME ZONE 'UTC'),
    last_used_at timestamp,
    setup_token varchar(255),
    setup_expires_at timestamp,
    failed_attempts integer DEFAULT 0,
    locked_until timestamp
);

-- `failed_attempts` and `locked_until` are the counter of the authenticator app; backup codes have their own, so that
-- guesses at one never lock the other.
ALTER TABLE user_2fa_settings
    ADD COLUMN IF NOT EXISTS totp_last_step bigint,
    ADD COLUMN IF NOT EXISTS backup_failed_attempts integer DEFAULT 0,
    ADD COLUMN IF NOT EXISTS backup_locked_until timestamp;

CREATE TABLE IF NOT EXISTS user_2fa_attempts (
    id uuid PRIMARY KEY,
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    attempt_type varchar(20) NOT NULL,
    success boolean NOT NULL,
    ip_address inet,
    user_agent text,
    created_at timestamp DEFAULT (now() AT TIME ZONE 'UTC')
);

CREATE INDEX IF NOT EXISTS idx_2fa_attempts_user_time ON user_2fa_attempts (user_id, created_at);
CREATE INDEX IF NOT EXISTS idx_2fa_attempts_failed ON user_2fa_attempts (user_id, success, created_at);
