//! SQL for `orm`: plans lowered to text, the drivers that run it, the schema. Knows no typed entities and no BSON.

pub mod dialect;
pub mod driver;
pub mod em;
mod lower;
pub mod render;
pub mod schema;
