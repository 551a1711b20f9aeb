//! What a plan reaches through relations: whether joins repeat roots, and which joins load what.

use orm_core::Result;
use orm_core::meta::{EntityModel, Registry};
use orm_core::query::{Condition, Selection};

use crate::lower::path::relation_of;

/// Whether a selection joins a relation to many.
pub(crate) fn joins_many(registry: &Registry, entity: &EntityModel, selection: &Selection) -> Result<bool> {
    for branch in &selection.branches {
        let (_, relation) = relation_of(entity, branch.property as u16)?;
        if relation.kind.is_to_many() || joins_many(registry, registry.target(relation), &branch.selection)? {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(crate) fn has_shared(selection: &Selection) -> bool {
    selection.branches.iter().any(|branch| branch.shares_condition_join)
}

/// Whether the selection loads all these relations; `shared`: by the joins that the condition uses.
pub(crate) fn loads(selection: &Selection, relations: &[u16], shared: bool) -> bool {
    let Some((first, rest)) = relations.split_first() else { return true };
    selection.branches.iter().any(|branch| {
        branch.property == usize::from(*first)
            && (!shared || branch.shares_condition_join)
            && loads(&branch.selection, rest, shared)
    })
}

/// Whether a path of the condition is one that `test` looks for.
pub(crate) fn any_path(condition: &Condition, test: impl Fn(&[u16]) -> Result<bool>) -> Result<bool> {
    let mut failed = None;
    let found = condition.any_path(&mut |path| {
        test(path).unwrap_or_else(|error| {
            failed = Some(error);
            true
        })
    });
    failed.map_or(Ok(found), Err)
}
