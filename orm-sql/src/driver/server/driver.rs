//! A server as the contract has it: hands out connections.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use orm_core::Result;
use orm_core::driver::{BoxFuture, Capabilities, Connection, Driver};
use orm_core::meta::Registry;

use crate::dialect::Dialect;
use crate::driver::server::pool::Pool;
use crate::driver::server::replicas::Replicas;
use crate::driver::server::shared::Shared;
use crate::driver::server::{Server, ServerConnection};

/// A server. Connections are opened when they are needed, and closed with the driver.
pub struct ServerDriver<S: Server> {
    shared: Arc<Shared<S>>,
    primary: Arc<Pool<S>>,
    replicas: Replicas<S>,
    capabilities: Capabilities,
}

impl<S: Server> ServerDriver<S> {
    /// A driver that opens nothing yet.
    ///
    /// # Errors
    /// When an option makes no sense.
    pub fn new(options: S::Options) -> Result<Self> {
        S::check(&options)?;
        let shared = Arc::new(Shared::new(options));
        let primary = Arc::new(Pool::new(Arc::clone(&shared.options)));
        let replicas = Replicas::new(&shared.settings().replicas);
        let mut capabilities = Capabilities::sql(S::NAME);
        capabilities.nulls_are_smallest = S::NULLS_ARE_SMALLEST;
        Ok(Self { shared, primary, replicas, capabilities })
    }

    /// How often a plan was lowered to text: stays as it is when the same queries run again with other values.
    pub fn renders(&self) -> u64 {
        self.shared.statements.renders()
    }

    /// A connection of the server's own kind, for plain SQL.
    ///
    /// # Errors
    /// When the server cannot be reached, or no connection becomes free in time.
    pub async fn acquire(&self) -> Result<ServerConnection<S>> {
        let (lease, opened) = self.primary.acquire().await?;
        // The same server speaks the same dialect.
        let _ = self.shared.dialect.set(opened.dialect);
        Ok(ServerConnection::new(lease, opened, Arc::clone(&self.shared)))
    }

    /// The same, to a replica if there is one that can be reached.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    pub async fn acquire_for_reading(&self) -> Result<ServerConnection<S>> {
        match self.replicas.acquire().await? {
            Some((lease, opened)) => {
                let connection = ServerConnection::new(lease, opened, Arc::clone(&self.shared));
                Ok(connection.falling_back_on(&self.primary))
            }
            None => self.acquire().await,
        }
    }

    /// How the server is reached.
    pub fn options(&self) -> &S::Options {
        &self.shared.options
    }

    /// How many connections are open that nobody needs at this moment.
    pub fn idle(&self) -> usize {
        self.primary.idle()
    }

    /// How the server speaks, once a connection was open.
    pub fn dialect(&self) -> Option<Dialect> {
        self.shared.dialect.get().copied()
    }
}

impl<S: Server> Driver for ServerDriver<S> {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn attach(&self, registry: Arc<Registry>) {
        self.shared.statements.attach(registry);
    }

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async move { Ok(Box::new(self.acquire().await?) as Box<dyn Connection>) })
    }

    fn connect_for_reading(&self) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async move { Ok(Box::new(self.acquire_for_reading().await?) as Box<dyn Connection>) })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.replicas.close().await;
            self.primary.close().await;
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl<S: Server> fmt::Debug for ServerDriver<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ServerDriver").field(&self.shared.options).finish()
    }
}
