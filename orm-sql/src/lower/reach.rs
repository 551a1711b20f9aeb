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
pub(crate) fn any_path(condition: &Condition, test: &mut impl FnMut(&[u16]) -> Result<bool>) -> Result<bool> {
    match condition {
        Condition::All(conditions) | Condition::Any(conditions) => {
            for condition in conditions {
                if any_path(condition, test)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Condition::Not(condition) => any_path(condition, test),
        Condition::Property(path, _) => test(&path.0),
        _ => Ok(true),
    }
}
