//! What one unit of work learned of rows that another one has, too.

use std::sync::Arc;

use crate::arena::{Arena, Merge, NodeRef, SlotRef, State};
use crate::error::DecodeError;
use crate::load::layout::load_target;
use crate::meta::{EntityId, PropertyId};
use crate::value::{Cell, Value};

/// A row as the first unit of work left it.
struct News {
    entity: EntityId,
    key: Vec<Value>,
    values: Vec<(PropertyId, Value)>,
    /// Relations, and the keys that they point at.
    targets: Vec<(PropertyId, Option<Vec<Value>>)>,
}

/// Lets entities of `to` have the values that the same rows have in `from`. What was changed in `to` and waits for a
/// flush stays; what `from` never loaded changes nothing, and entities that only `from` has stay there.
pub(crate) fn carry(from: &Arena, to: &Arc<Arena>) {
    let stores = from.lock();
    let rows: Vec<News> = stores
        .entities()
        .into_iter()
        .flat_map(|entity| stores.findable(entity))
        .filter(|node| node.state() == State::Managed && node.is_initialized())
        .filter_map(news)
        .collect();
    drop(stores);
    for news in rows {
        // What cannot be read there was never read there.
        let _ = apply(news, to);
    }
}

fn news(node: NodeRef<'_>) -> Option<News> {
    let key = node.key()?;
    let (mut values, mut targets) = (Vec::new(), Vec::new());
    for property in 0..node.meta().properties.len() {
        match node.slot(property) {
            SlotRef::Value(slot) if !slot.is_dirty() => {
                values.extend(slot.value().map(|value| (property, value)));
            }
            SlotRef::ToOne(link) if !link.is_dirty() => match node.target(property) {
                Some(Some(target)) => targets.extend(target.key().map(|key| (property, Some(key)))),
                Some(None) => targets.push((property, None)),
                None => {}
            },
            SlotRef::Value(_) | SlotRef::ToOne(_) | SlotRef::ToMany(_) => {}
        }
    }
    Some(News { entity: node.entity(), key, values, targets })
}

fn cells(key: &[Value]) -> Vec<Cell<'_>> {
    key.iter().map(Value::as_cell).collect()
}

fn apply(news: News, to: &Arc<Arena>) -> Result<(), DecodeError> {
    let mut stores = to.lock();
    let Some(node) = stores.find(news.entity, &cells(&news.key))? else { return Ok(()) };
    for (property, value) in &news.values {
        // Only what was loaded there is brought up to date.
        if let SlotRef::Value(slot) = node.slot(*property)
            && !slot.is_dirty()
            && slot.value().is_some_and(|known| known != *value)
        {
            slot.load(value.as_cell(), Merge::Overwrite)?;
        }
    }
    for (property, target) in &news.targets {
        let relation = node.model().property(*property).relation.as_ref();
        let target = match (target, relation) {
            (Some(key), Some(relation)) => Some(stores.reference_to(relation.target, &cells(key))?),
            _ => None,
        };
        if node.target(*property).is_some() {
            load_target(node, *property, target, Merge::Keep);
        }
    }
    Ok(())
}
