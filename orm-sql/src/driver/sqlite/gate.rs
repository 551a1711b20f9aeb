//! Writers of one pool queue up here, first come, first served. SQLite itself would let them poll for its lock, with
//! pauses of up to 50 ms and in no order; that is left for writers of other pools and processes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use crate::driver::sqlite::cancel::Cancel;

/// Lets one writer through at a time.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    is_taken: bool,
    queue: VecDeque<(u64, Thread)>,
    /// Whom the last one let through; it may not have noticed yet.
    passed: Option<u64>,
    last: u64,
}

/// The right to write, until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit(Arc<Gate>);

impl Gate {
    /// Waits on this thread until it may write; `None` if it takes too long, or the job is cancelled.
    pub(crate) fn pass(self: &Arc<Self>, timeout: Duration, cancel: &Cancel) -> Option<Permit> {
        let mut state = self.lock();
        if !state.is_taken {
            state.is_taken = true;
            return Some(Permit(Arc::clone(self)));
        }
        state.last += 1;
        let number = state.last;
        state.queue.push_back((number, std::thread::current()));
        let started = Instant::now();
        loop {
            drop(state);
            let left = timeout.saturating_sub(started.elapsed());
            std::thread::park_timeout(left);
            state = self.lock();
            if state.passed == Some(number) {
                state.passed = None;
                return Some(Permit(Arc::clone(self)));
            }
            if started.elapsed() >= timeout || cancel.is_cancelled() {
                state.queue.retain(|(waiting, _)| *waiting != number);
                return None;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs between two changes that belong together.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        match state.queue.pop_front() {
            Some((number, thread)) => {
                state.passed = Some(number);
                thread.unpark();
            }
            None => state.is_taken = false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn first_come_first_served() {
        let gate = Arc::new(Gate::default());
        let first = gate.pass(Duration::ZERO, &running()).unwrap();
        assert!(gate.pass(Duration::from_millis(10), &running()).is_none());
        let (sender, receiver) = mpsc::channel();
        let threads: Vec<_> = (0..4)
            .map(|number| {
                let (waiting, sender) = (Arc::clone(&gate), sender.clone());
                let thread = std::thread::spawn(move || {
                    let permit = waiting.pass(Duration::from_secs(60), &running());
                    sender.send(number).unwrap();
                    permit.is_some()
                });
                while gate.lock().queue.len() <= number {
                    std::thread::yield_now();
                }
                thread
            })
            .collect();
        drop(first);
        assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
        assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert!(gate.pass(Duration::ZERO, &running()).is_some());
    }

    fn running() -> Cancel {
        let cancel = Cancel::default();
        cancel.start(cancel.number());
        cancel
    }
}
