//! What can be asked of a collection: whether some, none or all of its items are such.

use crate::entity::Entity;
use crate::hint::{Relation, ToMany};
use crate::path::{Condition, IntoCondition, Paths, Rel, Root, Step, Steps, steps};
use crate::query;

/// What a closure receives to say something of an item.
type ItemPaths<F> = <<F as Relation>::Target as Entity>::Paths<<F as Relation>::Target, Root>;

impl<E, F, Before> Rel<E, Step<F, Before>>
where
    F: Relation,
    Before: Steps,
{
    fn has_item(condition: query::Condition) -> query::Condition {
        let condition = query::Condition::always().and_apart(condition, F::Target::meta());
        query::Condition::HasItem(steps::<Step<F, Before>>(), Box::new(condition))
    }

    /// At least one item of the collection is such.
    ///
    /// ```ignore
    /// em.find::<Author>().filter(|a| a.books.some(|b| b.title.eq("Notes") & b.pages.gt(50)))
    /// ```
    pub fn some<C>(self, condition: impl FnOnce(&'static ItemPaths<F>) -> C) -> Condition<E, Before>
    where
        F: ToMany,
        C: IntoCondition<F::Target>,
    {
        Condition::new(Self::has_item(condition(Paths::PATHS).into_condition().condition))
    }

    /// No item of the collection is such; of an empty collection it holds.
    pub fn none<C>(self, condition: impl FnOnce(&'static ItemPaths<F>) -> C) -> Condition<E, Before>
    where
        F: ToMany,
        C: IntoCondition<F::Target>,
    {
        !self.some(condition)
    }

    /// There is no item of which the opposite holds; of an empty collection it holds.
    ///
    /// Of an item with a null, neither a comparison nor its opposite holds: add `& b.title.is_not_null()` to count it
    /// as another one.
    pub fn every<C>(self, condition: impl FnOnce(&'static ItemPaths<F>) -> C) -> Condition<E, Before>
    where
        F: ToMany,
        C: IntoCondition<F::Target>,
    {
        let opposite = condition(Paths::PATHS).into_condition().condition.negated();
        Condition::new(Self::has_item(opposite).negated())
    }

    /// The collection has an item.
    pub fn some_any(self) -> Condition<E, Before>
    where
        F: ToMany,
    {
        Condition::new(Self::has_item(query::Condition::always()))
    }

    /// The collection has no item.
    pub fn is_empty(self) -> Condition<E, Before>
    where
        F: ToMany,
    {
        !self.some_any()
    }
}
