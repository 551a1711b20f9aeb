//! The entities of an `Orm` in schemas that are chosen at run time: each is an entity of its own, made when it is asked
//! for and kept. What is loaded from one schema is thereby never taken for a row of another.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use crate::error::{Error, Result};
use crate::meta::{EntityId, EntityModel, Registry};

/// What stands for a schema that is chosen at run time.
pub const WILDCARD: &str = "*";

/// How many schemas the first block has; each next one has twice as many.
const FIRST: usize = 16;
const BLOCKS: usize = 12;
/// An id's lower half is the entity's position, its upper half the schema's number, which is 0 for none.
const HALF: u32 = 16;
const LOWER: u32 = (1 << HALF) - 1;

/// The schemas that were chosen so far. Grows, and never moves what was given out.
#[derive(Debug, Default)]
pub(super) struct Schemas {
    numbers: Mutex<FxHashMap<Arc<str>, u32>>,
    blocks: [OnceLock<Box<[OnceLock<Chosen>]>>; BLOCKS],
}

#[derive(Debug)]
struct Chosen {
    name: Arc<str>,
    models: Box<[OnceLock<Arc<EntityModel>>]>,
}

impl EntityId {
    /// The entity's position in its registry, whatever its schema.
    pub const fn position(self) -> usize {
        (self.0 & LOWER) as usize
    }

    const fn schema(self) -> Option<u32> {
        (self.0 >> HALF).checked_sub(1)
    }

    /// Whether it is in a schema that was chosen at run time.
    pub const fn is_in_chosen_schema(self) -> bool {
        self.schema().is_some()
    }

    const fn with_schema(self, number: u32) -> Self {
        Self((number + 1) << HALF | (self.0 & LOWER))
    }
}

impl EntityModel {
    /// Whether the schema is written on the entity, so that none can be chosen.
    pub fn has_own_schema(&self) -> bool {
        self.schema.as_deref().is_some_and(|schema| schema != WILDCARD)
    }

    /// Whether a schema must be chosen at run time, and none was.
    pub fn lacks_schema(&self) -> bool {
        self.schema.as_deref() == Some(WILDCARD)
    }
}

/// The block of a schema's number, and its place there.
fn place(number: u32) -> (usize, usize) {
    let scaled = number as usize / FIRST + 1;
    let block = scaled.ilog2() as usize;
    (block, number as usize - FIRST * ((1 << block) - 1))
}

impl Registry {
    /// The entity in a schema that is chosen at run time; the entity itself when its schema is written on it.
    ///
    /// # Errors
    /// [`Error::TooManySchemas`] beyond 65,000 of them.
    pub fn in_schema(&self, entity: EntityId, schema: &str) -> Result<EntityId> {
        let own = EntityId(entity.position() as u32);
        if self.entity(own).has_own_schema() {
            return Ok(own);
        }
        let mut numbers = self.schemas.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = numbers.get(schema) {
            return Ok(own.with_schema(*number));
        }
        let number = numbers.len() as u32;
        let (at, index) = place(number);
        let Some(block) = self.schemas.blocks.get(at) else { return Err(Error::TooManySchemas) };
        let name: Arc<str> = schema.into();
        let models = self.entities().map(|_| OnceLock::new()).collect();
        let block = block.get_or_init(|| (0..FIRST << at).map(|_| OnceLock::new()).collect());
        let _ = block[index].set(Chosen { name: Arc::clone(&name), models });
        numbers.insert(name, number);
        Ok(own.with_schema(number))
    }

    /// The entities whose schema is known: without a chosen one those that need none, else those that are in it.
    ///
    /// # Errors
    /// As [`in_schema`](Self::in_schema).
    pub fn entities_in(&self, schema: Option<&str>) -> Result<Vec<&Arc<EntityModel>>> {
        let Some(schema) = schema else {
            return Ok(self.entities().filter(|entity| !entity.lacks_schema()).collect());
        };
        let movable = self.entities().filter(|entity| !entity.has_own_schema());
        movable.map(|entity| Ok(self.entity(self.in_schema(entity.id, schema)?))).collect()
    }

    /// The entity of an id with a schema.
    pub(super) fn chosen(&self, id: EntityId) -> Option<&Arc<EntityModel>> {
        let (block, index) = place(id.schema()?);
        let chosen = self.schemas.blocks.get(block)?.get()?.get(index)?.get()?;
        let model = chosen.models.get(id.position())?;
        Some(model.get_or_init(|| Arc::new(self.moved(id, &chosen.name))))
    }

    /// An entity as it is in another schema: what it relates to is there too, unless its schema is written on it.
    fn moved(&self, id: EntityId, schema: &str) -> EntityModel {
        let own = self.entity(EntityId(id.position() as u32));
        let number = id.schema().unwrap_or_default();
        let follow = |target: EntityId| match self.entity(target).has_own_schema() {
            true => target,
            false => target.with_schema(number),
        };
        let mut model = EntityModel::clone(own);
        model.id = id;
        model.schema = Some(schema.to_owned());
        for relation in model.properties.iter_mut().filter_map(|property| property.relation.as_mut()) {
            relation.target = follow(relation.target);
            if let Some(pivot) = relation.pivot.as_mut().map(Arc::make_mut) {
                pivot.entity = pivot.entity.map(follow);
                if pivot.schema.as_deref().is_none_or(|schema| schema == WILDCARD) {
                    pivot.schema = Some(schema.to_owned());
                }
            }
        }
        model
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_has_a_place_of_its_own() {
        let mut expected = (0, 0);
        for number in 0..65_000 {
            let (block, index) = place(number);
            assert_eq!((block, index), expected, "{number}");
            assert!(block < BLOCKS);
            expected = match index + 1 == FIRST << block {
                true => (block + 1, 0),
                false => (block, index + 1),
            };
        }
    }
}
