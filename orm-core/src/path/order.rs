//! Typed orders: `a.name.asc()`.

use std::marker::PhantomData;

use crate::query::{Direction, JsonPath, Nulls, Order};

/// One term of an order of `E`s.
#[must_use = "an order does nothing until it is given to a query"]
pub struct OrderBy<E> {
    order: Order,
    marker: PhantomData<fn() -> E>,
}

impl<E> OrderBy<E> {
    pub(crate) fn new(path: crate::query::Path, direction: Direction) -> Self {
        Self { order: Order { path, json: None, direction, nulls: Nulls::Natural }, marker: PhantomData }
    }

    /// By what is inside a JSON property.
    pub(crate) fn in_json(path: crate::query::Path, json: JsonPath, direction: Direction) -> Self {
        Self { order: Order { json: Some(json), ..Self::new(path, direction).order }, marker: PhantomData }
    }

    /// Nulls before everything else.
    pub fn nulls_first(mut self) -> Self {
        self.order.nulls = Nulls::First;
        self
    }

    /// Nulls behind everything else.
    pub fn nulls_last(mut self) -> Self {
        self.order.nulls = Nulls::Last;
        self
    }
}

/// What an order's closure may give: a term, a tuple of terms, or a `Vec` of terms.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no order of `{E}`",
    label = "expected `a.name.asc()`, or a tuple of such terms"
)]
pub trait IntoOrder<E> {
    /// Appends the terms.
    fn write(self, order: &mut Vec<Order>);
}

impl<E> IntoOrder<E> for OrderBy<E> {
    fn write(self, order: &mut Vec<Order>) {
        order.push(self.order);
    }
}

#[diagnostic::do_not_recommend]
impl<E> IntoOrder<E> for Vec<OrderBy<E>> {
    fn write(self, order: &mut Vec<Order>) {
        order.extend(self.into_iter().map(|term| term.order));
    }
}

macro_rules! order_tuples {
    ($($name:ident $place:tt),*) => {
        #[diagnostic::do_not_recommend]
        impl<E, $($name: IntoOrder<E>),*> IntoOrder<E> for ($($name,)*) {
            fn write(self, order: &mut Vec<Order>) {
                $(self.$place.write(order);)*
            }
        }
    };
}

order_tuples!(A 0);
order_tuples!(A 0, B 1);
order_tuples!(A 0, B 1, C 2);
order_tuples!(A 0, B 1, C 2, D 3);
order_tuples!(A 0, B 1, C 2, D 3, F 4);
order_tuples!(A 0, B 1, C 2, D 3, F 4, G 5);
