//! From a request to nodes: what to select, how rows become entities, and what to ask afterwards.

mod carry;
mod collection;
mod follow;
mod hydrate;
mod items;
mod layout;
mod lock;
mod plan;
mod request;
mod satisfied;
mod wanted;

pub(crate) use carry::carry;
pub(crate) use collection::{collection_count, collection_items};
pub(crate) use follow::populate;
pub(crate) use lock::lock_row;
pub(crate) use plan::{Joins, LoadPlan};
pub(crate) use request::{Found, PlanCache, Request, count, find};
pub(crate) use satisfied::is_satisfied;
