//! SQLite's schema: four queries, and the text that made each table.

use orm_core::{Result, Value};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::dialect::Dialect;
use crate::schema::connection::SchemaConnection;
use crate::schema::introspect::cells::{flag, number, text};
use crate::schema::introspect::create_index::{self, CreateIndex};
use crate::schema::introspect::create_table::{self, CreateTable};
use crate::schema::model::{
    Column, ForeignKey, Index, IndexPart, IndexValue, Rule, Schema, Table, Trigger, View,
};
use crate::schema::sql_text::{default_expression, tokens};

const OBJECTS: &str = "select m.type, m.name, m.tbl_name, m.sql, l.type from sqlite_master m \
    left join pragma_table_list(m.name) l on l.schema = 'main' and m.type = 'table' order by m.rowid";

// A virtual table has no root page; its module may be missing, so it is not asked for its columns.
const COLUMNS: &str = "select m.name, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk, c.hidden \
    from sqlite_master m join pragma_table_xinfo(m.name) c \
    where m.type = 'table' and m.rootpage <> 0 order by m.rowid, c.cid";

const INDEXES: &str = "select m.name, i.name, i.\"unique\", i.origin, c.name, c.\"desc\", c.coll \
    from sqlite_master m join pragma_index_list(m.name) i join pragma_index_xinfo(i.name) c \
    where m.type = 'table' and m.rootpage <> 0 and i.origin <> 'pk' and c.key = 1 \
    order by m.rowid, i.seq desc, c.seqno";

const FOREIGN_KEYS: &str = "select m.name, f.id, f.\"table\", f.\"from\", f.\"to\", f.on_update, f.on_delete \
    from sqlite_master m join pragma_foreign_key_list(m.name) f \
    where m.type = 'table' and m.rootpage <> 0 order by m.rowid, f.id desc, f.seq";

/// Reads the schema of the main database.
pub(super) async fn read_schema(connection: &mut dyn SchemaConnection) -> Result<Schema> {
    let mut reader = Reader::default();
    for row in connection.query(OBJECTS, &[]).await? {
        reader.object(&row);
    }
    for row in connection.query(COLUMNS, &[]).await? {
        reader.column(&row);
    }
    for row in connection.query(INDEXES, &[]).await? {
        reader.index(&row);
    }
    for row in connection.query(FOREIGN_KEYS, &[]).await? {
        reader.foreign_key(&row);
    }
    Ok(reader.finish())
}

#[derive(Default)]
struct Reader {
    schema: Schema,
    positions: FxHashMap<String, usize>,
    /// What the text of each table says, by the table's position.
    texts: Vec<CreateTable>,
    /// The statements that made the indexes.
    index_statements: FxHashMap<String, String>,
    /// Indexes that are more than their columns.
    custom: FxHashSet<String>,
    /// The number of the foreign key that was read last.
    last_foreign_key: Option<i64>,
    /// Columns of the primary keys with their places in it, by the table's position.
    keys: Vec<Vec<(i64, String)>>,
}

impl Reader {
    fn object(&mut self, row: &[Value]) {
        let (name, sql) = (text(row, 1), text(row, 3));
        match text(row, 0).as_str() {
            // SQLite's own.
            _ if name.to_ascii_lowercase().starts_with("sqlite_") => {}
            "table" if text(row, 4) == "table" => {
                self.positions.insert(name.clone(), self.schema.tables.len());
                let parsed = create_table::parse(&sql);
                let table = Table { name, options: parsed.options.clone(), ..Table::default() };
                self.schema.tables.push(Table { checks: parsed.checks.clone(), ..table });
                self.texts.push(parsed);
                self.keys.push(Vec::new());
            }
            "table" | "view" => self.schema.views.push(View { name, schema: None }),
            "index" => {
                self.index_statements.insert(name, sql);
            }
            "trigger" => {
                if let Some(position) = self.positions.get(&text(row, 2)) {
                    self.schema.tables[*position].triggers.push(Trigger { name, sql });
                }
            }
            _ => {}
        }
    }

    fn column(&mut self, row: &[Value]) {
        let Some(position) = self.positions.get(&text(row, 0)).copied() else { return };
        let name = text(row, 1);
        let key = number(row, 5).unwrap_or_default();
        // 1 is a hidden column of a virtual table, 2 and 3 are generated ones.
        let hidden = number(row, 6).unwrap_or_default();
        let parsed =
            self.texts[position].columns.iter().find(|column| column.name.eq_ignore_ascii_case(&name));
        let generated = parsed.and_then(|column| column.generated.clone()).filter(|_| hidden >= 2);
        let default = Some(text(row, 4)).filter(|default| is_default(default));
        if key > 0 {
            self.keys[position].push((key, name.clone()));
        }
        self.schema.tables[position].columns.push(Column {
            type_name: declared_type(&text(row, 2), hidden),
            // SQLite lets null into keys, unlike anyone else; no entity has such a key.
            nullable: !flag(row, 3) && key == 0,
            default: default.map(|default| default_expression(Dialect::Sqlite, &default)),
            generated,
            auto_increment: false,
            collation: parsed.and_then(|column| column.collation.clone()),
            comment: None,
            name,
        });
    }

