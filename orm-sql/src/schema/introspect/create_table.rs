//! What SQLite tells of a table by the text that made it only: names, checks, expressions. Never fails: what is not
//! understood is left out.

use crate::dialect::Dialect;
use crate::schema::model::{Check, Deferral, Generated};
use crate::schema::sql_text::{Token, closing, tokens};

/// A table as its text says it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct CreateTable {
    pub(super) columns: Vec<CreateColumn>,
    pub(super) checks: Vec<Check>,
    pub(super) foreign_keys: Vec<CreateForeignKey>,
    pub(super) uniques: Vec<CreateUnique>,
    /// What stands behind the columns.
    pub(super) options: Option<String>,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct CreateColumn {
    pub(super) name: String,
    pub(super) collation: Option<String>,
    pub(super) generated: Option<Generated>,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct CreateForeignKey {
    pub(super) name: Option<String>,
    pub(super) columns: Vec<String>,
    pub(super) deferral: Deferral,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct CreateUnique {
    pub(super) name: Option<String>,
    pub(super) columns: Vec<String>,
}

/// Reads `create table … ( … ) …`.
pub(super) fn parse(sql: &str) -> CreateTable {
    let tokens = tokens(Dialect::Sqlite, sql);
    let Some(open) = tokens.iter().position(|token| token.is_symbol('(')) else {
        return CreateTable::default();
    };
    let close = closing(&tokens, open).unwrap_or(tokens.len());
    let mut parser = Parser {
        sql,
        tokens: &tokens[open + 1..close],
        position: 0,
        name: None,
        in_column: false,
        foreign_key_columns: None,
        table: CreateTable::default(),
    };
    parser.items();
    let options = tokens.get(close).map(|token| sql[token.end()..].trim());
    parser.table.options = options.filter(|options| !options.is_empty()).map(str::to_owned);
    parser.table
}

struct Parser<'a> {
    sql: &'a str,
    /// All tokens between the table's parentheses.
    tokens: &'a [Token<'a>],
    position: usize,
    /// The name that `constraint` gave to what follows.
    name: Option<String>,
    /// Whether constraints belong to the last column, not to the table.
    in_column: bool,
    /// The columns of the foreign key that is being read.
    foreign_key_columns: Option<Vec<String>>,
    table: CreateTable,
}

impl Parser<'_> {
    /// Reads columns and constraints. SQLite lets commas between a table's constraints be left out, so constraints are
    /// read one after the other and commas only end a column.
    fn items(&mut self) {
        let mut at_start = true;
        while let Some(token) = self.tokens.get(self.position) {
            if token.is_symbol(',') {
                self.position += 1;
                self.in_column = false;
                at_start = true;
                continue;
            }
            if at_start && !starts_constraint(token) {
                self.column();
            } else {
                self.constraint();
            }
            at_start = false;
        }
    }

    fn column(&mut self) {
        let name = self.tokens[self.position].name().unwrap_or_default();
        self.table.columns.push(CreateColumn { name, ..CreateColumn::default() });
        self.in_column = true;
        self.position += 1;
    }

    /// Reads one constraint, or steps over one token that is none.
    fn constraint(&mut self) {
        let token = &self.tokens[self.position];
        self.position += 1;
        if token.is_word("constraint") {
            self.name = self.take_name();
        } else if token.is_word("check") {
            if let Some(expression) = self.expression() {
                let name = self.name.take();
                self.table.checks.push(Check { name, expression });
            }
        } else if token.is_word("collate") {
            let collation = self.take_name();
            if let Some(column) = self.last_column() {
                column.collation = collation;
            }
        } else if token.is_word("as") {
            self.generated();
        } else if token.is_word("default") {
            self.step_over_default();
        } else if token.is_word("set") {
            // `on delete set default` sets no default.
            self.position += 1;
        } else if token.is_word("foreign") {
            self.position += 1;
            self.foreign_key_columns = self.columns();
        } else if token.is_word("references") {
            self.references();
        } else if token.is_word("deferrable") {
            self.deferrable();
        } else if token.is_word("initially") {
            self.initially();
        } else if token.is_word("unique") {
            self.unique();
        } else if token.is_word("primary") || token.is_word("not") || token.is_word("null") {
            self.name = None;
        } else if token.is_symbol('(') {
            self.position =
                closing(self.tokens, self.position - 1).map_or(self.tokens.len(), |close| close + 1);
        }
    }

    fn generated(&mut self) {
        let Some(expression) = self.expression() else { return };
        let stored = self.tokens.get(self.position).is_some_and(|token| token.is_word("stored"));
        if let Some(column) = self.last_column() {
            column.generated = Some(Generated { expression, stored });
        }
    }

    /// A default in parentheses may hold anything, and one without is a token or two.
    fn step_over_default(&mut self) {
        let Some(token) = self.tokens.get(self.position) else { return };
        if token.is_symbol('(') {
            self.expression();
        } else if token.is_symbol('-') || token.is_symbol('+') {
            self.position += 2;
        } else {
            self.position += 1;
        }
    }

    fn references(&mut self) {
        let own = self.last_column().map(|column| vec![column.name.clone()]);
        let columns = self.foreign_key_columns.take().or(own).unwrap_or_default();
        self.table.foreign_keys.push(CreateForeignKey {
            name: self.name.take(),
            columns,
            deferral: Deferral::Never,
        });
        // The table, and its columns if they are named.
        self.position += 1;
        self.columns();
    }

    /// `deferrable`, unless `not` stands before it.
    fn deferrable(&mut self) {
        let refused = self
            .position
            .checked_sub(2)
            .and_then(|position| self.tokens.get(position))
            .is_some_and(|token| token.is_word("not"));
        if let Some(foreign_key) = self.table.foreign_keys.last_mut().filter(|_| !refused) {
            foreign_key.deferral = Deferral::Possible;
        }
    }

    /// `initially deferred` says something of a key that is deferrable.
    fn initially(&mut self) {
        let deferred = self.tokens.get(self.position).is_some_and(|token| token.is_word("deferred"));
        let foreign_key = self.table.foreign_keys.last_mut();
        let possible = |foreign_key: &&mut CreateForeignKey| foreign_key.deferral == Deferral::Possible;
        if let Some(foreign_key) = foreign_key.filter(possible).filter(|_| deferred) {
            foreign_key.deferral = Deferral::Always;
        }
    }

    fn unique(&mut self) {
        let columns = match self.last_column() {
            Some(column) => Some(vec![column.name.clone()]),
            None => self.columns(),
        };
        let name = self.name.take();
        self.table.uniques.push(CreateUnique { name, columns: columns.unwrap_or_default() });
    }

    /// The column whose constraints are being read.
    fn last_column(&mut self) -> Option<&mut CreateColumn> {
        match self.in_column {
            true => self.table.columns.last_mut(),
            false => None,
        }
    }

    fn take_name(&mut self) -> Option<String> {
        let name = self.tokens.get(self.position).and_then(Token::name);
        self.position += 1;
        name
    }

    /// What stands between the parentheses that open here.
    fn expression(&mut self) -> Option<String> {
        let open = self.tokens.get(self.position).filter(|token| token.is_symbol('('))?;
        let close = closing(self.tokens, self.position)?;
        self.position = close + 1;
        Some(self.sql[open.end()..self.tokens[close].start].trim().to_owned())
    }

    /// The first name of each item between the parentheses that open here.
    fn columns(&mut self) -> Option<Vec<String>> {
        self.tokens.get(self.position).filter(|token| token.is_symbol('('))?;
        let close = closing(self.tokens, self.position)?;
        let inner = &self.tokens[self.position + 1..close];
        self.position = close + 1;
        Some(inner.split(|token| token.is_symbol(',')).filter_map(|item| item.first()?.name()).collect())
    }
}

