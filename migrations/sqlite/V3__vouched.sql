-- What the ID token of a session's sign-in said: routes may be for certain addresses and Workspace domains. Beside the
-- session, not in `users`, whose columns the backend writes too. Older sessions have neither and match no such list.

ALTER TABLE postern_sessions ADD COLUMN email TEXT;
ALTER TABLE postern_sessions ADD COLUMN hosted_domain TEXT;
