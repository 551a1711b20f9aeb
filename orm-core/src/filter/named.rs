//! Named filters as types, so that a misspelt name or a parameter of the wrong type does not compile.

use std::any::type_name;

use crate::entity::Entity;
use crate::meta::{FilterMeta, GivenParams};
use crate::path::Condition;
use crate::query::{self, FilterArguments};

/// The name of filters, with the parameters that they take: `article::filters::tenant`.
///
/// `#[orm(filter(name = "tenant", …))]` makes one. For filters of the same name on several entities any of theirs will do:
/// they are switched together and share their parameters.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no filter",
    label = "expected the name of a filter, such as `article::filters::not_deleted`",
    note = "filters are written on the entity: `#[orm(filter(name = \"not_deleted\", |a| a.deleted_at.is_null()))]`"
)]
pub trait FilterName: Copy + Send + Sync + 'static {
    /// The parameters: `()`, the one parameter, or a tuple.
    type Params: Clone + Send + Sync + 'static;
    /// The name.
    const NAME: &'static str;
}

/// A named filter of one entity; `#[orm(filter(…))]` implements it.
pub trait Filter: FilterName {
    /// The entity.
    type Entity: Entity;

    /// What must hold of a row.
    fn condition(params: Self::Params) -> Condition<Self::Entity>;
}

/// A filter as metadata; for the derive.
#[doc(hidden)]
pub const fn filter_meta<F: Filter>(is_default: bool, is_strict: bool) -> FilterMeta {
    FilterMeta { name: F::NAME, is_default, is_strict, condition: condition_of::<F> }
}

fn condition_of<F: Filter>(
    params: Option<GivenParams<'_>>,
) -> Result<Option<query::Condition>, FilterArguments> {
    let params = params_of::<F>(F::Entity::meta().name, params)?;
    let condition = F::condition(params).condition;
    Ok((!condition.is_always()).then_some(condition))
}

/// The parameters of the type that a filter takes.
pub(super) fn params_of<N: FilterName>(
    entity: &'static str,
    params: Option<GivenParams<'_>>,
) -> Result<N::Params, FilterArguments> {
    let none: &(dyn std::any::Any + Send + Sync) = &();
    let (value, found) = match params {
        Some(params) => (params.value, Some(params.type_name)),
        None => (none, None),
    };
    let expected = type_name::<N::Params>();
    value.downcast_ref::<N::Params>().cloned().ok_or(FilterArguments {
        entity,
        filter: N::NAME,
        expected,
        found,
    })
}
