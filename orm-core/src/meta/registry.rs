//! The entities of one `Orm`, named and linked: tables, columns, targets, inverse sides, pivot tables.

use std::any::TypeId;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::error::{Error, Result};
use crate::meta::schemas::Schemas;
use crate::meta::{EntityMeta, PropertyKind, PropertyMeta, RelationKind, RelationMeta};
use crate::naming::NamingStrategy;
use crate::types::ColumnKind;

/// An entity of a registry: its position, and the schema if one was chosen at run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityId(pub u32);

/// Position of a property in its entity.
pub type PropertyId = usize;

/// Position of a column in its entity's table.
pub type ColumnId = usize;

/// An entity of this registry, with its table.
#[derive(Debug, Clone)]
pub struct EntityModel {
    /// Its position in the registry.
    pub id: EntityId,
    /// What the derive knows.
    pub meta: &'static EntityMeta,
    /// The table.
    pub table: String,
    /// The schema, if any; [`WILDCARD`](crate::meta::WILDCARD) while one has to be chosen.
    pub schema: Option<String>,
    /// The properties, in the struct's order.
    pub properties: Vec<PropertyModel>,
    /// All columns, property by property.
    pub columns: Vec<ColumnModel>,
    /// Properties of the primary key.
    pub key: Vec<PropertyId>,
    /// Columns of the primary key.
    pub key_columns: Vec<ColumnId>,
    /// The property that counts versions.
    pub version: Option<PropertyId>,
}

/// A property with its columns and its relation.
#[derive(Debug, Clone)]
pub struct PropertyModel {
    /// What the derive knows.
    pub meta: &'static PropertyMeta,
    /// Its name in a database that keeps it as one field, whatever it is.
    pub field: String,
    /// Its columns: one for a scalar, one for each part of the target's key for an owning to-one relation, else none.
    pub columns: Range<ColumnId>,
    /// Its relation.
    pub relation: Option<RelationModel>,
}

/// A column.
#[derive(Debug, Clone)]
pub struct ColumnModel {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Its type in the database's own words, if written by hand; for a foreign key, that of the key it points at.
    pub type_by_hand: Option<&'static str>,
    /// Whether it may be null.
    pub nullable: bool,
    /// The property it belongs to.
    pub property: PropertyId,
}

impl ColumnModel {
    /// What is known of its type.
    pub fn column_type(&self) -> ColumnType {
        ColumnType { kind: self.kind, by_hand: self.type_by_hand }
    }
}

/// What is known of a column's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnType {
    /// What it holds.
    pub kind: ColumnKind,
    /// The type in the database's own words, if written by hand.
    pub by_hand: Option<&'static str>,
}

/// A relation with both of its ends known.
#[derive(Debug, Clone)]
pub struct RelationModel {
    /// How the two are related.
    pub kind: RelationKind,
    /// The other entity.
    pub target: EntityId,
    /// The property on the other side; always there for inverse sides.
    pub inverse: Option<PropertyId>,
    /// The pivot table, seen from this side.
    pub pivot: Option<Arc<PivotModel>>,
    /// What the derive knows.
    pub meta: RelationMeta,
}

/// A pivot table, seen from one side.
#[derive(Debug, Clone, PartialEq)]
pub struct PivotModel {
    /// The table.
    pub table: String,
    /// The schema, if any.
    pub schema: Option<String>,
    /// Columns that point at this side, in the order of its key's columns.
    pub own_columns: Vec<String>,
    /// Columns that point at the other side, in the order of its key's columns.
    pub other_columns: Vec<String>,
    /// The types of `own_columns`.
    pub own_types: Vec<ColumnType>,
    /// The types of `other_columns`.
    pub other_types: Vec<ColumnType>,
    /// The column that keeps the items' order.
    pub order_column: Option<String>,
    /// The entity that is the pivot table, if there is one.
    pub entity: Option<EntityId>,
}

impl PivotModel {
    fn reversed(&self) -> Self {
        let mut pivot = self.clone();
        std::mem::swap(&mut pivot.own_columns, &mut pivot.other_columns);
        std::mem::swap(&mut pivot.own_types, &mut pivot.other_types);
        pivot
    }
}

impl EntityModel {
    /// The property at that position.
    pub fn property(&self, id: PropertyId) -> &PropertyModel {
        &self.properties[id]
    }

