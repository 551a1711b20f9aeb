//! One thread a connection: jobs go in, each gives one answer. A panic in a job becomes its answer.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, mpsc};
use std::thread::JoinHandle;

use orm_core::{DriverErrorKind, Result};
use tokio::sync::oneshot;

use crate::driver::sqlite::cancel::{Cancel, wait_for_locks};
use crate::driver::sqlite::error::failure;
use crate::driver::sqlite::open::open;
use crate::driver::sqlite::session::Session;
use crate::driver::sqlite::shared::Shared;

type Job = Box<dyn FnOnce(&Mutex<Option<Session>>) + Send>;

/// A connection with its thread. The session is gone when it was closed.
pub(crate) struct Worker {
    outbox: Outbox,
    session: Arc<Mutex<Option<Session>>>,
    cancel: Arc<Cancel>,
    thread: JoinHandle<()>,
}

/// Where jobs for a worker are put.
#[derive(Clone)]
pub(crate) struct Outbox {
    jobs: mpsc::Sender<Job>,
    cancel: Arc<Cancel>,
}

impl Worker {
    /// Starts a thread that opens a connection.
    pub(crate) async fn open(shared: Arc<Shared>) -> Result<Self> {
        let (jobs, inbox) = mpsc::channel::<Job>();
        let (sender, answer) = oneshot::channel();
        let session = Arc::new(Mutex::new(None));
        let cancel = Arc::new(Cancel::default());
        let outbox = Outbox { jobs, cancel: Arc::clone(&cancel) };
        let thread = std::thread::Builder::new().name("orm-sqlite".into());
        let (worker_session, worker_cancel) = (Arc::clone(&session), Arc::clone(&cancel));
        let thread = thread.spawn(move || {
            let (session, cancel) = (worker_session, worker_cancel);
            cancel.start(cancel.number());
            wait_for_locks(&cancel, shared.options.busy_timeout);
            let opened = caught(|| open(&shared.options, &cancel)).map(|connection| {
                *locked(&session) = Some(Session::new(connection, shared, cancel));
            });
            let is_open = opened.is_ok();
            if sender.send(opened).is_ok() && is_open {
                serve(&inbox, &session);
            }
            // The connection is closed here, not on the thread of whoever lets go of it last.
            drop(locked(&session).take());
        });
        let thread = thread.map_err(|error| {
            failure(DriverErrorKind::Connection, format!("no thread for the connection: {error}"))
        })?;
        answer.await.map_err(|_| gone())??;
        Ok(Self { outbox, session, cancel, thread })
    }

    /// Runs a job on the worker's thread and waits for its answer. Dropping the future stops the job, and rolls back
    /// if `rolls_back`.
    pub(crate) async fn run<R: Send + 'static>(
        &self,
        rolls_back: bool,
        job: impl FnOnce(&mut Session) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        let number = self.cancel.number();
        let (sender, answer) = oneshot::channel();
        let cancel = Arc::clone(&self.cancel);
        self.outbox.post(Box::new(move |session| {
            let result = match cancel.start(number) {
                true => with_session(session, job),
                false => Err(stopped()),
            };
            // The lock is free again: whoever gets the answer may use the connection at once.
            let _ = sender.send(result);
        }))?;
        let mut stop = StopOnDrop { worker: self, job: number, rolls_back, armed: true };
        let result = answer.await;
        stop.armed = false;
        result.map_err(|_| gone())?
    }

    /// Runs a job on the caller's thread, if the connection is free at this moment.
    pub(crate) fn run_here<R>(&self, job: impl FnOnce(&mut Session) -> Result<R>) -> Option<Result<R>> {
        let mut guard = match self.session.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        let session = guard.as_mut()?;
        self.cancel.start(self.cancel.number());
        Some(caught_in(session, job))
    }

    /// For handing over jobs without holding the worker.
    pub(crate) fn outbox(&self) -> Outbox {
        self.outbox.clone()
    }

    /// Whether its thread still takes jobs.
    pub(crate) fn is_alive(&self) -> bool {
        !self.thread.is_finished()
    }

    /// Closes the connection and waits until it is closed.
    pub(crate) async fn close(self) {
        let (sender, closed) = oneshot::channel();
        let posted = self.outbox.post(Box::new(move |session| {
            drop(locked(session).take());
            let _ = sender.send(());
        }));
        if posted.is_ok() {
            // An error means that the thread is gone, and the connection with it.
            let _ = closed.await;
        }
    }
}

impl Outbox {
    fn post(&self, job: Job) -> Result<()> {
        self.jobs.send(job).map_err(|_| gone())
    }

    /// Hands over a job that gives no answer. What it returns is called when the connection is free again.
    pub(crate) fn post_last<F: FnOnce()>(
        &self,
        job: impl FnOnce(&mut Session) -> F + Send + 'static,
    ) -> Result<()> {
        let cancel = Arc::clone(&self.cancel);
        let number = cancel.number();
        self.post(Box::new(move |session| {
            cancel.start(number);
            if let Ok(after) = with_session(session, |session| Ok(job(session))) {
                after();
            }
        }))
    }
}

struct StopOnDrop<'a> {
    worker: &'a Worker,
    job: u64,
    rolls_back: bool,
    armed: bool,
}

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        if !self.armed {
            return;
        }
        self.worker.cancel.cancel(self.job);
        if self.rolls_back {
            // If the thread is gone, so is the transaction.
            let _ = self.worker.outbox.post_last(|session| {
                session.reset();
                || ()
            });
        }
    }
}

fn serve(inbox: &mpsc::Receiver<Job>, session: &Mutex<Option<Session>>) {
    while let Ok(job) = inbox.recv() {
        job(session);
    }
}

fn locked(session: &Mutex<Option<Session>>) -> MutexGuard<'_, Option<Session>> {
    // Panics are caught inside of the lock; should one slip by, the session's own state is what counts.
    session.lock().unwrap_or_else(PoisonError::into_inner)
}

fn with_session<R>(
    session: &Mutex<Option<Session>>,
    job: impl FnOnce(&mut Session) -> Result<R>,
) -> Result<R> {
    match locked(session).as_mut() {
        Some(session) => caught_in(session, job),
        None => Err(orm_core::Error::Closed),
    }
}

fn caught_in<R>(session: &mut Session, job: impl FnOnce(&mut Session) -> Result<R>) -> Result<R> {
    let mut panicked = true;
    let result = caught(|| {
        let result = job(session);
        panicked = false;
        result
    });
    if panicked {
        session.is_broken = true;
    }
    session.settle();
    result
}

/// Turns a panic into an error.
fn caught<R>(job: impl FnOnce() -> Result<R>) -> Result<R> {
    catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|panic| {
        let message = message_of(&*panic);
        Err(failure(DriverErrorKind::Other, format!("the job on the connection panicked: {message}")))
    })
}

fn message_of(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (None, Some(text)) => text,
        (None, None) => "without a message",
    }
}

fn stopped() -> orm_core::Error {
    failure(DriverErrorKind::Interrupted, "the call was dropped before it began")
}

fn gone() -> orm_core::Error {
    failure(DriverErrorKind::Connection, "the connection's thread has ended")
}
