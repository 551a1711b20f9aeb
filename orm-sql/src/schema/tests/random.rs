//! Random schemas, each updated to the next: afterwards nothing is left to do, and rows are where they were.

use std::collections::BTreeSet;

use crate::dialect::Dialect;
use crate::schema::ddl::create_statements;
use crate::schema::diff::{Change, DiffOptions, diff};
use crate::schema::introspect::read_schema;
use crate::schema::model::{Check, Column, Deferral, ForeignKey, Generated, Index, Rule, Schema, Table};
use crate::schema::sql_text::normalized;
use crate::schema::update::plan;

use super::memory::{Memory, now};

const SQLITE: Dialect = Dialect::Sqlite;

/// A small generator of numbers that look random: SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % limit
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

const TABLES: [&str; 4] = ["author", "Book", "odd \"name\"", "order"];
const COLUMNS: [&str; 6] = ["name", "select", "a \"b'c", "Größe", "e", "f"];

fn schema(random: &mut Random) -> Schema {
    let names: Vec<&str> = TABLES.into_iter().filter(|_| random.chance(75)).collect();
    let tables = names.iter().map(|name| table(random, name, &names)).collect();
    Schema { tables, ..Schema::default() }
}

fn table(random: &mut Random, name: &str, tables: &[&str]) -> Table {
    let counted = random.chance(50);
    let id = Column {
        name: "id".into(),
        type_name: "integer".into(),
        auto_increment: counted,
        ..Column::default()
    };
    let mut table =
        Table { name: name.into(), columns: vec![id], primary_key: vec!["id".into()], ..Table::default() };
    for name in COLUMNS {
        if random.chance(60) {
            table.columns.push(column(random, name));
        }
    }
    if random.chance(50) {
        let referenced = *random.pick(tables);
        table.columns.push(Column {
            name: "other_id".into(),
            type_name: "integer".into(),
            nullable: true,
            ..Column::default()
        });
        table.foreign_keys.push(ForeignKey {
            name: random.chance(50).then(|| "points".into()),
            columns: vec!["other_id".into()],
            referenced_table: referenced.into(),
            referenced_columns: vec!["id".into()],
            on_delete: *random.pick(&Rule::ALL[2..4]),
            on_update: *random.pick(&Rule::ALL[2..4]),
            deferral: if random.chance(30) { Deferral::Always } else { Deferral::Never },
            ..ForeignKey::default()
        });
    }
    for column in table.columns.clone().iter().skip(1) {
        let quoted = SQLITE.identifier(&column.name);
        if random.chance(20) {
            table.checks.push(Check {
                name: random.chance(50).then(|| format!("{}_check", column.name)),
                expression: random
                    .pick(&[format!("{quoted} is not 'x)'"), format!("{quoted} <> -5 ")])
                    .clone(),
            });
        }
        if random.chance(25) && column.generated.is_none() {
            table.indexes.push(Index {
                unique: random.chance(40),
                ..Index::over(
                    format!("{name}_{}_{}", column.name, random.below(3)),
                    &[column.name.clone(), "id".into()],
                )
            });
        }
    }
    table
}

fn column(random: &mut Random, name: &str) -> Column {
    let types = ["integer", "text", "real", "numeric(10,2)", "boolean", "datetime", "json_text", "blob"];
    let defaults = ["1", "'it''s'", "-1.5", "current_timestamp", "(1 + abs(-2))", "null"];
    let generated =
        random.chance(10).then(|| Generated { expression: "id + 1".into(), stored: random.chance(50) });
    let nullable = random.chance(60);
    let default = match random.chance(40) || !nullable {
        true => Some((*random.pick(&defaults[..if nullable { 6 } else { 5 }])).to_owned()),
        false => None,
    };
    Column {
        name: name.into(),
        type_name: (*random.pick(&types)).into(),
        nullable,
        default: default.filter(|default| generated.is_none() && default != "null"),
        generated,
        ..Column::default()
    }
}

fn read(memory: &Memory) -> Schema {
    now(read_schema(SQLITE, &mut memory.clone(), &[])).expect("the schema can be read")
}

fn apply(memory: &Memory, changes: &[Change]) {
    memory.run("pragma foreign_keys = off");
    for statement in plan(SQLITE, changes).statements {
        memory.run(&statement);
    }
    memory.run("pragma foreign_keys = on");
}

