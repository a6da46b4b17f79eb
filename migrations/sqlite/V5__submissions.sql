-- Lost answers, set-ups that extend a waiting session, and sessions that belong to one authenticator.

-- The answer to a submission, sealed, for a minute: an identical submission gets it again. NULL: the code was wrong.
CREATE TABLE postern_replays (
    -- Keyed digest of the former token, the form's nonce and the code.
    key BLOB PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL COLLATE NOCASE REFERENCES users (id) ON DELETE CASCADE,
    sealed TEXT,
    expires_at TEXT NOT NULL
);

CREATE INDEX postern_replays_expiry ON postern_replays (expires_at);
CREATE INDEX postern_replays_user ON postern_replays (user_id);

-- Backup codes that were just made, sealed, until they are saved or ten minutes have passed.
CREATE TABLE postern_fresh_codes (
    session_id TEXT PRIMARY KEY NOT NULL REFERENCES postern_sessions (id) ON DELETE CASCADE,
    sealed TEXT NOT NULL,
    expires_at TEXT NOT NULL
);

CREATE INDEX postern_fresh_codes_expiry ON postern_fresh_codes (expires_at);

-- The end of the set-up that the session has begun; until then it waits for its second factor.
ALTER TABLE postern_sessions ADD COLUMN set_up_until TEXT;
-- The row of user_2fa_settings with which the second factor was verified; with any other it does not count.
ALTER TABLE postern_sessions ADD COLUMN second_factor_id TEXT COLLATE NOCASE;

UPDATE postern_sessions SET second_factor_id =
    (SELECT f.id FROM user_2fa_settings f WHERE f.user_id = postern_sessions.user_id)
    WHERE second_factor IS NOT NULL;

-- An account that was switched off begins again: its sessions end whoever switches it off, so that switching it on
-- revives none.
CREATE TRIGGER postern_user_switched_off AFTER UPDATE OF is_active ON users
    WHEN NEW.is_active = FALSE AND OLD.is_active IS NOT NEW.is_active
BEGIN
    DELETE FROM postern_sessions WHERE user_id = NEW.id;
END;
