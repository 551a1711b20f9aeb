//! Rows become entities: each cell goes straight into its slot, each row's repeated parents are passed over.

use std::any::Any;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use crate::arena::{Arena, Loaded, Merge, NodePtr, NodeRef, SlotRef, State, Stores};
use crate::driver::{Row, RowSink};
use crate::error::{DecodeError, Error, Result};
use crate::meta::{EntityId, EntityModel, PropertyId, Registry, RelationKind};
use crate::query::{PivotSource, Selection};
use crate::value::Cell;

/// Takes rows and makes entities of them.
pub(super) struct Hydrator {
    arena: Arc<Arena>,
    merge: Merge,
    root: Layout,
    pivot: Option<PivotLayout>,
    /// The roots, each once, in the order of the rows.
    pub(super) roots: Vec<NodePtr>,
}

/// Where an entity stands in a row, and what was seen of it.
struct Layout {
    model: Arc<EntityModel>,
    offset: usize,
    cells: Vec<CellTarget>,
    branches: Vec<BranchLayout>,
    /// Whether the same entity may come in several rows.
    repeats: bool,
    last: Option<NodePtr>,
    visited: FxHashSet<NodePtr>,
}

/// Where cells go.
enum CellTarget {
    Scalar { property: PropertyId, at: usize },
    ToOne { property: PropertyId, target: EntityId, at: usize, width: usize },
}

struct BranchLayout {
    property: PropertyId,
    kind: RelationKind,
    /// The to-one relation by which an item points back at its owner.
    inverse: Option<PropertyId>,
    layout: Layout,
    collections: Collections,
}

/// The collections that rows fill.
#[derive(Default)]
struct Collections {
    by_owner: FxHashMap<NodePtr, usize>,
    lists: Vec<(NodePtr, Vec<NodePtr>)>,
    last: usize,
    pairs: FxHashSet<(NodePtr, NodePtr)>,
    may_repeat: bool,
}

struct PivotLayout {
    owner: Arc<EntityModel>,
    property: PropertyId,
    collections: Collections,
}

impl Hydrator {
    pub(super) fn new(
        arena: Arc<Arena>,
        selection: &Selection,
        pivot: Option<&PivotSource>,
        merge: Merge,
        repeats_roots: bool,
    ) -> Self {
        let registry = Arc::clone(arena.registry());
        let pivot = pivot.map(|pivot| PivotLayout {
            owner: Arc::clone(registry.entity(pivot.owner)),
            property: pivot.property,
            collections: Collections::default(),
        });
        let mut offset = pivot.as_ref().map_or(0, |pivot| pivot.owner.key_columns.len());
        let repeats = repeats_roots || pivot.is_some();
        let root = Layout::new(&registry, selection, &mut offset, repeats, 0);
        Self { arena, merge, root, pivot, roots: Vec::new() }
    }

    /// Puts what was collected into the collections; the rows are all read.
    pub(super) fn finish(mut self, owners: Option<&[NodePtr]>) -> Vec<NodePtr> {
        let arena = Arc::clone(&self.arena);
        self.root.finish(&arena);
        if let (Some(pivot), Some(owners)) = (&mut self.pivot, owners) {
            // Owners without a row have an empty collection.
            owners.iter().for_each(|owner| pivot.collections.start(*owner));
            pivot.collections.finish(&arena, pivot.property, None);
        }
        self.roots
    }
}

