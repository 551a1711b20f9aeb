//! Entities as a user holds them: handles, views, references, collections, builders.

mod adopt;
#[cfg(test)]
mod by_hand;
mod collection;
mod detached;
mod draft;
mod handle;
mod items;
mod link;
mod new;
mod read;
mod relation;

pub(crate) use adopt::{adopt, adopt_managed, resolve};
pub use collection::CollectionView;
pub use detached::{Collection, Detached, Ref};
pub use draft::{Draft, DraftValue, TargetSource};
pub(crate) use handle::handle_of;
pub use handle::{AllFields, EntityView, Hints, InUnitOfWork, Loaded, Managed, Only, ViewExt};
pub use link::{Link, OptionalLink};
pub use new::{Create, New};
pub(crate) use read::field_slot;
pub use read::{read, read_generated, read_one, read_optional_one, set_one, set_optional_one, set_value};
pub(crate) use relation::set_to_one;

use crate::arena::{Record, ViewOf};
use crate::hint::Shape;
use crate::meta::EntityMeta;
use crate::path::Paths;
use crate::types::Key;

/// An entity whose rows count their versions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no version",
    label = "its rows do not count their versions",
    note = "add a property with `#[orm(version)]`, such as `pub version: i32`"
)]
pub trait Versioned: Entity {
    /// The property that counts.
    type Field: crate::hint::Field<Entity = Self>;
}

/// A struct that derives `Entity`: rows of a table, documents of a collection.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no entity",
    label = "expected an entity",
    note = "write `#[derive(Entity)]` on the struct"
)]
pub trait Entity: Sized + Send + Sync + 'static {
    /// Its slots in an arena.
    type Record: Record<Key = Self::Key>;
    /// Its primary key: a scalar, or a tuple for a composite one.
    type Key: Key;
    /// What a query loads that asks for nothing special.
    type Whole: Shape<Entity = Self>;
    /// The same without relations that are always populated.
    type Plain: Shape<Entity = Self>;
    /// The key and nothing else.
    type KeyOnly: Shape<Entity = Self>;
    /// What every handle knows, even of an entity that waits for its first flush.
    type Unflushed: Shape<Entity = Self>;
    /// What a builder starts with.
    type Unset: Shape<Entity = Self>;
    /// A node seen through a shape.
    type View<S: Shape>: ViewOf<Self::Record> + EntityView<Entity = Self, Shape = S>;
    /// Its paths, reached from `E` through `P`.
    type Paths<E: 'static, P: 'static>: Paths;

    /// What the derive knows of it.
    fn meta() -> &'static EntityMeta {
        <Self::Record as Record>::meta()
    }
}
