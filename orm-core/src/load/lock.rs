//! Locking a row that is known by its key.

use std::any::Any;
use std::sync::Arc;

use crate::driver::{Row, RowSink};
use crate::error::Result;
use crate::meta::EntityId;
use crate::query::{Condition, Lock, RootFilter, Select, Selection, SelectionKey};
use crate::session::Session;
use crate::value::Value;

/// Counts rows and reads none.
struct Count(usize);

impl RowSink for Count {
    fn row(&mut self, _row: &dyn Row) -> Result<()> {
        self.0 += 1;
        Ok(())
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any + Send> {
        self
    }
}

/// Locks the row of that key in the open transaction; gives whether there is one to lock.
pub(crate) async fn lock_row(
    session: &Session,
    entity: EntityId,
    key: Vec<Value>,
    lock: Lock,
) -> Result<bool> {
    let columns = session.registry().entity(entity).key_columns.clone();
    let select = Select {
        selection: Arc::new(Selection { entity, columns, branches: Vec::new() }),
        selection_key: SelectionKey(0),
        repeats: false,
        condition: Condition::key_in(vec![key]),
        order: Vec::new(),
        limit: None,
        offset: None,
        distinct: false,
        pivot: None,
        is_point_read: false,
        // A row that a filter hides is a row all the same.
        filters: None,
        root_filter: RootFilter::Known,
        lock: Some(lock),
    };
    let mut lease = session.lease().await?;
    let sink = lease.connection()?.select(select, Box::new(Count(0))).await?;
    let count = sink.into_any().downcast::<Count>().expect("the driver gives back the sink it was given");
    Ok(count.0 > 0)
}
