//! What decides the text of a statement, as a list of numbers: the key under which the text is kept. Two plans have the
//! same shape exactly when they have the same text; values are no part of it.

use std::hash::BuildHasher;

use orm_core::query::{
    Condition, Direction, Filters, Lock, LockStrength, LockWait, Nulls, Operand, Path, RootFilter, RowTest,
    Select, Test,
};
use orm_core::{Error, Result};
use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;

use crate::dialect::Dialect;
use crate::lower::json::push_shape;
use crate::lower::list::List;

/// Deeper than any condition a person or a sane program writes; beyond it, recursion would be at risk.
const DEEPEST: u32 = 400;

/// The key of a statement in the cache.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Shape(pub(crate) SmallVec<[u32; 32]>);

/// What is made of a select.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Rows = 1,
    Count = 2,
}

impl Shape {
    /// The shape of a select, or of its count.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when the condition is nested too deeply.
    pub(crate) fn of_select(dialect: Dialect, select: &Select, purpose: Purpose) -> Result<Self> {
        let mut words = SmallVec::new();
        words.push(purpose as u32);
        words.push(select.selection.entity.0);
        if let Some(pivot) = &select.pivot {
            words.extend([pivot.owner.0, pivot.property as u32]);
            words.extend(List::of_keys(dialect, &pivot.owner_keys).encode());
        }
        if purpose == Purpose::Rows {
            let key = select.selection_key.0;
            let flags = u32::from(select.limit.is_some())
                | u32::from(select.offset.is_some()) << 1
                | u32::from(select.distinct) << 2
                | u32::from(select.pivot.is_some()) << 3
                | lock(select.lock) << 4;
            words.extend([key as u32, (key >> 32) as u32, flags, select.order.len() as u32]);
            for order in &select.order {
                push_path(&mut words, &order.path);
                let is_json = u32::from(order.json.is_some());
                words.push(is_json << 3 | direction(order.direction) << 2 | nulls(order.nulls));
                if let Some(path) = &order.json {
                    push_shape(&mut words, path);
                }
            }
        } else {
            words.push(u32::from(select.pivot.is_some()));
        }
        push_condition(&mut words, dialect, &select.condition, 0)?;
        if let Some(filters) = &select.filters {
            push_filters(&mut words, dialect, filters, select.root_filter)?;
        }
        Ok(Self(words))
    }
}

impl Shape {
    /// The shape with that of a condition.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when the condition is nested too deeply.
    pub(crate) fn with_condition(mut self, dialect: Dialect, condition: &Condition) -> Result<Self> {
        push_condition(&mut self.0, dialect, condition, 0)?;
        Ok(self)
    }
}

fn push_filters(
    words: &mut SmallVec<[u32; 32]>,
    dialect: Dialect,
    filters: &Filters,
    root: RootFilter,
) -> Result<()> {
    words.push(match root {
        RootFilter::Seen => 0,
        RootFilter::Known => 1,
        RootFilter::SeenFrom(property) => 2 + property as u32,
    });
    for (entity, filter) in filters.iter() {
        words.extend([entity as u32, u32::from(filter.is_strict) << 1 | u32::from(filter.condition.is_ok())]);
        if let Ok(condition) = &filter.condition {
            push_condition(words, dialect, condition, 0)?;
        }
    }
    Ok(())
}

fn direction(direction: Direction) -> u32 {
    match direction {
        Direction::Ascending => 0,
        Direction::Descending => 1,
    }
}

fn lock(lock: Option<Lock>) -> u32 {
    let Some(Lock { strength, wait }) = lock else { return 0 };
    let strength = match strength {
        LockStrength::Update => 1,
        LockStrength::Share => 2,
    };
    let wait = match wait {
        LockWait::Wait => 0,
        LockWait::SkipLocked => 1,
        LockWait::NoWait => 2,
    };
    wait << 2 | strength
}

fn nulls(nulls: Nulls) -> u32 {
    match nulls {
        Nulls::Natural => 0,
        Nulls::First => 1,
        Nulls::Last => 2,
    }
}

fn push_path(words: &mut SmallVec<[u32; 32]>, path: &Path) {
    words.push(path.0.len() as u32);
    words.extend(path.0.iter().map(|property| u32::from(*property)));
}