impl RowSink for Hydrator {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        let arena = &*self.arena;
        let mut stores = arena.lock();
        let Some((node, is_first)) = self.root.read(&mut stores, arena, row, self.merge)? else {
            return Err(Error::Decode {
                entity: self.root.model.meta.name,
                property: self.root.key_name(),
                problem: DecodeError::Null,
            });
        };
        if is_first {
            self.roots.push(node.pointer());
        }
        if let Some(pivot) = &mut self.pivot {
            let key: SmallVec<[Cell<'_>; 2]> =
                (0..pivot.owner.key_columns.len()).map(|index| row.cell(index)).collect();
            let owner = stores.reference_to(pivot.owner.id, &key).map_err(|problem| Error::Decode {
                entity: pivot.owner.meta.name,
                property: pivot.owner.property(pivot.property).meta.name,
                problem,
            })?;
            pivot.collections.add(owner.pointer(), node.pointer());
        }
        Ok(())
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any + Send> {
        self
    }
}

impl Layout {
    fn new(
        registry: &Registry,
        selection: &Selection,
        offset: &mut usize,
        repeats: bool,
        sibling_collections: usize,
    ) -> Self {
        let model = Arc::clone(registry.entity(selection.entity));
        let start = *offset;
        *offset += selection.columns.len();
        let mut cells = Vec::new();
        let mut at = 0;
        while let Some(column) = selection.columns.get(at) {
            let property = model.columns[*column].property;
            let width = model.property(property).columns.len();
            cells.push(match model.property(property).owning_relation() {
                Some(relation) => {
                    CellTarget::ToOne { property, target: relation.target, at: start + at, width }
                }
                None => CellTarget::Scalar { property, at: start + at },
            });
            at += width;
        }
        let kind_of = |property: PropertyId| {
            model.property(property).relation.as_ref().map(|relation| (relation.kind, relation.inverse))
        };
        let to_many = |property: PropertyId| kind_of(property).is_some_and(|(kind, _)| kind.is_to_many());
        let collections_here = selection.branches.iter().filter(|branch| to_many(branch.property)).count();
        let branches = selection
            .branches
            .iter()
            .filter_map(|branch| {
                let (kind, inverse) = kind_of(branch.property)?;
                let is_collection = kind.is_to_many();
                let siblings = sibling_collections + collections_here - usize::from(is_collection);
                // A target comes again when rows repeat for any other reason, or many point at it.
                let layout = Layout::new(registry, &branch.selection, offset, true, siblings);
                let may_repeat = siblings > 0 || layout.has_collections();
                let inverse = inverse.filter(|_| matches!(kind, RelationKind::OneToMany));
                Some(BranchLayout {
                    property: branch.property,
                    kind,
                    inverse,
                    layout,
                    collections: Collections { may_repeat, ..Collections::default() },
                })
            })
            .collect();
        Self { model, offset: start, cells, branches, repeats, last: None, visited: FxHashSet::default() }
    }

    fn has_collections(&self) -> bool {
        self.branches.iter().any(|branch| branch.kind.is_to_many() || branch.layout.has_collections())
    }

    fn key_name(&self) -> &'static str {
        self.model.key.first().map_or("", |key| self.model.property(*key).meta.name)
    }

