-- Administrators change accounts with SQL; every replica hears of it at once. The function swallows whatever goes
-- wrong, since a notice must never make an UPDATE of the backend fail: a lost one is caught by the revocation bound.

CREATE FUNCTION postern.notify_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM pg_notify('postern_change', 'u:' || (to_jsonb(OLD) ->> TG_ARGV[0]));
    ELSE
        PERFORM pg_notify('postern_change', 'u:' || (to_jsonb(NEW) ->> TG_ARGV[0]));
    END IF;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END
$$;

CREATE TRIGGER postern_user_changed AFTER UPDATE ON users FOR EACH ROW
    WHEN (OLD.is_active IS DISTINCT FROM NEW.is_active
        OR OLD.requires_2fa IS DISTINCT FROM NEW.requires_2fa
        OR OLD.twofa_enforced_at IS DISTINCT FROM NEW.twofa_enforced_at
        OR OLD.email IS DISTINCT FROM NEW.email)
    EXECUTE FUNCTION postern.notify_user('id');

CREATE TRIGGER postern_user_deleted AFTER DELETE ON users FOR EACH ROW
    EXECUTE FUNCTION postern.notify_user('id');

CREATE TRIGGER postern_factors_changed AFTER UPDATE ON user_2fa_settings FOR EACH ROW
    WHEN (OLD.is_enabled IS DISTINCT FROM NEW.is_enabled
        OR OLD.totp_secret IS DISTINCT FROM NEW.totp_secret
        OR OLD.backup_codes IS DISTINCT FROM NEW.backup_codes)
    EXECUTE FUNCTION postern.notify_user('user_id');

CREATE TRIGGER postern_factors_made AFTER INSERT OR DELETE ON user_2fa_settings FOR EACH ROW
    EXECUTE FUNCTION postern.notify_user('user_id');

CREATE TRIGGER postern_groups_changed AFTER INSERT OR UPDATE OR DELETE ON postern.user_groups FOR EACH ROW
    EXECUTE FUNCTION postern.notify_user('user_id');
