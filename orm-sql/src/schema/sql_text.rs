//! SQL that others wrote, as tokens: enough to compare and to cut it, never enough to understand it. Never fails.

use crate::dialect::Dialect;

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A keyword or a bare name.
    Word,
    /// A name in quotes, without them.
    Quoted(String),
    /// Text in single quotes, with them.
    Text,
    /// A number.
    Number,
    /// Any other character.
    Symbol(char),
}

/// A token, and where it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: TokenKind,
    pub(crate) text: &'a str,
    pub(crate) start: usize,
}

impl Token<'_> {
    /// Whether this is that keyword.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether this is that name, with quotes or without.
    fn is_name(&self, dialect: Dialect, name: &str) -> bool {
        match (&self.kind, dialect) {
            (TokenKind::Word, Dialect::Postgres) => self.text.to_lowercase() == name,
            (TokenKind::Quoted(quoted), Dialect::Postgres) => quoted == name,
            (TokenKind::Word, Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb) => {
                self.text.eq_ignore_ascii_case(name)
            }
            (TokenKind::Quoted(quoted), Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb) => {
                quoted.eq_ignore_ascii_case(name)
            }
            (TokenKind::Text | TokenKind::Number | TokenKind::Symbol(_), _) => false,
        }
    }

    /// Whether this is that character.
    pub(crate) fn is_symbol(&self, symbol: char) -> bool {
        self.kind == TokenKind::Symbol(symbol)
    }

    /// The name, if this can be one. SQLite takes text in single quotes for a name too, where only a name can be.
    pub(crate) fn name(&self) -> Option<String> {
        match &self.kind {
            TokenKind::Word => Some(self.text.to_owned()),
            TokenKind::Quoted(name) => Some(name.clone()),
            TokenKind::Text => Some(self.text.trim_matches('\'').replace("''", "'")),
            TokenKind::Number | TokenKind::Symbol(_) => None,
        }
    }

    /// Where it ends in the text.
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// All tokens of a text; blanks and comments are none.
pub(crate) fn tokens(dialect: Dialect, sql: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(first) = sql[start..].chars().next() {
        let (kind, length) = token(dialect, &sql[start..], first);
        if let Some(kind) = kind {
            found.push(Token { kind, text: &sql[start..start + length], start });
        }
        start += length;
    }
    found
}

/// What the text begins with, and how long that is.
fn token(dialect: Dialect, rest: &str, first: char) -> (Option<TokenKind>, usize) {
    let escapes = matches!(dialect, Dialect::MySql | Dialect::MariaDb);
    let quoted = |length: usize| (Some(TokenKind::Quoted(unquoted(&rest[..length], first))), length);
    match first {
        _ if first.is_whitespace() => (None, first.len_utf8()),
        '-' if rest.starts_with("--") => (None, rest.find('\n').unwrap_or(rest.len())),
        '/' if rest.starts_with("/*") => (None, rest[2..].find("*/").map_or(rest.len(), |length| length + 4)),
        '\'' => (Some(TokenKind::Text), text_length(rest, '\'', escapes)),
        'e' | 'E' if dialect == Dialect::Postgres && rest[1..].starts_with('\'') => {
            (Some(TokenKind::Text), 1 + text_length(&rest[1..], '\'', true))
        }
        '"' => match dialect {
            Dialect::Sqlite | Dialect::Postgres => quoted(text_length(rest, first, false)),
            Dialect::MySql | Dialect::MariaDb => (Some(TokenKind::Text), text_length(rest, first, true)),
        },
        '`' if dialect != Dialect::Postgres => quoted(text_length(rest, first, false)),
        '[' if dialect == Dialect::Sqlite => {
            let length = rest.find(']').map_or(rest.len(), |length| length + 1);
            (Some(TokenKind::Quoted(rest[..length].trim_matches(['[', ']']).to_owned())), length)
        }
        '$' if dialect == Dialect::Postgres => match dollar_length(rest) {
            Some(length) => (Some(TokenKind::Text), length),
            None => (Some(TokenKind::Symbol(first)), 1),
        },
        '0'..='9' => (Some(TokenKind::Number), run(rest, |char| char.is_ascii_alphanumeric() || char == '.')),
        _ if is_word(first) => (Some(TokenKind::Word), run(rest, is_word)),
        _ => (Some(TokenKind::Symbol(first)), first.len_utf8()),
    }
}

fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_' || char == '$' || !char.is_ascii()
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|char| !belongs(char)).unwrap_or(text.len())
}

/// The length of what stands in quotes, with them; a doubled quote does not end it, nor one behind a backslash where
/// that is how to escape it.
fn text_length(text: &str, quote: char, escapes: bool) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((position, character)) = characters.next() {
        if escapes && character == '\\' {
            characters.next();
        } else if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return position + 1;
        }
    }
    text.len()
}

/// The length of text between `$tag$` and `$tag$`, with them.
fn dollar_length(text: &str) -> Option<usize> {
    let tag_end = text[1..].find(|char| !is_word(char) || char == '$')? + 1;
    let tag = text[..=tag_end].ends_with('$').then(|| &text[..=tag_end])?;
    let length = text[tag.len()..].find(tag).map_or(text.len(), |length| length + 2 * tag.len());
    Some(length)
}

