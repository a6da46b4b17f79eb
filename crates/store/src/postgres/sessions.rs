//! Sessions.

use async_trait::async_trait;
use postern_model::clock::Timestamp;
use postern_model::id::{SessionId, UserId};
use postern_model::invalidation::Invalidation;
use postern_model::language::Language;
use postern_model::session::{
    Bound, DeviceBinding, Elevation, NewSession, Session, SessionPage, SessionQuery, SessionView, TokenHash,
};
use postern_model::store::{SessionStore, StoreError};
use tokio_postgres::Row;

use super::PostgresStore;
use super::clock::by_server;
use super::error::Failure;
use super::locks::lock_user;
use super::pool::Db;
use super::schema::read_only;
use super::values::{Moment, PgColumns};
use crate::bounds;
use crate::clean_up::share;
use crate::rows;
use crate::rows::sent_codes::counting_number;

const SESSION: &str = "s.id, s.user_id, s.token, s.version, s.first_factor_at, s.second_factor, s.second_factor_at, \
                       s.set_up_until, s.last_seen_at, host(s.ip_address), s.user_agent, s.email, s.hosted_domain, \
                       s.given_name, s.device_key, s.device_key_id, s.device_bound_at";

/// Columns that a decision needs, in the order in which [`rows::sessions::session_view`] reads them. A second factor counts only
/// while the enrolment, and the authenticator, the passkey or the trusted device that verified it, is still the user's, and one that came by mail
/// or by SMS only while that is switched on for the user.
pub(super) const VIEW: &str = concat!(
    "s.id, s.user_id, s.token, s.version, s.first_factor_at, \
    CASE WHEN s.second_factor_id IS NOT DISTINCT FROM f.id AND (s.second_factor <> 'passkey' OR EXISTS \
    (SELECT 1 FROM postern.passkeys k WHERE k.id = s.second_factor_passkey AND k.factor_id = f.id)) \
    AND (s.second_factor <> 'totp' OR s.second_factor_authenticator IS NULL OR s.second_factor_authenticator = f.totp_id \
    OR EXISTS (SELECT 1 FROM postern.authenticators a WHERE a.id = s.second_factor_authenticator AND a.factor_id = f.id)) \
    AND (s.second_factor <> 'trusted-device' OR EXISTS (SELECT 1 FROM postern.trusted_devices d WHERE d.id = s.trusted_device \
    AND d.factor_id = f.id)) AND (s.second_factor <> 'email' OR f.email_2fa_enabled) \
    AND (s.second_factor <> 'sms' OR ",
    counting_number!(),
    ") THEN s.second_factor END, \
    CASE WHEN s.second_factor_id IS NOT DISTINCT FROM f.id AND (s.second_factor <> 'passkey' OR EXISTS \
    (SELECT 1 FROM postern.passkeys k WHERE k.id = s.second_factor_passkey AND k.factor_id = f.id)) \
    AND (s.second_factor <> 'totp' OR s.second_factor_authenticator IS NULL OR s.second_factor_authenticator = f.totp_id \
    OR EXISTS (SELECT 1 FROM postern.authenticators a WHERE a.id = s.second_factor_authenticator AND a.factor_id = f.id)) \
    AND (s.second_factor <> 'trusted-device' OR EXISTS (SELECT 1 FROM postern.trusted_devices d WHERE d.id = s.trusted_device \
    AND d.factor_id = f.id)) AND (s.second_factor <> 'email' OR f.email_2fa_enabled) \
    AND (s.second_factor <> 'sms' OR ",
    counting_number!(),
    ") THEN s.second_factor_at END, s.set_up_until, s.last_seen_at, host(s.ip_address), s.user_agent, \
    s.email, s.hosted_domain, s.given_name, s.device_key, s.device_key_id, s.device_bound_at, u.id, u.google_id, u.email, u.full_name, u.avatar_url, u.is_active, u.requires_2fa, u.twofa_enforced_at, \
    u.last_login, u.created_at, f.is_enabled, f.totp_secret IS NOT NULL, \
    coalesce(f.totp_last_step, 0) < 9223372036854775807 OR EXISTS (SELECT 1 FROM postern.authenticators t \
    WHERE t.user_id = f.user_id AND t.factor_id = f.id), f.email_2fa_enabled, ",
    counting_number!(),
    ", f.backup_codes, \
    ARRAY(SELECT g.name FROM postern.user_groups g WHERE g.user_id = u.id) \
    FROM postern.sessions s JOIN users u ON u.id = s.user_id LEFT JOIN user_2fa_settings f ON f.user_id = u.id"
);

