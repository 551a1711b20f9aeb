//! Takes entities into an arena: new ones, those of a unit of work's own, and those that are known by key.

use std::panic::Location;
use std::sync::Arc;

use crate::arena::{Arena, Loaded, Merge, NodeRef, SlotRef, State};
use crate::entity::items::add_item;
use crate::entity::relation::set_to_one;
use crate::entity::{Draft, DraftValue, TargetSource};
use crate::error::{DecodeError, Error, Result};
use crate::meta::{EntityId, EntityModel, PropertyId};
use crate::value::{Cell, Value};

/// The next flush fails with this error, as the call that caused it cannot.
pub(crate) fn refuse(arena: &Arena, error: Error) {
    arena.refuse(error);
}

/// The node that a source stands for, in `arena`; new entities are made there, to be inserted by the next flush.
pub(crate) fn resolve<'a>(
    arena: &'a Arena,
    entity: EntityId,
    source: TargetSource,
    at: &'static Location<'static>,
) -> Result<NodeRef<'a>> {
    let name = arena.registry().entity(entity).meta.name;
    match source {
        TargetSource::Node(other, node) if other.id() == arena.id() => {
            let node = arena.node(node);
            check_schema(arena, entity, node)?;
            Ok(node)
        }
        TargetSource::Node(..) => Err(Error::Detached { entity: name }),
        TargetSource::Key(key) => {
            let cells: Vec<Cell<'_>> = key.iter().map(Value::as_cell).collect();
            arena.lock().reference_to(entity, &cells).map_err(|problem| Error::Decode {
                entity: name,
                property: key_name(arena, entity),
                problem,
            })
        }
        TargetSource::Draft(draft) => adopt_as(arena, entity, *draft, at),
    }
}

fn key_name(arena: &Arena, entity: EntityId) -> &'static str {
    let model = arena.registry().entity(entity);
    model.key.first().map_or("", |key| model.property(*key).meta.name)
}

/// Makes the node of a new entity, to be inserted by the next flush, and links it. An entity that is known by its key
/// already is changed instead.
pub(crate) fn adopt<'a>(
    arena: &'a Arena,
    draft: Draft,
    at: &'static Location<'static>,
) -> Result<NodeRef<'a>> {
    let entity = match &draft.schema {
        Some(schema) => arena.registry().in_schema(arena.registry().find(draft.meta)?, schema)?,
        None => arena.entity_of(draft.meta)?,
    };
    adopt_as(arena, entity, draft, at)
}

fn adopt_as<'a>(
    arena: &'a Arena,
    entity: EntityId,
    draft: Draft,
    at: &'static Location<'static>,
) -> Result<NodeRef<'a>> {
    // All of it or nothing: what it relates to is checked before the first node is made.
    check(arena, entity, &draft)?;
    adopt_checked(arena, entity, draft, at)
}

/// Whether a node is of the schema that a relation leads to.
fn check_schema(arena: &Arena, entity: EntityId, node: NodeRef<'_>) -> Result<()> {
    if node.entity() == entity {
        return Ok(());
    }
    let words = |entity: EntityId| match &arena.registry().entity(entity).schema {
        Some(schema) => format!("the schema `{schema}`"),
        None => "the connection's own schema".to_owned(),
    };
    Err(Error::OtherSchema { entity: node.meta().name, found: words(node.entity()), expected: words(entity) })
}

/// Whether everything that a draft relates to is of this arena, or new.
fn check(arena: &Arena, entity: EntityId, draft: &Draft) -> Result<()> {
    let model = arena.registry().entity(entity);
    for (property, value) in model.properties.iter().zip(&draft.values) {
        let (Some(relation), Some(value)) = (&property.relation, value) else { continue };
        let sources = match value {
            DraftValue::Scalar(_) | DraftValue::Target(None) => &[],
            DraftValue::Target(Some(source)) => std::slice::from_ref(source),
            DraftValue::Items(sources) => sources.as_slice(),
        };
        for source in sources {
            match source {
                TargetSource::Node(other, node) if other.id() != arena.id() => {
                    return Err(Error::Detached { entity: other.node(*node).meta().name });
                }
                TargetSource::Node(_, node) => check_schema(arena, relation.target, arena.node(*node))?,
                TargetSource::Key(_) => {}
                TargetSource::Draft(draft) => check(arena, relation.target, draft)?,
            }
        }
    }
    Ok(())
}

