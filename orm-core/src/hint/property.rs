//! Properties as types, and what a shape says of one of them.

use crate::entity::Entity;
use crate::hint::atom::{Atom, Given, Loaded};
use crate::hint::describe::Known;

/// A property as a type: `article::title`.
pub trait Field: 'static {
    /// The entity that has it.
    type Entity: Entity;
    /// Its Rust type; for a relation, the target's key.
    type Value: 'static;
    /// What naming it in `fields` loads.
    type Selected: Atom;
    /// What naming it in `populate` loads.
    type Populated: Atom;
    /// Its name.
    const NAME: &'static str;
    /// Its position in the entity.
    const INDEX: usize;
}

/// A property that is a relation.
#[diagnostic::on_unimplemented(message = "`{Self}` is no relation", label = "only relations can be followed")]
pub trait Relation: Field {
    /// The other entity.
    type Target: Entity;
}

/// A relation that is a collection.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no collection: it leads to one entity",
    label = "only a collection has items to ask for",
    note = "ask that entity itself, such as `a.author.name.eq(…)`, or whether there is one: `is_null()`, `is_not_null()`"
)]
pub trait ToMany: Relation {}

/// What is known of each property of an entity, as a type.
pub trait Shape: Send + Sync + 'static {
    /// The entity.
    type Entity: Entity;
    /// The same without anything but keys and what is populated.
    type Bare: Shape<Entity = Self::Entity>;
    /// The same with every relation populated.
    type Populated: Shape<Entity = Self::Entity>;
    /// The same after a flush: what the database generates is known.
    type Flushed: Shape<Entity = Self::Entity>;
    /// For a builder's shape: what the new entity knows of itself.
    type Built: Shape<Entity = Self::Entity>;

    /// The same as data.
    fn known() -> Vec<Known>;
}

/// A shape at one position: reads it, and puts another atom in its place.
pub trait Prop<F>: Shape {
    /// What is known of the property.
    type Atom: Atom;
    /// The shape with `A` known of the property.
    type Put<A: Atom>: Shape<Entity = Self::Entity>;
}

/// The atom of a property in a shape.
pub type AtomOf<S, F> = <S as Prop<F>>::Atom;

/// The shape of a relation's target in a shape.
pub type SubOf<S, F> = <AtomOf<S, F> as Atom>::Sub<<F as Relation>::Target>;

/// The property can be read under this shape.
#[diagnostic::on_unimplemented(
    message = "`{F}` is not loaded by this query",
    label = "not loaded",
    note = "name it in `.fields(…)` or `.populate(…)`, do not `.exclude(…)` it, or load it now with `em.populate(&handle, …)`"
)]
pub trait Has<F>: Prop<F> {}

#[diagnostic::do_not_recommend]
impl<S, F> Has<F> for S
where
    S: Prop<F>,
    S::Atom: Loaded,
{
}

/// A builder was given this property.
#[diagnostic::on_unimplemented(
    message = "`{F}` is required to create this entity",
    label = "a required property is missing",
    note = "call the builder's method of that name before `build()`"
)]
pub trait Gives<F>: Prop<F> {}

#[diagnostic::do_not_recommend]
impl<S, F> Gives<F> for S
where
    S: Prop<F>,
    S::Atom: Given,
{
}

/// A property that may be left out when an entity is created: it has a default, is optional, or is generated.
pub trait Opt: Field {}

/// A property that never appears in a DTO or JSON.
pub trait Hidden: Field {}

/// A property that a DTO shows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is hidden: it is no part of a DTO",
    label = "hidden property",
    note = "read it from the entity, or take `#[orm(hidden)]` off the property"
)]
pub trait Visible: Field {}

/// Finds a property's type by the hash of its name: for the macros `fields!` and `populate!`.
#[diagnostic::on_unimplemented(message = "`{Self}` has no property of this name", label = "no such property")]
pub trait Named<const HASH: u64>: Entity {
    /// The property.
    type Field: Field<Entity = Self>;
}
