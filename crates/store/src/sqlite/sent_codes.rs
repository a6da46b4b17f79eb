//! Codes that are sent to people: stored as digests, and counted.

use async_trait::async_trait;
use postern_model::clock::Timestamp;
use postern_model::factor::{CodeKind, SecondFactor};
use postern_model::id::{EventId, SessionId, UserId};
use postern_model::phone::{PhoneNumber, StoredNumber};
use postern_model::sent_code::{CodeBegun, NewSentCode, PERIOD, SENT_MAX, SentCodeStore, SentCodes, next_code};
use postern_model::store::StoreError;
use rusqlite::{Connection, params};

use super::SqliteStore;
use super::connection::{End, all, first, run};
use super::error::Failure;
use super::factor_changes::number_of;
use super::settle::checkable_where;
use super::times;
use crate::rows::sent_codes::{SENT_CODE, condition_of, is_of, sent_at, sent_code};

#[async_trait]
impl SentCodeStore for SqliteStore {
    async fn begin_code(&self, code: &NewSentCode) -> Result<CodeBegun, StoreError> {
        let code = code.clone();
        self.write(move |db| {
            Ok(match begin(db, &code)? {
                CodeBegun::Begun => End::Commit(CodeBegun::Begun, Vec::new()),
                refused => End::Nothing(refused),
            })
        })
        .await
    }

    async fn sent_codes(
        &self,
        user: UserId,
        session: SessionId,
        kind: CodeKind,
        now: Timestamp,
    ) -> Result<SentCodes, StoreError> {
        self.read(move |db| {
            let sql = format!(
                "SELECT {SENT_CODE} FROM postern_sent_codes WHERE user_id = ?1 AND session_id = ?2 AND kind = ?3 \
                 AND {} AND digest IS NOT NULL ORDER BY sent_at DESC LIMIT 1",
                is_of(kind)
            );
            let factor = kind.factor();
            let of = params![user.to_string(), session.to_string(), factor.name()];
            Ok(SentCodes { outstanding: first(db, &sql, of, sent_code)?, next: next(db, user, factor, now)? })
        })
        .await
    }

    async fn number_of(&self, user: UserId) -> Result<StoredNumber, StoreError> {
        self.read(move |db| number_of(db, user)).await
    }

    async fn void_code(&self, id: EventId) -> Result<(), StoreError> {
        let sql = "UPDATE postern_sent_codes SET digest = NULL WHERE id = ?1";
        self.write(move |db| Ok(End::Commit(run(db, sql, [id.to_string()]).map(drop)?, Vec::new()))).await
    }
}

fn begin(db: &Connection, code: &NewSentCode) -> Result<CodeBegun, Failure> {
    let NewSentCode { id, kind, number, user, session, token, digest, at } = code;
    let (factor, number) = (kind.factor(), number.as_ref().map(PhoneNumber::as_str));
    let (id, owner, session) = (id.to_string(), user.to_string(), session.to_string());
    run(db, "DELETE FROM postern_sent_codes WHERE sent_at <= ?1", [times::write(at.before(PERIOD))])?;
    let sql = "SELECT 1 FROM postern_sessions WHERE id = ?1 AND user_id = ?2 AND token = ?3";
    if first(db, sql, params![session, owner, token.0], |_| Ok(()))?.is_none() {
        return Ok(CodeBegun::SessionGone);
    }
    let Some(found) = checkable_where(db, *user, factor, condition_of(*kind))? else {
        return Ok(CodeBegun::NotEnrolled);
    };
    if *kind == CodeKind::Sms {
        let sql = "SELECT 1 FROM user_2fa_settings WHERE user_id = ?1 AND sms_phone = ?2";
        if first(db, sql, params![owner, number], |_| Ok(()))?.is_none() {
            return Ok(CodeBegun::NotEnrolled);
        }
    }
    if let Err(refused) = found.lockout.reserve(*at) {
        return Ok(CodeBegun::Locked(refused));
    }
    if let Some(next) = next(db, *user, factor, *at)? {
        return Ok(CodeBegun::TooMany { next });
    }
    let sql = format!(
        "UPDATE postern_sent_codes SET digest = NULL WHERE user_id = ?1 AND session_id = ?2 AND kind = ?3 AND {}",
        is_of(*kind)
    );
    run(db, &sql, params![owner, session, factor.name()])?;
    let confirms = number.filter(|_| *kind == CodeKind::NewNumber);
    let sql = "INSERT INTO postern_sent_codes (id, user_id, session_id, kind, number, digest, sent_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    run(db, sql, params![id, owner, session, factor.name(), confirms, digest.0, times::write(*at)])?;
    Ok(CodeBegun::Begun)
}

fn next(db: &Connection, user: UserId, factor: SecondFactor, now: Timestamp) -> Result<Option<Timestamp>, Failure> {
    let sql = "SELECT sent_at FROM postern_sent_codes WHERE user_id = ?1 AND kind = ?2 AND sent_at > ?3 \
               ORDER BY sent_at DESC LIMIT ?4";
    let since = times::write(now.before(PERIOD));
    let count = i64::try_from(SENT_MAX).unwrap_or(i64::MAX);
    let sent = all(db, sql, params![user.to_string(), factor.name(), since, count], sent_at)?;
    Ok(next_code(&sent, now))
}
