//! Indexes over an expression, over some of the rows, or of a kind of their own.

use orm_core::meta::IndexMeta;
use orm_core::{Error, Result};

use crate::dialect::Dialect;
use crate::schema::model::{Index, IndexPart, IndexValue, Table};
use crate::schema::names::{Kind, constraint_name, free_name};

use super::Context;
use super::constraint::borrowed;

/// Whether an index is over columns and nothing else.
pub(super) fn is_plain(index: &IndexMeta) -> bool {
    index.expression.is_none() && index.condition.is_none() && index.method.is_none() && !index.full_text
}

/// Adds an index over an expression, over some of the rows, or of a kind of its own.
///
/// # Errors
/// [`Error::Unsupported`] where the database has no such index and doing without would change what rows may be there.
pub(super) fn add_special_index(
    cx: &Context<'_>,
    table: &mut Table,
    index: &IndexMeta,
    columns: &[String],
) -> Result<()> {
    let kind = match index.unique {
        true => Kind::Unique,
        false => Kind::Index,
    };
    let name = match index.name {
        Some(name) => name.to_owned(),
        None => {
            let named = match columns {
                [] => vec!["expression"],
                columns => borrowed(columns),
            };
            let name = constraint_name(cx.dialect, &table.name, &named, kind);
            free_name(name, |name| table.indexes.iter().any(|index| index.name == name))
        }
    };
    let mut special = Index {
        unique: index.unique,
        method: index.method.map(str::to_owned),
        condition: index.condition.map(str::to_owned),
        ..Index::over(name, columns)
    };
    special.parts.extend(index.expression.map(|sql| expression(sql.to_owned())));
    match cx.dialect {
        // It has one kind of index; words are searched for in virtual tables of its own.
        Dialect::Sqlite if index.full_text => return Ok(()),
        Dialect::Sqlite => special.method = None,
        Dialect::Postgres => {
            // What is written by hand is the usual one all the same.
            special.method = special.method.filter(|method| method != "btree");
            if index.full_text {
                words_of(cx, table, &mut special);
            }
        }
        Dialect::MySql | Dialect::MariaDb => {
            special.method = match index.full_text {
                true => Some("fulltext".to_owned()),
                false => special.method.filter(|method| method != "btree"),
            };
            check_special(cx, table, &special)?;
        }
    }
    table.indexes.push(special);
    Ok(())
}

/// MySQL has no partial indexes, and MariaDB none over expressions either.
fn check_special(cx: &Context<'_>, table: &Table, index: &Index) -> Result<()> {
    let refused = |what: &str, alternative: &str| {
        Err(Error::Unsupported {
            database: cx.dialect.name(),
            feature: format!("index {what}, as `{}` of the table `{}` would", index.name, table.name),
            alternative: alternative.to_owned(),
        })
    };
    if index.condition.is_some() {
        return refused(
            "some of the rows",
            "leave the condition out, or index a generated property that is null for the other rows",
        );
    }
    let over_expression = index.parts.iter().any(|part| part.column().is_none());
    match cx.dialect {
        Dialect::MariaDb if over_expression => {
            refused("an expression", "index a generated property with that expression")
        }
        Dialect::Sqlite | Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => Ok(()),
    }
}

/// Has the index go by the words of its columns, unless they are kept as words already.
fn words_of(cx: &Context<'_>, table: &Table, index: &mut Index) {
    index.method.get_or_insert_with(|| "gin".to_owned());
    for part in &mut index.parts {
        let Some(column) = part.column().and_then(|name| table.column(name)) else { continue };
        if !column.type_name.eq_ignore_ascii_case("tsvector") {
            *part = expression(format!("to_tsvector('simple', {})", cx.dialect.identifier(&column.name)));
        }
    }
}

fn expression(sql: String) -> IndexPart {
    IndexPart { value: IndexValue::Expression(sql), ..IndexPart::default() }
}
