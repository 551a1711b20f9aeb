//! A property that is stored as a JSON document and typed by a struct of the user's.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::DecodeError;
use crate::types::{ColumnKind, Type, unexpected};
use crate::value::{Cell, Value};

/// Stores `T` as a JSON document.
///
/// ```
/// # use orm_core::types::{Json, Type};
/// # use serde::{Deserialize, Serialize};
/// #[derive(Clone, Serialize, Deserialize)]
/// struct Settings {
///     dark: bool,
/// }
/// let stored = Json(Settings { dark: true }).to_value();
/// assert_eq!(stored.to_string(), r#"'{"dark":true}'"#);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Json<T>(pub T);

impl<T> std::ops::Deref for Json<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Type for Json<T>
where
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
{
    const KIND: ColumnKind = ColumnKind::Json;

    fn to_value(&self) -> Value {
        // What serde cannot write (a map with keys that are no text) is kept as null; reading it back then says so.
        Value::Json(serde_json::to_value(&self.0).unwrap_or_default())
    }

    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        let mismatch = |text: String| DecodeError::Text { text, expected: std::any::type_name::<T>() };
        match cell {
            Cell::Json(value) => T::deserialize(value).map(Json).map_err(|_| mismatch(value.to_string())),
            Cell::Text(text) => serde_json::from_str(text).map(Json).map_err(|_| mismatch(text.to_owned())),
            cell => Err(unexpected(cell, "json")),
        }
    }
}
