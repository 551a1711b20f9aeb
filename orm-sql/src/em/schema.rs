//! The schema generator on the connections of an `Orm`.

use std::sync::Arc;

use orm_core::driver::{BoxFuture, Connection, Driver, TransactionOptions};
use orm_core::{Result, Value};

use crate::dialect::Dialect;
use crate::em::connection::{Rows, known_dialect, sql};
use crate::schema::{SchemaConnection, SchemaConnections};

/// The connections of a driver.
pub(super) struct DriverConnections {
    pub(super) driver: Arc<dyn Driver>,
}

impl SchemaConnections for DriverConnections {
    fn dialect(&self) -> BoxFuture<'_, Result<Dialect>> {
        Box::pin(async move {
            match known_dialect(&*self.driver) {
                Some(dialect) => Ok(dialect),
                None => Ok(sql(&mut *self.driver.connect().await?)?.dialect()),
            }
        })
    }

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn SchemaConnection>>> {
        Box::pin(async move {
            let connection = self.driver.connect().await?;
            Ok(Box::new(DriverConnection(connection)) as Box<dyn SchemaConnection>)
        })
    }
}

struct DriverConnection(Box<dyn Connection>);

impl SchemaConnection for DriverConnection {
    fn query<'a>(&'a mut self, query: &'a str, parameters: &'a [Value]) -> BoxFuture<'a, Result<Rows>> {
        Box::pin(async move { sql(&mut *self.0)?.query(query, parameters.to_vec()).await })
    }

    fn execute<'a>(&'a mut self, statement: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { sql(&mut *self.0)?.execute(statement, Vec::new()).await.map(drop) })
    }

    fn begin(&mut self) -> BoxFuture<'_, Result<()>> {
        self.0.begin(TransactionOptions::default())
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        self.0.commit()
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        self.0.rollback()
    }
}
