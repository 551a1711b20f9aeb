//! Where a connection's connection is while calls run on it, and what happens when a call is dropped half-way.

use std::sync::Arc;
use std::time::Duration;

use orm_core::{DriverErrorKind, Result};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::driver::server::session::drain;
use crate::driver::server::transaction::Transaction;
use crate::driver::server::{Opened, Server, failure};

/// How long it may take to put a connection right. One that takes longer is closed.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection of sqlx, if there is one at this moment.
pub(crate) enum Slot<S: Server> {
    /// None yet, or none any more.
    Empty,
    Here(Opened<S>),
    /// A call was dropped; a task interrupts what it left running, rolls back, and gives the connection back.
    Settling(oneshot::Receiver<Opened<S>>),
}

impl<S: Server> Slot<S> {
    /// Waits until nobody puts the connection right any more.
    pub(crate) async fn settled(&mut self) {
        if let Slot::Settling(settling) = self {
            *self = match settling.await {
                Ok(opened) => Slot::Here(opened),
                Err(_) => Slot::Empty,
            };
        }
    }

    /// Takes the connection, once it is put right.
    pub(crate) async fn take(mut self) -> Option<Opened<S>> {
        self.settled().await;
        match self {
            Slot::Here(opened) => Some(opened),
            Slot::Empty | Slot::Settling(_) => None,
        }
    }
}

/// A call that runs. Dropped before it landed, it is interrupted at once, and what it did is rolled back.
pub(crate) struct Flight<'a, S: Server> {
    slot: &'a mut Slot<S>,
    transaction: &'a mut Transaction,
    options: &'a Arc<S::Options>,
    has_landed: bool,
}

impl<'a, S: Server> Flight<'a, S> {
    pub(crate) fn new(
        slot: &'a mut Slot<S>,
        transaction: &'a mut Transaction,
        options: &'a Arc<S::Options>,
    ) -> Self {
        Self { slot, transaction, options, has_landed: false }
    }

    /// The connection.
    pub(crate) fn opened(&mut self) -> Result<&mut Opened<S>> {
        match &mut self.slot {
            Slot::Here(opened) => Ok(opened),
            Slot::Empty | Slot::Settling(_) => Err(gone()),
        }
    }

    /// The call ended, well or not.
    pub(crate) fn land(mut self) {
        self.has_landed = true;
    }
}

impl<S: Server> Drop for Flight<'_, S> {
    fn drop(&mut self) {
        if self.has_landed {
            return;
        }
        *self.transaction = self.transaction.if_dropped();
        let Slot::Here(mut opened) = std::mem::replace(self.slot, Slot::Empty) else { return };
        // Without a runtime the connection is closed, and the server rolls back when it notices.
        let Ok(runtime) = Handle::try_current() else { return };
        let (sender, receiver) = oneshot::channel();
        *self.slot = Slot::Settling(receiver);
        let options = Arc::clone(self.options);
        runtime.spawn(async move {
            let put_right = async {
                S::cancel(options, opened.id).await;
                !opened.is_preparing
                    && S::settle(&mut opened.raw).await.is_ok()
                    && roll_back::<S>(&mut opened).await.is_ok()
            };
            if tokio::time::timeout(PATIENCE, put_right).await.unwrap_or(false) {
                // If nobody waits for it, it is closed.
                let _ = sender.send(opened);
            }
        });
    }
}

/// Rolls back whatever is open.
pub(crate) async fn roll_back<S: Server>(opened: &mut Opened<S>) -> Result<(), sqlx::Error> {
    drain::<S>(S::run_script(&mut opened.raw, "rollback".into())).await
}

/// Rolls back, but does not wait for ever.
pub(crate) async fn roll_back_soon<S: Server>(opened: &mut Opened<S>) -> bool {
    matches!(tokio::time::timeout(PATIENCE, roll_back::<S>(opened)).await, Ok(Ok(())))
}

fn gone() -> orm_core::Error {
    failure(DriverErrorKind::Connection, "the connection was lost")
}
