//! Owned access to a node: keeps its arena alive.

use std::ptr::NonNull;
use std::sync::Arc;

use crate::arena::Arena;
use crate::arena::node::{Node, NodePtr, NodeRef};
use crate::arena::record::Record;

/// A node together with a share of its arena.
pub struct Owned<R: Record> {
    arena: Arc<Arena>,
    node: NonNull<Node<R>>,
}

// SAFETY: it is a shared reference to a node (which is `Sync`) and an `Arc` of an arena that is `Send` and `Sync`.
unsafe impl<R: Record> Send for Owned<R> {}
// SAFETY: as above.
unsafe impl<R: Record> Sync for Owned<R> {}

impl<R: Record> Clone for Owned<R> {
    fn clone(&self) -> Self {
        Self { arena: Arc::clone(&self.arena), node: self.node }
    }
}

impl<R: Record> Owned<R> {
    /// A share of the node, if it is of this record's entity.
    pub fn new(node: NodeRef<'_>) -> Option<Self> {
        let arena = node.arena().share()?;
        Some(Self { node: NonNull::from(node.typed::<R>()?), arena })
    }

    /// A share of the node, if it is of this arena and of this record's entity.
    pub fn shared(arena: &Arc<Arena>, node: NodePtr) -> Option<Self> {
        let typed = NonNull::from(arena.node(node).typed::<R>()?);
        Some(Self { arena: Arc::clone(arena), node: typed })
    }

    /// The node.
    #[inline]
    pub fn node(&self) -> &Node<R> {
        // SAFETY: the node lives as long as its arena, of which this is a share.
        unsafe { self.node.as_ref() }
    }

    /// The arena.
    pub fn arena(&self) -> &Arc<Arena> {
        &self.arena
    }
}

/// A typed view of a node: what may be read of it is in the view's type.
///
/// # Safety
/// The type MUST be `#[repr(transparent)]` over `Node<R>`.
pub unsafe trait ViewOf<R: Record>: Sized {
    /// The node.
    fn node(&self) -> &Node<R>;
}

/// Looks at a node through a view.
#[inline]
pub fn view<R: Record, V: ViewOf<R>>(node: &Node<R>) -> &V {
    // SAFETY: by the trait's contract both types have the same layout, and a view adds nothing to what may be done.
    unsafe { &*std::ptr::from_ref(node).cast::<V>() }
}
