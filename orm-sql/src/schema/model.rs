//! A database's schema as plain values: what the entities want, and what a database has. Knows no connection and no SQL.

/// Tables, and what else takes a table's name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    /// The tables, in the order of their making.
    pub tables: Vec<Table>,
    /// Views and virtual tables: never made, changed or dropped, but an entity may be mapped to one.
    pub views: Vec<String>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The schema that it is in, if not the connection's own.
    pub schema: Option<String>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The columns of its primary key.
    pub primary_key: Vec<String>,
    /// Its foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Its indexes and unique constraints, without that of the primary key.
    pub indexes: Vec<Index>,
    /// Its check constraints.
    pub checks: Vec<Check>,
    /// A comment, where the database has them.
    pub comment: Option<String>,
    /// What stands behind the columns, such as `without rowid`: kept, and never asked for by an entity.
    pub options: Option<String>,
    /// Its triggers: kept, and never asked for by an entity.
    pub triggers: Vec<Trigger>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The type in the database's own words.
    pub type_name: String,
    /// Whether it may be null.
    pub nullable: bool,
    /// Its default, as an SQL expression.
    pub default: Option<String>,
    /// How it is computed, if it is.
    pub generated: Option<Generated>,
    /// Whether the database counts it up.
    pub auto_increment: bool,
    /// How its text compares: kept, and never asked for by an entity.
    pub collation: Option<String>,
    /// A comment, where the database has them.
    pub comment: Option<String>,
}

/// How a generated column is computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// The SQL expression.
    pub expression: String,
    /// Whether the value is stored, or computed when it is read.
    pub stored: bool,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ForeignKey {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// The columns that point.
    pub columns: Vec<String>,
    /// The schema of the table that is pointed at, if not the connection's own.
    pub referenced_schema: Option<String>,
    /// The table that is pointed at.
    pub referenced_table: String,
    /// The columns that are pointed at; empty means the primary key.
    pub referenced_columns: Vec<String>,
    /// What happens when the row that is pointed at is deleted.
    pub on_delete: Rule,
    /// What happens when its key changes.
    pub on_update: Rule,
    /// Whether it is checked at the end of the transaction.
    pub deferred: bool,
}

/// What a foreign key does when the row that it points at changes or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rule {
    /// The change is refused when the statement, or the transaction, ends.
    #[default]
    NoAction,
    /// The change is refused at once.
    Restrict,
    /// The row that points changes or goes too.
    Cascade,
    /// The foreign key becomes null.
    SetNull,
    /// The foreign key takes its default.
    SetDefault,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Rule; 5] =
        [Rule::NoAction, Rule::Restrict, Rule::Cascade, Rule::SetNull, Rule::SetDefault];

    /// The rule in SQL.
    pub const fn sql(self) -> &'static str {
        match self {
            Rule::NoAction => "no action",
            Rule::Restrict => "restrict",
            Rule::Cascade => "cascade",
            Rule::SetNull => "set null",
            Rule::SetDefault => "set default",
        }
    }

    /// The rule from SQL; none if there is no such rule.
    pub fn parse(sql: &str) -> Option<Self> {
        let words: Vec<&str> = sql.split_whitespace().collect();
        let sql = words.join(" ");
        Self::ALL.into_iter().find(|rule| rule.sql().eq_ignore_ascii_case(&sql))
    }
}

/// An index, or a unique constraint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// Whether two rows may not have the same values.
    pub unique: bool,
    /// Whether it was written as a constraint of the table, so that it has no statement of its own.
    pub constraint: bool,
    /// The statement that made it, where it says more than this value: expressions, a condition, an order.
    /// No entity asks for such an index, and none is dropped for it.
    pub custom: Option<String>,
}

/// A check constraint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Check {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// The SQL expression.
    pub expression: String,
}

/// A trigger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// The statement that made it.
    pub sql: String,
}

impl Schema {
    /// The table of that name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}
