//! Conversion of rows to models, shared by both stores. An adapter only reads the next column. An invalid value is
//! reported by table, column and row, and never shown.

use postern_model::attempt::Checkable;
use postern_model::audit::{AuditEvent, AuditKind};
use postern_model::clock::Timestamp;
use postern_model::enrolment::{EnrolmentPurpose, EnrolmentTry, PendingEnrolment, TRIES};
use postern_model::factor::{SecondFactor, StoredFactors};
use postern_model::id::{EnrolmentId, EventId, SessionId, UserId};
use postern_model::lockout::Lockout;
use postern_model::session::{Caller, TokenHash};
use postern_model::signing_key::StoredSigningKey;
use postern_model::store::StoreError;
use postern_model::user::User;
use uuid::Uuid;

pub(crate) mod hand_overs;
pub(crate) mod kept_posts;
pub(crate) mod sent_codes;
pub(crate) mod sessions;
pub(crate) mod tickets;

/// Tables that are read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Table {
    Users,
    Settings,
    Sessions,
    Groups,
    Enrolments,
    Replays,
    FreshCodes,
    HandOvers,
    KeptPosts,
    Passkeys,
    Authenticators,
    TrustedDevices,
    SentCodes,
    Mail,
    Tickets,
    Audit,
    SigningKeys,
    Meta,
}

/// Reason why a column could not be read.
pub(crate) type Unreadable = String;

/// Row that is read column by column from the left. Each call reads the next column; `None` is SQL `NULL`.
pub(crate) trait Columns {
    /// The name of a table in this store.
    fn table(&self, table: Table) -> &'static str;
    fn uuid(&mut self) -> Result<Option<Uuid>, Unreadable>;
    fn text(&mut self) -> Result<Option<String>, Unreadable>;
    fn time(&mut self) -> Result<Option<Timestamp>, Unreadable>;
    fn flag(&mut self) -> Result<Option<bool>, Unreadable>;
    fn int(&mut self) -> Result<Option<i64>, Unreadable>;
    fn bytes(&mut self) -> Result<Option<Vec<u8>>, Unreadable>;
    /// Reads a list of texts, without its `NULL`s.
    fn list(&mut self) -> Result<Option<Vec<String>>, Unreadable>;
}

/// Returns the readable rows of a list. An unreadable row is logged by table, column and identifier, and left out, so
/// that the rest of the list remains usable.
pub(crate) fn readable<T>(rows: impl Iterator<Item = Result<T, StoreError>>) -> Result<Vec<T>, StoreError> {
    let mut readable = Vec::new();
    for row in rows {
        match row {
            Ok(row) => readable.push(row),
            Err(error @ StoreError::Corrupt { .. }) => tracing::error!(%error, "row skipped: it cannot be read"),
            Err(error) => return Err(error),
        }
    }
    Ok(readable)
}

/// Columns of [`user`], from `users u`.
pub(crate) const USER: &str = "u.id, u.google_id, u.email, u.full_name, u.avatar_url, u.is_active, u.requires_2fa, \
                               u.twofa_enforced_at, u.last_login, u.created_at";
/// Columns of [`factors`], from `user_2fa_settings f`.
pub(crate) const FACTORS: &str = "f.user_id, f.totp_secret, f.totp_last_step, f.backup_codes";
/// Condition under which a row of `user_2fa_settings f` is an enrolled second factor.
pub(crate) const ENABLED: &str = "f.is_enabled = TRUE AND f.totp_secret IS NOT NULL";
/// Condition under which the secret of an enabled row of `user_2fa_settings f` is that of an app:
/// [`NO_APP`](postern_model::factor::NO_APP) says that it is none.
pub(crate) const OF_AN_APP: &str = "coalesce(f.totp_last_step, 0) < 9223372036854775807";
/// Columns of [`enrolment`].
pub(crate) const ENROLMENT: &str = "p.id, p.session_id, p.user_id, p.token, p.sealed_secret, p.replaces, p.adds, \
                                    p.tries, p.expires_at";
