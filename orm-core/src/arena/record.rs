//! What the derive generates of an entity's storage, and how code that knows no entity gets at its slots.

use std::panic::Location;

use crate::arena::list::Items;
use crate::arena::node::Link;
use crate::arena::slot::{Slot, Stamp};
use crate::error::DecodeError;
use crate::meta::EntityMeta;
use crate::types::{Key, Type};
use crate::value::{Cell, Value};

/// The slots of one entity: a [`Slot`] a scalar, a [`Link`] a to-one relation, [`Items`] a collection.
///
/// # Safety
/// [`meta`](Record::meta) MUST give the same static to this type always and to no other type, with
/// [`new_store`](super::new_store) of this type in it; and the slots MUST be the record's own. The derive sees to both.
pub unsafe trait Record: Default + Send + Sync + 'static {
    /// The entity's key.
    type Key: Key;

    /// The entity.
    fn meta() -> &'static EntityMeta;

    /// The slot of the property at that position.
    fn slot(&self, property: usize) -> SlotRef<'_>;

    /// The same, for filling a record that nobody else knows yet.
    fn slot_mut(&mut self, property: usize) -> SlotMut<'_>;
}

/// A slot, whatever its type.
pub enum SlotRef<'a> {
    /// A scalar.
    Value(&'a dyn ValueSlot),
    /// A to-one relation.
    ToOne(&'a Link),
    /// A collection.
    ToMany(&'a Items),
}

/// A slot that nobody else knows yet.
pub enum SlotMut<'a> {
    /// A scalar.
    Value(&'a mut dyn ValueSlot),
    /// A to-one relation.
    ToOne(&'a mut Link),
    /// A collection.
    ToMany(&'a mut Items),
}

/// How a value from the database meets what is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// The user's unwritten value stays, and null takes nothing away.
    Keep,
    /// The database wins.
    Overwrite,
}

/// A scalar's slot without its type.
pub trait ValueSlot: Send + Sync {
    /// For getting the slot's own type back.
    fn as_any(&self) -> &dyn std::any::Any;
    /// Whether there is a value.
    fn is_loaded(&self) -> bool;
    /// Whether the user set a value that was not written yet.
    fn is_dirty(&self) -> bool;
    /// Whether writing the newest value would change the row.
    fn is_changed(&self) -> bool;
    /// The newest value.
    fn value(&self) -> Option<Value>;
    /// The newest value that the database has.
    fn original(&self) -> Option<Value>;
    /// Fills an empty slot that nobody else knows yet.
    fn init(&mut self, cell: Cell<'_>) -> Result<(), DecodeError>;
    /// Takes a value from the database.
    fn load(&self, cell: Cell<'_>, merge: Merge) -> Result<(), DecodeError>;
    /// Whether the slot could hold it.
    fn accepts(&self, cell: Cell<'_>) -> Result<(), DecodeError>;
    /// Takes a value that the database has now, unless the user set another since `stamp`; whether it did.
    fn load_over(&self, stamp: Stamp, cell: Cell<'_>) -> Result<bool, DecodeError>;
    /// Takes a value of the user's.
    fn set(&self, cell: Cell<'_>, at: &'static Location<'static>) -> Result<(), DecodeError>;
    /// Names the newest value.
    fn stamp(&self) -> Stamp;
    /// The database has the named value now.
    fn settle(&self, stamp: Stamp);
    /// The database lost the named value again.
    fn unsettle(&self, stamp: Stamp);
}

impl<T: Type> ValueSlot for Slot<T> {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn is_loaded(&self) -> bool {
        Slot::is_loaded(self)
    }

    fn is_dirty(&self) -> bool {
        Slot::is_dirty(self)
    }

    fn is_changed(&self) -> bool {
        Slot::is_dirty(self)
            && match (Slot::original(self), self.get()) {
                (Some(original), Some(newest)) => !original.same(newest),
                _ => true,
            }
    }

    fn value(&self) -> Option<Value> {
        self.get().map(T::to_value)
    }

    fn original(&self) -> Option<Value> {
        Slot::original(self).map(T::to_value)
    }

    #[inline]
    fn init(&mut self, cell: Cell<'_>) -> Result<(), DecodeError> {
        Slot::init(self, T::from_cell(cell)?);
        Ok(())
    }

    fn load(&self, cell: Cell<'_>, merge: Merge) -> Result<(), DecodeError> {
        let current = self.get();
        if merge == Merge::Keep && current.is_some() && (Slot::is_dirty(self) || cell == Cell::Null) {
            return Ok(());
        }
        let value = T::from_cell(cell)?;
        let is_news = Slot::is_dirty(self) || current.is_none_or(|current| !current.same(&value));
        if is_news {
            Slot::load(self, value);
        }
        Ok(())
    }

    fn accepts(&self, cell: Cell<'_>) -> Result<(), DecodeError> {
        T::from_cell(cell).map(drop)
    }

    fn load_over(&self, stamp: Stamp, cell: Cell<'_>) -> Result<bool, DecodeError> {
        Ok(Slot::load_over(self, stamp, T::from_cell(cell)?))
    }

    fn set(&self, cell: Cell<'_>, at: &'static Location<'static>) -> Result<(), DecodeError> {
        Slot::set(self, T::from_cell(cell)?, at);
        Ok(())
    }

    fn stamp(&self) -> Stamp {
        Slot::stamp(self)
    }

    fn settle(&self, stamp: Stamp) {
        Slot::settle(self, stamp);
    }

    fn unsettle(&self, stamp: Stamp) {
        Slot::unsettle(self, stamp);
    }
}
