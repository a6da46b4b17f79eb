-- The given name of the ID token at a session's sign-in, for `/me` and the backend's session. Older sessions have none.

ALTER TABLE postern.sessions ADD COLUMN given_name varchar(255);
