//! What random schemas say in each database's words. Types of one family hold each other's values.

use crate::dialect::Dialect;

/// Types that rows survive a change between, and what is said of their columns.
pub(super) struct Family {
    pub(super) types: &'static [&'static str],
    pub(super) defaults: &'static [&'static str],
    /// With `{}` for the column.
    pub(super) checks: &'static [&'static str],
    pub(super) generated: &'static [&'static str],
    pub(super) can_be_indexed: bool,
}

const TEXT_CHECKS: &[&str] = &["{} <> 'x)'", "{} <> 'it''s \\ y' or {} = 'b'"];
const NUMBER_CHECKS: &[&str] = &["{} > -100", "{} between -50 and 5000 -- few"];
const NUMBERS: &[&str] = &["base + 1", "abs(base) * 2"];

/// SQLite takes any value in any column.
const SQLITE: &[Family] = &[Family {
    types: &["integer", "text", "real", "numeric(10,2)", "boolean", "datetime", "json_text", "blob"],
    defaults: &["1", "'it''s'", "-1.5", "current_timestamp", "(1 + abs(-2))"],
    checks: &["{} is not 'x)'", "{} <> -5 "],
    generated: NUMBERS,
    can_be_indexed: true,
}];

const POSTGRES: &[Family] = &[
    Family {
        types: &["text", "varchar(40)", "varchar(60)"],
        defaults: &["'it''s'", "'b'", "upper('c')"],
        checks: TEXT_CHECKS,
        generated: &["repeat('a', base)", "left('abc', base)"],
        can_be_indexed: true,
    },
    Family {
        types: &["smallint", "integer", "bigint", "numeric(10,2)"],
        defaults: &["1", "-2", "(1 + abs(-2))"],
        checks: NUMBER_CHECKS,
        generated: NUMBERS,
        can_be_indexed: true,
    },
    Family {
        types: &["timestamp", "timestamp(3)", "timestamptz"],
        defaults: &["current_timestamp", "now()", "'2020-01-02 03:04:05'"],
        checks: &["{} > '2000-01-01'"],
        generated: &[],
        can_be_indexed: true,
    },
    Family {
        types: &["boolean"],
        defaults: &["true", "(not true)"],
        checks: &["{} in (true, false)"],
        generated: &["base > 1"],
        can_be_indexed: true,
    },
    Family {
        types: &["jsonb"],
        defaults: &[r#"'{"a": [1, 2]}'"#],
        checks: &["{} <> '5'"],
        generated: &[],
        can_be_indexed: true,
    },
    Family {
        types: &["mood"],
        defaults: &["'b'"],
        checks: &["{} <> 'b' or base > 0"],
        generated: &[],
        can_be_indexed: true,
    },
    Family { types: &["mood[]"], defaults: &["'{}'"], checks: &[], generated: &[], can_be_indexed: false },
];

const MYSQL: &[Family] = &[
    Family {
        types: &["varchar(40)", "varchar(60)", "longtext"],
        defaults: &["'it''s'", "'b'", "(upper('c'))"],
        checks: &["{} <> 'x)'", r"{} <> 'it''s \\ y' or {} = 'b'"],
        generated: &["upper('a')", "concat('n', base)"],
        can_be_indexed: true,
    },
    Family {
        types: &["smallint", "int", "bigint", "decimal(10,2)"],
        defaults: &["1", "-2", "(1 + abs(-2))"],
        checks: NUMBER_CHECKS,
        generated: NUMBERS,
        can_be_indexed: true,
    },
    Family {
        types: &["datetime(6)", "datetime(3)", "datetime"],
        defaults: &["'2020-01-02 03:04:05'", "(now() - interval 1 day)"],
        checks: &["{} > '2000-01-01'"],
        generated: &[],
        can_be_indexed: true,
    },
    Family {
        types: &["boolean"],
        defaults: &["true", "false"],
        checks: &["{} in (true, false)"],
        generated: &["base > 1"],
        can_be_indexed: true,
    },
    Family {
        types: &["json"],
        defaults: &[r#"('{"a": [1, 2]}')"#],
        checks: &["json_length({}) < 9"],
        generated: &[],
        can_be_indexed: false,
    },
    Family {
        types: &["enum('a','b')", "enum('b','a','it''s')", "enum('c','b')"],
        defaults: &["'b'"],
        checks: &["{} <> 'z'"],
        generated: &[],
        can_be_indexed: true,
    },
];

/// The families of columns.
pub(super) fn families(dialect: Dialect) -> &'static [Family] {
    match dialect {
        Dialect::Sqlite => SQLITE,
        Dialect::Postgres => POSTGRES,
        Dialect::MySql | Dialect::MariaDb => MYSQL,
    }
}

/// The types that keys have; all keys of a schema have one.
pub(super) fn key_types(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Sqlite => &["integer"],
        Dialect::Postgres => &["integer", "bigint"],
        Dialect::MySql | Dialect::MariaDb => &["int", "bigint"],
    }
}
