//! The data mapper of `orm`: typed loading, identity map, unit of work. Knows no SQL and no BSON.
#![deny(unsafe_code)]

#[doc(hidden)]
pub mod __private;
pub mod arena;
pub mod driver;
pub mod em;
pub mod entity;
pub mod error;
pub mod filter;
pub mod hint;
pub(crate) mod load;
pub mod log;
pub mod meta;
pub mod naming;
pub(crate) mod object_id;
pub mod orm;
pub mod path;
pub mod prelude;
pub mod query;
pub mod serialize;
pub(crate) mod session;
pub mod types;
pub(crate) mod uow;
pub mod value;

pub use session::FlushMode;

pub use orm_macros::{Entity, EntityBase, EntityEnum, JsonPaths, requires};

pub use error::{DriverError, DriverErrorKind, Error, Result};
pub use value::{Cell, Value};
