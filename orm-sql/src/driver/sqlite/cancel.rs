//! Stopping a job from another thread: whoever dropped its future marks it, and SQLite asks now and then.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;
use std::time::{Duration, Instant};

use rusqlite::InterruptHandle;

/// After so many steps of SQLite's machine, it asks whether to go on: some tens of microseconds.
const STEPS: i32 = 2_000;

/// Which job of a connection runs, and up to which they are cancelled. Jobs are numbered, so that stopping one never
/// stops the next.
#[derive(Default)]
pub(crate) struct Cancel {
    running: AtomicU64,
    cancelled: AtomicU64,
    last: AtomicU64,
    worker: OnceLock<Thread>,
    interrupt: OnceLock<InterruptHandle>,
}

impl Cancel {
    /// A number for a new job.
    pub(crate) fn number(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Notes that a job begins; gives back whether it may.
    pub(crate) fn start(&self, job: u64) -> bool {
        self.running.store(job, Ordering::Relaxed);
        !self.is_cancelled()
    }

    /// Whether the running job is to stop.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire) >= self.running.load(Ordering::Relaxed)
    }

    /// Stops a job, whether it runs or waits.
    pub(crate) fn cancel(&self, job: u64) {
        self.cancelled.fetch_max(job, Ordering::Release);
        // Steps that take long, such as a sort, listen to this only. It reaches no later job: whoever may hand over the
        // next one is here.
        if let Some(interrupt) = self.interrupt.get() {
            interrupt.interrupt();
        }
        if let Some(thread) = self.worker.get() {
            thread.unpark();
        }
    }
}

thread_local! {
    /// How long the worker of this thread waits for other connections' locks.
    static WAITING: RefCell<Option<Waiting>> = const { RefCell::new(None) };
}

struct Waiting {
    cancel: Arc<Cancel>,
    timeout: Duration,
    since: Instant,
}

/// Makes this thread wait for locks, up to a timeout, unless its job is cancelled. On other threads SQLite does not wait.
pub(crate) fn wait_for_locks(cancel: &Arc<Cancel>, timeout: Duration) {
    // Set once, on the worker's own thread.
    let _ = cancel.worker.set(std::thread::current());
    let waiting = Waiting { cancel: Arc::clone(cancel), timeout, since: Instant::now() };
    WAITING.set(Some(waiting));
}

/// Connects a connection to its worker's state.
pub(crate) fn watch(connection: &rusqlite::Connection, cancel: &Arc<Cancel>) -> rusqlite::Result<()> {
    // A connection is opened once by its worker.
    let _ = cancel.interrupt.set(connection.get_interrupt_handle());
    let cancel = Arc::clone(cancel);
    connection.progress_handler(STEPS, Some(move || cancel.is_cancelled()))?;
    connection.busy_handler(Some(is_worth_waiting))
}

/// SQLite asks: wait once more for the lock?
fn is_worth_waiting(attempt: i32) -> bool {
    const DELAYS: [u64; 8] = [1, 2, 5, 10, 15, 20, 25, 50];
    WAITING.with_borrow_mut(|waiting| {
        let Some(waiting) = waiting else { return false };
        if attempt == 0 {
            waiting.since = Instant::now();
        }
        let waited = waiting.since.elapsed();
        if waited >= waiting.timeout || waiting.cancel.is_cancelled() {
            return false;
        }
        let delay = DELAYS[usize::try_from(attempt).unwrap_or(0).min(DELAYS.len() - 1)];
        std::thread::park_timeout(Duration::from_millis(delay).min(waiting.timeout - waited));
        true
    })
}
