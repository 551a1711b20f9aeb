//! The recipe of a flush. A failed one leaves everything as it was, in the database and in memory.

use crate::error::Result;
use crate::session::Session;
use crate::uow::execute::Execution;
use crate::uow::plan::Plan;
use crate::uow::settle::settle;
use crate::uow::transaction::Transaction;

/// Writes all that changed since the last flush. Costs next to nothing when nothing did.
pub(crate) async fn flush(session: &Session) -> Result<()> {
    if is_idle(session) {
        return Ok(());
    }
    // Two flushes of one unit of work follow each other: the second one finds what the first one left.
    let _turn = session.flushing.lock().await;
    report_refused(session)?;
    let arena = session.arena();
    // What changed, checked and in an order that foreign keys and unique indexes accept. Nothing is written yet.
    let mut plan = Plan::make(&arena)?;
    let undo_log = match plan.has_writes() {
        // Nothing to write, no transaction; but what was set to the value it had is clean again.
        false => None,
        true => {
            let mut transaction = Transaction::begin(session).await?;
            let written = Execution::new(session, &mut plan).run(&mut transaction).await;
            // Until here nothing in memory has changed, so that a failure, or a dropped future, has nothing to undo.
            Some(transaction.end(written).await?)
        }
    };
    // New values become the originals, new entities are found by key, deleted ones are no more.
    let undo = settle(plan);
    if let Some(mut transaction) = undo_log {
        transaction.note_undo(undo);
    }
    Ok(())
}

fn is_idle(session: &Session) -> bool {
    !session.has_refused() && session.arena().pending().is_empty()
}

/// Calls that could not be obeyed fail the next flush, which reports the first of them.
fn report_refused(session: &Session) -> Result<()> {
    let mut refused = session.take_refused();
    refused.append(&mut session.arena().pending().refused);
    match refused.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(()),
    }
}
