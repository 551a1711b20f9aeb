//! What the derive knows about an entity: constants, before any naming strategy and without its neighbours.

mod entity;
mod filter;
mod property;
mod registry;
mod schemas;

pub use entity::{CheckMeta, EntityMeta, IndexMeta};
pub use filter::{FilterMeta, GivenParams};
pub use property::{DefaultMeta, PropertyKind, PropertyMeta, RelationKind, RelationMeta};
pub use registry::{
    ColumnId, ColumnModel, ColumnType, EntityId, EntityModel, PivotModel, PropertyId, PropertyModel,
    Registry, RelationModel,
};
pub use schemas::WILDCARD;
