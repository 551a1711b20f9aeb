//! Keys while a flush runs: some are known only once their row is inserted.

use rustc_hash::FxHashMap;

use crate::arena::{NodeRef, SlotRef};
use crate::error::{Error, Result};
use crate::value::Value;

/// A value to bind: known, or a part of the key that an earlier insert of the same flush gives.
#[derive(Debug, Clone)]
pub(super) enum Bind<'a> {
    Value(Value),
    Key(NodeRef<'a>, usize),
}

/// Keys of rows that the running flush inserted.
#[derive(Default)]
pub(super) struct Keys<'a> {
    made: FxHashMap<NodeRef<'a>, Vec<Value>>,
}

impl<'a> Keys<'a> {
    /// Takes note of the key that a new row got.
    pub(super) fn made(&mut self, node: NodeRef<'a>, key: Vec<Value>) {
        self.made.insert(node, key);
    }

    /// The key of an entity's row.
    pub(super) fn of(&self, node: NodeRef<'a>) -> Result<Vec<Value>> {
        match self.made.get(&node) {
            Some(key) => Ok(key.clone()),
            None => stored_key(node).ok_or(Error::NotFlushed { entity: node.meta().name }),
        }
    }

    /// What a bind stands for.
    pub(super) fn resolve(&self, bind: Bind<'a>) -> Result<Value> {
        match bind {
            Bind::Value(value) => Ok(value),
            Bind::Key(node, part) => {
                let mut key = self.of(node)?;
                match part < key.len() {
                    true => Ok(key.swap_remove(part)),
                    false => Err(Error::NotFlushed { entity: node.meta().name }),
                }
            }
        }
    }
}

/// The key by which the database knows the row: the one before any change that was not written.
pub(super) fn stored_key(node: NodeRef<'_>) -> Option<Vec<Value>> {
    let mut key = Vec::with_capacity(1);
    write_stored_key(node, &mut key).then_some(key)
}

fn write_stored_key(node: NodeRef<'_>, key: &mut Vec<Value>) -> bool {
    node.meta().primary_key.iter().all(|property| match node.slot(*property) {
        SlotRef::Value(slot) => {
            slot.original().or_else(|| slot.value()).map(|value| key.push(value)).is_some()
        }
        SlotRef::ToOne(_) => node
            .original_target(*property)
            .or_else(|| node.target(*property))
            .flatten()
            .is_some_and(|target| write_stored_key(target, key)),
        SlotRef::ToMany(_) => false,
    })
}
