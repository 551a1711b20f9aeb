//! What the user meant: entities, properties, relations, enums, with defaults applied.

mod casing;
mod constraint;
mod entity;
mod entity_enum;
mod filter;
mod json_paths;
mod property;
mod relation;

pub(crate) use casing::Casing;
pub(crate) use constraint::{Check, Index};
pub(crate) use entity::{Base, Entity, module_of};
pub(crate) use entity_enum::{EntityEnum, NativeName, Variants};
pub(crate) use filter::Filter;
pub(crate) use json_paths::{JsonPaths, JsonType, Member};
pub(crate) use property::{Default, Kind, Property, Scalar};
pub(crate) use relation::{Relation, RelationKind, argument};
