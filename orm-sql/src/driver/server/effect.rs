//! What plain SQL does to its connection beside its work, told by the verbs of its statements.

use crate::dialect::Dialect;
use crate::schema::sql_text::{Token, TokenKind, tokens};

/// What plain SQL does to its connection beside its work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effect {
    /// It may end the transaction.
    pub(crate) ends_transaction: bool,
    /// The server commits what is open before it runs this.
    pub(crate) commits_first: bool,
    /// It changes settings or holds locks, so that nobody else should get the connection.
    pub(crate) changes_session: bool,
}

/// The verbs of a server's statements that have an effect.
pub(crate) struct Verbs {
    pub(crate) ends_transaction: &'static [&'static str],
    pub(crate) commits_first: &'static [&'static str],
    pub(crate) changes_session: &'static [&'static str],
    /// What changes the session wherever it stands, in lower case.
    pub(crate) holds_on: &'static [&'static str],
}

impl Effect {
    /// What SQL does, all its statements together.
    pub(crate) fn of(dialect: Dialect, sql: &str, verbs: &Verbs) -> Self {
        let mut effect = Effect::default();
        for statement in tokens(dialect, sql).split(|token| token.is_symbol(';')) {
            effect.add(statement, verbs);
        }
        let sql = sql.to_ascii_lowercase();
        effect.changes_session |= verbs.holds_on.iter().any(|words| sql.contains(words));
        effect
    }

    fn add(&mut self, statement: &[Token<'_>], verbs: &Verbs) {
        let mut words = statement.iter().filter(|token| token.kind == TokenKind::Word);
        let Some(verb) = words.next() else { return };
        let is_one_of = |verbs: &[&str]| verbs.iter().any(|other| verb.is_word(other));
        self.changes_session |= is_one_of(verbs.changes_session);
        // What is temporary is nothing to be committed.
        let mut rest = words.clone();
        self.commits_first |=
            is_one_of(verbs.commits_first) && !rest.next().is_some_and(|word| word.is_word("temporary"));
        // Going back to a savepoint ends nothing.
        self.ends_transaction |= is_one_of(verbs.ends_transaction) && !words.any(|word| word.is_word("to"));
    }
}
