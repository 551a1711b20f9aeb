//! Writes past the unit of work: one statement, by condition. No entity that is loaded takes notice.

use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::arena::Arena;
use crate::driver::BoxFuture;
use crate::em::EntityManager;
use crate::entity::{Create, Draft, DraftValue, Entity, TargetSource};
use crate::error::{Error, Result};
use crate::filter::FilterSwitches;
use crate::hint::{Field, Relation};
use crate::meta::{ColumnId, EntityId, PropertyId};
use crate::path::{Condition, IntoCondition, KeyOperand, Path, Paths, Rel, Root, Step};
use crate::query::{self, Insert, NativeDelete, NativeUpdate, Write};
use crate::types::{Key, Operand, Type};
use crate::uow;
use crate::value::{Cell, Value};

/// An update that is being built; `.await` runs it and gives the number of rows.
#[must_use = "an update does nothing until it is awaited"]
pub struct NativeUpdateQuery<'em, E> {
    em: &'em EntityManager,
    set: Vec<(PropertyId, Vec<Value>)>,
    condition: query::Condition,
    schema: Option<Arc<str>>,
    filters: FilterSwitches,
    marker: PhantomData<fn() -> E>,
}

/// A delete that is being built; `.await` runs it and gives the number of rows.
#[must_use = "a delete does nothing until it is awaited"]
pub struct NativeDeleteQuery<'em, E> {
    em: &'em EntityManager,
    condition: query::Condition,
    schema: Option<Arc<str>>,
    filters: FilterSwitches,
    marker: PhantomData<fn() -> E>,
}

impl EntityManager {
    /// Inserts at once, past the unit of work; gives the new row's key.
    ///
    /// # Errors
    /// [`Error::Required`] for what is missing, and what the database refuses.
    pub async fn native_insert<C: Create>(&self, new: C) -> Result<<C::Entity as Entity>::Key> {
        let draft = new.into_draft();
        let registry = self.session.registry();
        let id = self.session.entity_of(draft.meta, draft.schema.as_ref())?;
        let entity = Arc::clone(registry.entity(id));
        let mut columns = Vec::new();
        let mut row = Vec::new();
        for (property, value) in columns_of(&entity, draft)? {
            columns.extend(entity.property(property).columns.clone());
            row.extend(value);
        }
        let returning = entity.key_columns.clone();
        let insert = Insert { entity, columns, rows: vec![row], returning };
        let mut lease = self.session.lease().await?;
        let written = lease.connection()?.write(Write::Insert(insert)).await?;
        let key = written.returned.first().map(Vec::as_slice).unwrap_or_default();
        let mut cells = key.iter().map(Value::as_cell);
        let meta = C::Entity::meta();
        Key::read(&mut || cells.next().unwrap_or(Cell::Null)).map_err(|problem| Error::Decode {
            entity: meta.name,
            property: meta.primary_key.first().map_or("", |key| meta.properties[*key].name),
            problem,
        })
    }

    /// Updates all rows of which a condition holds. Without a condition: all rows.
    pub fn native_update<E: Entity>(&self) -> NativeUpdateQuery<'_, E> {
        NativeUpdateQuery {
            em: self,
            set: Vec::new(),
            condition: query::Condition::always(),
            schema: None,
            filters: FilterSwitches::default(),
            marker: PhantomData,
        }
    }

    /// Deletes all rows of which a condition holds. Without a condition: all rows.
    pub fn native_delete<E: Entity>(&self) -> NativeDeleteQuery<'_, E> {
        NativeDeleteQuery {
            em: self,
            condition: query::Condition::always(),
            schema: None,
            filters: FilterSwitches::default(),
            marker: PhantomData,
        }
    }
}

impl EntityManager {
    /// The condition on rows that the entity's filters do not hide.
    async fn seen(
        &self,
        entity: EntityId,
        condition: query::Condition,
        switches: &FilterSwitches,
    ) -> Result<query::Condition> {
        let filters = self.session.filters_for(switches).await?;
        match filters.as_ref().and_then(|filters| filters.of(entity)) {
            Some(filter) => Ok(filter.condition()?.clone().and(condition)),
            None => Ok(condition),
        }
    }
}

/// Columns and values of a draft whose relations all have keys.
fn columns_of(entity: &crate::meta::EntityModel, draft: Draft) -> Result<Vec<(PropertyId, Vec<Value>)>> {
    let mut columns = Vec::new();
    for (index, value) in draft.values.into_iter().enumerate() {
        let property = entity.property(index);
        let missing = || Error::NotPersisted {
            entity: entity.meta.name,
            property: property.meta.name,
            target: property.meta.as_relation().map_or("", |relation| (relation.target)().name),
        };
        match value {
            Some(DraftValue::Scalar(value)) => columns.push((index, vec![value])),
            Some(DraftValue::Target(None)) => {
                columns.push((index, vec![Value::Null; property.columns.len()]))
            }
            Some(DraftValue::Target(Some(TargetSource::Key(key)))) => columns.push((index, key)),
            Some(DraftValue::Target(Some(TargetSource::Node(arena, node)))) => {
                columns.push((index, Arena::node(&arena, node).key().ok_or_else(missing)?));
            }
            Some(DraftValue::Target(Some(TargetSource::Draft(_)))) => return Err(missing()),
            Some(DraftValue::Items(items)) if items.is_empty() => {}
            Some(DraftValue::Items(_)) => return Err(missing()),
            None if property.meta.version => {
                let kind = entity.columns[property.columns.start].kind;
                columns.push((index, vec![uow::first_version(kind).unwrap_or(Value::Int(1))]));
            }
            None => {}
        }
    }
    columns.retain(|(index, _)| !entity.property(*index).columns.is_empty());
    Ok(columns)
}

