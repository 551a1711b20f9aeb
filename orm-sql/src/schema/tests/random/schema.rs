//! A random schema, of everything that the database has.

use crate::dialect::Dialect;
use crate::schema::model::{
    Check, Column, Deferral, EnumType, ForeignKey, Generated, Index, IndexPart, IndexValue, Rule, Schema,
    Table,
};
use crate::schema::types::is_long_mysql;

use super::numbers::Random;
use super::words::{Family, families, key_types};

const TABLES: [&str; 4] = ["author", "Book", "odd \"`name", "order"];
const COLUMNS: [&str; 6] = ["name", "select", "a \"b'c", "Größe", "e", "f"];
const ENUMS: [&[&str]; 4] = [&["a", "b"], &["a", "it's", "b"], &["b", "a", "z"], &["b"]];

/// A schema that knows nothing of those before it.
pub(super) fn schema(random: &mut Random, dialect: Dialect) -> Schema {
    let key_type = *random.pick(key_types(dialect));
    schema_with_keys(random, dialect, key_type)
}

/// The same with keys of one type.
pub(super) fn schema_with_keys(random: &mut Random, dialect: Dialect, key_type: &str) -> Schema {
    let names: Vec<&str> = TABLES.into_iter().filter(|_| random.chance(75)).collect();
    let tables: Vec<Table> =
        names.iter().map(|name| table(random, dialect, name, &names, key_type)).collect();
    let uses_enum = |column: &Column| column.type_name.starts_with("\"mood\"");
    let has_enum = tables.iter().any(|table| table.columns.iter().any(uses_enum));
    let values = random.pick(&ENUMS).iter().map(|value| (*value).to_owned()).collect();
    let mood = EnumType { name: "mood".into(), schema: None, values };
    Schema { tables, enums: if has_enum { vec![mood] } else { Vec::new() }, ..Schema::default() }
}

fn table(random: &mut Random, dialect: Dialect, name: &str, tables: &[&str], key_type: &str) -> Table {
    let plain = |name: &str, type_name: &str| Column {
        name: name.into(),
        type_name: type_name.into(),
        ..Column::default()
    };
    let id = Column { auto_increment: random.chance(50), ..plain("id", key_type) };
    let base = Column { default: Some("3".into()), ..plain("base", "integer") };
    let mut table = Table {
        name: name.into(),
        columns: vec![id, base],
        primary_key: vec!["id".into()],
        comment: comment(random, dialect),
        ..Table::default()
    };
    let families = families(dialect);
    for (place, column_name) in COLUMNS.into_iter().enumerate() {
        // A column of one name has one family wherever the table comes again.
        let family = &families[(name.len() + place) % families.len()];
        if random.chance(60) {
            table.columns.push(column(random, dialect, column_name, family));
            constrain(random, dialect, &mut table, family);
        }
    }
    if random.chance(50) {
        point(random, dialect, &mut table, tables, key_type);
    }
    table
}

fn comment(random: &mut Random, dialect: Dialect) -> Option<String> {
    let comment = random.chance(20).then(|| random.pick(&["it's", "a \\ \"b\"\n;"]).to_string());
    comment.filter(|_| dialect != Dialect::Sqlite)
}

/// A random column of the family.
pub(super) fn column(random: &mut Random, dialect: Dialect, name: &str, family: &Family) -> Column {
    let type_name = match *random.pick(family.types) {
        "mood" => "\"mood\"",
        "mood[]" => "\"mood\"[]",
        other => other,
    };
    let is_generated = !family.generated.is_empty() && random.chance(15);
    let generated = is_generated.then(|| Generated {
        expression: (*random.pick(family.generated)).into(),
        stored: dialect == Dialect::Postgres || random.chance(50),
    });
    let nullable = random.chance(60) || (is_generated && dialect == Dialect::MariaDb);
    let default = match (nullable && random.chance(60), type_name) {
        _ if is_generated => None,
        (true, _) => None,
        (false, "datetime(6)") if random.chance(50) => Some("current_timestamp(6)".to_owned()),
        (false, _) => Some((*random.pick(family.defaults)).to_owned()),
    };
    Column {
        name: name.into(),
        type_name: type_name.into(),
        nullable,
        default,
        generated,
        comment: comment(random, dialect),
        ..Column::default()
    }
}

/// Adds checks and indexes of the last column.
fn constrain(random: &mut Random, dialect: Dialect, table: &mut Table, family: &Family) {
    let Some(column) = table.columns.last().cloned() else { return };
    if !family.checks.is_empty() && random.chance(20) {
        table.checks.push(check(random, dialect, table, &column, family));
    }
    if family.can_be_indexed && random.chance(30) {
        table.indexes.push(index(random, dialect, table, &column));
    }
}

pub(super) fn check(
    random: &mut Random,
    dialect: Dialect,
    table: &Table,
    column: &Column,
    family: &Family,
) -> Check {
    let expression = random.pick(family.checks).replace("{}", &dialect.identifier(&column.name));
    // An entity's constraints have names; without one, SQLite would tell none.
    let is_named = dialect != Dialect::Sqlite || random.chance(50);
    Check { name: is_named.then(|| format!("{}_{}_check", table.name, column.name)), expression }
}

/// An index over the column and the key.
pub(super) fn index(random: &mut Random, dialect: Dialect, table: &Table, column: &Column) -> Index {
    let is_mysql = matches!(dialect, Dialect::MySql | Dialect::MariaDb);
    let is_long = is_mysql && is_long_mysql(&column.type_name);
    let quoted = dialect.identifier(&column.name);
    let has_expressions = matches!(dialect, Dialect::Sqlite | Dialect::Postgres);
    let value = match has_expressions && random.chance(25) {
        true => IndexValue::Expression(format!("{quoted} is null")),
        false => IndexValue::Column(column.name.clone()),
    };
    let first = IndexPart {
        value,
        descending: random.chance(20),
        length: is_long.then_some(20),
        ..IndexPart::default()
    };
    let condition = (has_expressions && random.chance(25)).then(|| "base > 1 or id < 5".to_owned());
    Index {
        name: format!("{}_{}_{}", table.name, column.name, random.below(3)),
        parts: vec![first, IndexPart::from("id")],
        unique: !is_long && random.chance(40),
        condition,
        ..Index::default()
    }
}

fn point(random: &mut Random, dialect: Dialect, table: &mut Table, tables: &[&str], key_type: &str) {
    let columns = vec!["other_id".to_owned()];
    table.columns.push(Column {
        name: "other_id".into(),
        type_name: key_type.into(),
        nullable: true,
        ..Column::default()
    });
    let deferral = [Deferral::Never, Deferral::Possible, Deferral::Always];
    let name = format!("{}_{}", table.name, random.pick(&["points", "points_at"]));
    table.foreign_keys.push(ForeignKey {
        name: (dialect != Dialect::Sqlite || random.chance(50)).then_some(name),
        columns: columns.clone(),
        referenced_table: (*random.pick(tables)).into(),
        referenced_columns: vec!["id".into()],
        on_delete: *random.pick(&Rule::ALL[..4]),
        on_update: *random.pick(&Rule::ALL[..4]),
        deferral: match dialect {
            Dialect::Sqlite => *random.pick(&[Deferral::Never, Deferral::Always]),
            Dialect::Postgres => *random.pick(&deferral),
            Dialect::MySql | Dialect::MariaDb => Deferral::Never,
        },
        ..ForeignKey::default()
    });
    if dialect != Dialect::Postgres || random.chance(50) {
        let name = format!("{}_other_{}", table.name, random.below(2));
        table.indexes.push(Index::over(name, &columns));
    }
}
