//! Where an entity and its relations stand in a row: each cell goes straight into its slot, and an entity that an
//! earlier row had is passed over.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use smallvec::{SmallVec, smallvec};

use crate::arena::{Arena, Draft, Loaded, Merge, NodePtr, NodeRef, SlotRef, State, Stores};
use crate::driver::Row;
use crate::error::{DecodeError, Error, Result};
use crate::load::items::Collections;
use crate::meta::{EntityId, EntityModel, PropertyId, Registry, RelationKind};
use crate::query::Selection;
use crate::value::Cell;

/// Where an entity stands in a row, and what was seen of it.
pub(super) struct Layout {
    model: Arc<EntityModel>,
    offset: usize,
    cells: Vec<CellTarget>,
    branches: Vec<BranchLayout>,
    /// What came, if the same entity may come in several rows.
    seen: Option<Seen>,
}

/// The entities that earlier rows had.
#[derive(Default)]
struct Seen {
    last: LastKey,
    all: FxHashSet<NodePtr>,
}

/// The last key and its node, if the key is one integer. Rows of one entity mostly come together.
#[derive(Default)]
struct LastKey(Option<(i64, NodePtr)>);

/// Where cells go.
enum CellTarget {
    Scalar { property: PropertyId, at: usize },
    ToOne { property: PropertyId, target: EntityId, at: usize, width: usize, last: LastKey },
}

/// The cells of a key: nearly always one.
type KeyCells<'r> = SmallVec<[Cell<'r>; 1]>;

/// A relation that comes in the same row.
struct BranchLayout {
    property: PropertyId,
    kind: RelationKind,
    /// The to-one relation by which a target points back at its owner.
    inverse: Option<PropertyId>,
    layout: Layout,
    collections: Collections,
    /// The pairs of a many-to-many relation that came, if they may come again.
    pairs: Option<FxHashSet<(NodePtr, NodePtr)>>,
}

/// A few cells of a row.
pub(super) fn cells(row: &dyn Row, at: usize, width: usize) -> KeyCells<'_> {
    match width {
        1 => smallvec![row.cell(at)],
        _ => (at..at + width).map(|at| row.cell(at)).collect(),
    }
}

/// How many collections come in the same row as this entity.
fn collections_of(registry: &Registry, selection: &Selection) -> usize {
    let model = registry.entity(selection.entity);
    let collections = selection.branches.iter().map(|branch| {
        let relation = model.property(branch.property).relation.as_ref();
        let is_collection = relation.is_some_and(|relation| relation.kind.is_to_many());
        usize::from(is_collection) + collections_of(registry, &branch.selection)
    });
    collections.sum()
}

