//! Statements on an open connection: sent, their rows passed on as they come in, logged.

use std::future::poll_fn;

use orm_core::driver::RowSink;
use orm_core::log::QueryKind;
use orm_core::query::Select;
use orm_core::value::Value;
use orm_core::{DriverErrorKind, Result};
use sqlx::Either;

use crate::driver::log::Ended;
use crate::driver::server::binder::LogBinder;
use crate::driver::server::error::Failed;
use crate::driver::server::row::ServerRow;
use crate::driver::server::shared::Shared;
use crate::driver::server::{Answers, Opened, RawResult, RawRow, Ready, Server, encode, failure};
use crate::lower::bind::Binder;
use crate::lower::select::Compiled;
use crate::lower::write::{CompiledWrite, WriteStatement};

/// What a statement did.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Done {
    /// Rows that it gave.
    pub(crate) rows: u64,
    /// Rows that it changed.
    pub(crate) affected: u64,
    /// The last key that it generated.
    pub(crate) last_insert_id: u64,
}

/// What a statement of a write gave.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// Rows that it changed.
    pub(crate) affected: u64,
    /// The first key that it generated, where the server tells.
    pub(crate) first_key: u64,
    /// Rows that it gave back.
    pub(crate) rows: Vec<Vec<Value>>,
}

/// Runs a statement of a write.
pub(crate) async fn write<S: Server>(
    opened: &mut Opened<S>,
    shared: &Shared<S>,
    compiled: &CompiledWrite,
    statement: &dyn WriteStatement,
) -> Result<Answer, Failed> {
    let (dialect, sql) = (opened.dialect, &compiled.sql);
    let bind = |binder: &mut dyn Binder| statement.bind(dialect, &compiled.places, binder);
    let ready = encode::<S>(dialect, sql, bind)?;
    let started = shared.watch();
    let mut rows = Vec::new();
    let mut take = |row: &ServerRow<'_, S>| {
        rows.push(row.values());
        Ok(())
    };
    let result = run(opened, ready, sql, &mut take).await;
    let (affected, failed) = (result.as_ref().map_or(0, |done| done.affected), result.is_err());
    let batch = statement.rows();
    let ended = Ended { started, kind: QueryKind::Query, sql, batch, rows: affected, failed };
    shared.log(ended, || {
        let mut params = LogBinder::default();
        // It was bound before, so it can be bound again.
        let _ = bind(&mut params);
        params.0
    });
    result.map(|done| Answer { affected: done.affected, first_key: done.last_insert_id, rows })
}

/// Runs a select and pushes its rows; counts them in `pushed`, also when it fails.
pub(crate) async fn select<S: Server>(
    opened: &mut Opened<S>,
    shared: &Shared<S>,
    compiled: &Compiled,
    select: &Select,
    sink: &mut dyn RowSink,
    pushed: &mut u64,
) -> Result<(), Failed> {
    let ready = ready(opened, compiled, select)?;
    let started = shared.watch();
    let taken = &mut *pushed;
    let mut take = |row: &ServerRow<'_, S>| {
        *taken += 1;
        sink.row(row)
    };
    let result = run(opened, ready, &compiled.sql, &mut take).await;
    let (rows, failed) = (*pushed, result.is_err());
    let ended = Ended { started, kind: QueryKind::Query, sql: &compiled.sql, batch: 1, rows, failed };
    shared.log(ended, || logged(opened, compiled, select));
    result.map(drop)
}

/// Counts the roots of a select.
pub(crate) async fn count<S: Server>(
    opened: &mut Opened<S>,
    shared: &Shared<S>,
    compiled: &Compiled,
    select: &Select,
) -> Result<u64, Failed> {
    let ready = ready(opened, compiled, select)?;
    let started = shared.watch();
    let mut count = None;
    let mut take = |row: &ServerRow<'_, S>| {
        count = match row.values().first() {
            Some(Value::Int(count)) => u64::try_from(*count).ok(),
            Some(Value::UInt(count)) => Some(*count),
            _ => None,
        };
        Ok(())
    };
    let result = run(opened, ready, &compiled.sql, &mut take).await;
    let failed = result.is_err();
    let ended = Ended { started, kind: QueryKind::Query, sql: &compiled.sql, batch: 1, rows: 1, failed };
    shared.log(ended, || logged(opened, compiled, select));
    result?;
    Ok(count.ok_or_else(|| failure(DriverErrorKind::Other, "a count gave no number"))?)
}

fn ready<S: Server>(opened: &Opened<S>, compiled: &Compiled, select: &Select) -> Result<Ready<S>> {
    let dialect = opened.dialect;
    encode::<S>(dialect, &compiled.sql, |binder| compiled.binds.bind(dialect, select, binder))
}

