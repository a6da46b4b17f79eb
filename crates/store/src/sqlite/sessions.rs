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
use rusqlite::{Connection, Params, params};

use super::SqliteStore;
use super::connection::{End, first, readable, run};
use super::error::Failure;
use super::times;
use crate::bounds;
use crate::clean_up::share;
use crate::rows::sent_codes::counting_number;
use crate::rows::{self, OF_AN_APP, USER};

const SESSION: &str = "s.id, s.user_id, s.token, s.version, s.first_factor_at, s.second_factor, s.second_factor_at, \
                       s.set_up_until, s.last_seen_at, s.ip_address, s.user_agent, s.email, s.hosted_domain, \
                       s.given_name, s.device_key, s.device_key_id, s.device_bound_at";

/// Query for the identifier of the session with this token, or with this token of a host while the session still has
/// the token from which it was handed over.
const OF_TOKEN: &str = "SELECT id FROM postern_sessions WHERE token = ?1 UNION ALL SELECT o.id FROM postern_host_tokens h \
    JOIN postern_sessions o ON o.id = h.session_id AND o.token = h.session_token WHERE h.token = ?1 LIMIT 1";

/// Columns that a decision needs, in the order in which [`rows::sessions::session_view`] reads them. A second factor counts only
/// while the enrolment, and the authenticator, the passkey or the trusted device that verified it, is still the user's, and one that came by mail
/// or by SMS only while that is switched on for the user.
pub(super) fn view_columns() -> String {
    let (number, counts) = (
        counting_number!(),
        concat!(
            "s.second_factor_id IS f.id AND (s.second_factor <> 'passkey' OR EXISTS (SELECT 1 FROM postern_passkeys k \
                  WHERE k.id = s.second_factor_passkey AND k.factor_id = f.id)) AND (s.second_factor <> 'totp' \
                  OR s.second_factor_authenticator IS NULL OR s.second_factor_authenticator = f.totp_id \
                  OR EXISTS (SELECT 1 FROM postern_authenticators a WHERE a.id = s.second_factor_authenticator \
                  AND a.factor_id = f.id)) AND (s.second_factor <> 'trusted-device' OR EXISTS \
                  (SELECT 1 FROM postern_trusted_devices d WHERE d.id = s.trusted_device AND d.factor_id = f.id)) \
                  AND (s.second_factor <> 'email' OR f.email_2fa_enabled = TRUE) \
                  AND (s.second_factor <> 'sms' OR ",
            counting_number!(),
            ")"
        ),
    );
    format!(
        "s.id, s.user_id, s.token, s.version, s.first_factor_at, \
         CASE WHEN {counts} THEN s.second_factor END, CASE WHEN {counts} THEN s.second_factor_at END, s.set_up_until, s.last_seen_at, s.ip_address, \
         s.user_agent, s.email, s.hosted_domain, s.given_name, s.device_key, s.device_key_id, s.device_bound_at, {USER}, f.is_enabled, f.totp_secret IS NOT NULL, \
         {OF_AN_APP} OR EXISTS (SELECT 1 FROM postern_authenticators t WHERE t.user_id = f.user_id AND t.factor_id = f.id), \
         f.email_2fa_enabled, {number}, f.backup_codes, \
         (SELECT json_group_array(g.name) FROM postern_user_groups g WHERE g.user_id = u.id) \
         FROM postern_sessions s JOIN users u ON u.id = s.user_id LEFT JOIN user_2fa_settings f ON f.user_id = u.id"
    )
}

#[async_trait]
impl SessionStore for SqliteStore {
    async fn session(&self, token: &TokenHash) -> Result<Option<SessionView>, StoreError> {
        let (sql, token) = (format!("SELECT {} WHERE s.id = ({OF_TOKEN})", view_columns()), token.0);
        self.read(move |db| first(db, &sql, [token], rows::sessions::session_view)).await
    }

