//! The unit of work: what a flush writes, in which order, and what is left when it fails.

mod change_sets;
mod entities;
