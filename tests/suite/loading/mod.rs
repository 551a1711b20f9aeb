//! What is loaded, how, and what comes of it.

pub(crate) mod entities;
mod handles;
mod identity;
mod partial;
mod populate;
mod refusals;
mod replicas;
mod schemas;
mod strategies;
mod values;
