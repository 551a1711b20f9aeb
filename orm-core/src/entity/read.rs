//! What the derive's accessors and setters call: the bodies that would repeat for every property.

use std::panic::Location;

use crate::arena::{Link, Node, NodeRef, Record, Slot, State, view};
use crate::entity::adopt::{refuse, resolve};
use crate::entity::relation::set_to_one;
use crate::entity::{Entity, TargetSource};
use crate::error::Error;
use crate::hint::{Atom, Field, Missing, Shape};
use crate::meta::PropertyId;

/// The slot of a scalar property, by its type.
pub(crate) fn field_slot<F: Field>(node: NodeRef<'_>) -> Option<&Slot<F::Value>> {
    node.value_slot(F::INDEX)?.as_any().downcast_ref()
}

#[cold]
fn missing<R: Record>(node: &Node<R>, property: PropertyId) -> Missing {
    Missing::new(node.erase(), property)
}

/// A scalar that the handle's type promises.
#[inline]
#[track_caller]
pub fn read<'a, R: Record, V>(node: &'a Node<R>, slot: &'a Slot<V>, property: PropertyId) -> &'a V {
    match slot.get() {
        Some(value) => value,
        None => missing(node, property).fail(),
    }
}

/// A scalar that the database may still have to generate: the atom says how it reads.
#[inline]
#[track_caller]
pub fn read_generated<'a, A: Atom, R: Record, V: 'static>(
    node: &'a Node<R>,
    slot: &'a Slot<V>,
    property: PropertyId,
) -> A::Read<'a, V> {
    A::read(slot.get(), || missing(node, property))
}

/// The target of a required relation.
#[inline]
#[track_caller]
pub fn read_one<'a, R: Record, T: Entity, S: Shape>(
    node: &'a Node<R>,
    link: &'a Link,
    property: PropertyId,
) -> &'a T::View<S> {
    let target = node.erase().follow(link).flatten().and_then(|target| target.typed::<T::Record>());
    match target {
        Some(target) => view(target),
        None => missing(node, property).fail(),
    }
}

/// The target of an optional relation.
#[inline]
#[track_caller]
pub fn read_optional_one<'a, R: Record, T: Entity, S: Shape>(
    node: &'a Node<R>,
    link: &'a Link,
    property: PropertyId,
) -> Option<&'a T::View<S>> {
    match node.erase().follow(link) {
        Some(target) => target.and_then(|target| target.typed::<T::Record>()).map(view),
        None => missing(node, property).fail(),
    }
}

/// Whether a node may still be written; if not, the next flush says so.
fn may_write<R: Record>(node: &Node<R>) -> bool {
    let node = node.erase();
    let error = match (node.arena().is_retired(), node.state()) {
        (true, _) => Error::Detached { entity: node.meta().name },
        (false, State::Gone) => Error::Removed { entity: node.meta().name },
        (false, State::Managed | State::New | State::Removed) => return true,
    };
    refuse(node.arena(), error);
    false
}

/// Sets a scalar.
#[track_caller]
pub fn set_value<R: Record, V: crate::types::Type>(node: &Node<R>, slot: &Slot<V>, value: V) {
    if may_write(node) {
        slot.set(value, Location::caller());
        node.erase().arena().note_dirty(node.erase());
    }
}

/// Points a to-one relation somewhere.
#[track_caller]
pub fn set_one<R: Record>(node: &Node<R>, property: PropertyId, source: TargetSource) {
    if !may_write(node) {
        return;
    }
    let at = Location::caller();
    let node = node.erase();
    let Some(relation) = node.model().property(property).relation.as_ref() else { return };
    match resolve(node.arena(), relation.target, source, at) {
        Ok(target) => set_to_one(&mut node.arena().pending(), node, property, Some(target), at),
        Err(error) => refuse(node.arena(), error),
    }
}

/// Points an optional to-one relation somewhere or at nothing.
#[track_caller]
pub fn set_optional_one<R: Record>(node: &Node<R>, property: PropertyId, source: Option<TargetSource>) {
    if let Some(source) = source {
        return set_one(node, property, source);
    }
    if may_write(node) {
        let node = node.erase();
        set_to_one(&mut node.arena().pending(), node, property, None, Location::caller());
    }
}
