//! Filters for every entity that has a property.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::filter::named::params_of;
use crate::filter::resolve::{ConditionOf, Declared, MakesCondition};
use crate::filter::{FilterName, Property};
use crate::meta::{EntityModel, PropertyId, Registry};
use crate::path::IntoCondition;
use crate::types::{ColumnKind, Type};

/// A named filter of every entity that has a property of some name and type.
///
/// ```
/// # use orm_core::filter::{FilterName, GlobalFilter, Property};
/// /// Rows of one tenant.
/// #[derive(Clone, Copy)]
/// struct Tenant;
///
/// impl FilterName for Tenant {
///     type Params = i64;
///     const NAME: &'static str = "tenant";
/// }
///
/// let filter = GlobalFilter::new(Tenant, "tenant_id", |id: Property<i64>, tenant| id.eq(tenant)).on_by_default();
/// // Orm::builder().filter(filter) … em.set_filter_params(Tenant, 5)
/// ```
#[derive(Clone)]
pub struct GlobalFilter {
    name: &'static str,
    property: &'static str,
    kind: ColumnKind,
    is_default: bool,
    is_strict: bool,
    /// For the entity of that name and its property.
    make: Arc<dyn Fn(&'static str, PropertyId, bool) -> Arc<MakesCondition> + Send + Sync>,
}

/// Stands for the entity in a condition on every entity that has a property.
pub struct AnyEntity(());

impl GlobalFilter {
    /// A filter of every entity that has the named property: a column of the type `V`, optional or not, or a to-one
    /// relation whose key is one.
    pub fn new<F, V, C>(
        _filter: F,
        property: &'static str,
        condition: impl Fn(Property<V>, F::Params) -> C + Send + Sync + 'static,
    ) -> Self
    where
        F: FilterName,
        V: Type,
        C: IntoCondition<AnyEntity>,
    {
        let condition = Arc::new(condition);
        let make = move |entity, property, is_relation| -> Arc<MakesCondition> {
            let condition = Arc::clone(&condition);
            Arc::new(move |params| {
                let params = params_of::<F>(entity, params)?;
                let property = Property { property, is_relation, marker: PhantomData };
                let condition = condition(property, params).into_condition().condition;
                Ok((!condition.is_always()).then_some(condition))
            })
        };
        Self {
            name: F::NAME,
            property,
            kind: V::KIND,
            is_default: false,
            is_strict: false,
            make: Arc::new(make),
        }
    }

    /// It is on unless it is switched off.
    #[must_use]
    pub fn on_by_default(mut self) -> Self {
        self.is_default = true;
        self
    }

    /// A row that it hides also hides what points at it by an optional relation, instead of reading as none there.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// The filter of each entity that has the property.
    ///
    /// # Errors
    /// [`Error::GlobalFilter`] when no entity has the property, or one has it with another type: such rows would be seen
    /// although the filter is on.
    pub(crate) fn declare(&self, registry: &Registry) -> Result<Vec<Declared>> {
        let refused = |entity| Error::GlobalFilter { filter: self.name, property: self.property, entity };
        let mut declared = Vec::new();
        for entity in registry.entities() {
            let Some(property) = entity.meta.property_index(self.property) else { continue };
            let model = entity.property(property);
            let is_relation = model.relation.is_some();
            if !has_kind(entity, property, self.kind) {
                return Err(refused(Some(entity.meta.name)));
            }
            declared.push(Declared {
                entity: entity.id,
                name: self.name.into(),
                is_default: self.is_default,
                is_strict: self.is_strict,
                condition: ConditionOf::Params((self.make)(entity.meta.name, property, is_relation)),
            });
        }
        if declared.is_empty() { Err(refused(None)) } else { Ok(declared) }
    }
}

fn has_kind(entity: &EntityModel, property: PropertyId, kind: ColumnKind) -> bool {
    matches!(entity.columns_of(property), [column] if column.kind == kind)
}
