//! Statement parameters with their types, so that statements need not be prepared by name: behind a connection pooler
//! in transaction mode the next statement may run on another server connection, which lacks our prepared statement.

use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::values::Moment;

/// Rust type that is sent as a statement parameter.
pub(super) trait SqlType {
    /// The type that is declared to the server. [`Type::UNKNOWN`] makes the server infer it from the column or the
    /// cast.
    const SQL_TYPE: Type;
}

/// Parameter in the form that statements take.
pub(super) trait Param: ToSql + Sync {
    /// See [`SqlType::SQL_TYPE`].
    fn sql_type(&self) -> Type;
}

impl<T: SqlType + ToSql + Sync> Param for T {
    fn sql_type(&self) -> Type {
        T::SQL_TYPE
    }
}

/// Parameters of a statement.
pub(super) type Params<'p> = &'p [&'p (dyn Param + Sync)];

macro_rules! sql_types {
    ($($rust:ty => $sql:ident),* $(,)?) => {
        $(impl SqlType for $rust {
            const SQL_TYPE: Type = Type::$sql;
        })*
    };
}

sql_types! {
    Uuid => UUID,
    bool => BOOL,
    i32 => INT4,
    i64 => INT8,
    str => UNKNOWN,
    String => UNKNOWN,
    // Serves `timestamp` and `timestamptz`: the backend's tables have either, and both have one binary form.
    Moment => UNKNOWN,
    [u8] => BYTEA,
    Vec<u8> => BYTEA,
    [String] => TEXT_ARRAY,
    Vec<String> => TEXT_ARRAY,
    Vec<Uuid> => UUID_ARRAY,
    Vec<Moment> => TIMESTAMP_ARRAY,
}

impl<T: SqlType> SqlType for Option<T> {
    const SQL_TYPE: Type = T::SQL_TYPE;
}

impl<T: SqlType + ?Sized> SqlType for &T {
    const SQL_TYPE: Type = T::SQL_TYPE;
}
