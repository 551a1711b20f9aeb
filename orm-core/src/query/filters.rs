//! The named filters that hold for a query: what rows must pass to be seen, entity by entity. Knows no names, parameters
//! or switches: those are decided by then.

use crate::error::{Error, Result};
use crate::meta::{EntityId, PropertyId};
use crate::query::Condition;

/// What rows must pass to be seen, for each entity that has a filter which is on.
///
/// A row is seen when its entity's filters hold, and when all rows are seen that it cannot do without: the targets of its
/// required relations. An optional relation to a row that is not seen reads as none.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// By position, which is the same in every schema.
    entities: Vec<(usize, EntityFilter)>,
}

/// The filters of one entity, as one condition.
#[derive(Debug, Clone)]
pub struct EntityFilter {
    /// What must hold of a row; or why that cannot be said, so that nothing can be asked of the entity.
    pub condition: Result<Condition, FilterArguments>,
    /// Whether a row that is not seen also hides what points at it by an optional relation.
    pub is_strict: bool,
}

/// A filter that is on did not get the arguments that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilterArguments {
    /// The entity.
    pub entity: &'static str,
    /// The filter's name.
    pub filter: &'static str,
    /// The type that it takes.
    pub expected: &'static str,
    /// The type that it got, if it got any.
    pub found: Option<&'static str>,
}

impl Filters {
    /// The filters of these entities.
    pub fn new(filters: impl IntoIterator<Item = (EntityId, EntityFilter)>) -> Self {
        let mut entities: Vec<_> =
            filters.into_iter().map(|(entity, filter)| (entity.position(), filter)).collect();
        entities.sort_by_key(|(position, _)| *position);
        Self { entities }
    }

    /// Whether no entity has a filter.
    pub fn is_empty(&self) -> bool {
        self.entities.is_empty()
    }

    /// The filter of an entity, in whatever schema.
    pub fn of(&self, entity: EntityId) -> Option<&EntityFilter> {
        let position = entity.position();
        let at = self.entities.binary_search_by_key(&position, |(position, _)| *position).ok()?;
        Some(&self.entities[at].1)
    }

    /// All of them, in the order of the entities' positions.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &EntityFilter)> {
        self.entities.iter().map(|(position, filter)| (*position, filter))
    }
}

impl EntityFilter {
    /// The condition.
    ///
    /// # Errors
    /// [`Error::NoFilterArguments`] and [`Error::OtherFilterArguments`] when a filter that is on did not get what it takes.
    pub fn condition(&self) -> Result<&Condition> {
        let FilterArguments { entity, filter, expected, found } = match &self.condition {
            Ok(condition) => return Ok(condition),
            Err(problem) => *problem,
        };
        Err(match found {
            None => Error::NoFilterArguments { entity, filter },
            Some(found) => Error::OtherFilterArguments { entity, filter, expected, found },
        })
    }
}

/// How filters hold for the roots of a select.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RootFilter {
    /// Roots that are not seen are left out.
    #[default]
    Seen,
    /// The same, but this relation hides none of them: it leads to the owner for whom they are asked.
    SeenFrom(PropertyId),
    /// An earlier query has looked: they are seen.
    Known,
}