/// Query for the identifier of the session with this token, or with this token of a host while the session still has
/// the token from which it was handed over.
const OF_TOKEN: &str = "SELECT id FROM postern.sessions WHERE token = $1 UNION ALL SELECT o.id FROM postern.host_tokens h \
    JOIN postern.sessions o ON o.id = h.session_id AND o.token = h.session_token WHERE h.token = $1 LIMIT 1";

/// Number of expired sessions that one transaction deletes.
const SWEEP: i64 = 500;

#[async_trait]
impl SessionStore for PostgresStore {
    async fn session(&self, token: &TokenHash) -> Result<Option<SessionView>, StoreError> {
        // A standby may be behind by any time, and would bring back what was revoked; where it knows of no session, too.
        let sql = format!(
            "SELECT v.*, pg_is_in_recovery() AS standby \
             FROM (VALUES (1)) one(n) LEFT JOIN (SELECT {VIEW} WHERE s.id = ({OF_TOKEN})) v ON true"
        );
        let row = self.db().await?.row(&sql, &[&token.0.as_slice()]).await?;
        if row.as_ref().is_some_and(|row| row.try_get("standby").unwrap_or(true)) {
            return Err(read_only());
        }
        view(row.filter(|row| !matches!(row.try_get::<_, Option<uuid::Uuid>>(0), Ok(None))))
    }

