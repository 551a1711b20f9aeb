//! Tests of columns against a list.

use orm_core::types::ColumnKind;

use crate::dialect::Dialect;
use crate::lower::list::{List, ListForm};
use crate::lower::parameter::{push_array, push_value};
use crate::lower::scope::Column;
use crate::render::SqlWriter;

/// Writes a test of columns against a list.
pub(crate) fn write_list(w: &mut SqlWriter, columns: &[Column<'_>], list: List, negated: bool) {
    let single = columns.len() == 1;
    if list.with_null && list.form == ListForm::Empty {
        let first = columns[0];
        first.write(w).push(if negated { " is not null" } else { " is null" });
        return;
    }
    if list.with_null {
        w.push("(");
    }
    match list.form {
        ListForm::Empty => {
            w.push(if negated { "1 = 1" } else { "1 = 0" });
        }
        ListForm::One => {
            let equals = if negated { " != " } else { " = " };
            w.push(if single { "" } else { "(" });
            w.list(if negated { " or " } else { " and " }, columns, |w, column| {
                push_value(column.write(w).push(equals), column.ty);
            });
            w.push(if single { "" } else { ")" });
        }
        ListForm::Array if single => {
            write_row(w, columns);
            w.push(if negated { " != all(" } else { " = any(" });
            push_array(w, columns[0].ty);
            w.push(")");
        }
        form => {
            write_row(w, columns);
            w.push(if negated { " not in (" } else { " in (" });
            match form {
                ListForm::Each(count) => write_each(w, columns, count),
                ListForm::Array => write_arrays(w, columns),
                _ => write_json_list(w, columns, form),
            }
            w.push(")");
        }
    }
    if list.with_null {
        let first = columns[0];
        w.push(if negated { " and " } else { " or " });
        first.write(w).push(if negated { " is not null)" } else { " is null)" });
    }
}

/// Writes a placeholder for each value of each key.
fn write_each(w: &mut SqlWriter, columns: &[Column<'_>], count: usize) {
    let single = columns.len() == 1;
    match w.dialect() {
        Dialect::Sqlite if !single => w.push("values "),
        Dialect::Sqlite | Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => w,
    }
    .list(", ", 0..count, |w, _| {
        w.push(if single { "" } else { "(" });
        w.list(", ", columns, |w, column| push_value(w, column.ty));
        w.push(if single { "" } else { ")" });
    });
}

/// Writes the select that makes rows of an array for each column.
fn write_arrays(w: &mut SqlWriter, columns: &[Column<'_>]) {
    w.push("select * from unnest(").list(", ", columns, |w, column| push_array(w, column.ty));
    w.push(")");
}

/// Writes the select that unfolds a list which travels as one parameter.
fn write_json_list(w: &mut SqlWriter, columns: &[Column<'_>], form: ListForm) {
    match (w.dialect(), columns) {
        (Dialect::MySql | Dialect::MariaDb, columns) => return write_json_table(w, columns),
        _ if form == ListForm::HexJson => w.push("select unhex(value) from json_each("),
        (_, [_]) => w.push("select value from json_each("),
        (_, columns) => {
            w.push("select ").list(", ", 0..columns.len(), |w, part| {
                w.push("value ->> ").number(part as u64);
            });
            w.push(" from json_each(")
        }
    };
    w.push_param().push(")");
}

/// `select v0 from json_table(?, '$[*]' columns (v0 bigint path '$')) as j`
fn write_json_table(w: &mut SqlWriter, columns: &[Column<'_>]) {
    w.push("select ").list(", ", columns.iter().enumerate(), |w, (part, column)| {
        let is_bytes = column.ty.kind == ColumnKind::Bytes;
        w.push(if is_bytes { "unhex(v" } else { "v" }).number(part as u64);
        w.push(if is_bytes { ")" } else { "" });
    });
    w.push(" from json_table(").push_param().push(", '$[*]' columns (");
    w.list(", ", columns.iter().enumerate(), |w, (part, column)| {
        w.push("v").number(part as u64).push(" ");
        push_json_type(w, column.ty.kind);
        w.push(" path '$");
        if columns.len() > 1 {
            w.push("[").number(part as u64).push("]");
        }
        w.push("'");
    });
    w.push(")) as j");
}

/// The type in which MySQL reads values for a column of that kind from JSON.
fn push_json_type(w: &mut SqlWriter, kind: ColumnKind) {
    let name = match kind {
        ColumnKind::UInt8 | ColumnKind::UInt16 | ColumnKind::UInt32 | ColumnKind::UInt64 => "bigint unsigned",
        ColumnKind::Bool | ColumnKind::IntEnum(_) => "bigint",
        kind if kind.is_integer() => "bigint",
        ColumnKind::Int128 => "decimal(39,0)",
        ColumnKind::Decimal => "decimal(57,28)",
        ColumnKind::Float32 | ColumnKind::Float64 => "double",
        ColumnKind::Date => "date",
        ColumnKind::Time => "time(6)",
        ColumnKind::DateTime | ColumnKind::Timestamp => "datetime(6)",
        _ => {
            let collation = w.dialect().exact_collation();
            w.push("longtext collate ").push(collation);
            return;
        }
    };
    w.push(name);
}

fn write_row(w: &mut SqlWriter, columns: &[Column<'_>]) {
    let single = columns.len() == 1;
    w.push(if single { "" } else { "(" });
    w.list(", ", columns, |w, column| {
        column.write(w);
    });
    w.push(if single { "" } else { ")" });
}
