-- Language tags (RFC 5646): in which a session's pages were at its sign-in, and in which a mail is to be written. NULL: not known,
-- as in rows of the version before this one.

ALTER TABLE postern_sessions ADD COLUMN language TEXT;
ALTER TABLE postern_mail_queue ADD COLUMN language TEXT;