/// Columns of [`signing_key`].
pub(crate) const SIGNING_KEY: &str = "kid, algorithm, sealed_private, created_at, signs_from, revoked_at";

/// Row that is being read; it remembers which row it is, for errors.
pub(crate) struct Reading<'c> {
    columns: &'c mut dyn Columns,
    table: &'static str,
    id: String,
}

impl<'c> Reading<'c> {
    fn new(columns: &'c mut dyn Columns, table: Table) -> Self {
        let table = columns.table(table);
        Self { columns, table, id: "?".to_owned() }
    }

    /// Begins with the row's identifier.
    pub(crate) fn identified(
        columns: &'c mut dyn Columns,
        table: Table,
        column: &'static str,
    ) -> Result<(Self, Uuid), StoreError> {
        let mut reading = Self::new(columns, table);
        let id = reading.required(column, |row| row.uuid())?;
        reading.id = id.to_string();
        Ok((reading, id))
    }

    fn corrupt(&self, column: &'static str, reason: impl Into<String>) -> StoreError {
        StoreError::Corrupt { table: self.table, column, id: self.id.clone(), reason: reason.into() }
    }

    pub(crate) fn optional<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&mut dyn Columns) -> Result<Option<T>, Unreadable>,
    ) -> Result<Option<T>, StoreError> {
        read(self.columns).map_err(|reason| self.corrupt(column, reason))
    }

    pub(crate) fn required<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&mut dyn Columns) -> Result<Option<T>, Unreadable>,
    ) -> Result<T, StoreError> {
        self.optional(column, read)?.ok_or_else(|| self.corrupt(column, "is null"))
    }

    pub(crate) fn token(&mut self, column: &'static str) -> Result<TokenHash, StoreError> {
        self.optional_token(column)?.ok_or_else(|| self.corrupt(column, "is null"))
    }

    pub(crate) fn optional_token(&mut self, column: &'static str) -> Result<Option<TokenHash>, StoreError> {
        Ok(self.optional_hash(column)?.map(TokenHash))
    }

    fn optional_hash(&mut self, column: &'static str) -> Result<Option<[u8; 32]>, StoreError> {
        let Some(bytes) = self.optional(column, |row| row.bytes())? else { return Ok(None) };
        <[u8; 32]>::try_from(bytes).map(Some).map_err(|_| self.corrupt(column, "is not 32 bytes long"))
    }

    pub(crate) fn count(&mut self, column: &'static str) -> Result<u32, StoreError> {
        let count = self.optional(column, |row| row.int())?.unwrap_or(0);
        u32::try_from(count).map_err(|_| self.corrupt(column, "is not a count"))
    }

    pub(crate) fn caller(&mut self) -> Result<Caller, StoreError> {
        let address = self.optional("ip_address", |row| row.text())?;
        let address = address.map(|text| text.parse().map_err(|_| self.corrupt("ip_address", "is no IP address")));
        let user_agent = self.optional("user_agent", |row| row.text())?;
        Ok(Caller { address: address.transpose()?, user_agent, language: None })
    }
}

/// Reads [`USER`].
pub(crate) fn user(columns: &mut dyn Columns) -> Result<User, StoreError> {
    let (mut row, id) = Reading::identified(columns, Table::Users, "id")?;
    Ok(User {
        id: UserId(id),
        subject: row.optional("google_id", |row| row.text())?,
        email: row.required("email", |row| row.text())?,
        full_name: row.optional("full_name", |row| row.text())?,
        avatar_url: row.optional("avatar_url", |row| row.text())?,
        is_active: row.optional("is_active", |row| row.flag())?.unwrap_or(true),
        requires_second_factor: row.optional("requires_2fa", |row| row.flag())?.unwrap_or(false),
        enforced_at: row.optional("twofa_enforced_at", |row| row.time())?,
        last_login: row.optional("last_login", |row| row.time())?,
        created_at: row.optional("created_at", |row| row.time())?,
    })
}

