//! The order of a page: where an entity stands in it, and what comes after a place.

use serde_json::Value as Json;

use crate::arena::NodeRef;
use crate::em::assign::to_value;
use crate::em::cursor::base64;
use crate::error::{Error, Result};
use crate::meta::{EntityId, EntityMeta, PropertyKind, Registry};
use crate::query::{Condition, Direction, JsonKind, JsonPath, JsonStep, Nulls, Order, Path, Test};
use crate::serialize::json_of;
use crate::types::ColumnKind;
use crate::value::Value;

/// The order of a page.
#[derive(Debug)]
pub(super) struct PageOrder {
    entity: &'static EntityMeta,
    terms: Vec<Term>,
}

#[derive(Debug, Clone)]
struct Term {
    order: Order,
    /// What is compared.
    kind: ColumnKind,
    /// Whether it may be null.
    nullable: bool,
    /// Whether nulls come behind everything else.
    nulls_last: bool,
}

impl PageOrder {
    /// The order of those terms. `nulls_are_smallest` says where the database puts nulls that are not told where to go.
    ///
    /// # Errors
    /// [`Error::CursorOrder`] without a term, or for one by which an entity may stand in several places.
    pub(super) fn new(
        registry: &Registry,
        entity: EntityId,
        orders: &[Order],
        nulls_are_smallest: bool,
    ) -> Result<Self> {
        let meta = registry.entity(entity).meta;
        let refused = |problem| Error::CursorOrder { entity: meta.name, problem };
        if orders.is_empty() {
            return Err(refused("it has no terms; end it with the key"));
        }
        let terms = orders.iter().map(|order| {
            let (kind, nullable) = kind_of(registry, entity, order).ok_or_else(|| {
                refused("it goes through a collection or ends at a relation; order by scalars of the entity or of what its to-one relations lead to")
            })?;
            let nulls_last = match (order.nulls, order.direction) {
                (Nulls::First, _) => false,
                (Nulls::Last, _) => true,
                (Nulls::Natural, Direction::Ascending) => !nulls_are_smallest,
                (Nulls::Natural, Direction::Descending) => nulls_are_smallest,
            };
            Ok(Term { order: order.clone(), kind, nullable, nulls_last })
        });
        Ok(Self { entity: meta, terms: terms.collect::<Result<_>>()? })
    }

    /// The properties that it goes by.
    pub(super) fn paths(&self) -> Vec<Path> {
        self.terms.iter().map(|term| term.order.path.clone()).collect()
    }

    /// Backwards.
    pub(super) fn reversed(&self) -> Vec<Order> {
        self.terms.iter().map(|term| term.reversed().order).collect()
    }

    /// Where an entity stands: the values of the terms.
    ///
    /// # Errors
    /// [`Error::NotInitialized`] when one of them is not loaded.
    pub(super) fn place_of(&self, node: NodeRef<'_>) -> Result<Vec<Value>> {
        self.terms.iter().map(|term| term.value_of(node)).collect()
    }

    /// What comes after a place, or before it.
    pub(super) fn beyond(&self, place: &[Value], is_before: bool) -> Condition {
        let mut beyond = None;
        for (term, value) in self.terms.iter().zip(place).rev() {
            let term = if is_before { term.reversed() } else { term.clone() };
            beyond = Some(match beyond {
                None => term.after(value),
                // The first part says little more, but a database can begin to look there.
                Some(later) => term.from(value).and(term.after(value).or(later)),
            });
        }
        beyond.unwrap_or_default()
    }

    /// A place as text that says nothing to anyone else.
    pub(super) fn encode(&self, place: &[Value]) -> String {
        let values: Vec<Json> = place.iter().map(json_of).collect();
        base64::encode(Json::Array(values).to_string().as_bytes())
    }

    /// The place that a text stands for.
    ///
    /// # Errors
    /// [`Error::Cursor`] when it stands for none in this order.
    pub(super) fn decode(&self, text: &str) -> Result<Vec<Value>> {
        let refused = |problem: String| Error::Cursor { entity: self.entity.name, problem };
        let bytes = base64::decode(text).ok_or_else(|| refused(format!("`{text}` is no cursor")))?;
        let values: Vec<Json> =
            serde_json::from_slice(&bytes).map_err(|_| refused(format!("`{text}` is no cursor")))?;
        self.check_count(values.len())?;
        let value_of = |(term, json): (&Term, &Json)| {
            if json.is_null() {
                return Ok(Value::Null);
            }
            to_value(term.kind, json).map_err(|problem| refused(problem.to_string()))
        };
        let place: Vec<Value> = self.terms.iter().zip(&values).map(value_of).collect::<Result<_>>()?;
        self.check(place)
    }

    /// The place, if its values are of the kinds of the terms.
    ///
    /// # Errors
    /// [`Error::Cursor`] when they are not.
    pub(super) fn check(&self, place: Vec<Value>) -> Result<Vec<Value>> {
        self.check_count(place.len())?;
        for (term, value) in self.terms.iter().zip(&place) {
            let fits = match value {
                Value::Null => term.nullable,
                value => to_value(term.kind, &json_of(value)).is_ok_and(|same| same == *value),
            };
            if !fits {
                let name = term.name(self.entity);
                let problem = format!("{value} is no value of {}.{name}", self.entity.name);
                return Err(Error::Cursor { entity: self.entity.name, problem });
            }
        }
        Ok(place)
    }

