-- Lost answers, set-ups that extend a waiting session, and sessions that belong to one authenticator.

-- The answer to a submission, sealed, for a minute: an identical submission gets it again. NULL: the code was wrong.
CREATE TABLE postern.replays (
    -- Keyed digest of the former token, the form's nonce and the code.
    key bytea PRIMARY KEY CHECK (octet_length(key) = 32),
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    sealed text,
    expires_at timestamp NOT NULL
);

CREATE INDEX replays_expiry ON postern.replays (expires_at);
CREATE INDEX replays_user ON postern.replays (user_id);

-- Backup codes that were just made, sealed, until they are saved or ten minutes have passed.
CREATE TABLE postern.fresh_codes (
    session_id uuid PRIMARY KEY REFERENCES postern.sessions (id) ON DELETE CASCADE,
    sealed text NOT NULL,
    expires_at timestamp NOT NULL
);

CREATE INDEX fresh_codes_expiry ON postern.fresh_codes (expires_at);

ALTER TABLE postern.sessions
    -- The end of the set-up that the session has begun; until then it waits for its second factor.
    ADD COLUMN set_up_until timestamp,
    -- The row of user_2fa_settings with which the second factor was verified; with any other it does not count.
    ADD COLUMN second_factor_id uuid;

UPDATE postern.sessions s SET second_factor_id = f.id FROM user_2fa_settings f
    WHERE f.user_id = s.user_id AND s.second_factor IS NOT NULL;

-- An account that was switched off begins again: its sessions end whoever switches it off, so that switching it on
-- revives none. Runs with the rights of the owner, since the backend's role may have none in this schema.
CREATE FUNCTION postern.end_sessions_of_user() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM postern.sessions WHERE user_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER postern_user_switched_off AFTER UPDATE ON users FOR EACH ROW
    WHEN (NEW.is_active IS FALSE AND OLD.is_active IS DISTINCT FROM NEW.is_active)
    EXECUTE FUNCTION postern.end_sessions_of_user();
