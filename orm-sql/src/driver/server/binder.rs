//! Gathers the values of a statement for a log.

use orm_core::Result;
use orm_core::value::Value;

use crate::lower::bind::{Binder, Place};
use crate::lower::list::ListForm;

/// Gathers the values of a statement for a log.
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

    fn list(&mut self, values: &mut dyn Iterator<Item = &Value>, _: ListForm, _: Place) -> Result<()> {
        self.0.extend(values.cloned());
        Ok(())
    }

    fn keys(&mut self, keys: &mut dyn Iterator<Item = &[Value]>, _: &[Place]) -> Result<()> {
        self.0.extend(keys.flatten().cloned());
        Ok(())
    }
}