/// Reads one group's name.
pub(crate) fn group(columns: &mut dyn Columns) -> Result<String, StoreError> {
    Reading::new(columns, Table::Groups).required("name", |row| row.text())
}

/// Reads [`FACTORS`].
pub(crate) fn factors(columns: &mut dyn Columns) -> Result<(UserId, StoredFactors), StoreError> {
    let (mut row, user) = Reading::identified(columns, Table::Settings, "user_id")?;
    let factors = StoredFactors {
        totp_secret: row.required("totp_secret", |row| row.text())?,
        last_step: row.optional("totp_last_step", |row| row.int())?,
        backup_codes: row.optional("backup_codes", |row| row.list())?.unwrap_or_default(),
    };
    Ok((UserId(user), factors))
}

/// Reads [`FACTORS`] and the counter in these columns, without the further authenticators.
pub(crate) fn checkable(columns: &mut dyn Columns, counter: Counter) -> Result<Checkable, StoreError> {
    let (user, stored) = factors(columns)?;
    let (failures, until) = counter;
    let mut row = Reading::new(columns, Table::Settings);
    row.id = user.to_string();
    let lockout = Lockout { failures: row.count(failures)?, locked_until: row.optional(until, |row| row.time())? };
    Ok(Checkable { stored, further: Vec::new(), lockout })
}

/// Reads the sealed reply to a submission; `None` inside if its code was wrong.
pub(crate) fn replay(columns: &mut dyn Columns) -> Result<Option<String>, StoreError> {
    Reading::new(columns, Table::Replays).optional("sealed", |row| row.text())
}

/// Reads sealed fresh codes.
pub(crate) fn fresh_codes(columns: &mut dyn Columns) -> Result<String, StoreError> {
    Reading::new(columns, Table::FreshCodes).required("sealed", |row| row.text())
}

/// Reads user, failures and end of the lock of one authenticator; the last two may be `NULL`.
pub(crate) fn lockout(columns: &mut dyn Columns, counter: Counter) -> Result<Lockout, StoreError> {
    let (failures, until) = counter;
    let (mut row, _) = Reading::identified(columns, Table::Settings, "user_id")?;
    Ok(Lockout { failures: row.count(failures)?, locked_until: row.optional(until, |row| row.time())? })
}

/// The columns that count an authenticator's failures, and hold the end of its lock.
pub(crate) type Counter = (&'static str, &'static str);

/// The counter of a factor; passkeys and trusted devices have none, and codes that were sent have the app's. The app's is the legacy backend's, which administrators reset by SQL.
pub(crate) fn counter(factor: SecondFactor) -> Option<Counter> {
    match factor {
        SecondFactor::Totp | SecondFactor::Email | SecondFactor::Sms => Some(("failed_attempts", "locked_until")),
        SecondFactor::Backup => Some(("backup_failed_attempts", "backup_locked_until")),
        SecondFactor::Passkey | SecondFactor::TrustedDevice => None,
    }
}

/// Reads [`ENROLMENT`].
pub(crate) fn enrolment(columns: &mut dyn Columns) -> Result<PendingEnrolment, StoreError> {
    let (mut row, id) = Reading::identified(columns, Table::Enrolments, "id")?;
    Ok(PendingEnrolment {
        id: EnrolmentId(id),
        session: SessionId(row.required("session_id", |row| row.uuid())?),
        user: UserId(row.required("user_id", |row| row.uuid())?),
        token: row.token("token")?,
        sealed_secret: row.required("sealed_secret", |row| row.text())?,
        purpose: {
            let replaces = row.required("replaces", |row| row.flag())?;
            match (row.required("adds", |row| row.flag())?, replaces) {
                (true, _) => EnrolmentPurpose::Addition,
                (false, true) => EnrolmentPurpose::Replacement,
                (false, false) => EnrolmentPurpose::First,
            }
        },
        tries: row.count("tries")?,
        expires_at: row.required("expires_at", |row| row.time())?,
    })
}

