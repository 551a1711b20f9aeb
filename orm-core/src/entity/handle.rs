//! Handles: a node together with what its type says of it.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use crate::arena::{Arena, NodePtr, NodeRef, Owned, view};
use crate::entity::Entity;
use crate::error::Result;
use crate::hint::{Fields, Hint, Populate, Select, Shape};
use crate::types::Key;
use crate::value::Value;

/// An entity of a unit of work. What may be read of it is in `S`; two handles of one row are the same entity.
pub struct Managed<E: Entity, S = <E as Entity>::Whole> {
    owned: Owned<E::Record>,
    shape: PhantomData<fn() -> S>,
}

/// A handle by its hints: `Loaded<Article, populate!(Article: tags), fields!(Article: title, author.email)>`.
///
/// `P` are the populated relations, `F` the fields; both are what the macros `populate!` and `fields!` make, `()` for
/// none. Without fields everything is loaded that a query loads by itself.
pub type Loaded<E, P = (), F = AllFields> = Managed<E, <(P, F) as Hints<E>>::Shape>;

/// All fields that a query loads by itself.
pub struct AllFields;

/// Hints as they stand in [`Loaded`].
pub trait Hints<E: Entity> {
    /// The shape they make.
    type Shape: Shape<Entity = E>;
}

impl<E: Entity, P> Hints<E> for (P, AllFields)
where
    P: Hint<E::Whole, Populate>,
    P::Out: Shape<Entity = E>,
{
    type Shape = P::Out;
}

/// Fields as they stand in [`Loaded`].
pub struct Only<F>(PhantomData<fn() -> F>);

impl<E: Entity, P, F> Hints<E> for (P, Only<F>)
where
    P: Hint<E::Whole, Populate>,
    F: Hint<<P::Out as Shape>::Bare, Select>,
    F::Out: Shape<Entity = E>,
{
    type Shape = Fields<P::Out, F>;
}

impl<E: Entity, S: Shape> Managed<E, S> {
    /// A handle of a node that the caller knows to fit the shape; none if the node is of another entity.
    pub(crate) fn from_node(node: NodeRef<'_>) -> Option<Self> {
        Some(Self { owned: Owned::new(node)?, shape: PhantomData })
    }

    /// Handles of nodes that a query found.
    pub(crate) fn from_nodes(arena: &Arc<Arena>, nodes: &[NodePtr]) -> Vec<Self> {
        nodes
            .iter()
            .filter_map(|node| Owned::shared(arena, *node))
            .map(|owned| Self { owned, shape: PhantomData })
            .collect()
    }

    /// A handle of nothing that is stored: what is left when an entity could not be taken in.
    pub(crate) fn gone(arena: &Arc<Arena>) -> Self {
        Self { owned: Arena::lone(arena.registry()), shape: PhantomData }
    }

    /// The arena.
    pub(crate) fn arena(&self) -> &Arc<Arena> {
        self.owned.arena()
    }

    /// The node.
    pub(crate) fn node(&self) -> NodeRef<'_> {
        self.owned.node().erase()
    }

    /// The same entity, promising something else. The caller knows that it holds.
    pub(crate) fn reshape<Other: Shape>(self) -> Managed<E, Other> {
        Managed { owned: self.owned, shape: PhantomData }
    }

    /// The same entity with the values that the database generated, once it was flushed.
    ///
    /// # Errors
    /// [`Error::NotFlushed`](crate::Error::NotFlushed) before the flush.
    pub fn flushed(&self) -> Result<Managed<E, S::Flushed>> {
        match self.node().state() {
            crate::arena::State::New => Err(crate::Error::NotFlushed { entity: E::meta().name }),
            _ => Ok(self.clone().reshape()),
        }
    }

    /// Whether the two handles are of one entity of one unit of work.
    pub fn is_same<Other: Shape>(&self, other: &Managed<E, Other>) -> bool {
        self.node() == other.node()
    }

    /// This handle, promising only what `Other` promises: for functions that name what they need.
    pub fn narrow<Other: Shape<Entity = E>>(&self) -> Managed<E, Other>
    where
        S: crate::hint::Covers<Other>,
    {
        self.clone().reshape()
    }
}

/// A handle of a node that the caller knows to be of that entity and shape.
pub(crate) fn handle_of<E: Entity, S: Shape>(node: NodeRef<'_>) -> Managed<E, S> {
    Managed::from_node(node).expect("the caller knows the node's entity")
}

/// What stands for an entity of a unit of work: a handle, or a view that a relation or a collection gave.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no entity of a unit of work",
    label = "expected a handle (`&article`), or what a relation or a collection gave"
)]
pub trait InUnitOfWork {
    /// The entity.
    type Entity: Entity;

    /// The node without its type.
    #[doc(hidden)]
    fn node_ref(&self) -> NodeRef<'_>;
}

impl<E: Entity, S: Shape> InUnitOfWork for Managed<E, S> {
    type Entity = E;

    fn node_ref(&self) -> NodeRef<'_> {
        self.node()
    }
}

#[diagnostic::do_not_recommend]
impl<V: EntityView> InUnitOfWork for V {
    type Entity = V::Entity;

    fn node_ref(&self) -> NodeRef<'_> {
        self.erased()
    }
}

impl<E: Entity, S> Clone for Managed<E, S> {
    fn clone(&self) -> Self {
        Self { owned: self.owned.clone(), shape: PhantomData }
    }
}

impl<E: Entity, S: Shape> Deref for Managed<E, S> {
    type Target = E::View<S>;

    #[inline]
    fn deref(&self) -> &E::View<S> {
        view(self.owned.node())
    }
}

/// Two handles are equal when they are of one entity of one unit of work.
impl<E: Entity, S: Shape, Other: Shape> PartialEq<Managed<E, Other>> for Managed<E, S> {
    fn eq(&self, other: &Managed<E, Other>) -> bool {
        self.is_same(other)
    }
}

impl<E: Entity, S: Shape> fmt::Debug for Managed<E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let node = self.node();
        let mut out = f.debug_struct(E::meta().name);
        for (index, property) in E::meta().properties.iter().enumerate() {
            if let Some(value) = node.value_slot(index).and_then(|slot| slot.value()) {
                out.field(property.name, &format_args!("{value}"));
            } else if let Some(Some(target)) = node.target(index) {
                out.field(property.name, &format_args!("{}({})", target.meta().name, target.key_text()));
            }
        }
        out.finish()
    }
}

/// A generated view: a node seen through a shape.
pub trait EntityView {
    /// The entity.
    type Entity: Entity;
    /// What may be read of it.
    type Shape: Shape;

    /// The node without its type.
    #[doc(hidden)]
    fn erased(&self) -> NodeRef<'_>;
}

/// What every view can do, beside what the derive gave it. A property of the same name wins.
pub trait ViewExt: EntityView + Sized {
    /// An owned handle of this entity.
    fn handle(&self) -> Managed<Self::Entity, Self::Shape> {
        Managed::from_node(self.erased())
            .expect("a view is of its own entity, and borrowed from a living arena")
    }

    /// The primary key, once it is known.
    fn key(&self) -> Option<<Self::Entity as Entity>::Key> {
        let values = self.erased().key()?;
        let mut cells = values.iter().map(Value::as_cell);
        Key::read(&mut || cells.next().unwrap_or(crate::value::Cell::Null)).ok()
    }

    /// Whether a row was loaded, or the entity was made here; else it is a bare reference.
    fn is_initialized(&self) -> bool {
        self.erased().is_initialized()
    }
}

impl<V: EntityView> ViewExt for V {}