    async fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        let sql = format!(
            "SELECT {SESSION} FROM postern_sessions s WHERE s.user_id = ?1 ORDER BY s.first_factor_at DESC, s.id"
        );
        self.read(move |db| readable(db, &sql, [user.to_string()], rows::sessions::session)).await
    }

    async fn session_page(&self, user: UserId, query: &SessionQuery) -> Result<SessionPage, StoreError> {
        let query = *query;
        let listed = "FROM postern_sessions s WHERE s.user_id = ?1 AND s.id IS NOT ?2 AND s.first_factor_at > ?3 \
                      AND s.last_seen_at > ?4";
        self.read(move |db| {
            let (user, except) = (user.to_string(), query.except.map(|id| id.to_string()));
            let (begun, seen) = (times::write(query.begun_after), times::write(query.seen_after));
            let sql = format!("SELECT {SESSION} {listed} ORDER BY s.first_factor_at DESC, s.id LIMIT ?5 OFFSET ?6");
            let page = params![user, except, begun, seen, query.limit, query.offset];
            let sessions = readable(db, &sql, page, rows::sessions::session)?;
            let sql = format!("SELECT count(*) {listed}");
            let total: i64 = db.query_row(&sql, params![user, except, begun, seen], |row| row.get(0))?;
            Ok(SessionPage { sessions, total: u64::try_from(total).unwrap_or(0) })
        })
        .await
    }

    async fn end_session(&self, owner: UserId, id: SessionId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM postern_sessions WHERE id = ?1 AND user_id = ?2 RETURNING token";
        self.write(move |db| {
            let ended = ended(db, sql, [id.to_string(), owner.to_string()])?;
            Ok(End::Commit(!ended.is_empty(), ended))
        })
        .await
    }

    async fn end_sessions_of(&self, user: UserId, except: Option<SessionId>) -> Result<u64, StoreError> {
        self.write(move |db| {
            let ended = end_all(db, user, except)?;
            Ok(End::Commit(ended.len() as u64, ended))
        })
        .await
    }

    async fn end_all_sessions(&self) -> Result<u64, StoreError> {
        self.write(move |db| {
            let ended = run(db, "DELETE FROM postern_sessions", [])?;
            run(db, "DELETE FROM postern_trusted_devices", [])?;
            Ok(End::Commit(ended as u64, vec![Invalidation::Everything]))
        })
        .await
    }

    async fn record_seen(&self, seen: &[(SessionId, Timestamp)]) -> Result<(), StoreError> {
        if seen.is_empty() {
            return Ok(());
        }
        let seen = seen.to_vec();
        let sql = "UPDATE postern_sessions SET last_seen_at = ?2 WHERE id = ?1 AND last_seen_at < ?2";
        self.write(move |db| {
            for (id, at) in seen {
                run(db, sql, [id.to_string(), times::write(at)])?;
            }
            Ok(End::Commit((), Vec::new()))
        })
        .await
    }

    async fn bind_device(&self, binding: &DeviceBinding) -> Result<Bound, StoreError> {
        let binding = binding.clone();
        self.write(move |db| bind(db, &binding)).await
    }

    async fn is_bound(&self, id: SessionId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM postern_sessions WHERE id = ?1 AND device_key_id IS NOT NULL";
        self.read(move |db| Ok(first(db, sql, [id.to_string()], |_| Ok(()))?.is_some())).await
    }

    async fn delete_expired(
        &self,
        begun_before: Timestamp,
        seen_before: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.write(move |db| {
            let (begun, seen) = (times::write(begun_before), times::write(seen_before));
            let old = "FROM postern_sessions WHERE first_factor_at < ?1 OR last_seen_at < ?2";
            let sql = format!("SELECT (SELECT count(*) FROM postern_sessions), (SELECT count(*) {old})");
            let (all, found) = db.query_row(&sql, [&begun, &seen], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let most = share("postern_sessions", all, found);
            let sql = format!(
                "DELETE FROM postern_sessions WHERE id IN (SELECT id {old} ORDER BY last_seen_at LIMIT ?3) RETURNING token"
            );
            let ended = ended(db, &sql, params![begun, seen, most])?;
            for table in ["pending_enrolments", "replays", "fresh_codes", "kept_posts"] {
                run(db, &format!("DELETE FROM postern_{table} WHERE expires_at <= ?1"), [times::write(now)])?;
            }
            Ok(End::Commit(ended.len() as u64, ended))
        })
        .await
    }
}

/// Writes a new session.
pub(super) fn insert(db: &Connection, user: UserId, session: &NewSession) -> Result<(), Failure> {
    let address = session.caller.address.map(|address| address.to_string());
    let agent = bounds::text(session.caller.user_agent.as_deref());
    let sql = "INSERT INTO postern_sessions (id, user_id, token, version, first_factor_at, last_seen_at, ip_address, \
               user_agent, email, hosted_domain, given_name, language) \
               VALUES (?1, ?2, ?3, 1, ?4, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let (id, user) = (session.id.to_string(), user.to_string());
    let [email, domain, given_name] = bounds::vouched(&session.vouched);
    let (at, language) = (times::write(session.at), session.caller.language.map(Language::tag));
    run(db, sql, params![id, user, session.token.0, at, address, agent, email, domain, given_name, language])?;
    Ok(())
}

