//! The tables as they are found: what migrating mends, and what somebody has to mend.

mod columns;
mod found;
mod mend;
mod narrow;
mod reader;
mod triggers;
mod unique;

use postern_model::store::StoreError;

use columns::{COLUMNS, Column, OURS};
use found::Found;
pub(super) use mend::mend;
use narrow::Narrow;
pub(super) use reader::Reader;

/// The migration since which every column is there.
const COMPLETE: i32 = 6;

/// Column whose type is changed.
struct Conversion {
    column: &'static Column,
    found: String,
    using: String,
    has_default: bool,
}

/// What differs from the tables that the statements need.
#[derive(Default)]
pub(super) struct Judgement {
    /// What migrating cannot mend, with the remedy. Nothing is migrated meanwhile.
    pub(super) obstacles: Vec<String>,
    /// What concerns new users only, with the remedy.
    pub(super) concerns: Vec<String>,
    /// Whether no migration was applied yet: what the first ones would add is not worth a mention.
    is_first: bool,
    conversions: Vec<Conversion>,
    additions: Vec<&'static Column>,
    indexes: Vec<unique::Missing>,
    narrow: Vec<Narrow>,
    triggers: Vec<triggers::Trigger>,
}

impl Judgement {
    /// Whether everything is in place, and otherwise whether migrating helps.
    pub(super) fn result(&self) -> Result<(), StoreError> {
        self.unobstructed()?;
        let lacking = self.additions.iter().map(|column| format!("{} is missing", column.path()));
        let other = self.conversions.iter().map(|change| format!("{} is {}", change.column.path(), change.found));
        let indexes = self.indexes.iter().map(|index| format!("{} has no unique index", index.path));
        let triggers = self.triggers.iter().map(|trigger| format!("trigger {} is missing", trigger.name));
        let pending: Vec<String> = lacking
            .chain(other)
            .chain(indexes)
            .chain(triggers)
            .chain(self.narrow.iter().map(ToString::to_string))
            .collect();
        match pending.is_empty() {
            true => Ok(()),
            false => Err(StoreError::Schema(format!("{}; run the migrations", pending.join("; ")))),
        }
    }

    /// Whether migrating would succeed.
    pub(super) fn unobstructed(&self) -> Result<(), StoreError> {
        match self.obstacles.is_empty() {
            true => Ok(()),
            false => Err(StoreError::Unsuitable(self.obstacles.join("; "))),
        }
    }
}

/// Examines the tables. `applied` are the numbers of the applied migrations, `latest` is the last of this version.
pub(super) async fn judge(reader: &mut Reader<'_, '_>, applied: &[i32], latest: i32) -> Result<Judgement, StoreError> {
    let mut judgement = Judgement { is_first: applied.is_empty(), ..Judgement::default() };
    let all = found::columns(reader).await?;
    for table in ["users", "user_2fa_settings", "user_2fa_attempts"] {
        let found: Vec<&Found> = all.iter().filter(|found| found.table == table).collect();
        if found.is_empty() {
            if applied.contains(&1) {
                judgement.obstacles.push(format!("table {table} is missing: restore it from a backup"));
            }
            continue;
        }
        for column in COLUMNS.iter().filter(|column| column.table == table) {
            match found.iter().find(|found| found.name == column.name) {
                Some(found) => examine(reader, &mut judgement, column, found).await?,
                None => lacking(&mut judgement, column, applied.contains(&COMPLETE)),
            }
        }
        for found in found {
            mandatory(&mut judgement, found);
        }
    }
    // Later questions are about columns of the right types.
    if judgement.conversions.is_empty() && judgement.obstacles.is_empty() {
        judgement.indexes = unique::missing(reader).await?;
        judgement.obstacles.extend(judgement.indexes.iter_mut().filter_map(|index| index.obstacle.take()));
    }
    for narrow in narrow::narrow(reader).await? {
        let way = reader.in_the_way(&narrow.table, &narrow.column, false).await?;
        match way.is_empty() {
            true => judgement.narrow.push(narrow),
            false => judgement
                .obstacles
                .push(format!("{narrow}, and {way} depends on it: drop that, then run postern migrate")),
        }
    }
    if (1..=latest).all(|version| applied.contains(&version)) {
        ours(reader, &mut judgement).await?;
        // A newer version may have replaced some.
        if !applied.iter().any(|version| *version > latest) {
            judgement.triggers = triggers::missing(reader).await?;
        }
    }
    Ok(judgement)
}