    /// The columns of a property.
    pub fn columns_of(&self, id: PropertyId) -> &[ColumnModel] {
        &self.columns[self.properties[id].columns.clone()]
    }
}

impl PropertyModel {
    /// The relation if this property holds its foreign key.
    pub fn owning_relation(&self) -> Option<&RelationModel> {
        self.relation.as_ref().filter(|relation| relation.kind.holds_foreign_key())
    }
}

/// All entities of an `Orm`.
#[derive(Debug, Default)]
pub struct Registry {
    entities: Vec<Arc<EntityModel>>,
    by_type: FxHashMap<TypeId, EntityId>,
    pub(super) schemas: Schemas,
}

impl Registry {
    /// Names and links the given entities and all that their relations lead to.
    ///
    /// # Errors
    /// [`Error::Metadata`] when two entities share a table, two properties a column, or the two sides of a relation
    /// do not fit.
    pub fn build(entities: &[&'static EntityMeta], naming: &dyn NamingStrategy) -> Result<Self> {
        let metas = discover(entities);
        let by_type: FxHashMap<TypeId, EntityId> = metas
            .iter()
            .enumerate()
            .map(|(index, meta)| ((meta.type_id)(), EntityId(index as u32)))
            .collect();
        let builder = Builder { by_type: &by_type, naming };
        let models = metas
            .iter()
            .enumerate()
            .map(|(index, meta)| builder.entity(EntityId(index as u32), meta).map(Arc::new))
            .collect::<Result<Vec<_>>>()?;
        check_tables(&models)?;
        Ok(Self { entities: models, by_type, schemas: Schemas::default() })
    }

    /// The entity of that id.
    pub fn entity(&self, id: EntityId) -> &Arc<EntityModel> {
        match self.chosen(id) {
            Some(model) => model,
            None => &self.entities[id.position()],
        }
    }

    /// All entities, in no chosen schema.
    pub fn entities(&self) -> impl Iterator<Item = &Arc<EntityModel>> {
        self.entities.iter()
    }

    /// The entity of that description.
    ///
    /// # Errors
    /// [`Error::UnknownEntity`] when it was not registered.
    pub fn find(&self, meta: &EntityMeta) -> Result<EntityId> {
        self.by_type.get(&(meta.type_id)()).copied().ok_or(Error::UnknownEntity { entity: meta.name })
    }

    /// The target of a relation.
    pub fn target(&self, relation: &RelationModel) -> &Arc<EntityModel> {
        self.entity(relation.target)
    }
}

/// The given entities and all that their relations lead to, each once.
fn discover(entities: &[&'static EntityMeta]) -> Vec<&'static EntityMeta> {
    let mut found: Vec<&'static EntityMeta> = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    let mut queue: std::collections::VecDeque<_> = entities.iter().copied().collect();
    while let Some(meta) = queue.pop_front() {
        if !seen.insert((meta.type_id)()) {
            continue;
        }
        found.push(meta);
        for relation in meta.properties.iter().filter_map(PropertyMeta::as_relation) {
            queue.push_back((relation.target)());
            queue.extend(relation.pivot_entity.map(|pivot| pivot()));
        }
    }
    found
}

struct Builder<'a> {
    by_type: &'a FxHashMap<TypeId, EntityId>,
    naming: &'a dyn NamingStrategy,
}

impl Builder<'_> {
    fn entity(&self, id: EntityId, meta: &'static EntityMeta) -> Result<EntityModel> {
        let mut model = EntityModel {
            id,
            meta,
            table: self.table(meta),
            schema: meta.schema.map(str::to_owned),
            properties: Vec::new(),
            columns: Vec::new(),
            key: meta.primary_key.to_vec(),
            key_columns: Vec::new(),
            version: meta.properties.iter().position(|property| property.version),
        };
        for (index, property) in meta.properties.iter().enumerate() {
            let start = model.columns.len();
            for (name, ColumnType { kind, by_hand }) in self.columns(meta, property)? {
                if model.columns.iter().any(|column: &ColumnModel| column.name == name) {
                    return Err(problem(
                        meta,
                        property,
                        format!(
                            "the column `{name}` is taken by another property; write `#[orm(column = \"…\")]`"
                        ),
                    ));
                }
                model.columns.push(ColumnModel {
                    name,
                    kind,
                    type_by_hand: by_hand,
                    nullable: property.nullable,
                    property: index,
                });
            }
            let relation = property.as_relation().map(|relation| self.relation(meta, property, relation));
            model.properties.push(PropertyModel {
                meta: property,
                field: self.column(meta, property),
                columns: start..model.columns.len(),
                relation: relation.transpose()?,
            });
        }
        model.key_columns = model.key.iter().flat_map(|key| model.properties[*key].columns.clone()).collect();
        Ok(model)
    }

    fn table(&self, meta: &EntityMeta) -> String {
        meta.table.map_or_else(|| self.naming.table(meta.name), str::to_owned)
    }

    /// The column of a property that is no relation.
    fn column(&self, meta: &EntityMeta, property: &PropertyMeta) -> String {
        let is_key = || meta.primary_key.iter().any(|key| meta.properties[*key].name == property.name);
        match property.column {
            Some(name) => name.to_owned(),
            None if is_key() => self.naming.key_column(meta.name, property.name),
            None => self.naming.column(property.name),
        }
    }

    /// Names and types of the columns that a property has in its own table.
    fn columns(&self, meta: &EntityMeta, property: &PropertyMeta) -> Result<Vec<(String, ColumnType)>> {
        let relation = match &property.kind {
            PropertyKind::Scalar(kind) => {
                let ty = ColumnType { kind: *kind, by_hand: property.column_type };
                return Ok(vec![(self.column(meta, property), ty)]);
            }
            PropertyKind::Relation(relation) if relation.kind.holds_foreign_key() => relation,
            PropertyKind::Relation(_) => return Ok(Vec::new()),
        };
        let target_key = self.key_columns((relation.target)(), 0)?;
        let by_hand: Vec<&str> = match property.column {
            Some(name) => vec![name],
            None => relation.join_columns.to_vec(),
        };
        if !by_hand.is_empty() && by_hand.len() != target_key.len() {
            return Err(problem(
                meta,
                property,
                format!(
                    "{} has {} key columns, but {} are named here; write `#[orm(join_columns(\"…\", …))]`",
                    (relation.target)().name,
                    target_key.len(),
                    by_hand.len()
                ),
            ));
        }
        Ok(target_key
            .into_iter()
            .enumerate()
            .map(|(index, (column, ty))| {
                let name = by_hand.get(index).map_or_else(
                    || self.naming.join_column(property.name, &column),
                    |name| (*name).to_owned(),
                );
                (name, reference_type(property, ty))
            })
            .collect())
    }

    /// Names and types of an entity's key columns. `depth` ends a circle of keys that are relations.
    fn key_columns(&self, meta: &EntityMeta, depth: usize) -> Result<Vec<(String, ColumnType)>> {
        let mut columns = Vec::new();
        for key in meta.primary_key {
            let property = &meta.properties[*key];
            if depth > 16 {
                return Err(problem(
                    meta,
                    property,
                    "its key leads back to itself; give it a key of its own".into(),
                ));
            }
            match &property.kind {
                PropertyKind::Relation(relation) => {
                    let nested = self.key_columns((relation.target)(), depth + 1)?;
                    let by_hand = property.column.as_slice().iter().chain(relation.join_columns);
                    let mut by_hand = by_hand.copied();
                    columns.extend(nested.into_iter().map(|(column, ty)| {
                        let name = by_hand
                            .next()
                            .map_or_else(|| self.naming.join_column(property.name, &column), str::to_owned);
                        (name, reference_type(property, ty))
                    }));
                }
                PropertyKind::Scalar(kind) => {
                    let ty = ColumnType { kind: *kind, by_hand: property.column_type };
                    columns.push((self.column(meta, property), ty));
                }
            }
        }
        Ok(columns)
    }

    fn relation(
        &self,
        meta: &'static EntityMeta,
        property: &'static PropertyMeta,
        relation: &RelationMeta,
    ) -> Result<RelationModel> {
        let target_meta = (relation.target)();
        let inverse = self.inverse(meta, property, relation, target_meta)?;
        let pivot = match relation.kind {
            RelationKind::ManyToManyOwner => Some(self.pivot(meta, property, relation)?),
            RelationKind::ManyToManyInverse => {
                let owner = &target_meta.properties[inverse.expect("an inverse side has an owner")];
                let owner_relation = owner.as_relation().expect("the owner is a relation");
                Some(self.pivot(target_meta, owner, owner_relation)?.reversed())
            }
            _ => None,
        };
        Ok(RelationModel {
            kind: relation.kind,
            target: self.by_type[&(target_meta.type_id)()],
            inverse,
            pivot: pivot.map(Arc::new),
            meta: *relation,
        })
    }

    /// The property on the other side: the one named, else the only one that fits.
    fn inverse(
        &self,
        meta: &'static EntityMeta,
        property: &'static PropertyMeta,
        relation: &RelationMeta,
        target: &'static EntityMeta,
    ) -> Result<Option<PropertyId>> {
        let is_owner = matches!(
            relation.kind,
            RelationKind::ManyToOne | RelationKind::OneToOneOwner | RelationKind::ManyToManyOwner
        );
        let counterpart = match relation.kind {
            RelationKind::ManyToOne => RelationKind::OneToMany,
            RelationKind::OneToMany => RelationKind::ManyToOne,
            RelationKind::OneToOneOwner => RelationKind::OneToOneInverse,
            RelationKind::OneToOneInverse => RelationKind::OneToOneOwner,
            RelationKind::ManyToManyOwner => RelationKind::ManyToManyInverse,
            RelationKind::ManyToManyInverse => RelationKind::ManyToManyOwner,
        };
        let fits = |other: &PropertyMeta| {
            other.as_relation().is_some_and(|candidate| {
                candidate.kind == counterpart && ((candidate.target)().type_id)() == (meta.type_id)()
            })
        };
        if let Some(name) = relation.mapped_by {
            let index = target.property_index(name).ok_or_else(|| {
                problem(meta, property, format!("{} has no property `{name}` to be mapped by", target.name))
            })?;
            return match fits(&target.properties[index]) {
                true => Ok(Some(index)),
                false => Err(problem(
                    meta,
                    property,
                    format!(
                        "{}.{name} is not the other side of this relation; it must be a {} to {}",
                        target.name,
                        kind_words(counterpart),
                        meta.name
                    ),
                )),
            };
        }
        // An owner's other side is the one that names it, or the only one that names nobody while the owner is alone.
        let candidates: Vec<PropertyId> = (0..target.properties.len())
            .filter(|index| fits(&target.properties[*index]))
            .filter(|index| {
                !(std::ptr::eq(target, meta) && std::ptr::eq(&target.properties[*index], property))
            })
            .collect();
        if is_owner {
            let naming_us = |index: &PropertyId| {
                target.properties[*index].as_relation().and_then(|other| other.mapped_by)
                    == Some(property.name)
            };
            if let Some(index) = candidates.iter().copied().find(naming_us) {
                return Ok(Some(index));
            }
            let silent: Vec<_> = candidates
                .into_iter()
                .filter(|index| {
                    target.properties[*index].as_relation().is_some_and(|other| other.mapped_by.is_none())
                })
                .collect();
            let rivals = meta
                .properties
                .iter()
                .filter(|other| {
                    other.as_relation().is_some_and(|other| {
                        other.kind == relation.kind && ((other.target)().type_id)() == (target.type_id)()
                    })
                })
                .count();
            return Ok(match (silent.as_slice(), rivals) {
                ([one], 1) => Some(*one),
                _ => None,
            });
        }
        match candidates.as_slice() {
            [one] => Ok(Some(*one)),
            [] => Err(problem(
                meta,
                property,
                format!(
                    "{} has no {} to {} that this could be the other side of; add one, or write `mapped_by`",
                    target.name,
                    kind_words(counterpart),
                    meta.name
                ),
            )),
            _ => Err(problem(
                meta,
                property,
                format!(
                    "{} has several relations to {}; write which with `mapped_by = \"…\"`",
                    target.name, meta.name
                ),
            )),
        }
    }

    fn pivot(
        &self,
        meta: &EntityMeta,
        property: &PropertyMeta,
        relation: &RelationMeta,
    ) -> Result<PivotModel> {
        let target = (relation.target)();
        let same_table = (meta.type_id)() == (target.type_id)();
        let end = |of: &EntityMeta, by_hand: &[&str], number: &str| -> Result<Ends> {
            let key = self.key_columns(of, 0)?;
            if !by_hand.is_empty() && by_hand.len() != key.len() {
                return Err(problem(
                    meta,
                    property,
                    format!("{} has {} key columns, name as many", of.name, key.len()),
                ));
            }
            // Both ends are the same table: its columns are told apart by a number.
            let table = match same_table {
                true => format!("{}_{number}", self.table(of)),
                false => self.table(of),
            };
            Ok(key
                .into_iter()
                .enumerate()
                .map(|(index, (column, ty))| {
                    let name = by_hand
                        .get(index)
                        .map_or_else(|| self.naming.pivot_column(&table, &column), |name| (*name).to_owned());
                    (name, ty)
                })
                .unzip())
        };
        let (own_columns, own_types) = end(meta, relation.pivot_join_columns, "1")?;
        let (other_columns, other_types) = end(target, relation.pivot_inverse_columns, "2")?;
        let mut pivot = PivotModel {
            table: relation
                .pivot_table
                .map_or_else(|| self.naming.pivot_table(&self.table(meta), property.name), str::to_owned),
            schema: meta.schema.map(str::to_owned),
            own_columns,
            other_columns,
            own_types,
            other_types,
            order_column: relation.fixed_order.map(str::to_owned),
            entity: None,
        };
        if let Some(entity) = relation.pivot_entity.map(|entity| entity()) {
            pivot.table = self.table(entity);
            pivot.schema = entity.schema.map(str::to_owned);
            (pivot.own_columns, pivot.own_types) =
                self.pivot_entity_columns(meta, property, entity, meta, 0)?;
            (pivot.other_columns, pivot.other_types) =
                self.pivot_entity_columns(meta, property, entity, target, usize::from(same_table))?;
            pivot.entity = Some(self.by_type[&(entity.type_id)()]);
        }
        Ok(pivot)
    }

    /// The columns of the pivot entity's relation to `end`; the `nth` of them when both ends are one entity.
    fn pivot_entity_columns(
        &self,
        meta: &EntityMeta,
        property: &PropertyMeta,
        pivot: &EntityMeta,
        end: &EntityMeta,
        nth: usize,
    ) -> Result<Ends> {
        let relation = pivot
            .properties
            .iter()
            .filter(|candidate| {
                candidate.as_relation().is_some_and(|relation| {
                    relation.kind.holds_foreign_key() && ((relation.target)().type_id)() == (end.type_id)()
                })
            })
            .nth(nth)
            .ok_or_else(|| {
                problem(
                    meta,
                    property,
                    format!("the pivot entity {} has no relation to {}", pivot.name, end.name),
                )
            })?;
        Ok(self.columns(pivot, relation)?.into_iter().unzip())
    }
}

/// Names and types of the columns at one end of a pivot table.
type Ends = (Vec<String>, Vec<ColumnType>);

/// The type of a column that refers to a key: the key's, unless the relation says otherwise.
fn reference_type(property: &PropertyMeta, key: ColumnType) -> ColumnType {
    ColumnType { by_hand: property.column_type.or(key.by_hand), ..key }
}

fn check_tables(models: &[Arc<EntityModel>]) -> Result<()> {
    let mut seen: FxHashMap<(Option<&str>, &str), &str> = FxHashMap::default();
    for model in models {
        if let Some(other) = seen.insert((model.schema.as_deref(), &model.table), model.meta.name) {
            let first = model.meta.properties.first();
            return Err(Error::Metadata {
                entity: model.meta.name,
                property: first.map_or("", |property| property.name),
                problem: format!(
                    "the table `{}` is taken by {other}; write `#[orm(table = \"…\")]`",
                    model.table
                ),
            });
        }
    }
    Ok(())
}

fn kind_words(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::ManyToOne => "many_to_one",
        RelationKind::OneToOneOwner => "one_to_one(owner)",
        RelationKind::OneToOneInverse => "one_to_one(mapped_by = \"…\")",
        RelationKind::OneToMany => "one_to_many",
        RelationKind::ManyToManyOwner => "many_to_many(owner)",
        RelationKind::ManyToManyInverse => "many_to_many",
    }
}

fn problem(meta: &EntityMeta, property: &PropertyMeta, problem: String) -> Error {
    Error::Metadata { entity: meta.name, property: property.name, problem }
}