fn unquoted(text: &str, quote: char) -> String {
    let inner = text.strip_prefix(quote).unwrap_or(text);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    inner.replace(&format!("{quote}{quote}"), &quote.to_string())
}

/// The text in a form in which equal expressions are equal: without comments, blanks, quotes around names, letter case
/// and parentheses around all of it.
pub(crate) fn normalized(dialect: Dialect, sql: &str) -> String {
    let tokens = tokens(dialect, sql);
    let mut inner = tokens.as_slice();
    while is_enclosed(inner) {
        inner = &inner[1..inner.len() - 1];
    }
    let words: Vec<String> = inner
        .iter()
        .map(|token| match &token.kind {
            TokenKind::Word => token.text.to_ascii_lowercase(),
            TokenKind::Quoted(name) => match dialect {
                Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => name.to_ascii_lowercase(),
                Dialect::Postgres => name.clone(),
            },
            TokenKind::Text | TokenKind::Number | TokenKind::Symbol(_) => token.text.to_owned(),
        })
        .collect();
    words.join(" ")
}

/// Whether the text names the column; it may say so of a keyword or another table's column too.
pub(crate) fn mentions(dialect: Dialect, sql: &str, column: &str) -> bool {
    tokens(dialect, sql).iter().any(|token| token.is_name(dialect, column))
}

/// The name that the text says first.
pub(crate) fn first_mentioned<'a>(
    dialect: Dialect,
    sql: &str,
    names: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    tokens(dialect, sql).iter().find_map(|token| names.clone().find(|name| token.is_name(dialect, name)))
}

/// The text with another name, as it is to be written, wherever it names the column.
pub(crate) fn replace_name(dialect: Dialect, sql: &str, column: &str, written: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut copied = 0;
    for token in tokens(dialect, sql).iter().filter(|token| token.is_name(dialect, column)) {
        text.push_str(&sql[copied..token.start]);
        text.push_str(written);
        copied = token.end();
    }
    text.push_str(&sql[copied..]);
    text
}

/// The expression as it can stand behind `default`: in parentheses unless it is a constant, where that is asked for.
pub(crate) fn default_expression(dialect: Dialect, sql: &str) -> String {
    let sql = sql.trim();
    let is_bare = match dialect {
        Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => is_constant(dialect, sql),
        Dialect::Postgres => is_constant(dialect, sql) || is_call(dialect, sql),
    };
    match is_bare || is_enclosed(&tokens(dialect, sql)) {
        true => sql.to_owned(),
        false => parenthesized(dialect, sql),
    }
}

/// Whether the expression is one call of a function.
fn is_call(dialect: Dialect, sql: &str) -> bool {
    let tokens = tokens(dialect, sql);
    let calls = tokens.first().is_some_and(|token| token.kind == TokenKind::Word)
        && tokens.get(1).is_some_and(|token| token.is_symbol('('));
    // A comment at the end would swallow what follows.
    calls && closing(&tokens, 1).is_some_and(|end| end + 1 == tokens.len()) && sql.ends_with(')')
}

/// Whether the expression is a call of that function, with a number or nothing in its parentheses.
pub(crate) fn is_call_of(dialect: Dialect, sql: &str, name: &str) -> bool {
    let tokens = tokens(dialect, sql);
    match tokens.as_slice() {
        [function, open, close] => function.is_word(name) && open.is_symbol('(') && close.is_symbol(')'),
        [function, open, number, close] => {
            function.is_word(name)
                && open.is_symbol('(')
                && number.kind == TokenKind::Number
                && close.is_symbol(')')
        }
        _ => false,
    }
}

/// The expression in parentheses, whatever comment it ends with.
pub(crate) fn parenthesized(dialect: Dialect, sql: &str) -> String {
    let ends_with_comment = match dialect {
        Dialect::Sqlite | Dialect::Postgres => sql.contains("--"),
        Dialect::MySql | Dialect::MariaDb => sql.contains("--") || sql.contains('#'),
    };
    match ends_with_comment {
        true => format!("({sql}\n)"),
        false => format!("({sql})"),
    }
}

/// Whether the expression is a constant: text, a number, with a sign or without, or one of the constant words.
pub(crate) fn is_constant(dialect: Dialect, sql: &str) -> bool {
    const WORDS: [&str; 6] = ["null", "true", "false", "current_time", "current_date", "current_timestamp"];
    let words = match dialect {
        Dialect::Sqlite | Dialect::Postgres => WORDS.as_slice(),
        Dialect::MySql | Dialect::MariaDb => &WORDS[..3],
    };
    match tokens(dialect, sql).as_slice() {
        [sign, number] if sign.is_symbol('-') || sign.is_symbol('+') => number.kind == TokenKind::Number,
        [prefix, text] if prefix.is_word("x") => text.kind == TokenKind::Text,
        [token] => match token.kind {
            TokenKind::Text | TokenKind::Number => true,
            TokenKind::Word => words.iter().any(|word| token.is_word(word)),
            TokenKind::Quoted(_) | TokenKind::Symbol(_) => false,
        },
        _ => false,
    }
}

