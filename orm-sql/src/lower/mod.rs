//! Plans and metadata to SQL text and bind plans. Decides what is written; how it is written is `render`'s.

pub(crate) mod bind;
pub(crate) mod cache;
mod compare;
mod condition;
mod exists;
mod in_list;
mod json;
#[cfg(test)]
pub(crate) mod library;
pub(crate) mod list;
mod lock;
mod order;
pub(crate) mod parameter;
mod path;
mod pattern;
mod reach;
mod scope;
pub(crate) mod select;
pub(crate) mod shape;
#[cfg(test)]
mod tests;
mod visible;
#[cfg_attr(not(feature = "_server"), allow(dead_code, reason = "SQLite does not need all of it"))]
pub(crate) mod write;
