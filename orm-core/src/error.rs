//! Everything that can go wrong, as one enum: what, where, and how to mend it.

use std::fmt;

/// The result of every fallible call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a driver refused or failed, equal on every database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DriverErrorKind {
    /// A unique index or primary key holds the value already.
    UniqueViolation,
    /// A foreign key points at no row, or a row is still pointed at.
    ForeignKeyViolation,
    /// A column that may not be null would be.
    NotNullViolation,
    /// A check constraint does not hold.
    CheckViolation,
    /// There is no such table.
    TableNotFound,
    /// There is no such column.
    ColumnNotFound,
    /// The table, index or column exists already.
    AlreadyExists,
    /// The statement is not understood.
    Syntax,
    /// Another connection holds the lock for too long.
    LockTimeout,
    /// The file is no database, or is damaged.
    NotADatabase,
    /// The database cannot be opened or reached.
    Connection,
    /// The connection broke while it was used: the server went away, or the network.
    ConnectionLost,
    /// The server is just starting; a moment later it takes connections.
    Starting,
    /// The server has no connection left.
    TooManyConnections,
    /// The name or the password is wrong.
    AuthenticationFailed,
    /// The server has no such database.
    DatabaseNotFound,
    /// The user may not do this.
    PermissionDenied,
    /// Two transactions wait for each other; the server gave this one up.
    Deadlock,
    /// Transactions that ran at the same time cannot be put in an order; the server gave this one up.
    Serialization,
    /// The database or the file is read-only.
    ReadOnly,
    /// The call was interrupted.
    Interrupted,
    /// A value does not fit into its column or into the database's type.
    OutOfRange,
    /// Anything else.
    Other,
}

/// What a driver says about a failed statement.
#[derive(Debug)]
pub struct DriverError {
    /// What kind of failure it is.
    pub kind: DriverErrorKind,
    /// The entity that was being written, if one was.
    pub entity: Option<&'static str>,
    /// The properties that the failure is about, or may be about.
    pub properties: Vec<&'static str>,
    /// The table, where the database names it.
    pub table: Option<String>,
    /// The column or columns, where the database names them.
    pub columns: Vec<String>,
    /// The constraint, where the database names it.
    pub constraint: Option<String>,
    /// The statement that failed.
    pub sql: Option<String>,
    /// The database's own error.
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl DriverError {
    /// A driver error of a kind, caused by `source`.
    pub fn new(kind: DriverErrorKind, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            kind,
            entity: None,
            properties: Vec::new(),
            table: None,
            columns: Vec::new(),
            constraint: None,
            sql: None,
            source: source.into(),
        }
    }
}

impl fmt::Display for DriverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let advice = match self.kind {
            DriverErrorKind::UniqueViolation => {
                "the value is taken; choose another, or look the row up first"
            }
            DriverErrorKind::ForeignKeyViolation => {
                "a relation points at a row that does not exist, or the row is still referenced; persist or remove the other side in the same flush"
            }
            DriverErrorKind::NotNullViolation => "a required column got no value",
            DriverErrorKind::CheckViolation => "the value breaks a check constraint",
            DriverErrorKind::TableNotFound => "no such table; run `orm.schema().update()` or a migration",
            DriverErrorKind::ColumnNotFound => "no such column; run `orm.schema().update()` or a migration",
            DriverErrorKind::AlreadyExists => "it exists already; use `orm.schema().update()`",
            DriverErrorKind::Syntax => "the database does not understand the statement",
            DriverErrorKind::LockTimeout => {
                "another connection held the lock for too long; retry, or raise the busy timeout"
            }
            DriverErrorKind::NotADatabase => "the file is no database, or is damaged; check the path",
            DriverErrorKind::Connection => "the database cannot be reached; check the path or address",
            DriverErrorKind::ConnectionLost => {
                "the connection to the database was lost; what was not committed is rolled back, try again"
            }
            DriverErrorKind::Starting => "the server is just starting; try again in a moment",
            DriverErrorKind::TooManyConnections => {
                "the server has no connection left; lower the pool's size or raise the server's limit"
            }
            DriverErrorKind::AuthenticationFailed => {
                "the server does not accept the user or the password; check both"
            }
            DriverErrorKind::DatabaseNotFound => "the server has no such database; create it first",
            DriverErrorKind::PermissionDenied => "the user may not do this; grant it",
            DriverErrorKind::Deadlock => {
                "two transactions waited for each other, and this one was given up; run it again"
            }
            DriverErrorKind::Serialization => {
                "another transaction changed the same data at the same time; run this one again"
            }
            DriverErrorKind::ReadOnly => "the database is read-only",
            DriverErrorKind::Interrupted => "the call was interrupted",
            DriverErrorKind::OutOfRange => "a value does not fit; use a wider type",
            DriverErrorKind::Other => "the database refused",
        };
        f.write_str(advice)?;
        if let Some(entity) = self.entity {
            match self.properties.as_slice() {
                [] => write!(f, " ({entity})")?,
                properties => write!(f, " ({entity}.{})", properties.join(&format!(", {entity}.")))?,
            }
        } else if let Some(table) = &self.table {
            write!(f, " (table {table}")?;
            if !self.columns.is_empty() {
                write!(f, ", {}", self.columns.join(", "))?;
            }
            f.write_str(")")?;
        }
        write!(f, ": {}", self.source)
    }
}

