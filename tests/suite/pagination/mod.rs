//! Pages: by cursor, and by limit and offset.

mod cursor;
mod offset;
mod refusals;
