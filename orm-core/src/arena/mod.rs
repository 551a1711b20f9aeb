//! Where entities live: nodes that never move, in arenas that only grow.

/// Makes the storage of one entity's nodes.
pub type StoreFactory = fn() -> Box<dyn Store>;

/// The nodes of one entity in one arena.
pub trait Store: Send + Sync {}
