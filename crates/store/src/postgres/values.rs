//! PostgreSQL's binary values, and a row as [`Columns`].

use std::error::Error;

use bytes::{BufMut, BytesMut};
use postern_model::clock::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::rows::{Columns, Table};

/// 2000-01-01, the epoch of PostgreSQL, in microseconds since 1970.
const EPOCH: i64 = 946_684_800_000_000;
/// 4713-01-01 BC, the oldest `timestamp`; an older time is written as `-infinity`.
const OLDEST: i64 = -211_813_488_000_000_000;

/// Time as `timestamp without time zone`, UTC. `infinity` reads as the last representable time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment(pub(super) Timestamp);

impl ToSql for Moment {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let micros = self.0.as_micros().saturating_sub(EPOCH);
        out.put_i64(if micros < OLDEST { i64::MIN } else { micros });
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::TIMESTAMP | Type::TIMESTAMPTZ | Type::UNKNOWN)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Moment {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let micros = i64::from_be_bytes(raw.try_into()?);
        Ok(Self(Timestamp::from_micros(micros.saturating_add(EPOCH))))
    }

    fn accepts(ty: &Type) -> bool {
        <Self as ToSql>::accepts(ty)
    }
}

/// Row that is read from left to right.
pub(super) struct PgColumns<'r> {
    row: &'r Row,
    next: usize,
}

impl<'r> PgColumns<'r> {
    pub(super) fn new(row: &'r Row) -> Self {
        Self { row, next: 0 }
    }

    fn take<T: FromSql<'r>>(&mut self) -> Result<Option<T>, String> {
        let column = self.next;
        self.next += 1;
        self.row.try_get(column).map_err(|_| {
            let found = self.row.columns().get(column).map_or("nothing", |column| column.type_().name());
            format!("cannot be read from {found}")
        })
    }
}

impl Columns for PgColumns<'_> {
    fn table(&self, table: Table) -> &'static str {
        match table {
            Table::Users => "users",
            Table::Settings => "user_2fa_settings",
            Table::Sessions => "postern.sessions",
            Table::Groups => "postern.user_groups",
            Table::Enrolments => "postern.pending_enrolments",
            Table::Replays => "postern.replays",
            Table::FreshCodes => "postern.fresh_codes",
            Table::Passkeys => "postern.passkeys",
            Table::TrustedDevices => "postern.trusted_devices",
            Table::SentCodes => "postern.sent_codes",
            Table::Mail => "postern.mail_queue",
            Table::Authenticators => "postern.authenticators",
            Table::HandOvers => "postern.hand_overs",
            Table::KeptPosts => "postern.kept_posts",
            Table::Tickets => "postern.enrolment_tickets",
            Table::Audit => "postern.audit_events",
            Table::SigningKeys => "postern.signing_keys",
            Table::Meta => "postern.meta",
        }
    }

    fn uuid(&mut self) -> Result<Option<Uuid>, String> {
        self.take()
    }

    fn text(&mut self) -> Result<Option<String>, String> {
        self.take()
    }

    fn time(&mut self) -> Result<Option<Timestamp>, String> {
        Ok(self.take::<Moment>()?.map(|moment| moment.0))
    }

    fn flag(&mut self) -> Result<Option<bool>, String> {
        self.take()
    }

    fn int(&mut self) -> Result<Option<i64>, String> {
        match self.row.columns().get(self.next).map(tokio_postgres::Column::type_) {
            Some(&Type::INT2) => Ok(self.take::<i16>()?.map(i64::from)),
            Some(&Type::INT4) => Ok(self.take::<i32>()?.map(i64::from)),
            _ => self.take(),
        }
    }

    fn bytes(&mut self) -> Result<Option<Vec<u8>>, String> {
        self.take()
    }

    fn list(&mut self) -> Result<Option<Vec<String>>, String> {
        let list = self.take::<Vec<Option<String>>>()?;
        Ok(list.map(|list| list.into_iter().flatten().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(moment: Timestamp) -> i64 {
        let mut out = BytesMut::new();
        Moment(moment).to_sql(&Type::TIMESTAMP, &mut out).unwrap();
        i64::from_be_bytes(out.as_ref().try_into().unwrap())
    }

    #[test]
    fn moments_count_from_the_year_2000() {
        assert_eq!(written(Timestamp::from_secs(946_684_800)), 0);
        let read = Moment::from_sql(&Type::TIMESTAMP, &1_i64.to_be_bytes()).unwrap();
        assert_eq!(read.0, Timestamp::from_micros(946_684_800_000_001));
    }

    #[test]
    fn infinity_is_the_end_of_time_and_what_is_too_old_becomes_its_opposite() {
        let read = Moment::from_sql(&Type::TIMESTAMP, &i64::MAX.to_be_bytes()).unwrap();
        assert_eq!(read.0, Timestamp::from_micros(i64::MAX));
        assert_eq!(written(Timestamp::from_micros(i64::MIN)), i64::MIN);
        assert_eq!(written(Timestamp::from_micros(OLDEST - 1)), i64::MIN);
    }
}
