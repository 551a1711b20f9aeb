//! Conditions as SQL.

use orm_core::query::{Condition, JsonPath, Path, Test};
use orm_core::value::Value;
use orm_core::{Error, Result};

use crate::dialect::Dialect;
use crate::lower::bind::{Place, Places};
use crate::lower::in_list::write_list;
use crate::lower::json::{inside, read_as};
use crate::lower::list::List;
use crate::lower::parameter::push_value;
use crate::lower::path::place_of;
use crate::lower::pattern::{Pattern, write_pattern};
use crate::lower::scope::{Column, Scope, Usage};
use crate::lower::shape::{too_deep, unknown_condition};
use crate::render::SqlWriter;

/// This many terms stand in one row of `and`s; more are grouped by halves, as a database builds a tree from them that
/// is as deep as the row is long.
const WIDEST: usize = 50;

/// Writes a condition and notes the property of each of its tests.
///
/// # Errors
/// When a path leads nowhere, a test does not fit its property, or the tree is deeper than the dialect allows.
pub(crate) fn write_condition(
    w: &mut SqlWriter,
    scope: &mut Scope<'_>,
    condition: &Condition,
    places: &mut Places,
) -> Result<()> {
    let mut lower = Lower { w, scope, places, outer: Vec::new(), negated: false };
    let height = lower.condition(condition, 0)?;
    match height > lower.w.dialect().deepest_expression() {
        true => Err(too_deep(lower.w.dialect())),
        false => Ok(()),
    }
}

pub(super) struct Lower<'w, 's, 'a> {
    pub(super) w: &'w mut SqlWriter,
    pub(super) scope: &'s mut Scope<'a>,
    pub(super) places: &'w mut Places,
    /// Whether what is neither true nor false would pass, were it written as false.
    pub(super) negated: bool,
    /// The queries around this one, the next one last.
    pub(super) outer: Vec<Scope<'a>>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Junction {
    All,
    Any,
}

