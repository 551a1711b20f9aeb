//! From filters that are declared, and switches, to the conditions that hold for one query.

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::Result;
use crate::filter::{FilterSwitches, Given, GlobalFilter};
use crate::meta::{EntityId, FilterMeta, GivenParams, Registry};
use crate::query::{Condition, EntityFilter, FilterArguments, Filters};

/// A filter of one entity.
#[derive(Clone)]
pub(crate) struct Declared {
    pub(crate) entity: EntityId,
    pub(crate) name: Cow<'static, str>,
    pub(crate) is_default: bool,
    pub(crate) is_strict: bool,
    pub(crate) condition: ConditionOf,
}

/// What makes a filter's condition of its parameters.
#[derive(Clone)]
pub(crate) enum ConditionOf {
    /// The derive's.
    Meta(FilterMeta),
    /// Made of the parameters at run time.
    Params(Arc<MakesCondition>),
    /// The same for all.
    Fixed(Condition),
}

pub(super) type MakesCondition =
    dyn Fn(Option<GivenParams<'_>>) -> Result<Option<Condition>, FilterArguments> + Send + Sync;

impl ConditionOf {
    fn get(&self, params: Option<GivenParams<'_>>) -> Result<Option<Condition>, FilterArguments> {
        match self {
            ConditionOf::Meta(meta) => (meta.condition)(params),
            ConditionOf::Params(make) => make(params),
            ConditionOf::Fixed(condition) => Ok(Some(condition.clone())),
        }
    }
}

/// The filters of all entities, as the `Orm` knows them.
#[derive(Default)]
pub(crate) struct DeclaredFilters {
    pub(crate) global: Vec<Declared>,
    pub(crate) own: Vec<Declared>,
}

impl DeclaredFilters {
    pub(crate) fn is_empty(&self) -> bool {
        self.global.is_empty() && self.own.is_empty()
    }
}

/// The filters of all entities.
///
/// # Errors
/// [`GlobalFilter`](crate::Error::GlobalFilter) when a global filter fits no entity, or one only by name.
pub(crate) fn declare(registry: &Registry, global: &[GlobalFilter]) -> Result<DeclaredFilters> {
    let mut declared = DeclaredFilters::default();
    for filter in global {
        declared.global.extend(filter.declare(registry)?);
    }
    for entity in registry.entities() {
        declared.own.extend(entity.meta.filters.iter().map(|meta| Declared {
            entity: entity.id,
            name: meta.name.into(),
            is_default: meta.is_default,
            is_strict: meta.is_strict,
            condition: ConditionOf::Meta(*meta),
        }));
    }
    Ok(declared)
}

/// The filters that are on, with their parameters; of one name and entity the first. What `query` says goes before what
/// `manager` says.
pub(crate) async fn resolve(
    declared: impl Iterator<Item = &Declared>,
    manager: &FilterSwitches,
    query: &FilterSwitches,
) -> Result<Filters> {
    let mut seen: Vec<(EntityId, &str)> = Vec::new();
    let mut params: Vec<(&str, Option<Given>)> = Vec::new();
    let mut filters: Vec<(EntityId, EntityFilter)> = Vec::new();
    for filter in declared {
        let name = &*filter.name;
        if seen.contains(&(filter.entity, name)) {
            continue;
        }
        seen.push((filter.entity, name));
        if !query.is_on(name).or_else(|| manager.is_on(name)).unwrap_or(filter.is_default) {
            continue;
        }
        if !params.iter().any(|(other, _)| *other == name) {
            let given = match query.params(name).or_else(|| manager.params(name)) {
                Some(params) => Some(params.get().await?),
                None => None,
            };
            params.push((name, given));
        }
        let given = params.iter().find(|(other, _)| *other == name).and_then(|(_, given)| given.as_ref());
        let condition = match filter.condition.get(given.map(Given::get)) {
            Ok(None) => continue,
            Ok(Some(condition)) => Ok(condition),
            Err(problem) => Err(problem),
        };
        let is_strict = filter.is_strict;
        match filters.iter_mut().find(|(entity, _)| *entity == filter.entity) {
            Some((_, all)) => {
                all.condition =
                    match (std::mem::replace(&mut all.condition, Ok(Condition::always())), condition) {
                        (Ok(first), Ok(second)) => Ok(Condition::All(vec![first, second])),
                        (Err(problem), _) | (_, Err(problem)) => Err(problem),
                    };
                all.is_strict |= is_strict;
            }
            None => filters.push((filter.entity, EntityFilter { condition, is_strict })),
        }
    }
    Ok(Filters::new(filters))
}
