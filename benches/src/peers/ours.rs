//! Ours: entities in an identity map, `read_only` finds, and writes by flush.
