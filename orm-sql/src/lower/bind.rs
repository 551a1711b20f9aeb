//! Which values a statement's placeholders stand for, without its text: found by walking the plan as lowering did.

use orm_core::meta::{ColumnId, ColumnType, EntityId, EntityModel};
use orm_core::query::{Condition, Filters, Operand, RowTest, Select, Test};
use orm_core::value::Value;
use orm_core::{Error, Result};
use smallvec::SmallVec;

use crate::dialect::Dialect;
use crate::lower::json::{bind_json_test, bind_path};
use crate::lower::list::{List, ListForm, is_complete};
use crate::lower::pattern;
use crate::lower::shape::unknown_condition;

/// The column that a value belongs to: its property, for messages, and its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) entity: &'static str,
    pub(crate) property: &'static str,
    /// Nothing for what belongs to no column.
    #[cfg_attr(not(feature = "_server"), allow(dead_code, reason = "SQLite goes by the values alone"))]
    pub(crate) ty: Option<ColumnType>,
}

impl Place {
    /// A place of no column.
    pub(crate) const fn outside(entity: &'static str, property: &'static str) -> Self {
        Self { entity, property, ty: None }
    }

    /// A column of an entity.
    pub(crate) fn of_column(entity: &EntityModel, column: ColumnId) -> Self {
        let column = &entity.columns[column];
        let property = entity.properties[column.property].meta.name;
        Self { entity: entity.meta.name, property, ty: Some(column.column_type()) }
    }
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
    /// A list of keys of several columns: as one parameter, or as one for each column.
    fn keys(&mut self, keys: &mut dyn Iterator<Item = &[Value]>, places: &[Place]) -> Result<()>;
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
    /// The place inside of a JSON column by which the order of that number sorts.
    Order(usize, Place),
    Limit,
    Offset,
}

/// The columns of one test: several for a key of several.
pub(crate) type TestPlaces = SmallVec<[Place; 1]>;

/// What lowering notes of a condition, in the order in which binding walks it.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The columns of each test.
    tests: Vec<TestPlaces>,
    /// What each subquery binds before its own condition.
    subqueries: Vec<Vec<Slot>>,
}

impl Places {
    /// Notes a test.
    pub(crate) fn push(&mut self, columns: TestPlaces) {
        self.tests.push(columns);
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
    /// The columns of each test.
    pub(crate) places: Places,
    /// The columns of a pivot table that point at its owners.
    pub(crate) owner: TestPlaces,
}

impl BindPlan {
    /// Hands the values of a select to the binder.
    pub(crate) fn bind(&self, dialect: Dialect, select: &Select, binder: &mut dyn Binder) -> Result<()> {
        let filters = select.filters.as_deref();
        for slot in &self.slots {
            match slot {
                Slot::OwnerKeys => {
                    let keys = select.pivot.as_ref().map_or(&[][..], |pivot| &pivot.owner_keys);
                    bind_keys(dialect, keys, binder, &self.owner)?;
                }
                Slot::Condition => {
                    bind_condition(dialect, &select.condition, &self.places, filters, binder)?;
                }
                Slot::Filter(entity, places) => bind_filter(dialect, *entity, places, filters, binder)?,
                Slot::Order(number, place) => {
                    if let Some(path) = &select.order[*number].json {
                        bind_path(dialect, path, *place, binder)?;
                    }
                }
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
    tests: std::slice::Iter<'a, TestPlaces>,
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
            Condition::Property(_, test) => bind_test(self.dialect, test, next(&mut self.tests), self.binder),
            Condition::Json(_, path, test) => {
                bind_json_test(self.dialect, path, test, next(&mut self.tests)[0], self.binder)
            }
            // It compares with what is in the database.
            Condition::Compare(_, _, Operand::Property(_) | Operand::Outer(..)) => Ok(()),
            Condition::Row(_, test) => bind_row(self.dialect, test, next(&mut self.tests), self.binder),
            Condition::HasItem(_, condition) | Condition::Apart(condition) => {
                self.subquery()?;
                self.condition(condition)
            }
            _ => Err(unknown_condition(self.dialect)),
        }
    }

    fn subquery(&mut self) -> Result<()> {
        let slots = self.subqueries.next().expect("lowering noted each subquery");
        slots.iter().try_for_each(|slot| match slot {
            Slot::Filter(entity, places) => {
                bind_filter(self.dialect, *entity, places, self.filters, self.binder)
            }
            Slot::OwnerKeys | Slot::Condition | Slot::Order(..) | Slot::Limit | Slot::Offset => Ok(()),
        })
    }
}

fn next<'a>(tests: &mut std::slice::Iter<'a, TestPlaces>) -> &'a [Place] {
    tests.next().expect("lowering noted the columns of each test")
}

