//! When work that failed is done again, how often, and after which pauses. Needs no runtime.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::error::Error;

/// How often work is done again after a failure that is nobody's fault, and how long it pauses before.
///
/// The pauses double from one to the next, and a part of each is left to chance, so that two who met do not meet again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    limit: u32,
    pause: Duration,
    longest: Duration,
}

impl Retry {
    /// Again at most so many times, after pauses from 10 ms to one second.
    pub fn times(limit: u32) -> Self {
        Self { limit, pause: Duration::from_millis(10), longest: Duration::from_secs(1) }
    }

    /// The first pause.
    #[must_use]
    pub fn pause_from(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// The longest pause.
    #[must_use]
    pub fn pause_up_to(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }

    pub(super) fn limit(&self) -> u32 {
        self.limit
    }

    /// How long to wait after that many pauses before; `chance` is a number from all of `u64`.
    fn pause_after(&self, pauses: u32, chance: u64) -> Duration {
        let doubled = 2_u32.checked_pow(pauses).and_then(|factor| self.pause.checked_mul(factor));
        let whole = doubled.unwrap_or(Duration::MAX).min(self.longest);
        let half = whole / 2;
        half + half.mul_f64(chance as f64 / u64::MAX as f64)
    }

    /// Waits.
    pub(super) async fn pause(&self, pauses: u32) {
        // A hasher's seed is the chance that std has.
        let duration = self.pause_after(pauses, RandomState::new().hash_one(pauses));
        if duration.is_zero() {
            return;
        }
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let sleeping = std::thread::Builder::new().name("orm-retry".into()).spawn(move || {
            #[expect(clippy::disallowed_methods, reason = "a pause is what is wanted here")]
            std::thread::sleep(duration);
            // Nobody waits any more when the future was dropped.
            let _ = sender.send(());
        });
        if sleeping.is_ok() {
            // Without a thread there is no pause.
            let _ = receiver.await;
        }
    }
}

/// A failure that says of itself whether the same work may succeed when it is done again.
///
/// Implemented for [`Error`] and for boxed errors that are or hold one. For an error of your own:
///
/// ```
/// # use orm_core::{Error, em::Retryable};
/// enum Failure {
///     Orm(Error),
///     NoMoney,
/// }
///
/// impl Retryable for Failure {
///     fn is_retryable(&self) -> bool {
///         matches!(self, Failure::Orm(error) if error.is_retryable())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "nobody knows whether work that failed with `{Self}` may be done again",
    label = "`retry` has to ask the failure",
    note = "write `impl Retryable for {Self}`; mostly it asks the `orm::Error` inside: `error.is_retryable()`"
)]
pub trait Retryable {
    /// Whether the same work may succeed when it is done again.
    fn is_retryable(&self) -> bool;
}

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        Error::is_retryable(self)
    }
}

macro_rules! boxed {
    ($($type:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl Retryable for $type {
            fn is_retryable(&self) -> bool {
                let mut error: Option<&(dyn std::error::Error + 'static)> = Some(self.as_ref());
                while let Some(cause) = error {
                    if let Some(error) = cause.downcast_ref::<Error>() {
                        return error.is_retryable();
                    }
                    error = cause.source();
                }
                false
            }
        }
    )*};
}

boxed!(
    Box<dyn std::error::Error>,
    Box<dyn std::error::Error + Send>,
    Box<dyn std::error::Error + Send + Sync>
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{DriverError, DriverErrorKind};

    #[test]
    fn pauses_double_up_to_the_longest_and_are_never_the_same_for_two() {
        let retry =
            Retry::times(9).pause_from(Duration::from_millis(8)).pause_up_to(Duration::from_millis(50));
        let pauses = |chance| [0, 1, 2, 3, 99].map(|pauses| retry.pause_after(pauses, chance).as_millis());
        assert_eq!(pauses(0), [4, 8, 16, 25, 25]);
        assert_eq!(pauses(u64::MAX), [8, 16, 32, 50, 50]);
        assert_eq!(Retry::times(1).pause_from(Duration::ZERO).pause_after(5, u64::MAX), Duration::ZERO);
        let endless = Retry::times(1).pause_from(Duration::MAX).pause_up_to(Duration::MAX);
        assert!(endless.pause_after(3, 0) > Duration::from_secs(1));
    }

    #[derive(Debug, thiserror::Error)]
    #[error("the application's own words")]
    struct Outer(#[source] Error);

    #[test]
    fn a_boxed_error_is_asked_for_the_one_inside() {
        let deadlock = || Error::from(DriverError::new(DriverErrorKind::Deadlock, "made up"));
        assert!(deadlock().is_retryable());
        let boxed: Box<dyn std::error::Error + Send + Sync> = Box::new(deadlock());
        assert!(boxed.is_retryable());
        let wrapped: Box<dyn std::error::Error> = Box::new(Outer(deadlock()));
        assert!(wrapped.is_retryable());
        assert!(!<Box<dyn std::error::Error>>::from("no").is_retryable());
        assert!(!Error::Closed.is_retryable());
    }
}
