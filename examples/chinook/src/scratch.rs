//! A database of our own on a server, filled from a script, so that no row of anybody else's is changed.

use std::path::Path;

use orm::prelude::*;
use orm::{DriverError, DriverErrorKind};

use crate::{open, script};

/// A database that is dropped at the end by [`drop`](Self::drop): it takes a connection to do so.
pub struct Scratch {
    server: String,
    name: String,
}

impl Scratch {
    /// Makes it and runs the script in it.
    pub async fn new(server: &str, path: &Path) -> orm::Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| DriverError::new(DriverErrorKind::Connection, error))?;
        let scratch = Self { server: server.to_owned(), name: format!("chinook_{}", std::process::id()) };
        scratch.administer("create database").await?;
        match scratch.fill(&text).await {
            Ok(()) => Ok(scratch),
            Err(error) => {
                scratch.drop().await?;
                Err(error)
            }
        }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        with_database(&self.server, &self.name)
    }

    /// Drops it.
    pub async fn drop(self) -> orm::Result<()> {
        self.administer("drop database").await
    }

    async fn administer(&self, what: &str) -> orm::Result<()> {
        let orm = open(&self.server).await?;
        let done = orm.em().execute(&format!("{what} {}", self.name), vec![]).await.map(drop);
        orm.close().await;
        done
    }

    async fn fill(&self, text: &str) -> orm::Result<()> {
        let orm = open(&self.url()).await?;
        let em = orm.em();
        let mut filled = Ok(());
        for statement in script::statements(text) {
            filled = em.execute(&statement, vec![]).await.map(drop);
            if filled.is_err() {
                break;
            }
        }
        drop(em);
        orm.close().await;
        filled
    }
}

/// The same server's URL with another database.
fn with_database(url: &str, name: &str) -> String {
    let (address, options) = url.split_once('?').map_or((url, ""), |(address, options)| (address, options));
    let start = address.find("://").map_or(0, |index| index + 3);
    let end = address[start..].find('/').map_or(address.len(), |index| start + index);
    let question = if options.is_empty() { "" } else { "?" };
    format!("{}/{name}{question}{options}", &address[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_gets_another_database() {
        assert_eq!(with_database("mysql://root@localhost", "x"), "mysql://root@localhost/x");
        assert_eq!(with_database("postgres://a:b@c:5/d?e=/f", "x"), "postgres://a:b@c:5/x?e=/f");
    }
}
