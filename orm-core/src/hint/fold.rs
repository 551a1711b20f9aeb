//! How hints change a shape: paths say where, operations say what.

use crate::entity::Entity;
use crate::hint::atom::{Atom, Key, Later, No, Unset, With, Yes};
use crate::hint::property::{AtomOf, Field, Prop, Relation, Shape};
use crate::path::{Path, Rel, Root, Step};

/// What a hint does: `fields`, `populate`, `exclude`.
pub trait Mode: 'static {
    /// What a relation on the way starts with when it was not populated.
    type Start<E: Entity>: Shape<Entity = E>;
    /// What a relation on the way becomes, having been `A` and not populated.
    type Wrap<A: Atom, N: Shape>: Atom;
    /// What the named property becomes, having been `A`.
    type Leaf<F: Field, A: Atom>: Atom;
}

/// Loads exactly what is named.
pub struct Select;
/// Loads the relation with all of its target's properties, or the lazy scalar.
pub struct Populate;
/// Leaves the property out.
pub struct Exclude;

impl Mode for Select {
    type Start<E: Entity> = E::KeyOnly;
    type Wrap<A: Atom, N: Shape> = With<N>;
    type Leaf<F: Field, A: Atom> = <A as Atom>::OrPopulated<F::Selected>;
}

impl Mode for Populate {
    type Start<E: Entity> = E::Whole;
    type Wrap<A: Atom, N: Shape> = With<N>;
    type Leaf<F: Field, A: Atom> = <A as Atom>::OrPopulated<F::Populated>;
}

impl Mode for Exclude {
    type Start<E: Entity> = E::Whole;
    type Wrap<A: Atom, N: Shape> = A;
    type Leaf<F: Field, A: Atom> = No;
}

/// An atom on the way to a deeper property.
pub trait Descend<M, E> {
    /// The shape to go on with.
    type Sub: Shape;
    /// What the atom becomes when the shape below became `N`.
    type Wrap<N: Shape>: Atom;
}

#[diagnostic::do_not_recommend]
impl<M, E, S: Shape> Descend<M, E> for With<S> {
    type Sub = S;
    type Wrap<N: Shape> = With<N>;
}

macro_rules! descend_from {
    ($($atom:ident)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<M: Mode, E: Entity> Descend<M, E> for $atom {
            type Sub = M::Start<E>;
            type Wrap<N: Shape> = M::Wrap<$atom, N>;
        }
    )*};
}

descend_from!(No Yes Key Later Unset);

/// Where a path of relations leads in a shape.
pub trait Locate<S, M> {
    /// The shape there.
    type Sub: Shape;
    /// The whole shape with `N` there.
    type Replace<N: Shape>: Shape;
}

#[diagnostic::do_not_recommend]
impl<S: Shape, M> Locate<S, M> for Root {
    type Sub = S;
    type Replace<N: Shape> = N;
}

#[diagnostic::do_not_recommend]
impl<S, M, F, Before> Locate<S, M> for Step<F, Before>
where
    M: Mode,
    F: Relation,
    Before: Locate<S, M>,
    Before::Sub: Prop<F>,
    AtomOf<Before::Sub, F>: Descend<M, F::Target>,
{
    type Sub = <AtomOf<Before::Sub, F> as Descend<M, F::Target>>::Sub;
    type Replace<N: Shape> = <Before as Locate<S, M>>::Replace<
        <Before::Sub as Prop<F>>::Put<<AtomOf<Before::Sub, F> as Descend<M, F::Target>>::Wrap<N>>,
    >;
}

/// A hint: a path, or a tuple of hints. Turns a shape into another.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no hint",
    label = "expected a path such as `a.title`, or a tuple of paths",
    note = "write `.fields(|a| (a.title, a.author.email))`"
)]
pub trait Hint<S, M> {
    /// The shape that the hint makes of `S`.
    type Out: Shape;
}

/// The shape that hints make of another.
pub type Fold<S, M, H> = <H as Hint<S, M>>::Out;

/// The shape of a query with `fields`: what is named, and what was populated.
pub type Fields<S, H> = <H as Hint<<S as Shape>::Bare, Select>>::Out;

impl<S, M, E, F, Before> Hint<S, M> for Path<E, Step<F, Before>>
where
    M: Mode,
    F: Field,
    Before: Locate<S, M>,
    Before::Sub: Prop<F>,
{
    type Out = Before::Replace<<Before::Sub as Prop<F>>::Put<M::Leaf<F, AtomOf<Before::Sub, F>>>>;
}

impl<S, M, E, F, Before> Hint<S, M> for Rel<E, Step<F, Before>>
where
    M: Mode,
    F: Relation,
    Before: Locate<S, M>,
    Before::Sub: Prop<F>,
{
    type Out = Before::Replace<<Before::Sub as Prop<F>>::Put<M::Leaf<F, AtomOf<Before::Sub, F>>>>;
}

/// No hint at all.
impl<S: Shape, M> Hint<S, M> for () {
    type Out = S;
}

macro_rules! hint_tuples {
    ($first:ident $($name:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<S, M, $first, $($name),*> Hint<S, M> for ($first, $($name,)*)
        where
            $first: Hint<S, M>,
            ($($name,)*): Hint<$first::Out, M>,
        {
            type Out = <($($name,)*) as Hint<$first::Out, M>>::Out;
        }
        hint_tuples!($($name)*);
    };
    () => {};
}

hint_tuples!(H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12 H13 H14 H15 H16 H17 H18 H19 H20 H21 H22 H23 H24);

/// Populates the relations that a condition reached.
pub trait Infer<S> {
    /// The shape with them populated.
    type Out: Shape;
}

/// The shape with a condition's relations populated.
pub type Inferred<S, Reach> = <Reach as Infer<S>>::Out;

#[diagnostic::do_not_recommend]
impl<S: Shape> Infer<S> for Root {
    type Out = S;
}

#[diagnostic::do_not_recommend]
impl<S, F, Before> Infer<S> for Step<F, Before>
where
    Step<F, Before>: Locate<S, Populate>,
{
    type Out =
        <Step<F, Before> as Locate<S, Populate>>::Replace<<Step<F, Before> as Locate<S, Populate>>::Sub>;
}

#[diagnostic::do_not_recommend]
impl<S, A: Infer<S>, B: Infer<A::Out>> Infer<S> for (A, B) {
    type Out = B::Out;
}
