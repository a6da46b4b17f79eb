-- The key of the device that a session is bound to (W3C Device Bound Session Credentials). The version before this one takes
-- a bound session for an unbound one: update every replica before session.device_binding is switched on.

-- The public key as a JSON Web Key in its canonical form (RFC 7638 §3.3), and its SHA-256.
ALTER TABLE postern_sessions ADD COLUMN device_key TEXT;
ALTER TABLE postern_sessions ADD COLUMN device_key_id BLOB;
ALTER TABLE postern_sessions ADD COLUMN device_bound_at TEXT;
