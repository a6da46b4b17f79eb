-- Codes that are sent by mail, beside another second factor. The version before this one sends none and accepts none.

ALTER TABLE user_2fa_settings ADD COLUMN IF NOT EXISTS email_2fa_enabled boolean DEFAULT false;

CREATE TABLE postern.sent_codes (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- No reference: what was sent counts for the limit after the session has ended.
    session_id uuid NOT NULL,
    -- The factor, as in user_2fa_attempts.attempt_type.
    kind text NOT NULL,
    -- Keyed digest of the code; NULL once it was used, replaced or not delivered.
    digest bytea CHECK (octet_length(digest) = 32),
    sent_at timestamp NOT NULL
);

CREATE INDEX sent_codes_user ON postern.sent_codes (user_id, sent_at);
CREATE INDEX sent_codes_sent ON postern.sent_codes (sent_at);

CREATE TRIGGER postern_email_codes_changed AFTER UPDATE ON user_2fa_settings FOR EACH ROW
    WHEN (OLD.email_2fa_enabled IS DISTINCT FROM NEW.email_2fa_enabled)
    EXECUTE FUNCTION postern.notify_user('user_id');
