//! Which values a statement's placeholders stand for, without its text: found by walking the plan as lowering did.

use orm_core::meta::EntityId;
use orm_core::query::{Condition, Filters, Select, Test};
use orm_core::value::Value;
use orm_core::{Error, Result};

use crate::dialect::Dialect;
use crate::lower::list::{List, ListForm, is_complete};
use crate::lower::shape::unknown_condition;

/// The property that a value belongs to, for messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) entity: &'static str,
    pub(crate) property: &'static str,
}

/// Takes the values of a statement in the order of its placeholders; a driver writes one.
pub(crate) trait Binder {
    /// One value.
    fn value(&mut self, value: &Value, place: Place) -> Result<()>;
    /// A number of our own: a limit, an offset.
    fn number(&mut self, number: u64) -> Result<()>;
    /// Text that is a pattern or a part of one.
    fn text(&mut self, text: &str, place: Place) -> Result<()>;
    /// A list of values as one parameter.
    fn list(&mut self, values: &mut dyn Iterator<Item = &Value>, form: ListForm, place: Place) -> Result<()>;
    /// A list of keys of several columns as one parameter.
    fn keys(&mut self, keys: &mut dyn Iterator<Item = &[Value]>, place: Place) -> Result<()>;
}

/// A part of a statement's parameters.
#[derive(Debug)]
pub(crate) enum Slot {
    /// The keys of the owners of a pivot select.
    OwnerKeys,
    /// All values of the condition.
    Condition,
    /// All values of an entity's filter, and the property of each of its tests.
    Filter(EntityId, Places),
    Limit,
    Offset,
}

/// What lowering notes of a condition, in the order in which binding walks it.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The property of each test.
    tests: Vec<Place>,
    /// What each subquery binds before its own condition.
    subqueries: Vec<Vec<Slot>>,
}

impl Places {
    /// Notes a test.
    pub(crate) fn push(&mut self, place: Place) {
        self.tests.push(place);
    }

    /// Notes a subquery whose condition comes next; what it binds before is told when it is known.
    pub(crate) fn enter(&mut self) -> usize {
        self.subqueries.push(Vec::new());
        self.subqueries.len() - 1
    }

    /// Tells what a subquery binds before its condition.
    pub(crate) fn leave(&mut self, subquery: usize, slots: Vec<Slot>) {
        self.subqueries[subquery] = slots;
    }

    /// Forgets everything, before the same condition is written again.
    pub(crate) fn clear(&mut self) {
        self.tests.clear();
        self.subqueries.clear();
    }
}

/// What the placeholders of a compiled select stand for.
#[derive(Debug)]
pub(crate) struct BindPlan {
    pub(crate) slots: Vec<Slot>,
    /// The property of each test.
    pub(crate) places: Places,
    pub(crate) owner: Place,
}

impl BindPlan {
    /// Hands the values of a select to the binder.
    pub(crate) fn bind(&self, dialect: Dialect, select: &Select, binder: &mut dyn Binder) -> Result<()> {
        let filters = select.filters.as_deref();
        for slot in &self.slots {
            match slot {
                Slot::OwnerKeys => {
                    let keys = select.pivot.as_ref().map_or(&[][..], |pivot| &pivot.owner_keys);
                    bind_keys(dialect, keys, binder, self.owner)?;
                }
                Slot::Condition => {
                    bind_condition(dialect, &select.condition, &self.places, filters, binder)?;
                }
                Slot::Filter(entity, places) => bind_filter(dialect, *entity, places, filters, binder)?,
                Slot::Limit => binder.number(select.limit.unwrap_or(u64::MAX))?,
                Slot::Offset => binder.number(select.offset.unwrap_or(0))?,
            }
        }
        Ok(())
    }
}

/// Hands the values of a condition to the binder; `places` is what lowering noted of it.
pub(crate) fn bind_condition(
    dialect: Dialect,
    condition: &Condition,
    places: &Places,
    filters: Option<&Filters>,
    binder: &mut dyn Binder,
) -> Result<()> {
    let (tests, subqueries) = (places.tests.iter(), places.subqueries.iter());
    Walk { dialect, tests, subqueries, filters, binder }.condition(condition)
}

fn bind_filter(
    dialect: Dialect,
    entity: EntityId,
    places: &Places,
    filters: Option<&Filters>,
    binder: &mut dyn Binder,
) -> Result<()> {
    let filter = filters.and_then(|filters| filters.of(entity));
    let filter = filter.expect("the shape of the statement says that the filter is on");
    // Filters do not hold within a filter.
    bind_condition(dialect, filter.condition()?, places, None, binder)
}

struct Walk<'a> {
    dialect: Dialect,
    tests: std::slice::Iter<'a, Place>,
    subqueries: std::slice::Iter<'a, Vec<Slot>>,
    filters: Option<&'a Filters>,
    binder: &'a mut dyn Binder,
}

