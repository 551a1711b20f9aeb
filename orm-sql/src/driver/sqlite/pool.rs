//! The connections of a driver: opened when needed, handed out first come, first served, given back clean.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use orm_core::{DriverErrorKind, Error, Result};
use tokio::sync::oneshot;

use crate::driver::sqlite::error::failure;
use crate::driver::sqlite::options::Location;
use crate::driver::sqlite::shared::Shared;
use crate::driver::sqlite::worker::Worker;

/// The connections of a driver.
pub(crate) struct Pool {
    shared: Arc<Shared>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    idle: Vec<Worker>,
    /// Connections that someone has, or is opening.
    leased: usize,
    waiting: VecDeque<Waiting>,
    /// Whether a thread watches the waiting ones' deadlines.
    is_watched: bool,
    is_closed: bool,
}

struct Waiting {
    deadline: Instant,
    sender: oneshot::Sender<Result<Lease>>,
}

/// The right to one connection, and the connection once it is open. Dropping it gives both to the next one.
pub(crate) struct Lease {
    worker: Option<Worker>,
    pool: Option<Arc<Pool>>,
}

impl Pool {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, state: Mutex::default() }
    }

    /// A connection, opened now if need be.
    pub(crate) async fn acquire(self: &Arc<Self>) -> Result<Lease> {
        let mut lease = match self.take()? {
            Taken::Lease(lease) => lease,
            Taken::Wait(receiver) => receiver.await.map_err(|_| Error::Closed)??,
        };
        if lease.worker.is_none() {
            lease.worker = Some(Worker::open(Arc::clone(&self.shared)).await?);
        }
        Ok(lease)
    }

    fn take(self: &Arc<Self>) -> Result<Taken> {
        let mut state = self.lock();
        if state.is_closed {
            return Err(Error::Closed);
        }
        if state.waiting.is_empty() {
            let worker = state.idle.pop();
            if worker.is_some() || state.leased < self.shared.options.connections() {
                state.leased += 1;
                return Ok(Taken::Lease(Lease { worker, pool: Some(Arc::clone(self)) }));
            }
        }
        let (sender, receiver) = oneshot::channel();
        // A timeout beyond all clocks is a year.
        let timeout = self.shared.options.acquire_timeout.min(Duration::from_secs(365 * 24 * 3600));
        let deadline = Instant::now() + timeout;
        state.waiting.push_back(Waiting { deadline, sender });
        if !state.is_watched {
            watch_deadlines(Arc::downgrade(self))?;
            state.is_watched = true;
        }
        Ok(Taken::Wait(receiver))
    }

    /// Passes a connection, or the right to open one, to the next who waits.
    fn give_back(self: Arc<Self>, mut worker: Option<Worker>) {
        loop {
            let next = {
                let mut state = self.lock();
                match state.waiting.pop_front() {
                    Some(next) if !state.is_closed => next,
                    _ => {
                        state.leased -= 1;
                        let is_closed = state.is_closed;
                        state.idle.extend(worker.take_if(|_| !is_closed));
                        return;
                    }
                }
            };
            let lease = Lease { worker: worker.take(), pool: Some(Arc::clone(&self)) };
            match next.sender.send(Ok(lease)) {
                Ok(()) => return,
                // It waits no more.
                Err(Ok(mut lease)) => {
                    lease.pool = None;
                    worker = lease.worker.take();
                }
                Err(Err(_)) => return,
            }
        }
    }

    /// Closes what is idle, and what is in use when it comes back.
    pub(crate) async fn close(&self) {
        let (idle, waiting) = {
            let mut state = self.lock();
            state.is_closed = true;
            (std::mem::take(&mut state.idle), std::mem::take(&mut state.waiting))
        };
        for waiting in waiting {
            // Whoever waits no more needs no answer.
            let _ = waiting.sender.send(Err(Error::Closed));
        }
        for worker in idle {
            worker.close().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs between two changes that belong together.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends away those who waited too long; gives back when to look again.
    fn expire(&self) -> Option<Instant> {
        let seconds = self.shared.options.acquire_timeout.as_secs_f64();
        let now = Instant::now();
        let mut state = self.lock();
        while let Some(expired) = state.waiting.pop_front_if(|waiting| waiting.deadline <= now) {
            // Whoever waits no more needs no answer.
            let _ = expired.sender.send(Err(Error::PoolTimeout { seconds }));
        }
        let next = state.waiting.front().map(|waiting| waiting.deadline);
        state.is_watched = next.is_some();
        next
    }
}

enum Taken {
    Lease(Lease),
    Wait(oneshot::Receiver<Result<Lease>>),
}

/// A thread that lives while someone waits for a connection: no timer of a runtime is needed, so any runtime will do.
fn watch_deadlines(pool: Weak<Pool>) -> Result<()> {
    let watch = move || {
        while let Some(next) = pool.upgrade().and_then(|pool| pool.expire()) {
            std::thread::park_timeout(next.saturating_duration_since(Instant::now()));
        }
    };
    let spawned = std::thread::Builder::new().name("orm-sqlite-pool".into()).spawn(watch);
    spawned.map(drop).map_err(|error| {
        failure(DriverErrorKind::Connection, format!("no thread to watch the pool's deadlines: {error}"))
    })
}

impl Lease {
    /// The connection.
    pub(crate) fn worker(&self) -> Result<&Worker> {
        self.worker.as_ref().ok_or(Error::Closed)
    }

    /// Closes the connection instead of giving it back.
    pub(crate) fn discard(&mut self) {
        self.worker = None;
    }

    fn is_in_memory(&self) -> bool {
        self.pool.as_ref().is_some_and(|pool| pool.shared.options.location == Location::Memory)
    }

    /// Lets go of the connection once it did what it still has to do, and rolled back.
    pub(crate) fn reset_and_release(mut self) {
        let Some(worker) = &self.worker else { return };
        // A database in memory would be gone with its connection.
        let keeps_broken = self.is_in_memory();
        let outbox = worker.outbox();
        // If the thread is gone, the job is dropped, and the lease with it.
        let _ = outbox.post_last(move |session| {
            session.reset();
            let discards = session.is_broken && !keeps_broken;
            session.is_broken = false;
            move || {
                if discards {
                    self.discard();
                }
            }
        });
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(pool) = self.pool.take() {
            pool.give_back(self.worker.take_if(|worker| worker.is_alive()));
        }
    }
}
