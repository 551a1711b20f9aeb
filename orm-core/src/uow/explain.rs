//! What a database refused, in the words of the entity: a driver names columns at best.

use crate::error::{DriverErrorKind, Error};
use crate::meta::EntityModel;

/// The same error, naming the entity and the properties that it may be about.
pub(super) fn explain(error: Error, entity: &EntityModel) -> Error {
    let Error::Driver(mut driver) = error else { return error };
    driver.entity = Some(entity.meta.name);
    driver.table.get_or_insert_with(|| entity.table.clone());
    let property_of = |name: &String| {
        let column = entity.columns.iter().find(|column| column.name == *name)?;
        Some(entity.property(column.property).meta.name)
    };
    driver.properties = match driver.kind {
        // No database names the foreign key's columns here: each relation that is stored in the row may be meant.
        DriverErrorKind::ForeignKeyViolation if driver.columns.is_empty() => entity
            .properties
            .iter()
            .filter(|property| property.owning_relation().is_some())
            .map(|property| property.meta.name)
            .collect(),
        _ => driver.columns.iter().filter_map(property_of).collect(),
    };
    driver.properties.dedup();
    Error::Driver(driver)
}
