-- Signing keys are published before they sign, and may be revoked. NULL in `signs_from`: an older version made the key,
-- and it signs since it was made.

ALTER TABLE postern_signing_keys ADD COLUMN signs_from TEXT;
ALTER TABLE postern_signing_keys ADD COLUMN revoked_at TEXT;
