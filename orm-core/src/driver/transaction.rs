//! How a transaction begins.

/// What transactions that run at the same time may see of each other.
///
/// Databases know different ones: PostgreSQL reads nothing uncommitted even when it is asked to, and SQLite's
/// transactions are always serializable, so that it refuses what lies between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum IsolationLevel {
    /// What others have written and not committed may be read.
    ReadUncommitted,
    /// Each statement reads what was committed before it.
    ReadCommitted,
    /// What was read once reads the same again.
    RepeatableRead,
    /// As if one transaction ran after the other. What cannot be put in such an order fails with
    /// [`is_serialization_failure`](crate::Error::is_serialization_failure), and may be tried again.
    Serializable,
}

impl IsolationLevel {
    /// The level's name in SQL and in messages.
    pub const fn name(self) -> &'static str {
        match self {
            IsolationLevel::ReadUncommitted => "read uncommitted",
            IsolationLevel::ReadCommitted => "read committed",
            IsolationLevel::RepeatableRead => "repeatable read",
            IsolationLevel::Serializable => "serializable",
        }
    }
}

/// How a transaction begins. The default is what the database does by itself; it may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct TransactionOptions {
    /// What it may see of others; the database's own choice if none.
    pub isolation: Option<IsolationLevel>,
    /// Whether it only reads. A driver MUST refuse writes in it, and SHOULD take no lock for writing.
    pub read_only: bool,
    /// Whether it may wait at its begin, so that it cannot fail later for what others do: serializable and read-only
    /// transactions of PostgreSQL.
    pub deferrable: bool,
}

impl TransactionOptions {
    /// The database's own choices.
    pub fn new() -> Self {
        Self::default()
    }

    /// Chooses what the transaction may see of others.
    #[must_use]
    pub fn isolation(mut self, level: IsolationLevel) -> Self {
        self.isolation = Some(level);
        self
    }

    /// Promises that the transaction only reads.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Lets the transaction wait at its begin, so that it cannot fail later for what others do.
    #[must_use]
    pub fn deferrable(mut self) -> Self {
        self.deferrable = true;
        self
    }

    /// Whether a transaction that began with `open` keeps all that is asked for here.
    pub fn is_kept_by(&self, open: &TransactionOptions) -> bool {
        let Self { isolation, read_only, deferrable } = *self;
        isolation.is_none_or(|level| open.isolation.is_some_and(|open| open >= level))
            && (!read_only || open.read_only)
            && (!deferrable || open.deferrable)
    }
}