/// Whether the first token opens a parenthesis that the last one closes.
fn is_enclosed(tokens: &[Token<'_>]) -> bool {
    tokens.first().is_some_and(|token| token.is_symbol('('))
        && closing(tokens, 0).is_some_and(|position| position + 1 == tokens.len())
}

/// Where the parenthesis that opens at that position closes.
pub(crate) fn closing(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (position, token) in tokens.iter().enumerate().skip(open) {
        if token.is_symbol('(') {
            depth += 1;
        } else if token.is_symbol(')') {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(position);
            }
        }
    }
    None
}

/// The items between commas that are not inside of parentheses.
pub(crate) fn items<'a, 'b>(tokens: &'b [Token<'a>]) -> Vec<&'b [Token<'a>]> {
    let mut items = Vec::new();
    let (mut start, mut position) = (0, 0);
    while let Some(token) = tokens.get(position) {
        if token.is_symbol('(') {
            position = closing(tokens, position).unwrap_or(tokens.len());
        } else if token.is_symbol(',') {
            items.push(&tokens[start..position]);
            start = position + 1;
        }
        position += 1;
    }
    items.push(tokens.get(start..).unwrap_or_default());
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQLITE: Dialect = Dialect::Sqlite;

    #[test]
    fn equal_expressions_are_equal_when_normalized() {
        let same = |one: &str, other: &str| assert_eq!(normalized(SQLITE, one), normalized(SQLITE, other));
        same(r#""price" > 0"#, "( PRICE>0 ) -- cheap");
        same("((a) and (b))", "(a) AND (b)");
        same("[a b] = `c`", r#""a b"="c" /* yes */"#);
        assert_ne!(normalized(SQLITE, "a = 'X'"), normalized(SQLITE, "a = 'x'"));
        assert_ne!(normalized(SQLITE, "(a) or (b)"), normalized(SQLITE, "a) or (b"));
    }

    #[test]
    fn odd_text_is_cut_somewhere_and_never_fails() {
        for sql in ["", "'", "\"", "[", "/*", "--", "''", "'a''", "ä'ö\"ü", "((", "))", "\u{0}", "1.2.3e"]
        {
            let text: usize = tokens(SQLITE, sql).iter().map(|token| token.text.len()).sum();
            assert!(text <= sql.len(), "{sql}");
            let _ = (normalized(SQLITE, sql), default_expression(SQLITE, sql), mentions(SQLITE, sql, "a"));
        }
    }

    #[test]
    fn only_expressions_get_parentheses() {
        for constant in ["1", "-1.5", "'a'", "x'00'", "current_timestamp", "NULL", "(1 + 1)"] {
            assert_eq!(default_expression(SQLITE, constant), constant);
        }
        assert_eq!(default_expression(SQLITE, "datetime('now')"), "(datetime('now'))");
        assert_eq!(default_expression(SQLITE, " (1) + (1) "), "((1) + (1))");
        assert_eq!(default_expression(SQLITE, "now() -- today"), "(now() -- today\n)");
    }

    #[test]
    fn a_column_is_mentioned_by_its_name_and_not_by_text() {
        assert!(mentions(SQLITE, "length(NAME) > 1", "name"));
        assert!(mentions(SQLITE, r#""name" is null"#, "name"));
        assert!(!mentions(SQLITE, "other = 'name'", "name"));
        let replaced = replace_name(SQLITE, "length(NAME) > 1 or \"name\" = 'name'", "name", "\"n\"");
        assert_eq!(replaced, "length(\"n\") > 1 or \"n\" = 'name'");
    }

    #[test]
    fn what_is_a_name_and_what_is_text_depends_on_the_database() {
        let texts = |dialect, sql: &'static str| {
            tokens(dialect, sql).into_iter().map(|token| (token.kind, token.text)).collect::<Vec<_>>()
        };
        let name = |name: &str| TokenKind::Quoted(name.to_owned());
        let (text, word) = (TokenKind::Text, TokenKind::Word);
        assert_eq!(texts(SQLITE, "[a]"), [(name("a"), "[a]")]);
        assert_eq!(texts(Dialect::Postgres, "a['b']")[2], (text.clone(), "'b'"));
        assert_eq!(texts(Dialect::Postgres, r"E'a\'b' c"), [(text.clone(), r"E'a\'b'"), (word.clone(), "c")]);
        assert_eq!(
            texts(Dialect::Postgres, "$x$ ' $x$ c"),
            [(text.clone(), "$x$ ' $x$"), (word.clone(), "c")]
        );
        assert_eq!(texts(Dialect::MySql, r#""a\"b" c"#), [(text.clone(), r#""a\"b""#), (word, "c")]);
        assert_eq!(texts(Dialect::MySql, "`a``b`"), [(name("a`b"), "`a``b`")]);
        assert_eq!(texts(Dialect::Postgres, "$ $1 $").len(), 4);
    }
}