    /// The entity of a row, if the row has one, and whether it is the first time that it comes.
    fn read<'a>(
        &mut self,
        stores: &mut Stores<'a>,
        arena: &'a Arena,
        row: &dyn Row,
        merge: Merge,
    ) -> Result<Option<(NodeRef<'a>, bool)>> {
        let width = self.model.key_columns.len();
        let key: SmallVec<[Cell<'_>; 2]> =
            (self.offset..self.offset + width).map(|index| row.cell(index)).collect();
        if key.first() == Some(&Cell::Null) {
            return Ok(None);
        }
        let (node, is_first) = self.entity(stores, arena, row, &key, merge)?;
        for branch in &mut self.branches {
            branch.read(stores, arena, row, merge, node, is_first)?;
        }
        Ok(Some((node, is_first)))
    }

    fn entity<'a>(
        &mut self,
        stores: &mut Stores<'a>,
        arena: &'a Arena,
        row: &dyn Row,
        key: &[Cell<'_>],
        merge: Merge,
    ) -> Result<(NodeRef<'a>, bool)> {
        let name = self.model.meta.name;
        if self.repeats
            && let Some(found) = self.known(stores, arena, key)?
        {
            return Ok((found, false));
        }
        // The relations' targets first: a node is filled while the store is busy with it.
        let mut targets: SmallVec<[Option<NodeRef<'a>>; 4]> = SmallVec::new();
        for cell in &self.cells {
            if let CellTarget::ToOne { property, target, at, width } = cell {
                let foreign_key: SmallVec<[Cell<'_>; 2]> =
                    (*at..at + width).map(|index| row.cell(index)).collect();
                let points_somewhere = foreign_key.iter().all(|cell| *cell != Cell::Null);
                targets.push(match points_somewhere {
                    true => Some(
                        stores
                            .reference_to(*target, &foreign_key)
                            .map_err(|problem| self.decode_error(*property, problem))?,
                    ),
                    false => None,
                });
            }
        }
        let mut failed = 0;
        let cells = &self.cells;
        let mut fill = |draft: &mut crate::arena::Draft<'_>| {
            let mut targets = targets.iter();
            for cell in cells {
                match cell {
                    CellTarget::Scalar { property, at } => {
                        failed = *property;
                        draft.value(*property, row.cell(*at))?;
                    }
                    CellTarget::ToOne { property, .. } => {
                        draft.target(*property, targets.next().copied().flatten());
                    }
                }
            }
            Ok(())
        };
        let (node, is_new) =
            stores.get_or_create(self.model.id, State::Managed, Some(key), &mut fill).map_err(|problem| {
                Error::Decode { entity: name, property: self.model.property(failed).meta.name, problem }
            })?;
        if !is_new {
            self.merge(node, row, &targets, merge)?;
        }
        if !node.is_initialized() {
            node.set_initialized(true);
        }
        if self.repeats {
            self.visited.insert(node.pointer());
            self.last = Some(node.pointer());
        }
        Ok((node, true))
    }

    /// The entity of that key, if an earlier row of this query had it.
    fn known<'a>(
        &mut self,
        stores: &Stores<'a>,
        arena: &'a Arena,
        key: &[Cell<'_>],
    ) -> Result<Option<NodeRef<'a>>> {
        let property = self.model.key.first().copied().unwrap_or_default();
        let found =
            stores.find(self.model.id, key).map_err(|problem| self.decode_error(property, problem))?;
        Ok(found
            .filter(|node| {
                let pointer = node.pointer();
                self.last == Some(pointer) || self.visited.contains(&pointer)
            })
            .map(|node| arena.node(node.pointer())))
    }

    /// A row of an entity that is known already.
    fn merge(
        &self,
        node: NodeRef<'_>,
        row: &dyn Row,
        targets: &[Option<NodeRef<'_>>],
        merge: Merge,
    ) -> Result<()> {
        let mut targets = targets.iter();
        for cell in &self.cells {
            match cell {
                CellTarget::Scalar { property, at } => {
                    if let SlotRef::Value(slot) = node.slot(*property) {
                        slot.load(row.cell(*at), merge)
                            .map_err(|problem| self.decode_error(*property, problem))?;
                    }
                }
                CellTarget::ToOne { property, .. } => {
                    load_target(node, *property, targets.next().copied().flatten(), merge);
                }
            }
        }
        Ok(())
    }

    fn decode_error(&self, property: PropertyId, problem: DecodeError) -> Error {
        Error::Decode {
            entity: self.model.meta.name,
            property: self.model.property(property).meta.name,
            problem,
        }
    }

    fn finish(&mut self, arena: &Arena) {
        for branch in &mut self.branches {
            if branch.kind.is_to_many() {
                branch.collections.finish(arena, branch.property, branch.inverse);
            }
            branch.layout.finish(arena);
        }
    }
}

/// Points a relation where the database says, unless the user pointed it elsewhere.
pub(super) fn load_target(
    node: NodeRef<'_>,
    property: PropertyId,
    target: Option<NodeRef<'_>>,
    merge: Merge,
) {
    if let SlotRef::ToOne(link) = node.slot(property)
        && (merge == Merge::Overwrite || !link.is_dirty())
        && (link.is_dirty() || node.target(property) != Some(target))
    {
        node.set_target(property, target, None);
    }
}

impl BranchLayout {
    fn read<'a>(
        &mut self,
        stores: &mut Stores<'a>,
        arena: &'a Arena,
        row: &dyn Row,
        merge: Merge,
        owner: NodeRef<'a>,
        is_first: bool,
    ) -> Result<()> {
        let target = self.layout.read(stores, arena, row, merge)?.map(|(node, _)| node);
        if self.kind.is_to_many() {
            if is_first {
                self.collections.start(owner.pointer());
            }
            if let Some(target) = target {
                if let Some(inverse) = self.inverse
                    && target.target(inverse).is_none()
                {
                    load_target(target, inverse, Some(owner), Merge::Keep);
                }
                self.collections.add(owner.pointer(), target.pointer());
            }
            return Ok(());
        }
        if is_first {
            load_target(owner, self.property, target, merge);
            if let (RelationKind::OneToOneInverse | RelationKind::OneToOneOwner, Some(target)) =
                (self.kind, target)
                && let Some(inverse) = owner
                    .model()
                    .property(self.property)
                    .relation
                    .as_ref()
                    .and_then(|relation| relation.inverse)
                && target.target(inverse).is_none()
            {
                load_target(target, inverse, Some(owner), Merge::Keep);
            }
        }
        Ok(())
    }
}

