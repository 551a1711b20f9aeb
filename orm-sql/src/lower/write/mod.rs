//! Writes as SQL: each statement is data, with a shape that decides its text, and with its values.

mod cases;
pub(crate) mod delete;
pub(crate) mod insert;
pub(crate) mod native;
pub(crate) mod pivot;
pub(crate) mod positions;
mod source;
pub(crate) mod update;

use std::sync::Arc;

use orm_core::Result;
use orm_core::meta::{ColumnId, EntityId, EntityModel, PivotModel, Registry};
use orm_core::value::Value;
use smallvec::SmallVec;

use crate::dialect::Dialect;
use crate::lower::bind::{Binder, Place, Places};
use crate::lower::parameter::push_value;
use crate::lower::scope::{Column, Columns};
use crate::lower::shape::Shape;
use crate::render::{Alias, SqlWriter};

/// One statement of a write.
pub(crate) trait WriteStatement: Sync {
    /// What decides its text.
    ///
    /// # Errors
    /// When it cannot be written.
    fn shape(&self, dialect: Dialect) -> Result<Shape>;

    /// Writes its text; notes the columns of the tests of its condition, if it has one.
    ///
    /// # Errors
    /// When it cannot be written.
    fn lower(&self, w: &mut SqlWriter, registry: &Registry, places: &mut Places) -> Result<()>;

    /// Hands its values to the binder, in the order of the text's placeholders.
    ///
    /// # Errors
    /// When the database cannot keep one of the values.
    fn bind(&self, dialect: Dialect, places: &Places, binder: &mut dyn Binder) -> Result<()>;

    /// How many rows it is about, for the log.
    fn rows(&self) -> usize;

    /// The pivot table, of which the shape only holds a hash.
    fn pivot(&self) -> Option<&Arc<PivotModel>> {
        None
    }
}

/// A statement as text.
#[derive(Debug)]
pub(crate) struct CompiledWrite {
    pub(crate) sql: Arc<str>,
    pub(crate) places: Places,
    pub(crate) pivot: Option<Arc<PivotModel>>,
}

/// Lowers a statement.
pub(crate) fn lower_write(
    dialect: Dialect,
    registry: &Registry,
    statement: &dyn WriteStatement,
) -> Result<CompiledWrite> {
    let mut w = SqlWriter::new(dialect);
    let mut places = Places::default();
    statement.lower(&mut w, registry, &mut places)?;
    Ok(CompiledWrite { sql: w.finish()?, places, pivot: statement.pivot().cloned() })
}

/// What a statement does; numbers that no select has.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Insert = 10,
    UpdateOne,
    UpdateFromSource,
    UpdateInCases,
    DeleteRow,
    DeleteMatching,
    DeleteKeys,
    Positions,
    InsertPairs,
    DeletePairs,
    UpdateWhere,
    DeleteWhere,
}

/// The words of a shape: what is done to which table.
fn words(kind: Kind, entity: EntityId) -> SmallVec<[u32; 32]> {
    [kind as u32, entity.0].into_iter().collect()
}

/// Adds a list of columns to a shape.
fn push_columns(words: &mut SmallVec<[u32; 32]>, columns: &[ColumnId]) {
    words.push(columns.len() as u32);
    words.extend(columns.iter().map(|column| *column as u32));
}

fn name(entity: &EntityModel, column: ColumnId) -> &str {
    &entity.columns[column].name
}

/// Columns of an entity's table under an alias.
fn columns_of<'e>(entity: &'e EntityModel, alias: Alias, columns: &[ColumnId]) -> Columns<'e> {
    let column = |column: &ColumnId| {
        let model = &entity.columns[*column];
        Column::new(alias, &model.name, model.column_type())
    };
    columns.iter().map(column).collect()
}

fn write_table(w: &mut SqlWriter, entity: &EntityModel) {
    w.table(entity.schema.as_deref(), &entity.table);
}

fn write_names(w: &mut SqlWriter, entity: &EntityModel, columns: &[ColumnId]) {
    w.list(", ", columns, |w, column| {
        w.ident(name(entity, *column));
    });
}

/// The placeholder of a value for a column.
fn write_value(w: &mut SqlWriter, entity: &EntityModel, column: ColumnId) {
    push_value(w, entity.columns[column].column_type());
}

/// `"id" = ? and "version" is ?`: key and guards.
fn write_row(w: &mut SqlWriter, entity: &EntityModel, guards: &[ColumnId]) {
    w.list(" and ", &entity.key_columns, |w, column| {
        w.ident(name(entity, *column)).push(" = ");
        write_value(w, entity, *column);
    });
    for guard in guards {
        let is_same = w.dialect().is_same();
        w.push(" and ").ident(name(entity, *guard)).push(is_same);
        write_value(w, entity, *guard);
    }
}

fn write_returning(w: &mut SqlWriter, entity: &EntityModel, columns: &[ColumnId]) {
    if !columns.is_empty() {
        w.push(" returning ");
        write_names(w, entity, columns);
    }
}

/// Hands the values of a row's columns to the binder.
fn bind_columns(
    binder: &mut dyn Binder,
    entity: &EntityModel,
    columns: &[ColumnId],
    values: &[Value],
) -> Result<()> {
    columns
        .iter()
        .zip(values)
        .try_for_each(|(column, value)| binder.value(value, Place::of_column(entity, *column)))
}

/// The places of an entity's key.
fn key_places(entity: &EntityModel) -> SmallVec<[Place; 2]> {
    entity.key_columns.iter().map(|column| Place::of_column(entity, *column)).collect()
}
