//! Locks on the rows that a select finds.

/// How rows are locked until the transaction ends: what others may still do with them, and what happens when others
/// have locked them before.
///
/// ```
/// # use orm_core::query::Lock;
/// let to_work_on = Lock::for_update().skip_locked();
/// let to_look_at = Lock::for_share();
/// assert_ne!(to_work_on, to_look_at);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use = "a lock does nothing until it is given to a query"]
pub struct Lock {
    /// What others may still do.
    pub strength: LockStrength,
    /// What happens when others have locked the rows.
    pub wait: LockWait,
}

/// What others may still do with locked rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LockStrength {
    /// Nobody else may change or lock them.
    Update,
    /// Nobody else may change them; others may share the lock.
    Share,
}

/// What happens when others have locked the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LockWait {
    /// The query waits, as long as the database lets it.
    Wait,
    /// The query leaves these rows out.
    SkipLocked,
    /// The query fails with [`is_lock_timeout`](crate::Error::is_lock_timeout).
    NoWait,
}

impl Lock {
    /// Nobody else may change or lock the rows: for what is about to be changed.
    pub fn for_update() -> Self {
        Self { strength: LockStrength::Update, wait: LockWait::Wait }
    }

    /// Nobody else may change the rows; others may share the lock: for what has to stay as it was read.
    pub fn for_share() -> Self {
        Self { strength: LockStrength::Share, wait: LockWait::Wait }
    }

    /// Leaves out rows that others have locked: for workers that share a queue.
    pub fn skip_locked(mut self) -> Self {
        self.wait = LockWait::SkipLocked;
        self
    }

    /// Fails at once where others have locked a row.
    pub fn no_wait(mut self) -> Self {
        self.wait = LockWait::NoWait;
        self
    }
}
