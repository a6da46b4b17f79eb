-- Forms whose submission met a missing step, kept until the step is done (docs/kept-forms.md).

CREATE TABLE postern.kept_posts (
    -- SHA-256 of the token in the URL of the page that offers to send it.
    id bytea PRIMARY KEY CHECK (octet_length(id) = 32),
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Target and body.
    sealed text NOT NULL,
    expires_at timestamp NOT NULL
);

CREATE INDEX kept_posts_user ON postern.kept_posts (user_id);
CREATE INDEX kept_posts_expiry ON postern.kept_posts (expires_at);
