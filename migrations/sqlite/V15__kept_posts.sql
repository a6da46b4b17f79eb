-- Forms whose submission met a missing step, kept until the step is done (docs/kept-forms.md).

CREATE TABLE postern_kept_posts (
    -- SHA-256 of the token in the URL of the page that offers to send it.
    id BLOB PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL COLLATE NOCASE REFERENCES users (id) ON DELETE CASCADE,
    -- Target and body.
    sealed TEXT NOT NULL,
    expires_at TEXT NOT NULL
);

CREATE INDEX postern_kept_posts_user ON postern_kept_posts (user_id);
CREATE INDEX postern_kept_posts_expiry ON postern_kept_posts (expires_at);
