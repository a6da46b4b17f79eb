-- What the ID token of a session's sign-in said: routes may be for certain addresses and Workspace domains. Beside the
-- session, not in `users`, whose columns the backend writes too. Older sessions have neither and match no such list.

ALTER TABLE postern.sessions ADD COLUMN email varchar(255);
ALTER TABLE postern.sessions ADD COLUMN hosted_domain varchar(255);
