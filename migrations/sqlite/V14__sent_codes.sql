-- Codes that are sent by mail, beside another second factor. The version before this one sends none and accepts none.

CREATE TABLE postern_sent_codes (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL COLLATE NOCASE REFERENCES users (id) ON DELETE CASCADE,
    -- No reference: what was sent counts for the limit after the session has ended.
    session_id TEXT NOT NULL,
    -- The factor, as in user_2fa_attempts.attempt_type.
    kind TEXT NOT NULL,
    -- Keyed digest of the code; NULL once it was used, replaced or not delivered.
    digest BLOB,
    sent_at TEXT NOT NULL
);

CREATE INDEX postern_sent_codes_user ON postern_sent_codes (user_id, sent_at);
CREATE INDEX postern_sent_codes_sent ON postern_sent_codes (sent_at);