fn adopt_checked<'a>(
    arena: &'a Arena,
    entity: EntityId,
    draft: Draft,
    at: &'static Location<'static>,
) -> Result<NodeRef<'a>> {
    let model = Arc::clone(arena.registry().entity(entity));
    let mut scalars = Vec::new();
    let mut targets = Vec::new();
    let mut collections = Vec::new();
    for (property, value) in draft.values.into_iter().enumerate() {
        let Some(relation) = &model.property(property).relation else {
            if let Some(DraftValue::Scalar(value)) = value {
                scalars.push((property, value));
            }
            continue;
        };
        match value {
            Some(DraftValue::Target(source)) => {
                let target = source.map(|source| resolve(arena, relation.target, source, at)).transpose()?;
                targets.push((property, target));
            }
            Some(DraftValue::Items(sources)) => {
                let items: Result<Vec<_>> =
                    sources.into_iter().map(|source| resolve(arena, relation.target, source, at)).collect();
                collections.push((property, items?));
            }
            Some(DraftValue::Scalar(_)) | None => {}
        }
    }
    let key = new_key(&model, &scalars, &targets);
    let cells: Option<Vec<Cell<'_>>> = key.as_ref().map(|key| key.iter().map(Value::as_cell).collect());
    let mut failed = 0;
    let (node, is_new) = arena
        .lock()
        .get_or_create(entity, State::New, cells.as_deref(), &mut |draft| {
            for (property, value) in &scalars {
                failed = *property;
                draft.value(*property, value.as_cell())?;
            }
            // Relations that belong to the key must be there when the node is found by it.
            for (property, target) in &targets {
                if model.property(*property).meta.primary {
                    draft.target(*property, *target);
                }
            }
            Ok(())
        })
        .map_err(|problem| decode_error(&model, failed, problem))?;
    if !is_new {
        for (property, value) in &scalars {
            if let Some(slot) = node.value_slot(*property)
                && slot.value().as_ref() != Some(value)
            {
                slot.set(value.as_cell(), at).map_err(|problem| decode_error(&model, *property, problem))?;
            }
        }
        if !node.is_initialized() && node.state() == State::Managed {
            node.set_state(State::New);
        }
    }
    let mut pending = arena.pending();
    // Who makes an entity anew that is to be removed wants its row to stay, with the new values.
    pending.keep(node);
    match node.state() {
        State::New => {
            node.set_initialized(true);
            pending.new.insert(node.pointer());
        }
        _ => pending.mark_dirty(node),
    }
    for (property, target) in targets {
        set_to_one(&mut pending, node, property, target, at);
    }
    for (property, items) in collections {
        if is_new {
            node.set_items_loaded(property, Loaded::Fully);
        }
        for item in items {
            add_item(&mut pending, node, property, item, at);
        }
    }
    Ok(node)
}

/// Takes a draft in as the state of a row that is in the database.
pub(crate) fn adopt_managed<'a>(
    arena: &'a Arena,
    draft: Draft,
    at: &'static Location<'static>,
) -> Result<NodeRef<'a>> {
    let entity = arena.entity_of(draft.meta)?;
    let model = Arc::clone(arena.registry().entity(entity));
    let mut scalars = Vec::new();
    let mut targets = Vec::new();
    for (property, value) in draft.values.into_iter().enumerate() {
        match (value, &model.property(property).relation) {
            (Some(DraftValue::Scalar(value)), None) => scalars.push((property, value)),
            (Some(DraftValue::Target(source)), Some(relation)) if relation.kind.holds_foreign_key() => {
                let target = source.map(|source| resolve(arena, relation.target, source, at)).transpose()?;
                targets.push((property, target));
            }
            _ => {}
        }
    }
    let key = new_key(&model, &scalars, &targets)
        .ok_or(Error::Required { entity: model.meta.name, property: key_name(arena, entity) })?;
    let cells: Vec<Cell<'_>> = key.iter().map(Value::as_cell).collect();
    let node = arena
        .lock()
        .reference_to(entity, &cells)
        .map_err(|problem| decode_error(&model, model.key.first().copied().unwrap_or_default(), problem))?;
    for (property, value) in &scalars {
        if let Some(slot) = node.value_slot(*property) {
            slot.load(value.as_cell(), Merge::Keep)
                .map_err(|problem| decode_error(&model, *property, problem))?;
        }
    }
    for (property, target) in targets {
        if let SlotRef::ToOne(link) = node.slot(property)
            && !link.is_dirty()
        {
            node.set_target(property, target, None);
        }
    }
    node.set_initialized(true);
    Ok(node)
}

/// The key of a new entity, if all of it was given.
fn new_key(
    model: &EntityModel,
    scalars: &[(PropertyId, Value)],
    targets: &[(PropertyId, Option<NodeRef<'_>>)],
) -> Option<Vec<Value>> {
    let mut key = Vec::new();
    for part in &model.key {
        let scalar = scalars.iter().find(|(property, _)| property == part);
        let target = targets.iter().find(|(property, _)| property == part);
        match (scalar, target) {
            (Some((_, value)), _) if !value.is_null() => key.push(value.clone()),
            (None, Some((_, Some(target)))) => key.extend(target.key()?),
            _ => return None,
        }
    }
    Some(key)
}

fn decode_error(model: &EntityModel, property: PropertyId, problem: DecodeError) -> Error {
    Error::Decode { entity: model.meta.name, property: model.property(property).meta.name, problem }
}