impl std::error::Error for DriverError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}

/// Everything that can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No row fits, and the call demanded one.
    #[error("{entity} not found ({condition}); use `find_one` or `find_by_id` where it may be missing")]
    NotFound {
        /// The entity asked for.
        entity: &'static str,
        /// What was asked.
        condition: String,
    },
    /// The entity is not registered with this `Orm`.
    #[error("{entity} is not known to this orm; add it: `Orm::builder().entity::<{entity}>()`")]
    UnknownEntity {
        /// The entity's name.
        entity: &'static str,
    },
    /// The entities do not fit together; found when the `Orm` is built.
    #[error("{entity}.{property}: {problem}")]
    Metadata {
        /// The entity's name.
        entity: &'static str,
        /// The property's name.
        property: &'static str,
        /// What is wrong and what to write instead.
        problem: String,
    },
    /// The entity's schema is chosen at run time, and none was.
    #[error(
        "the schema of {table} is chosen at run time (`schema = \"*\"`); choose one: `em.with_schema(\"…\")`, or `.schema(\"…\")` on the query"
    )]
    SchemaRequired {
        /// The table.
        table: String,
    },
    /// A relation would lead from one schema into another.
    #[error(
        "{entity} is of {found}, but the relation leads to {expected}; take it from there, or persist it with `.in_schema(…)`"
    )]
    OtherSchema {
        /// The target's name.
        entity: &'static str,
        /// The schema that the entity is of.
        found: String,
        /// The schema that the relation leads to.
        expected: String,
    },
    /// More schemas were chosen than there are numbers for.
    #[error(
        "more than 65,000 schemas were chosen in this process; make an `Orm` of its own for some of them"
    )]
    TooManySchemas,
    /// A cell does not fit its property.
    #[error("{entity}.{property} cannot hold what the database has: {problem}")]
    Decode {
        /// The entity's name.
        entity: &'static str,
        /// The property's name.
        property: &'static str,
        /// What does not fit.
        problem: DecodeError,
    },
    /// A value cannot be stored without loss.
    #[error("{entity}.{property} cannot be stored: {problem}")]
    Encode {
        /// The entity's name.
        entity: &'static str,
        /// The property's name.
        property: &'static str,
        /// What does not fit and what to use instead.
        problem: String,
    },
    /// A required property has no value.
    #[error("{entity}.{property} is required and has no value; set it before the flush")]
    Required {
        /// The entity's name.
        entity: &'static str,
        /// The property's name.
        property: &'static str,
    },
    /// A relation points at an entity that is not going to be stored.
    #[error(
        "{entity}.{property} points at an entity ({target}) that is not going to be stored, as it was removed or never persisted; persist it, or point elsewhere"
    )]
    NotPersisted {
        /// The entity's name.
        entity: &'static str,
        /// The relation's name.
        property: &'static str,
        /// The target's name.
        target: &'static str,
    },
    /// Rows depend on each other in a circle that no order can satisfy.
    #[error("{entities} need each other before they can be inserted; make one of the relations optional")]
    Cycle {
        /// The entities of the circle.
        entities: String,
    },
    /// The unit of work found no row, or another version, for an entity it must write.
    #[error("{entity} {key} was changed or removed by someone else; refresh it and retry")]
    OptimisticLock {
        /// The entity's name.
        entity: &'static str,
        /// Its key.
        key: String,
    },
    /// The entity is of another version than the one that was seen.
    #[error(
        "{entity} {key} is of version {found}, and version {seen} was seen; show the newer one, and let the user decide"
    )]
    OtherVersion {
        /// The entity's name.
        entity: &'static str,
        /// Its key.
        key: String,
        /// The version that was seen.
        seen: String,
        /// The version that it is of.
        found: String,
    },
    /// An item cannot leave its collection, as its relation is required.
    #[error(
        "{entity}.{property}: an item cannot be taken out, because {target}.{inverse} is required; make it `Option<Ref<{entity}>>`, or add `orphan_removal` to {entity}.{property}"
    )]
    RequiredInverse {
        /// The owner of the collection.
        entity: &'static str,
        /// The collection.
        property: &'static str,
        /// The items' entity.
        target: &'static str,
        /// The relation back to the owner.
        inverse: &'static str,
    },
    /// The collection is not loaded, and the call needs its items.
    #[error("{entity}.{property} is not loaded; populate it, or `init()` it first")]
    NotInitialized {
        /// The owner of the collection.
        entity: &'static str,
        /// The collection.
        property: &'static str,
    },
    /// The handle belongs to no entity manager, to another one, or to one that was cleared.
    #[error(
        "this {entity} does not belong to this entity manager (another manager's, cleared, or removed); load it again or `merge` it"
    )]
    Detached {
        /// The entity's name.
        entity: &'static str,
    },
    /// The entity was removed.
    #[error("this {entity} was removed; persist a new one instead")]
    Removed {
        /// The entity's name.
        entity: &'static str,
    },
    /// A value that the database generates is not known yet.
    #[error("{entity} is not flushed yet; call `em.flush()` first")]
    NotFlushed {
        /// The entity's name.
        entity: &'static str,
    },
    /// Data from outside do not fit the entity.
    #[error("{entity} has no property `{property}` that can be assigned")]
    UnknownProperty {
        /// The entity's name.
        entity: &'static str,
        /// What was named.
        property: String,
    },
    /// A condition speaks of a query around it, and there is none about that entity.
    #[error(
        "{entity}.{property} is asked of a query around this one, and none of them is about {entity}; put the condition inside of such a query, or leave `.outer()` out"
    )]
    NoOuterQuery {
        /// The entity.
        entity: &'static str,
        /// The property, or the relation that leads to it.
        property: &'static str,
    },
    /// A cursor is none of a page of the entity in this order: forged, cut off, or of another query.
    #[error(
        "this is no place among {entity} in this order: {problem}; give back `start_cursor` or `end_cursor` as a page with the same order had it"
    )]
    Cursor {
        /// The entity's name.
        entity: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// Pages cannot go by an order.
    #[error("pages of {entity} cannot go by this order: {problem}")]
    CursorOrder {
        /// The entity's name.
        entity: &'static str,
        /// Why, and what to order by.
        problem: &'static str,
    },
    /// A filter is on and takes arguments, and got none.
    #[error(
        "no arguments provided for the filter `{filter}` of {entity}; give them with `em.set_filter_params(…)` or, for one query, `.filters(|f| f.with(…))`, or switch it off"
    )]
    NoFilterArguments {
        /// The entity's name.
        entity: &'static str,
        /// The filter's name.
        filter: &'static str,
    },
    /// Filters of one name take arguments of different types, so that one of them got what another takes.
    #[error(
        "the filter `{filter}` of {entity} takes {expected}, but was given {found}; filters of one name share their arguments: let them take the same type, or give them names of their own"
    )]
    OtherFilterArguments {
        /// The entity's name.
        entity: &'static str,
        /// The filter's name.
        filter: &'static str,
        /// The type that it takes.
        expected: &'static str,
        /// The type that it got.
        found: &'static str,
    },
    /// A global filter fits no entity, or one only by the name of the property.
    #[error(
        "the global filter `{filter}` is for entities with a property `{property}`, {}",
        no_such_property(*entity)
    )]
    GlobalFilter {
        /// The filter's name.
        filter: &'static str,
        /// The property's name.
        property: &'static str,
        /// An entity with a property of this name and another type; none if no entity has one.
        entity: Option<&'static str>,
    },
    /// The orm was put together wrongly.
    #[error("{message}")]
    Configuration {
        /// What is missing and what to write.
        message: &'static str,
    },
    /// The call needs an open transaction, or none.
    #[error("{message}")]
    Transaction {
        /// What is wrong and what to do.
        message: &'static str,
    },
    /// The database cannot do this.
    #[error("{database} cannot {feature}; {alternative}")]
    Unsupported {
        /// The database.
        database: &'static str,
        /// What it cannot do.
        feature: String,
        /// What to do instead.
        alternative: String,
    },
    /// The pool gave no connection in time.
    #[error(
        "no connection became free within {seconds} s; raise the pool's size or its timeout, or finish transactions sooner"
    )]
    PoolTimeout {
        /// How long it was waited.
        seconds: f64,
    },
    /// The pool or the connection is closed.
    #[error("the orm is closed; build a new one")]
    Closed,
    /// A table has rows, and an update of the schema would leave a required column of them without a value.
    #[error(
        "{entity}.{property} is required, but `{table}` has rows without a value for `{column}`; give it a `default` or `default_sql`, or make it an `Option` until every row has one"
    )]
    RequiredColumn {
        /// The entity's name.
        entity: &'static str,
        /// The property's name.
        property: &'static str,
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// An update of the schema makes a foreign key that rows break.
    #[error(
        "{rows} rows of `{table}` point at rows that `{target}` does not have; mend or delete them, then update again"
    )]
    DanglingRows {
        /// The table whose rows point.
        table: String,
        /// The table that they point at.
        target: String,
        /// How many rows there are.
        rows: i64,
    },
    /// The database refused or failed.
    #[error("{0}")]
    Driver(#[source] Box<DriverError>),
}

