//! A writer of SQL text. A value never becomes text: it becomes a placeholder, and the caller notes what to bind.

use std::sync::Arc;

use orm_core::meta::WILDCARD;
use orm_core::{Error, Result};

use crate::dialect::{Dialect, push_number};

/// A table's name within one statement: the first letter of the table and a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias {
    letter: char,
    number: u32,
}

impl Alias {
    /// For the only table of a statement: its columns stand alone.
    pub const NONE: Self = Self { letter: ' ', number: 0 };

    /// The alias with that number for a table.
    pub fn new(table: &str, number: u32) -> Self {
        let letter =
            table.chars().find(char::is_ascii_alphabetic).map_or('e', |char| char.to_ascii_lowercase());
        Self { letter, number }
    }
}

/// Stands for a parameter without a number yet: no name of a table or column can have it.
const UNNUMBERED: char = '\0';

/// How much was written at some moment.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    position: usize,
    parameters: usize,
}

/// Builds the text of one statement, possibly in pieces that are put together later.
#[derive(Debug)]
pub struct SqlWriter {
    dialect: Dialect,
    text: String,
    parameters: usize,
    /// The first table whose schema should have been chosen.
    without_schema: Option<String>,
}

impl SqlWriter {
    /// An empty statement.
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, text: String::with_capacity(256), parameters: 0, without_schema: None }
    }

    /// The dialect that is written.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Writes a piece of SQL that came from nobody but us.
    pub fn push(&mut self, sql: &str) -> &mut Self {
        self.text.push_str(sql);
        self
    }

    /// Writes a number of our own making.
    pub fn number(&mut self, number: u64) -> &mut Self {
        push_number(&mut self.text, number);
        self
    }

    /// Writes an identifier.
    pub fn ident(&mut self, name: &str) -> &mut Self {
        self.dialect.push_identifier(&mut self.text, name);
        self
    }

    /// Writes an alias.
    pub fn alias(&mut self, alias: Alias) -> &mut Self {
        let quote = self.dialect.quote();
        self.text.push(quote);
        self.text.push(alias.letter);
        push_number(&mut self.text, alias.number);
        self.text.push(quote);
        self
    }

    /// Writes a column of an aliased table.
    pub fn column(&mut self, alias: Alias, name: &str) -> &mut Self {
        if alias != Alias::NONE {
            self.alias(alias);
            self.text.push('.');
        }
        self.ident(name)
    }

    /// Writes a table with its schema.
    pub fn table(&mut self, schema: Option<&str>, name: &str) -> &mut Self {
        if schema == Some(WILDCARD) {
            self.without_schema.get_or_insert_with(|| name.to_owned());
        } else if let Some(schema) = schema {
            self.ident(schema);
            self.text.push('.');
        }
        self.ident(name)
    }

    /// Writes a placeholder; the caller notes what is bound to it.
    pub fn push_param(&mut self) -> &mut Self {
        self.parameters += 1;
        self.text.push(match self.dialect {
            Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => '?',
            Dialect::Postgres => UNNUMBERED,
        });
        self
    }

    /// Writes `items` with `separator` between them.
    pub fn list<T>(
        &mut self,
        separator: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.push(separator);
            }
            write(self, item);
        }
        self
    }

    /// Takes the text since the last call, for a piece that is placed later. Parameters get their numbers at the end, in
    /// the order in which they stand then.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// Where the text ends so far, for [`split_off`](Self::split_off).
    pub fn position(&self) -> usize {
        self.text.len()
    }

    /// How much there is so far, for [`go_back`](Self::go_back).
    pub fn mark(&self) -> Mark {
        Mark { position: self.text.len(), parameters: self.parameters }
    }

    /// Forgets what was written since.
    pub fn go_back(&mut self, mark: Mark) {
        self.text.truncate(mark.position);
        self.parameters = mark.parameters;
    }

    /// Takes the text behind a position, as [`take`](Self::take) does all of it.
    pub fn split_off(&mut self, position: usize) -> String {
        self.text.split_off(position)
    }

    /// The finished statement.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when there are more parameters than the dialect allows; [`Error::SchemaRequired`] when a
    /// table's schema was not chosen.
    pub fn finish(self) -> Result<Arc<str>> {
        if let Some(table) = self.without_schema {
            return Err(Error::SchemaRequired { table });
        }
        let most = self.dialect.most_parameters();
        if self.parameters > most {
            return Err(Error::Unsupported {
                database: self.dialect.name(),
                feature: format!("take {} parameters in one statement (at most {most})", self.parameters),
                alternative: "ask in several queries, or compare one property with a list".into(),
            });
        }
        Ok(match self.dialect {
            Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => self.text.into(),
            Dialect::Postgres => numbered(&self.text).into(),
        })
    }
}

fn numbered(text: &str) -> String {
    let mut numbered = String::with_capacity(text.len() + 16);
    for (number, piece) in text.split(UNNUMBERED).enumerate() {
        if number > 0 {
            Dialect::Postgres.push_placeholder(&mut numbered, number);
        }
        numbered.push_str(piece);
    }
    numbered
}