impl<E: Entity> NativeUpdateQuery<'_, E> {
    /// Sets a property.
    pub fn set<F, V>(
        mut self,
        _property: impl FnOnce(&'static E::Paths<E, Root>) -> Path<E, Step<F, Root>>,
        value: V,
    ) -> Self
    where
        F: Field<Entity = E>,
        F::Value: Type,
        V: Operand<F::Value>,
    {
        self.set.push((F::INDEX, vec![value.into_operand().to_value()]));
        self
    }

    /// Points a relation somewhere.
    pub fn set_relation<F>(
        mut self,
        _relation: impl FnOnce(&'static E::Paths<E, Root>) -> Rel<E, Step<F, Root>>,
        target: impl KeyOperand<F::Target>,
    ) -> Self
    where
        F: Relation<Entity = E>,
    {
        self.set.push((F::INDEX, target.into_key()));
        self
    }

    /// Switches named filters on or off; rows that they hide are not updated.
    pub fn filters(mut self, switch: impl FnOnce(FilterSwitches) -> FilterSwitches) -> Self {
        self.filters = switch(self.filters);
        self
    }

    /// Updates rows in that schema instead of the entity manager's.
    pub fn schema(mut self, schema: impl Into<Arc<str>>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// Updates only rows of which this holds.
    pub fn filter<C: IntoCondition<E>>(
        mut self,
        condition: impl FnOnce(&'static E::Paths<E, Root>) -> C,
    ) -> Self {
        let condition = condition(Paths::PATHS).into_condition();
        self.condition = self.condition.and_apart(condition.condition, E::meta());
        self
    }

    /// Updates only rows of which a condition holds that was put together elsewhere.
    pub fn matching<Through>(mut self, condition: Condition<E, Through>) -> Self {
        self.condition = self.condition.and_apart(condition.condition, E::meta());
        self
    }
}

impl<E: Entity> NativeDeleteQuery<'_, E> {
    /// Switches named filters on or off; rows that they hide are not deleted.
    pub fn filters(mut self, switch: impl FnOnce(FilterSwitches) -> FilterSwitches) -> Self {
        self.filters = switch(self.filters);
        self
    }

    /// Deletes rows in that schema instead of the entity manager's.
    pub fn schema(mut self, schema: impl Into<Arc<str>>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// Deletes only rows of which this holds.
    pub fn filter<C: IntoCondition<E>>(
        mut self,
        condition: impl FnOnce(&'static E::Paths<E, Root>) -> C,
    ) -> Self {
        let condition = condition(Paths::PATHS).into_condition();
        self.condition = self.condition.and_apart(condition.condition, E::meta());
        self
    }

    /// Deletes only rows of which a condition holds that was put together elsewhere.
    pub fn matching<Through>(mut self, condition: Condition<E, Through>) -> Self {
        self.condition = self.condition.and_apart(condition.condition, E::meta());
        self
    }
}

impl<'em, E: Entity> IntoFuture for NativeUpdateQuery<'em, E> {
    type Output = Result<u64>;
    type IntoFuture = BoxFuture<'em, Result<u64>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let registry = self.em.session.registry();
            let id = self.em.session.entity_of(E::meta(), self.schema.as_ref())?;
            let entity = Arc::clone(registry.entity(id));
            let set: Vec<(ColumnId, Value)> = self
                .set
                .into_iter()
                .flat_map(|(property, values)| entity.property(property).columns.clone().zip(values))
                .collect();
            if set.is_empty() {
                return Ok(0);
            }
            self.em.flush_before(&[entity.id]).await?;
            let condition = self.em.seen(id, self.condition, &self.filters).await?;
            let update = NativeUpdate { entity, set, condition };
            let mut lease = self.em.session.lease().await?;
            Ok(lease.connection()?.write(Write::NativeUpdate(update)).await?.affected)
        })
    }
}

impl<'em, E: Entity> IntoFuture for NativeDeleteQuery<'em, E> {
    type Output = Result<u64>;
    type IntoFuture = BoxFuture<'em, Result<u64>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let registry = self.em.session.registry();
            let id = self.em.session.entity_of(E::meta(), self.schema.as_ref())?;
            let entity = Arc::clone(registry.entity(id));
            self.em.flush_before(&[entity.id]).await?;
            let condition = self.em.seen(id, self.condition, &self.filters).await?;
            let delete = NativeDelete { entity, condition };
            let mut lease = self.em.session.lease().await?;
            Ok(lease.connection()?.write(Write::NativeDelete(delete)).await?.affected)
        })
    }
}
