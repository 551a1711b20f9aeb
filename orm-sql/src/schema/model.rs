//! A database's schema as plain values: what the entities want, and what a database has. Knows no connection and no SQL.

/// Tables, and what else takes a table's name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    /// The connection's own schema, where the database has schemas; what names no schema is in it.
    pub own_namespace: Option<String>,
    /// The other schemas that tables and types are in.
    pub namespaces: Vec<String>,
    /// Enumerations that are types of the database.
    pub enums: Vec<EnumType>,
    /// The tables, in the order of their making.
    pub tables: Vec<Table>,
    /// Views and virtual tables: never made, changed or dropped, but an entity may be mapped to one.
    pub views: Vec<View>,
}

/// An enumeration that is a type of the database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EnumType {
    /// Its name.
    pub name: String,
    /// The schema that it is in, if not the connection's own.
    pub schema: Option<String>,
    /// Its values, in their order.
    pub values: Vec<String>,
}

/// A view, or anything else that is read like a table and is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    /// Its name.
    pub name: String,
    /// The schema that it is in, if not the connection's own.
    pub schema: Option<String>,
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
    /// The name of the primary key's constraint: kept, and never asked for by an entity.
    pub primary_key_name: Option<String>,
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
    /// When it is checked.
    pub deferral: Deferral,
}

/// When a foreign key is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deferral {
    /// By each statement.
    #[default]
    Never,
    /// By each statement, unless the transaction asks for the end.
    Possible,
    /// At the end of the transaction, unless the transaction asks for each statement.
    Always,
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
    /// What it goes by, in that order.
    pub parts: Vec<IndexPart>,
    /// Whether two rows may not have the same values.
    pub unique: bool,
    /// How it is built, in the database's own words, if not as usual: `gin`, `hash`, `fulltext`, `spatial`.
    pub method: Option<String>,
    /// Which rows are in it, as an SQL expression; none means all.
    pub condition: Option<String>,
    /// Columns that are kept in it and that it does not go by.
    pub include: Vec<String>,
    /// Whether it was written as a constraint of the table, so that it has no statement of its own.
    pub constraint: bool,
    /// The statement that made it, where it says more than this value can.
    /// No entity asks for such an index, and none is dropped for it.
    pub custom: Option<String>,
}

/// One of the things that an index goes by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexPart {
    /// A column, or an expression.
    pub value: IndexValue,
    /// Whether the greatest come first.
    pub descending: bool,
    /// How many characters of the text it goes by; none means all of it.
    pub length: Option<u32>,
    /// How values are compared, in the database's own words, if not as usual: `gin_trgm_ops`, `jsonb_path_ops`.
    pub operator_class: Option<String>,
}

/// What a part of an index goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexValue {
    /// A column's value.
    Column(String),
    /// The value of an SQL expression.
    Expression(String),
}

impl Default for IndexValue {
    fn default() -> Self {
        IndexValue::Column(String::new())
    }
}

impl From<&str> for IndexPart {
    /// A column, from the smallest value up.
    fn from(column: &str) -> Self {
        Self { value: IndexValue::Column(column.to_owned()), ..Self::default() }
    }
}

impl IndexPart {
    /// The column, if it is one.
    pub fn column(&self) -> Option<&str> {
        match &self.value {
            IndexValue::Column(name) => Some(name),
            IndexValue::Expression(_) => None,
        }
    }
}

impl Index {
    /// An index of that name over some columns, from the smallest values up.
    pub fn over(name: impl Into<String>, columns: &[String]) -> Self {
        let parts = columns.iter().map(|column| IndexPart::from(column.as_str())).collect();
        Self { name: name.into(), parts, ..Self::default() }
    }

    /// Its columns, without the expressions.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(IndexPart::column)
    }

    /// Its columns, if it is over columns and nothing else: all rows, all of each value, the smallest first.
    pub fn plain_columns(&self) -> Option<Vec<&str>> {
        let Index { name: _, parts, unique: _, method, condition, include, constraint: _, custom } = self;
        let is_plain = method.is_none() && condition.is_none() && include.is_empty() && custom.is_none();
        let column =
            |part: &'_ IndexPart| !part.descending && part.length.is_none() && part.operator_class.is_none();
        match is_plain && parts.iter().all(column) {
            true => parts.iter().map(IndexPart::column).collect(),
            false => None,
        }
    }
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
    /// The table of that name in the connection's own schema.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name && table.schema.is_none())
    }

    /// Leaves out the name of a schema where it is the connection's own.
    pub(crate) fn localize(&mut self, own: Option<&str>) {
        let Some(own) = own else { return };
        let Schema { own_namespace, namespaces, enums, tables, views } = self;
        let localize = |schema: &mut Option<String>| *schema = schema.take().filter(|schema| schema != own);
        *own_namespace = Some(own.to_owned());
        namespaces.retain(|name| name != own);
        enums.iter_mut().for_each(|item| localize(&mut item.schema));
        views.iter_mut().for_each(|view| localize(&mut view.schema));
        for table in tables {
            localize(&mut table.schema);
            table.foreign_keys.iter_mut().for_each(|key| localize(&mut key.referenced_schema));
        }
    }
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}