/// Whether a try against the pending enrolment of a session counts. The caller has locked its row, and writes the
/// count. A wrong token is never counted, so other clients cannot use up the tries; nor is a submission that `repeated` one
/// which was counted, be it the one that used up the last try.
pub(crate) fn count_try(
    found: Option<PendingEnrolment>,
    token: Option<&TokenHash>,
    now: Timestamp,
    repeated: bool,
) -> EnrolmentTry {
    if repeated {
        let found = found.filter(|pending| token.is_none_or(|token| *token == pending.token));
        return found.map_or(EnrolmentTry::Unknown, EnrolmentTry::Repeated);
    }
    match open_enrolment(found, token, now) {
        EnrolmentTry::Counted(pending) => {
            EnrolmentTry::Counted(PendingEnrolment { tries: pending.tries + 1, ..pending })
        }
        refused => refused,
    }
}

/// Returns the pending enrolment of a session if a try would count.
pub(crate) fn open_enrolment(
    found: Option<PendingEnrolment>,
    token: Option<&TokenHash>,
    now: Timestamp,
) -> EnrolmentTry {
    let Some(pending) = found.filter(|pending| token.is_none_or(|token| *token == pending.token)) else {
        return EnrolmentTry::Unknown;
    };
    if pending.expires_at <= now {
        return EnrolmentTry::Expired;
    }
    if pending.tries >= TRIES {
        return EnrolmentTry::Exhausted;
    }
    EnrolmentTry::Counted(pending)
}

/// Reads an audit event: identifier, time, kind, user, session, address, user agent, detail.
pub(crate) fn audit_event(columns: &mut dyn Columns) -> Result<AuditEvent, StoreError> {
    let (mut row, id) = Reading::identified(columns, Table::Audit, "id")?;
    let at = row.required("at", |row| row.time())?;
    let kind = row.required("kind", |row| row.text())?;
    let known = AuditKind::from_name(&kind);
    let user = row.optional("user_id", |row| row.uuid())?.map(UserId);
    let session = row.optional("session_id", |row| row.uuid())?.map(SessionId);
    let caller = row.caller()?;
    let detail = row.optional("detail", |row| row.text())?;
    // A newer version may write kinds unknown to this one; the detail carries their stored name.
    let (kind, detail) = match known {
        Some(known) => (known, detail),
        None => (AuditKind::Other, Some(detail.map_or(kind.clone(), |detail| format!("{kind}: {detail}")))),
    };
    Ok(AuditEvent { id: EventId(id), at, kind, user, session, caller, detail })
}

/// Reads [`SIGNING_KEY`].
pub(crate) fn signing_key(columns: &mut dyn Columns) -> Result<StoredSigningKey, StoreError> {
    let mut row = Reading::new(columns, Table::SigningKeys);
    let kid = row.required("kid", |row| row.text())?;
    row.id.clone_from(&kid);
    let algorithm = row.required("algorithm", |row| row.text())?;
    let sealed_private = row.required("sealed_private", |row| row.text())?;
    let created_at = row.required("created_at", |row| row.time())?;
    // An older version writes none: its keys sign from the start.
    let signs_from = row.optional("signs_from", |row| row.time())?.unwrap_or(created_at);
    let revoked_at = row.optional("revoked_at", |row| row.time())?;
    Ok(StoredSigningKey { kid, algorithm, sealed_private, created_at, signs_from, revoked_at })
}

/// Reads the name and value of a `meta` row, without the prefix of its name.
pub(crate) fn meta_row(columns: &mut dyn Columns, prefix: &str) -> Result<(String, String), StoreError> {
    let mut row = Reading::new(columns, Table::Meta);
    let key = row.required("key", |row| row.text())?;
    row.id.clone_from(&key);
    let value = row.required("value", |row| row.text())?;
    Ok((key.strip_prefix(prefix).unwrap_or(&key).to_owned(), value))
}

/// Reads the value of the `meta` row `key`.
pub(crate) fn meta_value(columns: &mut dyn Columns, key: &str) -> Result<String, StoreError> {
    let mut row = Reading::new(columns, Table::Meta);
    row.id = key.to_owned();
    row.required("value", |row| row.text())
}