fn bind(db: &Connection, binding: &DeviceBinding) -> Result<End<Bound>, Failure> {
    let (session, device) = (binding.session.to_string(), &binding.device);
    let sql = "SELECT device_key_id FROM postern_sessions WHERE id = ?1 AND token = ?2";
    let known = first(db, sql, params![session, binding.token.0], |columns| Ok(columns.bytes()))?;
    match known {
        None => return Ok(End::Nothing(Bound::SessionGone)),
        Some(Ok(None)) => {}
        Some(Ok(Some(known))) if known == device.id.0 => return Ok(End::Nothing(Bound::Done)),
        Some(_) => return Ok(End::Nothing(Bound::Otherwise)),
    }
    let sql = "UPDATE postern_sessions SET device_key = ?2, device_key_id = ?3, device_bound_at = ?4 WHERE id = ?1";
    run(db, sql, params![session, device.key, device.id.0, times::write(device.at)])?;
    Ok(End::Commit(Bound::Done, vec![Invalidation::Token(binding.token)]))
}

/// Whether the user's session still has the token that it is to be raised from.
pub(super) fn has_token(db: &Connection, elevation: &Elevation, user: UserId) -> Result<bool, Failure> {
    let sql = "SELECT 1 FROM postern_sessions WHERE id = ?1 AND user_id = ?2 AND token = ?3";
    let session = params![elevation.session.to_string(), user.to_string(), elevation.from.0];
    Ok(first(db, sql, session, |_| Ok(()))?.is_some())
}

/// Records the second factor and rotates the token if the session still has the old one.
pub(super) fn rotate(db: &Connection, elevation: &Elevation) -> Result<Option<SessionView>, Failure> {
    let sql = "UPDATE postern_sessions SET token = ?3, second_factor = ?4, second_factor_at = ?5, \
               second_factor_id = (SELECT f.id FROM user_2fa_settings f WHERE f.user_id = postern_sessions.user_id), \
               second_factor_passkey = NULL, second_factor_authenticator = NULL, version = version + 1 \
               WHERE id = ?1 AND token = ?2";
    let (id, at) = (elevation.session.to_string(), times::write(elevation.verified.at));
    let method = elevation.verified.method.name();
    if run(db, sql, params![id, elevation.from.0, elevation.to.0, method, at])? == 0 {
        return Ok(None);
    }
    view_of(db, elevation.session)
}

/// Reads a session by its identifier.
pub(super) fn view_of(db: &Connection, id: SessionId) -> Result<Option<SessionView>, Failure> {
    first(db, &format!("SELECT {} WHERE s.id = ?1", view_columns()), [id.to_string()], rows::sessions::session_view)
}

/// Deletes the sessions of a user and the trusted devices, except one session and its device; returns the invalidations of their
/// tokens.
pub(super) fn end_all(db: &Connection, user: UserId, except: Option<SessionId>) -> Result<Vec<Invalidation>, Failure> {
    let (user, except) = (user.to_string(), except.map(|id| id.to_string()));
    let sql = "DELETE FROM postern_trusted_devices WHERE user_id = ?1 AND id IS NOT \
               (SELECT trusted_device FROM postern_sessions WHERE id = ?2)";
    run(db, sql, params![user, except])?;
    let sql = "DELETE FROM postern_sessions WHERE user_id = ?1 AND id IS NOT ?2 RETURNING token";
    ended(db, sql, params![user, except])
}

/// Deletes all sessions of a user except the `keep` most recently used; returns the invalidations of their tokens.
pub(super) fn end_unused(db: &Connection, user: UserId, keep: u32) -> Result<Vec<Invalidation>, Failure> {
    let sql = "DELETE FROM postern_sessions WHERE id IN (SELECT id FROM postern_sessions WHERE user_id = ?1 \
               ORDER BY last_seen_at DESC, first_factor_at DESC, id LIMIT -1 OFFSET ?2) RETURNING token";
    ended(db, sql, params![user.to_string(), keep])
}

/// Runs a statement that returns tokens; returns their invalidations.
pub(super) fn ended(db: &Connection, sql: &str, params: impl Params) -> Result<Vec<Invalidation>, Failure> {
    let mut statement = db.prepare_cached(sql)?;
    let tokens = statement.query_map(params, |row| row.get::<_, [u8; 32]>(0))?;
    tokens.map(|token| Ok(Invalidation::Token(TokenHash(token?)))).collect()
}
