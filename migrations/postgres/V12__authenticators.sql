-- Further authenticator apps of a user. The first one stays the row of user_2fa_settings.

CREATE TABLE postern.authenticators (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The row of user_2fa_settings during whose enrolment it was added; with any other it does not count.
    factor_id uuid NOT NULL,
    -- Sealed as user_2fa_settings.totp_secret is, so that it can take its place.
    totp_secret text NOT NULL,
    last_step bigint,
    name text NOT NULL,
    created_at timestamp NOT NULL
);

CREATE INDEX authenticators_user ON postern.authenticators (user_id);

-- Identifier of the first one where it took the place of another, and its name.
ALTER TABLE user_2fa_settings
    ADD COLUMN IF NOT EXISTS totp_id uuid,
    ADD COLUMN IF NOT EXISTS totp_name text;

ALTER TABLE postern.pending_enrolments ADD COLUMN adds boolean NOT NULL DEFAULT false;

-- The authenticator with which the second factor was verified, NULL for the first. No reference: once the row is gone, so is the
-- second factor, and NULL would make it the first's.
ALTER TABLE postern.sessions ADD COLUMN second_factor_authenticator uuid;

CREATE TRIGGER postern_authenticator_gone AFTER DELETE ON postern.authenticators FOR EACH ROW
    EXECUTE FUNCTION postern.notify_user('user_id');
CREATE TRIGGER postern_authenticator_moved AFTER UPDATE ON postern.authenticators FOR EACH ROW
    WHEN (OLD.id IS DISTINCT FROM NEW.id OR OLD.factor_id IS DISTINCT FROM NEW.factor_id)
    EXECUTE FUNCTION postern.notify_user('user_id');
CREATE TRIGGER postern_authenticators_truncated AFTER TRUNCATE ON postern.authenticators
    EXECUTE FUNCTION postern.notify_everything();
CREATE TRIGGER postern_first_authenticator_changed AFTER UPDATE ON user_2fa_settings FOR EACH ROW
    WHEN (OLD.totp_id IS DISTINCT FROM NEW.totp_id)
    EXECUTE FUNCTION postern.notify_user('user_id');
CREATE TRIGGER postern_session_authenticator_changed AFTER UPDATE ON postern.sessions FOR EACH ROW
    WHEN (OLD.second_factor_authenticator IS DISTINCT FROM NEW.second_factor_authenticator)
    EXECUTE FUNCTION postern.notify_session();