/// Hands the values of a test to the binder; `places` are the columns that it is about, at least one.
pub(crate) fn bind_test(
    dialect: Dialect,
    test: &Test,
    places: &[Place],
    binder: &mut dyn Binder,
) -> Result<()> {
    let place = places[0];
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
            let present = || values.iter().filter(|value| !value.is_null());
            match List::of_values(dialect, values).form {
                ListForm::Empty => Ok(()),
                ListForm::One => present().try_for_each(|value| binder.value(value, place)),
                ListForm::Each(places) => {
                    filled_up(present(), places).try_for_each(|value| binder.value(value, place))
                }
                form @ (ListForm::Json | ListForm::HexJson | ListForm::Array) => {
                    binder.list(&mut present(), form, place)
                }
            }
        }
        Test::KeyIn(keys) => bind_keys(dialect, keys, binder, places),
        Test::Like(pattern) => binder.text(&pattern::like(dialect, pattern, place)?, place),
        Test::LikeIgnoringCase(pattern) => binder.text(&pattern::like_ignoring_case(dialect, pattern), place),
        Test::Contains(text) => binder.text(&pattern::contains(dialect, text), place),
        Test::StartsWith(text) => binder.text(&pattern::starts_with(dialect, text, place)?, place),
        Test::EndsWith(text) => binder.text(&pattern::ends_with(dialect, text, place)?, place),
        Test::Null | Test::NotNull => Ok(()),
        _ => Err(unknown_condition(dialect)),
    }
}

/// As [`Lower::row`](crate::lower::condition::Lower) writes it: what has no index over rows asks for all but the last twice.
fn bind_row(dialect: Dialect, test: &RowTest, places: &[Place], binder: &mut dyn Binder) -> Result<()> {
    match test {
        RowTest::In(rows) => bind_keys(dialect, rows, binder, places),
        RowTest::Compare(_, values) if dialect.indexes_rows() => bind_key(values, binder, places),
        RowTest::Compare(_, values) => {
            let last = values.len().saturating_sub(1);
            values.iter().zip(places).enumerate().try_for_each(|(index, (value, place))| {
                let times = if index == last { 1 } else { 2 };
                (0..times).try_for_each(|_| binder.value(value, *place))
            })
        }
    }
}

/// Hands a list of keys to the binder; `places` are the key's columns.
pub(crate) fn bind_keys(
    dialect: Dialect,
    keys: &[Vec<Value>],
    binder: &mut dyn Binder,
    places: &[Place],
) -> Result<()> {
    let width = keys.first().map_or(0, Vec::len);
    if keys.iter().any(|key| key.len() != width) {
        return Err(uneven_keys(places[0]));
    }
    let complete = || keys.iter().filter(|key| is_complete(key)).map(Vec::as_slice);
    match List::of_keys(dialect, keys).form {
        ListForm::Empty => Ok(()),
        ListForm::One => complete().try_for_each(|key| bind_key(key, binder, places)),
        ListForm::Each(count) => {
            filled_up(complete(), count).try_for_each(|key| bind_key(key, binder, places))
        }
        form @ (ListForm::Json | ListForm::HexJson | ListForm::Array) if width == 1 => {
            binder.list(&mut complete().flatten(), form, places[0])
        }
        ListForm::Json | ListForm::HexJson | ListForm::Array => binder.keys(&mut complete(), places),
    }
}

/// Hands the values of one key to the binder.
pub(crate) fn bind_key(key: &[Value], binder: &mut dyn Binder, places: &[Place]) -> Result<()> {
    key.iter().zip(places).try_for_each(|(value, place)| binder.value(value, *place))
}

/// The items, and the last one again until there are so many.
fn filled_up<T: Copy>(items: impl Iterator<Item = T> + Clone, count: usize) -> impl Iterator<Item = T> {
    let last = items.clone().last();
    items.chain(last.into_iter().cycle()).take(count)
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
