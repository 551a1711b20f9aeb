//! The connections to one server: opened when needed, handed out first come, first served, given back clean.
//!
//! Not sqlx's pool, which asks the server twice for each use of a connection: once when it is handed out and once when
//! it comes back.

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use orm_core::{DriverErrorKind, Error, Result};
use sqlx::Connection as _;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::driver::server::{Opened, Server, Settings, failure};

/// How long to wait before asking a server again that is just starting.
const PAUSE: Duration = Duration::from_millis(50);

/// For how long a server counts as down that could not be reached.
const REST: Duration = Duration::from_secs(5);

/// The connections to one server.
pub(crate) struct Pool<S: Server> {
    pub(crate) options: Arc<S::Options>,
    permits: Arc<Semaphore>,
    state: Mutex<State<S>>,
}

struct State<S: Server> {
    /// Those that were used last are at the end, and are used first.
    idle: Vec<Idle<S>>,
    is_swept: bool,
    is_closed: bool,
    /// When the server could not be reached, if it was so when it was last asked for a connection.
    failed: Option<Instant>,
}

struct Idle<S: Server> {
    opened: Opened<S>,
    since: Instant,
}

/// The right to one connection.
pub(crate) struct Lease<S: Server> {
    pub(crate) pool: Arc<Pool<S>>,
    _permit: OwnedSemaphorePermit,
}

impl<S: Server> Pool<S> {
    pub(crate) fn new(options: Arc<S::Options>) -> Self {
        let permits = Arc::new(Semaphore::new(S::settings(&options).pool_size));
        let state = State { idle: Vec::new(), is_swept: false, is_closed: false, failed: None };
        Self { options, permits, state: Mutex::new(state) }
    }

    fn settings(&self) -> &Settings<S::Options> {
        S::settings(&self.options)
    }

    /// How many connections nobody needs at this moment.
    pub(crate) fn idle(&self) -> usize {
        self.lock().idle.len()
    }

