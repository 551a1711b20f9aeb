//! A page of entities, and the cursors of its ends.

use std::sync::Arc;

use crate::em::cursor::order::PageOrder;
use crate::entity::{Entity, Managed};
use crate::error::Result;
use crate::hint::Shape;
use crate::types::Type;
use crate::value::Value;

/// A page of entities: what [`find_by_cursor`](crate::em::EntityManager::find_by_cursor) gives.
#[non_exhaustive]
pub struct Page<E: Entity, S: Shape = <E as Entity>::Whole> {
    /// The entities, in the order that was asked for, whichever way the page was found.
    pub items: Vec<Managed<E, S>>,
    /// How many there are on all pages; none if it was asked not to count.
    pub total_count: Option<u64>,
    /// The place of the first entity; none if there is none.
    pub start_cursor: Option<String>,
    /// The place of the last entity; none if there is none.
    pub end_cursor: Option<String>,
    /// Whether there are entities before this page.
    pub has_prev_page: bool,
    /// Whether there are entities after this page.
    pub has_next_page: bool,
    pub(super) order: Arc<PageOrder>,
}

impl<E: Entity, S: Shape> Page<E, S> {
    /// How many entities are on this page.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is no entity on this page.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The entities of this page.
    pub fn iter(&self) -> std::slice::Iter<'_, Managed<E, S>> {
        self.items.iter()
    }

    /// The place of an entity in the order of this page.
    ///
    /// # Errors
    /// [`NotInitialized`](crate::Error::NotInitialized) when the order goes by something that is not loaded of it.
    pub fn cursor_of<Other: Shape>(&self, entity: &Managed<E, Other>) -> Result<String> {
        Ok(self.order.encode(&self.order.place_of(entity.node())?))
    }
}

impl<E: Entity, S: Shape> std::fmt::Debug for Page<E, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page")
            .field("len", &self.len())
            .field("total_count", &self.total_count)
            .field("start_cursor", &self.start_cursor)
            .field("end_cursor", &self.end_cursor)
            .field("has_prev_page", &self.has_prev_page)
            .field("has_next_page", &self.has_next_page)
            .finish_non_exhaustive()
    }
}

impl<E: Entity, S: Shape> IntoIterator for Page<E, S> {
    type Item = Managed<E, S>;
    type IntoIter = std::vec::IntoIter<Managed<E, S>>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'p, E: Entity, S: Shape> IntoIterator for &'p Page<E, S> {
    type Item = &'p Managed<E, S>;
    type IntoIter = std::slice::Iter<'p, Managed<E, S>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A place in an order.
#[derive(Debug, Clone)]
pub enum Place {
    /// As a page gave it out.
    Cursor(String),
    /// The values of the order's terms.
    Values(Vec<Value>),
}

/// What a page may begin after or end before: a page, its `start_cursor` or `end_cursor`, or the values of the order's
/// terms as a tuple. `None` is no place: the page begins or ends where everything does.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no place in an order",
    label = "expected a page, a cursor, or a tuple of the values of the order's terms",
    note = "one value is a tuple, too: `.after((5,))`"
)]
pub trait IntoPlace {
    /// The place to begin after.
    fn end(self) -> Option<Place>;

    /// The place to end before.
    fn start(self) -> Option<Place>;
}

impl<E: Entity, S: Shape> IntoPlace for &Page<E, S> {
    fn end(self) -> Option<Place> {
        self.end_cursor.clone().map(Place::Cursor)
    }

    fn start(self) -> Option<Place> {
        self.start_cursor.clone().map(Place::Cursor)
    }
}

macro_rules! cursor_texts {
    ($($type:ty),*) => {$(
        impl IntoPlace for $type {
            fn end(self) -> Option<Place> {
                Some(Place::Cursor(self.into()))
            }

            fn start(self) -> Option<Place> {
                self.end()
            }
        }
    )*};
}

cursor_texts!(String, &String, &str);

impl<P: IntoPlace> IntoPlace for Option<P> {
    fn end(self) -> Option<Place> {
        self.and_then(P::end)
    }

    fn start(self) -> Option<Place> {
        self.and_then(P::start)
    }
}

macro_rules! value_tuples {
    ($($name:ident $place:tt),*) => {
        #[diagnostic::do_not_recommend]
        impl<$($name: Type),*> IntoPlace for ($($name,)*) {
            fn end(self) -> Option<Place> {
                Some(Place::Values(vec![$(self.$place.to_value()),*]))
            }

            fn start(self) -> Option<Place> {
                self.end()
            }
        }
    };
}

value_tuples!(A 0);
value_tuples!(A 0, B 1);
value_tuples!(A 0, B 1, C 2);
value_tuples!(A 0, B 1, C 2, D 3);
value_tuples!(A 0, B 1, C 2, D 3, F 4);
value_tuples!(A 0, B 1, C 2, D 3, F 4, G 5);