    async fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        let sql = format!(
            "SELECT {SESSION} FROM postern.sessions s WHERE s.user_id = $1 ORDER BY s.first_factor_at DESC, s.id"
        );
        let rows = self.db().await?.rows(&sql, &[&user.0]).await?;
        rows::readable(rows.iter().map(|row| rows::sessions::session(&mut PgColumns::new(row))))
    }

    async fn session_page(&self, user: UserId, query: &SessionQuery) -> Result<SessionPage, StoreError> {
        let listed = "FROM postern.sessions s WHERE s.user_id = $1 AND s.id IS DISTINCT FROM $2 \
                      AND s.first_factor_at > $3 AND s.last_seen_at > $4";
        let (begun, seen) = (Moment(query.begun_after), Moment(query.seen_after));
        let except = query.except.map(|id| id.0);
        let mut db = self.db().await?;
        let sql = format!("SELECT {SESSION} {listed} ORDER BY s.first_factor_at DESC, s.id LIMIT $5 OFFSET $6");
        let (limit, offset) = (i64::from(query.limit), i64::from(query.offset));
        let rows = db.rows(&sql, &[&user.0, &except, &begun, &seen, &limit, &offset]).await?;
        let sessions = rows::readable(rows.iter().map(|row| rows::sessions::session(&mut PgColumns::new(row))))?;
        let row = db.row(&format!("SELECT count(*) {listed}"), &[&user.0, &except, &begun, &seen]).await?;
        let total = row.and_then(|row| row.try_get::<_, i64>(0).ok()).unwrap_or(0);
        Ok(SessionPage { sessions, total: u64::try_from(total).unwrap_or(0) })
    }

    async fn end_session(&self, owner: UserId, id: SessionId) -> Result<bool, StoreError> {
        let mut db = self.db().await?;
        db.begin().await?;
        let sql = "DELETE FROM postern.sessions WHERE id = $1 AND user_id = $2 RETURNING token";
        let ended = ended(&db.rows(sql, &[&id.0, &owner.0]).await?);
        db.commit(&ended).await?;
        Ok(!ended.is_empty())
    }

    async fn end_sessions_of(&self, user: UserId, except: Option<SessionId>) -> Result<u64, StoreError> {
        let mut db = self.db().await?;
        db.begin().await?;
        lock_user(&mut db, user).await?;
        let ended = end_all(&mut db, user, except).await?;
        db.commit(&ended).await?;
        Ok(ended.len() as u64)
    }

    async fn end_all_sessions(&self) -> Result<u64, StoreError> {
        let mut db = self.db().await?;
        db.begin().await?;
        // Sessions are locked in the order in which other transactions lock them. Those that begin meanwhile began
        // after the command.
        let sql = "DELETE FROM postern.sessions WHERE id IN (SELECT id FROM postern.sessions ORDER BY id FOR UPDATE)";
        let ended = db.run(sql, &[]).await?;
        db.run("DELETE FROM postern.trusted_devices", &[]).await?;
        db.commit(&[Invalidation::Everything]).await?;
        Ok(ended)
    }

    async fn record_seen(&self, seen: &[(SessionId, Timestamp)]) -> Result<(), StoreError> {
        if seen.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = seen.iter().map(|(id, _)| id.0).collect();
        let times: Vec<_> = seen.iter().map(|(_, at)| Moment(*at)).collect();
        // Locked in one order, so that the batches of two replicas do not deadlock.
        let sql = "WITH seen AS (SELECT id, max(at) AS at FROM unnest($1::uuid[], $2::timestamp[]) AS s (id, at) \
                   GROUP BY id), locked AS (SELECT s.id, seen.at FROM postern.sessions s JOIN seen USING (id) \
                   WHERE s.last_seen_at < seen.at ORDER BY s.id FOR UPDATE OF s) \
                   UPDATE postern.sessions s SET last_seen_at = greatest(s.last_seen_at, locked.at) \
                   FROM locked WHERE s.id = locked.id";
        self.db().await?.run(sql, &[&ids, &times]).await?;
        Ok(())
    }

    async fn bind_device(&self, binding: &DeviceBinding) -> Result<Bound, StoreError> {
        let mut db = self.db().await?;
        db.begin().await?;
        let (session, token, device) = (&binding.session.0, binding.token.0.as_slice(), &binding.device);
        let sql = "SELECT device_key_id FROM postern.sessions WHERE id = $1 AND token = $2 FOR UPDATE";
        let Some(row) = db.row(sql, &[session, &token]).await? else {
            db.rollback().await?;
            return Ok(Bound::SessionGone);
        };
        let known: Option<Vec<u8>> = row.try_get(0).map_err(Failure::from)?;
        if let Some(known) = known {
            db.rollback().await?;
            return Ok(if known == device.id.0 { Bound::Done } else { Bound::Otherwise });
        }
        let sql = "UPDATE postern.sessions SET device_key = $2, device_key_id = $3, device_bound_at = $4 WHERE id = $1";
        db.run(sql, &[session, &device.key, &device.id.0.as_slice(), &Moment(device.at)]).await?;
        db.commit(&[Invalidation::Token(binding.token)]).await?;
        Ok(Bound::Done)
    }

    async fn is_bound(&self, id: SessionId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM postern.sessions WHERE id = $1 AND device_key_id IS NOT NULL";
        Ok(self.db().await?.row(sql, &[&id.0]).await?.is_some())
    }

    async fn delete_expired(
        &self,
        begun_before: Timestamp,
        seen_before: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut db = self.db().await?;
        let begun = Moment(by_server(self, &mut db, begun_before).await?);
        let seen = Moment(by_server(self, &mut db, seen_before).await?);
        let now = Moment(by_server(self, &mut db, now).await?);
        let sql = "SELECT count(*), count(*) FILTER (WHERE first_factor_at < $1 OR last_seen_at < $2) \
                   FROM postern.sessions";
        let row = db.row(sql, &[&begun, &seen]).await?;
        let count = |index| row.as_ref().and_then(|row| row.try_get::<_, i64>(index).ok()).unwrap_or(0);
        let mut left = share("postern.sessions", count(0), count(1));
        drop(db);
        let sql = "DELETE FROM postern.sessions WHERE id IN (SELECT id FROM postern.sessions \
                   WHERE first_factor_at < $1 OR last_seen_at < $2 ORDER BY last_seen_at LIMIT $3 \
                   FOR UPDATE SKIP LOCKED) RETURNING token";
        let mut deleted = 0;
        while left > 0 {
            let mut db = self.db().await?;
            db.begin().await?;
            let ended = ended(&db.rows(sql, &[&begun, &seen, &left.min(SWEEP)]).await?);
            db.commit(&ended).await?;
            deleted += ended.len() as u64;
            left -= i64::try_from(ended.len()).unwrap_or(i64::MAX);
            if ended.is_empty() {
                break;
            }
        }
        let sql = "DELETE FROM postern.pending_enrolments WHERE id IN (SELECT id FROM postern.pending_enrolments \
                   WHERE expires_at <= $1 FOR UPDATE SKIP LOCKED)";
        self.db().await?.run(sql, &[&now]).await?;
        for table in ["replays", "fresh_codes", "kept_posts"] {
            let sql = format!("DELETE FROM postern.{table} WHERE expires_at <= $1");
            self.db().await?.run(&sql, &[&now]).await?;
        }
        Ok(deleted)
    }
}

