//! Properties that a query needs for itself: they are loaded, though the shape does not promise them.

use crate::hint::{Known, ShapeTree};
use crate::meta::{EntityId, Registry};

/// Adds the property at the end of a path of to-one relations to what is loaded.
pub(super) fn want(tree: &mut ShapeTree, registry: &Registry, entity: EntityId, path: &[u16]) {
    let Some((first, rest)) = path.split_first() else { return };
    let index = usize::from(*first);
    let model = registry.entity(entity);
    let Some(known) = tree.0.get_mut(index) else { return };
    let Some(relation) = &model.property(index).relation else {
        *known = Known::Yes;
        return;
    };
    let target = registry.target(relation);
    let holds_key = relation.kind.holds_foreign_key();
    // The foreign key tells the target's key, as long as that is no relation further on.
    if let [last] = rest
        && holds_key
        && target.key.contains(&usize::from(*last))
    {
        if !matches!(known, Known::With(_)) {
            *known = Known::Key;
        }
        return;
    }
    if !matches!(known, Known::With(_)) {
        *known = Known::With(ShapeTree(vec![Known::No; target.properties.len()]));
    }
    if let Known::With(sub) = known {
        want(sub, registry, target.id, rest);
    }
}
