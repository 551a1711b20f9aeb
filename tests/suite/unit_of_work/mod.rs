//! The unit of work: what a flush writes, in which order, and what is left when it fails.

mod batches;
mod change_sets;
mod contract;
pub(crate) mod entities;
mod failure;
mod model;
mod order;
mod pivots;
mod propagation;
mod removal;
mod transactions;
mod versions;
