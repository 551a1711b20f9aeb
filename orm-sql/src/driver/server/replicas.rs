//! The servers that only read: asked in turn, and passed over for a while when they cannot be reached.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use orm_core::{Error, Result};

use crate::driver::server::pool::{Lease, Pool};
use crate::driver::server::{Opened, Server};

/// The servers that only read.
pub(crate) struct Replicas<S: Server> {
    pools: Vec<Arc<Pool<S>>>,
    /// Whose turn it is.
    next: AtomicUsize,
}

impl<S: Server> Replicas<S> {
    pub(crate) fn new(options: &[S::Options]) -> Self {
        let pools = options.iter().map(|options| Arc::new(Pool::new(Arc::new(options.clone())))).collect();
        Self { pools, next: AtomicUsize::new(0) }
    }

    /// A connection to the next one that can be reached; none if there is no such replica.
    pub(crate) async fn acquire(&self) -> Result<Option<(Lease<S>, Opened<S>)>> {
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        for turn in 0..self.pools.len() {
            let pool = &self.pools[first.wrapping_add(turn) % self.pools.len()];
            if pool.is_down() {
                continue;
            }
            match pool.acquire().await {
                Err(Error::Driver(_)) => continue,
                result => return result.map(Some),
            }
        }
        Ok(None)
    }

    pub(crate) async fn close(&self) {
        for pool in &self.pools {
            pool.close().await;
        }
    }
}
