//! Reads what `show create table` answers. Never fails: what is not understood is left out.

use crate::dialect::Dialect;
use crate::schema::ddl::mysql::{collation as own_collation, text_value};
use crate::schema::introspect::mysql::CharacterSets;
use crate::schema::model::{Check, Column, ForeignKey, Generated, Index, IndexPart, IndexValue, Rule, Table};
use crate::schema::sql_text::{Token, TokenKind, closing, items, normalized, tokens};
use crate::schema::types::{canonical_mysql, is_text_mysql};

/// The table without its name.
pub(super) fn parse(dialect: Dialect, sql: &str, character_sets: &CharacterSets) -> Table {
    let tokens = tokens(dialect, sql);
    let Some(open) = tokens.iter().position(|token| token.is_symbol('(')) else {
        return Table::default();
    };
    let close = closing(&tokens, open).unwrap_or(tokens.len());
    let mut table = Table::default();
    let behind = tokens.get(close + 1..).unwrap_or_default();
    let table_collation = options(dialect, sql, behind, character_sets, &mut table);
    let mut reader = Reader { dialect, character_sets, table_collation, table };
    for item in items(tokens.get(open + 1..close).unwrap_or_default()) {
        reader.item(&mut Cursor { sql, tokens: item, position: 0 });
    }
    reader.table
}

/// Reads what stands behind the columns, and gives back the collation of the table.
fn options(
    dialect: Dialect,
    sql: &str,
    tokens: &[Token<'_>],
    character_sets: &CharacterSets,
    table: &mut Table,
) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut found = String::new();
    let mut position = 0;
    while let Some(token) = tokens.get(position) {
        let equals = (1..=2).find(|ahead| {
            tokens.get(position + ahead).is_some_and(|token| token.is_symbol('='))
                && (*ahead == 1 || token.is_word("default"))
        });
        let Some(value) = equals.and_then(|ahead| tokens.get(position + ahead + 1)) else {
            // What begins here is no `name=value`: how the table is partitioned.
            kept.push(sql[token.start..].trim_end());
            break;
        };
        let name = tokens.get(position + equals.unwrap_or(1) - 1).map_or("", |token| token.text);
        match name.to_ascii_lowercase().as_str() {
            "comment" => table.comment = Some(text_value(value.text)).filter(|comment| !comment.is_empty()),
            "auto_increment" => {}
            _ => {
                kept.push(&sql[token.start..value.end()]);
                match name.to_ascii_lowercase().as_str() {
                    "charset" => found = character_sets.get(value.text).cloned().unwrap_or_default(),
                    "collate" => found = value.text.to_owned(),
                    _ => {}
                }
            }
        }
        position += equals.unwrap_or(1) + 2;
    }
    let usual = format!("engine = InnoDB default charset = utf8mb4 collate = {}", own_collation(dialect));
    let kept = kept.join(" ");
    if normalized(dialect, &kept) != normalized(dialect, &usual) {
        table.options = Some(kept);
    }
    found
}

struct Reader<'a> {
    dialect: Dialect,
    character_sets: &'a CharacterSets,
    table_collation: String,
    table: Table,
}

