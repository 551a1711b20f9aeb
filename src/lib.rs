//! The public API of `orm`. What follows is its README.
//!
#![doc = include_str!("../README.md")]

#[doc(hidden)]
pub use orm_core::__private;
pub use orm_core::{Cell, DriverError, DriverErrorKind, Error, FlushMode, Result, Value};
pub use orm_core::{
    driver, em, entity, error, filter, hint, log, meta, naming, path, query, serialize, types,
};
pub use orm_core::{fields, orm::Orm, orm::OrmBuilder, populate};

pub use orm_core::{Entity, EntityBase, EntityEnum, JsonPaths, requires};

/// What most programs use.
pub mod prelude {
    pub use orm_core::prelude::*;
    #[cfg(feature = "mysql")]
    pub use orm_sql::em::MySqlBuilder;
    #[cfg(feature = "postgres")]
    pub use orm_sql::em::PostgresBuilder;
    #[cfg(feature = "sqlite")]
    pub use orm_sql::em::SqliteBuilder;
    #[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
    pub use orm_sql::em::{SqlEntityManager, SqlOrm};
}

/// SQLite: its options and driver.
#[cfg(feature = "sqlite")]
pub mod sqlite {
    pub use orm_sql::driver::sqlite::{
        JournalMode, SqliteConnection, SqliteDriver, SqliteOptions, Synchronous,
    };
    pub use orm_sql::em::IntoOptions;
}

/// PostgreSQL: its options and driver.
#[cfg(feature = "postgres")]
pub mod postgres {
    pub use orm_sql::driver::postgres::{PostgresConnection, PostgresDriver, PostgresOptions, TlsMode};
    pub use orm_sql::em::IntoOptions;
}

/// MySQL and MariaDB: their options and driver.
#[cfg(feature = "mysql")]
pub mod mysql {
    pub use orm_sql::driver::mysql::{MySqlConnection, MySqlDriver, MySqlOptions, TlsMode};
    pub use orm_sql::em::IntoOptions;
}

/// The schema as data, and its generator.
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
pub mod schema {
    pub use orm_sql::dialect::Dialect;
    pub use orm_sql::schema::*;
}

/// The guide; every block of code in it is compiled and run.
pub mod guide {
    #[doc = include_str!("../docs/guide/entities.md")]
    pub mod entities {}
    #[doc = include_str!("../docs/guide/loading.md")]
    pub mod loading {}
    #[doc = include_str!("../docs/guide/unit-of-work.md")]
    pub mod unit_of_work {}
    #[doc = include_str!("../docs/guide/transactions.md")]
    pub mod transactions {}
    #[doc = include_str!("../docs/guide/conditions.md")]
    pub mod conditions {}
    #[doc = include_str!("../docs/guide/filters.md")]
    pub mod filters {}
    #[doc = include_str!("../docs/guide/json.md")]
    pub mod json {}
    #[doc = include_str!("../docs/guide/pagination.md")]
    pub mod pagination {}
    #[cfg(feature = "sqlite")]
    #[doc = include_str!("../docs/guide/schema.md")]
    pub mod schema {}
    #[cfg(feature = "sqlite")]
    #[doc = include_str!("../docs/guide/sqlite.md")]
    pub mod sqlite {}
    #[cfg(feature = "postgres")]
    #[doc = include_str!("../docs/guide/postgres.md")]
    pub mod postgres {}
    #[cfg(feature = "mysql")]
    #[doc = include_str!("../docs/guide/mysql.md")]
    pub mod mysql {}
}
