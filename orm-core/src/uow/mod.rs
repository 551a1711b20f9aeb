//! The unit of work: finds what changed, and writes it in one transaction, in an order that the database accepts.

mod change_set;
mod collections;
mod detach;
mod execute;
mod explain;
mod flush;
mod identity;
mod key;
mod order;
mod persist;
mod plan;
mod removals;
mod schedule;
mod settle;
mod transaction;
mod undo;
mod unique;
mod version;

pub(crate) use flush::flush;
pub(crate) use persist::{needs_flush, persist, remove};
pub(crate) use version::first_version;
