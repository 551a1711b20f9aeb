//! An entity as its derive describes it.

use std::any::TypeId;

use crate::arena::StoreFactory;
use crate::meta::PropertyMeta;

/// Everything the derive knows about an entity. The properties are in the order of the struct.
#[derive(Debug)]
pub struct EntityMeta {
    /// The struct's name.
    pub name: &'static str,
    /// The table's name if written by hand.
    pub table: Option<&'static str>,
    /// The schema if written by hand.
    pub schema: Option<&'static str>,
    /// A comment for the table.
    pub comment: Option<&'static str>,
    /// Its properties in the order of the struct.
    pub properties: &'static [PropertyMeta],
    /// Positions of the properties that make the primary key.
    pub primary_key: &'static [usize],
    /// Indexes over several properties.
    pub indexes: &'static [IndexMeta],
    /// Check constraints.
    pub checks: &'static [CheckMeta],
    /// Whether the entity is never written.
    pub readonly: bool,
    /// The Rust type.
    pub type_id: fn() -> TypeId,
    /// Makes the storage of its nodes.
    pub store: StoreFactory,
}

impl EntityMeta {
    /// An entity without properties, for the derive to fill.
    pub const fn new(name: &'static str, type_id: fn() -> TypeId, store: StoreFactory) -> Self {
        Self {
            name,
            table: None,
            schema: None,
            comment: None,
            properties: &[],
            primary_key: &[],
            indexes: &[],
            checks: &[],
            readonly: false,
            type_id,
            store,
        }
    }

    /// The position of the property of that name.
    pub fn property_index(&self, name: &str) -> Option<usize> {
        self.properties.iter().position(|property| property.name == name)
    }
}

/// An index or unique constraint over several properties.
#[derive(Debug, Clone, Copy)]
pub struct IndexMeta {
    /// Its name if written by hand.
    pub name: Option<&'static str>,
    /// Positions of the properties.
    pub properties: &'static [usize],
    /// Whether two rows may not have the same values.
    pub unique: bool,
}

/// A check constraint.
#[derive(Debug, Clone, Copy)]
pub struct CheckMeta {
    /// Its name if written by hand.
    pub name: Option<&'static str>,
    /// The expression in the database's own language, over column names.
    pub expression: &'static str,
}
