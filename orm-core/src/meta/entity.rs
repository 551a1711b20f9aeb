//! An entity as its derive describes it.

use std::any::TypeId;

use crate::arena::StoreFactory;
use crate::meta::{FilterMeta, PropertyMeta};

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
    /// Named filters.
    pub filters: &'static [FilterMeta],
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
            filters: &[],
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

/// An index or unique constraint, over several properties or an expression.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct IndexMeta {
    /// Its name if written by hand.
    pub name: Option<&'static str>,
    /// Positions of the properties; none when it is over an expression.
    pub properties: &'static [usize],
    /// What is indexed instead of properties, in the database's own language: what stands between the parentheses.
    pub expression: Option<&'static str>,
    /// Whether two rows may not have the same values.
    pub unique: bool,
    /// Only rows of which this holds are indexed, in the database's own language.
    pub condition: Option<&'static str>,
    /// Whether it is for searching words.
    pub full_text: bool,
    /// The kind of index in the database's own word, such as `gin`.
    pub method: Option<&'static str>,
}

impl IndexMeta {
    /// An index over the properties at these positions.
    pub const fn on(properties: &'static [usize]) -> Self {
        Self {
            name: None,
            properties,
            expression: None,
            unique: false,
            condition: None,
            full_text: false,
            method: None,
        }
    }

    /// An index over an expression of the database.
    pub const fn over(expression: &'static str) -> Self {
        let mut index = Self::on(&[]);
        index.expression = Some(expression);
        index
    }
}

macro_rules! index_settings {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty)?) => $field:ident = $value:expr;)*) => {
        impl IndexMeta {$(
            $(#[$doc])*
            #[must_use]
            pub const fn $name(mut self $(, $argument: $type)?) -> Self {
                self.$field = $value;
                self
            }
        )*}
    };
}

index_settings! {
    /// Names it by hand.
    named(name: &'static str) => name = Some(name);
    /// Two rows may not have the same values.
    unique() => unique = true;
    /// Only rows of which this holds are indexed.
    only_where(condition: &'static str) => condition = Some(condition);
    /// For searching words.
    full_text() => full_text = true;
    /// The kind of index in the database's own word.
    method(word: &'static str) => method = Some(word);
}

/// A check constraint.
#[derive(Debug, Clone, Copy)]
pub struct CheckMeta {
    /// Its name if written by hand.
    pub name: Option<&'static str>,
    /// The expression in the database's own language, over column names.
    pub expression: &'static str,
}