fn push_condition(
    words: &mut SmallVec<[u32; 32]>,
    dialect: Dialect,
    condition: &Condition,
    depth: u32,
) -> Result<()> {
    if depth > DEEPEST {
        return Err(too_deep(dialect));
    }
    let mut group = |tag: u32, conditions: &[Condition]| {
        words.extend([tag, conditions.len() as u32]);
        conditions.iter().try_for_each(|condition| push_condition(words, dialect, condition, depth + 1))
    };
    match condition {
        Condition::All(all) => group(1, all),
        Condition::Any(any) => group(2, any),
        Condition::Not(condition) => group(3, std::slice::from_ref(condition)),
        Condition::Apart(condition) => group(5, std::slice::from_ref(condition)),
        Condition::HasItem(path, condition) => {
            words.push(6);
            push_path(words, path);
            push_condition(words, dialect, condition, depth + 1)
        }
        Condition::Compare(path, comparison, operand) => {
            words.extend([7, *comparison as u32]);
            push_path(words, path);
            push_operand(words, dialect, operand)
        }
        Condition::Row(paths, test) => {
            words.extend([8, paths.len() as u32]);
            paths.iter().for_each(|path| push_path(words, path));
            match test {
                RowTest::Compare(comparison, _) => words.extend([1, *comparison as u32]),
                RowTest::In(rows) => push_list(words, 2, List::of_keys(dialect, rows), paths.len()),
            }
            Ok(())
        }
        Condition::Property(path, test) => {
            words.push(4);
            push_path(words, path);
            push_test(words, dialect, test);
            Ok(())
        }
        Condition::Json(path, json, test) => {
            words.push(7);
            push_path(words, path);
            push_shape(words, json);
            push_test(words, dialect, test);
            Ok(())
        }
        _ => Err(unknown_condition(dialect)),
    }
}

fn push_operand(words: &mut SmallVec<[u32; 32]>, dialect: Dialect, operand: &Operand) -> Result<()> {
    match operand {
        Operand::Property(path) => {
            words.push(1);
            push_path(words, path);
        }
        Operand::Outer(entity, path) => {
            let entity = FxBuildHasher.hash_one(entity);
            words.extend([2, entity as u32, (entity >> 32) as u32]);
            push_path(words, path);
        }
        _ => return Err(unknown_condition(dialect)),
    }
    Ok(())
}

fn push_test(words: &mut SmallVec<[u32; 32]>, dialect: Dialect, test: &Test) {
    let word = match test {
        Test::Equal(value) => 1 | u32::from(value.is_null()) << 8,
        Test::NotEqual(value) => 2 | u32::from(value.is_null()) << 8,
        Test::Greater(_) => 3,
        Test::GreaterOrEqual(_) => 4,
        Test::Less(_) => 5,
        Test::LessOrEqual(_) => 6,
        Test::Between(..) => 7,
        Test::In(values) => return push_list(words, 8, List::of_values(dialect, values), 1),
        Test::NotIn(values) => return push_list(words, 9, List::of_values(dialect, values), 1),
        Test::KeyIn(keys) => {
            return push_list(words, 10, List::of_keys(dialect, keys), keys.first().map_or(0, Vec::len));
        }
        Test::Like(_) => 11,
        Test::LikeIgnoringCase(_) => 12,
        Test::Contains(_) => 13,
        Test::StartsWith(_) => 14,
        Test::EndsWith(_) => 15,
        Test::Null => 16,
        Test::NotNull => 17,
        _ => 18,
    };
    words.push(word);
}

fn push_list(words: &mut SmallVec<[u32; 32]>, tag: u32, list: List, width: usize) {
    words.push(tag);
    words.extend(list.encode());
    words.push(width as u32);
}

/// The error for a condition that is nested too deeply.
pub(crate) fn too_deep(dialect: Dialect) -> Error {
    Error::Unsupported {
        database: dialect.name(),
        feature: "run a condition that is nested this deeply".into(),
        alternative: "put the alternatives side by side in one `any` or `all`, or in one list".into(),
    }
}

/// The error for a condition that this version of the crate does not know.
pub(crate) fn unknown_condition(dialect: Dialect) -> Error {
    Error::Unsupported {
        database: dialect.name(),
        feature: "write this condition yet".into(),
        alternative: "use versions of the orm crates that belong together".into(),
    }
}
