//! Random alterations of a schema, such as a project's next version brings. None takes away what rows must have.

use crate::dialect::Dialect;
use crate::schema::model::{Column, Index, IndexValue, Rule, Schema, Table};
use crate::schema::sql_text::mentions;

use super::numbers::Random;
use super::schema::{column, index};
use super::words::families;

/// The schema with one to three things altered.
pub(super) fn altered(random: &mut Random, dialect: Dialect, base: &Schema) -> Schema {
    let mut schema = base.clone();
    for number in 0..=random.below(3) {
        let place = random.below(schema.tables.len());
        if random.chance(15) {
            alter_tables(random, &mut schema, place, number);
        } else if random.chance(10) {
            alter_enum(random, &mut schema);
        } else {
            alter_table(random, dialect, &mut schema.tables, place, number);
        }
    }
    schema
}

fn alter_tables(random: &mut Random, schema: &mut Schema, place: usize, number: usize) {
    let table = schema.tables[place].clone();
    let is_pointed_at = schema
        .tables
        .iter()
        .any(|other| other.foreign_keys.iter().any(|key| key.referenced_table == table.name));
    if random.chance(50) && !is_pointed_at && schema.tables.len() > 2 {
        schema.tables.remove(place);
        return;
    }
    // One like it, under names of its own.
    let renamed = |name: &String| format!("{name}_{number}_copy");
    let mut copy = Table { name: renamed(&table.name), ..table };
    copy.indexes.iter_mut().for_each(|index| index.name = renamed(&index.name));
    copy.foreign_keys.iter_mut().for_each(|key| key.name = key.name.as_ref().map(renamed));
    copy.checks.iter_mut().for_each(|check| check.name = check.name.as_ref().map(renamed));
    if !schema.tables.iter().any(|other| other.name == copy.name) {
        schema.tables.push(copy);
    }
}

fn alter_enum(random: &mut Random, schema: &mut Schema) {
    let new = format!("new {}", random.below(3));
    for item in &mut schema.enums {
        match random.below(3) {
            0 => item.values.push(new.clone()),
            1 => item.values.insert(0, new.clone()),
            _ => item.values.reverse(),
        }
        let mut seen = std::collections::BTreeSet::new();
        item.values.retain(|value| seen.insert(value.clone()));
    }
}

fn alter_table(random: &mut Random, dialect: Dialect, tables: &mut [Table], place: usize, number: usize) {
    let families = families(dialect);
    let table = &mut tables[place];
    match random.below(9) {
        0 => {
            let family = random.pick(families);
            let new = column(random, dialect, &format!("new_{number}"), family);
            if new.generated.is_none() && !new.type_name.contains("mood") {
                table.columns.push(new);
            }
        }
        1 => drop_column(random, dialect, tables, place),
        2 => rename_column(random, dialect, tables, place),
        3 => {
            let column = optional(random, dialect, table).map(|name| name.to_owned());
            for column in table.columns.iter_mut().filter(|other| Some(&other.name) == column.as_ref()) {
                // What has a default may be null or not, and what is null keeps none.
                match column.default.is_some() && random.chance(50) {
                    true => column.nullable = !column.nullable,
                    false if column.nullable => column.default = None,
                    false => {}
                }
            }
        }
        4 => {
            let place = random.below(table.columns.len());
            let column = &table.columns[place];
            let is_part = |names: &[String]| names.contains(&column.name);
            let is_key =
                is_part(&table.primary_key) || table.foreign_keys.iter().any(|key| is_part(&key.columns));
            if !is_key {
                table.columns[place].type_name = wider(dialect, &column.type_name).to_owned();
            }
        }
        5 => {
            let wanted = table.columns[random.below(table.columns.len())].clone();
            let is_simple = ["int", "varchar", "boolean", "numeric", "decimal"];
            if is_simple.iter().any(|word| wanted.type_name.contains(word)) {
                let new = index(random, dialect, table, &wanted);
                let is_new = !table.indexes.iter().any(|other| other.name == new.name);
                if is_new && !new.unique && table.columns.iter().any(|column| column.name == "id") {
                    table.indexes.push(Index { condition: None, ..new });
                }
            }
        }
        6 => {
            let serves_key = |index: &Index| {
                let first = index.columns().next();
                table.foreign_keys.iter().any(|key| key.columns.first().map(String::as_str) == first)
            };
            if let Some(place) = table.indexes.iter().position(|index| !serves_key(index)) {
                table.indexes.remove(place);
            }
        }
        7 => {
            if !table.foreign_keys.is_empty() {
                let place = random.below(table.foreign_keys.len());
                let key = &mut table.foreign_keys[place];
                key.on_delete = *random.pick(&[Rule::NoAction, Rule::Cascade, key.on_delete]);
                key.on_update = *random.pick(&[Rule::NoAction, Rule::Cascade]);
                if random.chance(30) {
                    table.foreign_keys.remove(place);
                }
            }
        }
        _ => {
            if !table.checks.is_empty() && random.chance(50) {
                table.checks.remove(random.below(table.checks.len()));
            }
            if dialect != Dialect::Sqlite {
                table.comment = Some(format!("altered {number}"));
                let place = random.below(table.columns.len());
                table.columns[place].comment = Some("it's".into());
            }
        }
    }
}

