//! A property as the derive describes it: built by `const` calls, so that the generated code stays short.

use crate::meta::EntityMeta;
use crate::types::{ColumnKind, Type};
use crate::value::Value;

/// What kind of property it is.
#[derive(Debug, Clone, Copy)]
pub enum PropertyKind {
    /// A column.
    Scalar(ColumnKind),
    /// A relation.
    Relation(RelationMeta),
}

/// How two entities are related, seen from the property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationKind {
    /// Many of ours point at one of theirs; we hold the foreign key.
    ManyToOne,
    /// One of ours points at one of theirs; we hold the foreign key, which is unique.
    OneToOneOwner,
    /// One of theirs points at one of ours; they hold the foreign key.
    OneToOneInverse,
    /// Many of theirs point at one of ours; they hold the foreign key.
    OneToMany,
    /// A pivot table joins the two; our side names it.
    ManyToManyOwner,
    /// A pivot table joins the two; their side names it.
    ManyToManyInverse,
}

impl RelationKind {
    /// Whether the property is a collection.
    pub const fn is_to_many(self) -> bool {
        matches!(self, Self::OneToMany | Self::ManyToManyOwner | Self::ManyToManyInverse)
    }

    /// Whether the property's own table holds the foreign key.
    pub const fn holds_foreign_key(self) -> bool {
        matches!(self, Self::ManyToOne | Self::OneToOneOwner)
    }

    /// Whether a pivot table is between the two.
    pub const fn is_many_to_many(self) -> bool {
        matches!(self, Self::ManyToManyOwner | Self::ManyToManyInverse)
    }
}

/// A relation as the derive describes it.
#[derive(Debug, Clone, Copy)]
pub struct RelationMeta {
    /// How the two are related.
    pub kind: RelationKind,
    /// The other entity.
    pub target: fn() -> &'static EntityMeta,
    /// The name of the property on the other side, if written by hand.
    pub mapped_by: Option<&'static str>,
    /// The foreign key's columns, if written by hand.
    pub join_columns: &'static [&'static str],
    /// The pivot table, if written by hand.
    pub pivot_table: Option<&'static str>,
    /// The pivot table's columns that point at our side, if written by hand.
    pub pivot_join_columns: &'static [&'static str],
    /// The pivot table's columns that point at their side, if written by hand.
    pub pivot_inverse_columns: &'static [&'static str],
    /// The entity that is the pivot table, if there is one.
    pub pivot_entity: Option<fn() -> &'static EntityMeta>,
    /// Whether new targets are persisted with the owner.
    pub cascade_persist: bool,
    /// Whether loaded targets are removed with the owner.
    pub cascade_remove: bool,
    /// Whether a target that left the relation is removed.
    pub orphan_removal: bool,
    /// What the foreign key does when the target's row is deleted: `cascade`, `set null`, `restrict` …
    pub on_delete: Option<&'static str>,
    /// What the foreign key does when the target's key changes.
    pub on_update: Option<&'static str>,
    /// Whether the relation is populated without being asked for.
    pub eager: bool,
    /// The pivot table's column that keeps the items' order, if they have one.
    pub fixed_order: Option<&'static str>,
    /// Name of the target's property that orders the items when loaded, and whether it descends.
    pub order_by: Option<(&'static str, bool)>,
    /// Whether named filters hold for what it leads to.
    pub filters: bool,
}

/// A value that the database's schema or the builder fills in.
#[derive(Debug, Clone, Copy)]
pub enum DefaultMeta {
    /// A value computed in Rust; written into the schema too where it is a constant.
    Value(fn() -> Value),
    /// An expression of the database, never a value from outside.
    Sql(&'static str),
}

/// Everything the derive knows about a property.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct PropertyMeta {
    /// The field's name.
    pub name: &'static str,
    /// The column's name if written by hand.
    pub column: Option<&'static str>,
    /// What it is.
    pub kind: PropertyKind,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it belongs to the primary key.
    pub primary: bool,
    /// Whether the database generates the key.
    pub auto_increment: bool,
    /// Whether it is left out of a select unless asked for.
    pub lazy: bool,
    /// Whether it never appears in a DTO or JSON.
    pub hidden: bool,
    /// Whether two rows may not have the same value.
    pub unique: bool,
    /// Whether it has an index of its own.
    pub index: bool,
    /// Whether it counts the row's versions.
    pub version: bool,
    /// Whether updates and deletes also compare its original value.
    pub concurrency_check: bool,
    /// The expression of a generated column, and whether it is stored.
    pub generated: Option<(&'static str, bool)>,
    /// What fills it in when it is not given.
    pub default: Option<DefaultMeta>,
    /// Computes its value when an entity is created without it.
    pub on_create: Option<fn() -> Value>,
    /// Computes its value when something else of the entity is updated.
    pub on_update: Option<fn() -> Value>,
    /// The column's type in the database's own words, if written by hand.
    pub column_type: Option<&'static str>,
    /// The length of text or bytes.
    pub length: Option<u32>,
    /// Digits of a decimal, and how many of them follow the point.
    pub precision: Option<(u8, u8)>,
    /// A check constraint over the column.
    pub check: Option<&'static str>,
    /// A comment for the column.
    pub comment: Option<&'static str>,
}

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty)?) => $($field:ident).+ = $value:expr;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub const fn $name(mut self $(, $argument: $type)?) -> Self {
            self.$($field).+ = $value;
            self
        }
    )*};
}

impl PropertyMeta {
    /// A column of the Rust type `T`.
    pub const fn scalar<T: Type>(name: &'static str) -> Self {
        let mut property = Self::new(name, PropertyKind::Scalar(T::KIND));
        property.nullable = T::NULLABLE;
        property
    }

