//! The values of an entity that is being made, before it has a node.

use std::sync::Arc;

use crate::arena::{Arena, NodePtr, NodeRef};
use crate::entity::EntityView;
use crate::meta::{DefaultMeta, EntityMeta, PropertyId, PropertyKind};
use crate::value::Value;

/// Values by property.
#[derive(Debug)]
pub struct Draft {
    /// The entity.
    pub meta: &'static EntityMeta,
    /// The schema, if it is not the unit of work's. What is made with it is there too.
    pub schema: Option<Arc<str>>,
    /// An entry a property; none where nothing was given.
    pub values: Vec<Option<DraftValue>>,
}

/// What was given for one property.
#[derive(Debug)]
pub enum DraftValue {
    /// A scalar.
    Scalar(Value),
    /// A to-one relation.
    Target(Option<TargetSource>),
    /// A collection.
    Items(Vec<TargetSource>),
}

/// Where a relation points.
#[derive(Debug)]
pub enum TargetSource {
    /// At a node of an arena.
    Node(Arc<Arena>, NodePtr),
    /// At the entity of that key.
    Key(Vec<Value>),
    /// At an entity that is made with this one.
    Draft(Box<Draft>),
}

impl TargetSource {
    /// At a view's entity.
    pub fn view(view: &impl EntityView) -> Self {
        Self::node(view.erased())
    }

    /// At a node of a living arena.
    pub(crate) fn node(node: NodeRef<'_>) -> Self {
        let arena = node.arena().share().expect("a handle keeps its arena alive");
        TargetSource::Node(arena, node.pointer())
    }
}

impl Draft {
    /// A draft without values.
    pub fn new(meta: &'static EntityMeta) -> Self {
        Self { meta, schema: None, values: meta.properties.iter().map(|_| None).collect() }
    }

    /// Gives a scalar.
    #[must_use]
    pub fn scalar(mut self, property: PropertyId, value: Value) -> Self {
        self.values[property] = Some(DraftValue::Scalar(value));
        self
    }

    /// Gives a to-one relation.
    #[must_use]
    pub fn target(mut self, property: PropertyId, target: Option<TargetSource>) -> Self {
        self.values[property] = Some(DraftValue::Target(target));
        self
    }

    /// Gives a collection.
    #[must_use]
    pub fn items(mut self, property: PropertyId, items: Vec<TargetSource>) -> Self {
        self.values[property] = Some(DraftValue::Items(items));
        self
    }

    /// Fills in what was not given and is not the database's to give.
    pub(crate) fn fill_defaults(&mut self) {
        for (property, value) in self.meta.properties.iter().zip(&mut self.values) {
            if value.is_some() {
                continue;
            }
            *value = match (&property.kind, property.on_create, property.default) {
                (PropertyKind::Scalar(_), Some(make), _) => Some(DraftValue::Scalar(make())),
                (PropertyKind::Scalar(_), None, Some(DefaultMeta::Value(make))) => {
                    Some(DraftValue::Scalar(make()))
                }
                _ if property.is_generated() => None,
                (PropertyKind::Scalar(_), ..) if property.nullable => Some(DraftValue::Scalar(Value::Null)),
                (PropertyKind::Relation(relation), ..) if relation.kind.is_to_many() => {
                    Some(DraftValue::Items(Vec::new()))
                }
                (PropertyKind::Relation(_), ..) if property.nullable => Some(DraftValue::Target(None)),
                _ => None,
            };
        }
    }
}