/// A type that takes all values of this one.
fn wider(dialect: Dialect, type_name: &str) -> &str {
    match (dialect, type_name) {
        (Dialect::Sqlite, other) => other,
        (Dialect::Postgres, "varchar(100)") => "text",
        (Dialect::Postgres, "smallint") => "integer",
        (Dialect::Postgres, "timestamp(3)") => "timestamp",
        (Dialect::Postgres, "real") => "double precision",
        (Dialect::Postgres, "integer") => "bigint",
        (_, "varchar(100)") => "varchar(120)",
        (_, "tinyint" | "smallint") => "int",
        (_, "datetime(3)") => "datetime(6)",
        (_, "float") => "double",
        (_, "int") => "bigint",
        (_, "numeric(10,2)") => "numeric(14,3)",
        (_, "decimal(10,2)") => "decimal(14,3)",
        (_, other) => other,
    }
}

/// A column that rows can do without, that is no key, and that nothing but indexes and foreign keys speaks of.
fn optional<'a>(random: &mut Random, dialect: Dialect, table: &'a Table) -> Option<&'a str> {
    let is_free = |column: &&Column| {
        let speaks = |sql: &String| mentions(dialect, sql, &column.name);
        let in_index = table.indexes.iter().any(|index| {
            let expressions = index.parts.iter().filter_map(|part| match &part.value {
                IndexValue::Expression(sql) => Some(sql),
                IndexValue::Column(_) => None,
            });
            expressions.chain(&index.condition).any(speaks)
        });
        let in_generated = table
            .columns
            .iter()
            .any(|other| other.generated.as_ref().is_some_and(|generated| speaks(&generated.expression)));
        (column.nullable || column.default.is_some())
            && column.generated.is_none()
            && !table.primary_key.contains(&column.name)
            && !table.checks.iter().any(|check| speaks(&check.expression))
            && !in_index
            && !in_generated
    };
    let free: Vec<&Column> = table.columns.iter().filter(is_free).collect();
    (!free.is_empty()).then(|| random.pick(&free).name.as_str())
}

fn drop_column(random: &mut Random, dialect: Dialect, tables: &mut [Table], place: usize) {
    let Some(name) = optional(random, dialect, &tables[place]).map(str::to_owned) else { return };
    let table = &mut tables[place];
    table.columns.retain(|column| column.name != name);
    table.foreign_keys.retain(|key| !key.columns.contains(&name));
    table.indexes.retain(|index| !index.columns().any(|column| column == name));
}

fn rename_column(random: &mut Random, dialect: Dialect, tables: &mut [Table], place: usize) {
    let Some(name) = optional(random, dialect, &tables[place]).map(str::to_owned) else { return };
    let (table, new) = (&mut tables[place], format!("{name}_renamed"));
    table
        .columns
        .iter_mut()
        .filter(|column| column.name == name)
        .for_each(|column| column.name = new.clone());
    let names = table.foreign_keys.iter_mut().flat_map(|key| &mut key.columns);
    names.filter(|other| **other == name).for_each(|other| other.clone_from(&new));
    for part in table.indexes.iter_mut().flat_map(|index| &mut index.parts) {
        if part.column() == Some(name.as_str()) {
            part.value = IndexValue::Column(new.clone());
        }
    }
}
