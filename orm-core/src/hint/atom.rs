//! What can be known of one property.

use std::panic::Location;

use crate::arena::{NodeRef, SlotRef};
use crate::entity::Entity;
use crate::hint::Shape;
use crate::hint::describe::{Known, ShapeTree};
use crate::meta::{PropertyId, PropertyModel};

/// Not loaded.
#[derive(Debug, Clone, Copy)]
pub struct No;
/// Loaded.
#[derive(Debug, Clone, Copy)]
pub struct Yes;
/// A to-one relation of which the target's key is known, and no more.
#[derive(Debug, Clone, Copy)]
pub struct Key;
/// A relation of which the targets are loaded, in the shape `S`.
#[derive(Debug, Clone, Copy)]
pub struct With<S>(std::marker::PhantomData<S>);
/// The database will generate it; unknown until the flush.
#[derive(Debug, Clone, Copy)]
pub struct Later;
/// Not given yet, while an entity is being built.
#[derive(Debug, Clone, Copy)]
pub struct Unset;

/// What is known of one property: [`No`], [`Yes`], [`Key`], [`With`], [`Later`], or [`Unset`] in a builder.
pub trait Atom: Send + Sync + 'static {
    /// The shape of a relation's target.
    type Sub<E: Entity>: Shape;
    /// What is left when only named fields are kept.
    type Bare: Atom;
    /// This, or `D` where nothing was given.
    type Or<D: Atom>: Atom;
    /// This, or `P` where the relation was not populated.
    type OrPopulated<P: Atom>: Atom;
    /// The same after a flush.
    type Flushed: Atom;
    /// How a scalar reads.
    type Read<'a, V: 'static>;

    /// The same at run time.
    fn known() -> Known;

    /// Reads a scalar's slot.
    fn read<'a, V>(value: Option<&'a V>, missing: impl FnOnce() -> Missing) -> Self::Read<'a, V>;
}

/// What to say when a value is missing that the type promised.
pub struct Missing {
    entity: &'static str,
    property: &'static str,
    key: String,
    assigned_at: Option<&'static Location<'static>>,
}

impl Missing {
    pub(crate) fn new(node: NodeRef<'_>, property: PropertyId) -> Self {
        let meta = node.meta();
        let assigned_at = relations_to(node).next();
        Self {
            entity: meta.name,
            property: meta.properties[property].name,
            key: node.key_text(),
            assigned_at,
        }
    }

    /// The one hole that aliasing leaves: another handle of a weaker type changed what this one promises.
    #[cold]
    #[track_caller]
    pub(crate) fn fail(self) -> ! {
        let Self { entity, property, key, assigned_at } = self;
        let place = assigned_at.map(|at| format!(" at {at}")).unwrap_or_default();
        panic!(
            "{entity}.{property} of {entity} {key} is not loaded although this handle's type says so: another handle \
             of the same row assigned something less loaded{place}; load it with `em.populate`, or use the handle that \
             the `with_…` setter gave back"
        )
    }
}

/// Where users pointed relations at this node.
fn relations_to(node: NodeRef<'_>) -> impl Iterator<Item = &'static Location<'static>> {
    let arena = node.arena();
    let registry = arena.registry();
    let entities = arena.lock().entities();
    let sources = entities.into_iter().flat_map(move |entity| {
        let model = registry.entity(entity);
        let towards = move |(_, property): &(usize, &PropertyModel)| {
            property.relation.as_ref().is_some_and(|relation| relation.target == node.entity())
        };
        model.properties.iter().enumerate().filter(towards).map(|(index, _)| (model.id, index))
    });
    sources.flat_map(move |(entity, property)| {
        arena.lock().findable(entity).into_iter().filter_map(move |source| match source.slot(property) {
            SlotRef::ToOne(link) if source.target(property) == Some(Some(node)) => link.assigned_at(),
            SlotRef::ToOne(_) | SlotRef::Value(_) | SlotRef::ToMany(_) => None,
        })
    })
}

