//! Entities as data for the outside: exactly what the handle's type promises, and nothing hidden.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::arena::{NodeRef, Slot, State};
use crate::entity::{Entity, Managed, field_slot};
use crate::hint::{Field, Has, Known, Shape, ShapeTree, Visible};
use crate::meta::PropertyMeta;
use crate::path::{Path, Root, Step};
use crate::types::Type;
use crate::value::Value;

/// What a handle shows to the outside: what was asked for, without hidden properties.
///
/// It serializes as an object: a relation that is populated is an object or an array of objects, one that is not is its
/// key, and what was not asked for does not appear. It shows the entity as it is when it is read.
///
/// ```ignore
/// let dto = article.to_dto();
/// dto.get(|a| a.title);            // &String
/// dto.get(|a| a.secret);           // does not compile: hidden
/// serde_json::to_string(&dto)?;    // {"id":1,"title":"…","author":1}
/// ```
pub struct Dto<E: Entity, S: Shape> {
    handle: Managed<E, S>,
}

impl<E: Entity, S: Shape> Managed<E, S> {
    /// The entity for the outside, without hidden properties.
    pub fn to_dto(&self) -> Dto<E, S> {
        Dto { handle: self.clone() }
    }
}

impl<E: Entity, S: Shape> Dto<E, S> {
    /// A property of the entity.
    pub fn get<F>(
        &self,
        _property: impl FnOnce(&'static E::Paths<E, Root>) -> Path<E, Step<F, Root>>,
    ) -> &F::Value
    where
        F: Field<Entity = E> + Visible,
        F::Value: Type,
        S: Has<F>,
    {
        field_slot::<F>(self.handle.node())
            .and_then(Slot::get)
            .unwrap_or_else(|| crate::hint::Missing::new(self.handle.node(), F::INDEX).fail())
    }

    /// The same as JSON.
    ///
    /// # Errors
    /// When a `Json<T>` property holds what JSON cannot.
    pub fn to_json(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(self)
    }
}

impl<E: Entity, S: Shape> Serialize for Dto<E, S> {
    fn serialize<Out: Serializer>(&self, serializer: Out) -> Result<Out::Ok, Out::Error> {
        self.handle.serialize(serializer)
    }
}

/// Serializes as its [`Dto`].
impl<E: Entity, S: Shape> Serialize for Managed<E, S> {
    fn serialize<Out: Serializer>(&self, serializer: Out) -> Result<Out::Ok, Out::Error> {
        let tree = ShapeTree(S::known());
        Object { node: self.node(), tree: &tree }.serialize(serializer)
    }
}

/// A node as an object.
struct Object<'a> {
    node: NodeRef<'a>,
    tree: &'a ShapeTree,
}

impl Serialize for Object<'_> {
    fn serialize<Out: Serializer>(&self, serializer: Out) -> Result<Out::Ok, Out::Error> {
        let mut map = serializer.serialize_map(None)?;
        for ((index, property), known) in self.node.meta().properties.iter().enumerate().zip(&self.tree.0) {
            if *known != Known::No && !property.hidden {
                self.entry(&mut map, index, property, known)?;
            }
        }
        map.end()
    }
}

impl Object<'_> {
    fn entry<Map: SerializeMap>(
        &self,
        map: &mut Map,
        index: usize,
        property: &PropertyMeta,
        known: &Known,
    ) -> Result<(), Map::Error> {
        if let Some(slot) = self.node.value_slot(index) {
            return match slot.value() {
                Some(value) => map.serialize_entry(property.name, &Scalar(&value)),
                None => Ok(()),
            };
        }
        if property.as_relation().is_some_and(|relation| relation.kind.is_to_many()) {
            let Known::With(tree) = known else { return Ok(()) };
            return map.serialize_entry(property.name, &Array { owner: self.node, index, tree });
        }
        match (self.node.target(index), known) {
            (None, _) => Ok(()),
            (Some(None), _) => map.serialize_entry(property.name, &()),
            (Some(Some(node)), Known::With(tree)) => {
                map.serialize_entry(property.name, &Object { node, tree })
            }
            (Some(Some(node)), _) => map.serialize_entry(property.name, &KeyOf(node)),
        }
    }
}

/// A collection as an array.
struct Array<'a> {
    owner: NodeRef<'a>,
    index: usize,
    tree: &'a ShapeTree,
}

impl Serialize for Array<'_> {
    fn serialize<Out: Serializer>(&self, serializer: Out) -> Result<Out::Ok, Out::Error> {
        let items = self.owner.items(self.index).filter(|item| item.state() != State::Gone);
        let mut sequence = serializer.serialize_seq(None)?;
        for node in items {
            sequence.serialize_element(&Object { node, tree: self.tree })?;
        }
        sequence.end()
    }
}

/// A relation that is not populated: its target's key, composite keys as arrays.
struct KeyOf<'a>(NodeRef<'a>);

impl Serialize for KeyOf<'_> {
    fn serialize<Out: Serializer>(&self, serializer: Out) -> Result<Out::Ok, Out::Error> {
        let key = self.0.key().unwrap_or_default();
        match key.as_slice() {
            [single] => Scalar(single).serialize(serializer),
            parts => serializer.collect_seq(parts.iter().map(Scalar)),
        }
    }
}

/// A value as JSON from which the same value is read again; null if there is none, which no value of a column is.
pub(crate) fn json_of(value: &Value) -> serde_json::Value {
    match value {
        // A number may come back as its neighbour, or not be a number to JSON at all.
        Value::Float(float) => match serde_json::from_str(&float.to_string()) {
            Ok(same) if f64::to_bits(same) == f64::to_bits(*float) => (*float).into(),
            _ => float.to_string().into(),
        },
        value => serde_json::to_value(Scalar(value)).unwrap_or_default(),
    }
}

/// A value as JSON writes it; what has no form of its own there is text.
struct Scalar<'a>(&'a Value);

impl Serialize for Scalar<'_> {
    fn serialize<Out: Serializer>(&self, serializer: Out) -> Result<Out::Ok, Out::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(value) => serializer.serialize_i64(*value),
            Value::UInt(value) => serializer.serialize_u64(*value),
            // JSON numbers of that size are read as floats elsewhere, and lose digits.
            Value::Int128(value) => serializer.collect_str(value),
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::Decimal(value) => serializer.collect_str(value),
            Value::Text(value) => serializer.serialize_str(value),
            Value::Bytes(value) => serializer.collect_seq(value),
            Value::Uuid(value) => serializer.collect_str(value),
            Value::ObjectId(value) => serializer.collect_str(value),
            Value::Date(value) => value.serialize(serializer),
            Value::Time(value) => value.serialize(serializer),
            Value::DateTime(value) => value.serialize(serializer),
            Value::Timestamp(value) => value.serialize(serializer),
            Value::Json(value) => value.serialize(serializer),
            Value::Array(items) => serializer.collect_seq(items.iter().map(Scalar)),
        }
    }
}
