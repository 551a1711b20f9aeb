//! What is loaded, how, and what comes of it.

mod conditions;
mod entities;
mod handles;
mod identity;
mod partial;
mod populate;
mod refusals;
mod strategies;
mod values;