fn no_such_property(entity: Option<&str>) -> String {
    match entity {
        None => "but no entity has one; check the name".to_owned(),
        Some(entity) => format!(
            "but that of {entity} has another type; give the filter the property's type, or give the property another name"
        ),
    }
}

impl Error {
    /// The kind of the driver's failure, if this is one.
    pub fn driver_kind(&self) -> Option<DriverErrorKind> {
        match self {
            Error::Driver(error) => Some(error.kind),
            _ => None,
        }
    }

    /// Whether a unique index or key holds the value already.
    pub fn is_unique_violation(&self) -> bool {
        self.driver_kind() == Some(DriverErrorKind::UniqueViolation)
    }

    /// Whether a foreign key does not hold.
    pub fn is_foreign_key_violation(&self) -> bool {
        self.driver_kind() == Some(DriverErrorKind::ForeignKeyViolation)
    }

    /// Whether a required column would have no value.
    pub fn is_not_null_violation(&self) -> bool {
        self.driver_kind() == Some(DriverErrorKind::NotNullViolation)
    }

    /// Whether a check constraint does not hold.
    pub fn is_check_violation(&self) -> bool {
        self.driver_kind() == Some(DriverErrorKind::CheckViolation)
    }

    /// Whether two transactions waited for each other, and the database gave this one up.
    pub fn is_deadlock(&self) -> bool {
        self.driver_kind() == Some(DriverErrorKind::Deadlock)
    }