fn logged<S: Server>(opened: &Opened<S>, compiled: &Compiled, select: &Select) -> Vec<Value> {
    let mut params = LogBinder::default();
    // What cannot be bound is the statement's own error; the log has what came before it.
    let _ = compiled.binds.bind(opened.dialect, select, &mut params);
    params.0
}

/// Runs plain SQL; `take` gets its rows.
pub(crate) async fn plain<S: Server>(
    opened: &mut Opened<S>,
    shared: &Shared<S>,
    sql: &str,
    params: &[Value],
    take: &mut (dyn FnMut(&ServerRow<'_, S>) -> Result<()> + Send),
) -> Result<Done, Failed> {
    let started = shared.watch();
    opened.is_preparing = true;
    let prepared = S::prepare(&mut opened.raw, sql, params).await;
    opened.is_preparing = false;
    let result = match prepared {
        Ok(Some(ready)) => run(opened, ready, sql, take).await,
        Ok(None) => run_unprepared(opened, sql).await,
        Err(failed) => Err(failed),
    };
    let (rows, failed) = (result.as_ref().map_or(0, |done| done.rows), result.is_err());
    let ended = Ended { started, kind: QueryKind::Query, sql, batch: 1, rows, failed };
    shared.log(ended, || params.to_vec());
    result
}

/// Runs statements without parameters, one after the other.
pub(crate) async fn script<S: Server>(
    opened: &mut Opened<S>,
    shared: &Shared<S>,
    kind: QueryKind,
    sql: &str,
) -> Result<(), Failed> {
    let started = shared.watch();
    let result = drain::<S>(S::run_script(&mut opened.raw, sql.into())).await;
    let ended = Ended { started, kind, sql, batch: 1, rows: 0, failed: result.is_err() };
    shared.log(ended, Vec::new);
    result.map_err(|error| Failed::of_statement::<S>(error, sql))
}

/// Runs what the server takes unprepared only. Its rows would come as text; such statements have none of interest.
async fn run_unprepared<S: Server>(opened: &mut Opened<S>, sql: &str) -> Result<Done, Failed> {
    let drained = drain::<S>(S::run_script(&mut opened.raw, sql.into())).await;
    drained.map(|()| Done::default()).map_err(|error| Failed::of_statement::<S>(error, sql))
}

/// Sends a statement and passes its rows on as they come in.
pub(crate) async fn run<S: Server>(
    opened: &mut Opened<S>,
    ready: Ready<S>,
    sql: &str,
    take: &mut (dyn FnMut(&ServerRow<'_, S>) -> Result<()> + Send),
) -> Result<Done, Failed> {
    let mut done = Done::default();
    let mut columns = None;
    let mut refused = None;
    if let Some(preparing) = S::prepare_apart(&mut opened.raw, &ready) {
        opened.is_preparing = true;
        let prepared = preparing.await;
        opened.is_preparing = false;
        prepared.map_err(|error| Failed::of_statement::<S>(error, sql))?;
    }
    let mut answers = S::run(&mut opened.raw, ready);
    while let Some(answer) = next::<S>(&mut answers).await {
        match answer.map_err(|error| Failed::of_statement::<S>(error, sql))? {
            Either::Left(result) => {
                let (affected, last_insert_id) = S::summary(&result);
                done.affected += affected;
                done.last_insert_id = last_insert_id;
            }
            Either::Right(row) => {
                done.rows += 1;
                let columns = columns.get_or_insert_with(|| S::columns(&row));
                if let Err(error) = take(&ServerRow::new(&row, columns)) {
                    refused = Some(error);
                    break;
                }
            }
        }
    }
    drop(answers);
    match refused {
        None => Ok(done),
        Some(error) => {
            // The rest of the rows is on its way; nobody else should have to read it.
            match S::settle(&mut opened.raw).await {
                Ok(()) => Err(error.into()),
                Err(broken) => Err(Failed { error, ..Failed::of_statement::<S>(broken, sql) }),
            }
        }
    }
}

/// Reads all answers and looks at none.
pub(crate) async fn drain<S: Server>(mut answers: Answers<'_, S>) -> Result<(), sqlx::Error> {
    while let Some(answer) = next::<S>(&mut answers).await {
        answer?;
    }
    Ok(())
}

async fn next<S: Server>(
    answers: &mut Answers<'_, S>,
) -> Option<Result<Either<RawResult<S>, RawRow<S>>, sqlx::Error>> {
    poll_fn(|context| answers.as_mut().poll_next(context)).await
}
