-- Sessions that are cached are not read again while notices of changes arrive (docs/freshness.md), so every change of
-- what a decision or an identity header is made from sends one, whoever makes it. The functions swallow whatever goes
-- wrong: a notice must never make a statement of the backend fail.

CREATE FUNCTION postern.notify_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('postern_change', 't:' || encode(OLD.token, 'hex'));
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END
$$;

CREATE FUNCTION postern.notify_everything() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('postern_change', '*');
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END
$$;

-- Not for last_seen_at that moves forward: that is written for every session in use.
CREATE TRIGGER postern_session_deleted AFTER DELETE ON postern.sessions FOR EACH ROW
    EXECUTE FUNCTION postern.notify_session();
CREATE TRIGGER postern_session_changed AFTER UPDATE ON postern.sessions FOR EACH ROW
    WHEN (ROW(OLD.id, OLD.user_id, OLD.token, OLD.version, OLD.first_factor_at, OLD.second_factor, OLD.second_factor_at,
              OLD.email, OLD.hosted_domain)
        IS DISTINCT FROM ROW(NEW.id, NEW.user_id, NEW.token, NEW.version, NEW.first_factor_at, NEW.second_factor,
              NEW.second_factor_at, NEW.email, NEW.hosted_domain)
        OR NEW.last_seen_at < OLD.last_seen_at)
    EXECUTE FUNCTION postern.notify_session();

-- Names and pictures are in identity headers.
CREATE TRIGGER postern_profile_changed AFTER UPDATE ON users FOR EACH ROW
    WHEN (OLD.full_name IS DISTINCT FROM NEW.full_name
        OR OLD.avatar_url IS DISTINCT FROM NEW.avatar_url
        OR OLD.google_id IS DISTINCT FROM NEW.google_id
        OR OLD.oidc_issuer IS DISTINCT FROM NEW.oidc_issuer
        OR OLD.last_login IS DISTINCT FROM NEW.last_login)
    EXECUTE FUNCTION postern.notify_user('id');

CREATE TRIGGER postern_users_truncated AFTER TRUNCATE ON users
    EXECUTE FUNCTION postern.notify_everything();
CREATE TRIGGER postern_factors_truncated AFTER TRUNCATE ON user_2fa_settings
    EXECUTE FUNCTION postern.notify_everything();
CREATE TRIGGER postern_groups_truncated AFTER TRUNCATE ON postern.user_groups
    EXECUTE FUNCTION postern.notify_everything();
CREATE TRIGGER postern_sessions_truncated AFTER TRUNCATE ON postern.sessions
    EXECUTE FUNCTION postern.notify_everything();

-- Tables of the guide as they are found: columns that some copies lack, and one row a user.
ALTER TABLE user_2fa_settings
    ADD COLUMN IF NOT EXISTS is_enabled boolean DEFAULT false,
    ADD COLUMN IF NOT EXISTS totp_secret varchar(255),
    ADD COLUMN IF NOT EXISTS backup_codes text[],
    ADD COLUMN IF NOT EXISTS created_at timestamp DEFAULT (now() AT TIME ZONE 'UTC'),
    ADD COLUMN IF NOT EXISTS updated_at timestamp DEFAULT (now() AT TIME ZONE 'UTC'),
    ADD COLUMN IF NOT EXISTS last_used_at timestamp,
    ADD COLUMN IF NOT EXISTS setup_token varchar(255),
    ADD COLUMN IF NOT EXISTS setup_expires_at timestamp,
    ADD COLUMN IF NOT EXISTS failed_attempts integer DEFAULT 0,
    ADD COLUMN IF NOT EXISTS locked_until timestamp;
ALTER TABLE user_2fa_attempts
    ADD COLUMN IF NOT EXISTS ip_address inet,
    ADD COLUMN IF NOT EXISTS user_agent text,
    ADD COLUMN IF NOT EXISTS created_at timestamp DEFAULT (now() AT TIME ZONE 'UTC');

DO $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = 'user_2fa_settings'::regclass AND i.indisunique AND i.indnkeyatts = 1 AND i.indpred IS NULL
            AND a.attname = 'user_id')
    THEN
        -- Where a user has several rows, somebody has to decide which one counts: readiness names it.
        IF NOT EXISTS (SELECT 1 FROM user_2fa_settings WHERE user_id IS NOT NULL GROUP BY user_id HAVING count(*) > 1) THEN
            CREATE UNIQUE INDEX postern_settings_user ON user_2fa_settings (user_id);
        END IF;
    END IF;
END
$$;
