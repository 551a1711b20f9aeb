//! Rows become entities: the sink that a driver pushes rows into.

use std::any::Any;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::arena::{Arena, Loaded, Merge, NodePtr};
use crate::driver::{Row, RowSink};
use crate::error::{DecodeError, Error, Result};
use crate::load::items::Collections;
use crate::load::layout::{Layout, cells};
use crate::meta::{EntityModel, PropertyId};
use crate::query::{PivotSource, Selection};

/// Takes rows and makes entities of them.
pub(super) struct Hydrator {
    arena: Arc<Arena>,
    merge: Merge,
    root: Layout,
    pivot: Option<PivotLayout>,
    /// The roots, each once, in the order of the rows.
    roots: Vec<NodePtr>,
}

/// The owner's key before the columns of an item.
struct PivotLayout {
    owner: Arc<EntityModel>,
    property: PropertyId,
    collections: Collections,
    /// The pairs that came, if they may come again.
    pairs: Option<FxHashSet<(NodePtr, NodePtr)>>,
}

impl Hydrator {
    /// `repeats_rows` says that a condition may find a root more than once.
    pub(super) fn new(
        arena: Arc<Arena>,
        selection: &Selection,
        pivot: Option<&PivotSource>,
        merge: Merge,
        repeats_rows: bool,
    ) -> Self {
        let registry = Arc::clone(arena.registry());
        let mut offset = pivot.map_or(0, |pivot| registry.entity(pivot.owner).key_columns.len());
        let root = Layout::new(&registry, selection, &mut offset, 0, repeats_rows || pivot.is_some());
        let pivot = pivot.map(|pivot| PivotLayout {
            owner: Arc::clone(registry.entity(pivot.owner)),
            property: pivot.property,
            collections: Collections::default(),
            pairs: (repeats_rows || root.has_collections()).then(FxHashSet::default),
        });
        Self { arena, merge, root, pivot, roots: Vec::new() }
    }

    /// Puts what was collected into the collections; the rows are all read.
    /// `loaded` is what the collections are then.
    pub(super) fn finish(mut self, owners: Option<&[NodePtr]>, loaded: Loaded) -> Vec<NodePtr> {
        let arena = Arc::clone(&self.arena);
        self.root.finish(&arena, loaded);
        if let (Some(pivot), Some(owners)) = (&mut self.pivot, owners) {
            // Owners without a row have an empty collection.
            owners.iter().for_each(|owner| pivot.collections.start(*owner));
            pivot.collections.finish(&arena, pivot.property, None, loaded);
        }
        self.roots
    }
}

impl RowSink for Hydrator {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        let arena = &*self.arena;
        let mut stores = arena.lock();
        let Some((node, is_first)) = self.root.read(&mut stores, arena, row, self.merge)? else {
            return Err(self.root.key_is_null());
        };
        if is_first {
            self.roots.push(node.pointer());
        }
        if let Some(pivot) = &mut self.pivot {
            let key = cells(row, 0, pivot.owner.key_columns.len());
            let owner = stores.reference_to(pivot.owner.id, &key).map_err(|problem| pivot.error(problem))?;
            pivot.add(owner.pointer(), node.pointer());
        }
        Ok(())
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any + Send> {
        self
    }
}

impl PivotLayout {
    fn add(&mut self, owner: NodePtr, item: NodePtr) {
        if self.pairs.as_mut().is_none_or(|pairs| pairs.insert((owner, item))) {
            self.collections.add(owner, item);
        }
    }

    fn error(&self, problem: DecodeError) -> Error {
        let property = self.owner.property(self.property).meta.name;
        Error::Decode { entity: self.owner.meta.name, property, problem }
    }
}
