//! The enumerations that are types of the database.

use orm_core::types::{ColumnKind, NativeEnum};
use orm_core::{Error, Result};

use crate::dialect::Dialect;
use crate::schema::model::EnumType;

use super::Context;

/// The enumerations of all columns, each once.
pub(super) fn enums(cx: &Context<'_>) -> Result<Vec<EnumType>> {
    let mut enums: Vec<EnumType> = Vec::new();
    match cx.dialect {
        Dialect::Postgres => {}
        // They have no such types.
        Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => return Ok(enums),
    }
    for entity in cx.registry.entities() {
        for column in &entity.columns {
            let Some(native) = native(column.kind) else { continue };
            let wanted = EnumType {
                name: native.name.to_owned(),
                schema: native.schema.map(str::to_owned),
                values: native.values.iter().map(|value| (*value).to_owned()).collect(),
            };
            let known = enums.iter().find(|item| item.name == wanted.name && item.schema == wanted.schema);
            match known {
                None => enums.push(wanted),
                Some(known) if *known == wanted => {}
                Some(_) => {
                    return Err(Error::Metadata {
                        entity: entity.meta.name,
                        property: entity.property(column.property).meta.name,
                        problem: format!(
                            "another enum has the type `{}` with other values; give one of them another name",
                            native.name
                        ),
                    });
                }
            }
        }
    }
    Ok(enums)
}

fn native(kind: ColumnKind) -> Option<&'static NativeEnum> {
    match kind {
        ColumnKind::NativeEnum(native) => Some(native),
        ColumnKind::Array(item) => native(*item),
        _ => None,
    }
}
