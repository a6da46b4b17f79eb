-- Codes that are sent by SMS, beside another second factor. The version before this one sends none and accepts none.

-- sms_phone as its owner confirmed it: another one in sms_phone counts for nothing.
ALTER TABLE user_2fa_settings ADD COLUMN sms_phone_confirmed TEXT;

-- The number that a code confirms; NULL for a code that verifies a session.
ALTER TABLE postern_sent_codes ADD COLUMN number TEXT;
