-- Codes that are sent by SMS, beside another second factor. The version before this one sends none and accepts none.

ALTER TABLE user_2fa_settings
    ADD COLUMN IF NOT EXISTS sms_phone varchar(20),
    -- sms_phone as its owner confirmed it: another one in sms_phone counts for nothing.
    ADD COLUMN IF NOT EXISTS sms_phone_confirmed varchar(20);

-- The number that a code confirms; NULL for a code that verifies a session.
ALTER TABLE postern.sent_codes ADD COLUMN number text;

CREATE TRIGGER postern_sms_codes_changed AFTER UPDATE ON user_2fa_settings FOR EACH ROW
    WHEN (OLD.sms_phone IS DISTINCT FROM NEW.sms_phone OR OLD.sms_phone_confirmed IS DISTINCT FROM NEW.sms_phone_confirmed)
    EXECUTE FUNCTION postern.notify_user('user_id');
