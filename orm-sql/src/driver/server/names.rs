//! What a server calls a key, in the words of its table: MySQL names the key that a row breaks, and no columns.

use orm_core::meta::Registry;
use orm_core::query::Write;
use orm_core::{DriverError, DriverErrorKind, Error};

use crate::dialect::Dialect;
use crate::schema::from_registry;
use crate::schema::model::Table;

/// The same error, with the table and the columns of the key that it names.
pub(crate) fn with_columns(error: Error, dialect: Dialect, registry: &Registry, write: &Write) -> Error {
    let Error::Driver(mut driver) = error else { return error };
    if driver.kind == DriverErrorKind::UniqueViolation && driver.columns.is_empty() {
        driver.columns = key_columns(&driver, dialect, registry, table_of(write)).unwrap_or_default();
    }
    Error::Driver(driver)
}

fn table_of(write: &Write) -> Option<&str> {
    Some(match write {
        Write::Insert(insert) => &insert.entity.table,
        Write::Update(update) => &update.entity.table,
        Write::PivotInsert(insert) => &insert.pivot.table,
        Write::NativeUpdate(update) => &update.entity.table,
        _ => return None,
    })
}

/// The columns of a key, as far as the entities know it. They are looked up in the schema that the entities ask for:
/// that takes its time, and errors are few.
fn key_columns(
    error: &DriverError,
    dialect: Dialect,
    registry: &Registry,
    table: Option<&str>,
) -> Option<Vec<String>> {
    let (key, table) = (error.constraint.as_deref()?, table?);
    let schema = from_registry(dialect, registry).ok()?;
    let table = schema.tables.into_iter().find(|found| found.name == table)?;
    match key {
        "PRIMARY" => Some(table.primary_key),
        key => index_columns(&table, key),
    }
}

fn index_columns(table: &Table, name: &str) -> Option<Vec<String>> {
    let index = table.indexes.iter().find(|index| index.name == name)?;
    index.parts.iter().map(|part| part.column().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use orm_core::query::Insert;

    use super::*;
    use crate::lower::library::{entity, registry};

    #[test]
    fn a_key_is_found_by_its_name() {
        let registry = registry();
        let author = Arc::clone(registry.entity(entity(&registry, "Author")));
        let write =
            Write::Insert(Insert { entity: author, columns: vec![], rows: vec![], returning: vec![] });
        for (key, expected) in
            [("PRIMARY", vec!["id"]), ("author_email_unique", vec!["email"]), ("other", vec![])]
        {
            let mut error = DriverError::new(DriverErrorKind::UniqueViolation, "taken");
            error.constraint = Some(key.to_owned());
            let Error::Driver(error) = with_columns(error.into(), Dialect::MariaDb, &registry, &write) else {
                panic!("it stays a driver's error")
            };
            assert_eq!(error.columns, expected, "{key}");
        }
    }
}
