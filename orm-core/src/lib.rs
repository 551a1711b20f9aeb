//! The data mapper of `orm`: typed loading, identity map, unit of work. Knows no SQL and no BSON.
#![deny(unsafe_code)]

pub mod arena;
pub mod driver;
pub mod error;
pub mod meta;
pub mod naming;
pub mod query;
pub mod types;
pub mod value;

pub use error::{DriverError, DriverErrorKind, Error, Result};
pub use value::{Cell, Value};
