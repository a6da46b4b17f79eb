//! Reading the catalog, over a connection of the pool or the one that migrates.

use tokio_postgres::{Client, Row};

use super::super::error::Failure;
use super::super::pool::Db;

/// Connection on which the catalog is read.
pub(in super::super) enum Reader<'a, 's> {
    Pooled(&'a mut Db<'s>),
    Migrating(&'a Client),
}

impl Reader<'_, '_> {
    pub(in super::super) async fn rows(&mut self, sql: &str) -> Result<Vec<Row>, Failure> {
        match self {
            Self::Pooled(db) => db.rows(sql, &[]).await,
            Self::Migrating(client) => Ok(client.query_typed(sql, &[]).await?),
        }
    }

    /// The first column of each row, without `NULL`s.
    pub(super) async fn texts(&mut self, sql: &str) -> Result<Vec<String>, Failure> {
        let rows = self.rows(sql).await?;
        Ok(rows.iter().filter_map(|row| row.try_get::<_, Option<String>>(0).ok().flatten()).collect())
    }

    /// What keeps the type of a column from being changed: views, policies and triggers of others, and with `keys`
    /// foreign keys. Empty if nothing does.
    pub(super) async fn in_the_way(&mut self, table: &str, column: &str, keys: bool) -> Result<String, Failure> {
        let sql = format!(
            "SELECT string_agg(DISTINCT pg_describe_object(d.classid, d.objid, 0), ', ') FROM pg_depend d \
             JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid \
             LEFT JOIN pg_trigger t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid \
             LEFT JOIN pg_constraint c ON d.classid = 'pg_constraint'::regclass AND c.oid = d.objid \
             WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass('{table}') AND a.attname = '{column}' \
             AND (d.classid IN ('pg_rewrite'::regclass, 'pg_policy'::regclass) OR (c.contype = 'f' AND {keys}) \
             OR NOT starts_with(t.tgname::text, 'postern_'))"
        );
        Ok(self.texts(&sql).await?.into_iter().next().unwrap_or_default())
    }
}
