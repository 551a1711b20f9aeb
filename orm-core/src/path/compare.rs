//! What a property can be compared with: a value, or another property of the same type.

use std::marker::PhantomData;

use crate::entity::{Entity, Managed, Ref};
use crate::hint::{Field, Relation, Shape};
use crate::path::{KeyOperand, Path, Rel, Step, Steps, steps};
use crate::query::{AnySchema, Operand};
use crate::types::{self, Key, Type};
use crate::value::Value;

/// What a property of type `V` can be compared with, in a condition on `E`: a value, another property of the same
/// type, optional or not, or such a property of an outer query ([`Path::outer`]).
#[diagnostic::on_unimplemented(
    message = "a property of type `{V}` cannot be compared with `{Self}`",
    label = "expected `{V}`, or a path to another property of that type"
)]
pub trait Comparand<E, V> {
    /// The relations that a condition goes through which reached `Before` without this.
    type Reach<Before: 'static>: 'static;

    #[doc(hidden)]
    fn into_comparand(self) -> Side;
}

#[doc(hidden)]
pub enum Side {
    Value(Value),
    Other(Operand),
}

/// What [`types::Operand`] takes, one by one: an `impl` for all of it could not stand beside the paths'.
macro_rules! values {
    ($([$($parameter:tt)*] $from:ty => $value:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<E, $($parameter)*> Comparand<E, $value> for $from {
            type Reach<Before: 'static> = Before;

            fn into_comparand(self) -> Side {
                Side::Value(types::Operand::<$value>::into_operand(self).to_value())
            }
        }
    )*};
}

values! {
    [V: Type] V => V;
    [V: Type] &V => V;
    [V: Type] V => Option<V>;
    [] &str => String;
    [] &str => Option<String>;
    [] &[u8] => Vec<u8>;
}

#[diagnostic::do_not_recommend]
impl<E, V, F, Other> Comparand<E, V> for Path<E, Step<F, Other>>
where
    F: Field,
    F::Value: SameType<V>,
    Other: Steps,
{
    type Reach<Before: 'static> = (Before, Other);

    fn into_comparand(self) -> Side {
        Side::Other(Operand::Property(steps::<Step<F, Other>>()))
    }
}

/// A property type whose values compare with those of `V`: the same, optional or not.
#[diagnostic::on_unimplemented(
    message = "a property of type `{V}` cannot be compared with one of type `{Self}`",
    label = "the properties have different types"
)]
pub trait SameType<V> {}
impl<V: Type> SameType<V> for V {}
#[diagnostic::do_not_recommend]
impl<V: Type> SameType<Option<V>> for V {}
#[diagnostic::do_not_recommend]
impl<V: Type> SameType<V> for Option<V> {}

/// What a relation to `T` can be compared with, in a condition on `E`: a key, a reference, a handle, or another relation
/// to a `T`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no key of `{T}`",
    label = "expected a value of the key's type, a `Ref<{T}>`, a handle of one, or a path to another relation to `{T}`"
)]
pub trait TargetComparand<E, T> {
    /// The relations that a condition goes through which reached `Before` without this.
    type Reach<Before: 'static>: 'static;

    #[doc(hidden)]
    fn into_target(self) -> TargetSide;
}

#[doc(hidden)]
pub enum TargetSide {
    Key(Vec<Value>),
    Other(Operand),
}

/// What [`KeyOperand`] takes, one by one.
macro_rules! keys {
    ($([$($parameter:tt)*] $from:ty, $target:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($parameter)*, E> TargetComparand<E, $target> for $from
        where
            $from: KeyOperand<$target>,
        {
            type Reach<Before: 'static> = Before;

            fn into_target(self) -> TargetSide {
                TargetSide::Key(self.into_key())
            }
        }
    )*};
}

keys! {
    [T: Entity<Key = K>, K: Key] K, T;
    ['a, T: Entity<Key = String>] &'a str, T;
    [T: Entity] Ref<T>, T;
    ['a, T: Entity] &'a Ref<T>, T;
    ['a, T: Entity, S: Shape] &'a Managed<T, S>, T;
}

#[diagnostic::do_not_recommend]
impl<E, T: Entity, F, Other> TargetComparand<E, T> for Rel<E, Step<F, Other>>
where
    F: Relation<Target = T>,
    Other: Steps,
{
    type Reach<Before: 'static> = (Before, Other);

    fn into_target(self) -> TargetSide {
        TargetSide::Other(Operand::Property(steps::<Step<F, Other>>()))
    }
}

/// A path of an outer query, seen from a query inside of it.
pub struct Outer<P>(PhantomData<fn() -> P>);

impl<E: Entity, F: Field, Before: Steps> Path<E, Step<F, Before>> {
    /// This property of the query around, to compare properties of an item with:
    ///
    /// ```ignore
    /// em.find::<Author>().filter(|a| a.books.some(|b| b.published.lt(a.born.outer())))
    /// ```
    ///
    /// It is the nearest query around that is about an `E`. A query without one around fails.
    pub fn outer(self) -> Outer<Self> {
        Outer(PhantomData)
    }
}

impl<E: Entity, F: Relation, Before: Steps> Rel<E, Step<F, Before>> {
    /// This relation of the query around; see [`Path::outer`].
    pub fn outer(self) -> Outer<Self> {
        Outer(PhantomData)
    }
}

#[diagnostic::do_not_recommend]
impl<Inner, V, E, F, Other> Comparand<Inner, V> for Outer<Path<E, Step<F, Other>>>
where
    E: Entity,
    F: Field,
    F::Value: SameType<V>,
    Other: Steps,
{
    type Reach<Before: 'static> = Before;

    fn into_comparand(self) -> Side {
        Side::Other(Operand::Outer(AnySchema(E::meta()), steps::<Step<F, Other>>()))
    }
}

#[diagnostic::do_not_recommend]
impl<Inner, T, E, F, Other> TargetComparand<Inner, T> for Outer<Rel<E, Step<F, Other>>>
where
    T: Entity,
    E: Entity,
    F: Relation<Target = T>,
    Other: Steps,
{
    type Reach<Before: 'static> = Before;

    fn into_target(self) -> TargetSide {
        TargetSide::Other(Operand::Outer(AnySchema(E::meta()), steps::<Step<F, Other>>()))
    }
}
