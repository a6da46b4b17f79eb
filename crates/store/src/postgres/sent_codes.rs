//! Codes that are sent to people: stored as digests, and counted.

use async_trait::async_trait;
use postern_model::clock::Timestamp;
use postern_model::factor::{CodeKind, SecondFactor};
use postern_model::id::{EventId, SessionId, UserId};
use postern_model::phone::{PhoneNumber, StoredNumber};
use postern_model::sent_code::{CodeBegun, NewSentCode, PERIOD, SENT_MAX, SentCodeStore, SentCodes, next_code};
use postern_model::store::StoreError;

use super::PostgresStore;
use super::factor_changes::number_of;
use super::locks::lock_user;
use super::pool::Db;
use super::settle::checkable_where;
use super::values::{Moment, PgColumns};
use crate::rows::sent_codes::{SENT_CODE, condition_of, is_of, sent_at, sent_code};

#[async_trait]
impl SentCodeStore for PostgresStore {
    async fn begin_code(&self, code: &NewSentCode) -> Result<CodeBegun, StoreError> {
        let mut db = self.db().await?;
        // Rows of others that are being deleted elsewhere are left out, so that two replicas cannot deadlock.
        let sql = "DELETE FROM postern.sent_codes WHERE id IN (SELECT id FROM postern.sent_codes WHERE sent_at <= $1 \
                   FOR UPDATE SKIP LOCKED)";
        db.run(sql, &[&Moment(code.at.before(PERIOD))]).await?;
        db.begin().await?;
        let begun = begin(&mut db, code).await?;
        match begun {
            CodeBegun::Begun => db.commit(&[]).await?,
            _ => db.rollback().await?,
        }
        Ok(begun)
    }

    async fn sent_codes(
        &self,
        user: UserId,
        session: SessionId,
        kind: CodeKind,
        now: Timestamp,
    ) -> Result<SentCodes, StoreError> {
        let mut db = self.db().await?;
        let sql = format!(
            "SELECT {SENT_CODE} FROM postern.sent_codes WHERE user_id = $1 AND session_id = $2 AND kind = $3 \
             AND {} AND digest IS NOT NULL ORDER BY sent_at DESC LIMIT 1",
            is_of(kind)
        );
        let factor = kind.factor();
        let row = db.row(&sql, &[&user.0, &session.0, &factor.name()]).await?;
        let outstanding = row.map(|row| sent_code(&mut PgColumns::new(&row))).transpose()?;
        Ok(SentCodes { outstanding, next: next(&mut db, user, factor, now).await? })
    }

    async fn number_of(&self, user: UserId) -> Result<StoredNumber, StoreError> {
        number_of(&mut self.db().await?, user).await
    }

    async fn void_code(&self, id: EventId) -> Result<(), StoreError> {
        self.db().await?.run("UPDATE postern.sent_codes SET digest = NULL WHERE id = $1", &[&id.0]).await?;
        Ok(())
    }
}

async fn begin(db: &mut Db<'_>, code: &NewSentCode) -> Result<CodeBegun, StoreError> {
    let NewSentCode { id, kind, number, user, session, token, digest, at } = code;
    let (factor, number) = (kind.factor(), number.as_ref().map(PhoneNumber::as_str));
    lock_user(db, *user).await?;
    let sql = "SELECT 1 FROM postern.sessions WHERE id = $1 AND user_id = $2 AND token = $3 FOR SHARE";
    if db.row(sql, &[&session.0, &user.0, &token.0.as_slice()]).await?.is_none() {
        return Ok(CodeBegun::SessionGone);
    }
    let Some(found) = checkable_where(db, *user, factor, condition_of(*kind), "FOR UPDATE OF f").await? else {
        return Ok(CodeBegun::NotEnrolled);
    };
    if *kind == CodeKind::Sms {
        let sql = "SELECT 1 FROM user_2fa_settings WHERE user_id = $1 AND sms_phone = $2";
        if db.row(sql, &[&user.0, &number]).await?.is_none() {
            return Ok(CodeBegun::NotEnrolled);
        }
    }
    if let Err(refused) = found.lockout.reserve(*at) {
        return Ok(CodeBegun::Locked(refused));
    }
    if let Some(next) = next(db, *user, factor, *at).await? {
        return Ok(CodeBegun::TooMany { next });
    }
    let sql = format!(
        "UPDATE postern.sent_codes SET digest = NULL WHERE user_id = $1 AND session_id = $2 AND kind = $3 AND {}",
        is_of(*kind)
    );
    db.run(&sql, &[&user.0, &session.0, &factor.name()]).await?;
    let confirms = number.filter(|_| *kind == CodeKind::NewNumber);
    let sql = "INSERT INTO postern.sent_codes (id, user_id, session_id, kind, number, digest, sent_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    db.run(sql, &[&id.0, &user.0, &session.0, &factor.name(), &confirms, &digest.0.as_slice(), &Moment(*at)]).await?;
    Ok(CodeBegun::Begun)
}

async fn next(
    db: &mut Db<'_>,
    user: UserId,
    factor: SecondFactor,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT sent_at FROM postern.sent_codes WHERE user_id = $1 AND kind = $2 AND sent_at > $3 \
               ORDER BY sent_at DESC LIMIT $4";
    let count = i64::try_from(SENT_MAX).unwrap_or(i64::MAX);
    let rows = db.rows(sql, &[&user.0, &factor.name(), &Moment(now.before(PERIOD)), &count]).await?;
    let sent = rows.iter().map(|row| sent_at(&mut PgColumns::new(row))).collect::<Result<Vec<_>, _>>()?;
    Ok(next_code(&sent, now))
}