    fn index(&mut self, row: &[Value]) {
        let Some(position) = self.positions.get(&text(row, 0)).copied() else { return };
        let table = &mut self.schema.tables[position];
        let (name, column) = (text(row, 1), text(row, 4));
        if !table.indexes.iter().any(|index| index.name == name) {
            table.indexes.push(Index {
                name: name.clone(),
                unique: flag(row, 2),
                constraint: text(row, 3) == "u",
                ..Index::default()
            });
        }
        let collation =
            table.column(&column).and_then(|column| column.collation.as_deref()).unwrap_or("binary");
        // No entity says how an index compares.
        if !text(row, 6).eq_ignore_ascii_case(collation) {
            self.custom.insert(name.clone());
        }
        if let Some(index) = table.indexes.iter_mut().find(|index| index.name == name) {
            let descending = flag(row, 5);
            index.parts.push(IndexPart { descending, ..IndexPart::from(column.as_str()) });
        }
    }

    fn foreign_key(&mut self, row: &[Value]) {
        let Some(position) = self.positions.get(&text(row, 0)).copied() else { return };
        let foreign_keys = &mut self.schema.tables[position].foreign_keys;
        let id = number(row, 1);
        if foreign_keys.is_empty() || self.last_foreign_key != id {
            foreign_keys.push(ForeignKey {
                referenced_table: text(row, 2),
                on_update: Rule::parse(&text(row, 5)).unwrap_or_default(),
                on_delete: Rule::parse(&text(row, 6)).unwrap_or_default(),
                ..ForeignKey::default()
            });
        }
        self.last_foreign_key = id;
        if let Some(foreign_key) = foreign_keys.last_mut() {
            foreign_key.columns.push(text(row, 3));
            // Without a name it is the primary key.
            foreign_key.referenced_columns.extend(Some(text(row, 4)).filter(|name| !name.is_empty()));
        }
    }

    fn finish(mut self) -> Schema {
        for (position, table) in self.schema.tables.iter_mut().enumerate() {
            let parsed = &self.texts[position];
            self.keys[position].sort();
            table.primary_key = self.keys[position].iter().map(|(_, name)| name.clone()).collect();
            mark_counted(table);
            for index in &mut table.indexes {
                let statement = self.index_statements.get(&index.name).filter(|sql| !sql.is_empty());
                let is_understood = statement.is_none_or(|sql| add_expressions(index, sql));
                if self.custom.contains(&index.name) || !is_understood {
                    index.custom = statement.cloned();
                }
                if index.constraint {
                    let unique = parsed.uniques.iter().find(|unique| same_columns(&unique.columns, index));
                    index.name = unique.and_then(|unique| unique.name.clone()).unwrap_or_default();
                }
            }
            for foreign_key in &mut table.foreign_keys {
                let text =
                    parsed.foreign_keys.iter().find(|text| same_names(&text.columns, &foreign_key.columns));
                foreign_key.name = text.and_then(|text| text.name.clone());
                foreign_key.deferral = text.map(|text| text.deferral).unwrap_or_default();
            }
        }
        self.schema
    }
}

/// Adds what only the statement that made the index tells; false if the two do not agree.
fn add_expressions(index: &mut Index, sql: &str) -> bool {
    let CreateIndex { parts, condition } = create_index::parse(sql);
    index.condition = condition;
    let same_count = parts.len() == index.parts.len();
    for (part, text) in index.parts.iter_mut().zip(parts) {
        // An expression has no name.
        if part.column() == Some("") {
            part.value = IndexValue::Expression(text);
        }
    }
    same_count
}

/// A single key of type `integer` is the row's number, which SQLite counts up whether it was asked to or not.
fn mark_counted(table: &mut Table) {
    let without_rowid = table
        .options
        .as_deref()
        .is_some_and(|options| tokens(Dialect::Sqlite, options).iter().any(|token| token.is_word("without")));
    let [key] = table.primary_key.as_slice() else { return };
    if without_rowid {
        return;
    }
    let column = table.columns.iter_mut().find(|column| column.name == *key);
    if let Some(column) = column.filter(|column| column.type_name.eq_ignore_ascii_case("integer")) {
        column.auto_increment = true;
    }
}

/// The declared type; SQLite takes the words before `as` of a generated column for a part of it.
fn declared_type(name: &str, hidden: i64) -> String {
    let words = name.trim();
    let ending = "generated always";
    let at = words.len().saturating_sub(ending.len());
    match words.get(at..) {
        Some(tail) if hidden >= 2 && tail.eq_ignore_ascii_case(ending) => words[..at].trim_end().to_owned(),
        _ => words.to_owned(),
    }
}

fn is_default(text: &str) -> bool {
    !text.is_empty() && !text.eq_ignore_ascii_case("null")
}

fn same_columns(names: &[String], index: &Index) -> bool {
    let columns: Vec<String> = index.columns().map(str::to_owned).collect();
    same_names(names, &columns)
}

fn same_names(one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.eq_ignore_ascii_case(other))
}