    /// A relation.
    pub const fn relation(
        name: &'static str,
        kind: RelationKind,
        target: fn() -> &'static EntityMeta,
    ) -> Self {
        Self::new(
            name,
            PropertyKind::Relation(RelationMeta {
                kind,
                target,
                mapped_by: None,
                join_columns: &[],
                pivot_table: None,
                pivot_join_columns: &[],
                pivot_inverse_columns: &[],
                pivot_entity: None,
                cascade_persist: true,
                cascade_remove: false,
                orphan_removal: false,
                on_delete: None,
                on_update: None,
                eager: false,
                fixed_order: None,
                order_by: None,
                filters: true,
            }),
        )
    }

    const fn new(name: &'static str, kind: PropertyKind) -> Self {
        Self {
            name,
            column: None,
            kind,
            nullable: false,
            primary: false,
            auto_increment: false,
            lazy: false,
            hidden: false,
            unique: false,
            index: false,
            version: false,
            concurrency_check: false,
            generated: None,
            default: None,
            on_create: None,
            on_update: None,
            column_type: None,
            length: None,
            precision: None,
            check: None,
            comment: None,
        }
    }

    settings! {
        /// Names the column by hand.
        column(name: &'static str) => column = Some(name);
        /// May be null.
        nullable() => nullable = true;
        /// Belongs to the primary key.
        primary() => primary = true;
        /// The database generates the key.
        auto_increment() => auto_increment = true;
        /// Left out of a select unless asked for.
        lazy() => lazy = true;
        /// Never in a DTO.
        hidden() => hidden = true;
        /// Unique.
        unique() => unique = true;
        /// Indexed.
        index() => index = true;
        /// Counts the row's versions.
        version() => version = true;
        /// Compared by updates and deletes.
        concurrency_check() => concurrency_check = true;
        /// A stored generated column.
        generated_stored(sql: &'static str) => generated = Some((sql, true));
        /// A virtual generated column.
        generated_virtual(sql: &'static str) => generated = Some((sql, false));
        /// A default computed in Rust.
        default(value: fn() -> Value) => default = Some(DefaultMeta::Value(value));
        /// A default of the database.
        default_sql(sql: &'static str) => default = Some(DefaultMeta::Sql(sql));
        /// Computed on creation.
        on_create(value: fn() -> Value) => on_create = Some(value);
        /// Computed on every update.
        on_update(value: fn() -> Value) => on_update = Some(value);
        /// The column's type in the database's own words.
        column_type(name: &'static str) => column_type = Some(name);
        /// The length of text or bytes.
        length(length: u32) => length = Some(length);
        /// Digits of a decimal, and how many of them follow the point.
        precision(digits: (u8, u8)) => precision = Some(digits);
        /// A check constraint over the column.
        check(sql: &'static str) => check = Some(sql);
        /// A comment for the column.
        comment(text: &'static str) => comment = Some(text);
    }

    const fn with_relation(mut self, relation: RelationMeta) -> Self {
        self.kind = PropertyKind::Relation(relation);
        self
    }

    /// The relation, if it is one.
    pub const fn as_relation(&self) -> Option<&RelationMeta> {
        match &self.kind {
            PropertyKind::Relation(relation) => Some(relation),
            PropertyKind::Scalar(_) => None,
        }
    }

    /// Whether the database, not the application, gives the value.
    pub const fn is_generated(&self) -> bool {
        self.auto_increment
            || self.generated.is_some()
            || self.version
            || matches!(self.default, Some(DefaultMeta::Sql(_)))
    }
}

macro_rules! relation_settings {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty)?) => $field:ident = $value:expr;)*) => {
        impl PropertyMeta {$(
            $(#[$doc])*
            ///
            /// Says nothing of a property that is no relation.
            #[must_use]
            pub const fn $name(self $(, $argument: $type)?) -> Self {
                match self.kind {
                    PropertyKind::Relation(mut relation) => {
                        relation.$field = $value;
                        self.with_relation(relation)
                    }
                    PropertyKind::Scalar(_) => self,
                }
            }
        )*}
    };
}

relation_settings! {
    /// The property on the other side.
    mapped_by(name: &'static str) => mapped_by = Some(name);
    /// The foreign key's columns.
    join_columns(names: &'static [&'static str]) => join_columns = names;
    /// The pivot table.
    pivot_table(name: &'static str) => pivot_table = Some(name);
    /// The pivot table's columns that point at our side.
    pivot_join_columns(names: &'static [&'static str]) => pivot_join_columns = names;
    /// The pivot table's columns that point at their side.
    pivot_inverse_columns(names: &'static [&'static str]) => pivot_inverse_columns = names;
    /// The entity that is the pivot table.
    pivot_entity(entity: fn() -> &'static EntityMeta) => pivot_entity = Some(entity);
    /// New targets are not persisted with the owner.
    no_cascade_persist() => cascade_persist = false;
    /// Loaded targets are removed with the owner.
    cascade_remove() => cascade_remove = true;
    /// A target that left the relation is removed.
    orphan_removal() => orphan_removal = true;
    /// What the foreign key does when the target's row is deleted.
    on_delete_rule(rule: &'static str) => on_delete = Some(rule);
    /// What the foreign key does when the target's key changes.
    on_update_rule(rule: &'static str) => on_update = Some(rule);
    /// Populated without being asked for.
    eager() => eager = true;
    /// The pivot table keeps the items' order in this column.
    fixed_order(column: &'static str) => fixed_order = Some(column);
    /// The items' order when loaded: a property of the target.
    order_by(order: (&'static str, bool)) => order_by = Some(order);
    /// Named filters do not hold for what it leads to.
    unfiltered() => filters = false;
}