    fn check_count(&self, count: usize) -> Result<()> {
        if count == self.terms.len() {
            return Ok(());
        }
        let problem = format!("it has {count} values, the order {} terms", self.terms.len());
        Err(Error::Cursor { entity: self.entity.name, problem })
    }
}

/// What is compared at the end of an order's path, and whether it may be null; nothing if that is no one value.
fn kind_of(registry: &Registry, entity: EntityId, order: &Order) -> Option<(ColumnKind, bool)> {
    let (last, relations) = order.path.split_last()?;
    let mut model = registry.entity(entity);
    let mut nullable = false;
    for relation in relations {
        let property = model.property(usize::from(*relation));
        let relation = property.relation.as_ref().filter(|relation| !relation.kind.is_to_many())?;
        nullable |= property.meta.nullable || !relation.kind.holds_foreign_key();
        model = registry.target(relation);
    }
    let property = model.properties.get(last)?.meta;
    let PropertyKind::Scalar(kind) = property.kind else { return None };
    match order.json.as_ref().map(|json| json.kind) {
        None => Some((kind, nullable || property.nullable)),
        Some(JsonKind::Text) => Some((ColumnKind::Text, true)),
        Some(JsonKind::Integer) => Some((ColumnKind::Int64, true)),
        Some(JsonKind::Float) => Some((ColumnKind::Float64, true)),
        Some(JsonKind::Bool) => Some((ColumnKind::Bool, true)),
        Some(JsonKind::Any | JsonKind::Presence) => None,
    }
}

impl Term {
    fn reversed(&self) -> Self {
        let mut term = self.clone();
        term.order.direction = match self.order.direction {
            Direction::Ascending => Direction::Descending,
            Direction::Descending => Direction::Ascending,
        };
        term.order.nulls = match self.order.nulls {
            Nulls::Natural => Nulls::Natural,
            Nulls::First => Nulls::Last,
            Nulls::Last => Nulls::First,
        };
        term.nulls_last = !self.nulls_last;
        term
    }

    fn test(&self, test: Test) -> Condition {
        let path = self.order.path.clone();
        match &self.order.json {
            Some(json) => Condition::Json(path, json.clone(), test),
            None => Condition::Property(path, test),
        }
    }

    /// What stands behind a value.
    fn after(&self, value: &Value) -> Condition {
        let value = value.clone();
        match (value.is_null(), self.nulls_last, self.order.direction) {
            (true, true, _) => Condition::never(),
            (true, false, _) => self.test(Test::NotNull),
            (false, _, Direction::Ascending) => self.with_nulls(Test::Greater(value)),
            (false, _, Direction::Descending) => self.with_nulls(Test::Less(value)),
        }
    }

    /// What stands beside a value or behind it.
    fn from(&self, value: &Value) -> Condition {
        let value = value.clone();
        match (value.is_null(), self.nulls_last, self.order.direction) {
            (true, true, _) => self.test(Test::Null),
            (true, false, _) => Condition::always(),
            (false, _, Direction::Ascending) => self.with_nulls(Test::GreaterOrEqual(value)),
            (false, _, Direction::Descending) => self.with_nulls(Test::LessOrEqual(value)),
        }
    }

    fn with_nulls(&self, test: Test) -> Condition {
        match self.nullable && self.nulls_last {
            true => self.test(test).or(self.test(Test::Null)),
            false => self.test(test),
        }
    }

    fn value_of(&self, node: NodeRef<'_>) -> Result<Value> {
        let Some((last, relations)) = self.order.path.split_last() else { return Ok(Value::Null) };
        let mut node = node;
        for relation in relations {
            let relation = usize::from(*relation);
            let target = node.original_target(relation);
            match target.ok_or_else(|| not_loaded(node, relation))? {
                Some(target) => node = target,
                None => return Ok(Value::Null),
            }
        }
        let value = node.value_slot(last).and_then(|slot| slot.original());
        let value = value.ok_or_else(|| not_loaded(node, last))?;
        Ok(match &self.order.json {
            Some(json) => value_inside(&value, json),
            None => value,
        })
    }

    fn name(&self, entity: &'static EntityMeta) -> String {
        let mut entity = entity;
        let mut names = Vec::new();
        for property in &self.order.path.0 {
            let Some(property) = entity.properties.get(usize::from(*property)) else { break };
            names.push(property.name);
            if let Some(relation) = property.as_relation() {
                entity = (relation.target)();
            }
        }
        names.join(".") + &self.order.json.as_ref().map(JsonPath::describe).unwrap_or_default()
    }
}

fn not_loaded(node: NodeRef<'_>, property: usize) -> Error {
    Error::NotInitialized { entity: node.meta().name, property: node.meta().properties[property].name }
}

/// What a JSON document has at a place; null for what is of another type, as the databases read it.
fn value_inside(document: &Value, path: &JsonPath) -> Value {
    let Value::Json(document) = document else { return Value::Null };
    let found = path.steps.iter().try_fold(document, |json, step| match step {
        JsonStep::Key(key) => json.as_object()?.get(key),
        JsonStep::Item(item) => json.as_array()?.get(*item as usize),
    });
    let Some(found) = found else { return Value::Null };
    let value = match path.kind {
        JsonKind::Text => found.as_str().map(|text| Value::Text(text.to_owned())),
        JsonKind::Integer => found.as_i64().map(Value::Int),
        JsonKind::Float => found.as_f64().map(Value::Float),
        JsonKind::Bool => found.as_bool().map(Value::Bool),
        JsonKind::Any | JsonKind::Presence => None,
    };
    value.unwrap_or(Value::Null)
}
