//! The pivot tables of many-to-many relations that have no entity of their own.

use orm_core::meta::{EntityModel, PivotModel, PropertyModel, RelationKind};
use orm_core::types::ColumnKind;
use orm_core::{Error, Result};

use crate::schema::model::{Column, Deferral, ForeignKey, Rule, Table};
use crate::schema::names::{Kind, constraint_name};
use crate::schema::types::{TypeSpec, type_name};

use super::column::column_type_name;
use super::constraint::{add_foreign_key_index, borrowed, key_columns};
use super::{Context, schema_name};

/// Adds the pivot tables that the entity owns.
pub(super) fn add_tables(cx: &Context<'_>, entity: &EntityModel, tables: &mut Vec<Table>) -> Result<()> {
    for property in &entity.properties {
        let Some(relation) = &property.relation else { continue };
        let Some(pivot) = relation.pivot.as_deref().filter(|pivot| pivot.entity.is_none()) else { continue };
        if relation.kind != RelationKind::ManyToManyOwner {
            continue;
        }
        let table = pivot_table(cx, entity, pivot, cx.registry.target(relation))?;
        match tables.iter().find(|other| other.name == table.name && other.schema == table.schema) {
            None => tables.push(table),
            // Two relations that share a table, in good agreement.
            Some(other) if *other == table => {}
            Some(_) => return Err(taken(entity, property, &table.name)),
        }
    }
    Ok(())
}

fn pivot_table(
    cx: &Context<'_>,
    owner: &EntityModel,
    pivot: &PivotModel,
    target: &EntityModel,
) -> Result<Table> {
    let schema = schema_name(cx, owner, pivot.schema.as_deref())?;
    let mut table = Table { name: pivot.table.clone(), schema, ..Table::default() };
    if let Some(order) = &pivot.order_column {
        table.columns.push(Column {
            name: order.clone(),
            type_name: type_name(cx.dialect, TypeSpec::of(ColumnKind::Int64)),
            auto_increment: true,
            ..Column::default()
        });
    }
    table.primary_key = match &pivot.order_column {
        Some(order) => vec![order.clone()],
        None => pivot.own_columns.iter().chain(&pivot.other_columns).cloned().collect(),
    };
    for (columns, end) in [(&pivot.own_columns, owner), (&pivot.other_columns, target)] {
        for (name, key_column) in columns.iter().zip(&end.key_columns) {
            table.columns.push(Column {
                name: name.clone(),
                type_name: column_type_name(cx, end, *key_column),
                ..Column::default()
            });
        }
        table.foreign_keys.push(ForeignKey {
            name: Some(constraint_name(cx.dialect, &table.name, &borrowed(columns), Kind::Foreign)),
            columns: columns.clone(),
            referenced_schema: schema_name(cx, end, end.schema.as_deref())?,
            referenced_table: end.table.clone(),
            referenced_columns: key_columns(end),
            on_delete: Rule::Cascade,
            on_update: Rule::Cascade,
            deferral: Deferral::Never,
        });
        add_foreign_key_index(cx, &mut table, columns.clone());
    }
    Ok(table)
}

fn taken(entity: &EntityModel, property: &PropertyModel, table: &str) -> Error {
    Error::Metadata {
        entity: entity.meta.name,
        property: property.meta.name,
        problem: format!(
            "the pivot table `{table}` is taken by another table; write `#[orm(pivot_table = \"…\")]`"
        ),
    }
}