fn starts_constraint(token: &Token<'_>) -> bool {
    ["constraint", "primary", "unique", "check", "foreign"].iter().any(|word| token.is_word(word))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(sql: &str, expected: Expect) {
        let CreateTable { columns, checks, foreign_keys, uniques, options } = parse(sql);
        let mut text = String::new();
        for CreateColumn { name, collation, generated } in columns {
            text.push_str(&format!("column {name} {collation:?} {generated:?}\n"));
        }
        for Check { name, expression } in checks {
            text.push_str(&format!("check {name:?} {expression}\n"));
        }
        for CreateForeignKey { name, columns, deferral } in foreign_keys {
            text.push_str(&format!("foreign key {name:?} {columns:?} {deferral:?}\n"));
        }
        for CreateUnique { name, columns } in uniques {
            text.push_str(&format!("unique {name:?} {columns:?}\n"));
        }
        text.push_str(&format!("{options:?}\n"));
        expected.assert_eq(&text);
    }

    #[test]
    fn constraints_of_columns_and_tables_are_found() {
        check(
            r#"CREATE TABLE [my table] ( -- (a comment)
                "id" INTEGER CONSTRAINT pk PRIMARY KEY AUTOINCREMENT, name VARCHAR(20, 3) NOT NULL DEFAULT 'a,(b'
                  COLLATE "NOCASE" CONSTRAINT long CHECK (length(name) > 3), n NUMERIC(10,2) default -1 unique,
                lower text GENERATED ALWAYS AS (lower(name || ')')) STORED,
                owner int references person (id) on delete set default deferrable initially deferred check (owner <> id)
                , CONSTRAINT u UNIQUE (name COLLATE nocase, "n" desc) CONSTRAINT f FOREIGN KEY ("n", name)
                references x(a,b) not deferrable initially deferred, check(1)
            ) WITHOUT ROWID, STRICT"#,
            expect![[r#"
                column id None None
                column name Some("NOCASE") None
                column n None None
                column lower None Some(Generated { expression: "lower(name || ')')", stored: true })
                column owner None None
                check Some("long") length(name) > 3
                check None owner <> id
                check None 1
                foreign key None ["owner"] Always
                foreign key Some("f") ["n", "name"] Never
                unique None ["n"]
                unique Some("u") ["name", "n"]
                Some("WITHOUT ROWID, STRICT")
            "#]],
        );
    }

    #[test]
    fn odd_text_is_read_as_far_as_it_goes() {
        for sql in [
            "",
            "create table t",
            "create table t (",
            "create table t ()",
            "create table t (,,)",
            "create table t (a check",
            "create table t (a check (",
            "create table t (a default",
            "create table t (a default -",
            "create table t (a references",
            "create table t (a collate",
            "create table t (initially deferred",
            "create table t (a constraint",
            "create table t (foreign",
            "create table t (foreign key (a",
            "create table t (unique (",
            "create table t (5, 'x' as (1) virtual",
            "create virtual table t using fts5(a, b)",
            "x(('\"",
        ] {
            let _ = parse(sql);
        }
    }
}