impl Reader<'_> {
    /// A column, a key or a constraint.
    fn item(&mut self, cursor: &mut Cursor<'_>) {
        let Some(first) = cursor.next() else { return };
        if matches!(first.kind, TokenKind::Quoted(_)) {
            let name = first.name().unwrap_or_default();
            self.column(name, cursor);
        } else if first.is_word("primary") {
            cursor.next();
            let parts = cursor.parts();
            self.table.primary_key = parts.iter().filter_map(IndexPart::column).map(str::to_owned).collect();
        } else if first.is_word("constraint") {
            let name = cursor.next().and_then(Token::name);
            self.constraint(name, cursor);
        } else {
            let kind = first.text.to_ascii_lowercase();
            match kind.as_str() {
                "unique" | "fulltext" | "spatial" => _ = cursor.next(),
                "key" | "index" => {}
                _ => return,
            }
            self.index(&kind, cursor);
        }
    }

    fn column(&mut self, name: String, cursor: &mut Cursor<'_>) {
        let type_name = cursor.type_name();
        let type_name = match type_name.contains("zerofill") {
            // How wide it is shown is part of it.
            true => type_name,
            false => canonical_mysql(&type_name),
        };
        let mut column = Column { name, type_name, nullable: true, ..Column::default() };
        let mut collation = self.table_collation.clone();
        while let Some(token) = cursor.next() {
            let word = token.text.to_ascii_lowercase();
            match word.as_str() {
                "character" => {
                    cursor.next();
                    let set = cursor.next().map_or("", |token| token.text);
                    collation = self.character_sets.get(set).cloned().unwrap_or_default();
                }
                "collate" => {
                    collation = cursor.next().map_or_else(String::new, |token| token.text.to_owned())
                }
                "as" => {
                    if let Some(expression) = cursor.expression() {
                        let stored = cursor.next().is_some_and(|token| !token.is_word("virtual"));
                        column.generated = Some(Generated { expression: expression.to_owned(), stored });
                    }
                }
                "not" => {
                    cursor.next();
                    column.nullable = false;
                }
                "default" => column.default = cursor.default_value(),
                "on" => {
                    // `on update current_timestamp`
                    cursor.next();
                    let value = cursor.default_value().unwrap_or_default();
                    let default = column.default.take().unwrap_or_else(|| "null".to_owned());
                    column.default = Some(format!("{default} on update {value}"));
                }
                "auto_increment" => column.auto_increment = true,
                "comment" => {
                    let comment = cursor.next().map(|token| text_value(token.text));
                    column.comment = comment.filter(|comment| !comment.is_empty());
                }
                "check" => {
                    if let Some(expression) = cursor.expression() {
                        self.column_check(&mut column, expression);
                    }
                }
                _ => {}
            }
        }
        let differs = collation != own_collation(self.dialect);
        column.collation = Some(collation).filter(|_| differs && is_text_mysql(&column.type_name));
        self.table.columns.push(column);
    }

    /// MariaDB's JSON is text with a check.
    fn column_check(&mut self, column: &mut Column, expression: &str) {
        let is_json = normalized(self.dialect, expression)
            == normalized(self.dialect, &format!("json_valid({})", self.dialect.identifier(&column.name)));
        match is_json && column.type_name.eq_ignore_ascii_case("longtext") {
            true => column.type_name = "json".to_owned(),
            false => self.table.checks.push(Check { name: None, expression: expression.to_owned() }),
        }
    }

    fn constraint(&mut self, name: Option<String>, cursor: &mut Cursor<'_>) {
        let Some(kind) = cursor.next() else { return };
        if kind.is_word("check") {
            if let Some(expression) = cursor.expression() {
                self.table.checks.push(Check { name, expression: expression.to_owned() });
            }
        } else if kind.is_word("foreign") {
            cursor.next();
            let columns = cursor.names();
            // `references`
            cursor.next();
            let mut referenced_table = cursor.next().and_then(Token::name).unwrap_or_default();
            let mut referenced_schema = None;
            if cursor.next_if(|token| token.is_symbol('.')).is_some() {
                let schema = std::mem::take(&mut referenced_table);
                referenced_schema = Some(schema);
                referenced_table = cursor.next().and_then(Token::name).unwrap_or_default();
            }
            let referenced_columns = cursor.names();
            let mut key = ForeignKey {
                name,
                columns,
                referenced_schema,
                referenced_table,
                referenced_columns,
                ..ForeignKey::default()
            };
            while cursor.next_if(|token| token.is_word("on")).is_some() {
                let event = cursor.next().is_some_and(|token| token.is_word("delete"));
                let rule = cursor.rule();
                match event {
                    true => key.on_delete = rule,
                    false => key.on_update = rule,
                }
            }
            self.table.foreign_keys.push(key);
        }
    }

    fn index(&mut self, kind: &str, cursor: &mut Cursor<'_>) {
        let name = cursor.next().and_then(Token::name).unwrap_or_default();
        let mut index = Index {
            name,
            unique: kind == "unique",
            method: Some(kind.to_owned()).filter(|kind| kind == "fulltext" || kind == "spatial"),
            parts: cursor.parts(),
            ..Index::default()
        };
        while let Some(token) = cursor.next() {
            if token.is_word("using") {
                let method = cursor.next().map(|token| token.text.to_ascii_lowercase());
                index.method = method.filter(|method| method != "btree");
            }
        }
        if index.method.as_deref() == Some("spatial") {
            // Its prefix length is the server's own doing.
            index.parts.iter_mut().for_each(|part| part.length = None);
        }
        self.table.indexes.push(index);
    }
}

