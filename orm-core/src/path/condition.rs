//! Typed conditions: values over the untyped ones, that remember in their type which relations they reached.

use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Not};

use crate::entity::Entity;
use crate::path::{Paths, Root};
use crate::query;

/// What must hold of an `E`. `Reach` says which relations it goes through; [`Condition::erase`] forgets that, so that
/// conditions can be put together at run time.
#[must_use = "a condition does nothing until it is given to a query"]
pub struct Condition<E, Reach = Root> {
    pub(crate) condition: query::Condition,
    marker: PhantomData<fn() -> (E, Reach)>,
}

impl<E, Reach> Condition<E, Reach> {
    pub(crate) fn new(condition: query::Condition) -> Self {
        Self { condition, marker: PhantomData }
    }

    /// Both hold.
    pub fn and<Other>(self, other: Condition<E, Other>) -> Condition<E, (Reach, Other)> {
        Condition::new(self.condition.and(other.condition))
    }

    /// One of the two holds.
    pub fn or<Other>(self, other: Condition<E, Other>) -> Condition<E, (Reach, Other)> {
        Condition::new(self.condition.or(other.condition))
    }

    /// The same, without knowing in its type which relations it reaches.
    pub fn erase(self) -> Condition<E> {
        Condition::new(self.condition)
    }
}

impl<E: Entity> Condition<E> {
    /// A condition as a value of its own: `Condition::<Book>::when(|b| b.pages.gt(50))`.
    ///
    /// Where it goes through a collection, it is a whole: it speaks of an item of its own, whatever it is put together
    /// with, and its opposite is that there is no such item.
    pub fn when<C: IntoCondition<E>>(condition: impl FnOnce(&'static E::Paths<E, Root>) -> C) -> Self {
        Self::new(condition(Paths::PATHS).into_condition().condition.apart(E::meta()))
    }
}

impl<E> Condition<E> {
    /// What holds of every `E`: the start of a condition that is put together at run time.
    pub fn always() -> Self {
        Self::new(query::Condition::always())
    }

    /// What holds of no `E`.
    pub fn never() -> Self {
        Self::new(query::Condition::never())
    }

    /// All of them hold.
    pub fn all(conditions: impl IntoIterator<Item = Condition<E>>) -> Self {
        Self::new(query::Condition::All(
            conditions.into_iter().map(|condition| condition.condition).collect(),
        ))
    }

    /// One of them holds.
    pub fn any(conditions: impl IntoIterator<Item = Condition<E>>) -> Self {
        Self::new(query::Condition::any(conditions.into_iter().map(|condition| condition.condition)))
    }
}

impl<E, Reach> Clone for Condition<E, Reach> {
    fn clone(&self) -> Self {
        Self::new(self.condition.clone())
    }
}

impl<E, Reach> std::fmt::Debug for Condition<E, Reach> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.condition.fmt(f)
    }
}

impl<E, Reach, Other> BitAnd<Condition<E, Other>> for Condition<E, Reach> {
    type Output = Condition<E, (Reach, Other)>;

    fn bitand(self, other: Condition<E, Other>) -> Self::Output {
        self.and(other)
    }
}

impl<E, Reach, Other> BitOr<Condition<E, Other>> for Condition<E, Reach> {
    type Output = Condition<E, (Reach, Other)>;

    fn bitor(self, other: Condition<E, Other>) -> Self::Output {
        self.or(other)
    }
}

impl<E, Reach> Not for Condition<E, Reach> {
    type Output = Self;

    fn not(self) -> Self {
        Self::new(self.condition.negated())
    }
}

/// What a filter's closure may give: a condition, or none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no condition on `{E}`",
    label = "expected a condition such as `a.title.eq(\"…\")`"
)]
pub trait IntoCondition<E> {
    /// The relations it reaches.
    type Reach: 'static;

    /// The condition.
    fn into_condition(self) -> Condition<E, Self::Reach>;
}

impl<E, Reach: 'static> IntoCondition<E> for Condition<E, Reach> {
    type Reach = Reach;

    fn into_condition(self) -> Self {
        self
    }
}

/// `None` asks for nothing.
#[diagnostic::do_not_recommend]
impl<E, Reach: 'static> IntoCondition<E> for Option<Condition<E, Reach>> {
    type Reach = Reach;

    fn into_condition(self) -> Condition<E, Reach> {
        self.unwrap_or_else(|| Condition::new(query::Condition::always()))
    }
}
