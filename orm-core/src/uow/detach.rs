//! Takes entities that went out of the relations and collections that still know them.

use rustc_hash::FxHashSet;

use crate::arena::{Arena, NodeRef, Pending, SlotRef, State};
use crate::meta::{EntityId, PropertyId};
use crate::uow::undo::{Undo, is_dirty};

/// Nobody points at an entity that went any more, as far as that may be null. Nothing becomes dirty by it: the rows
/// are left to the foreign keys' rules, and would only bring the entity back.
pub(super) fn detach<'a>(
    arena: &'a Arena,
    pending: &Pending,
    gone: &FxHashSet<NodeRef<'a>>,
    undo: &mut Undo,
) {
    if gone.is_empty() {
        return;
    }
    let kinds: FxHashSet<EntityId> = gone.iter().map(|node| node.entity()).collect();
    let entities = arena.lock().entities();
    for entity in entities {
        let model = arena.registry().entity(entity);
        let relations: Vec<PropertyId> = model
            .properties
            .iter()
            .enumerate()
            .filter(|(_, property)| {
                property.relation.as_ref().is_some_and(|relation| kinds.contains(&relation.target))
            })
            .map(|(property, _)| property)
            .collect();
        if relations.is_empty() {
            continue;
        }
        let findable = arena.lock().findable(model.id);
        let new = pending.new.iter().map(|node| arena.node(*node)).filter(|node| node.entity() == model.id);
        for node in findable.into_iter().chain(new) {
            if node.state() != State::Gone {
                relations.iter().for_each(|property| detach_from(node, *property, gone, undo));
            }
        }
    }
}

fn detach_from<'a>(node: NodeRef<'a>, property: PropertyId, gone: &FxHashSet<NodeRef<'a>>, undo: &mut Undo) {
    match node.slot(property) {
        SlotRef::ToOne(_) => {
            let meta = node.model().property(property).meta;
            let may_be_null = meta.nullable && !meta.primary;
            if let Some(target) = node.target(property).flatten()
                && gone.contains(&target)
                && may_be_null
                && !is_dirty(node, property)
            {
                node.set_target(property, None, None);
                undo.links.push((node.pointer(), property, Some(target.pointer())));
            }
        }
        SlotRef::ToMany(_) => {
            if node.items(property).any(|item| gone.contains(&item)) {
                let before: Vec<NodeRef<'a>> = node.items(property).collect();
                let rest: Vec<NodeRef<'a>> =
                    before.iter().copied().filter(|item| !gone.contains(item)).collect();
                node.replace_items(property, &rest);
                undo.items.push((
                    node.pointer(),
                    property,
                    before.into_iter().map(NodeRef::pointer).collect(),
                ));
            }
        }
        SlotRef::Value(_) => {}
    }
}