impl Walk<'_> {
    fn condition(&mut self, condition: &Condition) -> Result<()> {
        match condition {
            Condition::All(conditions) | Condition::Any(conditions) => {
                conditions.iter().try_for_each(|condition| self.condition(condition))
            }
            Condition::Not(condition) => self.condition(condition),
            Condition::Property(_, test) => bind_test(self.dialect, test, self.place(), self.binder),
            Condition::HasItem(_, condition) | Condition::Apart(condition) => {
                self.subquery()?;
                self.condition(condition)
            }
            _ => Err(unknown_condition(self.dialect)),
        }
    }

    fn place(&mut self) -> Place {
        *self.tests.next().expect("lowering noted a place for each test")
    }

    fn subquery(&mut self) -> Result<()> {
        let slots = self.subqueries.next().expect("lowering noted each subquery");
        slots.iter().try_for_each(|slot| match slot {
            Slot::Filter(entity, places) => {
                bind_filter(self.dialect, *entity, places, self.filters, self.binder)
            }
            Slot::OwnerKeys | Slot::Condition | Slot::Limit | Slot::Offset => Ok(()),
        })
    }
}

fn bind_test(dialect: Dialect, test: &Test, place: Place, binder: &mut dyn Binder) -> Result<()> {
    match test {
        Test::Equal(value) | Test::NotEqual(value) if value.is_null() => Ok(()),
        Test::Equal(value)
        | Test::NotEqual(value)
        | Test::Greater(value)
        | Test::GreaterOrEqual(value)
        | Test::Less(value)
        | Test::LessOrEqual(value) => binder.value(value, place),
        Test::Between(low, high) => {
            binder.value(low, place)?;
            binder.value(high, place)
        }
        Test::In(values) | Test::NotIn(values) => {
            let mut present = values.iter().filter(|value| !value.is_null());
            match List::of_values(dialect, values).form {
                ListForm::Empty => Ok(()),
                ListForm::One | ListForm::Each(_) => present.try_for_each(|value| binder.value(value, place)),
                form @ (ListForm::Json | ListForm::HexJson) => binder.list(&mut present, form, place),
            }
        }
        Test::KeyIn(keys) => bind_keys(dialect, keys, binder, place),
        Test::Like(pattern) => binder.text(&glob_of_like(pattern, place)?, place),
        Test::LikeIgnoringCase(pattern) => binder.text(pattern, place),
        Test::Contains(text) => binder.text(text, place),
        Test::StartsWith(text) => binder.text(&(glob_of_text(text, place)? + "*"), place),
        Test::EndsWith(text) => binder.text(&format!("*{}", glob_of_text(text, place)?), place),
        Test::Null | Test::NotNull => Ok(()),
        _ => Err(unknown_condition(dialect)),
    }
}

pub(crate) fn bind_keys(
    dialect: Dialect,
    keys: &[Vec<Value>],
    binder: &mut dyn Binder,
    place: Place,
) -> Result<()> {
    let width = keys.first().map_or(0, Vec::len);
    if keys.iter().any(|key| key.len() != width) {
        return Err(uneven_keys(place));
    }
    let complete = keys.iter().filter(|key| is_complete(key));
    match List::of_keys(dialect, keys).form {
        ListForm::Empty => Ok(()),
        ListForm::One | ListForm::Each(_) => {
            complete.flatten().try_for_each(|value| binder.value(value, place))
        }
        form @ (ListForm::Json | ListForm::HexJson) if width == 1 => {
            binder.list(&mut complete.flatten(), form, place)
        }
        ListForm::Json | ListForm::HexJson => binder.keys(&mut complete.map(Vec::as_slice), place),
    }
}

/// The error for keys of different lengths in one list.
pub(crate) fn uneven_keys(place: Place) -> Error {
    Error::Encode {
        entity: place.entity,
        property: place.property,
        problem:
            "a key in the list has another number of columns than the relation; give each key column a value"
                .into(),
    }
}

/// SQLite's `like` ignores the case of ASCII letters, `glob` does not: the pattern is put into glob's words. A
/// backslash takes the meaning from the character behind it, as it does on the other databases.
fn glob_of_like(pattern: &str, place: Place) -> Result<String> {
    let mut glob = String::with_capacity(pattern.len() + 8);
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '%' => glob.push('*'),
            '_' => glob.push('?'),
            '\\' => push_literal(&mut glob, characters.next().unwrap_or('\\')),
            character => push_literal(&mut glob, character),
        }
    }
    without_nul(glob, place)
}

fn glob_of_text(text: &str, place: Place) -> Result<String> {
    let mut glob = String::with_capacity(text.len() + 8);
    text.chars().for_each(|character| push_literal(&mut glob, character));
    without_nul(glob, place)
}

fn push_literal(glob: &mut String, character: char) {
    match character {
        '*' | '?' | '[' => glob.extend(['[', character, ']']),
        character => glob.push(character),
    }
}

/// For SQLite a pattern ends at a NUL; it would match too much.
fn without_nul(glob: String, place: Place) -> Result<String> {
    match glob.contains('\0') {
        true => Err(Error::Encode {
            entity: place.entity,
            property: place.property,
            problem: "a pattern cannot contain the character NUL; compare with `eq`, or use `contains`"
                .into(),
        }),
        false => Ok(glob),
    }
}