    /// The right to a connection, and one that lives.
    pub(crate) async fn acquire(self: &Arc<Self>) -> Result<(Lease<S>, Opened<S>)> {
        if Handle::try_current().is_err() {
            return Err(Error::Configuration {
                message: "connections to a server need a tokio runtime; call this from within one",
            });
        }
        let permits = Arc::clone(&self.permits);
        let permit = match Arc::clone(&permits).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => {
                let timeout = self.settings().acquire_timeout;
                let seconds = timeout.as_secs_f64();
                let waited = tokio::time::timeout(timeout, permits.acquire_owned()).await;
                waited.map_err(|_| Error::PoolTimeout { seconds })?.map_err(|_| Error::Closed)?
            }
        };
        let lease = Lease { pool: Arc::clone(self), _permit: permit };
        let opened = match self.idle_one().await? {
            Some(opened) => opened,
            None => self.open().await?,
        };
        Ok((lease, opened))
    }

    /// A connection that was idle and lives.
    async fn idle_one(&self) -> Result<Option<Opened<S>>> {
        loop {
            let mut idle = {
                let mut state = self.lock();
                if state.is_closed {
                    return Err(Error::Closed);
                }
                match state.idle.pop() {
                    Some(idle) => idle,
                    None => return Ok(None),
                }
            };
            if self.is_too_old(&idle.opened) {
                self.close_later(idle.opened);
                continue;
            }
            if idle.since.elapsed() < self.settings().check_after {
                return Ok(Some(idle.opened));
            }
            let asked = tokio::time::timeout(self.settings().connect_timeout, idle.opened.raw.ping());
            if let Ok(Ok(())) = asked.await {
                return Ok(Some(idle.opened));
            }
        }
    }

    /// Whether the server could not be reached a moment ago.
    pub(crate) fn is_down(&self) -> bool {
        self.lock().failed.is_some_and(|since| since.elapsed() < REST)
    }

    /// Opens a connection.
    pub(crate) async fn open(&self) -> Result<Opened<S>> {
        let opened = self.open_in_time().await;
        self.lock().failed = opened.is_err().then(Instant::now);
        opened
    }

    async fn open_in_time(&self) -> Result<Opened<S>> {
        let timeout = self.settings().connect_timeout;
        let deadline = Instant::now() + timeout.min(Duration::from_secs(365 * 24 * 3600));
        loop {
            match tokio::time::timeout_at(deadline.into(), S::open(&self.options)).await {
                Ok(Ok(opened)) => return Ok(opened),
                // A server that is just starting will be there soon.
                Ok(Err(error)) if is_starting(&error) && Instant::now() + PAUSE < deadline => {
                    tokio::time::sleep(PAUSE).await;
                }
                Ok(Err(error)) => return Err(self.at_address(error)),
                Err(_) => {
                    let problem = format!("no answer within {} s", timeout.as_secs_f64());
                    return Err(self.at_address(failure(DriverErrorKind::Connection, problem)));
                }
            }
        }
    }

    /// An error about connecting says where to.
    fn at_address(&self, error: Error) -> Error {
        match error {
            Error::Driver(mut error) => {
                // There was none to lose.
                if error.kind == DriverErrorKind::ConnectionLost {
                    error.kind = DriverErrorKind::Connection;
                }
                let source = std::mem::replace(&mut error.source, "".into());
                error.source = Box::new(NotConnected { address: S::address(&self.options), source });
                Error::Driver(error)
            }
            error => error,
        }
    }

    /// Takes a clean connection back.
    fn give_back(self: &Arc<Self>, opened: Opened<S>) {
        if self.is_too_old(&opened) {
            return self.close_later(opened);
        }
        let mut state = self.lock();
        if state.is_closed {
            drop(state);
            return self.close_later(opened);
        }
        state.idle.push(Idle { opened, since: Instant::now() });
        if !state.is_swept
            && let (Some(timeout), Ok(runtime)) = (self.settings().idle_timeout, Handle::try_current())
        {
            state.is_swept = true;
            runtime.spawn(sweep(Arc::downgrade(self), timeout));
        }
    }

    /// Closes what is idle: the server went away, and took all of them along.
    pub(crate) fn forget_idle(&self) {
        self.lock().idle.clear();
    }

    /// Closes what is idle, and what is in use when it comes back.
    pub(crate) async fn close(&self) {
        let idle = {
            let mut state = self.lock();
            state.is_closed = true;
            std::mem::take(&mut state.idle)
        };
        self.permits.close();
        for idle in idle {
            // A connection that cannot say goodbye is closed all the same.
            let _ = tokio::time::timeout(PAUSE * 20, idle.opened.raw.close()).await;
        }
    }

    /// Closes those that were idle for too long; gives back whether some are left to watch.
    fn close_expired(&self, timeout: Duration) -> bool {
        let keep = self.settings().min_connections;
        let mut state = self.lock();
        let now = Instant::now();
        // The oldest are in front.
        let expired = state.idle.iter().take_while(|idle| now.duration_since(idle.since) >= timeout).count();
        let closes = expired.min(state.idle.len().saturating_sub(keep));
        let closed: Vec<Idle<S>> = state.idle.drain(..closes).collect();
        state.is_swept = !state.idle.is_empty();
        let goes_on = state.is_swept;
        drop(state);
        closed.into_iter().for_each(|idle| self.close_later(idle.opened));
        goes_on
    }

    fn is_too_old(&self, opened: &Opened<S>) -> bool {
        self.settings().max_lifetime.is_some_and(|lifetime| opened.since.elapsed() >= lifetime)
    }

    /// Says goodbye to the server, if a runtime is there to wait for it.
    pub(crate) fn close_later(&self, opened: Opened<S>) {
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                let _ = tokio::time::timeout(PAUSE * 20, opened.raw.close()).await;
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<S>> {
        // Nothing that can panic runs between two changes that belong together.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Server> Lease<S> {
    /// Gives a clean connection back, and then the right to it.
    pub(crate) fn give_back(self, opened: Opened<S>) {
        self.pool.give_back(opened);
    }
}

/// Closes idle connections from time to time, as long as there are some.
async fn sweep<S: Server>(pool: Weak<Pool<S>>, timeout: Duration) {
    let pause = (timeout / 2).max(PAUSE);
    loop {
        tokio::time::sleep(pause).await;
        if !pool.upgrade().is_some_and(|pool| pool.close_expired(timeout)) {
            return;
        }
    }
}

fn is_starting(error: &Error) -> bool {
    error.driver_kind() == Some(DriverErrorKind::Starting)
}

/// Why there is no connection to an address.
#[derive(Debug)]
struct NotConnected {
    address: String,
    source: Box<dyn StdError + Send + Sync>,
}

impl fmt::Display for NotConnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.address, self.source)
    }
}

impl StdError for NotConnected {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}