/// What two schemas must agree in, found without the comparison that is tested here.
fn essence(schema: &Schema) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for table in &schema.tables {
        let mut line = |text: String| lines.insert(format!("{}: {text}", table.name));
        line(format!("primary key {:?}", table.primary_key));
        for column in &table.columns {
            let Column { name, nullable, default, generated, .. } = column;
            line(format!("column {name} {nullable} {default:?} {generated:?}"));
        }
        for foreign_key in &table.foreign_keys {
            line(format!("{:?}", ForeignKey { name: None, ..foreign_key.clone() }));
        }
        table
            .checks
            .iter()
            .for_each(|check| _ = line(format!("check {}", normalized(SQLITE, &check.expression))));
        table.indexes.iter().for_each(|index| _ = line(format!("{index:?}")));
    }
    lines
}

/// The values of all columns that both schemas have and that no change may touch.
fn kept_values(memory: &Memory, before: &Schema, next: &Schema) -> Vec<String> {
    let mut values = Vec::new();
    for table in &before.tables {
        let Some(other) = next.table(&table.name) else { continue };
        for column in table.columns.iter().filter(|column| column.generated.is_none()) {
            let same = |other: &&Column| other.type_name.eq_ignore_ascii_case(&column.type_name);
            let Some(other) = other.column(&column.name).filter(same) else { continue };
            if other.generated.is_none() && other.nullable == column.nullable {
                let (table, column) = (SQLITE.identifier(&table.name), SQLITE.identifier(&column.name));
                let rows = memory.rows(&format!("select {column} from {table} order by id"));
                values.push(format!("{table}.{column}: {rows:?}"));
            }
        }
    }
    values
}

#[test]
fn an_update_leaves_nothing_to_do_and_keeps_the_rows() {
    let options = DiffOptions { drop_tables: true, ..DiffOptions::default() };
    for seed in 0..150 {
        let mut random = Random(seed);
        let memory = Memory::new();
        let first = schema(&mut random);
        for statement in create_statements(SQLITE, &first) {
            memory.run(&statement);
        }
        assert_eq!(diff(SQLITE, &read(&memory), &first, &options), [], "seed {seed}: created");
        for table in &first.tables {
            memory.run(&format!("insert into {} (id) values (1), (7)", SQLITE.identifier(&table.name)));
        }
        for step in 0..3 {
            let before = read(&memory);
            assert_eq!(diff(SQLITE, &before, &before, &options), [], "seed {seed}, step {step}: itself");
            let next = schema(&mut random);
            let changes = diff(SQLITE, &before, &next, &options);
            let values = kept_values(&memory, &before, &next);
            apply(&memory, &changes);
            assert_eq!(
                kept_values(&memory, &before, &next),
                values,
                "seed {seed}, step {step}: {changes:#?}"
            );
            let after = read(&memory);
            let left = diff(SQLITE, &after, &next, &options);
            assert_eq!(left, [], "seed {seed}, step {step}: from {before:#?}\nto {next:#?}\nby {changes:#?}");
            let fresh = Memory::new();
            create_statements(SQLITE, &next).iter().for_each(|statement| fresh.run(statement));
            assert_eq!(essence(&after), essence(&read(&fresh)), "seed {seed}, step {step}: {changes:#?}");
            assert_eq!(memory.rows("pragma integrity_check"), ["'ok'"]);
        }
    }
}

#[test]
fn a_safe_update_leaves_nothing_to_do_and_drops_nothing() {
    let options = DiffOptions { safe: true, ..DiffOptions::default() };
    for seed in 1000..1080 {
        let mut random = Random(seed);
        let memory = Memory::new();
        for step in 0..3 {
            let before = read(&memory);
            let next = schema(&mut random);
            apply(&memory, &diff(SQLITE, &before, &next, &options));
            let after = read(&memory);
            assert_eq!(diff(SQLITE, &after, &next, &options), [], "seed {seed}, step {step}");
            for table in &before.tables {
                let kept = after.table(&table.name).unwrap_or_else(|| panic!("seed {seed}: {}", table.name));
                for column in &table.columns {
                    assert!(
                        kept.column(&column.name).is_some(),
                        "seed {seed}: {}.{}",
                        table.name,
                        column.name
                    );
                }
            }
        }
    }
}
