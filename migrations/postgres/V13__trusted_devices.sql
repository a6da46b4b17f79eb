-- Devices on which a user is not asked for the second factor for a while.

CREATE TABLE postern.trusted_devices (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The row of user_2fa_settings during whose enrolment it was trusted; with any other it does not count.
    factor_id uuid NOT NULL,
    -- SHA-256 of the secret in the cookie, and of the one before, which the browser still has if a response was lost.
    secret bytea NOT NULL CHECK (octet_length(secret) = 32),
    former_secret bytea CHECK (octet_length(former_secret) = 32),
    replaced_at timestamp,
    trusted_at timestamp NOT NULL,
    expires_at timestamp NOT NULL,
    last_used_at timestamp,
    ip_address inet,
    user_agent text
);

CREATE INDEX trusted_devices_user ON postern.trusted_devices (user_id);
CREATE INDEX trusted_devices_trusted ON postern.trusted_devices (trusted_at);
CREATE INDEX trusted_devices_expiry ON postern.trusted_devices (expires_at);

-- The trusted device of the session's browser. No reference: once the row is gone, so is a second factor that rests on it.
ALTER TABLE postern.sessions ADD COLUMN trusted_device uuid;

-- A factor that goes takes the trust in all devices of its user along, whoever removes it: the version before this one,
-- the backend, an administrator. Runs with the rights of the owner, since the backend's role may have none in this schema.
CREATE FUNCTION postern.end_device_trust() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM postern.trusted_devices WHERE user_id = (to_jsonb(OLD) ->> TG_ARGV[0])::uuid;
    RETURN NULL;
END
$$;

CREATE TRIGGER postern_user_off_ends_trust AFTER UPDATE ON users FOR EACH ROW
    WHEN (NEW.is_active IS FALSE AND OLD.is_active IS DISTINCT FROM NEW.is_active)
    EXECUTE FUNCTION postern.end_device_trust('id');
CREATE TRIGGER postern_factors_off_end_trust AFTER UPDATE ON user_2fa_settings FOR EACH ROW
    WHEN (OLD.id IS DISTINCT FROM NEW.id OR NEW.is_enabled IS NOT TRUE OR NEW.totp_secret IS NULL)
    EXECUTE FUNCTION postern.end_device_trust('user_id');
CREATE TRIGGER postern_factors_gone_end_trust AFTER DELETE ON user_2fa_settings FOR EACH ROW
    EXECUTE FUNCTION postern.end_device_trust('user_id');
CREATE TRIGGER postern_passkey_gone_ends_trust AFTER DELETE ON postern.passkeys FOR EACH ROW
    EXECUTE FUNCTION postern.end_device_trust('user_id');
CREATE TRIGGER postern_authenticator_gone_ends_trust AFTER DELETE ON postern.authenticators FOR EACH ROW
    EXECUTE FUNCTION postern.end_device_trust('user_id');

CREATE TRIGGER postern_trusted_device_gone AFTER DELETE ON postern.trusted_devices FOR EACH ROW
    EXECUTE FUNCTION postern.notify_user('user_id');
CREATE TRIGGER postern_trusted_device_moved AFTER UPDATE ON postern.trusted_devices FOR EACH ROW
    WHEN (OLD.id IS DISTINCT FROM NEW.id OR OLD.factor_id IS DISTINCT FROM NEW.factor_id
        OR OLD.user_id IS DISTINCT FROM NEW.user_id)
    EXECUTE FUNCTION postern.notify_user('user_id');
CREATE TRIGGER postern_trusted_devices_truncated AFTER TRUNCATE ON postern.trusted_devices
    EXECUTE FUNCTION postern.notify_everything();
CREATE TRIGGER postern_session_device_changed AFTER UPDATE ON postern.sessions FOR EACH ROW
    WHEN (OLD.trusted_device IS DISTINCT FROM NEW.trusted_device)
    EXECUTE FUNCTION postern.notify_session();
