//! Whether what is wanted of an entity is loaded already, so that nothing need be asked.

use crate::arena::{Loaded, NodeRef, SlotRef, State};
use crate::hint::{Known, ShapeTree};
use crate::query::Selection;

/// Whether everything that a shape promises is loaded.
pub(crate) fn is_satisfied(node: NodeRef<'_>, tree: &ShapeTree) -> bool {
    if !node.is_initialized() || matches!(node.state(), State::Removed | State::Gone) {
        return false;
    }
    tree.0.iter().enumerate().all(|(property, known)| match (known, node.slot(property)) {
        (Known::No | Known::Later, _) => true,
        (Known::Yes | Known::Key | Known::With(_), SlotRef::Value(slot)) => slot.is_loaded(),
        (Known::Yes | Known::Key, SlotRef::ToOne(link)) => link.is_loaded(),
        (Known::With(sub), SlotRef::ToOne(_)) => match node.target(property) {
            Some(Some(target)) => is_satisfied(target, sub),
            Some(None) => true,
            None => false,
        },
        (Known::With(sub), SlotRef::ToMany(_)) => {
            node.items_loaded(property) == Loaded::Fully
                && node.items(property).all(|item| is_satisfied(item, sub))
        }
        (Known::Yes | Known::Key, SlotRef::ToMany(_)) => node.items_loaded(property) == Loaded::Fully,
    })
}

/// Whether the selection's own columns are loaded.
pub(super) fn has_columns(node: NodeRef<'_>, selection: &Selection) -> bool {
    let model = node.model();
    node.is_initialized()
        && selection.columns.iter().all(|column| match node.slot(model.columns[*column].property) {
            SlotRef::Value(slot) => slot.is_loaded(),
            SlotRef::ToOne(link) => link.is_loaded(),
            SlotRef::ToMany(_) => true,
        })
}
