//! What must hold of a row.

use std::hash::{Hash, Hasher};

use smallvec::SmallVec;

use crate::meta::{EntityMeta, PropertyId};
use crate::query::{Comparison, JsonPath, Operand, RowTest};
use crate::value::Value;

/// Properties to follow from the root of a query; all but the last are relations.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Path(pub SmallVec<[u16; 4]>);

impl Path {
    /// The relations to follow, and the property at the end.
    pub fn split_last(&self) -> Option<(PropertyId, &[u16])> {
        self.0.split_last().map(|(last, relations)| (usize::from(*last), relations))
    }

    /// The path in words, and the entity that its last relation leads to.
    fn describe(&self, root: &'static EntityMeta) -> (String, &'static EntityMeta) {
        let mut entity = root;
        let mut names = Vec::new();
        for property in &self.0 {
            let Some(property) = entity.properties.get(usize::from(*property)) else { break };
            names.push(property.name);
            if let Some(relation) = property.as_relation() {
                entity = (relation.target)();
            }
        }
        if names.is_empty() {
            names.push("key");
        }
        (names.join("."), entity)
    }
}

/// What must hold of a row. Values only ever travel as bound parameters.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Condition {
    /// All of them hold; none given: always.
    All(Vec<Condition>),
    /// One of them holds; none given: never.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A property passes a test.
    Property(Path, Test),
    /// What is inside a JSON property passes a test; never [`Test::KeyIn`].
    Json(Path, JsonPath, Test),
    /// A property, or a relation, compares with something.
    Compare(Path, Comparison, Operand),
    /// Several properties together pass a test.
    Row(Vec<Path>, RowTest),
    /// The collection at the end of the path has an item of which the condition holds; that is a condition on an item.
    HasItem(Path, Box<Condition>),
    /// It holds, and the items of collections that it speaks of need not be those that conditions beside it speak of.
    Apart(Box<Condition>),
}

/// What is asked of one property.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Test {
    /// Equal to the value; a null value asks for null.
    Equal(Value),
    /// Not equal to the value; a null value asks for anything but null.
    NotEqual(Value),
    /// Greater.
    Greater(Value),
    /// Greater or equal.
    GreaterOrEqual(Value),
    /// Less.
    Less(Value),
    /// Less or equal.
    LessOrEqual(Value),
    /// Between the two, both included.
    Between(Value, Value),
    /// One of the values; none given: never.
    In(Vec<Value>),
    /// None of the values; none given: always.
    NotIn(Vec<Value>),
    /// Matches a pattern of `%` and `_`, by case. A backslash takes the meaning from the character behind it.
    Like(String),
    /// Matches a pattern of `%` and `_`, whatever the case; SQLite knows the case of ASCII letters only. A backslash takes
    /// the meaning from the character behind it.
    LikeIgnoringCase(String),
    /// Contains the text, by case; nothing in it is a pattern.
    Contains(String),
    /// Begins with the text, by case.
    StartsWith(String),
    /// Ends with the text, by case.
    EndsWith(String),
    /// Is null.
    Null,
    /// Is not null.
    NotNull,
    /// The relation points at one of the keys; each has a value for every key column. Also asks an entity for its own
    /// key when the path is empty.
    KeyIn(Vec<Vec<Value>>),
}

impl Default for Condition {
    fn default() -> Self {
        Condition::always()
    }
}

impl Condition {
    /// What holds of every row.
    pub fn always() -> Self {
        Condition::All(Vec::new())
    }

    /// What holds of no row.
    pub fn never() -> Self {
        Condition::Any(Vec::new())
    }

    /// Whether it holds of every row without asking.
    pub fn is_always(&self) -> bool {
        matches!(self, Condition::All(all) if all.is_empty())
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Condition) -> Self {
        match (self, other) {
            (Condition::All(mut all), Condition::All(more)) => {
                all.extend(more);
                Condition::All(all)
            }
            (Condition::All(mut all), other) => {
                all.push(other);
                Condition::All(all)
            }
            (first, Condition::All(mut all)) => {
                all.insert(0, first);
                Condition::All(all)
            }
            (first, other) => Condition::All(vec![first, other]),
        }
    }

    /// One of the two holds.
    #[must_use]
    pub fn or(self, other: Condition) -> Self {
        match (self, other) {
            (Condition::Any(mut any), other) if !any.is_empty() && !matches!(other, Condition::Apart(_)) => {
                any.push(other);
                Condition::Any(any)
            }
            (first, other) => Condition::any([first, other]),
        }
    }

