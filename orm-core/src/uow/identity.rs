//! The identity map as a flush changes it: which node is found by which key.

use crate::arena::{Arena, NodeRef};
use crate::value::{Cell, Value};

/// Makes a node findable by its key. A bare reference that was made for the same key steps back.
pub(super) fn register(arena: &Arena, node: NodeRef<'_>) {
    let mut stores = arena.lock();
    let node = arena.node(node.pointer());
    // The key came from the slots of this very entity, so the store reads it.
    let Ok(found) = stores.register(node) else { return };
    if found != node
        && !found.is_initialized()
        && let Some(key) = node.key()
    {
        stores.forget(node.entity(), &key);
        let _ = stores.register(node);
    }
}

/// Makes a node unfindable by a key, if it is the one that is found by it.
pub(super) fn forget(arena: &Arena, node: NodeRef<'_>, key: &[Value]) {
    let cells: Vec<Cell<'_>> = key.iter().map(Value::as_cell).collect();
    let mut stores = arena.lock();
    if matches!(stores.find(node.entity(), &cells), Ok(Some(found)) if found == node) {
        stores.forget(node.entity(), key);
    }
}
