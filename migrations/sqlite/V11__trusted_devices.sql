-- Devices on which a user is not asked for the second factor for a while.

CREATE TABLE postern_trusted_devices (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL COLLATE NOCASE REFERENCES users (id) ON DELETE CASCADE,
    -- The row of user_2fa_settings during whose enrolment it was trusted; with any other it does not count.
    factor_id TEXT NOT NULL COLLATE NOCASE,
    -- SHA-256 of the secret in the cookie, and of the one before, which the browser still has if a response was lost.
    secret BLOB NOT NULL,
    former_secret BLOB,
    replaced_at TEXT,
    trusted_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    last_used_at TEXT,
    ip_address TEXT,
    user_agent TEXT
);

CREATE INDEX postern_trusted_devices_user ON postern_trusted_devices (user_id);
CREATE INDEX postern_trusted_devices_trusted ON postern_trusted_devices (trusted_at);
CREATE INDEX postern_trusted_devices_expiry ON postern_trusted_devices (expires_at);

-- The trusted device of the session's browser. No reference: once the row is gone, so is a second factor that rests on it.
ALTER TABLE postern_sessions ADD COLUMN trusted_device TEXT;

-- A factor that goes takes the trust in all devices of its user along, whoever removes it: the version before this one,
-- the backend, an administrator.
CREATE TRIGGER postern_user_off_ends_trust AFTER UPDATE OF is_active ON users
    WHEN NEW.is_active = FALSE AND OLD.is_active IS NOT NEW.is_active
BEGIN
    DELETE FROM postern_trusted_devices WHERE user_id = NEW.id;
END;
CREATE TRIGGER postern_factors_off_end_trust AFTER UPDATE ON user_2fa_settings
    WHEN OLD.id IS NOT NEW.id OR NEW.is_enabled IS NOT TRUE OR NEW.totp_secret IS NULL
BEGIN
    DELETE FROM postern_trusted_devices WHERE user_id = OLD.user_id;
END;
CREATE TRIGGER postern_factors_gone_end_trust AFTER DELETE ON user_2fa_settings
BEGIN
    DELETE FROM postern_trusted_devices WHERE user_id = OLD.user_id;
END;
CREATE TRIGGER postern_passkey_gone_ends_trust AFTER DELETE ON postern_passkeys
BEGIN
    DELETE FROM postern_trusted_devices WHERE user_id = OLD.user_id;
END;
CREATE TRIGGER postern_authenticator_gone_ends_trust AFTER DELETE ON postern_authenticators
BEGIN
    DELETE FROM postern_trusted_devices WHERE user_id = OLD.user_id;
END;
