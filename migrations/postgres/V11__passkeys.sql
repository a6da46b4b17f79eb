-- Passkeys (WebAuthn credentials) as second factors, beside the authenticator app.

CREATE TABLE postern.passkeys (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The row of user_2fa_settings during whose enrolment it was registered; with any other it does not count.
    factor_id uuid NOT NULL,
    credential bytea NOT NULL UNIQUE CHECK (octet_length(credential) BETWEEN 1 AND 1023),
    -- COSE form.
    public_key bytea NOT NULL,
    counter bigint NOT NULL CHECK (counter BETWEEN 0 AND 4294967295),
    backup_eligible boolean NOT NULL,
    backed_up boolean NOT NULL,
    name text NOT NULL,
    created_at timestamp NOT NULL,
    last_used_at timestamp
);

CREATE INDEX passkeys_user ON postern.passkeys (user_id);

-- The passkey with which the second factor was verified. Once that is gone, so is the second factor.
ALTER TABLE postern.sessions
    ADD COLUMN second_factor_passkey uuid REFERENCES postern.passkeys (id) ON DELETE SET NULL;

CREATE INDEX sessions_passkey ON postern.sessions (second_factor_passkey) WHERE second_factor_passkey IS NOT NULL;

CREATE TRIGGER postern_passkey_gone AFTER DELETE ON postern.passkeys FOR EACH ROW
    EXECUTE FUNCTION postern.notify_user('user_id');
CREATE TRIGGER postern_passkey_moved AFTER UPDATE ON postern.passkeys FOR EACH ROW
    WHEN (OLD.factor_id IS DISTINCT FROM NEW.factor_id OR OLD.user_id IS DISTINCT FROM NEW.user_id)
    EXECUTE FUNCTION postern.notify_user('user_id');
CREATE TRIGGER postern_session_passkey_changed AFTER UPDATE ON postern.sessions FOR EACH ROW
    WHEN (OLD.second_factor_passkey IS DISTINCT FROM NEW.second_factor_passkey)
    EXECUTE FUNCTION postern.notify_session();
