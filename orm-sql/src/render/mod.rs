//! How SQL is written: text that grows, identifiers in quotes, values as parameters only. Knows no metadata.

mod writer;

pub use writer::{Alias, Mark, SqlWriter};