    /// Whether another transaction changed the same data at the same time, and the database gave this one up.
    pub fn is_serialization_failure(&self) -> bool {
        self.driver_kind() == Some(DriverErrorKind::Serialization)
    }

    /// Whether another connection held a lock for too long, or at all where the call was not to wait.
    pub fn is_lock_timeout(&self) -> bool {
        self.driver_kind() == Some(DriverErrorKind::LockTimeout)
    }

    /// Whether something was to be written in a read-only transaction or database.
    pub fn is_read_only_violation(&self) -> bool {
        self.driver_kind() == Some(DriverErrorKind::ReadOnly)
    }

    /// Whether the same transaction may succeed when it is run again from its beginning, as only what others did at
    /// the same time was in its way: a deadlock, a serialization failure, a lock. See
    /// [`retry`](crate::em::TransactionBuilder::retry).
    pub fn is_retryable(&self) -> bool {
        self.is_deadlock() || self.is_serialization_failure() || self.is_lock_timeout()
    }

    /// Whether someone else changed or removed the row in the meantime.
    pub fn is_optimistic_lock(&self) -> bool {
        matches!(self, Error::OptimisticLock { .. } | Error::OtherVersion { .. })
    }

    /// Whether no row was found where one was demanded.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Error::NotFound { .. })
    }
}

impl From<DriverError> for Error {
    fn from(error: DriverError) -> Self {
        Error::Driver(Box::new(error))
    }
}

/// Why a cell does not fit a Rust type.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The cell is null.
    #[error("it is null; make the property an `Option`")]
    Null,
    /// The cell is of another kind.
    #[error("found {found}, expected {expected}")]
    Kind {
        /// What the database has.
        found: &'static str,
        /// What the property wants.
        expected: &'static str,
    },
    /// The number does not fit.
    #[error("{value} does not fit into {target}; use a wider type")]
    Range {
        /// The number.
        value: String,
        /// The Rust type.
        target: &'static str,
    },
    /// The text cannot be read as the type.
    #[error("`{text}` is not {expected}")]
    Text {
        /// The text.
        text: String,
        /// What it should have been.
        expected: &'static str,
    },
}
