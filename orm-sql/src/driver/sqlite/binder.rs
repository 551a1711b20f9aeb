//! Binds the values of a plan to a statement, or gathers them for a log.

use orm_core::Result;
use orm_core::value::Value;
use rusqlite::Statement;

use crate::driver::sqlite::encode::{Encoded, encode, encode_keys, encode_list};
use crate::driver::sqlite::error::driver_error;
use crate::lower::bind::{Binder, Place};
use crate::lower::list::ListForm;

/// Binds one value after the other.
pub(crate) struct StatementBinder<'a, 's> {
    pub(crate) statement: &'a mut Statement<'s>,
    pub(crate) next: usize,
    pub(crate) sql: &'a str,
}

impl<'a, 's> StatementBinder<'a, 's> {
    pub(crate) fn new(statement: &'a mut Statement<'s>, sql: &'a str) -> Self {
        Self { statement, next: 1, sql }
    }

    fn bind(&mut self, value: Encoded<'_>) -> Result<()> {
        let bound = self.statement.raw_bind_parameter(self.next, value);
        self.next += 1;
        bound.map_err(|error| driver_error(error, self.sql))
    }

    /// Binds a list of values of one row or key.
    pub(crate) fn values<'v>(
        &mut self,
        values: impl IntoIterator<Item = &'v Value>,
        place: Place,
    ) -> Result<()> {
        values.into_iter().try_for_each(|value| self.value(value, place))
    }
}

impl Binder for StatementBinder<'_, '_> {
    fn value(&mut self, value: &Value, place: Place) -> Result<()> {
        self.bind(encode(value, place)?)
    }

    fn number(&mut self, number: u64) -> Result<()> {
        self.bind(Encoded::Integer(i64::try_from(number).unwrap_or(i64::MAX)))
    }

    fn text(&mut self, text: &str, _place: Place) -> Result<()> {
        self.bind(Encoded::Text(text))
    }

    fn list(&mut self, values: &mut dyn Iterator<Item = &Value>, form: ListForm, place: Place) -> Result<()> {
        let json = encode_list(values, form, place)?;
        self.bind(Encoded::Text(&json))
    }

    fn keys(&mut self, keys: &mut dyn Iterator<Item = &[Value]>, places: &[Place]) -> Result<()> {
        let json = encode_keys(keys, places[0])?;
        self.bind(Encoded::Text(&json))
    }
}

/// Gathers the values for a log.
#[derive(Default)]
pub(crate) struct LogBinder(pub(crate) Vec<Value>);

impl Binder for LogBinder {
    fn value(&mut self, value: &Value, _place: Place) -> Result<()> {
        self.0.push(value.clone());
        Ok(())
    }

    fn number(&mut self, number: u64) -> Result<()> {
        self.0.push(Value::UInt(number));
        Ok(())
    }

    fn text(&mut self, text: &str, _place: Place) -> Result<()> {
        self.0.push(Value::Text(text.to_owned()));
        Ok(())
    }

    fn list(&mut self, values: &mut dyn Iterator<Item = &Value>, form: ListForm, place: Place) -> Result<()> {
        self.0.push(Value::Text(encode_list(values, form, place)?));
        Ok(())
    }

    fn keys(&mut self, keys: &mut dyn Iterator<Item = &[Value]>, places: &[Place]) -> Result<()> {
        self.0.push(Value::Text(encode_keys(keys, places[0])?));
        Ok(())
    }
}
