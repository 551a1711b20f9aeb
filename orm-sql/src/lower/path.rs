//! Paths through relations: which columns they mean, and which joins they need.

use orm_core::meta::{EntityModel, PropertyModel, Registry, RelationModel};
use orm_core::query::Path;
use orm_core::{Error, Result};
use smallvec::SmallVec;

use crate::lower::bind::Place;
use crate::lower::scope::{Columns, Node, Role, Scope, Usage, other_columns};

impl<'a> Scope<'a> {
    /// Follows relations from the root, joining what is not joined yet.
    fn follow(&mut self, relations: &[u16], usage: Usage) -> Result<Node<'a>> {
        let mut node = self.use_root();
        let mut usage = usage;
        let mut borrowed = true;
        for end in 1..=relations.len() {
            let path = &relations[..end];
            let (_, relation) = relation_of(node.entity, path[end - 1])?;
            if relation.kind.is_to_many() {
                usage = usage.of_many();
            }
            // Below a table of its own, a condition cannot go back to somebody else's.
            let role = if borrowed { self.role_at(path, usage) } else { Role::Condition };
            borrowed = role != Role::Condition;
            node = self.join(node, path, relation, role, false);
        }
        Ok(node)
    }

    /// The columns that a path means. A path to a key that is also a foreign key needs no join.
    pub(crate) fn resolve(&mut self, path: &[u16], usage: Usage) -> Result<Columns<'a>> {
        let Resolved { entities, mut relations, mut columns } = self.walk(path)?;
        // While the columns are part of the key, the table before them may hold them too.
        while let Some((last, rest)) = relations.split_last() {
            let entity = entities[relations.len()];
            let Some(positions) = key_positions(entity, &columns) else { break };
            let (property, relation) = relation_of(entities[rest.len()], *last)?;
            if relation.kind.holds_foreign_key() {
                columns = positions.iter().map(|position| property.columns.start + position).collect();
                relations = rest;
            } else if let Some(pivot) = &relation.pivot
                && !self.is_filtered(relation.target)
            {
                let parent = self.follow(rest, usage)?;
                let role = self.role_at(relations, usage.of_many());
                let alias = self.join_pivot(parent, relations, pivot, role, false);
                let others: Columns<'a> = other_columns(alias, pivot).collect();
                return Ok(positions.iter().map(|position| others[*position]).collect());
            } else {
                break;
            }
        }
        if let ([], Some(positions)) = (relations, key_positions(self.root.entity, &columns)) {
            return Ok(self.root_key(&positions));
        }
        let node = self.follow(relations, usage)?;
        Ok(columns.iter().map(|column| node.column(*column)).collect())
    }

    /// The entities along a path, and the columns at its end.
    fn walk<'p>(&self, path: &'p [u16]) -> Result<Resolved<'a, 'p>> {
        let mut entities: SmallVec<[&'a EntityModel; 4]> = SmallVec::new();
        entities.push(self.root.entity);
        let (relations, last) = match path.split_last() {
            None => (path, None),
            Some((last, relations)) => (relations, Some(*last)),
        };
        for relation in relations {
            let (_, relation) = relation_of(entities[entities.len() - 1], *relation)?;
            entities.push(self.registry.target(relation));
        }
        let entity = entities[entities.len() - 1];
        let Some(last) = last else {
            return Ok(Resolved {
                entities,
                relations,
                columns: entity.key_columns.iter().copied().collect(),
            });
        };
        let property = property_of(entity, last)?;
        match &property.relation {
            // The items' keys stand for a relation that has no columns here.
            Some(relation) if !relation.kind.holds_foreign_key() => {
                let target: &'a EntityModel = self.registry.target(relation);
                entities.push(target);
                let columns = target.key_columns.iter().copied().collect();
                Ok(Resolved { entities, relations: path, columns })
            }
            _ => Ok(Resolved { entities, relations, columns: property.columns.clone().collect() }),
        }
    }
}

struct Resolved<'a, 'p> {
    /// The root and the target of each relation.
    entities: SmallVec<[&'a EntityModel; 4]>,
    relations: &'p [u16],
    /// Columns of the last entity.
    columns: SmallVec<[usize; 2]>,
}

/// Where these columns are within the key, if all of them are.
fn key_positions(entity: &EntityModel, columns: &[usize]) -> Option<SmallVec<[usize; 2]>> {
    columns.iter().map(|column| entity.key_columns.iter().position(|key| key == column)).collect()
}

/// The property at a step of a path.
pub(crate) fn property_of(entity: &EntityModel, property: u16) -> Result<&PropertyModel> {
    entity
        .properties
        .get(usize::from(property))
        .ok_or_else(|| Error::UnknownProperty { entity: entity.meta.name, property: format!("#{property}") })
}

/// The relation at a step of a path.
pub(crate) fn relation_of(entity: &EntityModel, property: u16) -> Result<(&PropertyModel, &RelationModel)> {
    let model = property_of(entity, property)?;
    let relation = model.relation.as_ref().ok_or_else(|| Error::Metadata {
        entity: entity.meta.name,
        property: model.meta.name,
        problem: "it is no relation, so a path cannot lead through it".into(),
    })?;
    Ok((model, relation))
}

/// How much of a path leads through relations to many, the last of them included: beyond it, a root has one row. Zero
/// when a root has but one row.
pub(crate) fn multiplying_part(registry: &Registry, root: &EntityModel, path: &[u16]) -> Result<usize> {
    let mut entity = root;
    let mut part = 0;
    for (index, step) in path.iter().enumerate() {
        let property = property_of(entity, *step)?;
        let Some(relation) = &property.relation else { break };
        if relation.kind.is_to_many() {
            part = index + 1;
        }
        entity = registry.target(relation);
    }
    Ok(part)
}

/// The property at the end of a path, for messages; the key of the root for an empty one.
pub(crate) fn place_of(registry: &Registry, root: &EntityModel, path: &Path) -> Result<Place> {
    let mut entity = root;
    let Some((last, relations)) = path.0.split_last() else {
        let key = entity.meta.primary_key.first().map_or("", |key| entity.meta.properties[*key].name);
        return Ok(Place::outside(entity.meta.name, key));
    };
    for relation in relations {
        entity = registry.target(relation_of(entity, *relation)?.1);
    }
    Ok(Place::outside(entity.meta.name, property_of(entity, *last)?.meta.name))
}
