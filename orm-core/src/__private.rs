//! Everything that generated code may name. No part of the public API.

pub use orm_macros::__entity_with_bases;
pub use serde_json::Value as RawJson;

pub use crate::arena::{
    Items, Link as LinkSlot, Node, NodeRef, Record, Slot, SlotMut, SlotRef, ViewOf, new_store,
};
pub use crate::entity::{
    Collection, CollectionView, Detached, Draft, Entity, EntityView, Link, Managed, New, OptionalLink, Ref,
    TargetSource, Versioned, read, read_generated, read_one, read_optional_one, set_one, set_optional_one,
    set_value,
};
pub use crate::error::{DecodeError, Error, Result};
pub use crate::filter::{Filter, FilterName, filter_meta};
pub use crate::hint::{
    Atom, AtomOf, Covers, Field, Gives, Has, Hidden, Key, KeyKnown, Known, Later, Named, No, Opt, Prop,
    Relation, Shape, SubOf, ToMany, Unset, Visible, With, Yes,
};
pub use crate::meta::{CheckMeta, EntityMeta, IndexMeta, PropertyMeta, RelationKind};
pub use crate::path::{
    Condition, IntoCondition, JsonAt, JsonDocument, JsonScalar, Member, Path, Paths, Rel, Root, Step,
    json_value,
};
pub use crate::query::JsonKind;
pub use crate::types::{ArrayItem, ColumnKind, Key as KeyType, NativeEnum, ObjectId, Operand, Type};
pub use crate::value::{Cell, Value};

/// The value of a default that was written as an expression.
pub fn value_of<T: Type>(value: impl Into<T>) -> Value {
    value.into().to_value()
}

/// What a filter's closure gives.
pub fn into_condition<E, C: IntoCondition<E>>(condition: C) -> Condition<E> {
    condition.into_condition().erase()
}

/// A node's scalar for the user's own struct.
pub fn detach_value<V: Type>(node: NodeRef<'_>, slot: &Slot<V>, property: usize) -> Result<V> {
    let meta = node.meta();
    let missing = || Error::NotInitialized { entity: meta.name, property: meta.properties[property].name };
    slot.get().cloned().ok_or_else(missing)
}

/// A node's to-one relation for the user's own struct.
pub fn detach_one<T: Entity>(node: NodeRef<'_>, property: usize) -> Result<Option<Ref<T>>> {
    let meta = node.meta();
    let missing = || Error::NotInitialized { entity: meta.name, property: meta.properties[property].name };
    let Some(target) = node.target(property).ok_or_else(missing)? else { return Ok(None) };
    let key = target.key().ok_or(Error::NotFlushed { entity: target.meta().name })?;
    let mut cells = key.iter().map(Value::as_cell);
    let key = T::Key::read(&mut || cells.next().unwrap_or(Cell::Null)).map_err(|problem| Error::Decode {
        entity: meta.name,
        property: meta.properties[property].name,
        problem,
    })?;
    Ok(Some(Ref::from_key(key)))
}

/// A required to-one relation for the user's own struct.
pub fn detach_required_one<T: Entity>(node: NodeRef<'_>, property: usize) -> Result<Ref<T>> {
    let meta = node.meta();
    detach_one(node, property)?
        .ok_or(Error::Required { entity: meta.name, property: meta.properties[property].name })
}

/// The record behind a node of that record's own entity.
pub fn record<R: Record>(node: NodeRef<'_>) -> &R {
    node.typed::<R>().expect("the derive asks for the record of its own entity").record()
}

/// An owned handle of a view's entity that promises something else: what the setter just made true.
pub fn reshape<V: EntityView, S: Shape>(view: &V) -> Managed<V::Entity, S> {
    Managed::from_node(view.erased()).expect("a view is of its own entity, and borrowed from a living arena")
}

/// A hash of a property's name that fits into a type (FNV-1a, <http://www.isthe.com/chongo/tech/comp/fnv/>).
pub const fn hash_name(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut index = 0;
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u64).wrapping_mul(0x0100_0000_01b3);
        index += 1;
    }
    hash
}
