//! The behaviour suite: one binary, a module a feature.

mod conditions;
mod faults;
mod filters;
mod harness;
mod json;
mod loading;
mod locks;
mod pagination;
mod schema;
mod transactions;
mod unit_of_work;
