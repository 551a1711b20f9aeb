//! SQL that others wrote, as tokens: enough to compare and to cut it, never enough to understand it. Never fails.

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
    fn is_name(&self, name: &str) -> bool {
        match &self.kind {
            TokenKind::Word => self.text.eq_ignore_ascii_case(name),
            TokenKind::Quoted(quoted) => quoted.eq_ignore_ascii_case(name),
            TokenKind::Text | TokenKind::Number | TokenKind::Symbol(_) => false,
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
pub(crate) fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(first) = sql[start..].chars().next() {
        let rest = &sql[start..];
        let (kind, length) = match first {
            _ if first.is_whitespace() => (None, first.len_utf8()),
            '-' if rest.starts_with("--") => (None, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => {
                (None, rest[2..].find("*/").map_or(rest.len(), |length| length + 4))
            }
            '\'' => (Some(TokenKind::Text), quoted_length(rest, '\'')),
            '"' | '`' => {
                let length = quoted_length(rest, first);
                (Some(TokenKind::Quoted(unquoted(&rest[..length], first))), length)
            }
            '[' => {
                let length = rest.find(']').map_or(rest.len(), |length| length + 1);
                (Some(TokenKind::Quoted(rest[..length].trim_matches(['[', ']']).to_owned())), length)
            }
            '0'..='9' => {
                (Some(TokenKind::Number), run(rest, |char| char.is_ascii_alphanumeric() || char == '.'))
            }
            _ if is_word(first) => (Some(TokenKind::Word), run(rest, is_word)),
            _ => (Some(TokenKind::Symbol(first)), first.len_utf8()),
        };
        if let Some(kind) = kind {
            found.push(Token { kind, text: &rest[..length], start });
        }
        start += length;
    }
    found
}

fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_' || char == '$' || !char.is_ascii()
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|char| !belongs(char)).unwrap_or(text.len())
}

/// The length of what stands in quotes, with them; a doubled quote does not end it.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut start = 1;
    while let Some(length) = text[start..].find(quote) {
        start += length + 1;
        if !text[start..].starts_with(quote) {
            return start;
        }
        start += 1;
    }
    text.len()
}

fn unquoted(text: &str, quote: char) -> String {
    let inner = text.strip_prefix(quote).unwrap_or(text);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    inner.replace(&format!("{quote}{quote}"), &quote.to_string())
}

/// The text in a form in which equal expressions are equal: without comments, blanks, quotes around names, letter case
/// and parentheses around all of it.
pub(crate) fn normalized(sql: &str) -> String {
    let tokens = tokens(sql);
    let mut inner = tokens.as_slice();
    while is_enclosed(inner) {
        inner = &inner[1..inner.len() - 1];
    }
    let words: Vec<String> = inner
        .iter()
        .map(|token| match &token.kind {
            TokenKind::Word => token.text.to_ascii_lowercase(),
            TokenKind::Quoted(name) => name.to_ascii_lowercase(),
            TokenKind::Text | TokenKind::Number | TokenKind::Symbol(_) => token.text.to_owned(),
        })
        .collect();
    words.join(" ")
}

/// Whether the text names the column; it may say so of a keyword or another table's column too.
pub(crate) fn mentions(sql: &str, column: &str) -> bool {
    tokens(sql).iter().any(|token| token.is_name(column))
}

/// The text with another name, as it is to be written, wherever it names the column.
pub(crate) fn replace_name(sql: &str, column: &str, written: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut copied = 0;
    for token in tokens(sql).iter().filter(|token| token.is_name(column)) {
        text.push_str(&sql[copied..token.start]);
        text.push_str(written);
        copied = token.end();
    }
    text.push_str(&sql[copied..]);
    text
}

/// The expression as it can stand behind `default`: in parentheses unless it is a constant.
pub(crate) fn default_expression(sql: &str) -> String {
    let sql = sql.trim();
    match is_constant(sql) || is_enclosed(&tokens(sql)) {
        true => sql.to_owned(),
        false => parenthesized(sql),
    }
}

/// The expression in parentheses, whatever comment it ends with.
pub(crate) fn parenthesized(sql: &str) -> String {
    match sql.contains("--") {
        true => format!("({sql}\n)"),
        false => format!("({sql})"),
    }
}

/// Whether the expression is a constant: text, a number, with a sign or without, or one of the constant words.
pub(crate) fn is_constant(sql: &str) -> bool {
    const WORDS: [&str; 6] = ["null", "true", "false", "current_time", "current_date", "current_timestamp"];
    match tokens(sql).as_slice() {
        [sign, number] if sign.is_symbol('-') || sign.is_symbol('+') => number.kind == TokenKind::Number,
        [prefix, text] if prefix.is_word("x") => text.kind == TokenKind::Text,
        [token] => match token.kind {
            TokenKind::Text | TokenKind::Number => true,
            TokenKind::Word => WORDS.iter().any(|word| token.is_word(word)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_expressions_are_equal_when_normalized() {
        let same = |one: &str, other: &str| assert_eq!(normalized(one), normalized(other));
        same(r#""price" > 0"#, "( PRICE>0 ) -- cheap");
        same("((a) and (b))", "(a) AND (b)");
        same("[a b] = `c`", r#""a b"="c" /* yes */"#);
        assert_ne!(normalized("a = 'X'"), normalized("a = 'x'"));
        assert_ne!(normalized("(a) or (b)"), normalized("a) or (b"));
    }

    #[test]
    fn odd_text_is_cut_somewhere_and_never_fails() {
        for sql in ["", "'", "\"", "[", "/*", "--", "''", "'a''", "ä'ö\"ü", "((", "))", "\u{0}", "1.2.3e"]
        {
            let text: usize = tokens(sql).iter().map(|token| token.text.len()).sum();
            assert!(text <= sql.len(), "{sql}");
            let _ = (normalized(sql), default_expression(sql), mentions(sql, "a"));
        }
    }

    #[test]
    fn only_expressions_get_parentheses() {
        for constant in ["1", "-1.5", "'a'", "x'00'", "current_timestamp", "NULL", "(1 + 1)"] {
            assert_eq!(default_expression(constant), constant);
        }
        assert_eq!(default_expression("datetime('now')"), "(datetime('now'))");
        assert_eq!(default_expression(" (1) + (1) "), "((1) + (1))");
        assert_eq!(default_expression("now() -- today"), "(now() -- today\n)");
    }

    #[test]
    fn a_column_is_mentioned_by_its_name_and_not_by_text() {
        assert!(mentions("length(NAME) > 1", "name"));
        assert!(mentions(r#""name" is null"#, "name"));
        assert!(!mentions("other = 'name'", "name"));
        let replaced = replace_name("length(NAME) > 1 or \"name\" = 'name'", "name", "\"n\"");
        assert_eq!(replaced, "length(\"n\") > 1 or \"n\" = 'name'");
    }
}