/// A column that is there, of whatever type.
async fn examine(
    reader: &mut Reader<'_, '_>,
    judgement: &mut Judgement,
    column: &'static Column,
    found: &Found,
) -> Result<(), StoreError> {
    if column.kind.takes(&found.base) {
        return Ok(());
    }
    let (path, wanted) = (column.path(), column.sql_type());
    let stated = format!("{path} is {}, and {wanted} is needed", found.shown);
    let Some(using) = column.conversion(&found.base, found.is_enum) else {
        judgement.obstacles.push(format!(
            "{stated}: change it (ALTER TABLE {} ALTER COLUMN {} TYPE {wanted} USING …), with the columns that refer to it, then \
             run postern migrate",
            column.table, column.name
        ));
        return Ok(());
    };
    let way = reader.in_the_way(column.table, column.name, true).await?;
    if !way.is_empty() {
        judgement.obstacles.push(format!("{stated}: the migrations change it once {way} is dropped"));
        return Ok(());
    }
    if let Some(reason) = found::refused_value(reader, column, &using).await? {
        judgement.obstacles.push(format!(
            "{stated}: not every value can be converted ({reason}); correct or delete those rows, then run postern migrate"
        ));
        return Ok(());
    }
    judgement.conversions.push(Conversion { column, found: found.shown.clone(), using, has_default: found.fills });
    Ok(())
}

/// A column that is not there.
fn lacking(judgement: &mut Judgement, column: &'static Column, complete: bool) {
    if column.definition.is_empty() || (complete && column.decides) {
        judgement.obstacles.push(format!(
            "{} is missing, and what it held decides who gets in: restore it from a backup, or add it with the right values \
             ({} {})",
            column.path(),
            column.name,
            if column.definition.is_empty() { column.sql_type() } else { column.definition }
        ));
    } else {
        judgement.additions.push(column);
    }
}

/// A column that new rows must fill, and that the gateway's rows do not.
fn mandatory(judgement: &mut Judgement, found: &Found) {
    let known = COLUMNS.iter().find(|column| column.table == found.table && column.name == found.name);
    let empty = match known {
        Some(column) => column.empties,
        None => !found.fills,
    };
    if !found.not_null || found.by_trigger || !empty {
        return;
    }
    let (table, name) = (&found.table, &found.name);
    let default = if known.is_some() { "" } else { ", or give it a default" };
    let text = format!(
        "{table}.{name} is NOT NULL and the gateway's rows leave it empty: allow NULL (ALTER TABLE {table} ALTER COLUMN {name} \
         DROP NOT NULL){default}"
    );
    match table.as_str() {
        "users" => judgement.concerns.push(text),
        _ => judgement.obstacles.push(text),
    }
}

/// Columns of our own tables that somebody dropped.
async fn ours(reader: &mut Reader<'_, '_>, judgement: &mut Judgement) -> Result<(), StoreError> {
    let listed = OURS.map(|(table, columns)| format!("('{table}', '{columns}')")).join(", ");
    let sql = format!(
        "SELECT o.tab || '.' || c.name FROM (VALUES {listed}) AS o (tab, cols), \
         unnest(string_to_array(o.cols, ' ')) WITH ORDINALITY AS c (name, place) WHERE NOT EXISTS (SELECT 1 FROM pg_attribute a \
         WHERE a.attrelid = to_regclass(o.tab) AND a.attname = c.name AND NOT a.attisdropped) ORDER BY o.tab, c.place"
    );
    let dropped = reader.texts(&sql).await?;
    if !dropped.is_empty() {
        judgement.obstacles.push(format!(
            "{} is missing though its migration was applied: restore it from a backup, or add it as a new database has it",
            dropped.join(", ")
        ));
    }
    Ok(())
}
