//! What SQLite tells of an index by the text that made it only: expressions and which rows are in it.

use crate::dialect::Dialect;
use crate::schema::sql_text::{Token, closing, items, tokens};

/// An index as its text says it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct CreateIndex {
    /// What it goes by, without order.
    pub(super) parts: Vec<String>,
    /// Which rows are in it.
    pub(super) condition: Option<String>,
}

/// Reads `create index … on … ( … ) where …`; what is not understood is left out.
pub(super) fn parse(sql: &str) -> CreateIndex {
    let tokens = tokens(Dialect::Sqlite, sql);
    let Some(open) = tokens.iter().position(|token| token.is_symbol('(')) else {
        return CreateIndex::default();
    };
    let close = closing(&tokens, open).unwrap_or(tokens.len());
    let part = |item: &[Token<'_>]| {
        let is_order = |word: &str| item.last().is_some_and(|token| token.is_word(word));
        let item = match is_order("asc") || is_order("desc") {
            true => &item[..item.len() - 1],
            false => item,
        };
        match item {
            [first, .., last] => sql[first.start..last.end()].to_owned(),
            [only] => only.text.to_owned(),
            [] => String::new(),
        }
    };
    let behind = tokens.get(close + 1).filter(|token| token.is_word("where"));
    CreateIndex {
        parts: items(tokens.get(open + 1..close).unwrap_or_default()).into_iter().map(part).collect(),
        condition: behind.map(|token| sql[token.end()..].trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_and_conditions_are_found() {
        let CreateIndex { parts, condition } = parse(
            r#"CREATE UNIQUE INDEX "a (b" on [t] (lower("a, b"), c DESC, (d || ')') asc) WHERE x > 1 -- few"#,
        );
        assert_eq!(parts, [r#"lower("a, b")"#, "c", "(d || ')')"]);
        assert_eq!(condition.as_deref(), Some("x > 1 -- few"));
        for odd in ["", "create index", "x (", "x (,)", "x (desc)", "x ()"] {
            let _ = parse(odd);
        }
    }
}
