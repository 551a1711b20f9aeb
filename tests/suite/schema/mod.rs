//! The schema: what is made from the entities, and how it follows them.

mod update;
