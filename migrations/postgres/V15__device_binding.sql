-- The key of the device that a session is bound to (W3C Device Bound Session Credentials). The version before this one takes
-- a bound session for an unbound one: update every replica before session.device_binding is switched on.

ALTER TABLE postern.sessions
    -- The public key as a JSON Web Key in its canonical form (RFC 7638 §3.3), and its SHA-256.
    ADD COLUMN device_key text CHECK (length(device_key) <= 1024),
    ADD COLUMN device_key_id bytea CHECK (octet_length(device_key_id) = 32),
    ADD COLUMN device_bound_at timestamp;

ALTER TABLE postern.sessions ADD CONSTRAINT sessions_device_whole
    CHECK ((device_key IS NULL) = (device_key_id IS NULL) AND (device_key IS NULL) = (device_bound_at IS NULL));

CREATE TRIGGER postern_session_binding_changed AFTER UPDATE ON postern.sessions FOR EACH ROW
    WHEN (OLD.device_key_id IS DISTINCT FROM NEW.device_key_id)
    EXECUTE FUNCTION postern.notify_session();
