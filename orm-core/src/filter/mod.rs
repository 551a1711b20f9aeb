//! Named filters: what they are to a user, how they are switched, and what they come to for one query.

mod global;
mod named;
mod property;
mod resolve;
mod switches;

pub use global::{AnyEntity, GlobalFilter};
pub use named::{Filter, FilterName, filter_meta};
pub use property::Property;
pub(crate) use resolve::{ConditionOf, Declared, DeclaredFilters, declare, resolve};
pub use switches::FilterSwitches;
pub(crate) use switches::Given;
