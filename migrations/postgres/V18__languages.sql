-- Language tags (RFC 5646): in which a session's pages were at its sign-in, and in which a mail is to be written. NULL: not known,
-- as in rows of the version before this one.

ALTER TABLE postern.sessions ADD COLUMN language text;
ALTER TABLE postern.mail_queue ADD COLUMN language text;
