//! A named filter as the derive describes it.

use std::any::Any;

use crate::query::{Condition, FilterArguments};

/// A named filter of an entity.
#[derive(Debug, Clone, Copy)]
pub struct FilterMeta {
    /// Its name; filters of one name are switched together, and share their parameters.
    pub name: &'static str,
    /// Whether it is on unless switched off.
    pub is_default: bool,
    /// Whether a row that it hides also hides what points at it by an optional relation.
    pub is_strict: bool,
    /// What must hold of a row, given the parameters; nothing if that depends on them and they ask for nothing.
    pub condition: fn(Option<GivenParams<'_>>) -> Result<Option<Condition>, FilterArguments>,
}

/// Parameters of a filter, with their type's name for messages.
#[derive(Clone, Copy)]
pub struct GivenParams<'a> {
    /// The parameters.
    pub value: &'a (dyn Any + Send + Sync),
    /// The name of their type.
    pub type_name: &'static str,
}