/// Writes a new session.
pub(super) async fn insert(db: &mut Db<'_>, user: UserId, session: &NewSession) -> Result<(), Failure> {
    let address = session.caller.address.map(|address| address.to_string());
    let agent = bounds::text(session.caller.user_agent.as_deref());
    let sql = "INSERT INTO postern.sessions (id, user_id, token, version, first_factor_at, last_seen_at, ip_address, \
               user_agent, email, hosted_domain, given_name, language) \
               VALUES ($1, $2, $3, 1, $4, $4, $5::text::inet, $6, $7, $8, $9, $10)";
    let token = session.token.0.as_slice();
    let [email, domain, given_name] = bounds::vouched(&session.vouched);
    let (at, language) = (Moment(session.at), session.caller.language.map(Language::tag));
    let id = &session.id.0;
    db.run(sql, &[id, &user.0, &token, &at, &address, &agent, &email, &domain, &given_name, &language]).await?;
    Ok(())
}

/// Whether the user's session still has the token that it is to be raised from. Locks the session.
pub(super) async fn has_token(db: &mut Db<'_>, elevation: &Elevation, user: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM postern.sessions WHERE id = $1 AND user_id = $2 AND token = $3 FOR UPDATE";
    let (session, from) = (&elevation.session.0, elevation.from.0.as_slice());
    Ok(db.row(sql, &[session, &user.0, &from]).await?.is_some())
}

/// Records the second factor and rotates the token if the session still has the old one.
pub(super) async fn rotate(db: &mut Db<'_>, elevation: &Elevation) -> Result<Option<SessionView>, StoreError> {
    let sql = "UPDATE postern.sessions s SET token = $3, second_factor = $4, second_factor_at = $5, \
               second_factor_id = (SELECT f.id FROM user_2fa_settings f WHERE f.user_id = s.user_id), \
               second_factor_passkey = NULL, second_factor_authenticator = NULL, version = version + 1 \
               WHERE id = $1 AND token = $2";
    let (from, to) = (elevation.from.0.as_slice(), elevation.to.0.as_slice());
    let at = Moment(elevation.verified.at);
    let method = elevation.verified.method.name();
    if db.run(sql, &[&elevation.session.0, &from, &to, &method, &at]).await? == 0 {
        return Ok(None);
    }
    view_of(db, elevation.session).await
}

/// Reads a session by its identifier.
pub(super) async fn view_of(db: &mut Db<'_>, id: SessionId) -> Result<Option<SessionView>, StoreError> {
    view(db.row(&format!("SELECT {VIEW} WHERE s.id = $1"), &[&id.0]).await?)
}

/// Deletes the sessions of a user, whose row is locked, and the trusted devices, except one session and its device; returns the
/// invalidations of their tokens.
pub(super) async fn end_all(
    db: &mut Db<'_>,
    user: UserId,
    except: Option<SessionId>,
) -> Result<Vec<Invalidation>, StoreError> {
    let sql = "DELETE FROM postern.sessions WHERE id IN (SELECT id FROM postern.sessions WHERE user_id = $1 \
               AND id IS DISTINCT FROM $2 ORDER BY id FOR UPDATE) RETURNING token";
    let sessions = db.rows(sql, &[&user.0, &except.map(|id| id.0)]).await?;
    // After the sessions: every transaction locks them first.
    let sql = "DELETE FROM postern.trusted_devices WHERE user_id = $1 AND id IS DISTINCT FROM \
               (SELECT trusted_device FROM postern.sessions WHERE id = $2)";
    db.run(sql, &[&user.0, &except.map(|id| id.0)]).await?;
    Ok(ended(&sessions))
}

/// Deletes all sessions of a user except the `keep` most recently used; returns the invalidations of their tokens.
pub(super) async fn end_unused(db: &mut Db<'_>, user: UserId, keep: u32) -> Result<Vec<Invalidation>, StoreError> {
    let sql = "DELETE FROM postern.sessions WHERE id IN (SELECT id FROM postern.sessions WHERE user_id = $1 \
               ORDER BY last_seen_at DESC, first_factor_at DESC, id OFFSET $2) RETURNING token";
    Ok(ended(&db.rows(sql, &[&user.0, &i64::from(keep)]).await?))
}

fn ended(rows: &[Row]) -> Vec<Invalidation> {
    let tokens = rows.iter().filter_map(|row| row.try_get::<_, Vec<u8>>(0).ok());
    tokens.filter_map(|token| token.try_into().ok()).map(|hash| Invalidation::Token(TokenHash(hash))).collect()
}

fn view(row: Option<Row>) -> Result<Option<SessionView>, StoreError> {
    row.map(|row| rows::sessions::session_view(&mut PgColumns::new(&row))).transpose()
}