    /// The entity's own key is one of these.
    pub fn key_in(keys: Vec<Vec<Value>>) -> Self {
        Condition::Property(Path::default(), Test::KeyIn(keys))
    }

    /// The relation at `path` points at one of these keys.
    pub fn points_at(path: Path, keys: Vec<Vec<Value>>) -> Self {
        Condition::Property(path, Test::KeyIn(keys))
    }

    /// The condition in words, for a message.
    pub fn describe(&self, root: &'static EntityMeta) -> String {
        let list = |conditions: &[Condition], word: &str| {
            let parts: Vec<String> = conditions.iter().map(|condition| condition.describe(root)).collect();
            parts.join(word)
        };
        match self {
            Condition::All(all) if all.is_empty() => "no condition".to_owned(),
            Condition::All(all) => list(all, " and "),
            Condition::Any(any) if any.is_empty() => "never".to_owned(),
            Condition::Any(any) => format!("({})", list(any, " or ")),
            Condition::Not(condition) => format!("not ({})", condition.describe(root)),
            Condition::Apart(condition) => condition.describe(root),
            Condition::Property(path, test) => format!("{} {test:?}", path.describe(root).0),
            Condition::Json(path, json, test) => {
                format!("{}{} {test:?}", path.describe(root).0, json.describe())
            }
            Condition::Compare(path, comparison, operand) => {
                let other = match operand {
                    Operand::Property(other) => other.describe(root).0,
                    Operand::Outer(entity, other) => format!("outer {}", other.describe(entity.0).0),
                };
                format!("{} {comparison:?} {other}", path.describe(root).0)
            }
            Condition::Row(paths, test) => {
                let names: Vec<String> = paths.iter().map(|path| path.describe(root).0).collect();
                format!("({}) {test:?}", names.join(", "))
            }
            Condition::HasItem(path, condition) => {
                let (path, item) = path.describe(root);
                format!("{path} has an item with {}", condition.describe(item))
            }
        }
    }

    /// Feeds what decides the text of the query to a hasher: operators and paths, never values.
    pub fn hash_structure(&self, state: &mut impl Hasher) {
        std::mem::discriminant(self).hash(state);
        match self {
            Condition::All(conditions) | Condition::Any(conditions) => {
                conditions.len().hash(state);
                conditions.iter().for_each(|condition| condition.hash_structure(state));
            }
            Condition::Not(condition) | Condition::Apart(condition) => condition.hash_structure(state),
            Condition::HasItem(path, condition) => {
                path.hash(state);
                condition.hash_structure(state);
            }
            Condition::Property(path, test) => {
                path.hash(state);
                test.hash_structure(state);
            }
            Condition::Json(path, json, test) => {
                path.hash(state);
                json.hash(state);
                test.hash_structure(state);
            }
            Condition::Compare(path, comparison, operand) => {
                path.hash(state);
                comparison.hash(state);
                match operand {
                    Operand::Property(other) => other.hash(state),
                    Operand::Outer(entity, other) => (entity, other).hash(state),
                }
            }
            Condition::Row(paths, test) => {
                paths.hash(state);
                match test {
                    RowTest::Compare(comparison, _) => comparison.hash(state),
                    RowTest::In(rows) => rows.len().hash(state),
                }
            }
        }
    }
}

impl Test {
    /// Feeds what decides the text of the test to a hasher. Whether a value is null counts, and whether a list is
    /// empty; a list's length counts too, as a dialect may write a placeholder for each.
    fn hash_structure(&self, state: &mut impl Hasher) {
        std::mem::discriminant(self).hash(state);
        match self {
            Test::Equal(value) | Test::NotEqual(value) => value.is_null().hash(state),
            Test::In(values) | Test::NotIn(values) => {
                values.len().hash(state);
                values.iter().any(Value::is_null).hash(state);
            }
            Test::KeyIn(keys) => {
                keys.len().hash(state);
                keys.first().map(Vec::len).hash(state);
            }
            Test::Greater(_)
            | Test::GreaterOrEqual(_)
            | Test::Less(_)
            | Test::LessOrEqual(_)
            | Test::Between(..)
            | Test::Like(_)
            | Test::LikeIgnoringCase(_)
            | Test::Contains(_)
            | Test::StartsWith(_)
            | Test::EndsWith(_)
            | Test::Null
            | Test::NotNull => {}
        }
    }
}