/// The tokens of one item, one after the other.
struct Cursor<'a> {
    sql: &'a str,
    tokens: &'a [Token<'a>],
    position: usize,
}

impl<'a> Cursor<'a> {
    fn next(&mut self) -> Option<&'a Token<'a>> {
        let token = self.tokens.get(self.position)?;
        self.position += 1;
        Some(token)
    }

    fn next_if(&mut self, is_it: impl Fn(&Token<'_>) -> bool) -> Option<&'a Token<'a>> {
        self.tokens.get(self.position).filter(|token| is_it(token))?;
        self.next()
    }

    /// The tokens between the parentheses that open here, and what they are as text.
    fn inside(&mut self) -> Option<(&'a [Token<'a>], &'a str)> {
        let open = self.tokens.get(self.position).filter(|token| token.is_symbol('('))?;
        let close = closing(self.tokens, self.position)?;
        let inner = &self.tokens[self.position + 1..close];
        self.position = close + 1;
        Some((inner, self.sql[open.end()..self.tokens[close].start].trim()))
    }

    fn expression(&mut self) -> Option<&'a str> {
        self.inside().map(|(_, text)| text)
    }

    fn names(&mut self) -> Vec<String> {
        self.inside().map_or_else(Vec::new, |(tokens, _)| tokens.iter().filter_map(Token::name).collect())
    }

    fn parts(&mut self) -> Vec<IndexPart> {
        let Some((tokens, _)) = self.inside() else { return Vec::new() };
        items(tokens).into_iter().map(|item| self.part(item)).collect()
    }

    fn part(&self, tokens: &'a [Token<'a>]) -> IndexPart {
        let mut cursor = Cursor { sql: self.sql, tokens, position: 0 };
        let value = match cursor.expression() {
            Some(expression) => IndexValue::Expression(expression.to_owned()),
            None => IndexValue::Column(cursor.next().and_then(Token::name).unwrap_or_default()),
        };
        let length = cursor.expression().and_then(|length| length.parse().ok());
        let descending = cursor.next_if(|token| token.is_word("desc")).is_some();
        IndexPart { value, descending, length, operator_class: None }
    }

    /// The type, up to what is said of it.
    fn type_name(&mut self) -> String {
        let Some(first) = self.next() else { return String::new() };
        let mut end = first.end();
        if self.inside().is_some() {
            end = self.tokens[self.position - 1].end();
        }
        let belongs = |token: &Token<'_>| ["unsigned", "zerofill"].iter().any(|word| token.is_word(word));
        while let Some(token) = self.next_if(belongs) {
            end = token.end();
        }
        self.sql[first.start..end].to_owned()
    }

    /// A constant, or a call, or what stands in parentheses; none for null.
    fn default_value(&mut self) -> Option<String> {
        let first = self.next()?;
        let mut end = first.end();
        if first.is_symbol('(') {
            self.position -= 1;
            self.inside();
        } else if first.is_symbol('-') || first.is_symbol('+') {
            self.next();
        } else if first.kind == TokenKind::Word && self.inside().is_none() {
            // `b'0'`, `x'00'`, `_utf8mb4'text'`
            self.next_if(|token| token.kind == TokenKind::Text && token.start == end);
        }
        end = self.tokens.get(self.position.wrapping_sub(1)).map_or(end, Token::end);
        let value = &self.sql[first.start..end];
        (!value.eq_ignore_ascii_case("null")).then(|| value.to_owned())
    }

    /// A rule of a foreign key, of one word or two.
    fn rule(&mut self) -> Rule {
        let Some(first) = self.next() else { return Rule::NoAction };
        let mut sql = first.text.to_owned();
        if first.is_word("set") || first.is_word("no") {
            let second = self.next().map_or("", |token| token.text);
            sql = format!("{sql} {second}");
        }
        Rule::parse(&sql).unwrap_or_default()
    }
}