impl Lower<'_, '_, '_> {
    /// Writes a condition; gives back how deep its tree is.
    pub(super) fn condition(&mut self, condition: &Condition, depth: u32) -> Result<u32> {
        match condition {
            Condition::All(_) => self.junction(Junction::All, condition, depth),
            Condition::Any(_) => self.junction(Junction::Any, condition, depth),
            Condition::Not(condition) => self.not(condition, depth),
            Condition::Compare(path, comparison, operand) => self.compare(path, *comparison, operand),
            Condition::Row(paths, test) => self.row(paths, test),
            Condition::HasItem(path, condition) => self.has_item(path, condition, depth),
            Condition::Apart(condition) => self.apart(condition, depth),
            Condition::Property(path, test) => self.property(path, test),
            Condition::Json(path, json, test) => self.json(path, json, test),
            _ => Err(unknown_condition(self.w.dialect())),
        }
    }

    fn not(&mut self, condition: &Condition, depth: u32) -> Result<u32> {
        if let (Condition::HasItem(path, condition), false) = (condition, self.negated) {
            return self.has_no_item(path, condition, depth);
        }
        self.negated = !self.negated;
        self.w.push("not (");
        let height = self.condition(condition, depth + 1)?;
        self.w.push(")");
        self.negated = !self.negated;
        Ok(height + 1)
    }

    fn junction(&mut self, junction: Junction, condition: &Condition, depth: u32) -> Result<u32> {
        let mut terms = Vec::new();
        flatten(junction, condition, &mut terms);
        match (terms.as_slice(), junction) {
            ([], Junction::All) => {
                self.w.push("1 = 1");
                Ok(2)
            }
            ([], Junction::Any) => {
                self.w.push("1 = 0");
                Ok(2)
            }
            (terms, _) => self.terms(junction, terms, depth),
        }
    }

    fn terms(&mut self, junction: Junction, terms: &[&Condition], depth: u32) -> Result<u32> {
        let word = match junction {
            Junction::All => " and ",
            Junction::Any => " or ",
        };
        if terms.len() > WIDEST {
            let (first, second) = terms.split_at(terms.len() / 2);
            self.w.push("(");
            let left = self.terms(junction, first, depth)?;
            self.w.push(")").push(word).push("(");
            let right = self.terms(junction, second, depth)?;
            self.w.push(")");
            return Ok(left.max(right) + 1);
        }
        let mut height = 0;
        for (index, term) in terms.iter().enumerate() {
            if index > 0 {
                self.w.push(word);
            }
            let term_height = match terms.len() {
                1 => self.condition(term, depth + 1)?,
                _ => self.term(term, depth + 1)?,
            };
            height = height.max(term_height) + u32::from(index > 0);
        }
        Ok(height)
    }

    /// A condition behind an `and`.
    pub(super) fn beside(&mut self, condition: &Condition, depth: u32) -> Result<u32> {
        let mut terms = Vec::new();
        flatten(Junction::All, condition, &mut terms);
        match terms.as_slice() {
            [term] => self.term(term, depth),
            terms if terms.len() <= WIDEST => self.terms(Junction::All, terms, depth),
            _ => self.term(condition, depth),
        }
    }

    /// A condition that stands beside others.
    pub(super) fn term(&mut self, term: &Condition, depth: u32) -> Result<u32> {
        let grouped = matches!(term, Condition::All(_) | Condition::Any(_));
        self.w.push(if grouped { "(" } else { "" });
        let height = self.condition(term, depth)?;
        self.w.push(if grouped { ")" } else { "" });
        Ok(height)
    }

    fn property(&mut self, path: &Path, test: &Test) -> Result<u32> {
        let place = place_of(self.scope.registry, self.scope.root.entity, path)?;
        let columns = self.scope.resolve(&path.0, Usage::Condition)?;
        self.places.push(columns.iter().map(|column| Place { ty: Some(column.ty), ..place }).collect());
        match (columns.as_slice(), test) {
            (columns, Test::KeyIn(keys)) => {
                if keys.first().is_some_and(|key| key.len() != columns.len()) {
                    return Err(crate::lower::bind::uneven_keys(place));
                }
                write_list(self.w, columns, List::of_keys(self.w.dialect(), keys), false);
            }
            ([column], test) => self.test(*column, test)?,
            (columns, Test::Null) => self.each_is_null(columns, " or ", " is null"),
            (columns, Test::NotNull) => self.each_is_null(columns, " and ", " is not null"),
            (columns, Test::Equal(Value::Null)) => self.each_is_null(columns, " or ", " is null"),
            (columns, Test::NotEqual(Value::Null)) => self.each_is_null(columns, " and ", " is not null"),
            _ => return Err(several_columns(self.w.dialect(), place)),
        }
        Ok(4)
    }

    /// A test of what is inside of a JSON column.
    fn json(&mut self, path: &Path, json: &JsonPath, test: &Test) -> Result<u32> {
        let place = place_of(self.scope.registry, self.scope.root.entity, path)?;
        let columns = self.scope.resolve(&path.0, Usage::Condition)?;
        let ([column], false) = (columns.as_slice(), matches!(test, Test::KeyIn(_))) else {
            return Err(several_columns(self.w.dialect(), place));
        };
        self.places.push([Place { ty: Some(read_as(json.kind)), ..place }].into());
        self.test(inside(*column, json), test)?;
        Ok(8)
    }

    /// A reference of several columns points nowhere as soon as one of them is null.
    fn each_is_null(&mut self, columns: &[Column<'_>], word: &str, test: &str) {
        self.w.push("(").list(word, columns, |w, column| {
            column.write(w).push(test);
        });
        self.w.push(")");
    }

    fn test(&mut self, column: Column<'_>, test: &Test) -> Result<()> {
        let dialect = self.w.dialect();
        let w = &mut *self.w;
        let mut compare = |operator: &str| {
            push_value(column.write(w).push(operator), column.ty);
        };
        match test {
            Test::Equal(value) if value.is_null() => {
                column.write(w).push(" is null");
            }
            Test::NotEqual(value) if value.is_null() => {
                column.write(w).push(" is not null");
            }
            Test::Equal(_) => compare(" = "),
            Test::NotEqual(_) => compare(" != "),
            Test::Greater(_) => compare(" > "),
            Test::GreaterOrEqual(_) => compare(" >= "),
            Test::Less(_) => compare(" < "),
            Test::LessOrEqual(_) => compare(" <= "),
            Test::Between(..) => {
                compare(" between ");
                push_value(w.push(" and "), column.ty);
            }
            Test::In(values) => write_list(w, &[column], List::of_values(dialect, values), false),
            Test::NotIn(values) => write_list(w, &[column], List::of_values(dialect, values), true),
            Test::Like(_) => write_pattern(w, column, Pattern::Like),
            Test::LikeIgnoringCase(_) => write_pattern(w, column, Pattern::LikeIgnoringCase),
            Test::Contains(_) => write_pattern(w, column, Pattern::Contains),
            Test::StartsWith(_) | Test::EndsWith(_) => write_pattern(w, column, Pattern::StartsOrEndsWith),
            Test::Null => {
                column.write(w).push(" is null");
            }
            Test::NotNull => {
                column.write(w).push(" is not null");
            }
            Test::KeyIn(_) => unreachable!("keys are handled with any number of columns"),
            _ => return Err(unknown_condition(dialect)),
        }
        Ok(())
    }
}

/// The error for a relation of several columns that is compared with one value.
pub(super) fn several_columns(dialect: Dialect, place: Place) -> Error {
    Error::Unsupported {
        database: dialect.name(),
        feature: format!(
            "compare {}.{} with one value, as it has several columns",
            place.entity, place.property
        ),
        alternative: "compare it with keys, or compare its parts one by one".into(),
    }
}

/// The terms of a junction, with those of equal junctions inside of it.
fn flatten<'c>(junction: Junction, condition: &'c Condition, terms: &mut Vec<&'c Condition>) {
    match (junction, condition) {
        (Junction::All, Condition::All(nested)) | (Junction::Any, Condition::Any(nested)) => {
            nested.iter().for_each(|condition| flatten(junction, condition, terms));
        }
        (_, condition) => terms.push(condition),
    }
}