impl Layout {
    /// `siblings` counts the collections beside this entity's path, each of which multiplies its rows; `repeats` says
    /// that something else does.
    pub(super) fn new(
        registry: &Registry,
        selection: &Selection,
        offset: &mut usize,
        siblings: usize,
        repeats: bool,
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
                    let (target, last) = (relation.target, LastKey::default());
                    CellTarget::ToOne { property, target, at: start + at, width, last }
                }
                None => CellTarget::Scalar { property, at: start + at },
            });
            at += width;
        }
        let collections = collections_of(registry, selection);
        let branches = selection.branches.iter().filter_map(|branch| {
            let relation = model.property(branch.property).relation.as_ref()?;
            let kind = relation.kind;
            let collections_there =
                usize::from(kind.is_to_many()) + collections_of(registry, &branch.selection);
            let siblings = siblings + collections - collections_there;
            // Many may point at one target.
            let repeats = repeats || kind == RelationKind::ManyToOne || kind.is_many_to_many();
            let layout = Layout::new(registry, &branch.selection, offset, siblings, repeats);
            Some(BranchLayout {
                property: branch.property,
                kind,
                inverse: relation.inverse.filter(|_| !kind.is_many_to_many()),
                pairs: kind.is_many_to_many().then(FxHashSet::default),
                layout,
                collections: Collections::default(),
            })
        });
        let branches = branches.collect();
        let seen = (repeats || siblings > 0 || collections > 0).then(Seen::default);
        Self { model, offset: start, cells, branches, seen }
    }

    /// Whether a collection comes in the same row.
    pub(super) fn has_collections(&self) -> bool {
        self.branches.iter().any(|branch| branch.kind.is_to_many() || branch.layout.has_collections())
    }

    /// The error of a row that has no key.
    pub(super) fn key_is_null(&self) -> Error {
        self.decode_error(self.model.key.first().copied().unwrap_or_default(), DecodeError::Null)
    }

    /// The entity of a row, if the row has one, and whether it is the first time that it comes.
    pub(super) fn read<'a>(
        &mut self,
        stores: &mut Stores<'a>,
        arena: &'a Arena,
        row: &dyn Row,
        merge: Merge,
    ) -> Result<Option<(NodeRef<'a>, bool)>> {
        let key = cells(row, self.offset, self.model.key_columns.len());
        if matches!(key.first(), Some(Cell::Null)) {
            return Ok(None);
        }
        let (node, is_first) = match self.known(stores, arena, &key)? {
            Some(node) => (node, false),
            None => (self.entity(stores, arena, row, &key, merge)?, true),
        };
        for branch in &mut self.branches {
            branch.read(stores, arena, row, merge, node, is_first)?;
        }
        Ok(Some((node, is_first)))
    }

    /// The entity of that key, if an earlier row of this query had it.
    fn known<'a>(
        &mut self,
        stores: &Stores<'a>,
        arena: &'a Arena,
        key: &[Cell<'_>],
    ) -> Result<Option<NodeRef<'a>>> {
        let Some(seen) = &mut self.seen else { return Ok(None) };
        if let Some(node) = seen.last.get(key) {
            return Ok(Some(arena.node(node)));
        }
        let found = stores.find(self.model.id, key).map_err(|problem| {
            decode_error(&self.model, self.model.key.first().copied().unwrap_or_default(), problem)
        })?;
        let known = found.filter(|node| seen.all.contains(&node.pointer()));
        if let Some(node) = known {
            seen.last.set(key, node.pointer());
        }
        Ok(known)
    }

    /// The entity of a row that has it for the first time.
    fn entity<'a>(
        &mut self,
        stores: &mut Stores<'a>,
        arena: &'a Arena,
        row: &dyn Row,
        key: &[Cell<'_>],
        merge: Merge,
    ) -> Result<NodeRef<'a>> {
        let targets = self.targets(stores, arena, row)?;
        let (mut failed, offset, cells) = (0, self.offset, &self.cells);
        let mut fill = |draft: &mut Draft<'_>| {
            let mut targets = targets.iter();
            for cell in cells {
                match cell {
                    CellTarget::Scalar { property, at } => {
                        failed = *property;
                        // The key comes first and is read already.
                        let cell = key.get(at - offset).copied().unwrap_or_else(|| row.cell(*at));
                        draft.value(*property, cell)?;
                    }
                    CellTarget::ToOne { property, .. } => {
                        draft.target(*property, targets.next().copied().flatten());
                    }
                }
            }
            Ok(())
        };
        let (node, is_new) = stores
            .get_or_create(self.model.id, State::Managed, Some(key), &mut fill)
            .map_err(|problem| decode_error(&self.model, failed, problem))?;
        if !is_new {
            self.merge(node, row, &targets, merge)?;
        }
        if !node.is_initialized() {
            node.set_initialized(true);
        }
        if let Some(seen) = &mut self.seen {
            seen.all.insert(node.pointer());
            seen.last.set(key, node.pointer());
        }
        Ok(node)
    }

    /// What the foreign keys of a row point at. A node is filled while the store is busy with it, so they come first.
    fn targets<'a>(
        &mut self,
        stores: &mut Stores<'a>,
        arena: &'a Arena,
        row: &dyn Row,
    ) -> Result<SmallVec<[Option<NodeRef<'a>>; 4]>> {
        let mut targets = SmallVec::new();
        for cell in &mut self.cells {
            let CellTarget::ToOne { property, target, at, width, last } = cell else { continue };
            let key = cells(row, *at, *width);
            if key.iter().any(|cell| matches!(cell, Cell::Null)) {
                targets.push(None);
                continue;
            }
            let node = match last.get(&key) {
                Some(node) => arena.node(node),
                None => {
                    let node = stores.reference_to(*target, &key);
                    let node = node.map_err(|problem| decode_error(&self.model, *property, problem))?;
                    last.set(&key, node.pointer());
                    node
                }
            };
            targets.push(Some(node));
        }
        Ok(targets)
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
        decode_error(&self.model, property, problem)
    }

    /// Puts what was collected into the collections; the rows are all read.
    pub(super) fn finish(&mut self, arena: &Arena, loaded: Loaded) {
        for branch in &mut self.branches {
            if branch.kind.is_to_many() {
                branch.collections.finish(arena, branch.property, branch.inverse, loaded);
            }
            branch.layout.finish(arena, loaded);
        }
    }
}

fn decode_error(model: &EntityModel, property: PropertyId, problem: DecodeError) -> Error {
    Error::Decode { entity: model.meta.name, property: model.property(property).meta.name, problem }
}

impl LastKey {
    fn get(&self, key: &[Cell<'_>]) -> Option<NodePtr> {
        match (&self.0, key) {
            (Some((last, node)), [Cell::Int(key)]) if last == key => Some(*node),
            _ => None,
        }
    }

    fn set(&mut self, key: &[Cell<'_>], node: NodePtr) {
        self.0 = match key {
            [Cell::Int(key)] => Some((*key, node)),
            _ => None,
        };
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
        let target = self.layout.read(stores, arena, row, merge)?;
        if self.kind.is_to_many() {
            if is_first {
                self.collections.start(owner.pointer());
            }
            if let Some((target, is_first_target)) = target {
                self.add(owner, target, is_first_target);
            }
        } else if is_first {
            let target = target.map(|(target, _)| target);
            load_target(owner, self.property, target, merge);
            if let Some(target) = target
                && self.kind != RelationKind::ManyToOne
            {
                self.point_back(target, owner);
            }
        }
        Ok(())
    }

    /// An item of the owner's collection, which may have come before.
    fn add(&mut self, owner: NodeRef<'_>, target: NodeRef<'_>, is_first: bool) {
        let is_new = match &mut self.pairs {
            Some(pairs) => pairs.insert((owner.pointer(), target.pointer())),
            // It has one owner only.
            None => is_first,
        };
        if is_new {
            self.point_back(target, owner);
            self.collections.add(owner.pointer(), target.pointer());
        }
    }

    fn point_back(&self, target: NodeRef<'_>, owner: NodeRef<'_>) {
        if let Some(inverse) = self.inverse
            && target.target(inverse).is_none()
        {
            load_target(target, inverse, Some(owner), Merge::Keep);
        }
    }
}
