//! The behaviour suite: one binary, a module a feature.

mod harness;
mod loading;
mod unit_of_work;
