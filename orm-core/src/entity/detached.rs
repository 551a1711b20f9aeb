//! The user's struct as a value: what its fields hold when no unit of work stands behind it.

use std::marker::PhantomData;

use serde::Serialize;

use crate::arena::NodeRef;
use crate::entity::{Draft, Entity, Managed};
use crate::error::Result;
use crate::hint::{Covers, Shape};
use crate::path::KeyOperand;
use crate::types::Key;
use crate::value::Value;

/// A to-one relation in a struct: the key of its target.
pub struct Ref<T: Entity> {
    key: T::Key,
}

impl<T: Entity> Ref<T> {
    /// A reference to the target of that key. Asks no database.
    pub fn new(key: impl Into<T::Key>) -> Self {
        Self { key: key.into() }
    }

    #[doc(hidden)]
    pub fn from_key(key: T::Key) -> Self {
        Self { key }
    }

    /// The target's key.
    pub fn key(&self) -> &T::Key {
        &self.key
    }
}

impl<T: Entity> Clone for Ref<T> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone() }
    }
}

impl<T: Entity> std::fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}({:?})", T::meta().name, self.key)
    }
}

impl<T: Entity> PartialEq for Ref<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl<T: Entity> Eq for Ref<T> {}

#[diagnostic::do_not_recommend]
impl<T: Entity> KeyOperand<T> for &Ref<T> {
    fn into_key(self) -> Vec<Value> {
        self.key.to_values()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Entity> KeyOperand<T> for Ref<T> {
    fn into_key(self) -> Vec<Value> {
        self.key.to_values()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Entity, S: Shape> KeyOperand<T> for &Managed<T, S>
where
    S: Covers<T::KeyOnly>,
{
    fn into_key(self) -> Vec<Value> {
        self.node().key().unwrap_or_default()
    }
}

/// A to-many relation in a struct. It holds nothing: items belong to a unit of work.
pub struct Collection<T> {
    marker: PhantomData<fn() -> T>,
}

impl<T> Default for Collection<T> {
    fn default() -> Self {
        Self { marker: PhantomData }
    }
}

impl<T> Clone for Collection<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T> std::fmt::Debug for Collection<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Collection")
    }
}

impl<T> PartialEq for Collection<T> {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl<T> Eq for Collection<T> {}

/// Between the user's struct and a unit of work; the derive implements it.
pub trait Detached: Entity {
    /// The struct with a node's values; fails at the first property that is not loaded.
    #[doc(hidden)]
    fn from_node(node: NodeRef<'_>) -> Result<Self>;

    /// The struct's values.
    #[doc(hidden)]
    fn into_draft(self) -> Draft;
}

impl<E: Detached, S: Shape> Managed<E, S> {
    /// A copy of the entity as the user's own struct. Collections stay empty.
    ///
    /// # Errors
    /// [`Error::NotInitialized`](crate::Error::NotInitialized) for the first property that this handle has not loaded;
    /// a whole entity with its lazy properties loaded has all of them.
    pub fn detach(&self) -> Result<E> {
        E::from_node(self.node())
    }
}

/// Serializes as the target's key.
impl<T: Entity> Serialize for Ref<T>
where
    T::Key: Serialize,
{
    fn serialize<Out: serde::Serializer>(&self, serializer: Out) -> Result<Out::Ok, Out::Error> {
        self.key.serialize(serializer)
    }
}