macro_rules! plain_atoms {
    ($($atom:ident, bare $bare:ty, populated $populated:ty, flushed $flushed:ty, known $known:expr;)*) => {$(
        impl Atom for $atom {
            type Sub<E: Entity> = E::KeyOnly;
            type Bare = $bare;
            type Or<D: Atom> = Self;
            type OrPopulated<P: Atom> = $populated;
            type Flushed = $flushed;
            type Read<'a, V: 'static> = &'a V;

            fn known() -> Known {
                $known
            }

            #[inline]
            #[track_caller]
            fn read<V>(value: Option<&V>, missing: impl FnOnce() -> Missing) -> &V {
                match value {
                    Some(value) => value,
                    None => missing().fail(),
                }
            }
        }
    )*};
}

plain_atoms! {
    No, bare No, populated P, flushed No, known Known::No;
    Yes, bare No, populated Yes, flushed Yes, known Known::Yes;
    Key, bare No, populated P, flushed Key, known Known::Key;
}

impl<S: Shape> Atom for With<S> {
    type Sub<E: Entity> = S;
    type Bare = With<S>;
    type Or<D: Atom> = Self;
    type OrPopulated<P: Atom> = Self;
    type Flushed = With<S::Flushed>;
    type Read<'a, V: 'static> = &'a V;

    fn known() -> Known {
        Known::With(ShapeTree(S::known()))
    }

    #[track_caller]
    fn read<V>(value: Option<&V>, missing: impl FnOnce() -> Missing) -> &V {
        match value {
            Some(value) => value,
            None => missing().fail(),
        }
    }
}

impl Atom for Later {
    type Sub<E: Entity> = E::KeyOnly;
    type Bare = Later;
    type Or<D: Atom> = Self;
    type OrPopulated<P: Atom> = Self;
    type Flushed = Yes;
    type Read<'a, V: 'static> = Option<&'a V>;

    fn known() -> Known {
        Known::Later
    }

    fn read<V>(value: Option<&V>, _missing: impl FnOnce() -> Missing) -> Option<&V> {
        value
    }
}

impl Atom for Unset {
    type Sub<E: Entity> = E::KeyOnly;
    type Bare = No;
    type Or<D: Atom> = D;
    type OrPopulated<P: Atom> = P;
    type Flushed = No;
    type Read<'a, V: 'static> = Option<&'a V>;

    fn known() -> Known {
        Known::No
    }

    fn read<V>(value: Option<&V>, _missing: impl FnOnce() -> Missing) -> Option<&V> {
        value
    }
}

/// An atom under which the property can be read.
#[diagnostic::on_unimplemented(message = "`{Self}` is not loaded")]
pub trait Loaded: Atom {}
impl Loaded for Yes {}
impl Loaded for Key {}
impl Loaded for Later {}
impl<S: Shape> Loaded for With<S> {}

/// An atom that gives a builder's required property.
pub trait Given: Atom {}
impl Given for Yes {}
impl Given for Key {}
impl<S: Shape> Given for With<S> {}

/// `Self` promises at least what `Other` promises, position by position.
#[diagnostic::on_unimplemented(
    message = "this entity has less loaded than the handle promises of it",
    label = "`{Self}` does not cover `{Other}`",
    note = "load more of it, or use the `with_…` form of the setter, which gives back a handle that knows less"
)]
pub trait Covers<Other> {}
#[diagnostic::do_not_recommend]
impl<A: Atom> Covers<No> for A {}
#[diagnostic::do_not_recommend]
impl<A: Atom> Covers<Later> for A {}
#[diagnostic::do_not_recommend]
impl Covers<Yes> for Yes {}
#[diagnostic::do_not_recommend]
impl Covers<Key> for Key {}
#[diagnostic::do_not_recommend]
impl<S: Shape> Covers<Key> for With<S> where S: KeyKnown {}
#[diagnostic::do_not_recommend]
impl<S: Shape + Covers<Z>, Z: Shape> Covers<With<Z>> for With<S> {}

/// A shape whose key is known: not one of an entity that waits for its first flush.
#[diagnostic::on_unimplemented(
    message = "this entity has no key before the flush",
    label = "its key is generated by the database",
    note = "flush first, or use the `with_…` form of the setter, which gives back a handle that knows"
)]
pub trait KeyKnown {}
