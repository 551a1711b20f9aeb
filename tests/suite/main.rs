//! The behaviour suite: one binary, a module a feature.

mod harness;
mod unit_of_work;
