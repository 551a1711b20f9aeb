//! SQL for `orm`: plans lowered to text, and the drivers that run it. Knows no typed entities and no BSON.

pub mod dialect;
pub mod schema;