impl Collections {
    /// The owner has a collection, even if no item comes.
    fn start(&mut self, owner: NodePtr) {
        self.list(owner);
    }

    fn list(&mut self, owner: NodePtr) -> &mut Vec<NodePtr> {
        if self.lists.get(self.last).is_none_or(|(last, _)| *last != owner) {
            self.last = *self.by_owner.entry(owner).or_insert_with(|| {
                self.lists.push((owner, Vec::new()));
                self.lists.len() - 1
            });
        }
        &mut self.lists[self.last].1
    }

    fn add(&mut self, owner: NodePtr, item: NodePtr) {
        if self.may_repeat && !self.pairs.insert((owner, item)) {
            return;
        }
        self.list(owner).push(item);
    }

    fn finish(&mut self, arena: &Arena, property: PropertyId, inverse: Option<PropertyId>) {
        for (owner, items) in self.lists.drain(..) {
            let items: Vec<_> = items.into_iter().map(|item| arena.node(item)).collect();
            fill_collection(arena.node(owner), property, inverse, &items, Loaded::Fully);
        }
    }
}

/// Makes what the database has, and what the user changed since, the items of a collection.
pub(super) fn fill_collection(
    owner: NodeRef<'_>,
    property: PropertyId,
    inverse: Option<PropertyId>,
    from_database: &[NodeRef<'_>],
    loaded: Loaded,
) {
    let pending = owner.arena().pending();
    let change = pending.collections.get(&(owner.pointer(), property));
    let left = |item: &NodeRef<'_>| match (inverse, change) {
        (Some(inverse), _) => item.target(inverse).is_some_and(|target| target != Some(owner)),
        (None, Some(change)) => change.cleared || change.removed.contains(&item.pointer()),
        (None, None) => false,
    };
    let came = |item: &NodeRef<'_>| match inverse {
        Some(inverse) => {
            item.target(inverse) == Some(Some(owner))
                && (item.state() == State::New
                    || matches!(item.slot(inverse), SlotRef::ToOne(link) if link.is_dirty()))
        }
        None => {
            change.is_some_and(|change| change.added.contains(&item.pointer()))
                || mirrored(&pending, *item, owner, property)
        }
    };
    let mut items: Vec<_> = from_database
        .iter()
        .copied()
        .filter(|item| !matches!(item.state(), State::Removed | State::Gone) && !left(item))
        .collect();
    let known: FxHashSet<_> = items.iter().copied().collect();
    let pending_items: Vec<_> =
        owner.items(property).filter(|item| !known.contains(item) && came(item)).collect();
    items.extend(pending_items);
    owner.replace_items(property, &items);
    owner.set_items_loaded(property, loaded);
}

/// Whether the pair was added from the other side of a many-to-many relation.
fn mirrored(
    pending: &crate::arena::Pending,
    item: NodeRef<'_>,
    owner: NodeRef<'_>,
    property: PropertyId,
) -> bool {
    let relation = owner.model().property(property).relation.as_ref();
    relation
        .and_then(|relation| relation.inverse)
        .and_then(|inverse| pending.collections.get(&(item.pointer(), inverse)))
        .is_some_and(|change| change.added.contains(&owner.pointer()))
}
