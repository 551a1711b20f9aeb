//! Typed paths: `a.author.name` in the closures of a query. All of them are zero-sized.

mod collection;
mod compare;
mod condition;
mod json;
mod operators;
mod order;
mod row;

use std::marker::PhantomData;
use std::ops::Deref;

pub use compare::{Comparand, Outer, SameType, TargetComparand};
pub use condition::{Condition, IntoCondition};
pub use json::{
    InJson, Inside, JsonAt, JsonColumn, JsonDocument, JsonIndex, JsonOperand, JsonScalar, JsonSteps,
    JsonText, JsonValue, Member, json_value,
};
pub use operators::{Comparable, KeyOperand, TextValue};
pub use order::{IntoOrder, OrderBy};
pub use row::{Row, RowOperand};

use crate::entity::Entity;
use crate::hint::Relation;
use crate::query;

/// Where every path begins.
#[derive(Debug, Clone, Copy)]
pub struct Root;

/// One property further than `Before`.
#[derive(Debug, Clone, Copy)]
pub struct Step<F, Before>(PhantomData<fn() -> (F, Before)>);

/// The positions that a path goes through.
pub trait Steps: 'static {
    /// Appends them, root first.
    fn write(path: &mut query::Path);
}

impl Steps for Root {
    fn write(_path: &mut query::Path) {}
}

impl<F: crate::hint::Field, Before: Steps> Steps for Step<F, Before> {
    fn write(path: &mut query::Path) {
        Before::write(path);
        path.0.push(F::INDEX as u16);
    }
}

/// The untyped form of a path.
pub fn steps<P: Steps>() -> query::Path {
    let mut path = query::Path::default();
    P::write(&mut path);
    path
}

/// A scalar property, reached from the entity `E`.
pub struct Path<E, P>(PhantomData<fn() -> (E, P)>);

/// A relation, reached from the entity `E`. Its target's properties are fields of it.
pub struct Rel<E, P>(PhantomData<fn() -> (E, P)>);

impl<E, P> Path<E, P> {
    /// The path; it holds nothing.
    pub const NEW: Self = Self(PhantomData);
}

impl<E, P> Rel<E, P> {
    /// The path; it holds nothing.
    pub const NEW: Self = Self(PhantomData);
}

impl<E, P> Clone for Path<E, P> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E, P> Copy for Path<E, P> {}
impl<E, P> Clone for Rel<E, P> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E, P> Copy for Rel<E, P> {}

/// The struct of an entity's paths.
pub trait Paths: Sized + 'static {
    /// The paths; they hold nothing.
    const PATHS: &'static Self;
}

impl<E: 'static, F: Relation, Before: 'static> Deref for Rel<E, Step<F, Before>> {
    type Target = <F::Target as Entity>::Paths<E, Step<F, Before>>;

    fn deref(&self) -> &Self::Target {
        Paths::PATHS
    }
}
