//! Updates and deletes by condition.

use orm_core::Result;
use orm_core::meta::{EntityModel, Registry};
use orm_core::query::{Condition, NativeDelete, NativeUpdate};

use crate::dialect::Dialect;
use crate::lower::bind::{Binder, Place, Places, bind_condition};
use crate::lower::condition::write_condition;
use crate::lower::scope::Scope;
use crate::lower::shape::Shape;
use crate::lower::write::{Kind, WriteStatement, name, words, write_table, write_value};
use crate::render::{Alias, SqlWriter};

/// Updates the rows of which a condition holds.
pub(crate) struct UpdateWhere<'a>(pub(crate) &'a NativeUpdate);

/// Deletes the rows of which a condition holds.
pub(crate) struct DeleteWhere<'a>(pub(crate) &'a NativeDelete);

impl WriteStatement for UpdateWhere<'_> {
    fn shape(&self, dialect: Dialect) -> Result<Shape> {
        let mut words = words(Kind::UpdateWhere, self.0.entity.id);
        words.push(self.0.set.len() as u32);
        words.extend(self.0.set.iter().map(|(column, _)| *column as u32));
        Shape(words).with_condition(dialect, &self.0.condition)
    }

    fn lower(&self, w: &mut SqlWriter, registry: &Registry, places: &mut Places) -> Result<()> {
        let NativeUpdate { entity, set, condition } = self.0;
        w.push("update ");
        write_table(w, entity);
        w.push(" set ").list(", ", set, |w, (column, _)| {
            w.ident(name(entity, *column)).push(" = ");
            write_value(w, entity, *column);
        });
        write_where(w, registry, entity, condition, places)
    }

    fn bind(&self, dialect: Dialect, places: &Places, binder: &mut dyn Binder) -> Result<()> {
        for (column, value) in &self.0.set {
            binder.value(value, Place::of_column(&self.0.entity, *column))?;
        }
        bind_condition(dialect, &self.0.condition, places, None, binder)
    }

    fn rows(&self) -> usize {
        1
    }
}

impl WriteStatement for DeleteWhere<'_> {
    fn shape(&self, dialect: Dialect) -> Result<Shape> {
        Shape(words(Kind::DeleteWhere, self.0.entity.id)).with_condition(dialect, &self.0.condition)
    }

    fn lower(&self, w: &mut SqlWriter, registry: &Registry, places: &mut Places) -> Result<()> {
        let NativeDelete { entity, condition } = self.0;
        w.push("delete from ");
        write_table(w, entity);
        write_where(w, registry, entity, condition, places)
    }

    fn bind(&self, dialect: Dialect, places: &Places, binder: &mut dyn Binder) -> Result<()> {
        bind_condition(dialect, &self.0.condition, places, None, binder)
    }

    fn rows(&self) -> usize {
        1
    }
}

/// Writes the condition on the table itself, or, where it needs joins, on the keys that a select finds.
fn write_where(
    w: &mut SqlWriter,
    registry: &Registry,
    entity: &EntityModel,
    condition: &Condition,
    places: &mut Places,
) -> Result<()> {
    if condition.is_always() {
        return Ok(());
    }
    let (mark, start) = (w.mark(), w.position());
    let mut scope = Scope::new(registry, entity, None, 0);
    scope.root.alias = Alias::NONE;
    w.push(" where ");
    write_condition(w, &mut scope, condition, places)?;
    if !scope.needs_alias() {
        return Ok(());
    }
    // It does need joins, so it is written anew.
    w.go_back(mark);
    places.clear();
    let mut scope = Scope::new(registry, entity, None, 0);
    write_condition(w, &mut scope, condition, places)?;
    let condition = w.split_off(start);
    let key = || scope.root.key();
    let single = entity.key_columns.len() == 1;
    w.push(if single { " where " } else { " where (" });
    w.list(", ", key(), |w, column| {
        w.ident(column.name);
    });
    w.push(if single { " in (" } else { ") in (" });
    // MySQL changes no table that a subquery reads, unless that was read before, into a table of its own.
    let detached = match w.dialect() {
        Dialect::Sqlite | Dialect::Postgres => false,
        Dialect::MySql | Dialect::MariaDb => true,
    };
    w.push(if detached { "select * from (select distinct " } else { "select " });
    w.list(", ", key(), |w, column| {
        w.column(column.alias, column.name);
    });
    scope.write_from(w, &mut Vec::new())?;
    w.push(" where ").push(&condition).push(if detached { ") as `k`)" } else { ")" });
    Ok(())
}
