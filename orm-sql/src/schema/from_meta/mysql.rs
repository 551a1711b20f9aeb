//! What MySQL and MariaDB want said in another way: lengths of keys, the time of day as a default, beginnings of long texts
//! in indexes.

use orm_core::meta::{ColumnId, EntityModel};
use orm_core::types::ColumnKind;

use crate::dialect::Dialect;
use crate::schema::model::Table;
use crate::schema::sql_text::{is_call_of, normalized};
use crate::schema::types::{KEY_LENGTH, TypeSpec, is_long_mysql};

use super::Context;

/// Gives a text that is a key a length, if it has none: without one it could be no key.
///
/// A column of a plain index has no need of it: see [`shorten_index_parts`].
pub(super) fn with_key_length(
    cx: &Context<'_>,
    entity: &EntityModel,
    id: ColumnId,
    spec: TypeSpec,
) -> TypeSpec {
    let is_key = || {
        let model = entity.property(entity.columns[id].property);
        let of = |property: &usize| entity.property(*property).columns.contains(&id);
        let unique = entity.meta.indexes.iter().filter(|index| index.unique);
        entity.key_columns.contains(&id)
            || model.meta.unique
            || unique.flat_map(|index| index.properties).any(of)
    };
    match (cx.dialect, spec.kind) {
        (Dialect::MySql | Dialect::MariaDb, ColumnKind::Text | ColumnKind::Bytes) if is_key() => {
            TypeSpec { length: spec.length.or(Some(KEY_LENGTH)), ..spec }
        }
        (Dialect::MySql | Dialect::MariaDb | Dialect::Sqlite | Dialect::Postgres, _) => spec,
    }
}

/// Has indexes go by the beginning of what is too long for them. Nothing else changes for those who write and read.
pub(super) fn shorten_index_parts(cx: &Context<'_>, table: &mut Table) {
    match cx.dialect {
        Dialect::Sqlite | Dialect::Postgres => return,
        Dialect::MySql | Dialect::MariaDb => {}
    }
    let columns = &table.columns;
    for index in table.indexes.iter_mut().filter(|index| !index.unique && index.method.is_none()) {
        let is_long =
            |name: &str| columns.iter().any(|column| column.name == name && is_long_mysql(&column.type_name));
        for part in &mut index.parts {
            if part.column().is_some_and(is_long) {
                part.length = Some(KEY_LENGTH);
            }
        }
    }
}

/// What stands behind `default`, where that is the time of day: it must have as many digits as the column has.
///
/// `current_timestamp on update current_timestamp` is one of them.
pub(super) fn current_time_default(sql: &str, type_name: &str) -> Option<String> {
    let words = normalized(Dialect::MySql, sql);
    match words.split_once(" on update ") {
        Some((default, update)) => {
            let now = current_time(update, type_name)?;
            let default = current_time(default, type_name).unwrap_or_else(|| default.to_owned());
            Some(format!("{default} on update {now}"))
        }
        None => current_time(sql, type_name),
    }
}

fn current_time(sql: &str, type_name: &str) -> Option<String> {
    let is_now = ["current_timestamp", "now", "localtimestamp", "localtime"]
        .iter()
        .any(|word| normalized(Dialect::MySql, sql) == *word || is_call_of(Dialect::MySql, sql, word));
    let digits = ["datetime", "timestamp"].iter().find_map(|name| type_name.strip_prefix(name))?;
    is_now.then(|| format!("current_timestamp{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_day_has_the_columns_digits() {
        let check = |sql, type_name, expected: Option<&str>| {
            assert_eq!(current_time_default(sql, type_name).as_deref(), expected, "{sql} {type_name}");
        };
        check("current_timestamp", "datetime(6)", Some("current_timestamp(6)"));
        check("(CURRENT_TIMESTAMP)", "datetime", Some("current_timestamp"));
        check("now()", "timestamp(3)", Some("current_timestamp(3)"));
        check("now(6)", "datetime(6)", Some("current_timestamp(6)"));
        check("now() + interval 1 day", "datetime(6)", None);
        check("current_timestamp", "date", None);
        check("utc_timestamp()", "datetime(6)", None);
        let both = Some("current_timestamp(6) on update current_timestamp(6)");
        check("current_timestamp ON UPDATE now()", "datetime(6)", both);
        check("null on update now()", "timestamp", Some("null on update current_timestamp"));
    }
}
